"""From when things happened to what was true at each tick: one way for every session whose boundaries are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from pressout_signal.model.phase_walk import Place

# At 5 % and 95 % of each stroke: the boundaries by definition.
SHARES = (0.05, 0.95, 0.95, 0.05)


def labels(
    at_s: NDArray[np.float64], repetitions: Iterable[Sequence[float]], partials: Iterable[Sequence[float]]
) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Give the place, and how far out the handle was, at each time.

    Parameters
    ----------
    at_s : ndarray, shape (n_ticks,)
    repetitions : four times each
        When press-out, hold and return began, and the return ended.
    partials : two times each
        When an attempt began and ended.
    """
    truth = np.full(len(at_s), Place.REST, np.int8)
    share = np.zeros(len(at_s))
    for start_s, end_s in partials:
        truth[(at_s >= start_s) & (at_s < end_s)] = Place.ATTEMPT
    for bounds in repetitions:
        for value, start_s, end_s in zip((Place.OUT, Place.HOLD, Place.RETURN), bounds[:-1], bounds[1:], strict=True):
            truth[(at_s >= start_s) & (at_s < end_s)] = value
        share = np.maximum(share, np.interp(at_s, bounds, SHARES, left=0.0, right=0.0))
    return truth, share
