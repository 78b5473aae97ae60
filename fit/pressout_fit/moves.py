"""How often each move between places happens a tick, counted in the simulator's truth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pressout_signal.model.phase_walk import COUNT, LATE, MOVES, TRUE, Place

# A tick, of a move that the table allows and no truth has.
LEAST = 2e-4


def moves(truth: NDArray[np.int8]) -> NDArray[np.float64]:
    """Count the moves in sessions of shape (n_sessions, n_ticks); give chances a tick, shape (TRUE, TRUE)."""
    counts = np.zeros((TRUE, TRUE))
    for row in truth:
        places = _with_turned_returns(row[row >= 0].astype(int))
        counts += np.bincount(places[:-1] * TRUE + places[1:], minlength=TRUE**2).reshape(TRUE, TRUE)
    chances: NDArray[np.float64] = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0)
    return chances


def with_late_twins(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the chances of all moves, shape (COUNT, COUNT), from those between the places that a truth has.

    A late twin moves as its place does; what only a walk can do that was wrong before is rare.
    """
    counts = np.zeros((COUNT, COUNT))
    counts[:TRUE, :TRUE] = chances
    for source, late in LATE.items():
        for target in range(TRUE):
            counts[late, LATE.get(Place(target), target)] += counts[source, target]
    whole = np.zeros((COUNT, COUNT))
    for source in Place:
        allowed = [source, *MOVES[source]]
        whole[source, allowed] = np.where(counts[source, allowed] > 0.0, counts[source, allowed], LEAST)
        whole[source] /= whole[source].sum()
    return whole


def _with_turned_returns(places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Name the returns that follow a turned trunk."""
    turned = np.isin(places, (Place.TURNING, Place.TURNED))
    begins = np.flatnonzero((places[1:] == Place.RETURN) & turned[:-1]) + 1
    given = places.copy()
    for begin in begins:
        end = begin + int(np.argmax(np.append(places[begin:], -1) != Place.RETURN))
        given[begin:end] = Place.TURNED_RETURN
    return given
