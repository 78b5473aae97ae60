"""The exercises as data: what moves, what is sensed, and the usual dose (docs/explanation/what-counts.md).

One load cell senses the cabled ones by tension. The others of the circuit are timed or tapped, never sensed.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from pressout_signal.events import Movement


class Side(StrEnum):
    """The side of the body toward the anchor; in a row, the pulling arm's."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> Side:
        """The other side."""
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


class CabledExercise(Struct, frozen=True, kw_only=True):
    """An exercise on the line: `reps` a side in each of `sets`, each held for `hold_s` seconds."""

    id: str
    movement: Movement
    reps: int
    sets: int = 1
    hold_s: float = 0.0


class TimedExercise(Struct, frozen=True, kw_only=True):
    """An exercise beside the line: `reps` of `duration_s` seconds a side; a duration of 0 is tapped through."""

    id: str
    reps: int
    duration_s: float
    both_sides: bool = True


Exercise = CabledExercise | TimedExercise

EXERCISES: Final[Mapping[str, Exercise]] = MappingProxyType(
    {
        exercise.id: exercise
        for exercise in (
            CabledExercise(id="pallof_press", movement=Movement.PRESS, reps=15, hold_s=2.0),
            CabledExercise(id="half_kneeling_pallof_press", movement=Movement.PRESS, reps=15, sets=2, hold_s=2.0),
            CabledExercise(id="half_kneeling_row", movement=Movement.ROW, reps=10, hold_s=1.0),
            TimedExercise(id="bird_dog", reps=10, duration_s=10.0),
            TimedExercise(id="stir_the_pot", reps=1, duration_s=30.0, both_sides=False),
            TimedExercise(id="side_plank", reps=1, duration_s=30.0),
            TimedExercise(id="lateral_rotational_lunge", reps=8, duration_s=0.0),
        )
    }
)

CABLED: Final = tuple(exercise.id for exercise in EXERCISES.values() if isinstance(exercise, CabledExercise))
