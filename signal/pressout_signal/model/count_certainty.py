"""Probability that a set's count is exact: judged a second after each repetition.

What speaks against a count is a part of a repetition that does not look like itself, something like a return where none
was counted, and something like a rest where the hold was. A logistic curve through these, fitted to how often sets of
the simulator were counted exactly, makes a probability of them.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pressout_signal.events import SetCount
from pressout_signal.model.phase_walk import Place

Floats = NDArray[np.float64]
HOME: Final = (Place.AWAY, Place.REST, Place.RETURN)
# A return of which so many ticks were believed is one that may have been missed.
RETURN_TICKS: Final = 12.0
FEATURES: Final = 5


class CountCertainty:
    """What speaks against the count of the set that is open. Changes in place; one pipeline owns it."""

    __slots__ = ("best_missed", "count", "least", "merged", "missed", "unclear")

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self.count = 0
        self.unclear = self.missed = self.merged = self.best_missed = 0.0
        self.least = 1.0

    def counted(self, before: Floats, out: Floats, held: Floats, back: Floats) -> None:
        """Hear what was thought of the ticks before a repetition and of its parts, shape (ticks, NAMED) each."""
        clear = min(_mean(out, (Place.OUT,)), _mean(back, (Place.RETURN,)))
        self.count += 1
        self.unclear -= math.log(max(clear, 0.01))
        self.least = min(self.least, clear)
        self.merged = max(self.merged, float(held[:, HOME].sum()) / RETURN_TICKS if len(held) else 0.0)
        self.rested(before)

    def rested(self, between: Floats) -> None:
        """Hear what was thought of ticks in which nothing was counted."""
        if len(between):
            missed = float(between[:, Place.RETURN].sum()) / RETURN_TICKS
            self.missed += missed
            self.best_missed = max(self.best_missed, missed)

    @property
    def features(self) -> list[float]:
        """What the probability is made of, `FEATURES` figures."""
        return [
            math.log(self.unclear + 0.01),
            math.log(1.01 - self.least),
            math.log(self.missed + 0.01),
            math.log(self.merged + 0.01),
            math.log(self.count + 1.0),
        ]

    def judged(self, curve: tuple[float, ...]) -> SetCount:
        """Give how sure the count is, on a fitted curve: an intercept, and a slope for each of `features`."""
        height = curve[0] + sum(slope * figure for slope, figure in zip(curve[1:], self.features, strict=True))
        less = 1.0 - self.least > max(self.best_missed, self.merged)
        other = max(self.count - 1, 0) if less else self.count + 1
        return SetCount(1.0 / (1.0 + math.exp(-max(min(height, 30.0), -30.0))), other)


def _mean(part: Floats, places: tuple[Place, ...]) -> float:
    return float(part[:, places].sum(axis=1).mean()) if len(part) else 0.5
