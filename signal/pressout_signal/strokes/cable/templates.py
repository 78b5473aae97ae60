"""What a stroke of each length would look like in the tension, had it ended just now.

A stroke begins and ends at rest. Its acceleration is that of a minimum jerk (Flash & Hogan 1985) along the line: the
handle's own in a row, and sqrt(d^2 + x^2) of it in a press, whose line is flat near the chest. Beside its shape a
stroke has an offset: friction adds to the weight while it rises and takes off while it falls.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from pressout_signal.strokes.cable.ticks import TICK_S

Array = NDArray[np.float64]

DURATIONS_S: Final[Array] = np.asarray(0.3 * 1.17 ** np.arange(18), dtype=np.float64)
"""Whole strokes, rest to rest: 0.3 s (the line takes the handle back) to 4.3 s."""
LENGTHS: Final = np.maximum(np.round(DURATIONS_S / TICK_S).astype(int), 5)
SPAN: Final = int(LENGTHS.max()) + 2
"""Ticks that must be remembered."""
WHITENING: Final = 0.6
"""Correlation of one tick's misfit with the next: ticks overlap by half, and ringing outlives them."""
ANCHOR_M, ARM_M = 1.5, 1.0
"""The press's profile: the anchor this far to the side for a handle that moves this far; only the ratio matters."""


def acceleration(*, row: bool) -> tuple[Array, Array]:
    """Give the acceleration over a stroke of one metre in one second: shares of its time, and m/s^2 at them."""
    share = np.linspace(0.0, 1.0, 401)
    place = share**3 * (10.0 - 15.0 * share + 6.0 * share * share)
    if not row:
        place = np.sqrt(ANCHOR_M**2 + (ARM_M * place) ** 2) - ANCHOR_M
        place /= place[-1]
    return share, np.gradient(np.gradient(place, share), share)


class Bank:
    """The templates of all durations, whitened, newest tick first; and the sums that a least-squares fit needs.

    Arrays are shaped (durations, ticks) or (durations,); `back` ones have a first axis of two: out, back.
    """

    def __init__(self, *, row: bool) -> None:
        count = len(LENGTHS)
        offset = np.zeros((count, SPAN))
        shape = np.zeros((2, count, SPAN))
        for place, ticks in enumerate(LENGTHS):
            for back in (0, 1):
                offset[place, :ticks], shape[back, place, :ticks] = _whitened(ticks, DURATIONS_S[place], back, row=row)
        mask = (offset > 0.0).astype(float)
        self.ticks_used: Array = mask.sum(1)
        self._basis = np.concatenate([offset, shape[0], shape[1]])
        self._mask = mask
        self.offset_offset: Array = (offset**2).sum(1)
        self.offset_shape: Array = np.stack([(offset * shape[back]).sum(1) for back in (0, 1)])
        self.shape_shape: Array = np.stack([(shape[back] ** 2).sum(1) for back in (0, 1)])

    def sums(self, whitened: Array) -> tuple[Array, Array, Array]:
        """Give the sums of ticks (newest first) with offsets, shapes (out, back) and themselves, each by duration."""
        count = len(LENGTHS)
        with_basis = self._basis @ whitened
        return with_basis[:count], with_basis[count:].reshape(2, count), self._mask @ (whitened * whitened)


def _whitened(ticks: int, duration_s: float, back: int, *, row: bool) -> tuple[Array, Array]:
    """Give a template's offset and shape, each tick less its predecessor's share; zero where it is not held to."""
    at, profile = acceleration(row=row)
    share = (np.arange(ticks)[::-1] + 0.5) / ticks  # newest first
    shape = np.interp(1.0 - share if back else share, at, profile) / duration_s**2
    # The first tick is not held to what came before the stroke, nor the last to what it rings with.
    used = np.flatnonzero((share > 0.08) & (share < 0.96))
    first, last = used[0], used[-1]
    shape[:first] = shape[first]
    whitened = shape.copy()
    whitened[:-1] -= WHITENING * shape[1:]
    offset = np.full(ticks, 1.0 - WHITENING)
    for array in (whitened, offset):
        array[last:] = 0.0
        array[:first] = 0.0
    return offset, whitened
