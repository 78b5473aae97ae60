"""What comes after: trouble that is left, a visit that ended, a set closed under its corrections, a handle let go."""

from __future__ import annotations

from msgspec.structs import replace

from builders import an_item, facts_of_a_session
from pressout_session.error_codes import Trouble
from pressout_session.exercises import Side
from pressout_session.record import folded
from pressout_session.visit import Visit
from pressout_signal.events import LineLetGo, LineTaken
from pressout_ui.app import Screen
from pressout_ui.app_state import AppState
from pressout_ui.messages import (
    DigitTyped,
    FinishTapped,
    FixOpened,
    RecordKept,
    SignalHeard,
    Ticked,
    TroubleBegan,
    TroubleOver,
    VisitBegan,
    VisitEnded,
    VisitMoved,
)
from pressout_ui.scenes.idle import Idle
from pressout_ui.scenes.rating import Rating
from pressout_ui.scenes.rest import Rest
from pressout_ui.scenes.set_up import SetUp
from pressout_ui.scenes.summary import Summary
from pressout_ui.scenes.trouble import InTrouble
from pressout_ui.scenes.who import Who
from screens import SCENES, a_visit, begun, in_a_set, told, words_shown

ANNE = "471922"
TAKEN, LET_GO = SignalHeard(LineTaken(t_s=1.0, said_at_s=1.3)), SignalHeard(LineLetGo(t_s=9.0, said_at_s=9.3))


def scene(name: str) -> Screen:
    return next(screen for each, screen in SCENES if each == name)


def test_who_finishes_in_trouble_hides_it_from_nobody_who_comes_after() -> None:
    rating = told(in_a_set(2), TroubleBegan(Trouble.SENSOR_SILENT), FinishTapped())[0]
    assert isinstance(rating.scene, Rating | Summary)

    gone = told(rating, VisitEnded())[0]
    for came in (
        (VisitBegan(ANNE, a_visit()),),
        (DigitTyped("4"),),
        (DigitTyped("4"), Ticked(gone.known.now_s + 40.0)),
    ):
        assert isinstance(told(gone, *came)[0].scene, InTrouble), came


def test_a_visit_that_begins_in_trouble_is_shown_the_trouble_and_then_its_own_scene() -> None:
    screen = told(Screen(AppState(station="3")), TroubleBegan(Trouble.SENSOR_SILENT), VisitBegan(ANNE, a_visit()))[0]
    assert isinstance(screen.scene, InTrouble)

    assert not isinstance(told(screen, TroubleOver())[0].scene, InTrouble | Idle)


def test_what_a_slow_disk_still_tells_of_a_visit_that_has_ended_brings_nobody_back() -> None:
    late = folded(facts_of_a_session(2, closed=False))
    farewell = scene("15-farewell")

    assert told(farewell, RecordKept(late))[0].scene == farewell.scene
    who = Screen(AppState(station="3"), Who())
    assert isinstance(told(who, RecordKept(late))[0].scene, Who)


def test_a_correction_of_a_set_that_was_closed_under_it_says_that_sets_side_and_count() -> None:
    fixing = told(in_a_set(6), FixOpened())[0]
    assert fixing.known.words.fix_note in words_shown(fixing)
    closed = folded(facts_of_a_session(6)[:-1])
    side = closed.sets[-1].side

    screen = told(fixing, VisitMoved(replace(a_visit(place=1), counted=6, closed_s=9.0)), RecordKept(closed))[0]

    assert screen.known.side is not side
    assert (screen.known.fixed.side, screen.known.fixed.count) == (side, closed.sets[-1].count)
    assert fixing.known.words.fix_note not in words_shown(screen)
    name = screen.known.words.left if side is Side.LEFT else screen.known.words.right
    assert any(one.startswith(f"{name} {closed.sets[-1].count} ") for one in words_shown(screen))


def test_a_handle_let_go_before_anything_was_done_leads_where_the_next_ones_card_is_read() -> None:
    resting = scene("13-rest")
    let_go = told(told(resting, TAKEN)[0], LET_GO)[0]
    assert isinstance(let_go.scene, Rest)

    started = told(told(told(resting, DigitTyped("4"))[0], TAKEN)[0], LET_GO)[0]
    assert isinstance(started.scene, Rest | Who)
    assert isinstance(told(let_go, DigitTyped("4"))[0].scene, Who)


def test_who_took_the_line_once_more_after_all_was_done_and_lets_go_is_shown_what_was_done() -> None:
    over = Visit(a_visit(an_item(), place=2).course)
    done = told(begun(), VisitMoved(over), RecordKept(folded(facts_of_a_session(5)[:-1])))[0]

    screen = told(done.showing(SetUp()), LET_GO)[0]

    assert isinstance(screen.scene, Summary)
