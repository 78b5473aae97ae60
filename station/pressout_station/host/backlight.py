"""The panel's light, where the kernel has a switch for it; where it has none, a dark picture must do."""

from __future__ import annotations

import logging
from pathlib import Path

logger = logging.getLogger(__name__)

LIGHTS = Path("/sys/class/backlight")


class Backlight:
    """The first light that the kernel knows.

    Parameters
    ----------
    lights : Path
        Where the kernel lists them.
    """

    def __init__(self, lights: Path = LIGHTS) -> None:
        found = sorted(lights.iterdir()) if lights.is_dir() else []
        self._light = found[0] if found else None
        self._shines: float | None = None

    def shine(self, share: float) -> None:
        """Shine with a share of all the light there is; asked for the same again, it does nothing."""
        if self._light is None or share == self._shines:
            return
        self._shines = share
        try:
            most = int((self._light / "max_brightness").read_text(encoding="ascii"))
            (self._light / "brightness").write_text(str(max(1, round(share * most))), encoding="ascii")
        except (OSError, ValueError) as error:
            logger.warning("the panel's light cannot be set: %s", error)
            self._light = None
