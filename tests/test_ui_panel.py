"""Touch as panels really send it: fingers, the mouse events made of them, palms, cloths, and scenes that change."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame

from pressout_ui.messages import BackSpaced, DigitTyped, Message
from pressout_ui.panel import BOUNCE_MS, LOST_MS, REPEAT_AFTER_MS, SETTLED_MS, NoDisplayError, Panel
from pressout_ui.shapes import Button, Rect, View
from pressout_ui.staff import ShutDownTapped, Stepped
from pressout_ui.theme import DARK, LIGHT

ONE, TWO = DigitTyped("1"), DigitTyped("2")
GROUND = Rect(0.0, 0.0, 800.0, 480.0, "ground")
KEYS: View = (
    GROUND,
    Button("1", Rect(0.0, 0.0, 100.0, 100.0, "raised"), ONE),
    Button("2", Rect(200.0, 0.0, 100.0, 100.0, "raised"), TWO),
    Button("+", Rect(400.0, 0.0, 100.0, 100.0, "raised"), Stepped("reps", 1), repeats=True),
    Button("off", Rect(600.0, 0.0, 100.0, 100.0, "stop"), ShutDownTapped(), hold_s=1.0),
)


class Time:
    """The panel's clock, moved by hand."""

    def __init__(self) -> None:
        self.now_ms = 10_000

    def __call__(self) -> int:
        """Give the milliseconds."""
        return self.now_ms


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def panel(time: Time) -> Iterator[Panel]:
    made = Panel((800, 480), LIGHT, ticks_ms=time)
    made.paint(KEYS)
    time.now_ms += SETTLED_MS
    pygame.event.clear()
    yield made
    made.close()


def finger(kind: int, x: float, y: float, number: int = 0) -> None:
    pygame.event.post(pygame.event.Event(kind, touch_id=0, finger_id=number, x=x / 800, y=y / 480, dx=0, dy=0))


def mouse(kind: int, x: float, y: float, *, touch: bool, button: int = 1) -> None:
    pygame.event.post(pygame.event.Event(kind, pos=(x, y), button=button, touch=touch))


def tap(panel: Panel, x: float, y: float = 50.0) -> list[Message]:
    finger(pygame.FINGERDOWN, x, y)
    finger(pygame.FINGERUP, x, y)
    return panel.messages()


def test_a_finger_that_comes_and_goes_presses_once_without_any_motion(panel: Panel) -> None:
    assert tap(panel, 50.0) == [ONE]


def test_a_finger_whose_end_is_never_told_is_gone_after_some_seconds(panel: Panel, time: Time) -> None:
    finger(pygame.FINGERDOWN, 50.0, 50.0, 2)
    assert panel.messages() == []
    time.now_ms += LOST_MS + 1

    assert tap(panel, 50.0) == [ONE]


def test_a_stepper_under_a_finger_that_was_lost_steps_no_further(panel: Panel, time: Time) -> None:
    finger(pygame.FINGERDOWN, 450.0, 50.0)
    panel.messages()
    time.now_ms += LOST_MS + 1

    assert panel.messages() == []


def test_a_finger_that_moves_is_not_lost(panel: Panel, time: Time) -> None:
    finger(pygame.FINGERDOWN, 50.0, 50.0)
    for _ in range(3):
        panel.messages()
        time.now_ms += LOST_MS - 1
        finger(pygame.FINGERMOTION, 51.0, 50.0)
    finger(pygame.FINGERUP, 50.0, 50.0)
    time.now_ms += 1

    assert ONE in panel.messages()


@pytest.mark.parametrize(("full_screen", "closed"), [(True, False), (False, True)])
def test_no_key_and_no_closed_window_ends_a_station_that_fills_its_panel(*, full_screen: bool, closed: bool) -> None:
    for event in (pygame.event.Event(pygame.KEYDOWN, key=pygame.K_ESCAPE, unicode=""), pygame.event.Event(pygame.QUIT)):
        panel = Panel((800, 480), LIGHT, full_screen=full_screen)
        pygame.event.clear()
        pygame.event.post(event)
        panel.messages()
        assert panel.closed is closed
        panel.close()


def test_the_mouse_events_that_are_made_of_touches_press_nothing_more(panel: Panel) -> None:
    finger(pygame.FINGERDOWN, 50.0, 50.0)
    mouse(pygame.MOUSEBUTTONDOWN, 50.0, 50.0, touch=True)
    finger(pygame.FINGERUP, 50.0, 50.0)
    mouse(pygame.MOUSEBUTTONUP, 50.0, 50.0, touch=True)

    assert panel.messages() == [ONE]


def test_a_mouse_of_its_own_works_too_and_only_its_first_button(panel: Panel) -> None:
    for button in (1, 3):
        mouse(pygame.MOUSEBUTTONDOWN, 250.0, 50.0, touch=False, button=button)
        mouse(pygame.MOUSEBUTTONUP, 250.0, 50.0, touch=False, button=button)

    assert panel.messages() == [TWO]


