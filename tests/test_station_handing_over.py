"""From one patient to the next: nothing of theirs is lost, mixed, or shown to another."""

from __future__ import annotations

from builders import a_prescription, an_item, facts_of_a_session
from controllers import Desk
from pressout_session.course import Course
from pressout_session.exercises import Side
from pressout_session.facts import AnyFact, EndReason
from pressout_session.patient_codes import GUEST
from pressout_session.prescription import TimedItem
from pressout_session.record import folded
from pressout_session.visit import Visit
from pressout_session.visit_corrections import side_swapped
from pressout_session.visit_stage import Stage
from pressout_session.wire import AckResult
from pressout_station.controller.left_visits import LeftVisits
from pressout_station.writer.messages import AckArrived
from pressout_ui.app import Screen
from pressout_ui.app_state import AppState
from pressout_ui.commands import EndVisit
from pressout_ui.messages import (
    DigitTyped,
    FixOpened,
    RecordKept,
    VisitBegan,
    VisitMoved,
    WipeTapped,
)
from pressout_ui.scenes.rest import Rest
from pressout_ui.scenes.summary import Summary
from pressout_ui.scenes.timed import Timed
from pressout_ui.scenes.today import Today
from pressout_ui.scenes.who import Who
from pressout_ui.scenes.wipe import Wipe
from screens import SCENES, in_a_set, told
from test_session_visit import lets_go, lived, repeats
from test_station_going_on import ANNE, BERT, does, half_way, resting


def test_who_comes_back_and_does_nothing_has_lost_nothing() -> None:
    desk = half_way()

    for reason in (EndReason.IDLE, EndReason.NOT_ME, EndReason.SIGNED_OUT):
        desk.controller.begin(ANNE)
        desk.controller.end(reason)

    desk.controller.begin(ANNE)
    visit = desk.controller.visit
    assert visit is not None
    assert (visit.stage, visit.side, visit.turn_count) == (Stage.PAUSE, Side.RIGHT, 4)


def test_a_stranger_who_took_up_anothers_visit_spoils_nothing_of_it() -> None:
    desk = Desk(reps=10)
    desk.controller.begin(ANNE)
    does(desk, 4)
    desk.controller.end(EndReason.SIGNED_OUT)
    desk.controller.begin(ANNE)  # somebody else, by mistake
    does(desk, 2)
    desk.controller.end(EndReason.NOT_ME)

    desk.controller.begin(ANNE)
    assert desk.controller.visit is not None
    assert desk.controller.visit.turn_count == 4


def test_a_new_dose_moves_no_turn_that_was_begun_to_the_other_side() -> None:
    desk = half_way()
    desk.controller.begin(ANNE)

    desk.controller.dose(0, an_item(reps=10, target_n=44.0), "t-1")

    assert desk.controller.visit is not None
    assert (desk.controller.visit.side, desk.controller.visit.turn_count) == (Side.RIGHT, 4)
    swapped = side_swapped(lived(*(repeats,) * 4, lets_go)[0], 40.0)[0]
    dosed = swapped.dosed(50.0, 0, an_item(reps=10, target_n=44.0), "t-1")[0]
    assert (dosed.side, dosed.turn_count) == (Side.RIGHT, 4)


def test_what_was_done_before_stays_on_the_side_that_it_was_done_on() -> None:
    visit = lived(*(repeats,) * 4, lets_go)[0].resumed(0.0, taut=False)
    facts: list[AnyFact] = [facts_of_a_session(0)[0]]
    for deed in (repeats, lambda visit: side_swapped(visit, 40.0)):
        visit, more = deed(visit)
        facts += more

    record = folded(facts)

    assert (visit.side, visit.turn_count) == (Side.RIGHT, 1)
    assert (record.sets[0].side, record.turn_count(0)) == (Side.RIGHT, 1)


def test_the_next_ones_card_over_the_summary_makes_the_line_nobodys() -> None:
    goodbye = next(screen for _name, screen in SCENES if isinstance(screen.scene, Summary) and screen.scene.farewell)

    after, commands = told(goodbye, DigitTyped("4"))

    assert isinstance(after.scene, Who)
    assert commands == [EndVisit(EndReason.SIGNED_OUT)]
    desk = Desk()
    desk.controller.begin(ANNE)
    does(desk, 2)
    desk.controller.end(EndReason.DONE)
    desk.controller.end(EndReason.SIGNED_OUT)  # as the screen asks for it
    assert desk.controller.patient_ref == GUEST


def test_an_answer_for_the_last_patient_is_not_shown_to_the_next() -> None:
    desk = Desk()
    desk.controller.begin(ANNE)
    does(desk, 2)
    desk.controller.end(EndReason.SIGNED_OUT)
    desk.controller.begin(BERT)
    desk.writer.untold.append(AckArrived("session-1", AckResult.STORED, None))

    assert not any(isinstance(one, AckArrived) for one in desk.controller.told())


def test_a_wipe_is_for_when_nobody_is_signed_in_and_a_visit_that_begins_ends_it() -> None:
    asked = told(resting(), DigitTyped("4"), WipeTapped())[0]
    assert isinstance(asked.scene, Who)

    wiping = told(Screen(AppState(station="3"), Who()), WipeTapped())[0]
    assert isinstance(wiping.scene, Wipe)
    assert isinstance(told(wiping, VisitBegan(ANNE, lived()[0]))[0].scene, Today)


def test_a_therapist_who_asks_for_more_after_the_last_set_is_heard() -> None:
    shown = [screen for _name, screen in SCENES if isinstance(screen.scene, Summary) and not screen.scene.farewell]
    more = lived(*(repeats,) * 10, lets_go, sets=2)[0]

    assert isinstance(told(shown[0], VisitMoved(more))[0].scene, Rest)


def test_a_correction_left_open_over_the_last_set_on_the_line_hides_no_exercise_beside_it() -> None:
    planks = TimedItem(exercise="side_plank", reps=2, duration_s=30.0, first_side=Side.LEFT)
    visit = Visit(Course.of(a_prescription(an_item(reps=1), planks)))
    for deed in (repeats, lets_go, repeats, lets_go):
        visit = deed(visit)[0]
    assert visit.stage is Stage.BESIDE
    fixing = told(in_a_set(1), FixOpened())[0]

    closed = folded([*facts_of_a_session(1)[:-1]])
    after = told(fixing, VisitMoved(visit), RecordKept(closed))[0]

    assert isinstance(after.scene, Timed)


def test_who_is_erased_is_no_key_beside_the_keypad() -> None:
    left, visit = LeftVisits(), lived(repeats, lets_go)[0]
    left.leave(ANNE, visit, 0.0, EndReason.SIGNED_OUT)

    left.forget(ANNE)

    assert left.here(1.0) == ()
