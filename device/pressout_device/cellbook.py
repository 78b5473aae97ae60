"""The load cell's book: one file in the station's folder, a line a fact, only ever added to.

It is small, kept for as long as the cell is, and readable without us. A line that was being written when the power
went is left where it is and skipped; the next begins on a line of its own.
"""

from __future__ import annotations

import errno
import logging
import os
from io import RawIOBase
from pathlib import Path

import msgspec

from pressout_device.clock import wall_time
from pressout_device.errors import JournalError, LoadCellError
from pressout_device.holding import owned_as_its_folder
from pressout_device.journal import spool
from pressout_device.sections import LoadCellSection
from pressout_session.cell import AnyCellFact, Calibrated, CellLife, decode, encode
from pressout_session.writing import rfc3339
from pressout_signal.calibrating import Found
from pressout_signal.calibration import Calibration

logger = logging.getLogger(__name__)

NAME = "load-cell.jsonl"


class CellBook:
    """The book in a station's folder.

    Parameters
    ----------
    folder : Path
        The station's; the file is made with the first fact.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def life(self, load_cell_id: str) -> CellLife:
        """Fold what is written of one cell.

        Raises
        ------
        JournalError
            If the file is there and cannot be read.
        """
        life = CellLife(load_cell_id=load_cell_id)
        try:
            lines = self._path.read_bytes().splitlines() if self._path.exists() else []
        except OSError as error:
            raise JournalError(
                f"{self._path}: found {error.strerror or error}, expected a file that this user may read"
            ) from error
        for number, line in enumerate(lines, start=1):
            try:
                life = life.after(decode(line))
            except (msgspec.MsgspecError, ValueError) as error:
                if line.strip():
                    logger.warning("%s, line %d is no fact and is left out: %s", self._path, number, error)
        return life

    def write(self, *facts: AnyCellFact) -> None:
        """Add facts; returns when they would survive a power cut.

        Raises
        ------
        JournalError
            If they cannot be written; what was written before stays.
        """
        new = not self._path.exists()
        try:
            with open(self._path, "ab+", buffering=0) as file:
                size = file.seek(0, os.SEEK_END)
                torn = size > 0 and _last_byte(file.fileno()) != b"\n"
                lines = (b"\n" if torn else b"") + b"".join(encode(fact) + b"\n" for fact in facts)
                _all_or_nothing(file, lines, size)
            owned_as_its_folder(self._path)
            if new:
                spool.settle(self._path.parent)
        except OSError as error:
            raise JournalError(
                f"{self._path}: found {error.strerror or error}, expected to be able to write it; what is already in "
                "it is untouched"
            ) from error


def _all_or_nothing(file: RawIOBase, lines: bytes, size: int) -> None:
    """Write so that it would survive a power cut; what cannot be written whole leaves nothing: it will be asked again.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    done = False
    try:
        done = file.write(lines) == len(lines)
        os.fsync(file.fileno())
    except OSError:
        done = False
        raise
    finally:
        if not done:
            file.truncate(size)
    if not done:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _last_byte(descriptor: int) -> bytes:
    return os.pread(descriptor, 1, os.fstat(descriptor).st_size - 1)


def calibrated_cell(cell: LoadCellSection, book: CellBook) -> tuple[LoadCellSection, Calibration, CellLife]:
    """Give the load cell with the calibration that holds (its last one, or the data sheet's), that, and its life.

    Raises
    ------
    LoadCellError
        If it has neither.
    """
    life = book.life(cell.load_cell_id)
    known: Calibrated | LoadCellSection = cell if life.calibration is None else life.calibration
    if known.counts_per_newton is None:
        raise LoadCellError(
            f"load cell {cell.load_cell_id}: found no calibration, expected one; hang known masses on it with "
            "pressout calibrate"
        )
    calibration = Calibration(zero_counts=known.zero_counts, counts_per_newton=known.counts_per_newton)
    used = msgspec.structs.replace(cell, zero_counts=known.zero_counts, counts_per_newton=known.counts_per_newton)
    return used, calibration, life


def calibrated(cell: LoadCellSection, found: Found, calibration_id: str, by: str) -> Calibrated:
    """Give the fact of a calibration that was found just now."""
    return Calibrated(
        at=rfc3339(wall_time()),
        load_cell_id=cell.load_cell_id,
        calibration_id=calibration_id,
        zero_counts=found.calibration.zero_counts,
        counts_per_newton=found.calibration.counts_per_newton,
        masses_kg=tuple(point.mass_kg for point in found.points),
        by=by,
        linearity_pct=found.linearity_pct,
        hysteresis_pct=found.hysteresis_pct,
        noise_n=found.noise_n,
        resolution_n=found.resolution_n,
    )
