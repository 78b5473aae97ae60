"""Upright pages for staff: keypads below what is typed, one thing a line."""

from __future__ import annotations

from pressout_session.prescription import CueSensitivity
from pressout_signal.events import Resistance
from pressout_ui.app_state import AppState
from pressout_ui.messages import Message
from pressout_ui.scenes.parts import HELD_S, paragraph, plain_button, primary_button
from pressout_ui.scenes.staff import dose, guests, menu, more, pin, programme, settings
from pressout_ui.scenes.staff.dose import Dose
from pressout_ui.scenes.staff.guests import Guests
from pressout_ui.scenes.staff.keys import back_to_menu, choices, keypad_in, stepper, top_line
from pressout_ui.scenes.staff.menu import Menu
from pressout_ui.scenes.staff.more import More
from pressout_ui.scenes.staff.pin import Pin
from pressout_ui.scenes.staff.programme import Programme
from pressout_ui.shapes import Button, Plane, Rect, Text, View, fitted, sized
from pressout_ui.staff import (
    GuestPicked,
    LastTapped,
    LeaveTapped,
    Page,
    PageTapped,
    RaiseTapped,
    SaveTapped,
    ShutDownTapped,
    Stepped,
    VoidTapped,
)

SIDE = 32.0


def _keys_below(known: AppState, plane: Plane) -> View:
    """Draw a keypad at the foot."""
    top = plane.height - 396.0
    return (
        Rect(0.0, top - 14.0, plane.width, plane.height - top + 14.0, "surface"),
        *keypad_in(known, Rect(20.0, top, plane.width - 40.0, 380.0, None)),
    )


def _way_back(known: AppState, plane: Plane, on_tap: Message) -> Button:
    return plain_button(known.words.go_back, (plane.width - SIDE - 124.0, 22.0, 124.0, 70.0), on_tap, 24.0)


def who_is_it(scene: Pin, known: AppState, plane: Plane) -> View:
    """Draw initials and cells above the keypad; or who it could be."""
    words = known.words
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        Text(words.therapist, SIDE, 78.0, fitted(words.therapist, 48.0, plane.width - 220.0)),
        _way_back(known, plane, LeaveTapped()),
        *pin.who(scene, known),
        *(_keys_below(known, plane) if scene.initials else pin.everyone(known, (SIDE, 170.0))),
    )


