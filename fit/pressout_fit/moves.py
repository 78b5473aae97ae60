"""How often each move between places happens a tick, counted in the simulator's truth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pressout_signal.model.places import COUNT, LATE, MOVES, Place

# A move that the table allows is never quite impossible.
LEAST = 2e-4


def moves(truth: NDArray[np.int8]) -> NDArray[np.float64]:
    """Count the moves in sessions of shape (n_sessions, n_ticks); give chances a tick, shape (COUNT, COUNT)."""
    counts = np.zeros((COUNT, COUNT))
    for row in truth:
        places = _with_turned_returns(row[row >= 0].astype(int))
        counts += np.bincount(places[:-1] * COUNT + places[1:], minlength=COUNT**2).reshape(COUNT, COUNT)
    for source, late in LATE.items():
        for target in Place:
            counts[late, LATE.get(target, target)] += counts[source, target]
    chances = np.zeros((COUNT, COUNT))
    for source in Place:
        allowed = [source, *MOVES[source]]
        given = counts[source, allowed]
        chances[source, allowed] = np.maximum(given / max(given.sum(), 1.0), LEAST)
        chances[source] /= chances[source].sum()
    return chances


def _with_turned_returns(places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Name the returns that follow a turned trunk."""
    turned = np.isin(places, (Place.TURNING, Place.TURNED))
    begins = np.flatnonzero((places[1:] == Place.RETURN) & turned[:-1]) + 1
    given = places.copy()
    for begin in begins:
        end = begin + int(np.argmax(np.append(places[begin:], -1) != Place.RETURN))
        given[begin:end] = Place.TURNED_RETURN
    return given


def shares(truth: NDArray[np.int8], classes: int) -> NDArray[np.float64]:
    """Give how much of the time each class takes, shape (classes,)."""
    return np.asarray(np.bincount(truth[truth >= 0], minlength=classes)[:classes] / (truth >= 0).sum())
