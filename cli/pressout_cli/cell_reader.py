"""Reading the load cell where no station runs: `record`, `diagnose` and `calibrate` read through the same child."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pressout_device.clock import RealClock
from pressout_device.diagnosis import Diagnosis
from pressout_device.reading_tally import Tally
from pressout_device.sampler import reader_factory
from pressout_device.sampler.process import Opening, Sampler
from pressout_device.settings import LoadCellSection
from pressout_device.storage.lockfile import held
from pressout_signal.calibration import Calibration
from pressout_signal.samples import Fault, FaultKind, Reading
from pressout_station.config import Config

# How often the child is listened to: its readings are 12.5 ms apart, and their stamps are its own.
LISTEN_EVERY_S = 0.005
# So long a load cell may say nothing at the start: its child has an interpreter to start, and on a slow computer it is
# lost once and started again with more time.
FIRST_WORD_S = 30.0


class Listener:
    """A load cell that is read by a child, and nothing else of a station.

    Parameters
    ----------
    sampler : Sampler
        The child's other end.
    """

    def __init__(self, sampler: Sampler) -> None:
        self._sampler = sampler
        until_s = time.monotonic() + FIRST_WORD_S
        while not any(map(_is_of_the_cell, sampler.fresh())) and time.monotonic() < until_s:
            time.sleep(LISTEN_EVERY_S)

    def heard(self, duration_s: float) -> Iterator[Reading | Fault]:
        """Give what the load cell says from now on for `duration_s`.

        Raises
        ------
        LoadCellError
            If the child found that it could not be opened.
        """
        begun_s = time.monotonic()
        until_s = begun_s + duration_s
        self._sampler.lateness_s.clear()
        while (now_s := time.monotonic()) < until_s:
            # Whoever was asked to hang a mass may have taken minutes: what piled up meanwhile is of another load.
            yield from (item for item in self._sampler.fresh() if item.t_s >= begun_s)
            time.sleep(max(0.0, min(LISTEN_EVERY_S, until_s - now_s)))

    def diagnosis(self, tally: Tally, cell: LoadCellSection, calibration: Calibration) -> Diagnosis:
        """Give the diagnosis of what was heard last."""
        return tally.diagnosis(
            configured_hz=cell.rate_hz,
            calibration=calibration,
            late_s=self._sampler.lateness_s,
            granted=self._sampler.granted,
        )


def _is_of_the_cell(item: Reading | Fault) -> bool:
    return isinstance(item, Reading) or item.kind is not FaultKind.READER_LOST


@contextmanager
def listener(config: Config, way: Opening | None = None) -> Iterator[Listener]:
    """Open the load cell for this process alone, through a child.

    Raises
    ------
    LoadCellError
        If a running station holds it, or it cannot be opened.
    """
    with held(config.folder):
        opened = functools.partial(reader_factory.real, config.load_cell) if way is None else way
        sampler = Sampler(opened, RealClock(), time.monotonic, time.monotonic(), realtime=True)
        try:
            yield Listener(sampler)
        finally:
            sampler.close()
