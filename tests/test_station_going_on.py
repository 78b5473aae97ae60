"""A visit that goes on: the same code within hours, two who take turns, a station started again, a question first."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_prescription, an_item, facts_of_a_session
from controllers import Desk
from pressout_session.course import Course
from pressout_session.exercises import Side
from pressout_session.facts import AnyFact, EndReason, Opened, SetOpened
from pressout_session.patient_codes import GUEST
from pressout_session.record import Record, folded
from pressout_session.visit import Visit
from pressout_session.visit_replay import visit_of
from pressout_session.visit_stage import Stage
from pressout_signal.events import LineTaken
from pressout_station.controller.left_visits import HERE_S, TAKEN_UP_WITHIN_S, LeftVisits
from pressout_station.journal.recent_visits import StartMoment, recent_visits
from pressout_station.journal.tables import Journal
from pressout_ui.app import Screen, view
from pressout_ui.app_state import AppState
from pressout_ui.commands import EndVisit, Play, SignIn, Sound
from pressout_ui.messages import (
    AbsenceChanged,
    DigitTyped,
    HereChanged,
    HereTapped,
    NextPersonTapped,
    RecordKept,
    SignalHeard,
    StayTapped,
    VisitBegan,
    VisitEnded,
)
from pressout_ui.scenes.live_set import LiveSet
from pressout_ui.scenes.rest import Rest
from pressout_ui.scenes.still_here import StillHere
from pressout_ui.scenes.today import Today
from pressout_ui.scenes.who import Who
from pressout_ui.shapes import Button
from screens import LANDSCAPE, SCENES, begun, told, words_shown
from stations import MORNING, new_id
from test_session_visit import DEEDS, Deed, lets_go, lived, repeats

ANNE, BERT = "471922", "203518"


def resting() -> Screen:
    return next(screen for name, screen in SCENES if name == "13-rest")


def does(desk: Desk, count: int) -> None:
    """Let whoever is here do so many, and let go."""
    assert desk.controller.visit is not None
    for _ in range(count):
        desk.controller.tapped(lambda visit, _t_s: repeats(visit))
    desk.controller.tapped(lambda visit, _t_s: lets_go(visit))


def facts_of(desk: Desk, session_id: str) -> Record:
    return folded(desk.facts(session_id))


def half_way() -> Desk:
    """Leave a visit after the first side and four of the other."""
    desk = Desk(reps=10)
    desk.controller.begin(ANNE)
    does(desk, 10)
    does(desk, 4)
    desk.controller.end(EndReason.SIGNED_OUT)
    return desk


# ---- the same code goes on -------------------------------------------------------------------------------


def test_who_signs_in_again_goes_on_with_side_and_dose_where_they_were() -> None:
    desk = half_way()

    desk.clock.time_s += 3_600.0
    desk.controller.begin(ANNE)
    visit = desk.controller.visit
    assert visit is not None
    assert (visit.stage, visit.side, visit.turn_count) == (Stage.PAUSE, Side.RIGHT, 4)
    does(desk, 6)

    assert desk.controller.visit is not None
    assert desk.controller.visit.stage is Stage.OVER
    later = facts_of(desk, "session-2")
    assert [(held.side, held.count, held.before) for held in later.sets] == [(Side.RIGHT, 6, 4)]
    assert later.turn_count(0) == 10


def test_two_who_take_turns_each_go_on_where_they_were() -> None:
    desk = Desk(reps=3)
    done: dict[str, list[Side]] = {ANNE: [], BERT: []}
    for _ in range(2):
        for who in (ANNE, BERT):
            desk.controller.begin(who)  # whoever was there steps aside
            assert desk.controller.visit is not None
            done[who].append(desk.controller.visit.side)
            does(desk, 3)

    assert done == {ANNE: [Side.LEFT, Side.RIGHT], BERT: [Side.LEFT, Side.RIGHT]}
    owners = [fact.patient_ref for _owner, fact in desk.writer.kept if isinstance(fact, Opened)]
    assert owners == [ANNE, BERT, ANNE, BERT]


@pytest.mark.parametrize("reason", [EndReason.DONE, EndReason.NOT_ME])
def test_what_was_done_or_was_another_ones_is_not_gone_on_with(reason: EndReason) -> None:
    desk = Desk(reps=10)
    desk.controller.begin(ANNE)
    does(desk, 4)
    desk.controller.end(reason)

    desk.controller.begin(ANNE)
    assert desk.controller.visit is not None
    assert desk.controller.visit.turn_count == 0


def test_guests_go_on_with_nothing_nor_does_anyone_after_four_hours_or_with_another_dose() -> None:
    left, visit = LeftVisits(), lived(repeats, lets_go)[0]
    dose = visit.prescription
    left.leave(GUEST, visit, 0.0, EndReason.SIGNED_OUT)
    assert left.taken_up(GUEST, dose, 1.0, taut=False) is None

    left.leave(ANNE, visit, 0.0, EndReason.SIGNED_OUT)
    assert left.taken_up(ANNE, dose, TAKEN_UP_WITHIN_S + 1.0, taut=False) is None
    left.leave(ANNE, visit, 0.0, EndReason.IDLE)
    assert left.taken_up(ANNE, a_prescription(an_item(reps=12)), 1.0, taut=False) is None
    left.leave(ANNE, visit, 0.0, EndReason.IDLE)
    assert left.taken_up(ANNE, dose, 1.0, taut=False) is not None
    assert left.taken_up(ANNE, dose, 2.0, taut=False) is None  # once


def test_those_who_are_here_are_the_last_three_of_the_last_hour_and_a_half() -> None:
    left, visit = LeftVisits(), lived(repeats, lets_go)[0]
    for number in range(5):
        left.leave(f"{number}", visit, 100.0 * number, EndReason.SIGNED_OUT)

    assert left.here(500.0) == ("4", "3", "2")
    assert left.here(400.0 + HERE_S) == ()


# ---- a station that was started again --------------------------------------------------------------------


@given(chosen=st.lists(st.sampled_from(DEEDS), max_size=25), reps=st.sampled_from([1, 3]))
def test_a_visit_read_back_from_its_facts_is_where_it_was(chosen: list[Deed], reps: int) -> None:
    prescription = a_prescription(an_item(reps=reps, sets=2))
    opened = msgspec.structs.replace(facts_of_a_session(0)[0], prescription=prescription)
    visit, facts = Visit(Course.of(prescription)), [opened]
    for deed in chosen:
        visit, more = deed(visit)
        facts += more
    closed = visit.set_ended(99.0)[0]

    again = visit_of(facts)

    assert again is not None
    if any(isinstance(fact, SetOpened) for fact in facts):  # before that nothing was kept of where they were
        assert (again.stage, again.turn_count) == (closed.stage, closed.turn_count)
        if closed.stage is Stage.PAUSE:  # the side of a turn to come is kept with its first set
            assert (again.course.turn.item, again.side) == (closed.course.turn.item, closed.side)


def test_a_station_that_was_started_again_knows_who_may_go_on(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db", new_id)
    for number, (ref, hours, closed) in enumerate(
        ((ANNE, 1.0, True), (BERT, 0.1, False), ("118204", 9.0, True), (GUEST, 0.5, True)), start=1
    ):
        facts: list[AnyFact] = facts_of_a_session(4, number, patient_ref=ref, closed=closed)
        began = MORNING - timedelta(hours=hours)
        facts[0] = msgspec.structs.replace(facts[0], wall_time=began.isoformat())
        journal.keep([(f"01900000-0000-7000-8000-{number:012d}", fact) for fact in facts])

    found = recent_visits(journal, StartMoment(10.0, "another boot", MORNING), TAKEN_UP_WITHIN_S)

    assert [(ref, visit.turn_count, reason) for ref, visit, reason, _ago_s in found] == [
        (ANNE, 4, EndReason.DONE),
        (BERT, 4, EndReason.INTERRUPTED),
    ]
    assert all(0.0 <= ago_s < TAKEN_UP_WITHIN_S for *_rest, ago_s in found)
    # Where nobody knows the time, nor was it this very boot, nobody goes on with what may be yesterday's.
    assert recent_visits(journal, StartMoment(10.0, "another boot", None), TAKEN_UP_WITHIN_S) == []
    journal.rows("UPDATE facts SET fact = CAST(replace(CAST(fact AS TEXT), '2026-03', '2026-93') AS BLOB)")
    assert recent_visits(journal, StartMoment(10.0, "another boot", MORNING), TAKEN_UP_WITHIN_S) == []
    journal.close()


# ---- on the screen ---------------------------------------------------------------------------------------


def test_it_is_asked_by_sound_and_picture_whether_anyone_is_there_and_a_key_or_the_line_answers() -> None:
    screen, commands = told(resting(), AbsenceChanged(absent=True))
    assert isinstance(screen.scene, StillHere)
    assert Play(Sound.STILL_HERE) in commands
    assert StayTapped() in [shape.on_tap for shape in view(screen, LANDSCAPE) if isinstance(shape, Button)]
    # Whoever taps is there: the station's loop says so to the controller, and the controller that nobody is absent.
    assert isinstance(told(screen, AbsenceChanged(absent=False))[0].scene, Rest)


def test_the_next_person_has_a_key_at_rest_and_a_card_does_without() -> None:
    asked, commands = told(resting(), NextPersonTapped())
    assert isinstance(asked.scene, Who)
    assert commands == [EndVisit(EndReason.SIGNED_OUT)]

    card = told(resting(), *(DigitTyped(digit) for digit in "471922"))[1]
    assert card == [SignIn("471922")]


def test_who_pulls_after_the_next_person_was_asked_for_and_enters_no_code_counts_for_nobody_who_was_here() -> None:
    asked = told(resting(), NextPersonTapped(), VisitEnded())[0]
    assert isinstance(asked.scene, Who)

    assert told(asked, SignalHeard(LineTaken(t_s=1.0, said_at_s=1.3)))[1] == [SignIn(GUEST)]


def test_who_made_room_and_goes_on_all_the_same_has_lost_nothing_and_has_a_key() -> None:
    desk = Desk()
    desk.controller.begin(ANNE)
    does(desk, 4)
    desk.controller.end(EndReason.SIGNED_OUT)
    asked = told(resting(), NextPersonTapped(), VisitEnded(), HereChanged(desk.controller.left.here(1.0)))[0]

    assert told(asked, HereTapped(ANNE))[1] == [SignIn(ANNE)]
    desk.controller.begin(ANNE)
    assert desk.controller.visit is not None
    assert desk.controller.visit.turn_count == 4


def test_a_digit_touched_at_rest_hides_no_set_that_begins() -> None:
    touched = told(resting(), DigitTyped("4"))[0]
    assert isinstance(touched.scene, Who)

    assert isinstance(told(touched, RecordKept(folded(facts_of_a_session(1, closed=False))))[0].scene, LiveSet)


def test_those_who_are_here_are_a_tap_away() -> None:
    screen = told(Screen(AppState(station="3"), Who()), HereChanged((ANNE, BERT)))[0]

    assert told(screen, HereTapped(BERT))[1] == [SignIn(BERT)]


def test_who_comes_back_reads_where_they_go_on() -> None:
    visit = lived(*(repeats,) * 4, lets_go)[0].resumed(100.0, taut=False)
    screen = told(begun(), VisitBegan(ANNE, visit))[0]

    assert isinstance(screen.scene, Today)
    assert any("4" in words and "10" in words for words in words_shown(screen))
