"""The rest of the dose: tolerance, tempo, rest, the tubing's colour, and how readily the station reminds of posture."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from pressout_session.prescription import CabledItem, CueSensitivity
from pressout_signal.events import Resistance
from pressout_ui.app_state import AppState
from pressout_ui.messages import Message
from pressout_ui.scenes.parts import primary_button
from pressout_ui.scenes.staff.dose import Dose, chosen, stepped
from pressout_ui.scenes.staff.keys import choices, stepper, top_line
from pressout_ui.shapes import Plane, View
from pressout_ui.staff import ChoiceTapped, Page, PageTapped, Stepped

COLOURS = ("yellow", "red", "green", "blue", "black", "silver", "gold")


class More(Struct, frozen=True):
    """The dose that is being set."""

    dose: Dose


def update(scene: More, message: Message, known: AppState) -> More:
    """Give the scene after `message`."""
    dose = scene.dose
    match message:
        case Stepped(value="tubing", by=by):
            place = COLOURS.index(dose.item.tubing) if dose.item.tubing in COLOURS else -1
            colour = ("", *COLOURS)[(place + 1 + by) % (len(COLOURS) + 1)]
            return More(replace(dose, item=chosen(dose.item, "tubing", colour)))
        case Stepped(value=value, by=by):
            return More(replace(dose, item=stepped(dose.item, value, by, known.unit)))
        case ChoiceTapped(value=value, choice=choice):
            return More(replace(dose, item=chosen(dose.item, value, choice)))
        case _:
            return scene


def rows(item: CabledItem, known: AppState) -> tuple[tuple[str, str, str], ...]:
    """Give what is stepped through: its label, how it is shown, and which value it is."""
    words = known.words
    return (
        (words.tolerance, f"± {round(100 * item.tolerance_n / item.target_n)} %", "tolerance_n"),
        (
            words.tempo_label,
            f"{known.decimal(item.stroke_s)} {words.seconds}" if item.stroke_s else words.none,
            "stroke_s",
        ),
        (words.rest_label, f"{item.rest_s:g} {words.seconds}" if item.rest_s else words.none, "rest_s"),
        (words.tubing_label, words.colours.get(item.tubing or "", words.none), "tubing"),
    )


def view(scene: More, known: AppState, plane: Plane) -> View:
    """Draw steppers, and three keys for the cue."""
    words, item = known.words, scene.dose.item
    wide = (plane.width - 64.0 - 14.0) / 2
    right = 32.0 + wide + 14.0
    tolerance, tempo, rest, tubing = rows(item, known)
    cues = [(one.value, words.cues[one.value]) for one in CueSensitivity]
    return (
        *top_line(known, words.more_title, plane),
        *stepper(*tolerance, (32.0, 100.0, wide)),
        *stepper(*tempo, (right, 100.0, wide)),
        *stepper(*rest, (32.0, 200.0, wide)),
        *(stepper(*tubing, (right, 200.0, wide)) if item.resistance is Resistance.TUBING else ()),
        *choices(words.cue_label, "cue", cues, item.cue.value, (32.0, 300.0, plane.width - 64.0)),
        primary_button(words.done, (plane.width - 212.0, plane.height - 88.0, 180.0, 72.0), PageTapped(Page.DOSE)),
    )
