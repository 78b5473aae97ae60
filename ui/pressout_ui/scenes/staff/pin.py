"""A therapist wants in: initials, then six digits. What they are is asked of the station; nothing here knows it."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from pressout_ui.app_state import AppState
from pressout_ui.commands import Command
from pressout_ui.messages import BackSpaced, Cleared, DigitTyped, Message
from pressout_ui.scenes.parts import plain_button
from pressout_ui.scenes.staff.keys import keypad
from pressout_ui.shapes import Button, Disc, Plane, Point, Rect, Shape, Text, View
from pressout_ui.staff import CheckPin, InitialsChosen, LeaveTapped, PinAnswered

DIGITS = 6


class Pin(Struct, frozen=True):
    """Who it is, what has been typed, whether an answer is awaited, and what the last one was."""

    initials: str | None = None
    typed: str = ""
    asked: bool = False
    tries_left: int | None = None
    locked_until_s: float = 0.0


def update(scene: Pin, message: Message, known: AppState) -> tuple[Pin, tuple[Command, ...]]:
    """Give the scene after `message`, and the question when six digits are there."""
    match message:
        case InitialsChosen(initials=initials):
            return Pin(initials), ()
        case DigitTyped(digit=digit) if scene.initials and not scene.asked and known.now_s >= scene.locked_until_s:
            typed = (scene.typed + digit)[:DIGITS]
            if len(typed) < DIGITS:
                return replace(scene, typed=typed), ()
            return replace(scene, typed=typed, asked=True), (CheckPin(scene.initials, typed),)
        case BackSpaced() if not scene.asked:
            return replace(scene, typed=scene.typed[:-1]), ()
        case Cleared() if not scene.asked:
            return replace(scene, typed=""), ()
        case PinAnswered(initials=initials, right=False, tries_left=left, locked_s=locked_s):
            until_s = known.now_s + locked_s if locked_s else 0.0
            return Pin(initials, tries_left=left, locked_until_s=until_s), ()
        case _:
            return scene, ()


def view(scene: Pin, known: AppState, plane: Plane) -> View:
    """Draw the cells on the left, the keypad on the right; or who it could be."""
    words = known.words
    left = plane.width - 400.0
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        Rect(left, 0.0, 400.0, plane.height, "surface"),
        Text(words.therapist, 36.0, 90.0, 52.0),
        *who(scene, known),
        plain_button(words.go_back, (36.0, plane.height - 92.0, 160.0, 72.0), LeaveTapped()),
        *(keypad(known, left + 20.0) if scene.initials else everyone(known, (left + 20.0, 20.0))),
    )


def who(scene: Pin, known: AppState) -> tuple[Shape, ...]:
    """Give whose PIN it is, how far it is typed, and what became of the last."""
    words = known.words
    if scene.initials is None:
        return (Text(words.pin_how if known.therapists else words.no_therapists, 38.0, 130.0, 25.0, "ink2", "500"),)
    locked_s = scene.locked_until_s - known.now_s
    said = ""
    if locked_s > 0:
        said = words.locked_for.format(minutes=int(locked_s / 60.0) + 1)
    elif scene.asked:
        said = words.one_moment
    elif scene.tries_left is not None:
        said = words.tries_left.format(count=scene.tries_left)
    cells = [
        Disc(58.0 + 50.0 * place, 294.0, 17.0, "ink" if place < len(scene.typed) else "ground", "ink", 4.0)
        for place in range(DIGITS)
    ]
    change = Button(
        words.change, Rect(212.0, 160.0, 160.0, 74.0, "ground", 14.0, "rule", 2.0), InitialsChosen(None), 24.0
    )
    return (
        Text(words.pin_how, 38.0, 130.0, 25.0, "ink2", "500"),
        Rect(36.0, 160.0, 164.0, 74.0, "raised", 12.0, "rule", 2.0),
        Text(scene.initials, 56.0, 212.0, 40.0),
        change,
        *cells,
        Text(said, 38.0, 356.0, 25.0, weight="600"),
    )


def everyone(known: AppState, at: Point) -> tuple[Shape, ...]:
    """Give a key for each therapist, up to eight."""
    return tuple(
        Button(
            initials,
            Rect(at[0] + 186.0 * (place % 2), at[1] + 112.0 * (place // 2), 174.0, 100.0, "raised", 14.0),
            InitialsChosen(initials),
            40.0,
            weight="700",
        )
        for place, initials in enumerate(known.therapists[:8])
    )
