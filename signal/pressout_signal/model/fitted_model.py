"""Fitted model as read from the weights file: the network, the moves, and when to say what."""

from __future__ import annotations

import io
import json
from functools import cache
from pkgutil import get_data
from typing import Any, Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from pressout_signal.model.network import Weights, arranged
from pressout_signal.model.phase_walk import LEAST, NAMED

Floats = NDArray[np.float64]
NAME: Final = "weights.npz"


class FittedModel(Struct, frozen=True, kw_only=True):
    """All that was fitted.

    Parameters
    ----------
    weights : Weights
        The network's.
    moves : ndarray, shape (COUNT, COUNT)
        Chances of each move between places, a tick.
    lags : tuple of int
        How many ticks ago it is that each read-out for dating speaks of.
    walk_lags : pair of int
        How many ticks ago it is that the evidence for the walk speaks of: on tubing, and on a stack.
    emphasis : ndarray, shape (NAMED,)
        What each place was weighed with in the training of the read-outs for dating, to be taken out again.
    say_at, turn_at : float
        How likely a completed repetition, and a turned trunk, must be to be said.
    curve : tuple of float
        From what speaks against a set's count to how likely it is exact: see `count_certainty`.
    card : dict
        Where it comes from: seeds, dates, versions, scores.
    """

    weights: Weights
    moves: Floats
    lags: tuple[int, ...]
    walk_lags: tuple[int, int]
    emphasis: Floats
    say_at: float
    turn_at: float
    curve: tuple[float, ...]
    card: dict[str, Any]

    def evidence(self, outputs: NDArray[np.float32]) -> Floats:
        """Give what a tick speaks for in the walk, shape (NAMED,)."""
        raw = outputs[:NAMED].astype(np.float64)
        given: Floats = np.exp(raw - raw.max()) + LEAST
        return given

    def opinions(self, outputs: NDArray[np.float32]) -> Floats:
        """Give how likely each place was at each lag, shape (lags, NAMED)."""
        raw = outputs[NAMED : (1 + len(self.lags)) * NAMED].reshape(len(self.lags), NAMED).astype(np.float64)
        likely: Floats = np.exp(raw - raw.max(axis=1, keepdims=True))
        likely /= self.emphasis
        likely /= likely.sum(axis=1, keepdims=True)
        return likely


@cache
def fitted() -> FittedModel:
    """Give what ships: part of the package as its code is, read once."""
    return read(get_data("pressout_signal.model", NAME) or b"")


def read(file: bytes) -> FittedModel:
    """Read a weights file's bytes."""
    with np.load(io.BytesIO(file), allow_pickle=False) as arrays:
        tree = {name: arrays[name] for name in arrays.files}
    card = json.loads(str(tree["card"]))
    said = card["settings"]
    return FittedModel(
        weights=arranged(tree),
        moves=tree["moves"].astype(np.float64),
        lags=tuple(said["lags"]),
        walk_lags=tuple(said["walk_lags"]),
        emphasis=np.array(said["emphasis"]),
        say_at=said["say_at"],
        turn_at=said["turn_at"],
        curve=tuple(said["curve"]),
        card=card,
    )
