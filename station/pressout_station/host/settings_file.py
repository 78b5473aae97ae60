"""The station's settings on disk: what staff set on the touchscreen wins over the configuration."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from pressout_device.storage import atomic_files
from pressout_link.bounded_files import bounded_json
from pressout_session.settings import Settings

logger = logging.getLogger(__name__)

NAME = "settings.json"


class SettingsFile:
    """The file in a station's folder.

    Parameters
    ----------
    folder : Path
        The station's.
    configured : Settings
        What holds until someone sets it otherwise.
    """

    def __init__(self, folder: Path, configured: Settings) -> None:
        self._path = folder / NAME
        self._configured = configured

    def read(self) -> Settings:
        """Give the settings; a file that cannot be read is left alone, and the configuration holds."""
        try:
            if not self._path.exists():
                return self._configured
            return bounded_json(self._path, Settings)
        except (OSError, ValueError) as error:
            logger.error("%s cannot be read, the configuration holds: %s", self._path, error)
            return self._configured

    def write(self, settings: Settings) -> None:
        """Keep the settings; where that cannot be done they hold until the station ends."""
        try:
            atomic_files.place(self._path.parent, self._path.name, msgspec.json.encode(settings))
        except OSError as error:
            logger.error("%s cannot be written: %s", self._path, error)
