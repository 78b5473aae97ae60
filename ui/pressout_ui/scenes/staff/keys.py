"""Keypads, steppers, choices and the line at the top of staff's scenes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from msgspec.structs import replace

from pressout_ui.app_state import AppState
from pressout_ui.font_metrics import estimated_width
from pressout_ui.messages import BackSpaced, Cleared, DigitTyped, Message
from pressout_ui.scenes.parts import plain_button
from pressout_ui.shapes import Button, Plane, Rect, Shape, Text, View, fitted, sized
from pressout_ui.staff import ChoiceTapped, Page, PageTapped, Stepped

ROWS = ("123", "456", "789")
Box: TypeAlias = tuple[float, float, float]
Options: TypeAlias = Sequence[tuple[str, str]]
"""Each choice, and its words."""


def keypad(known: AppState, left: float) -> View:
    """Give ten digits and two ways back, from the top of the plane to its foot."""
    return keypad_in(known, Rect(left, 20.0, 360.0, 452.0, None))


def keypad_in(known: AppState, box: Rect) -> View:
    """Give ten digits and two ways back, twelve apart, that fill a box."""
    acts: list[tuple[str, Message]] = [(digit, DigitTyped(digit)) for digits in ROWS for digit in digits]
    acts += [(known.words.clear, Cleared()), ("0", DigitTyped("0")), (known.words.back, BackSpaced())]
    wide, high = (box.width + 12.0) / 3, (box.height + 12.0) / 4
    return tuple(
        _key(label, act, Rect(box.x + place % 3 * wide, box.y + place // 3 * high, wide - 12.0, high - 12.0, None))
        for place, (label, act) in enumerate(acts)
    )


def _key(label: str, on_tap: Message, box: Rect) -> Button:
    fill, size = ("raised", 44.0) if isinstance(on_tap, DigitTyped) else ("surface", 24.0)
    return Button(label, replace(box, fill=fill, radius=14.0), on_tap, size, weight="700")


def stepper(label: str, shown: str, value: str, box: Box) -> View:
    """Give a value between a minus and a plus that repeat while they are held; `box` is x, y and width."""
    x, y, width = box
    middle = x + width / 2
    size = sized(shown, (34.0, 30.0, 26.0, 22.0), width - 152.0)
    return (
        Text(label, x, y - 8.0, 22.0, "ink2", "500"),
        Rect(x, y, width, 70.0, "surface", 12.0),
        _step("–", Stepped(value, -1), x, y),
        Text(shown, middle, y + 35.0 + 0.334 * size, size, anchor="middle"),
        _step("+", Stepped(value, 1), x + width - 68.0, y),
    )


def _step(label: str, on_tap: Message, x: float, y: float) -> Button:
    return Button(label, Rect(x, y, 68.0, 70.0, "raised", 12.0), on_tap, 36.0, weight="700", repeats=True)


def choices(label: str, value: str, options: Options, chosen: str, box: Box) -> View:
    """Give keys of which one is pressed; `options` are (choice, words); `box` is x, y and width."""
    x, y, width = box
    each = (width - 8.0 * (len(options) - 1)) / len(options)
    shapes: list[Shape] = [Text(label, x, y - 8.0, 22.0, "ink2", "500")]
    for place, (choice, words) in enumerate(options):
        fill, ink = ("action", "on_action") if choice == chosen else ("surface", "ink")
        size = sized(words, (26.0, 24.0, 22.0, 20.0), each - 12.0)
        key = Rect(x + place * (each + 8.0), y, each, 70.0, fill, 12.0)
        shapes.append(Button(words, key, ChoiceTapped(value, choice), size, ink, "700"))
    return tuple(shapes)


def top_line(known: AppState, title: str, plane: Plane, *, right: float = 32.0) -> View:
    """Give who is signed in, what this is, and who is the therapist, who stands `right` from the right edge.

    Above what is signed in there is room for a set that goes on.
    """
    code = known.code
    x = 32.0 if not code else 32.0 + estimated_width(code, 28.0) + 16.0
    left_y = 48.0 if known.record.open_set is None else 66.0
    initials = estimated_width(known.initials or "", 28.0)
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        *((Text(code, 32.0, left_y, 28.0),) if code else ()),
        Text(title, x, left_y, fitted(title, 28.0, plane.width - x - right - initials - 14.0), "ink2", "500"),
        Text(known.initials or "", plane.width - right, 48.0, 28.0, "ink2", "600", "end"),
    )


def back_to_menu(known: AppState, plane: Plane, page: Page = Page.MENU) -> Button:
    """Give the way out, lower left."""
    return plain_button(known.words.go_back, (32.0, plane.height - 92.0, 160.0, 72.0), PageTapped(page))
