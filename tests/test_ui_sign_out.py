"""How a visit ends, and what the screen does when nobody is there: two questions, goodbye, wiping, the dark."""

from __future__ import annotations

from msgspec.structs import replace

from builders import facts_of_a_session
from pressout_session.error_codes import Trouble
from pressout_session.facts import EndReason
from pressout_session.patient_codes import GUEST
from pressout_session.record import folded
from pressout_session.wire import AckResult
from pressout_signal.events import LineLetGo, LineTaken
from pressout_ui.app import Screen, view
from pressout_ui.app_state import AppState
from pressout_ui.commands import EndVisit, Rate, SignIn
from pressout_ui.messages import (
    ClinicAnswered,
    DigitTyped,
    FinishTapped,
    LanguageTapped,
    NextTapped,
    RatingDone,
    RatingTapped,
    RecordKept,
    SignalHeard,
    Ticked,
    TroubleBegan,
    VisitBegan,
    VisitEnded,
    VisitMoved,
    WipeTapped,
    Woken,
)
from pressout_ui.scenes.idle import Idle
from pressout_ui.scenes.live_set import LiveSet
from pressout_ui.scenes.rating import Rating
from pressout_ui.scenes.summary import Summary
from pressout_ui.scenes.trouble import InTrouble
from pressout_ui.scenes.who import Who
from pressout_ui.scenes.wipe import Wipe
from pressout_ui.shapes import Button, Plane
from pressout_ui.staff import SettingsChanged
from pressout_ui.text import told as as_text
from pressout_ui.words import LANGUAGES
from screens import LANDSCAPE, a_visit, in_a_set, setting_up, told, words_shown


def at_the_end(reps: int = 5) -> Screen:
    closed = folded(facts_of_a_session(reps)[:-1])
    return told(in_a_set(reps), VisitMoved(a_visit(place=2)), RecordKept(closed))[0]


def test_the_end_of_the_course_shows_what_was_done_and_asks_two_questions_before_it_closes() -> None:
    screen = at_the_end()
    assert isinstance(screen.scene, Summary)

    screen, asked = told(screen, NextTapped(), RatingTapped(4), RatingDone())
    assert isinstance(screen.scene, Rating)
    assert asked == []
    screen, commands = told(screen, RatingTapped(2), RatingTapped(3), RatingDone())

    assert commands == [Rate(4, 3), EndVisit(EndReason.DONE)]


def test_both_questions_may_be_skipped() -> None:
    screen = told(at_the_end(), NextTapped())[0]

    _, commands = told(screen, RatingDone(skipped=True), RatingDone(skipped=True))

    assert commands == [EndVisit(EndReason.DONE)]


def test_whoever_walks_away_from_the_summary_is_signed_out_and_the_session_closed() -> None:
    screen, commands = told(at_the_end(), *(Ticked(float(second)) for second in range(60)))

    assert commands[0] == EndVisit(EndReason.DONE)
    assert isinstance(told(screen, VisitEnded(), Ticked(120.0))[0].scene, Idle)


def test_whoever_walks_away_from_a_question_is_not_waited_for() -> None:
    screen = told(at_the_end(), NextTapped(), RatingTapped(4), RatingDone())[0]

    _, commands = told(screen, Ticked(100.0))

    assert commands == [Rate(4, None), EndVisit(EndReason.DONE)]


def test_whoever_goes_on_after_the_last_set_goes_on_in_the_same_session() -> None:
    screen, commands = told(at_the_end(), RecordKept(folded(facts_of_a_session(3, closed=False))))

    assert isinstance(screen.scene, LiveSet)
    assert EndVisit(EndReason.DONE) not in commands


def test_whoever_finishes_early_is_asked_whether_it_hurts_and_then_gone() -> None:
    asked, commands = told(in_a_set(3), FinishTapped())
    assert asked.known.words.pain_now in words_shown(asked)
    assert commands == []

    gone, commands = told(asked, RatingTapped(6), RatingDone())

    assert commands == [Rate(None, 6), EndVisit(EndReason.SIGNED_OUT)]
    assert "3 of 10" in " ".join(words_shown(gone))


def test_whoever_finishes_in_trouble_leaves_the_trouble_to_be_seen() -> None:
    screen = told(in_a_set(3), TroubleBegan(Trouble.SENSOR_SILENT), FinishTapped(), RatingDone(skipped=True))[0]

    assert isinstance(told(screen, VisitEnded(), FinishTapped())[0].scene, InTrouble)


