"""What a stroke of each length would look like in the tension, had it ended just now or come so far.

A stroke begins and ends at rest. Its acceleration is that of a minimum jerk (Flash & Hogan 1985) along the line: the
handle's own in a row, and sqrt(d^2 + x^2) of it in a press, whose line is flat near the chest. People are earlier or
later than that, which is a second shape. Beside its shapes a stroke has an offset: friction adds to the weight while it
rises and takes off while it falls, and turns over from where it stood within the first per cent of the way (Dahl 1968).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from pressout_signal.strokes.cable.ticks import TICK_S

Array = NDArray[np.float64]

DURATIONS_S: Final[Array] = np.asarray(0.3 * 1.17 ** np.arange(18), dtype=np.float64)
"""Whole strokes, rest to rest: 0.3 s (the line takes the handle back) to 4.3 s."""
LOG_DURATIONS: Final[Array] = np.log(DURATIONS_S)
LENGTHS: Final = np.maximum(np.round(DURATIONS_S / TICK_S).astype(int), 5)
SPAN: Final = int(LENGTHS.max()) + 2
"""Ticks that must be remembered."""
WHITENING: Final = 0.6
"""Correlation of one tick's misfit with the next: ticks overlap by half, and ringing outlives them."""
ANCHOR_M, ARM_M = 1.5, 1.0
"""The press's profile: the anchor this far to the side for a handle that moves this far; only the ratio matters."""
GIVE: Final = 0.015
"""Share of the way within which friction turns over: about 2 mm of a press's 0.15 m."""
WARP: Final = 0.1
"""The second shape is the difference of strokes whose time runs as its powers 1 + and 1 - this."""
OFFSET, SHAPE, SKEW, ONSET = range(4)
FIRST: Final = 0.08
"""Share of a stroke's time that it is not held to: until then it is what came before."""


def place(share: Array, *, row: bool, back: bool) -> Array:
    """Give the share of the line's way done at shares of a stroke's time."""
    at = share**3 * (10.0 - 15.0 * share + 6.0 * share * share)
    if row:
        return at
    at = 1.0 - at if back else at
    line = (np.sqrt(ANCHOR_M**2 + (ARM_M * at) ** 2) - ANCHOR_M) / (np.sqrt(ANCHOR_M**2 + ARM_M**2) - ANCHOR_M)
    return np.asarray(1.0 - line if back else line)


def shapes(*, row: bool, back: bool) -> tuple[Array, Array, Array, Array]:
    """Give, at shares of a stroke's time: acceleration (m/s^2 for 1 m in 1 s), its skew, and friction's onset.

    A return's way is counted as positive too; its acceleration is the line's, downward first.
    """
    share = np.linspace(0.0, 1.0, 401)
    sign = -1.0 if back else 1.0

    def accelerated(power: float) -> Array:
        way = place(share**power, row=row, back=back)
        return np.asarray(sign * np.gradient(np.gradient(way, share), share))

    onset = np.exp(-place(share, row=row, back=back) / GIVE)
    return share, accelerated(1.0), accelerated(1.0 + WARP) - accelerated(1.0 - WARP), onset


class Bank:
    """The templates of all durations, whitened, newest tick first.

    `parts` has the shape (directions, durations, 4, ticks): offset, shape, skew, onset; `grams` holds their products;
    `used` (durations, ticks) is 1 where a stroke is held to a tick. `done` is how much of its time has passed.
    """

    def __init__(self, *, row: bool, done: float = 1.0) -> None:
        self.lengths: NDArray[np.int64] = np.maximum(np.round(done * LENGTHS).astype(np.int64), 4)
        count = len(LENGTHS)
        basis = np.zeros((2, count, 4, SPAN))
        for back in (0, 1):
            profiles = shapes(row=row, back=bool(back))
            for at, ticks in enumerate(self.lengths):
                share = (np.arange(ticks)[::-1] + 0.5) / LENGTHS[at]  # newest first
                basis[back, at, :, :ticks] = _whitened(share, float(DURATIONS_S[at]), profiles)
        used: NDArray[np.bool_] = np.asarray(basis[0].any(1), dtype=np.bool_)
        self.parts: Array = basis
        self.used: Array = used.astype(float)
        self.ticks_used: Array = self.used.sum(1)
        self.grams: Array = np.einsum("bdkt,bdlt->bdkl", basis, basis)
        self.onsets: Array = self.grams[:, :, ONSET, ONSET].copy()


def _whitened(share: Array, duration_s: float, profiles: tuple[Array, Array, Array, Array]) -> Array:
    """Give a template's four parts, each tick less its predecessor's share; zero where it is not held to."""
    at, acceleration, skew, onset = profiles
    turned = np.interp(share, at, onset)
    shape, late = (np.interp(share, at, profile) / duration_s**2 for profile in (acceleration, skew))
    parts = np.stack([1.0 - turned, shape, late, turned])
    # The first tick is not held to what came before the stroke, nor the last to what it rings with.
    used = (share > FIRST) & (share < 0.96)
    parts[:, :-1] -= WHITENING * parts[:, 1:]
    parts[:, -1] = 0.0
    return np.asarray(parts * used)
