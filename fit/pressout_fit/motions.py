"""What hands, trunk and feet do, instant by instant: pieces that a visit is put together from."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pressout_signal.model.phase_walk import Place

Array = NDArray[np.float64]
RATE_HZ = 80.0
STEP_S = 1.0 / RATE_HZ


def ticks(seconds: float) -> int:
    """Give how many instants some seconds are."""
    return max(round(seconds * RATE_HZ), 0)


def time_shares(seconds: float) -> Array:
    """Give the share of the time of a stroke at each of its instants, three at least, the last one 1."""
    count = max(ticks(seconds), 3)
    return np.arange(1, count + 1) / count


@dataclass(frozen=True, slots=True)
class Moved:
    """What one session did, at `RATE_HZ`, shape (n_instants,) each.

    `way` is the share of the patient's reach that the hand is out; `feet_m` how far the feet are from their first
    place, away from the anchor; `turn_rad` how far the trunk is turned toward it; `taken` is 0 with the line let go and
    1 at the stance; `share` is the way within the stroke itself, 0 to 1; `truth` a `Place`.
    """

    way: Array
    feet_m: Array
    turn_rad: Array
    taken: Array
    share: Array
    truth: NDArray[np.int8]


@dataclass(slots=True)
class Motion:
    """What one session does, piece after piece: each list is of the array of that name in `Moved`."""

    way: list[Array] = field(default_factory=list)
    feet_m: list[Array] = field(default_factory=list)
    turn_rad: list[Array] = field(default_factory=list)
    taken: list[Array] = field(default_factory=list)
    share: list[Array] = field(default_factory=list)
    truth: list[NDArray[np.int8]] = field(default_factory=list)
    at: float = 0.0
    feet: float = 0.0
    turned: float = 0.0
    held: float = 0.0
    ticks: int = 0

    def add(  # noqa: PLR0913 (what moves, by name)
        self,
        way: Array,
        truth: Place | NDArray[np.int8],
        *,
        share: Array | float = 0.0,
        feet: Array | None = None,
        turn: Array | None = None,
        taken: Array | None = None,
    ) -> None:
        """Append a piece; what is not given stays where it is."""
        count = len(way)
        if count == 0:
            return
        self.way.append(way)
        self.feet_m.append(np.full(count, self.feet) if feet is None else feet)
        self.turn_rad.append(np.full(count, self.turned) if turn is None else turn)
        self.taken.append(np.full(count, self.held) if taken is None else taken)
        self.share.append(np.broadcast_to(np.asarray(share, dtype=float), (count,)))
        self.truth.append(np.full(count, truth, np.int8) if isinstance(truth, Place) else truth)
        self.at, self.feet = float(way[-1]), float(self.feet_m[-1][-1])
        self.turned, self.held = float(self.turn_rad[-1][-1]), float(self.taken[-1][-1])
        self.ticks += count

    def still(self, seconds: float, truth: Place, *, share: float = 0.0) -> None:
        """Append stillness."""
        self.add(np.full(ticks(seconds), self.at), truth, share=share)

    def whole(self) -> Moved:
        """Give all pieces as one."""
        way, feet_m, turn_rad, taken, share = (
            np.concatenate(each) for each in (self.way, self.feet_m, self.turn_rad, self.taken, self.share)
        )
        return Moved(way, feet_m, turn_rad, taken, share, np.concatenate(self.truth))
