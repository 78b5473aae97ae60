"""An exercise beside the line: its clock and its taps are the visit's, whatever is shown meanwhile."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from builders import a_prescription, a_repetition, an_item, facts_of_a_session
from pressout_session.course import Course
from pressout_session.exercises import Side
from pressout_session.facts import AnyFact, Closed, EndReason, SetOpened, TimedCounted, TimedDone
from pressout_session.prescription import TimedItem
from pressout_session.record import folded
from pressout_session.timed_progress import TWICE_S
from pressout_session.visit import Visit
from pressout_session.visit_corrections import side_swapped
from pressout_session.visit_stage import Stage

PLANK = TimedItem(exercise="side_plank", reps=2, duration_s=30.0, first_side=Side.LEFT)
LUNGE = TimedItem(exercise="lateral_rotational_lunge", reps=3, duration_s=0.0, first_side=Side.LEFT)


def beside(item: TimedItem) -> Visit:
    return Visit(Course.of(a_prescription(item, an_item())))


def frames(visit: Visit, from_s: float, to_s: float) -> tuple[Visit, list[AnyFact]]:
    """Let time pass as a station does, a tenth of a second at a time."""
    kept: list[AnyFact] = []
    for tenth in range(round(10 * from_s), round(10 * to_s) + 1):
        visit, facts = visit.passed(tenth / 10)
        kept += facts
    return visit, kept


def test_a_clock_runs_out_once_and_the_next_one_waits_for_a_tap() -> None:
    visit, _ = frames(beside(PLANK).timed_tapped(5.0)[0], 5.0, 34.8)
    assert visit.timed.done == 0
    assert visit.timed.elapsed_s(34.8) == pytest.approx(29.8)

    visit, kept = frames(visit, 34.9, 400.0)

    assert (visit.timed.done, visit.timed.elapsed_s(400.0)) == (1, 0.0)
    assert [type(one) for one in kept] == [TimedCounted]


def test_the_last_one_ends_the_turn_and_is_kept_on_its_side() -> None:
    visit = beside(PLANK)
    visit, _ = frames(visit.timed_tapped(0.0)[0], 0.0, 40.0)
    visit, kept = frames(visit.timed_tapped(50.0)[0], 50.0, 90.0)

    done = [one for one in kept if isinstance(one, TimedDone)]
    assert [(one.side, one.reps, one.duration_s) for one in done] == [(Side.LEFT, 2, 30.0)]
    assert (visit.side, visit.timed.done, visit.stage) == (Side.RIGHT, 0, Stage.BESIDE)


@given(stops=st.lists(st.tuples(st.floats(0.0, 5.0), st.floats(0.0, 50.0)), max_size=4))
def test_a_clock_that_is_stopped_keeps_what_it_showed(stops: list[tuple[float, float]]) -> None:
    visit, now_s, ran_s = beside(PLANK), 0.0, 0.0
    for runs_s, stands_s in stops:
        visit = visit.timed_tapped(now_s)[0]
        now_s, ran_s = now_s + runs_s, ran_s + runs_s
        visit = visit.timed_tapped(now_s)[0].passed(now_s)[0]
        now_s += stands_s

    assert visit.timed.done == 0
    assert abs(visit.timed.elapsed_s(now_s) - ran_s) < 1e-6


def test_a_clock_that_nobody_can_see_is_stopped_and_one_that_stands_stays_as_it_is() -> None:
    running = beside(PLANK).timed_tapped(0.0)[0]

    stopped = running.timed_stopped(12.0)[0]

    assert (stopped.timed.since_s, stopped.timed.elapsed_s(99.0)) == (None, 12.0)
    assert stopped.timed_stopped(50.0)[0] is stopped
    assert stopped.passed(500.0)[0] is stopped


def test_without_a_clock_each_tap_is_one_done() -> None:
    visit = beside(LUNGE)
    kept: tuple[AnyFact, ...] = ()
    for tap in range(3):
        assert [type(one) for one in kept] == [TimedCounted] * min(tap, 1)
        visit, kept = visit.timed_tapped(float(tap))

    assert [(one.reps, one.side) for one in kept if isinstance(one, TimedDone)] == [(3, Side.LEFT)]
    assert visit.side is Side.RIGHT


def test_finishing_early_keeps_what_was_done_and_a_double_tap_ends_one_exercise_and_not_two() -> None:
    visit = beside(LUNGE).timed_tapped(1.0)[0]

    visit, first = visit.timed_finished(10.0)
    again, second = visit.timed_finished(10.0 + TWICE_S - 0.01)
    _, later = visit.timed_finished(10.0 + TWICE_S + 0.01)

    assert [one.reps for one in first if isinstance(one, TimedDone)] == [1]
    assert (again, second) == (visit, ())
    assert len(later) == 1


def test_who_takes_up_the_line_instead_leaves_nothing_of_it_behind() -> None:
    visit = beside(PLANK).timed_tapped(0.0)[0]

    visit, facts = visit.heard(a_repetition())

    assert isinstance(facts[0], SetOpened)
    assert (visit.timed.done, visit.timed.since_s) == (0, None)
    assert visit.timed_tapped(50.0)[0] is visit
    assert visit.timed_finished(50.0)[0] is visit


def test_on_the_line_nothing_of_it_can_be_tapped() -> None:
    visit = Visit(Course.of(a_prescription(an_item())))

    assert [visit.timed_tapped(1.0), visit.timed_finished(1.0), visit.passed(1.0)] == [(visit, ())] * 3


def test_who_takes_up_the_line_instead_keeps_what_was_done_already() -> None:
    visit, _ = frames(beside(PLANK).timed_tapped(0.0)[0], 0.0, 31.0)

    visit, facts = visit.heard(a_repetition(start_s=40.0))

    assert [(one.reps, one.side) for one in facts if isinstance(one, TimedDone)] == [(1, Side.LEFT)]
    assert isinstance(facts[0], TimedDone)
    assert isinstance(facts[1], SetOpened)
    assert visit.timed.done == 0


def test_who_leaves_keeps_what_was_done_already() -> None:
    visit = beside(LUNGE).timed_tapped(1.0)[0].timed_tapped(2.0)[0]

    visit, facts = visit.left_off(9.0, let_go_s=0.0)

    assert [(one.reps, one.side, one.t_s) for one in facts if isinstance(one, TimedDone)] == [(2, Side.LEFT, 9.0)]
    assert beside(LUNGE).left_off(9.0, let_go_s=0.0)[1] == ()


def test_a_bounce_of_the_last_tap_counts_nothing_on_the_other_side() -> None:
    visit = beside(LUNGE)
    for tap in range(3):
        visit = visit.timed_tapped(float(tap))[0]

    assert visit.timed_tapped(2.1)[0] is visit
    assert visit.timed_tapped(2.0 + TWICE_S + 0.01)[0].timed.done == 1


def test_a_tap_meant_to_stop_a_clock_that_has_just_run_out_starts_no_other() -> None:
    visit, _ = frames(beside(PLANK).timed_tapped(0.0)[0], 0.0, 30.0)
    assert visit.timed.done == 1

    assert visit.timed_tapped(30.2)[0] is visit
    assert visit.timed_tapped(31.0)[0].timed.since_s == 31.0


def test_a_dose_that_gives_another_exercise_its_turn_keeps_what_was_done_and_the_line_can_be_taken_up() -> None:
    visit = Visit(Course.of(a_prescription(an_item(reps=1), LUNGE)))
    for _ in range(2):
        visit = visit.heard(a_repetition())[0].set_ended(0.0)[0]
    visit = visit.timed_tapped(50.0)[0].timed_tapped(51.0)[0]
    assert visit.timed.done == 2

    visit, facts = visit.dosed(60.0, 0, an_item(reps=1, sets=2), "t-1")
    assert [(one.reps, one.side) for one in facts if isinstance(one, TimedDone)] == [(2, Side.LEFT)]

    visit, facts = visit.heard(a_repetition(start_s=70.0))
    assert [type(one) for one in facts[:1]] == [SetOpened]


def test_a_side_corrected_after_an_exercise_beside_the_line_touches_no_set_of_an_earlier_session() -> None:
    visit = Visit(Course.of(a_prescription(an_item(reps=4), LUNGE)), earlier=3, carried=3, left=False)
    visit = visit.heard(a_repetition())[0].set_ended(0.0)[0]
    visit = visit.timed_done(20.0, 3, 0.0)[0]

    assert side_swapped(visit, 30.0)[1] == ()


LUNGES = TimedItem(exercise="lateral_rotational_lunge", reps=4, duration_s=0.0, first_side=Side.LEFT)


def tapped(times: int) -> tuple[Visit, list[AnyFact]]:
    """Tap through an exercise beside the line, from the opening of its session on."""
    asked = a_prescription(LUNGES, an_item())
    facts: list[AnyFact] = [replace(facts_of_a_session()[0], prescription=asked)]
    visit = Visit(Course.of(asked))
    for n in range(times):
        visit, kept = visit.timed_tapped(10.0 + 2.0 * n)
        facts.extend(kept)
    return visit, facts


def test_each_repetition_beside_the_line_is_kept_when_it_is_done() -> None:
    _visit, facts = tapped(3)

    assert [(fact.reps, fact.side) for fact in facts if isinstance(fact, TimedCounted)] == [
        (1, Side.LEFT),
        (2, Side.LEFT),
        (3, Side.LEFT),
    ]


def test_what_was_done_beside_the_line_is_told_though_the_power_went_before_its_end() -> None:
    _visit, facts = tapped(3)
    record = folded([*facts, Closed(t_s=30.0, reason=EndReason.INTERRUPTED)])

    assert [(done.item, done.side, done.reps) for done in record.timed] == [(0, Side.LEFT, 3)]


def test_what_was_ended_is_told_once() -> None:
    _visit, facts = tapped(6)
    record = folded([*facts, Closed(t_s=30.0, reason=EndReason.DONE)])

    assert [(done.side, done.reps) for done in record.timed] == [(Side.LEFT, 4), (Side.RIGHT, 2)]


def test_a_clock_that_runs_says_nothing_until_it_has_run_out() -> None:
    planks = TimedItem(exercise="side_plank", reps=2, duration_s=30.0, first_side=Side.LEFT)
    visit = Visit(Course.of(a_prescription(planks, an_item())))
    visit, begun = visit.timed_tapped(10.0)
    visit, going = visit.passed(20.0)
    _visit, ended = visit.passed(40.0)

    assert (begun, going) == ((), ())
    assert [type(fact) for fact in ended] == [TimedCounted]
