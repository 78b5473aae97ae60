"""The last seconds of tension, without lone corrupted samples and without tremor, and the strokes in them."""

from __future__ import annotations

import math
from typing import NamedTuple

from pressout_signal.samples import Sample

BOX_S = 0.11  # one period of 9 Hz: tremor (8-11 Hz) averages out, and the delay is half of it
TICK_S = 0.024  # two samples of a cell at 80 a second; a cell at 10 a second ticks at each
GUARD_S = 0.06  # five samples at 80 a second: two corrupted ones among them are still outvoted
HOLE_S = 0.25  # across a longer hole nothing is averaged
KEEP = 512  # ticks, 12 s at least: longer than a stroke and what leads to it


class Trace:
    """Smoothed tension of the last seconds; owned by one detector and never handed out."""

    __slots__ = ("box", "impulse", "raw", "t", "y")

    def __init__(self) -> None:
        self.raw: list[Sample] = []
        self.box: list[Sample] = []
        self.t: list[float] = []
        self.y: list[float] = []
        self.impulse: list[float] = []

    def take(self, sample: Sample) -> bool:
        """Take one sample, later than the last; say whether there is a new tick.

        The middle by value of five samples (of three, when they are far apart): a corrupted frame never gets through.
        """
        raw, box = self.raw, self.box
        raw.append(sample)
        if len(raw) > 5:
            del raw[0]
        while len(raw) > 3 and sample[0] - raw[0][0] > GUARD_S:
            del raw[0]
        if len(raw) < 3:
            return False
        middle = len(raw) // 2
        t_s = raw[middle][0]
        if box:
            since_s = t_s - box[-1][0]
            if since_s <= 0.0:
                return False
            if since_s > HOLE_S:
                box.clear()
        box.append(Sample(t_s, sorted([tension_n for _t_s, tension_n in raw])[middle]))
        while t_s - box[0][0] > BOX_S:
            del box[0]
        return self.tick(0.5 * (box[0][0] + t_s))

    def tick(self, t_s: float) -> bool:
        """Add the mean of the box at its middle, unless the last tick was just now."""
        t, y = self.t, self.y
        if t and t_s - t[-1] < TICK_S:
            return False
        tension_n = sum([sample[1] for sample in self.box]) / len(self.box)
        self.impulse.append(self.impulse[-1] + 0.5 * (tension_n + y[-1]) * (t_s - t[-1]) if t else 0.0)
        t.append(t_s)
        y.append(tension_n)
        if len(t) >= 2 * KEEP:
            del t[:KEEP], y[:KEEP], self.impulse[:KEEP]
        return True

    def before(self, span_s: float) -> int:
        """Give the index of the last tick at least `span_s` ago (of the first one kept, if there is none)."""
        t, i = self.t, len(self.t) - 1
        limit = t[i] - span_s + 1e-6
        while i > 0 and t[i] > limit:
            i -= 1
        return i

    def slope(self, span_s: float) -> float:
        """Give the mean slope over the last `span_s`, N/s."""
        i = self.before(span_s)
        dt_s = self.t[-1] - self.t[i]
        return (self.y[-1] - self.y[i]) / dt_s if dt_s > 0 else 0.0

    def spread(self, span_s: float) -> float:
        """Give highest less lowest of the last `span_s`, N."""
        part = self.y[self.before(span_s) :]
        return max(part) - min(part)

    def follow(self, level: float, wanted: float, time_constant_s: float) -> float:
        """Give `level` after following `wanted` for one tick with that time constant."""
        dt_s = min(self.t[-1] - self.t[-2], HOLE_S) if len(self.t) > 1 else 0.0
        return level + (1.0 - math.exp(-dt_s / time_constant_s)) * (wanted - level)

    def impulse_at(self, t_s: float) -> float:
        """Give the integral of tension up to `t_s`, N s, from an arbitrary beginning."""
        i = self.before(self.t[-1] - t_s)
        return self.impulse[i] + (t_s - self.t[i]) * self.y[i]

    def crossings(self, levels: tuple[float, ...], rising: bool, since_s: float) -> list[float]:
        """Give when each of the levels, the last crossed first, was last crossed in that direction.

        Scans backwards from now; a level that was not crossed since `since_s` is given that time.
        """
        t, y, i = self.t, self.y, len(self.t) - 1
        found = []
        sign = 1.0 if rising else -1.0
        for level in levels:
            while i > 0 and t[i] > since_s and not (sign * (y[i - 1] - level) <= 0 < sign * (y[i] - level)):
                i -= 1
            if i == 0 or t[i] <= since_s:
                found.append(max(t[i], since_s))
            else:
                share = (level - y[i - 1]) / (y[i] - y[i - 1])
                found.append(t[i - 1] + share * (t[i] - t[i - 1]))
        return found


class Way(NamedTuple):
    """One way, out or back: when 20, 50 and 80 % of its change of tension (in the order of time) had passed."""

    first_s: float
    middle_s: float
    last_s: float

    @property
    def width_s(self) -> float:
        """Time from the first to the last."""
        return self.last_s - self.first_s

    def boundaries(self, widths: tuple[float, float]) -> tuple[float, float]:
        """Give 5 % and 95 % of the way, extrapolated: near the chest, tension hardly shows them."""
        return self.middle_s - widths[0] * self.width_s, self.middle_s + widths[1] * self.width_s


def way(trace: Trace, from_n: float, to_n: float, since_s: float) -> Way:
    """Give the last way from one level to the other."""
    change = to_n - from_n
    levels = (from_n + 0.8 * change, from_n + 0.5 * change, from_n + 0.2 * change)
    last, middle, first = trace.crossings(levels, change > 0, since_s)
    return Way(first, middle, last)


def foot(trace: Trace, tolerance_n: float) -> tuple[float, float]:
    """Give when the present rise began, and from which tension.

    Backwards while it still rises by a twelfth of its top speed (tension follows x^2 near the chest, so a press
    begins slowly), at most 3 s; the level is the mean of the 0.15 s before, but no more than
    `tolerance_n` above the lowest since.
    """
    t, y = trace.t, trace.y
    now = j = len(t) - 1
    top = 0.0
    while j > 5 and t[now] - t[j] < 3.0:
        k = j
        while k > 0 and t[j] - t[k] < 0.099:
            k -= 1
        speed = (y[j] - y[k]) / max(t[j] - t[k], 1e-3)
        top = max(top, speed)
        if speed < 0.08 * top:
            break
        j -= 1
    i = j
    while i > 0 and t[j] - t[i] < 0.149:
        i -= 1
    mean = sum(y[i : j + 1]) / (j + 1 - i)
    return t[j], min(mean, min(y[i:]) + tolerance_n)
