"""What was fitted, as read from the weights file: the network, the moves, and when to say what."""

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
from pressout_signal.model.places import NAMED

Floats = NDArray[np.float64]
NAME: Final = "weights.npz"
# Nothing that the network may name is ever impossible to it.
LEAST: Final = 1e-5


class Fitted(Struct, frozen=True, kw_only=True):
    """All that was fitted.

    Parameters
    ----------
    weights : Weights
        The network's.
    moves : ndarray, shape (COUNT, COUNT)
        Chances of each move between places, a tick.
    usual : ndarray, shape (NAMED,)
        How much of the time each place that the network names takes.
    lags : tuple of int
        How many ticks ago it is that each read-out speaks of.
    emphasis : ndarray, shape (NAMED,)
        What each place was weighed with in training, to be taken out again.
    heads : pair of int
        Which of the read-outs counts on tubing, and which on a stack.
    trust : float
        The power with which an opinion counts as evidence: ticks that follow one another are not independent.
    say_at, turn_at : float
        How likely a completed repetition, and a turned trunk, must be to be said.
    curve : tuple of float
        From what speaks against a set's count to how likely it is exact: see `certainty`.
    card : dict
        Where it comes from: seeds, dates, versions, scores.
    """

    weights: Weights
    moves: Floats
    usual: Floats
    lags: tuple[int, ...]
    emphasis: Floats
    heads: tuple[int, int]
    trust: float
    say_at: float
    turn_at: float
    curve: tuple[float, ...]
    card: dict[str, Any]

    def opinions(self, outputs: NDArray[np.float32]) -> Floats:
        """Give how likely each place is at each lag, shape (lags, NAMED)."""
        raw = outputs[: len(self.lags) * NAMED].reshape(len(self.lags), NAMED).astype(np.float64)
        likely: Floats = np.exp(raw - raw.max(axis=1, keepdims=True))
        likely /= self.emphasis
        likely /= likely.sum(axis=1, keepdims=True)
        return likely

    def evidence(self, opinion: Floats) -> Floats:
        """Give what an opinion adds to what was known, shape (NAMED,)."""
        added: Floats = (np.maximum(opinion, LEAST) / self.usual) ** self.trust
        return added


@cache
def fitted() -> Fitted:
    """Give what ships: part of the package as its code is, read once."""
    return read(get_data("pressout_signal.model", NAME) or b"")


def read(file: bytes) -> Fitted:
    """Read a weights file's bytes."""
    with np.load(io.BytesIO(file), allow_pickle=False) as arrays:
        tree = {name: arrays[name] for name in arrays.files}
    card = json.loads(str(tree["card"]))
    said = card["settings"]
    return Fitted(
        weights=arranged(tree),
        moves=tree["moves"].astype(np.float64),
        usual=tree["usual"].astype(np.float64),
        lags=tuple(said["lags"]),
        emphasis=np.array(said["emphasis"]),
        heads=tuple(said["heads"]),
        trust=said["trust"],
        say_at=said["say_at"],
        turn_at=said["turn_at"],
        curve=tuple(said["curve"]),
        card=card,
    )
