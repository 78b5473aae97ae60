"""The fitted network, run a tick at a time with numpy alone: two gated recurrent layers (Cho 2014), read at lags."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
NAMES = ("in0", "bias0", "back0", "in1", "bias1", "back1", "out", "out_bias")


class Weights(NamedTuple):
    """The fitted arrays, as the network multiplies them; `units` wide.

    `shown` (COUNT, 3 units) meets the figures, `low` (units, 6 units) the lower layer's memory for the upper layer and
    for itself, `high` (units, 3 units) the upper layer's own, `out` (2 units, outputs) both.
    """

    units: int
    shown: Floats
    shown_bias: Floats
    low: Floats
    low_bias: Floats
    high: Floats
    out: Floats
    out_bias: Floats


def arranged(tree: Any) -> Weights:  # noqa: ANN401 (arrays by name: an open file of numpy's, or a mapping)
    """Give the weights from their fitted form; gates are halved, so that one `tanh` serves for all."""
    units = tree["back0"].shape[0]
    half = np.concatenate([np.full(2 * units, 0.5, np.float32), np.ones(units, np.float32)])
    fitted = {name: np.asarray(tree[name], np.float32) for name in NAMES}
    return Weights(
        units,
        np.ascontiguousarray(fitted["in0"] * half),
        fitted["bias0"] * half,
        np.ascontiguousarray(np.concatenate([fitted["in1"] * half, fitted["back0"] * half], axis=1)),
        fitted["bias1"] * half,
        np.ascontiguousarray(fitted["back1"] * half),
        np.ascontiguousarray(fitted["out"]),
        fitted["out_bias"],
    )


class RecurrentNetwork:
    """One line's network and what it remembers. Changes in place; one pipeline owns it."""

    __slots__ = ("both", "from_low", "weights")

    def __init__(self, weights: Weights) -> None:
        """Begin with nothing heard."""
        self.weights = weights
        self.both = np.zeros(2 * weights.units, np.float32)
        self.from_low = np.zeros(6 * weights.units, np.float32)

    def step(self, figures: list[float]) -> Floats:
        """Take a tick's figures; give the outputs, shape (outputs,)."""
        weights, units = self.weights, self.weights.units
        low, high = self.both[:units], self.both[units:]
        shown = np.array(figures, np.float32) @ weights.shown
        shown += weights.shown_bias
        _renew(units, low, shown, self.from_low[3 * units :])
        self.from_low = from_low = low @ weights.low
        above = from_low[: 3 * units]
        above += weights.low_bias
        _renew(units, high, above, high @ weights.high)
        given: Floats = self.both @ weights.out
        given += weights.out_bias
        return given


def _renew(units: int, memory: Floats, shown: Floats, remembered: Floats) -> None:
    """Bring one layer's memory up to date, in place."""
    gates = np.tanh(shown[: 2 * units] + remembered[: 2 * units])
    gates += 1.0
    gates *= 0.5
    candidate = gates[:units] * remembered[2 * units :]
    candidate += shown[2 * units :]
    np.tanh(candidate, candidate)
    candidate -= memory
    candidate *= gates[units:]
    memory += candidate
