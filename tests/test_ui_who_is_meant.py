"""Who is meant by the screen: a card, a touch or a pull is of whoever did it, wherever the one before had left off."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from builders import a_prescription, a_repetition, an_item, facts_of_a_session
from controllers import Desk
from pressout_session.course import Course
from pressout_session.error_codes import Trouble
from pressout_session.exercises import Side
from pressout_session.facts import EndReason
from pressout_session.patient_codes import with_check_digit
from pressout_session.prescription import TimedItem
from pressout_session.record import Record, folded
from pressout_session.visit import Visit
from pressout_signal.samples import Sample
from pressout_ui.app import Screen, view
from pressout_ui.commands import SignIn
from pressout_ui.messages import (
    AbsenceChanged,
    DigitTyped,
    FinishTapped,
    LanguageTapped,
    NotMe,
    PainTapped,
    RecordKept,
    TherapistTapped,
    Ticked,
    TroubleBegan,
    VisitBegan,
    VisitEnded,
)
from pressout_ui.scenes.rating import Rating
from pressout_ui.scenes.rest import Rest
from pressout_ui.scenes.set_up import SetUp
from pressout_ui.scenes.still_here import StillHere
from pressout_ui.scenes.timed import Timed
from pressout_ui.scenes.today import Today
from pressout_ui.shapes import Button
from screens import LANDSCAPE, UPRIGHT, begun, in_a_set, told, words_shown

CARD = with_check_digit("20351")
BIRD_DOG = TimedItem(exercise="bird_dog", reps=10, duration_s=10.0, first_side=Side.LEFT)


def a_card(screen: Screen) -> tuple[Screen, list[Any]]:
    return told(screen, *(DigitTyped(digit) for digit in CARD))


@pytest.mark.parametrize("screen", [begun(), begun(BIRD_DOG, an_item())], ids=["today", "beside the line"])
def test_the_next_ones_card_is_read_where_the_one_before_has_not_begun(screen: Screen) -> None:
    assert isinstance(screen.scene, Today | Timed)
    assert SignIn(CARD) in a_card(screen)[1]


@pytest.mark.parametrize("plane", [LANDSCAPE, UPRIGHT], ids=["lying", "upright"])
def test_beside_the_line_there_are_ways_out_and_the_therapists_way_in(plane: Any) -> None:
    def keys(screen: Screen) -> set[object]:
        return {shape.on_tap for shape in view(screen, plane) if isinstance(shape, Button)}

    fresh = begun(BIRD_DOG, an_item())
    assert {PainTapped(), NotMe(), TherapistTapped()} <= keys(fresh)
    done = replace(fresh, known=replace(fresh.known, record=folded(facts_of_a_session(2))))
    assert {PainTapped(), FinishTapped(), TherapistTapped()} <= keys(done)


def test_who_says_that_it_hurts_in_a_press_is_asked_how_much_whatever_the_press_becomes() -> None:
    hurting = told(begun(), PainTapped())[0]
    after = told(hurting, RecordKept(folded(facts_of_a_session(1, closed=False))))[0]

    assert isinstance(after.scene, Rating)


def test_the_next_one_is_met_in_the_stations_language_and_not_in_that_of_the_one_before() -> None:
    spanish = told(begun(), LanguageTapped("es"))[0]
    resting = replace(spanish, scene=Rest(0.0, Side.LEFT))

    assert a_card(resting)[0].known.language == spanish.known.language_here == "en"


def test_today_names_the_side_that_is_next_for_whoever_comes_back_in_the_middle() -> None:
    prescription = a_prescription(an_item())
    fresh, later = (Visit(course) for course in (Course.of(prescription), Course.of(prescription).after()))

    assert "Left first" in words_shown(told(begun(), VisitBegan("471922", fresh))[0])
    shown = words_shown(told(begun(), VisitBegan("471922", later))[0])
    assert ("Right" in shown, "Left first" in shown) == (True, False)


def test_a_line_taken_up_answers_whether_anyone_is_there_with_the_page_to_stand_by() -> None:
    asked = replace(begun(), scene=StillHere(), before=Today())
    taut = replace(asked, known=replace(asked.known, taut=True))

    assert isinstance(told(taut, AbsenceChanged(absent=False))[0].scene, SetUp)


def test_trouble_with_nobody_here_says_nothing_of_who_was_here_before() -> None:
    gone = told(replace(in_a_set(3), scene=Rest(0.0, Side.LEFT)), VisitEnded())[0]
    late = told(gone, RecordKept(folded(facts_of_a_session(3))), TroubleBegan(Trouble.READER_LOST))[0]

    assert late.known.record == Record()
    assert not any("3 are kept" in line for line in words_shown(late))


# ---- at the station --------------------------------------------------------------------------------------


def test_whoever_taps_is_there_however_long_the_sensor_is_silent() -> None:
    desk = Desk(reps=6)
    desk.controller.begin("471922")
    desk.controller.take(Sample(0.0, 0.2))
    for _ in range(100):
        desk.clock.time_s += 30.0
        desk.controller.present()
        assert not desk.controller.absent

    desk.clock.time_s += 1_000.0
    assert desk.controller.absent


def test_a_dose_given_to_who_goes_on_and_does_nothing_does_not_cost_them_their_place() -> None:
    desk = Desk(reps=6)
    desk.writer.prescriptions["471922"] = a_prescription(an_item(reps=6))
    desk.controller.begin("471922")
    desk.controller.tapped(lambda visit, t_s: visit.heard(a_repetition()))
    desk.controller.end_set()
    desk.controller.end(EndReason.SIGNED_OUT)
    desk.controller.begin("471922")
    desk.controller.dose(0, an_item(reps=6, target_n=42.0), "t-1")
    desk.controller.end(EndReason.IDLE)

    desk.controller.begin("471922")

    assert desk.controller.visit is not None
    assert (desk.controller.visit.turn_count, desk.controller.visit.prescription.items[0]) == (
        1,
        an_item(reps=6, target_n=42.0),
    )


def test_another_exercise_in_the_middle_is_a_session_of_its_own_and_what_was_done_keeps_its_name() -> None:
    row = an_item(reps=6, exercise="half_kneeling_row")
    press = an_item(reps=1)
    desk = Desk()
    desk.writer.prescriptions["471922"] = a_prescription(press, an_item(reps=4))
    desk.controller.begin("471922")
    for _side in Side:
        desk.controller.tapped(lambda visit, t_s: visit.heard(a_repetition()))
        desk.controller.end_set()
    desk.controller.tapped(lambda visit, t_s: visit.heard(a_repetition()))
    desk.controller.end_set()
    desk.controller.dose(1, row, "t-1")

    assert desk.controller.visit is not None
    visit = desk.controller.visit
    assert (desk.controller.session_id, visit.course.turn.item, visit.side, visit.turn_count) == (
        "session-2",
        1,  # the first exercise is done, and stays so
        Side.LEFT,
        0,
    )
    before = folded(desk.facts("session-1"))
    assert before.prescription is not None
    assert before.prescription.items == (press, an_item(reps=4))


def test_a_digit_by_mistake_leaves_the_language_of_whoever_is_here() -> None:
    spanish = told(begun(), LanguageTapped("es"))[0]
    digit = told(spanish, DigitTyped("4"))[0]
    assert digit.known.language == "en"

    assert told(digit, Ticked(31.0))[0].known.language == "es"
