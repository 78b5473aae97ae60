"""Settings scene: language, theme, unit, volume, brightness. It holds at once."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from pressout_session.settings import Settings
from pressout_ui.app_state import AppState
from pressout_ui.commands import Command
from pressout_ui.messages import Message
from pressout_ui.scenes.staff.keys import back_to_menu, choices, stepper, top_line
from pressout_ui.shapes import Plane, View
from pressout_ui.staff import ChoiceTapped, KeepSettings, Stepped
from pressout_ui.words import LANGUAGES


class SettingsScene(Struct, frozen=True):
    """Nothing of its own: what is set is known everywhere."""


def update(scene: SettingsScene, message: Message, known: AppState) -> tuple[SettingsScene, tuple[Command, ...]]:
    """Give what is to be kept after `message`."""
    settings = known.settings
    match message:
        case ChoiceTapped(value=value, choice=choice):
            return scene, (KeepSettings(msgspec.convert({**msgspec.to_builtins(settings), value: choice}, Settings)),)
        case Stepped(value=value, by=by):
            stepped = min(10, max(1 if value == "brightness" else 0, getattr(settings, value) + by))
            return scene, (KeepSettings(msgspec.structs.replace(settings, **{value: stepped})),)
        case _:
            return scene, ()


def view(known: AppState, plane: Plane) -> View:
    """Draw choices and steppers."""
    words, settings = known.words, known.settings
    wide = (plane.width - 64.0 - 14.0) / 2
    right = 32.0 + wide + 14.0
    languages = [(code, LANGUAGES[code].name) for code in sorted(LANGUAGES)]
    themes = [("light", words.light), ("dark", words.dark)]
    units = [(unit, unit) for unit in ("kg", "lb", "N")]
    return (
        *top_line(known, words.pages["settings"], plane),
        *choices(words.language, "language", languages, settings.language, (32.0, 112.0, wide)),
        *choices(words.theme, "theme", themes, settings.theme, (right, 112.0, wide)),
        *choices(words.unit, "unit", units, settings.unit, (32.0, 222.0, wide)),
        *stepper(words.volume, str(settings.volume), "volume", (right, 222.0, wide)),
        *stepper(words.brightness, str(settings.brightness), "brightness", (right, 332.0, wide)),
        back_to_menu(known, plane),
    )