def pages(scene: Menu, known: AppState, plane: Plane) -> View:
    """Draw the keys in two columns, what became of the last, and the lock."""
    words = known.words
    wide = (plane.width - 2 * SIDE - 14.0) / 2
    return (
        *top_line(known, words.therapist, plane),
        *(
            Button(
                label,
                Rect(SIDE + (place % 2) * (wide + 14.0), 80.0 + (place // 2) * 100.0, wide, 88.0, "surface", 14.0),
                act,
                28.0,
                weight="700",
            )
            for place, (label, act) in enumerate(menu.acts(known))
        ),
        *(
            Text(line.text, line.x, line.baseline, line.size, "ink" if scene.refused else "ink2", "600")
            for line in paragraph(scene.said, (SIDE, plane.height - 170.0), 24.0, plane.width - 2 * SIDE, 3)
        ),
        Button(
            words.shut_down,
            Rect(SIDE, plane.height - 96.0, wide, 76.0, "stop", 14.0),
            ShutDownTapped(),
            24.0,
            "on_stop",
            "700",
            hold_s=HELD_S,
        ),
        primary_button(words.lock, (SIDE + wide + 14.0, plane.height - 96.0, wide, 76.0), LeaveTapped()),
    )


def dose_of(scene: Dose, known: AppState, plane: Plane) -> View:
    """Draw the target large, the dose below it, line and side, and *Save*."""
    words, item = known.words, scene.item
    wide = (plane.width - 2 * SIDE - 14.0) / 2
    right, last = SIDE + wide + 14.0, plane.width - SIDE
    hold = f"{item.hold_s:g} {words.seconds}"
    back = words.drop_changes if scene.leaving else words.go_back
    return (
        *top_line(known, "", plane, right=SIDE + 138.0),
        plain_button(back, (last - 124.0, 8.0, 124.0, 68.0), PageTapped(Page.MENU), 20.0 if scene.leaving else 24.0),
        dose.exercise_key(item, known, Rect(SIDE, 88.0, plane.width - 2 * SIDE, 70.0, "raised", 12.0, "rule", 2.0)),
        *_target(scene, known, plane),
        *stepper(words.sets, str(item.sets), "sets", (SIDE, 432.0, wide)),
        *stepper(words.reps_a_side, str(item.reps), "reps", (right, 432.0, wide)),
        *stepper(words.hold_label, hold, "hold_s", (SIDE, 532.0, wide)),
        *dose.line_choices(item, known, (right, 532.0, wide)),
        *dose.side_choices(item, known, (SIDE, 632.0, plane.width - 2 * SIDE)),
        *((Text(words.from_clinic, last, 624.0, 20.0, "ink", "700", "end"),) if dose.from_clinic(known) else ()),
        plain_button(words.more, (SIDE, plane.height - 84.0, wide, 72.0), PageTapped(Page.MORE)),
        primary_button(
            words.done if scene.in_programme else words.save, (right, plane.height - 84.0, wide, 72.0), SaveTapped()
        ),
    )


def programme_of(scene: Programme, known: AppState, plane: Plane) -> View:
    """Draw the exercises above, what is picked of them below; or what may be added."""
    if isinstance(scene.editing, Dose):
        return dose_of(scene.editing, known, plane)
    if isinstance(scene.editing, More):
        return more_of(scene.editing, known, plane)
    if scene.adding:
        return programme.adding(known, plane, columns=2)
    wide = plane.width - 2 * SIDE
    return (
        *top_line(known, known.words.pages["programme"], plane),
        *programme.rows(scene, known, (SIDE, 84.0, wide), 4),
        *programme.at_hand(scene, known, (SIDE, 412.0, wide)),
        *programme.ends(scene, known, (SIDE, plane.height - 84.0, wide)),
    )


def _target(scene: Dose, known: AppState, plane: Plane) -> View:
    words, item, last = known.words, scene.item, plane.width - SIDE
    number, unit = known.tension(item.target_n).rsplit(" ", 1)
    pulled_n = dose.last_n(item, known)
    told = None if pulled_n is None else words.last_time.format(value=known.tension(pulled_n))
    box = Rect(last - 118.0, 186.0, 104.0, 104.0, "action", 14.0)
    asked = Button(words.more_than_a_quarter, box, RaiseTapped(), 24.0, "on_action", "700")
    return (
        Rect(SIDE, 172.0, plane.width - 2 * SIDE, 216.0, "surface", 14.0),
        _step("–", -1, SIDE + 14.0),
        asked if scene.asking else _step("+", 1, last - 118.0),
        Text(words.target, plane.width / 2, 206.0, 22.0, "ink2", "500", "middle"),
        Text(number, plane.width / 2, 274.0, sized(number, (76.0, 64.0, 56.0, 48.0), 156.0), anchor="middle"),
        Text(
            f"{unit}  ± {round(100 * item.tolerance_n / item.target_n)} %",
            plane.width / 2, 304.0, 22.0, "ink2", "600", "middle",
        ),
        *(
            (plain_button(told, (SIDE + 14.0, 312.0, plane.width - 2 * SIDE - 28.0, 70.0), LastTapped(pulled_n), 24.0),)
            if told is not None and pulled_n is not None
            else ()
        ),
    )  # fmt: skip


def _step(label: str, by: int, x: float) -> Button:
    box = Rect(x, 186.0, 104.0, 104.0, "raised", 14.0)
    return Button(label, box, Stepped("target_n", by), 56.0, weight="700", repeats=True)


def more_of(scene: More, known: AppState, plane: Plane) -> View:
    """Draw steppers, and three keys for the cue."""
    words, item = known.words, scene.dose.item
    wide = plane.width - 2 * SIDE
    rows = [one for one in more.rows(item, known) if one[2] != "tubing" or item.resistance is Resistance.TUBING]
    cues = [(one.value, words.cues[one.value]) for one in CueSensitivity]
    return (
        *top_line(known, words.more_title, plane),
        *(
            shape
            for place, (label, shown, value) in enumerate(rows)
            for shape in stepper(label, shown, value, (SIDE, 112.0 + 104.0 * place, wide))
        ),
        *choices(words.cue_label, "cue", cues, item.cue.value, (SIDE, 112.0 + 104.0 * len(rows), wide)),
        primary_button(words.done, (plane.width - 212.0, plane.height - 92.0, 180.0, 72.0), PageTapped(Page.DOSE)),
    )


def settings_of(known: AppState, plane: Plane) -> View:
    """Draw choices and steppers, one a line."""
    wide = plane.width - 2 * SIDE
    return (
        *top_line(known, known.words.pages["settings"], plane),
        *(
            shape
            for place, drawn in enumerate(settings.rows(known))
            for shape in drawn((SIDE, 96.0 + 98.0 * place, wide))
        ),
        back_to_menu(known, plane),
    )


def whose(scene: Guests, known: AppState, plane: Plane) -> View:
    """Draw whose session it was as far as it is typed, a way to void it, and the keypad."""
    words = known.words
    said = words.who_again[0] if scene.slipped else words.whose
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        Text(words.pages["guests"], SIDE, 78.0, fitted(words.pages["guests"], 44.0, plane.width - 220.0)),
        _way_back(known, plane, GuestPicked(None)),
        Text(said, SIDE + 2.0, 130.0, fitted(said, 25.0, plane.width - 2 * SIDE), "ink2", "500"),
        *guests.cells(scene.typed),
        Button(words.void, guests.VOID, VoidTapped(), 24.0, "on_stop", "700", hold_s=HELD_S),
        *_keys_below(known, plane),
    )
