"""The panel with its sounds and its light, and what it shows first. Loads little: the first picture waits for it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from pressout_session.settings import Settings
from pressout_station.config import Config
from pressout_station.host.backlight import Backlight
from pressout_station.host.settings_file import SettingsFile
from pressout_ui.app import Screen, set_to, view
from pressout_ui.app_state import AppState
from pressout_ui.commands import Sound
from pressout_ui.messages import Message, RetryTapped
from pressout_ui.scenes.idle import Idle
from pressout_ui.theme import THEMES

if TYPE_CHECKING:
    from pressout_ui.sounds import Sounds


def first_screen(config: Config, therapists: tuple[str, ...] = (), now_s: float = 0.0) -> Screen:
    """Give what a station shows first, at `now_s` on its clock: one that has long been on is not asleep."""
    known = AppState(station=config.station.station_id, therapists=therapists, now_s=now_s)
    return Screen(set_to(known, settings_of(config).read()), Idle(now_s))


def settings_of(config: Config) -> SettingsFile:
    """Give the station's settings; what the configuration says holds until staff say otherwise."""
    screen = config.screen
    configured = Settings(
        language=screen.language, theme=screen.theme, unit=screen.unit, volume=screen.volume, muted=screen.muted
    )
    return SettingsFile(config.folder, configured)


class PanelFace:
    """The screen on a panel, with its sounds and its light."""

    def __init__(self, config: Config) -> None:
        from pressout_ui.panel import Panel

        screen = config.screen
        size = screen.width_px, screen.height_px
        theme = THEMES[screen.theme]
        self._panel = Panel(size, theme, full_screen=screen.full_screen, turn=screen.rotate)
        self._light = Backlight()

    @functools.cached_property
    def _sounds(self) -> Sounds:
        from pressout_ui.sounds import Sounds

        return Sounds()

    @property
    def closed(self) -> bool:
        """Whether the window was closed."""
        return self._panel.closed

    def paint(self, screen: Screen) -> None:
        """Paint the screen, and nothing that is not seen: a station's first picture."""
        known = screen.known
        self._panel.use(THEMES[known.theme])
        self._panel.paint(view(screen, self._panel.brush.plane))

    def show(self, screen: Screen) -> None:
        """Show the screen."""
        self.paint(screen)
        known = screen.known
        self._sounds.loud(known.volume / 10.0)
        self._light.shine(0.1 if screen.dimmed else known.brightness / 10.0)

    def messages(self) -> list[Message]:
        """Give what was tapped and typed."""
        return self._panel.messages()

    def asked_again(self) -> bool:
        """Whether someone tapped *Try again*."""
        return any(isinstance(message, RetryTapped) for message in self.messages())

    def play(self, sound: Sound, lasts_s: float = 0.0) -> None:
        """Let a sound be heard."""
        self._sounds.play(sound, lasts_s)
