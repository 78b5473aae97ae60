"""A therapist looks while a patient goes on: whatever happens meanwhile, leaving finds the patient where they are."""

from __future__ import annotations

import pytest

from builders import an_item, facts_of_a_session
from pressout_session.exercises import Side
from pressout_session.patient_codes import GUEST
from pressout_session.prescription import TimedItem
from pressout_session.record import folded
from pressout_signal.events import LineTaken, Phase
from pressout_ui.app import Screen, view
from pressout_ui.app_state import AppState
from pressout_ui.commands import Play, SignIn, Sound
from pressout_ui.fixture_values import a_drift, a_past_visit
from pressout_ui.messages import (
    RecordKept,
    SignalHeard,
    Ticked,
    VisitBegan,
    VisitEnded,
    VisitMoved,
    WipeTapped,
)
from pressout_ui.scenes.idle import Idle
from pressout_ui.scenes.live_set import LiveSet
from pressout_ui.scenes.rest import Rest
from pressout_ui.scenes.staff.menu import Menu
from pressout_ui.scenes.staff.pin import Pin
from pressout_ui.scenes.summary import Summary
from pressout_ui.scenes.timed import Timed
from pressout_ui.shapes import Button, Plane
from pressout_ui.staff import (
    InitialsChosen,
    LeaveTapped,
    Page,
    PageTapped,
    VisitsFound,
)
from screens import LANDSCAPE, UPRIGHT, a_visit, begun, in_a_set, phase, told, words_shown
from staff import PIN, RIGHT, asked, inside


def test_a_visit_that_ends_while_a_therapist_looks_is_gone_when_they_leave() -> None:
    screen = told(inside(begun()), VisitEnded())[0]
    assert isinstance(screen.scene, Menu)
    assert screen.known.patient_ref is None

    left = told(screen, LeaveTapped())[0]
    assert isinstance(left.scene, Idle)
    assert told(left, SignalHeard(LineTaken(t_s=1.0, said_at_s=1.3)))[1] == [SignIn(GUEST)]


def test_wiping_is_not_offered_while_someone_is_signed_in() -> None:
    menu = told(inside(begun()), PageTapped(Page.MENU))[0]

    assert "Wipe screen" not in labels(menu)
    assert told(menu, WipeTapped())[0].scene == menu.scene
    assert "Wipe screen" in labels(inside())


def labels(screen: Screen) -> set[str]:
    return {shape.label for shape in view(screen, LANDSCAPE) if isinstance(shape, Button)}


def test_leaving_finds_the_patient_where_they_are_by_now() -> None:
    during = inside(in_a_set(5))
    over = told(during, VisitMoved(a_visit(place=2)), RecordKept(folded(facts_of_a_session(5)[:-1])))[0]
    assert isinstance(told(over, LeaveTapped())[0].scene, Summary)

    turned = told(during, VisitMoved(a_visit(place=1)), RecordKept(folded(facts_of_a_session(5)[:-1])))[0]
    assert isinstance(told(turned, LeaveTapped())[0].scene, Rest)

    going_on = told(inside(begun()), RecordKept(folded(facts_of_a_session(2, closed=False))))[0]
    assert isinstance(told(going_on, LeaveTapped())[0].scene, LiveSet)

    plank = TimedItem(exercise="side_plank", reps=1, duration_s=30.0, first_side=Side.LEFT)
    timed = told(inside(begun()), VisitMoved(a_visit(plank, an_item())), LeaveTapped())[0]
    assert isinstance(timed.scene, Timed)


def test_a_right_pin_for_someone_else_than_is_asked_lets_nobody_in() -> None:
    asking = told(asked(begun()), InitialsChosen("MR"), *PIN)[0]
    changed = told(asking, InitialsChosen("AK"))[0]

    assert isinstance(told(changed, RIGHT)[0].scene, Pin)


def test_a_guest_is_shown_no_other_guests_visits() -> None:
    guest = told(inside(begun()), VisitsFound(GUEST, tuple(a_past_visit(n) for n in range(3))))[0]

    assert guest.known.own_visits == ()


@pytest.mark.parametrize(("count", "said"), [(1, "last visit"), (4, "last 4 visits")])
def test_one_visit_is_not_said_as_many(count: int, said: str) -> None:
    past = tuple(a_past_visit(number) for number in range(count))
    signed_in = told(Screen(AppState(station="3")), VisitBegan("471922", a_visit()))[0]
    screen = told(inside(signed_in), PageTapped(Page.VISITS), VisitsFound("471922", past))[0]

    assert said in words_shown(screen)


@pytest.mark.parametrize(("value", "said"), [(-0.04, "0.0"), (0.04, "0.0"), (-0.06, "-0.1"), (12.34, "12.3")])
def test_what_rounds_to_nothing_has_no_sign(value: float, said: str) -> None:
    assert AppState(station="3").decimal(value) == said
    assert AppState(station="3", unit="N").tension(-0.2) == "0 N"


@pytest.mark.parametrize("plane", [LANDSCAPE, UPRIGHT], ids=["lying", "upright"])
def test_a_set_under_a_therapists_page_is_told_above_it(plane: Plane) -> None:
    screen = told(inside(in_a_set(5)), phase(Phase.HOLD))[0]

    for page in (Page.MENU, Page.DOSE, Page.SETTINGS, Page.SENSOR):
        over = told(screen, PageTapped(page))[0]
        assert "Left 5 · Hold" in words_shown(over, plane)
        assert "Left 5 · Stay tall" in words_shown(told(over, SignalHeard(a_drift()))[0], plane)
    assert "Left 5 · Hold" in words_shown(asked(told(in_a_set(5), phase(Phase.HOLD))[0]), plane)


def test_a_set_under_a_therapists_page_is_still_heard() -> None:
    screen = told(inside(in_a_set(5)), phase(Phase.HOLD, t_s=10.0))[0]

    assert told(screen, SignalHeard(a_drift()))[1] == [Play(Sound.POSTURE)]
    assert told(screen, Ticked(now_s=13.1))[1] == [Play(Sound.HOLD_ENDS)]


def test_a_set_that_begins_under_a_therapists_page_is_told_too() -> None:
    screen = told(inside(begun()), RecordKept(folded(facts_of_a_session(2, closed=False))), phase(Phase.RETURN))[0]

    assert "Left 2 · Return" in words_shown(screen)


def test_leaving_finds_the_word_that_the_patient_is_at() -> None:
    screen = told(inside(in_a_set(5)), phase(Phase.HOLD), LeaveTapped())[0]

    assert isinstance(screen.scene, LiveSet)
    assert screen.scene.phase is Phase.HOLD


def test_nothing_is_told_of_a_set_that_is_over() -> None:
    screen = told(inside(in_a_set(5)), phase(Phase.HOLD), RecordKept(folded(facts_of_a_session(5)[:-1])))[0]

    assert not any("5 ·" in word for word in words_shown(screen))
