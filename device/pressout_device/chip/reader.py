"""Reads an HX711 whichever wires lead to it: waits for a conversion, takes one frame, believes it or begins again.

A way to the chip says how to look at the data line, how to clock a frame and how to put the chip to sleep (`Wires`);
everything that makes a reading trustworthy is here, once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from pressout_device.chip.frame import SETTLING_CONVERSIONS, Frame
from pressout_device.chip.plausibility import Plausibility
from pressout_device.chip.sample_clock import ANOTHER, WANDER, Edge, SampleClock
from pressout_device.chip.wiring_check import WiringCheck
from pressout_device.clock import Every
from pressout_device.ports import MonotonicClock
from pressout_signal.samples import Fault, FaultKind, Reading

# How often the data line is looked at while a conversion is due: a stamp is off by half of this.
LOOK_EVERY_S = 0.0001
# Until the rhythm is known nothing tells when to look: often enough to stamp, seldom enough to leave a core alone.
LOOK_AROUND_S = 0.0005
# A late read-out begins only where this much of the conversion's time is left: bit by bit it takes half of that.
FRAME_ROOM_S = 0.001
# A chip that showed nothing for this long may have lost its power; three conversions at ten a second.
GONE_S = 0.3
# But for the first conversion after it was woken: four of them while it settles, at eight a second.
SETTLES_S = 0.55
# What a frame shows of the line whenever it is read.
OUT_OF_ORDER = (FaultKind.STUCK_LOW, FaultKind.OUT_OF_STEP)
# A converter with 40 to 60 counts of noise gives the same value twice in a hundred; eight times running, never.
FROZEN_AFTER = 8
# The oscillator may be a fifth too fast, until it has been seen.
SHORTEST_OF_STRAPPED = 0.83
# A line that was watched and stayed high for so many periods: the chip was not converting.
SKIPPED = 1.5
# An oscillator on an amplifier is off by some per cent; a strap by a factor of eight.
RATE_OFF = 0.25
RATE_TOLD_EVERY_S = 10.0


class Wires(Protocol):
    """A way to the chip's two pins. None of it waits for the chip."""

    def busy(self) -> bool:
        """Tell whether the data line is high: no conversion is ready."""
        ...

    def frame(self) -> Frame:
        """Clock one frame, now."""
        ...

    def wake(self) -> None:
        """Put the chip to sleep and wake it: it comes back on gain 128, in step, and begins to settle."""
        ...

    def exchanged(self, wait_s: float) -> Iterator[bool | None]:
        """Find out whether each wire leads to the other's pin: the last word says so, or that it cannot be told.

        Until then None comes, at least every `wait_s`. Nothing is ever driven against the chip.
        """
        ...

    def close(self) -> None:
        """Give the wires back."""
        ...


@dataclass(slots=True)
class _Sameness:
    """How often the very same value has come in a row."""

    counts: int | None = None
    times: int = 0

    def frozen(self, counts: int) -> bool:
        self.times = self.times + 1 if counts == self.counts else 1
        self.counts = counts
        return self.times >= FROZEN_AFTER


