"""Exercises and the doses that they begin with, and what a dose is that says nothing of itself."""

from __future__ import annotations

import msgspec
import pytest

from builders import a_document, a_prescription, an_item
from pressout_session.exercises import EXERCISES, CabledExercise, TimedExercise
from pressout_session.history import past_visit
from pressout_session.prescription import Prescription
from pressout_signal.events import Movement


def test_each_exercise_begins_with_the_dose_that_is_usual() -> None:
    cabled = {
        name: (one.movement, one.reps, one.sets, one.hold_s)
        for name, one in EXERCISES.items()
        if isinstance(one, CabledExercise)
    }
    timed = {
        name: (one.reps, one.duration_s, one.both_sides)
        for name, one in EXERCISES.items()
        if isinstance(one, TimedExercise)
    }

    assert cabled == {
        "pallof_press": (Movement.PRESS, 15, 1, 2.0),
        "half_kneeling_pallof_press": (Movement.PRESS, 15, 2, 2.0),
        "half_kneeling_row": (Movement.ROW, 10, 1, 1.0),
    }
    assert timed == {
        "bird_dog": (10, 10.0, True),
        "stir_the_pot": (1, 30.0, False),
        "side_plank": (1, 30.0, True),
        "lateral_rotational_lunge": (8, 0.0, True),
    }


def test_a_dose_is_the_clinics_and_unaccepted_only_where_it_says_so() -> None:
    plain = msgspec.json.decode(msgspec.json.encode(a_prescription()), type=Prescription)
    bare = Prescription(prescription_id="test", items=(an_item(),))

    assert (plain.from_clinic, bare.from_clinic, bare.unaccepted) == (False, False, False)
    assert msgspec.structs.replace(bare, from_clinic=True).unaccepted


def test_a_visits_target_is_that_of_its_first_exercise_on_the_line() -> None:
    document = a_document()
    asked = a_prescription(an_item(target_n=50.0, sets=3, reps=4), an_item(target_n=70.0, exercise="half_kneeling_row"))
    two = msgspec.structs.replace(document, prescription=asked)

    assert past_visit(two).target_n == 50.0
    assert past_visit(two).asked == 2 * 3 * 4 + 2 * 5


@pytest.mark.parametrize("name", list(EXERCISES))
def test_an_exercise_is_known_by_its_own_name(name: str) -> None:
    assert EXERCISES[name].id == name
