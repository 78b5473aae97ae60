"""Boundaries of a repetition, dated from what the network said of the last minute and corrected since."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from pressout_signal.model.phase_walk import NAMED, Place

Floats = NDArray[np.float64]
# The longest repetition that is dated whole: a hold of 40 s with slow strokes. Of a longer one the end is.
KEPT: Final = 1_000
# The places that each part of a repetition may be: before it, out, held, back, after it.
PARTS: Final = (
    (Place.AWAY, Place.REST, Place.ATTEMPT),
    (Place.OUT,),
    (Place.HOLD, Place.TURNING, Place.TURNED),
    (Place.RETURN,),
    (Place.AWAY, Place.REST, Place.OUT),
)
LEAST: Final = 1e-4
# A stroke's ends are looked for so many ticks around where it is thought to lie.
EDGE: Final = 4
# No stroke is shorter than so many ticks between its 5 % and 95 %.
STAYS: Final = (0, 3, 0, 3, 0)


class PhaseBoundaries:
    """Opinions of the last `KEPT` ticks and more. Changes in place; one pipeline owns it.

    Ticks are numbered from the first; an opinion of a tick may come again, and the later one counts.
    """

    __slots__ = ("first", "opinions", "tension_n")

    def __init__(self) -> None:
        """Begin with none."""
        self.first = 0
        self.opinions = np.full((2 * KEPT, NAMED), 1.0 / NAMED)
        self.tension_n = np.zeros(2 * KEPT)

    def begin(self, tick: int, tension_n: float) -> None:
        """Begin the next tick with its tension in newtons; forget the oldest where there is no room."""
        if tick - self.first >= 2 * KEPT:
            for kept, empty in ((self.opinions, 1.0 / NAMED), (self.tension_n, 0.0)):
                kept[:KEPT] = kept[KEPT:]
                kept[KEPT:] = empty
            self.first += KEPT
        self.tension_n[tick - self.first] = tension_n

    def between_n(self, start: float, end: float) -> float:
        """Give the median tension of the ticks from `start` to `end`, of one at least, in newtons."""
        first = min(max(int(start) - self.first, 0), 2 * KEPT - 1)
        return float(np.median(self.tension_n[first : max(int(end) - self.first, first + 1)]))

    def fall(self, start: float, end: float) -> float:
        """Give how long the tension took from 80 % to 20 % of its fall between two ticks, in ticks.

        Where a hand is dropped the fall takes two or three ticks: to this the levels are sharper than opinions.
        """
        first = min(max(int(start) - EDGE - self.first, 0), 2 * KEPT - 1)
        fell_n = self.tension_n[first : max(int(end) + EDGE + 1 - self.first, first + 2)]
        top = int(fell_n.argmax())
        high_n, low_n = float(fell_n[top]), float(fell_n[top:].min())
        at = [_below(fell_n[top:], low_n + share * (high_n - low_n)) for share in (0.8, 0.2)]
        return at[1] - at[0]

    def hear(self, tick: int, opinion: Floats) -> None:
        """Take the network's opinion of one tick, shape (NAMED,)."""
        place = tick - self.first
        if place >= 0:
            self.opinions[place] = opinion

    def thought(self, start: float, end: float) -> Floats:
        """Give the opinions of the ticks from `start` to `end`, shape (ticks, NAMED); those forgotten are left out."""
        first, last = (min(max(round(place) - self.first, 0), 2 * KEPT) for place in (start, end))
        return self.opinions[first:last]

    def dated(self, after: int, until: int) -> tuple[float, float, float, float]:
        """Give when press-out, hold and return began and the return ended, between two ticks: in ticks, with parts.

        The most likely way to lay the five parts of `PARTS` one after another; each boundary is put where one part
        becomes likelier than the one before.
        """
        start = max(after, self.first, until - KEPT)
        opinions = np.maximum(self.opinions[start - self.first : until - self.first + 1], LEAST)
        shares = np.stack([opinions[:, part].sum(axis=1) for part in PARTS])
        gains = np.concatenate([np.zeros((len(PARTS), 1)), np.log(shares).cumsum(axis=1)], axis=1)
        count = shares.shape[1]
        best, begun = gains[0], []
        for part in range(1, len(PARTS)):
            beside = best - gains[part]
            most = np.maximum.accumulate(beside)
            entered = np.maximum.accumulate(np.where(beside >= most, np.arange(count + 1), 0))
            stay = min(STAYS[part], count)
            begun.append(np.concatenate([np.zeros(stay, int), entered[: count + 1 - stay]]))
            best = np.concatenate([np.full(stay, -np.inf), most[: count + 1 - stay]]) + gains[part]
        place, bounds = count, []
        for part in range(len(PARTS) - 1, 0, -1):
            place = int(begun[part - 1][place])
            bounds.append(start + _crossing(shares[part - 1], shares[part], place))
        return_end, return_start, hold_start, press_out_start = bounds
        return press_out_start, hold_start, return_start, return_end


def _below(values: Floats, level: float) -> float:
    """Give where falling values first come below a level, between two of them."""
    place = int((values < level).argmax())
    if place == 0:
        return 0.0
    before, after = float(values[place - 1]), float(values[place])
    return place - (level - after) / (before - after)


def _crossing(before: Floats, after: Floats, place: int) -> float:
    """Give where `after` becomes likelier than `before`, between the middles of the ticks around `place`."""
    if not 0 < place < len(before):
        return float(place)
    low, high = (float(after[at] / (after[at] + before[at])) for at in (place - 1, place))
    if not low <= 0.5 <= high or low == high:
        return float(place)
    return place - 0.5 + (0.5 - low) / (high - low)
