"""Plausibility of single conversions: one that stands alone is no reading, whatever its frame looked like. Pure.

A pulse that the clock line picks up shifts the bits of a frame or changes the gain of the next, and a chip that begins
anew in the middle of one leaves ones in the place of bits: nothing in the frame shows it. What does is the values
around it, and whether the chip is on time afterwards. A value far from the one before it is therefore kept back until
three more go on from there, and all others are given at once.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise

from pressout_signal.samples import Fault, FaultKind, Reading

# A step is far that is so many times the largest of the last ones: noise alone gives one in 400 000 (of eight million).
FAR, STEPS = 3.0, 24
# Until there were so many: bits that are shifted and other gains are wrong by half of what they are and more.
AT_FIRST_COUNTS, AT_FIRST_SHARE = 1_000, 0.125
# So many values that go on from a far one make it believed.
FOLLOWING = 3
# Where nothing moves and nothing is noisy, in counts.
LEAST_STEP = 2
# What a line may do in a pause grows with it, up to so many conversions.
LONGEST_PAUSE = 40.0


@dataclass(slots=True)
class Plausibility:
    """What came last, how far apart readings are, and those kept back. Changes in place; its reader owns it."""

    last: Reading | None = None
    held: list[Reading] = field(default_factory=list)
    steps: deque[float] = field(default_factory=lambda: deque(maxlen=STEPS))

    def take(self, reading: Reading, period_s: float | None) -> list[Reading | Fault]:
        """Take a conversion that was on time; give what is known of it and of those kept back, oldest first.

        Where some in a row fit neither what was before nor each other, all are faults, and the last one's kind is
        `OUT_OF_STEP`: reader and chip may disagree on what is converted.
        """
        if self.last is None or not self._is_far(self.last, reading, period_s):
            return [*self.late(), self._believed(reading, period_s)]
        if self.held and not self._goes_on(self.last, reading):
            return [*self.late(), Fault(reading.t_s, FaultKind.OUT_OF_STEP)]
        self.held.append(reading)
        return list(self.at_the_end()) if len(self.held) > FOLLOWING else []

    def late(self) -> list[Fault]:
        """Take that the next conversion is not on time, or cannot be read: what is kept back is not believed."""
        held, self.held = self.held, []
        return [Fault(one.t_s, FaultKind.NOISY_LINE) for one in held]

    def at_the_end(self) -> list[Reading]:
        """Take that what is kept back was so, as where the amplifier comes to its end: it was on the way there."""
        held, self.held = self.held, []
        self.steps.extend(abs(late.counts - early.counts) for early, late in pairwise(held))
        self.last = held[-1] if held else self.last
        return held

    def _goes_on(self, last: Reading, reading: Reading) -> bool:
        """Tell whether a value stays where the one kept back led, or moves on from there the same way."""
        jump, step = self.held[0].counts - last.counts, reading.counts - self.held[-1].counts
        return abs(step) < abs(jump) or step * jump > 0

    def _is_far(self, last: Reading, reading: Reading, period_s: float | None) -> bool:
        step = abs(reading.counts - last.counts)
        if period_s is None or len(self.steps) < STEPS:
            return step > max(AT_FIRST_COUNTS, AT_FIRST_SHARE * abs(last.counts))
        pause = min(_pause(last, reading, period_s), LONGEST_PAUSE)
        return step > FAR * max(*self.steps, LEAST_STEP) * pause

    def _believed(self, reading: Reading, period_s: float | None) -> Reading:
        if self.last is not None:
            self.steps.append(abs(reading.counts - self.last.counts) / _pause(self.last, reading, period_s))
        self.last = reading
        return reading


def _pause(last: Reading, reading: Reading, period_s: float | None) -> float:
    """Give the conversions from one reading to the next; at least one."""
    return 1.0 if period_s is None else max((reading.t_s - last.t_s) / period_s, 1.0)
