"""What this station is: its serial, its software, its cell. Nothing about anyone."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

from pressout_session.document import Device

# Changes whenever the same trace would tell another story.
ALGORITHM_VERSION = "1"


def software_version() -> str:
    """Give the installed version."""
    return version("pressout")


def serial() -> str:
    """Give the computer's serial number; on a Pi the board's own, elsewhere the installation's."""
    for source in ("/proc/device-tree/serial-number", "/etc/machine-id"):
        try:
            found = Path(source).read_text(encoding="ascii").strip("\0\n ")
        except (OSError, UnicodeDecodeError):
            continue
        if found:
            # systemd asks that the machine's id stays on the machine: a digest of it names it as well.
            return found if "serial" in source else hashlib.sha256(found.encode()).hexdigest()[:16]
    return "unknown"


def device_of(load_cell_id: str, calibration_id: str) -> Device:
    """Give the device's part of a document."""
    return Device(
        serial=serial(),
        software_version=software_version(),
        algorithm_version=ALGORITHM_VERSION,
        load_cell_id=load_cell_id,
        calibration_id=calibration_id,
    )
