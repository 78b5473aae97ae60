"""Programmes: exercises with their usual doses, alone or as a ready-made visit. A therapist changes what they like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, assert_never

from msgspec import Struct
from msgspec.structs import replace

from pressout_session.exercises import EXERCISES, CabledExercise, TimedExercise
from pressout_session.prescription import CabledItem, Item, Prescription, TimedItem

MOST_ITEMS, MOST_ROUNDS = 8, 6


class ReadyMade(StrEnum):
    """The visits that one tap composes."""

    PRESS = "press"
    UPRIGHT_BIRD_DOG = "upright_bird_dog"
    THREE_FOR_THE_SPINE = "three_for_the_spine"


class Work(Struct, frozen=True):
    """What a visit is made of: its exercises in order, so many times over."""

    items: tuple[Item, ...]
    rounds: int = 1

    def is_asked_by(self, prescription: Prescription) -> bool:
        """Whether a prescription asks for this very work, and a therapist here has accepted it."""
        return (prescription.items, prescription.rounds) == (self.items, self.rounds) and not prescription.unaccepted

    @property
    def in_short(self) -> str:
        """Say it on one line, for the audit."""
        return "; ".join(item.in_short for item in self.items) + (f"; {self.rounds} rounds" if self.rounds > 1 else "")


MADE_OF: Final[Mapping[ReadyMade, tuple[tuple[str, ...], int]]] = MappingProxyType(
    {
        ReadyMade.PRESS: (("pallof_press",), 1),
        ReadyMade.UPRIGHT_BIRD_DOG: (("bird_dog", "half_kneeling_pallof_press", "stir_the_pot"), 2),
        ReadyMade.THREE_FOR_THE_SPINE: (("pallof_press", "half_kneeling_row", "lateral_rotational_lunge"), 1),
    }
)


def usual(exercise: str, like: CabledItem, target_n: float) -> Item:
    """Give an exercise with its usual dose; on the line as `like`, with that target and the same share of tolerance."""
    found = EXERCISES[exercise]
    match found:
        case CabledExercise():
            tolerance_n = like.tolerance_n / like.target_n * target_n
            dose = {"reps": found.reps, "sets": found.sets, "hold_s": found.hold_s}
            return replace(like, exercise=exercise, target_n=target_n, tolerance_n=tolerance_n, **dose)
        case TimedExercise():
            return TimedItem(
                exercise=exercise, reps=found.reps, duration_s=found.duration_s, first_side=like.first_side
            )
        case never:
            assert_never(never)


def other_work(prescription: Prescription, place: int, item: Item, composed: Prescription | None = None) -> Work | None:
    """Give what a prescription asks for with another item at a place; None where that is only another dose of the same.

    Sets name their exercise by its place: another exercise there, or another line, would rename what was done. Where
    other exercises are `composed` already and wait for the set to end, the dose is for the one among them that it was
    of; where that is none of them, there is nothing to change.
    """
    before = prescription.items[place]
    if composed is not None:
        at = next((n for n, one in enumerate(composed.items) if one == before), None)
        return Work(composed.items if at is None else composed.with_item(at, item).items, composed.rounds)
    if not isinstance(before, CabledItem) or before.same_work(item):
        return None
    return Work(prescription.with_item(place, item).items, prescription.rounds)


def ready_made(which: ReadyMade, item_for: Callable[[str], Item]) -> Work:
    """Give a ready-made visit of the items that `item_for` gives for its exercises, a set of each in a round."""
    exercises, rounds = MADE_OF[which]
    items = (item_for(exercise) for exercise in exercises)
    return Work(tuple(replace(item, sets=1) if isinstance(item, CabledItem) else item for item in items), rounds)
