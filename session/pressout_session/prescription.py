"""Prescription: exercises in order, each with its dose, as a therapist or the clinic set it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from pressout_session.exercises import EXERCISES, CabledExercise, Side, TimedExercise
from pressout_signal.events import Movement, Resistance

Positive = Annotated[float, msgspec.Meta(gt=0)]
Count = Annotated[int, msgspec.Meta(ge=1, le=200)]
Rounds = Annotated[int, msgspec.Meta(ge=1, le=10)]


class CueSensitivity(StrEnum):
    """How sure the station must be before it reminds of posture."""

    OFF = "off"
    CAREFUL = "careful"
    USUAL = "usual"


class CabledItem(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="cabled"):
    """An exercise on the line.

    `target_n` is the tension at the start position on tubing, the stack's static tension at the handle on a
    cable; the band is `tolerance_n` newtons either way. `hold_s` 0 prescribes no hold, `stroke_s` 0 no tempo (else the
    time out and the time back), `rest_s` 0 no rest. `sets` are per side. `tubing` is what its maker calls the colour.
    """

    exercise: str
    resistance: Resistance
    target_n: Positive
    tolerance_n: Positive
    sets: Count
    reps: Count
    hold_s: Annotated[float, msgspec.Meta(ge=0, le=120)]
    first_side: Side
    stroke_s: Annotated[float, msgspec.Meta(ge=0, le=20)] = 0.0
    rest_s: Annotated[float, msgspec.Meta(ge=0, le=900)] = 0.0
    cue: CueSensitivity = CueSensitivity.USUAL
    tubing: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(EXERCISES.get(self.exercise), CabledExercise):
            raise ValueError(f"exercise: found {self.exercise!r}, expected one that is done on the line")

    def same_work(self, other: Item) -> bool:
        """Whether another is the same exercise on the same line: what was done of the one is of the other, too."""
        found = isinstance(other, CabledItem) and (other.exercise, other.resistance)
        return found == (self.exercise, self.resistance)

    @property
    def in_short(self) -> str:
        """Say it on one line, for the audit."""
        return f"{self.exercise} {self.target_n:.1f} N, {self.sets} x {self.reps}, hold {self.hold_s:g} s"

    @property
    def movement(self) -> Movement:
        """What the exercise does with the handle."""
        exercise = EXERCISES[self.exercise]
        assert isinstance(exercise, CabledExercise)  # held by __post_init__
        return exercise.movement


class TimedItem(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="timed"):
    """An exercise beside the line: `reps` of `duration_s` seconds on each side; 0 s is tapped through."""

    exercise: str
    reps: Count
    duration_s: Annotated[float, msgspec.Meta(ge=0, le=600)]
    first_side: Side

    def __post_init__(self) -> None:
        if not isinstance(EXERCISES.get(self.exercise), TimedExercise):
            raise ValueError(f"exercise: found {self.exercise!r}, expected one that is timed or tapped")

    @property
    def in_short(self) -> str:
        """Say it on one line, for the audit."""
        return f"{self.exercise} {self.reps} x {self.duration_s:g} s"


Item = CabledItem | TimedItem


class Prescription(msgspec.Struct, frozen=True, kw_only=True):
    """One visit's work: `items` in order, `rounds` times over, who set it (an opaque reference), when (RFC 3339, UTC).

    What the clinic sent has its `version` there; until someone at the station, or the site's policy, has accepted it,
    it is shown as the clinic's.
    """

    prescription_id: str
    items: tuple[Item, ...]
    set_by: str | None = None
    set_at: str | None = None
    version: Annotated[int, msgspec.Meta(ge=1)] | None = None
    from_clinic: bool = False
    accepted_by: str | None = None
    rounds: Rounds = 1

    def __post_init__(self) -> None:
        if not any(isinstance(item, CabledItem) for item in self.items):
            raise ValueError("items: found none that is done on the line, expected at least one")

    @property
    def unaccepted(self) -> bool:
        """Whether it is the clinic's word alone."""
        return self.from_clinic and self.accepted_by is None

    @property
    def first_on_the_line(self) -> CabledItem:
        """The first item that is done on the line; there is always one."""
        return next(item for item in self.items if isinstance(item, CabledItem))

    def asks_as(self, other: Prescription) -> bool:
        """Whether another asks for the same work, whoever set it."""
        return (self.items, self.rounds) == (other.items, other.rounds)

    def same_version(self, other: Prescription) -> bool:
        """Whether another goes by the same number and version."""
        return (self.prescription_id, self.version) == (other.prescription_id, other.version)

    def with_item(self, place: int, item: Item) -> Prescription:
        """Give the prescription with another item at a place."""
        return msgspec.structs.replace(self, items=(*self.items[:place], item, *self.items[place + 1 :]))
