"""`pressout run` and what else holds the pins: opening them for one process, and turning the station's loop."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable

from pressout_device.errors import JournalError, LoadCellError, PressoutError, StationError, unwritable_folder
from pressout_device.sampler import reader_factory
from pressout_device.sampler.process import Opening
from pressout_device.settings import LoadCellSection
from pressout_device.simulation.patient import PatientTask
from pressout_device.storage.calibration_log import CalibrationLog, calibrated_cell
from pressout_device.storage.lockfile import owned_as_its_folder
from pressout_session.load_cell_history import CellLife
from pressout_signal.calibration import Calibration
from pressout_station.config import Config
from pressout_station.host.watchdog import Watchdog
from pressout_station.station_loop import Station

logger = logging.getLogger(__name__)

# Trouble of the station's own is shown for this long before it ends, so that someone can read its number.
FAILED_SHOWN_S = 3.0
# A patient who walks in then is never there.
NEVER_S = 1e12
# What noise is told in while nobody knows better: a cell of 100 kg and 2 mV/V on this amplifier.
COUNTS_PER_NEWTON_USUAL = 4_400.0


def turned(
    built: Station, stopped: Callable[[], bool], watchdog: Watchdog | None = None, shown_s: float = FAILED_SHOWN_S
) -> None:
    """Turn a station's loop until `stopped()`. The last barrier: whatever breaks is shown with a number, then said.

    Raises
    ------
    PressoutError
        If the station cannot go on; its service starts it again.
    """
    while not stopped():
        frame_s = time.monotonic()
        try:
            built.frame()
        except PressoutError:
            built.failed()
            raise
        except Exception as error:
            logger.exception("the station broke")
            built.failed()
            time.sleep(shown_s)
            raise StationError(
                f"station: found a fault of its own ({type(error).__name__}: {error}), expected none; what was counted "
                "is kept, and its service starts it again; send the log to whoever looks after it"
            ) from error
        if watchdog is not None:
            watchdog.turned(built.signs)
        time.sleep(max(0.0, built.pause_s - (time.monotonic() - frame_s)))


def book_of(config: Config, *, simulate: bool) -> CalibrationLog:
    """Give the load cell's book; what an emulated cell says goes into one of its own, in a folder of its own.

    Raises
    ------
    JournalError
        If that folder cannot be made.
    """
    if not simulate:
        return CalibrationLog(config.folder)
    folder = config.folder / "simulated"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        owned_as_its_folder(folder)
    except OSError as error:
        raise JournalError(unwritable_folder(folder, error)) from error
    return CalibrationLog(folder)


def way_of(config: Config, cell: LoadCellSection, *, simulate: bool, absent: bool = False) -> Opening:
    """Give the way to the load cell: the real one's, or an emulated chip's with a patient (or with nobody) on it."""
    if not simulate:
        return functools.partial(reader_factory.real, cell)
    now_s = time.monotonic()
    return functools.partial(reader_factory.simulated, cell, asked_of(config), NEVER_S if absent else now_s, 1.0)


def cell_to_look_at(config: Config, book: CalibrationLog) -> tuple[LoadCellSection, Calibration, CellLife]:
    """Give the load cell as far as it is known; one that was never calibrated is looked at in counts."""
    try:
        return calibrated_cell(config.load_cell, book)
    except LoadCellError:
        usual = Calibration(zero_counts=0.0, counts_per_newton=COUNTS_PER_NEWTON_USUAL)
        return config.load_cell, usual, book.life(config.load_cell.load_cell_id)


def head_of(config: Config, cell: LoadCellSection) -> dict[str, str]:
    """Give the head of a trace recorded at this station: which line it was, and how to read its counts, if known."""
    item = config.prescription.first_on_the_line
    calibrated = {"zero_counts": str(cell.zero_counts), "counts_per_newton": str(cell.counts_per_newton)}
    return {
        **(calibrated if cell.counts_per_newton is not None else {}),
        "rate_hz": str(cell.rate_hz),
        "load_cell_id": cell.load_cell_id,
        "resistance": str(item.resistance),
        "exercise": item.exercise,
        "target_n": str(item.target_n),
    }


def asked_of(config: Config, seed: int = 0) -> PatientTask:
    """Give what a simulated patient at this station is asked to do."""
    item = config.prescription.first_on_the_line
    return PatientTask(
        movement=item.movement,
        resistance=item.resistance,
        target_n=item.target_n,
        reps=item.reps,
        sets=item.sets,
        hold_s=item.hold_s,
        first_side=item.first_side,
        seed=seed,
    )
