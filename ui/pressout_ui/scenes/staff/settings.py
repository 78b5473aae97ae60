"""Settings scene: language, theme, unit, volume, sound, brightness. It holds at once."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import msgspec
from msgspec import Struct

from pressout_session.settings import Settings
from pressout_ui.app_state import AppState
from pressout_ui.commands import Command
from pressout_ui.messages import Message
from pressout_ui.scenes.staff.keys import Box, back_to_menu, choices, stepper, top_line
from pressout_ui.shapes import Plane, View
from pressout_ui.staff import ChoiceTapped, KeepSettings, Stepped
from pressout_ui.words import LANGUAGES


class Sounding(StrEnum):
    """Whether anything is heard."""

    ON = "on"
    OFF = "off"


class SettingsScene(Struct, frozen=True):
    """Nothing of its own: what is set is known everywhere."""


def update(scene: SettingsScene, message: Message, known: AppState) -> tuple[SettingsScene, tuple[Command, ...]]:
    """Give what is to be kept after `message`."""
    settings = known.settings
    match message:
        case ChoiceTapped(value="muted", choice=choice):
            return scene, (KeepSettings(msgspec.structs.replace(settings, muted=choice == Sounding.OFF)),)
        case ChoiceTapped(value=value, choice=choice):
            return scene, (KeepSettings(msgspec.convert({**msgspec.to_builtins(settings), value: choice}, Settings)),)
        case Stepped(value=value, by=by):
            stepped = min(10, max(1 if value == "brightness" else 0, getattr(settings, value) + by))
            return scene, (KeepSettings(msgspec.structs.replace(settings, **{value: stepped})),)
        case _:
            return scene, ()


def rows(known: AppState) -> tuple[Callable[[Box], View], ...]:
    """Give what can be set, each as what draws it into a box: language, theme, unit, volume, brightness, sound."""
    words, settings = known.words, known.settings
    languages = [(code, LANGUAGES[code].name) for code in sorted(LANGUAGES)]
    themes = [("light", words.light), ("dark", words.dark), ("contrast", words.strong)]
    units = [(unit, unit) for unit in ("kg", "lb", "N")]
    sounds = [(Sounding.ON, words.sound_is[0]), (Sounding.OFF, words.sound_is[1])]
    return (
        lambda box: choices(words.language, "language", languages, settings.language, box),
        lambda box: choices(words.theme, "theme", themes, settings.theme, box),
        lambda box: choices(words.unit, "unit", units, settings.unit, box),
        lambda box: stepper(words.volume, str(settings.volume), "volume", box),
        lambda box: choices(words.sound_label, "muted", sounds, Sounding.OFF if settings.muted else Sounding.ON, box),
        lambda box: stepper(words.brightness, str(settings.brightness), "brightness", box),
    )


def view(known: AppState, plane: Plane) -> View:
    """Draw choices and steppers, two a line."""
    wide = (plane.width - 64.0 - 14.0) / 2
    return (
        *top_line(known, known.words.pages["settings"], plane),
        *(
            shape
            for place, drawn in enumerate(rows(known))
            for shape in drawn((32.0 + (place % 2) * (wide + 14.0), 98.0 + (place // 2) * 96.0, wide))
        ),
        back_to_menu(known, plane),
    )
