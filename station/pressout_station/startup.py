"""`pressout run`: the first picture at once, then the station behind it. What is slow to load is loaded in between."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from pressout_device.errors import ConfigError, JournalError, PressoutError, UncalibratedError
from pressout_device.settings import LoadCellSection
from pressout_device.storage.lockfile import held
from pressout_session.error_codes import Trouble
from pressout_station.config import Config, read
from pressout_station.config_sections import ScreenSection, StationSection
from pressout_station.host.display import PanelFace, first_screen
from pressout_station.host.kiosk import onto_the_panel
from pressout_station.host.watchdog import watchdog_of

# Why a station cannot start is shown for this long, or until *Try again* is tapped; then its service tries again.
WHY_SHOWN_S = 30.0
# A station whose configuration says nothing that could be believed.
NOBODYS = StationSection(site_id="none", station_id="?")


def station_at(file: Path, *, stopped: Callable[[], bool], simulate: bool) -> None:
    """Run the station of a configuration file; one with mistakes is shown on the panel, where a service starts it.

    Raises
    ------
    PressoutError
        If the file has a mistake, or as of `station`.
    """
    try:
        known = read(file)
    except ConfigError as error:
        watchdog = watchdog_of(time.monotonic)
        if watchdog.hears:
            onto_the_panel()
            unknown = Config(station=NOBODYS, load_cell=LoadCellSection(), screen=ScreenSection(), dose=())
            face = PanelFace(unknown)
            watchdog.cannot_start(str(error))
            _shown_why(face, unknown, error, lambda: stopped() or face.closed)
            if stopped():
                return
        raise
    station(known, stopped=stopped, simulate=simulate)


def station(config: Config, *, stopped: Callable[[], bool], simulate: bool) -> None:
    """Turn the station's loop until `stopped()` or the window is closed; then close and write what is open.

    Raises
    ------
    PressoutError
        If it cannot start or go on. Where a service starts it again, its panel has shown why.
    """
    with held(config.folder):
        onto_the_panel()  # may start this program anew inside cage, which must find systemd's socket in its environment
        watchdog = watchdog_of(time.monotonic)
        face = PanelFace(config)
        face.paint(first_screen(config))
        watchdog.shown()
        from pressout_station.app import SimulationConfig, station_of
        from pressout_station.run import asked_of, turned

        try:
            built = station_of(config, face, SimulationConfig(asked_of(config)) if simulate else None)
        except PressoutError as error:
            if watchdog.hears:
                watchdog.cannot_start(str(error))
                _shown_why(face, config, error, lambda: stopped() or face.closed)
                if stopped():
                    return
            raise
        try:
            turned(built, lambda: stopped() or face.closed, watchdog)
        finally:
            watchdog.stopping()
            saved = built.shut_down()
        if not saved:
            raise JournalError(
                f"journal: found no way to save the last of what was counted, expected space in {config.folder}; "
                "what was saved before is untouched"
            )


def _shown_why(face: PanelFace, config: Config, error: PressoutError, stopped: Callable[[], bool]) -> None:
    """Show what keeps the station from starting, instead of a first picture that comes and goes."""
    trouble, details = Trouble.STATION_FAILED, ""
    if isinstance(error, UncalibratedError):
        trouble = Trouble.UNCALIBRATED
    elif isinstance(error, ConfigError):
        trouble, details = Trouble.MISCONFIGURED, str(error).splitlines()[0]
    face.paint(first_screen(config).showing_trouble(trouble, details))
    until_s = time.monotonic() + WHY_SHOWN_S
    while time.monotonic() < until_s and not stopped() and not face.asked_again():
        time.sleep(0.1)
