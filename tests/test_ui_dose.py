"""The dose on the screen: no weight wanders or runs away, and nothing is dropped unasked."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from pressout_session.prescription import CabledItem
from pressout_ui.app import Screen, view
from pressout_ui.fixture_values import a_past_visit
from pressout_ui.scenes.staff.dose import Dose
from pressout_ui.scenes.staff.menu import Menu
from pressout_ui.shapes import Button
from pressout_ui.staff import ChoiceTapped, LastTapped, Page, PageTapped, RaiseTapped, Stepped, VisitsFound
from screens import LANDSCAPE, begun, told
from staff import inside


def dose_of(screen: Screen) -> CabledItem:
    assert isinstance(screen.scene, Dose)
    return screen.scene.item


def test_a_finger_that_stays_on_the_plus_stops_a_quarter_above_and_is_asked() -> None:
    screen = inside(begun())
    began_n = dose_of(screen).target_n
    screen = told(screen, *(Stepped("target_n", 1) for _ in range(60)))[0]
    assert dose_of(screen).target_n <= 1.25 * began_n
    assert Stepped("target_n", 1) not in keys(screen)

    screen = told(screen, RaiseTapped(), *(Stepped("target_n", 1) for _ in range(5)))[0]

    assert dose_of(screen).target_n > 1.25 * began_n


def test_going_down_is_never_asked_and_takes_the_question_back() -> None:
    screen = told(inside(begun()), *(Stepped("target_n", 1) for _ in range(60)), Stepped("target_n", -1))[0]

    assert Stepped("target_n", 1) in keys(screen)
    assert dose_of(told(screen, *(Stepped("target_n", -1) for _ in range(60)))[0]).target_n < 10.0


def test_a_target_stays_with_its_exercise_and_line() -> None:
    screen = told(inside(begun()), Stepped("target_n", 1))[0]
    tubing_n = dose_of(screen).target_n

    stack = told(
        screen, ChoiceTapped("resistance", "cable"), *(Stepped("target_n", 1) for _ in range(1)), RaiseTapped()
    )[0]
    assert dose_of(stack).target_n != tubing_n
    back = told(stack, ChoiceTapped("resistance", "tubing"))[0]
    again = told(back, ChoiceTapped("resistance", "cable"))[0]

    assert dose_of(back).target_n == pytest.approx(tubing_n)
    assert dose_of(again).target_n == pytest.approx(dose_of(stack).target_n)


def test_the_last_pull_is_that_of_this_exercise_on_this_line_and_a_tap_takes_it() -> None:
    visit = a_past_visit(3)
    screen = told(inside(begun()), VisitsFound("471922", (visit,)))[0]
    screen = replace(screen, known=replace(screen.known, patient_ref="471922"))
    pull_n = visit.pull_n(dose_of(screen))
    assert pull_n is not None
    assert LastTapped(pull_n) in keys(screen)
    assert dose_of(told(screen, LastTapped(pull_n))[0]).target_n == pytest.approx(pull_n, abs=1.0)

    other = told(screen, ChoiceTapped("resistance", "cable"))[0]
    assert not any(isinstance(key, LastTapped) for key in keys(other))


def test_back_asks_before_it_drops_changes_and_asks_nothing_where_there_are_none() -> None:
    assert isinstance(told(inside(begun()), PageTapped(Page.MENU))[0].scene, Menu)

    asked_once = told(inside(begun()), Stepped("reps", 1), PageTapped(Page.MENU))[0]
    assert isinstance(asked_once.scene, Dose)
    assert isinstance(told(asked_once, PageTapped(Page.MENU))[0].scene, Menu)
    stays = told(asked_once, Stepped("reps", 1), PageTapped(Page.MENU))[0]
    assert isinstance(stays.scene, Dose)


def keys(screen: Screen) -> list[object]:
    return [shape.on_tap for shape in view(screen, LANDSCAPE) if isinstance(shape, Button)]
