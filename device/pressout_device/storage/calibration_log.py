"""Calibration log: one file in the station's folder, a line a fact, only ever added to.

It is small, kept for as long as the cell is, and readable without us.
"""

from __future__ import annotations

import logging
import zlib
from pathlib import Path

import msgspec

from pressout_device.clock import wall_time
from pressout_device.errors import UncalibratedError
from pressout_device.settings import LoadCellSection
from pressout_device.storage.append_log import AppendLog
from pressout_session.document_builder import rfc3339
from pressout_session.load_cell_history import AnyCellFact, Calibrated, CellLife, decode, encode
from pressout_signal.calibration import Calibration
from pressout_signal.calibration_steps import CalibrationResult

logger = logging.getLogger(__name__)

NAME = "load-cell.jsonl"
SUM = b',"crc":"'
# Two, so that one altered letter hides no calibration.
OF_A_CALIBRATION = (b"counts_per_newton", b"hysteresis_pct")


class CalibrationLog:
    """The book in a station's folder.

    Parameters
    ----------
    folder : Path
        The station's; the file is made with the first fact.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ledger = AppendLog(folder / NAME)

    def life(self, load_cell_id: str) -> CellLife:
        """Fold what is written of one cell.

        Raises
        ------
        JournalError
            If the file is there and cannot be read.
        """
        life = CellLife(load_cell_id=load_cell_id)
        for number, line in self._ledger.lines():
            try:
                life = life.after(_unsummed(line))
            except (ValueError, RecursionError) as error:
                logger.warning("%s, line %d is no fact and is left out: %s", self._ledger.path, number, error)
                # A line that the power cut short has no whole sum, and nobody was told that it was written.
                whole = len(line.partition(SUM)[2]) > 8 or line.endswith(b'"}')
                lost = whole and any(word in line for word in OF_A_CALIBRATION)
                life = msgspec.structs.replace(life, calibration_altered=life.calibration_altered or lost)
        return life

    def write(self, *facts: AnyCellFact) -> None:
        """Add facts; returns when they would survive a power cut.

        Raises
        ------
        JournalError
            If they cannot be written; what was written before stays.
        """
        self._ledger.add(*(_summed(encode(fact)) for fact in facts))


def _summed(line: bytes) -> bytes:
    """Give a line of JSON with its checksum as its last field: a digit that the card alters is another calibration."""
    return b'%s%s%08x"}' % (line[:-1], SUM, zlib.crc32(line))


def _unsummed(line: bytes) -> AnyCellFact:
    """Read a line, whose checksum must fit where it has one; a ValueError says what is wrong with it."""
    fact, summed, said = line.partition(SUM)
    if summed and said != b'%08x"}' % zlib.crc32(fact + b"}"):
        raise ValueError("found another checksum than it was written with, expected it as it was")
    return decode(fact + b"}" if summed else line)


def calibrated_cell(cell: LoadCellSection, book: CalibrationLog) -> tuple[LoadCellSection, Calibration, CellLife]:
    """Give the load cell with the calibration that holds (its last one, or the data sheet's), that, and its life.

    Raises
    ------
    UncalibratedError
        If it has neither.
    """
    life = book.life(cell.load_cell_id)
    if life.calibration_altered:
        raise UncalibratedError(
            f"load cell {cell.load_cell_id}: found its last calibration altered in {NAME}, expected it as it was "
            "written; calibrate it again with pressout calibrate"
        )
    known: Calibrated | LoadCellSection = cell if life.calibration is None else life.calibration
    if known.counts_per_newton is None:
        raise UncalibratedError(
            f"load cell {cell.load_cell_id}: found no calibration, expected one; hang known masses on it with "
            "pressout calibrate"
        )
    calibration = Calibration(zero_counts=known.zero_counts, counts_per_newton=known.counts_per_newton)
    used = msgspec.structs.replace(cell, zero_counts=known.zero_counts, counts_per_newton=known.counts_per_newton)
    return used, calibration, life


def calibrated(cell: LoadCellSection, found: CalibrationResult, calibration_id: str, by: str) -> Calibrated:
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
