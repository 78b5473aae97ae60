"""Corrections while the set goes on: a tap, and what it will do is said on it."""

from __future__ import annotations

from pressout_session.prescription import CabledItem
from pressout_ui.app_state import AppState
from pressout_ui.messages import (
    AddTapped,
    FixClosed,
    Message,
    MuteTapped,
    RestartTapped,
    SetEndTapped,
    SideTapped,
    TherapistTapped,
    UndoTapped,
)
from pressout_ui.scenes.parts import HELD_S, pain, paragraph, plain_button, primary_button
from pressout_ui.shapes import Button, Plane, Rect, Text, View


def view(known: AppState, item: CabledItem, plane: Plane) -> View:
    """Draw the keys."""
    words = known.words
    across = 2 if plane.portrait else 3
    wide = (plane.width - 72.0 - 14.0 * (across - 1)) / across
    fixed = known.fixed
    side = words.side(fixed.side)
    standing = f"{side} {fixed.count} {words.of} {fixed.asked or item.reps}"
    note = paragraph(words.fix_note, (38.0, 112.0), 26.0, plane.width - 76.0)
    below = plane.height - (180.0 if plane.portrait else 92.0)
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        Text(words.fix_title, 36.0, 76.0, 48.0 if not plane.portrait else 40.0),
        *(note if known.record.open_set is not None else ()),
        Text(standing, plane.width - 36.0, 76.0 if not plane.portrait else 178.0, 36.0, anchor="end"),
        *(_key(place, act, wide, plane) for place, act in enumerate(_acts(known))),
        *pain(known, (36.0, plane.height - 18.0 if plane.portrait else below - 14.0), 20.0, plane.width - 72.0),
        plain_button(words.therapist, (36.0, below, 180.0, 72.0), TherapistTapped(), 24.0),
        primary_button(words.close, (plane.width - 216.0, below, 180.0, 72.0), FixClosed()),
    )


def _acts(known: AppState) -> tuple[tuple[str, str, Message], ...]:
    words, fixed = known.words, known.fixed

    def becomes(then: int) -> str:
        return words.becomes.format(now=fixed.count, then=then)

    sound = (words.sound[1], words.sound_comes) if known.muted else (words.sound[0], words.pictures_stay)
    return (
        (words.undo_last, becomes(fixed.undone), UndoTapped()),
        (words.add_one, becomes(fixed.added), AddTapped()),
        (words.wrong_side, words.move_to[fixed.side.other].format(count=fixed.count), SideTapped()),
        (words.restart_set, becomes(fixed.restarted) if fixed.restarted else words.start_at_nought, RestartTapped()),
        (words.end_set, words.go_to_rest, SetEndTapped()),
        (*sound, MuteTapped()),
    )


def _key(place: int, act: tuple[str, str, Message], wide: float, plane: Plane) -> Button:
    label, below, message = act
    across = 2 if plane.portrait else 3
    x = 36.0 + (place % across) * (wide + 14.0)
    y = (190.0 if plane.portrait else 142.0) + (place // across) * 108.0
    # Ten repetitions are gone with it, and no key brings them back.
    hold_s = HELD_S if isinstance(message, RestartTapped) else 0.0
    return Button(label, Rect(x, y, wide, 96.0, "surface", 14.0), message, 27.0, below=below, hold_s=hold_s)
