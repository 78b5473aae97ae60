"""Rounds: the whole prescription several times over, and in each round every set in its order."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from builders import a_prescription, an_item, an_order, an_origin, facts_of_a_session
from pressout_session.course import Course, Turn, turns_of
from pressout_session.document_builder import document_of
from pressout_session.exercises import Side
from pressout_session.facts import AnyFact, Closed, EndReason, Opened
from pressout_session.prescription import Prescription, TimedItem
from pressout_session.record import folded
from pressout_session.visit import Moved, Visit
from pressout_session.visit_replay import visit_of
from pressout_session.visit_stage import Stage
from test_session_visit import lets_go, repeats

L, R = Side.LEFT, Side.RIGHT
BESIDE = TimedItem(exercise="stir_the_pot", reps=1, duration_s=30.0, first_side=L)


def twice(**dose: object) -> Prescription:
    return replace(a_prescription(an_item(reps=1, **dose), BESIDE), rounds=2)


def beside(visit: Visit) -> Moved:
    return visit.timed_done(100.0, 1, 30.0)


def lived(prescription: Prescription, *deeds: Callable[[Visit], Moved]) -> tuple[Visit, list[AnyFact]]:
    opened = facts_of_a_session(0)[0]
    assert isinstance(opened, Opened)
    visit = Visit(Course.of(prescription))
    facts: list[AnyFact] = [replace(opened, prescription=prescription)]
    for deed in deeds:
        visit, more = deed(visit)
        facts += more
    return visit, facts


def test_a_round_is_the_whole_prescription_with_all_its_sets() -> None:
    assert [(turn.round, turn.item, turn.set_number, turn.side) for turn in turns_of(twice(sets=2))] == [
        (in_round, *rest) for in_round in (1, 2) for rest in ((0, 1, L), (0, 1, R), (0, 2, L), (0, 2, R), (1, 1, L))
    ]


def test_a_visit_goes_through_its_rounds_and_its_document_says_which_each_was() -> None:
    once = (repeats, lets_go, repeats, lets_go, beside)
    visit, facts = lived(twice(), *once, *once)
    document = document_of(folded([*facts, Closed(t_s=200.0, reason=EndReason.DONE)]), an_origin())

    assert visit.stage is Stage.OVER
    assert [(held.round, held.side, held.count) for held in document.sets] == [
        (1, L, 1),
        (1, R, 1),
        (2, L, 1),
        (2, R, 1),
    ]
    assert [done.round for done in document.timed] == [1, 2]
    assert document.prescription.rounds == 2


def test_a_new_dose_in_the_second_round_asks_for_nothing_of_the_first() -> None:
    done = (repeats, lets_go, repeats, lets_go, beside)
    visit, _facts = lived(twice(), *done, lambda visit: visit.dosed(150.0, 0, an_item(reps=1, sets=2), "MR"))

    assert [(turn.round, turn.set_number, turn.side) for turn in visit.course.turns[visit.course.place :]] == [
        (2, 1, L),
        (2, 1, R),
        (2, 2, L),
        (2, 2, R),
        (2, 1, L),
    ]


def test_the_clinic_may_order_rounds() -> None:
    order = replace(an_order(), rounds=3)

    assert order.prescription().rounds == 3
    assert an_order().prescription().rounds == 1


@given(sets=st.integers(1, 3), rounds=st.integers(1, 4), place=st.integers(0, 40))
def test_after_any_restart_the_visit_is_in_the_round_in_which_it_was(sets: int, rounds: int, place: int) -> None:
    prescription = replace(twice(sets=sets), rounds=rounds)
    turns = turns_of(prescription)
    place = min(place, len(turns))
    deeds = [[beside] if turn.item else [repeats, lets_go] for turn in turns[:place]]
    visit, facts = lived(prescription, *itertools.chain.from_iterable(deeds))

    again = visit_of(facts)

    assert again is not None
    assert again.course.asked_from(again.course.place) == visit.course.asked_from(place) == turns[place:]


@pytest.mark.parametrize("in_round", [1, 2])
def test_the_other_side_first_is_so_in_every_round_to_come_and_in_none_before(in_round: int) -> None:
    course = Course.of(twice())
    while course.turn.round < in_round:
        course = course.after()

    sides = [(turn.round, turn.side) for turn in course.swapped().turns if turn.item == 0]

    assert sides == [(one, side) for one in (1, 2) for side in ((R, L) if one >= in_round else (L, R))]


def test_what_is_done_beyond_all_rounds_is_of_the_last_one() -> None:
    course = Course.of(replace(a_prescription(an_item(reps=1)), rounds=2))
    for _ in range(5):
        course = course.after()

    assert course.turn == Turn(0, R, 2, 2)
