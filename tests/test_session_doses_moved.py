"""Doses that change in the middle: what was done stays of its exercise, side and turn, and is not asked for again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import test_session_rounds
from builders import a_prescription, a_repetition, an_item, facts_of_a_session
from pressout_session.completion import Completion, completion
from pressout_session.course import Course, turns_of
from pressout_session.exercises import Side
from pressout_session.facts import AnyFact, Opened
from pressout_session.prescription import CabledItem, Item, Prescription, TimedItem
from pressout_session.programmes import other_work
from pressout_session.record import Record, folded
from pressout_session.visit import Moved, Visit
from pressout_session.visit_corrections import side_swapped, undone
from pressout_session.visit_replay import visit_of
from pressout_session.visit_stage import Stage
from pressout_signal.events import Resistance
from test_session_visit import lets_go, repeats

L, R = Side.LEFT, Side.RIGHT
ROW = an_item(exercise="half_kneeling_row", reps=3)
PLANKS = TimedItem(exercise="side_plank", reps=2, duration_s=30.0, first_side=L)
Deed = Callable[[Visit], Moved]


def pallof(sets: int = 1, reps: int = 2) -> CabledItem:
    return an_item(sets=sets, reps=reps)


def dosed(place: int, item: Item) -> Deed:
    return lambda visit: visit.dosed(40.0, place, item, "MR")


def later(visit: Visit) -> Moved:
    """Repeat once more, after any change of a dose."""
    return visit.heard(a_repetition(start_s=60.0))


def lived(prescription: Prescription, *deeds: Deed) -> tuple[Visit, Record, list[AnyFact]]:
    visit, facts = test_session_rounds.lived(prescription, *deeds)
    return visit, folded(facts), facts


TURN = (repeats, repeats, lets_go)
HALF = (repeats, lets_go)


@pytest.mark.parametrize("while_open", [False, True])
def test_a_turn_that_is_asked_for_no_more_is_over_and_the_next_exercise_begins_at_nought(while_open: bool) -> None:
    fewer = dosed(0, pallof(sets=1))
    begun = (repeats, fewer, lets_go) if while_open else (*HALF, fewer)
    visit, record, facts = lived(a_prescription(pallof(sets=2), ROW), *TURN, *TURN, *begun, repeats)

    assert (visit.course.turn.item, visit.side, visit.turn_count) == (1, L, 1)
    assert [(held.item, held.side, held.count, held.goes_on) for held in record.sets] == [
        (0, L, 2, False),
        (0, R, 2, False),
        (0, L, 1, False),
        (1, L, 1, False),
    ]
    assert side_swapped(visit, 50.0)[0].course.turns[2].side is L  # it is the row's side alone that was wrong
    again = visit_of(facts)
    assert again is not None
    assert (again.course.turn.item, again.turn_count) == (1, 1)


def test_what_is_beside_the_line_follows_a_turn_that_is_asked_for_no_more() -> None:
    visit, _record, _facts = lived(
        a_prescription(pallof(sets=2), PLANKS), *TURN, *TURN, *HALF, dosed(0, pallof(sets=1))
    )

    assert (visit.stage, visit.course.turn.item, visit.side) == (Stage.BESIDE, 1, L)


def test_a_set_more_of_an_earlier_exercise_comes_after_the_turn_that_was_begun() -> None:
    visit, record, _facts = lived(a_prescription(pallof(), ROW), *TURN, *TURN, *HALF, dosed(0, pallof(sets=2)), repeats)

    assert (visit.course.turn.item, visit.turn_count) == (1, 2)
    assert record.sets[-1].goes_on
    assert [(turn.item, turn.side) for turn in visit.course.turns[visit.course.place + 1 :]] == [(0, L), (0, R), (1, R)]


@given(
    before=st.integers(1, 3),
    after=st.integers(1, 3),
    done=st.integers(0, 8),
    half=st.booleans(),
    place=st.integers(0, 1),
)
def test_no_dose_moves_what_was_done_or_asks_for_it_again(
    before: int, after: int, done: int, half: bool, place: int
) -> None:
    asked = a_prescription(pallof(sets=before), replace(ROW, reps=2))
    done = min(done, len(turns_of(asked)))
    new = replace(asked.items[place], sets=after)
    deeds = [*TURN * done, *(HALF if half and done < len(turns_of(asked)) else ()), dosed(place, new)]
    visit, record, _facts = lived(asked, *deeds)
    held = [(one.item, one.side, one.count) for one in record.sets]

    while visit.stage is not Stage.OVER:  # all that is left is done
        for deed in (repeats, *((repeats,) if visit.turn_count < 1 or visit.left else ()), lets_go):
            visit, _more = deed(visit)

    order = Counter((turn.item, turn.side) for turn in turns_of(visit.prescription))
    had = Counter((item, side) for item, side, count in held if count == 2)
    in_course = Counter((turn.item, turn.side) for turn in visit.course.turns[: visit.course.place])
    assert all(in_course[key] >= max(order[key], had[key]) for key in order)
    assert all(in_course[key] <= max(order[key], had[key]) + 1 for key in order)  # one that was begun may be beyond


def test_whoever_did_one_side_twice_is_asked_for_the_one_that_is_missing() -> None:
    visit, _record, _facts = lived(
        a_prescription(pallof(sets=2)), *TURN, *TURN, lambda visit: side_swapped(visit, 40.0)
    )

    assert [turn.side for turn in visit.course.turns] == [L, L, R, R]


@pytest.mark.parametrize(
    ("other", "is_other"),
    [
        (pallof(reps=9), False),
        (replace(pallof(), target_n=60.0), False),
        (replace(pallof(), exercise="half_kneeling_row"), True),
        (replace(pallof(), resistance=Resistance.CABLE), True),
    ],
)
def test_another_exercise_or_line_is_other_work_and_another_dose_is_not(other: CabledItem, is_other: bool) -> None:
    assert (other_work(a_prescription(pallof(), ROW), 0, other) is not None) is is_other


# ---- what was done of what was asked ---------------------------------------------------------------------


def test_all_is_done_when_what_was_asked_then_was_done() -> None:
    more = dosed(0, pallof(reps=3))
    visit, record, _facts = lived(a_prescription(pallof(reps=2)), *TURN, more, later, later, later, lets_go)

    assert completion(record, visit.course) == Completion(5, 5, {})


def test_more_on_one_side_does_not_make_up_for_the_other() -> None:
    visit, record, _facts = lived(
        a_prescription(pallof(reps=2)), repeats, *TURN, *HALF, lambda visit: visit.turn_given_up(50.0)
    )

    assert (completion(record, visit.course).done, completion(record, visit.course).asked) == (3, 4)


def test_what_an_earlier_session_did_is_neither_done_nor_asked_for() -> None:
    prescription = a_prescription(pallof(reps=5), PLANKS)
    course = Course.of(prescription).after()
    opened = facts_of_a_session(0)[0]
    assert isinstance(opened, Opened)
    visit = Visit(course, earlier=2, left=False, carried=2)
    facts: list[AnyFact] = [replace(opened, prescription=prescription, place=1, carried=2)]
    deeds: list[Deed] = [repeats, repeats, repeats, lets_go, lambda visit: visit.timed_done(90.0, 2, 30.0)]
    for deed in deeds:
        visit, more = deed(visit)
        facts += more

    seen = completion(folded(facts), visit.course)

    assert (seen.done, seen.asked, seen.timed) == (3, 3, {1: (2, 4)})
    assert not seen.whole


def test_a_set_that_held_nothing_is_no_turn() -> None:
    visit, record, _facts = lived(
        a_prescription(pallof(reps=2)), repeats, lambda visit: undone(visit, 30.0), lets_go, *TURN, *TURN
    )

    assert visit.stage is Stage.OVER
    assert completion(record, visit.course) == Completion(4, 4, {})


def test_a_turn_that_a_smaller_dose_ended_was_done_whole() -> None:
    fewer = dosed(0, pallof(reps=1))
    visit, record, _facts = lived(a_prescription(pallof(reps=2)), repeats, fewer, lets_go, later, lets_go)

    assert visit.stage is Stage.OVER
    assert completion(record, visit.course).whole


def test_one_more_at_the_end_of_a_round_skips_nothing_of_the_next() -> None:
    twice = replace(a_prescription(PLANKS, pallof(reps=2), replace(PLANKS, exercise="bird_dog")), rounds=2)
    planks: Deed = lambda visit: visit.timed_done(90.0, 2, 30.0)  # noqa: E731
    visit, record, facts = lived(twice, planks, planks, *TURN, *TURN, repeats, lets_go)

    assert (record.sets[-1].side, record.sets[-1].goes_on, record.turn_count(len(record.sets) - 1)) == (R, True, 3)
    assert (visit.stage, visit.course.turn.item, visit.course.turn.round) == (Stage.BESIDE, 2, 1)
    again = visit_of(facts)
    assert again is not None
    assert again.course.turn == visit.course.turn
