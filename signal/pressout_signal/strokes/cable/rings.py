"""The latest ticks of something, newest first, without moving them all at every tick."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pressout_signal.strokes.cable.templates import SPAN

Array = NDArray[np.float64]
ROOM = 5 * SPAN
"""They are moved once in so many ticks, less `SPAN`."""


class Ring:
    """The last `SPAN` values (numbers, or arrays of `shape`), in front of which the next is put."""

    def __init__(self, fill: float, *shape: int) -> None:
        self.room: Array = np.full((*shape, ROOM), fill)
        self.at = ROOM - SPAN

    def push(self, value: ArrayLike) -> None:
        """Take the newest."""
        if self.at == 0:
            self.room[..., 1 - SPAN :] = self.room[..., : SPAN - 1].copy()
            self.at = ROOM - SPAN + 1
        self.at -= 1
        self.room[..., self.at] = value

    @property
    def latest(self) -> Array:
        """All of them, newest first: a view, shaped (..., SPAN)."""
        return self.room[..., self.at : self.at + SPAN]