def test_whoever_finishes_with_nothing_done_is_asked_nothing() -> None:
    assert told(setting_up(), FinishTapped())[1] == [EndVisit(EndReason.SIGNED_OUT)]


def test_a_text_says_all_done_only_of_what_was_done_whole() -> None:
    half = told(in_a_set(3), VisitMoved(a_visit(place=2)), RecordKept(folded(facts_of_a_session(3)[:-1])))[0]

    assert "3 of 10" in as_text(half)


def test_the_summary_says_when_the_clinic_has_it_and_signs_out_by_itself() -> None:
    whole = folded(facts_of_a_session(5))
    moved = VisitMoved(a_visit(place=2))
    closed = RecordKept(folded(facts_of_a_session(5)[:-1]))
    screen = told(in_a_set(5), moved, closed, VisitEnded(), RecordKept(whole))[0]
    assert "Kept here, on its way to the clinic" in words_shown(screen)

    screen = told(screen, ClinicAnswered(AckResult.STORED))[0]
    assert "Kept here and at the clinic" in words_shown(screen)
    screen = told(screen, Ticked(100.0))[0]
    assert isinstance(screen.scene, Idle)
    assert screen.known.patient_ref is None


def test_hanging_the_handle_up_does_not_wipe_the_summary_away() -> None:
    closed = RecordKept(folded(facts_of_a_session(5)[:-1]))
    screen = told(in_a_set(5), VisitMoved(a_visit(place=2)), closed, VisitEnded())[0]

    screen, commands = told(
        screen, SignalHeard(LineTaken(t_s=1.0, said_at_s=1.3)), SignalHeard(LineLetGo(t_s=2.0, said_at_s=2.3))
    )

    assert isinstance(screen.scene, Summary)
    assert commands == []


def test_wiping_the_screen_presses_nothing_until_its_clock_ends() -> None:
    screen = told(Screen(AppState(station="3", now_s=10.0)), Woken(), WipeTapped())[0]
    assert isinstance(screen.scene, Wipe)
    assert not [shape for shape in view(screen, LANDSCAPE) if isinstance(shape, Button)]

    still = told(screen, Ticked(39.0), SignalHeard(LineTaken(t_s=1.0, said_at_s=1.3)), DigitTyped("3"))[0]
    assert isinstance(still.scene, Wipe)
    assert isinstance(told(still, Ticked(40.5))[0].scene, Idle)


def test_a_screen_that_nobody_needs_goes_dark_and_wakes_at_a_touch_or_a_pull() -> None:
    dark = told(Screen(AppState(station="3")), Ticked(301.0))[0]
    assert dark.dimmed
    assert words_shown(dark) == []

    assert isinstance(told(dark, Woken())[0].scene, Who)
    assert told(dark, SignalHeard(LineTaken(t_s=1.0, said_at_s=1.3)))[1] == [SignIn(GUEST)]


def test_a_language_is_whoever_chose_it_and_goes_with_them() -> None:
    who = Screen(AppState(station="3"), Who())
    spanish = told(who, LanguageTapped("es"))[0]
    assert LANGUAGES["es"].who in words_shown(spanish)

    here = told(spanish, VisitBegan("471922", a_visit()))[0]
    assert here.known.language == "es"
    assert here.known.settings.language == "en"
    assert told(here, VisitEnded())[0].known.language == "en"
    assert told(spanish, Ticked(100.0))[0].known.language == "en"


def test_a_key_leads_to_the_other_language_in_its_own_words() -> None:
    for plane in (Plane(), Plane(480.0, 800.0)):
        keys = [shape for shape in view(Screen(AppState(station="3"), Who()), plane) if isinstance(shape, Button)]
        assert [key.on_tap for key in keys if key.label == "Español"] == [LanguageTapped("es")]


def test_a_louder_station_does_not_change_the_language_of_who_is_there() -> None:
    spanish = told(Screen(AppState(station="3"), Who()), LanguageTapped("es"), VisitBegan("471922", a_visit()))[0]
    louder = replace(spanish.known.settings, volume=9)

    assert told(spanish, SettingsChanged(louder))[0].known.language == "es"
    elsewhere = told(spanish, SettingsChanged(replace(louder, language="es")))[0]
    assert elsewhere.known.language_here == "es"