class HX711LoadCell:
    """A load cell behind an HX711.

    Parameters
    ----------
    wires : Wires
        The way to it.
    clock : MonotonicClock
        Stamps readings and times waits.
    rate_hz : float
        What the amplifier is strapped to: a chip that keeps another time is said to, and read all the same.
    """

    def __init__(self, wires: Wires, clock: MonotonicClock, *, rate_hz: float) -> None:
        self._wires = wires
        self._clock = clock
        self._strapped_s = 1.0 / rate_hz
        self._rhythm = SampleClock()
        self._settled_s = 0.0
        self._heard_s = 0.0
        self._gone = False
        self._sameness = _Sameness()
        self._plausible = Plausibility()
        self._paused_s = 0.0
        self._rate_due = Every(RATE_TOLD_EVERY_S)
        self._wiring = WiringCheck()

    def close(self) -> None:
        """Give the wires back."""
        self._wires.close()

    @property
    def period_s(self) -> float | None:
        """How long one conversion takes, as measured; None before three were seen."""
        return self._rhythm.known_period_s

    def readings(self, wait_s: float) -> Iterator[Reading | Fault | None]:
        """Yield conversions, faults, and None after `wait_s` without either; see `ports.LoadCell`."""
        self._begin_again()
        while True:
            while self._wiring.suspect(self._clock.now_s()):
                yield from self._looked_at_wires(wait_s)
            edge = self._next_edge(wait_s)
            item = edge if edge is None or isinstance(edge, Fault) else self._read(edge)
            for known in self._known_by(item):
                self._wiring.hear(known)
                yield known
                if isinstance(known, Reading) and self._keeps_another_time(known.t_s):
                    yield Fault(known.t_s, FaultKind.RATE)

    def _known_by(self, item: Reading | Fault | None) -> Sequence[Reading | Fault | None]:
        """Give what can be said now that this came: also of a conversion that was kept back."""
        plausible = self._plausible
        if item is None:
            period_s, held = self._rhythm.known_period_s, plausible.held
            overdue = held and period_s and self._clock.now_s() - held[-1].t_s > SKIPPED * period_s
            return plausible.late() if overdue else [None]
        if isinstance(item, Reading):
            told = plausible.take(item, self._rhythm.known_period_s)
            if told and isinstance(told[-1], Fault):
                self._begin_again()
            return told
        if item.kind is FaultKind.SATURATED:
            return [*plausible.at_the_end(), item]
        self._begin_again()  # a broken frame is never resumed
        return [*plausible.late(), item]

    def _read(self, edge: Edge) -> Reading | Fault:
        """Take the frame of the conversion that ended at `edge`."""
        safe_until_s = self._rhythm.safe_until_s(edge)
        item = self._wires.frame().judged(edge.t_s, safe_until_s=safe_until_s, last_counts=self._sameness.counts)
        if isinstance(item, Reading) and self._sameness.frozen(item.counts):
            return Fault(item.t_s, FaultKind.FROZEN)
        return item

    def _looked_at_wires(self, wait_s: float) -> Iterator[Fault | None]:
        """Look for exchanged wires, and say all the while what was said before."""
        for exchanged in self._wires.exchanged(wait_s):
            now_s = self._clock.now_s()
            self._wiring.looked(now_s, exchanged)
            yield self._wiring.said(now_s)
        self._begin_again()

    def _begin_again(self) -> None:
        """Wake the chip into a known state; what it converts while it settles is not looked at."""
        self._wires.wake()
        self._rhythm = self._rhythm.broken()
        period_s = self._rhythm.known_period_s
        least_s = SHORTEST_OF_STRAPPED * self._strapped_s if period_s is None else (1.0 - WANDER) * period_s
        self._heard_s = self._settled_s = self._clock.now_s() + SETTLING_CONVERSIONS * least_s

    def _next_edge(self, wait_s: float) -> Edge | Fault | None:
        """Wait for a conversion that can be read; None after `wait_s` at the latest."""
        now_s = self._clock.now_s()
        until_s = now_s + wait_s
        asleep_s = self._due_s() - now_s
        if asleep_s > 0.0:
            self._clock.sleep(min(asleep_s, wait_s))
            if asleep_s > wait_s:
                return None
            now_s = self._clock.now_s()
        edge = self._late(self._clock.now_s()) if self._ready() else self._watched(now_s, until_s)
        if edge is not None:
            self._heard_s = self._clock.now_s()
        elif self._clock.now_s() - self._heard_s > (SETTLES_S if self._rhythm.known_period_s is None else GONE_S):
            self._gone, self._rhythm = True, self._rhythm.broken()
        return edge

    def _ready(self) -> bool:
        """Tell whether a conversion waits; a spike on the line is gone at the second look."""
        return not self._wires.busy() and not self._wires.busy()

    def _due_s(self) -> float:
        """Give when looking becomes worth while: a little before the next conversion can end."""
        if self._rhythm.last is None:
            return self._settled_s
        period_s = self._rhythm.known_period_s
        return 0.0 if period_s is None else self._rhythm.last.after_s + (1.0 - WANDER) * period_s - LOOK_EVERY_S

    def _watched(self, now_s: float, until_s: float) -> Edge | Fault | None:
        """Watch the line, which is high, until it falls."""
        rhythmic = self._rhythm.last is not None and self._rhythm.known_period_s is not None
        while now_s < until_s:
            high_s = now_s
            self._clock.sleep(LOOK_EVERY_S if rhythmic else LOOK_AROUND_S)
            now_s = self._clock.now_s()
            if self._ready():
                edge = Edge(high_s, self._clock.now_s())
                if self._skipped(edge):
                    return Fault(edge.t_s, FaultKind.OUT_OF_STEP)
                self._rhythm = self._rhythm.saw(edge)
                if not self._gone:
                    return edge
                self._back()
                return None
        return None

    def _skipped(self, edge: Edge) -> bool:
        """Tell whether the chip has left conversions out: it began anew, or settles on another gain.

        The same pause twice running is another rate.
        """
        last, period_s = self._rhythm.last, self._rhythm.known_period_s
        if self._gone or last is None or period_s is None:
            return False
        if edge.after_s - last.by_s <= SKIPPED * period_s:
            self._paused_s = 0.0
            return False
        pause_s = edge.t_s - last.t_s
        before_s, self._paused_s = self._paused_s, pause_s
        return abs(pause_s - before_s) > ANOTHER * pause_s

    def _late(self, now_s: float) -> Edge | Fault | None:
        """Find out which conversion waits, when the first look comes after its end, and when to read it."""
        for _ in range(3):
            edge = self._rhythm.foretold(now_s)
            if edge is None:
                if not self._gone:
                    return self._rid_of_it(now_s)
                self._back()
                return None
            safe_until_s = self._rhythm.safe_until_s(edge)
            if now_s < edge.by_s:
                # Another may be ending just now: it, and not the one that waits, is then the last.
                self._clock.sleep(edge.by_s - now_s)
            elif now_s + FRAME_ROOM_S > safe_until_s:
                self._clock.sleep(safe_until_s - now_s)
            else:
                self._rhythm = self._rhythm.stands_on(edge)
                return edge
            now_s = self._clock.now_s()
        return None

    def _back(self) -> None:
        """Begin anew with a chip that was gone: it may have been without power, and not be settled."""
        self._gone = False
        self._begin_again()

    def _rid_of_it(self, now_s: float) -> Fault | None:
        """Read a conversion of which nothing tells when it ended, and use nothing of it but what is wrong with it."""
        self._rhythm = self._rhythm.broken()
        item = self._wires.frame().judged(now_s, safe_until_s=math.inf)
        return item if isinstance(item, Fault) and item.kind in OUT_OF_ORDER else None

    def _keeps_another_time(self, t_s: float) -> bool:
        """Tell, once in a while, that the chip's rate is not what it is strapped to."""
        period_s = self._rhythm.known_period_s
        if period_s is None or abs(self._strapped_s / period_s - 1.0) <= RATE_OFF:
            self._rate_due.at_once()
            return False
        return self._rate_due.due(t_s)
