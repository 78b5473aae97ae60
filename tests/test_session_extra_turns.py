"""Turns beyond what is asked, and turns in an order of their own: whose side they were on stays so."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from builders import a_prescription, an_item, facts_of_a_session
from pressout_session.course import Course, Turn
from pressout_session.exercises import Side
from pressout_session.facts import AnyFact, Opened, SetOpened, TurnGivenUp
from pressout_session.visit import Visit
from pressout_session.visit_corrections import side_swapped, undone
from pressout_session.visit_replay import visit_of
from pressout_session.visit_stage import Stage
from test_session_visit import lets_go, lived, repeats

SIDE = (repeats, repeats, lets_go)


def test_turns_beyond_what_is_asked_go_from_side_to_side() -> None:
    course = Course.of(a_prescription(an_item()))
    turns = []
    for _ in range(6):
        turns.append(course.turn)
        course = course.after()

    sides = [Side.LEFT, Side.RIGHT] * 3
    assert turns == [Turn(0, side, 1 + place // 2) for place, side in enumerate(sides)]


@pytest.mark.parametrize("extra", [1, 2, 3])
def test_an_extra_turn_on_the_other_side_is_followed_by_the_side_after_that(extra: int) -> None:
    course = Course.of(a_prescription(an_item()))
    for _ in range(1 + extra):
        course = course.after()
    swapped = course.swapped()

    assert swapped.over
    assert swapped.turn == Turn(0, course.turn.side.other, course.turn.set_number)
    assert swapped.after().turn.side is course.turn.side
    assert swapped.swapped().turn == course.turn


def test_an_extra_set_that_is_put_on_the_other_side_is_no_pause() -> None:
    visit, record = lived(*SIDE * 2, repeats, lets_go, lambda visit: side_swapped(visit, 60.0), reps=2)

    assert visit.stage is Stage.OVER
    assert record.sets[-1].side is Side.RIGHT


def test_what_is_undone_of_an_extra_set_is_of_its_side_though_more_was_asked_since() -> None:
    visit, record = lived(
        *SIDE * 2,
        repeats,
        lets_go,
        lambda visit: visit.dosed(60.0, 0, an_item(sets=3, reps=2), "MR"),
        lambda visit: undone(visit, 61.0),
        repeats,
        reps=2,
    )

    assert [held.side for held in record.sets][-2:] == [Side.LEFT, Side.LEFT]
    assert visit.side is Side.LEFT


def test_a_visit_whose_turns_have_an_order_of_their_own_goes_on_in_it_after_a_power_cut() -> None:
    asked = a_prescription(an_item(), an_item(exercise="half_kneeling_row"))
    course = Course.of(asked).after().after().after().dosed(0, an_item(sets=2))
    assert course.turns != Course.of(course.prescription).turns
    opened = next(fact for fact in facts_of_a_session() if isinstance(fact, Opened))
    opened = replace(opened, prescription=course.prescription, place=course.place, turns=course.turns)
    turn = course.turn
    facts: list[AnyFact] = [opened, SetOpened(t_s=9.0, item=turn.item, side=turn.side)]

    visit = visit_of(facts)

    assert visit is not None
    assert visit.course == course


def test_a_set_of_an_exercise_whose_turns_were_all_over_is_of_that_exercise() -> None:
    asked = a_prescription(an_item(), an_item(exercise="half_kneeling_row"))
    opened = next(fact for fact in facts_of_a_session() if isinstance(fact, Opened))
    facts: list[AnyFact] = [
        replace(opened, prescription=asked, place=2),
        SetOpened(t_s=9.0, item=0, side=Side.RIGHT),
    ]

    visit = visit_of(facts)

    assert visit is not None
    assert (visit.course.turn.item, visit.side) == (0, Side.RIGHT)
    assert not visit.course.over
    assert visit.course.after().turn == Turn(1, Side.LEFT)


def test_whoever_goes_on_in_a_later_session_and_is_asked_for_more_has_done_what_they_did() -> None:
    visit = Visit(Course.of(a_prescription(an_item(reps=2))).after().after())

    more = visit.dosed(1.0, 0, an_item(reps=2, sets=2), "MR")[0]

    assert more.course.place == 2
    assert more.course.turn == Turn(0, Side.LEFT, 2)


def test_what_an_earlier_session_holds_of_a_turn_is_known_before_the_first_set_of_this_one() -> None:
    opened = next(fact for fact in facts_of_a_session() if isinstance(fact, Opened))
    taken_up = replace(opened, place=0, carried=3)
    facts: list[AnyFact] = [taken_up, TurnGivenUp(t_s=12.0)]

    visit, after = visit_of([taken_up]), visit_of(facts)

    assert visit is not None
    assert (visit.stage, visit.turn_count) == (Stage.PAUSE, 3)
    assert after is not None
    assert after.course.place == 1
