"""Identity of the station: its serial, its software, its cell. Nothing about anyone."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

from pressout_link.identifiers import uuid7
from pressout_session.document import Device
from pressout_session.load_cell_history import CellLife
from pressout_signal import algorithm


def software_version() -> str:
    """Give the installed version."""
    return version("pressout")


def new_id() -> str:
    """Name something that has never been: a session, a journal, a calibration. Sorts by when it was made."""
    return uuid7()


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


def device_of(life: CellLife) -> Device:
    """Give the device's part of a document, with the calibration that holds; one from a data sheet has no date."""
    known = life.calibration
    return Device(
        serial=serial(),
        software_version=software_version(),
        algorithm_version=algorithm.VERSION,
        load_cell_id=life.load_cell_id,
        calibration_id="configured" if known is None else known.calibration_id,
        calibrated_at=None if known is None else known.at,
    )