def test_a_finger_that_slides_off_presses_nothing(panel: Panel) -> None:
    finger(pygame.FINGERDOWN, 50.0, 50.0)
    finger(pygame.FINGERUP, 250.0, 50.0)

    assert panel.messages() == []


def test_two_fingers_and_a_palm_press_nothing(panel: Panel) -> None:
    for number in range(4):
        finger(pygame.FINGERDOWN, 30.0 + 30.0 * number, 50.0, number)
    for number in range(4):
        finger(pygame.FINGERUP, 30.0 + 30.0 * number, 50.0, number)

    assert panel.messages() == []
    assert tap(panel, 50.0) == [ONE]


@pytest.mark.parametrize("told", ["six fingers at once", "six times in a row"])
def test_one_touch_that_is_told_six_times_presses_once(panel: Panel, time: Time, told: str) -> None:
    if told == "six fingers at once":
        for number in range(6):
            finger(pygame.FINGERDOWN, 50.0 + number, 50.0, number)
        for number in range(6):
            finger(pygame.FINGERUP, 50.0 + number, 50.0, number)
    else:
        for _ in range(6):
            finger(pygame.FINGERDOWN, 50.0, 50.0)
            finger(pygame.FINGERUP, 50.0, 50.0)

    assert panel.messages() == [ONE]
    time.now_ms += BOUNCE_MS + 1
    assert tap(panel, 50.0) == [ONE]


def test_a_touch_that_began_before_the_scene_changed_does_nothing_in_the_new_one(panel: Panel, time: Time) -> None:
    finger(pygame.FINGERDOWN, 50.0, 50.0)
    assert panel.messages() == []

    panel.paint((GROUND, Button("2", Rect(0.0, 0.0, 100.0, 100.0, "raised"), TWO)))
    finger(pygame.FINGERUP, 50.0, 50.0)

    assert panel.messages() == []
    assert tap(panel, 50.0) == []  # a finger on its way was meant for what was there before
    time.now_ms += SETTLED_MS
    assert tap(panel, 50.0) == [TWO]


def test_a_stepper_that_is_held_steps_on_and_letting_go_adds_none(panel: Panel, time: Time) -> None:
    step = Stepped("reps", 1)
    finger(pygame.FINGERDOWN, 450.0, 50.0)
    assert panel.messages() == []
    time.now_ms += REPEAT_AFTER_MS - 1
    assert panel.messages() == []

    time.now_ms += 1
    assert panel.messages() == [step]
    time.now_ms += 60
    assert panel.messages() == []
    time.now_ms += 60
    assert panel.messages() == [step]
    finger(pygame.FINGERUP, 450.0, 50.0)
    assert panel.messages() == []
    time.now_ms += BOUNCE_MS
    assert tap(panel, 450.0) == [step]


def test_what_cannot_be_taken_back_must_be_held_for_a_second(panel: Panel, time: Time) -> None:
    assert tap(panel, 650.0) == []
    time.now_ms += BOUNCE_MS

    finger(pygame.FINGERDOWN, 650.0, 50.0)
    panel.messages()
    time.now_ms += 999
    assert panel.messages() == []
    time.now_ms += 1
    assert panel.messages() == [ShutDownTapped()]
    time.now_ms += 5_000
    assert panel.messages() == []


def test_a_scanner_that_types_and_a_keyboard_are_heard(panel: Panel) -> None:
    for key, character in ((pygame.K_4, "4"), (pygame.K_BACKSPACE, ""), (pygame.K_a, "a"), (pygame.K_RETURN, "\r")):
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key, unicode=character, mod=0))

    assert panel.messages() == [DigitTyped("4"), BackSpaced()]


def test_digits_come_from_a_french_row_and_a_pad_whose_lamp_is_off(panel: Panel) -> None:
    for scancode, character in (
        (30, "&"),
        (39, "à"),
        (92, ""),
        (98, ""),
        (4, "q"),
        (40, "\r"),
        (43, "\t"),
        (0, "\x02"),
    ):
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=0, unicode=character, scancode=scancode, mod=0))

    assert panel.messages() == [DigitTyped(digit) for digit in "1040"]


def test_another_theme_is_painted_anew(panel: Panel) -> None:
    panel.use(DARK)
    panel.paint(KEYS)

    assert tuple(pygame.display.get_surface().get_at((150, 300)))[:3] == DARK.rgb("ground")


def test_where_no_driver_works_it_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    pygame.display.quit()
    monkeypatch.setenv("SDL_VIDEODRIVER", "no_such_driver")

    with pytest.raises(NoDisplayError, match="use pressout demo --headless"):
        Panel((800, 480), LIGHT)
