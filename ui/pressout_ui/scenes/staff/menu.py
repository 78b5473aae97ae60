"""Menu for staff. It locks itself."""

from __future__ import annotations

from msgspec import Struct

from pressout_ui.app_state import AppState
from pressout_ui.messages import Message, WipeTapped
from pressout_ui.scenes.parts import HELD_S, primary_button
from pressout_ui.scenes.staff.keys import top_line
from pressout_ui.shapes import Button, Plane, Rect, Text, View
from pressout_ui.staff import EmptyTapped, LeaveTapped, Page, PageTapped, ShutDownTapped


class Menu(Struct, frozen=True):
    """What was said last, in words."""

    said: str = ""
    refused: bool = False


def acts(known: AppState) -> tuple[tuple[str, Message], ...]:
    """Give what staff can do here: each key, and what it does."""
    words = known.words
    here: tuple[tuple[str, Message], ...] = (
        (words.pages["dose"], PageTapped(Page.DOSE)),
        (words.pages["programme"], PageTapped(Page.PROGRAMME)),
        (words.pages["visits"], PageTapped(Page.VISITS)),
    )
    return (
        *(here if known.patient_ref is not None and known.visit is not None else ()),
        (words.pages["guests"], PageTapped(Page.GUESTS)),
        (words.line_empty, EmptyTapped()),
        (words.pages["calibrate"], PageTapped(Page.CALIBRATE)),
        (words.pages["sensor"], PageTapped(Page.SENSOR)),
        (words.pages["network"], PageTapped(Page.NETWORK)),
        (words.pages["settings"], PageTapped(Page.SETTINGS)),
        *(((words.wipe, WipeTapped()),) if known.visit is None and known.trouble is None else ()),
    )


def view(scene: Menu, known: AppState, plane: Plane) -> View:
    """Draw ten keys, the lock, and what became of the last of them."""
    words = known.words
    wide = (plane.width - 64.0 - 28.0) / 3
    keys = [
        Button(
            label,
            Rect(32.0 + (place % 3) * (wide + 14.0), 76.0 + (place // 3) * 96.0, wide, 84.0, "surface", 14.0),
            act,
            28.0,
            weight="700",
        )
        for place, (label, act) in enumerate(acts(known))
    ]
    off = Button(
        words.shut_down,
        Rect(32.0, plane.height - 92.0, 220.0, 72.0, "stop", 14.0),
        ShutDownTapped(),
        26.0,
        "on_stop",
        "700",
        hold_s=HELD_S,
    )
    said = scene.said
    return (
        *top_line(known, words.therapist, plane),
        *keys,
        Text(said, 36.0, 372.0, 22.0, "ink" if scene.refused else "ink2", "600"),
        off,
        primary_button(words.lock, (plane.width - 212.0, plane.height - 92.0, 180.0, 72.0), LeaveTapped()),
    )
