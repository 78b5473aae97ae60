"""Sign-in: a code on a large keypad or from a scanner that types, or a guest. No names."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from pressout_session.patient_codes import CODE_LENGTH, GUEST, checked
from pressout_ui.app_state import AppState
from pressout_ui.commands import Command, SignIn
from pressout_ui.messages import (
    BackSpaced,
    Cleared,
    DigitTyped,
    GuestChosen,
    HereTapped,
    LanguageTapped,
    Message,
    TherapistTapped,
    WipeTapped,
)
from pressout_ui.scenes.parts import plain_button
from pressout_ui.scenes.staff.keys import keypad
from pressout_ui.shapes import Button, Plane, Rect, Shape, Text, View, Weight, fitted
from pressout_ui.words import LANGUAGES

# A half-typed code is nobody's: after this long without a touch the keypad gives way to the idle scene.
FORGOTTEN_S = 30.0


class Who(Struct, frozen=True):
    """What has been typed, whether the last code had a slip, and `theirs`: the language of who is signed in still."""

    typed: str = ""
    slipped: bool = False
    touched_s: float = 0.0
    theirs: str = ""


def update(scene: Who, message: Message, known: AppState) -> tuple[Who, tuple[Command, ...]]:
    """Give the scene after `message`, and a sign-in when a whole code is right."""
    match message:
        case DigitTyped(digit=digit):
            typed = (scene.typed + digit)[:CODE_LENGTH]
            if len(typed) == CODE_LENGTH and not checked(typed):
                return replace(scene, typed="", slipped=True, touched_s=known.now_s), ()
            signed_in = (SignIn(typed),) if len(typed) == CODE_LENGTH else ()
            return replace(scene, typed=typed, slipped=False, touched_s=known.now_s), signed_in
        case BackSpaced():
            return replace(scene, typed=scene.typed[:-1], touched_s=known.now_s), ()
        case Cleared():
            return replace(scene, typed="", slipped=False, touched_s=known.now_s), ()
        case HereTapped(patient_ref=patient_ref):
            return scene, (SignIn(patient_ref),)
        case GuestChosen():
            return scene, (SignIn(GUEST),)
        case _:
            return scene, ()


def view(scene: Who, known: AppState, plane: Plane) -> View:
    """Draw the cells on the left, the keypad on the right."""
    words = known.words
    left = plane.width - 400.0
    lines = words.who_again if scene.slipped else (words.who_how,)
    how: tuple[str, Weight] = ("ink", "600") if scene.slipped else ("ink2", "500")
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        Rect(left, 0.0, 400.0, plane.height, "surface"),
        Text(words.who, 36.0, 92.0, fitted(words.who, 56.0, 252.0)),
        *(Text(line, 38.0, 130.0 + 30.0 * place, 25.0, *how) for place, line in enumerate(lines)),
        *(_here(known) if known.here and not scene.typed else cells(scene.typed)),
        language_key(known, (296.0, 26.0, 92.0, 68.0)),
        plain_button(words.wipe, (36.0, 300.0, 160.0, 72.0), WipeTapped(), 24.0),
        plain_button(words.guest, (36.0, 388.0, 160.0, 72.0), GuestChosen()),
        plain_button(words.therapist, (208.0, 388.0, 168.0, 72.0), TherapistTapped()),
        *keypad(known, left + 20.0),
    )


def language_key(known: AppState, box: tuple[float, float, float, float]) -> Button:
    """Give the key to the next language, in that language."""
    other = known.other_language
    return plain_button(LANGUAGES[other].name, box, LanguageTapped(other), 20.0)


def _here(known: AppState) -> tuple[Shape, ...]:
    """Give who is here and has something to go on with, a key each."""
    return tuple(
        Button(known.code_of(ref), Rect(x, 164.0, 108.0, 96.0, "raised", 14.0, "rule", 2.0), HereTapped(ref), 26.0)
        for ref, x in zip(known.here, (36.0, 156.0, 276.0), strict=False)
    )


def cells(typed: str, left: float = 38.0) -> tuple[Shape, ...]:
    """Give a cell for each digit of a code; the next one has a thick rim."""
    shapes: list[Shape] = []
    for place in range(CODE_LENGTH):
        x = left + 52.0 * place + (12.0 if place >= CODE_LENGTH // 2 else 0.0)
        here = place == len(typed)
        rim = ("ink", 4.0) if here else ("rule", 2.0)
        shapes.append(Rect(x, 176.0, 46.0, 76.0, "raised", 10.0, *rim))
        if place < len(typed):
            shapes.append(Text(typed[place], x + 23.0, 229.0, 46.0, anchor="middle"))
    return tuple(shapes)
