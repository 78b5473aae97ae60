"""Sessions of guests: whose they were, or that they were no one's. A new revision goes to the clinic."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from pressout_session.history import PastVisit
from pressout_session.patient_codes import CODE_LENGTH, GUEST, checked
from pressout_ui.app_state import AppState
from pressout_ui.commands import Command
from pressout_ui.messages import BackSpaced, Cleared, DigitTyped, Message
from pressout_ui.scenes.parts import HELD_S, plain_button
from pressout_ui.scenes.staff.keys import back_to_menu, keypad, top_line
from pressout_ui.shapes import Button, Plane, Rect, Shape, Text, View, fitted
from pressout_ui.staff import Correct, GuestPicked, VoidTapped

SHOWN = 3
VOID = Rect(36.0, 262.0, 336.0, 84.0, "stop", 14.0)


class Guests(Struct, frozen=True):
    """The session that is picked, and the code that is typed for it."""

    picked: str | None = None
    typed: str = ""
    slipped: bool = False


def update(scene: Guests, message: Message, known: AppState) -> tuple[Guests, tuple[Command, ...]]:
    """Give the scene after `message`, and the correction when there is one."""
    match message:
        case GuestPicked(session_id=session_id):
            return Guests(session_id), ()
        case VoidTapped() if scene.picked is not None:
            return Guests(), (Correct(scene.picked, None, known.initials or ""),)
        case DigitTyped(digit=digit) if scene.picked is not None:
            typed = scene.typed + digit
            if len(typed) < CODE_LENGTH:
                return replace(scene, typed=typed, slipped=False), ()
            if not checked(typed):
                return Guests(scene.picked, slipped=True), ()
            return Guests(), (Correct(scene.picked, typed, known.initials or ""),)
        case BackSpaced():
            return replace(scene, typed=scene.typed[:-1]), ()
        case Cleared():
            return replace(scene, typed=""), ()
        case _:
            return scene, ()


def view(scene: Guests, known: AppState, plane: Plane) -> View:
    """Draw the last sessions of guests; or, of one of them, the keypad and a way to void it."""
    words = known.words
    if scene.picked is not None:
        return _one(scene, known, plane)
    sessions = known.visits[-SHOWN:][::-1] if known.visits_of == GUEST else ()
    none = (Text(words.no_guests, 36.0, 140.0, 28.0, weight="600"),)
    keys = [_key(one, place, known, plane) for place, one in enumerate(sessions)]
    return (*top_line(known, words.pages["guests"], plane), *(keys or none), back_to_menu(known, plane))


def _key(one: PastVisit, place: int, known: AppState, plane: Plane) -> Button:
    label = datetime.fromisoformat(one.started_at).astimezone().strftime("%Y-%m-%d  %H:%M")
    below = known.words.guest_did.format(done=one.done, asked=one.asked)
    box = Rect(32.0, 82.0 + 100.0 * place, plane.width - 64.0, 88.0, "surface", 14.0)
    return Button(label, box, GuestPicked(one.session_id), 28.0, below=below)


def _one(scene: Guests, known: AppState, plane: Plane) -> View:
    words = known.words
    left = plane.width - 400.0
    said = words.who_again[0] if scene.slipped else words.whose
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        Rect(left, 0.0, 400.0, plane.height, "surface"),
        Text(words.pages["guests"], 36.0, 80.0, 44.0),
        Text(said, 38.0, 126.0, fitted(said, 25.0, 350.0), "ink2", "500"),
        *cells(scene.typed),
        Button(
            words.void,
            VOID,
            VoidTapped(),
            24.0,
            "on_stop",
            "700",
            hold_s=HELD_S,
        ),
        plain_button(words.go_back, (36.0, plane.height - 92.0, 160.0, 72.0), GuestPicked(None)),
        *keypad(known, left + 20.0),
    )


def cells(typed: str) -> tuple[Shape, ...]:
    """Give a cell for each digit of the code."""
    shapes: list[Shape] = []
    for place in range(CODE_LENGTH):
        x = 36.0 + 56.0 * place
        shapes.append(Rect(x, 150.0, 48.0, 76.0, "raised", 10.0, "rule", 2.0))
        if place < len(typed):
            shapes.append(Text(typed[place], x + 24.0, 203.0, 44.0, anchor="middle"))
    return tuple(shapes)
