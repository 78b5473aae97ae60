"""Is a return still under way? Its first part, fitted like a whole one, is the rival of the return that seems over.

A long return looks, in its middle, like a short one that has just ended; a lattice of whole strokes cannot tell them
apart before the long one is over too. Here each return that could have come so far by now is weighed.
"""

from __future__ import annotations

import math
from typing import Final, Protocol

import numpy as np

from pressout_signal.strokes.cable.fits import Fits, Shapes, mismatch
from pressout_signal.strokes.cable.habits import Habits, Limits
from pressout_signal.strokes.cable.rings import Ring
from pressout_signal.strokes.cable.stories import Place

DONE: Final = (0.5, 0.65, 0.8)
"""Shares of a return's time: it slows down after half of it, and at 0.81 it has come 95 % of its way."""


class RoadSoFar(Protocol):
    """What of a lattice is needed: the ticks, what stories that were out are worth, and what they had last."""

    habits: Habits
    fits: Fits
    levels: Ring
    whitened: Ring
    leave: Ring
    outs: Ring
    slower: float


class UnderWay:
    """Fits of returns that are not over."""

    def __init__(self, *, row: bool, limits: Limits) -> None:
        self._limits = limits
        self._parts = tuple(Shapes(row=row, limits=limits, done=done) for done in DONE)
        self._fresh = False

    def outdated(self) -> None:
        """Note that what the patient repeats has changed; it is looked at when next asked."""
        self._fresh = False

    def score(self, lattice: RoadSoFar) -> float:
        """Give the log-probability of the best story in which the handle is on its way back."""
        if not self._fresh:
            self._expect(lattice.habits)
        best = -math.inf
        for part in self._parts:
            began = part.lengths - 1
            fitted = part.fit(lattice.whitened.latest, lattice.levels.latest[part.lengths])
            price = mismatch(fitted, lattice.outs.latest[:, 0, began], lattice.slower, self._limits)
            score = fitted.score[1] + lattice.fits.homeward(fitted.log_way[1]) - price
            best = max(best, float((score + lattice.leave.latest[Place.OUT, began]).max()))
        return best

    def _expect(self, habits: Habits) -> None:
        out, back = habits.offset_out, habits.offset_back
        offsets, sds = np.array([out.mean, back.mean]), np.array([out.sd, back.sd])
        for part in self._parts:
            part.expect(offsets, sds, math.exp(habits.travel.mean), 0.6)
        self._fresh = True
