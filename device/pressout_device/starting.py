"""`pressout run`: the first picture at once, then the station behind it. What is slow to load is loaded in between."""

from __future__ import annotations

import time
from collections.abc import Callable

from pressout_device.config import Config
from pressout_device.errors import JournalError
from pressout_device.facing import PanelFace, first_screen
from pressout_device.holding import held
from pressout_device.kiosk import onto_the_panel
from pressout_device.watchdog import watchdog_of


def station(config: Config, *, stopped: Callable[[], bool], simulate: bool) -> None:
    """Turn the station's loop until `stopped()` or the window is closed; then close and write what is open."""
    with held(config.folder):
        onto_the_panel()  # may start this program anew inside cage, which must find systemd's socket in its environment
        watchdog = watchdog_of(time.monotonic)
        face = PanelFace(config)
        face.paint(first_screen(config))
        watchdog.shown()
        from pressout_device.app import Simulated, station_of
        from pressout_device.running import asked_of, turned

        built = station_of(config, face, Simulated(asked_of(config)) if simulate else None)
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
