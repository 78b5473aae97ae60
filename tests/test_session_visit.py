"""A visit's life: sets, pauses, sides and turns, whatever is heard and tapped."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_prescription, a_repetition, an_item, facts_of_a_session
from pressout_session.course import Course
from pressout_session.exercises import Side
from pressout_session.facts import AnyFact, SetClosed, SetOpened, SideCorrected, TurnGivenUp
from pressout_session.record import Record, folded
from pressout_session.visit import Moved, Visit
from pressout_session.visit_corrections import added, restarted, side_swapped, undone
from pressout_session.visit_stage import Stage
from pressout_signal.events import DriftKind, LineLetGo, LineTaken, PartialSeen, SetEnded, TensionDrift

Deed = Callable[[Visit], Moved]


def repeats(visit: Visit) -> Moved:
    return visit.heard(a_repetition())


def lets_go(visit: Visit) -> Moved:
    return visit.heard(SetEnded(t_s=0.0, said_at_s=8.0, number=1))


def a_return_that_ends_in_letting_go(visit: Visit) -> Moved:
    """Count a repetition whose return closed the set, as letting go does, before it was known to be over."""
    return visit.heard(a_repetition(start_s=-5.0))


def lived(*deeds: Deed, reps: int = 10, sets: int = 1) -> tuple[Visit, Record]:
    """Give a visit in which these were done, and the record of it."""
    prescription = a_prescription(an_item(reps=reps, sets=sets))
    visit, facts = Visit(Course.of(prescription)), [facts_of_a_session(0)[0]]
    for deed in deeds:
        visit, more = deed(visit)
        facts += more
    return visit, folded(facts)


def test_letting_go_before_the_dose_is_done_is_a_pause_on_the_same_side() -> None:
    visit, _record = lived(*[repeats] * 5, lets_go)
    assert (visit.stage, visit.side, visit.turn_count) == (Stage.PAUSE, Side.LEFT, 5)

    visit, record = lived(*[repeats] * 5, lets_go, *[repeats] * 5, lets_go)

    assert (visit.stage, visit.side) == (Stage.READY, Side.RIGHT)
    assert [(held.side, held.count) for held in record.sets] == [(Side.LEFT, 5), (Side.LEFT, 5)]
    assert record.turn_count(1) == 10


def test_a_tap_gives_up_the_rest_of_a_turn_and_nothing_else_can_be_given_up() -> None:
    def gives_up(visit: Visit) -> Moved:
        return visit.turn_given_up(40.0)

    visit, record = lived(*[repeats] * 5, lets_go, gives_up, repeats)
    assert [(held.side, held.count, held.goes_on) for held in record.sets] == [
        (Side.LEFT, 5, False),
        (Side.RIGHT, 1, False),
    ]
    assert visit.turn_count == 1
    assert lived(*[repeats] * 5, lets_go)[0].turn_given_up(40.0)[1] == (TurnGivenUp(t_s=40.0),)
    for deeds in ((), (repeats,), (*[repeats] * 10, lets_go)):
        assert lived(*deeds)[0].turn_given_up(40.0) == (lived(*deeds)[0], ())


def test_a_set_is_over_at_once_when_the_dose_is_done_and_the_line_let_go_whatever_is_shown() -> None:
    visit, _ = lived(lambda visit: visit.heard(LineTaken(t_s=1.0, said_at_s=1.3)), repeats, repeats, reps=2)
    assert not visit.set_is_over

    assert visit.heard(LineLetGo(t_s=20.0, said_at_s=20.3))[0].set_is_over
    assert not lived(repeats)[0].heard(LineLetGo(t_s=20.0, said_at_s=20.3))[0].set_is_over


def test_a_pause_on_the_wrong_side_puts_right_all_that_was_done_in_its_turn() -> None:
    deeds = (*[repeats] * 3, lets_go, repeats, lets_go)
    visit, record = lived(*deeds, lambda visit: side_swapped(visit, 50.0))

    assert [held.side for held in record.sets] == [Side.RIGHT, Side.RIGHT]
    assert visit.side is Side.RIGHT
    assert visit.course.after().turn.side is Side.LEFT


def test_one_taken_back_after_the_dose_was_done_opens_the_turn_again_and_one_added_ends_it() -> None:
    back, record = lived(repeats, repeats, lets_go, lambda visit: undone(visit, 40.0), reps=2)
    assert (back.stage, back.side, back.turn_count, record.turn_count(0)) == (Stage.PAUSE, Side.LEFT, 1, 1)

    more, _ = added(back, 41.0)

    assert (more.stage, more.side) == (Stage.READY, Side.RIGHT)


def test_one_taken_back_in_a_set_that_goes_on_and_holds_nothing_is_of_the_set_before() -> None:
    deeds = (*[repeats] * 4, lets_go, repeats, lambda visit: undone(visit, 50.0))
    visit, record = lived(*deeds, lambda visit: undone(visit, 51.0))

    assert visit.turn_count == record.turn_count(1) == 3
    assert [held.count for held in record.sets] == [3, 0]


def test_what_an_earlier_session_holds_is_not_taken_back_in_this_one() -> None:
    carried = lived(*[repeats] * 4, lets_go)[0].resumed(60.0, taut=True)

    assert undone(carried, 61.0) == (carried, ())


def test_one_taken_back_by_mistake_can_be_put_back_though_it_was_the_only_one() -> None:
    visit, record = lived(repeats, lets_go, lambda visit: undone(visit, 40.0), lambda visit: added(visit, 41.0))

    assert (visit.stage, visit.side, visit.turn_count) == (Stage.PAUSE, Side.LEFT, 1)
    assert record.turn_count(0) == 1


def test_a_dose_made_smaller_than_what_was_done_ends_the_turn() -> None:
    paused, _ = lived(*[repeats] * 5, lets_go)

    visit, _ = paused.dosed(40.0, 0, an_item(reps=4), "MR")

    assert (visit.stage, visit.side) == (Stage.READY, Side.RIGHT)


def test_what_is_done_beyond_all_that_was_asked_is_no_pause() -> None:
    visit, _ = lived(*(repeats, repeats, lets_go) * 2, repeats, lets_go, reps=2)

    assert visit.stage is Stage.OVER


DEEDS: tuple[Deed, ...] = (
    repeats,
    lets_go,
    lambda visit: undone(visit, 40.0),
    lambda visit: added(visit, 40.0),
    lambda visit: restarted(visit, 40.0),
    lambda visit: side_swapped(visit, 40.0),
    lambda visit: visit.turn_given_up(40.0),
    a_return_that_ends_in_letting_go,
)


@pytest.mark.parametrize("reps", [1, 3])
@given(chosen=st.lists(st.sampled_from(DEEDS), max_size=25))
def test_whatever_is_done_the_visit_and_the_record_count_the_same(reps: int, chosen: list[Deed]) -> None:
    visit, record = lived(*chosen, reps=reps, sets=2)

    if record.sets and not (visit.left and visit.stage is not Stage.SET):
        last = len(record.sets) - 1
        assert record.turn_count(last) == visit.turn_count
        assert record.sets[last].side is visit.side or not visit.turn_count
    assert (record.open_set is not None) == visit.set_open
    # A repetition is on the side that was said when it was done: sets of one turn are never on two sides.
    for place, held in enumerate(record.sets[1:], start=1):
        assert not held.goes_on or held.side is record.sets[place - 1].side


@given(chosen=st.lists(st.sampled_from(DEEDS), max_size=25))
def test_sets_are_opened_and_closed_in_turn_and_sides_corrected_only_when_there_is_something(
    chosen: list[Deed],
) -> None:
    visit = Visit(Course.of(a_prescription(an_item(reps=3))))
    said: list[AnyFact] = []
    for deed in chosen:
        visit, facts = deed(visit)
        said += facts
    gates: list[AnyFact] = [fact for fact in said if isinstance(fact, SetOpened | SetClosed)]
    assert all(isinstance(fact, SetOpened) == (place % 2 == 0) for place, fact in enumerate(gates))
    first = next((place for place, fact in enumerate(said) if isinstance(fact, SetOpened)), len(said))
    assert not any(isinstance(fact, SideCorrected) for fact in said[:first])


@pytest.mark.parametrize("done", [3, 2])
def test_a_repetition_whose_return_ends_in_letting_go_is_of_the_set_that_it_closed(done: int) -> None:
    visit, record = lived(*[repeats] * done, lets_go, a_return_that_ends_in_letting_go, reps=3)

    assert [(held.side, held.count) for held in record.sets] == [(Side.LEFT, done + 1)]
    assert (visit.side, visit.stage) == (Side.RIGHT, Stage.READY)


def test_an_attempt_and_a_sign_of_lost_posture_that_began_before_the_set_was_closed_open_no_other() -> None:
    attempt = PartialSeen(start_s=-2.0, end_s=1.0, said_at_s=1.0)
    drift = TensionDrift(kind=DriftKind.ROTATION, t_s=-2.0, said_at_s=1.0, drop_n=4.0, confidence=0.9)

    visit, record = lived(*[repeats] * 3, lets_go, lambda v: v.heard(attempt), lambda v: v.heard(drift), reps=3)

    assert [(held.side, len(held.partials), len(held.drift)) for held in record.sets] == [(Side.LEFT, 1, 1)]
    assert visit.stage is Stage.READY


def test_a_correction_of_the_side_after_a_turn_was_given_up_is_of_that_turn_though_its_last_set_holds_nothing() -> None:
    def gives_up(visit: Visit) -> Moved:
        return visit.turn_given_up(40.0)

    def swaps(visit: Visit) -> Moved:
        return side_swapped(visit, 41.0)

    attempt = PartialSeen(start_s=20.0, end_s=21.0, said_at_s=21.0)
    visit, record = lived(*[repeats] * 4, lets_go, lambda v: v.heard(attempt), lets_go, gives_up, swaps)

    assert [(held.side, held.count) for held in record.sets] == [(Side.RIGHT, 4), (Side.RIGHT, 0)]
    assert visit.side is Side.LEFT


def test_a_repetition_that_is_known_late_brings_no_turn_back_that_was_given_up() -> None:
    visit, record = lived(
        *[repeats] * 4, lets_go, lambda one: one.turn_given_up(40.0), a_return_that_ends_in_letting_go
    )

    assert [(held.side, held.count) for held in record.sets] == [(Side.LEFT, 5)]
    assert (visit.side, visit.stage) == (Side.RIGHT, Stage.READY)


def test_beyond_what_was_asked_sides_take_turns_and_rounds_go_on() -> None:
    course = Course.of(a_prescription(an_item(reps=3)))
    turns = []
    for _ in range(6):
        turns.append((course.turn.side, course.turn.set_number))
        course = course.after()

    left, right = Side.LEFT, Side.RIGHT
    assert turns == [(left, 1), (right, 1), (left, 2), (right, 2), (left, 3), (right, 3)]
