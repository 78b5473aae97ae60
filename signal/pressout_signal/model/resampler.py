"""Samples at any rate to ticks at one: twenty a second, each the mean of its samples or a straight line between two.

Nothing else in the model knows how fast the cell converts.
"""

from __future__ import annotations

from typing import NamedTuple

from pressout_signal.samples import Sample

TICK_S = 0.05
# The first tick is a little shorter, so that the samples of a steady converter fall inside ticks and not between two.
FIRST_S = 0.047
# A longer hole than this is not drawn through: the line may have done anything.
LONGEST_HOLE_S = 1.0


class Tick(NamedTuple):
    """Mean tension until `t_s`, the tick's end; `rough_n` is the mean step between its samples, where it has any."""

    t_s: float
    tension_n: float
    rough_n: float | None
    filled: bool


class Resampler:
    """Resampler to `TICK_S`, anchored at the first sample. Changes in place; one pipeline owns it."""

    __slots__ = ("count", "end_s", "last_n", "last_s", "steps_n", "sum_n")

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self.end_s = self.last_s = self.last_n = self.sum_n = self.steps_n = 0.0
        self.count = -1

    def step(self, sample: Sample) -> list[Tick]:
        """Take one sample, later than the one before; give the ticks that have ended, none as a rule."""
        t_s, tension_n = sample
        if self.count < 0:
            self.end_s, self.count = t_s + FIRST_S, 0
            self.last_s, self.last_n = t_s, tension_n
            self._take(tension_n)
            return []
        if t_s < self.end_s:
            self._take(tension_n)
            self.last_s, self.last_n = t_s, tension_n
            return []
        ended = [self._ended(sample)]
        if t_s - self.end_s > LONGEST_HOLE_S:
            self.end_s = t_s
        while t_s >= self.end_s:
            ended.append(self._ended(sample))
        self._take(tension_n)
        self.last_s, self.last_n = t_s, tension_n
        return ended

    def _take(self, tension_n: float) -> None:
        self.steps_n += abs(tension_n - self.last_n)
        self.sum_n += tension_n
        self.count += 1

    def _ended(self, after: Sample) -> Tick:
        """End the tick at `end_s`; where it had no sample, draw a line to the one after it."""
        end_s, count = self.end_s, self.count
        self.end_s = end_s + TICK_S
        if count:
            tick = Tick(end_s, self.sum_n / count, self.steps_n / count, False)
            self.sum_n = self.steps_n = 0.0
            self.count = 0
            return tick
        share = (end_s - 0.5 * TICK_S - self.last_s) / (after.t_s - self.last_s)
        share = min(max(share, 0.0), 1.0)
        return Tick(end_s, self.last_n + share * (after.tension_n - self.last_n), None, True)
