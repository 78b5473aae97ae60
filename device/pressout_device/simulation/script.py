"""Script of a simulated body's postures over time: reach, stance, turn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from pressout_device.simulation.line import STEP_S, Array


class BodyPosture(NamedTuple):
    """Where somebody is: the handle in front of the chest, the anchor's distance (m), the trunk's turn to it (rad)."""

    reach_m: float = 0.0
    distance_m: float = 0.0
    turn_rad: float = 0.0


@dataclass(slots=True)
class Script:
    """Postures over time, each reached from rest to rest.

    Examples
    --------
    >>> script = Script()
    >>> script.move(1.0, BodyPosture(reach_m=0.6, distance_m=1.5))
    >>> script.now_s, script.at.reach_m
    (1.0, 0.6)
    """

    at: BodyPosture = field(default_factory=BodyPosture)
    now_s: float = 0.0
    parts: list[Array] = field(default_factory=list)

    def move(self, duration_s: float, to: BodyPosture, haste: float = 1.0) -> None:
        """Go from where we are to there, a minimum jerk (Flash & Hogan 1985); below 1, `haste` is early, above late."""
        count = max(2, round(duration_s / STEP_S))
        tau = (np.arange(1, count + 1) / count) ** haste
        share = tau**3 * (10.0 - 15.0 * tau + 6.0 * tau**2)
        start = np.array(self.at)[:, None]
        self.parts.append(start + (np.array(to)[:, None] - start) * share)
        self.at = to
        self.now_s += count * STEP_S

    def stay(self, duration_s: float) -> None:
        """Stay there."""
        self.move(duration_s, self.at)

    def tracks(self) -> tuple[Array, Array, Array]:
        """Give reach, distance and turn over time, on the grid."""
        reach, distance, turn = np.concatenate(self.parts, axis=1)
        return reach, distance, turn


def line_across(reach_m: Array, distance_m: Array, turn_rad: Array) -> Array:
    """Give the length of a line that comes from the side of a body that presses forward, in metres."""
    nearer_m, reach_m = reach_m * np.sin(turn_rad), reach_m * np.cos(turn_rad)
    return np.asarray(np.hypot(distance_m - nearer_m, reach_m))
