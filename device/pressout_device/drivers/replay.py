"""A trace file in the place of a chip, at its own pace or at once: what was recorded goes through the whole station."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pressout_device.errors import LoadCellError, TraceFileError
from pressout_device.ports import MonotonicClock
from pressout_device.settings import LoadCellSection
from pressout_device.storage.trace_files import lines_of
from pressout_signal.calibration import Calibration
from pressout_signal.samples import Fault, Reading
from pressout_signal.trace_format import Trace, TraceError


def opened(cell: LoadCellSection, clock: MonotonicClock) -> Replay:
    """Open the trace that the configuration names.

    Raises
    ------
    LoadCellError
        If none is named, or it cannot be read.
    """
    if cell.trace is None:
        raise LoadCellError("load_cell.trace: found none, expected the trace file that the way 'replay' plays")
    calibration = Calibration(zero_counts=cell.zero_counts, counts_per_newton=cell.counts_per_newton or 1_000.0)
    return Replay(Path(cell.trace), calibration, clock, at_once=cell.trace_at_once)


class Replay:
    """A trace as a load cell: its first sample is now; after its last there is silence.

    Parameters
    ----------
    path : Path
        The trace, in counts or in newtons.
    calibration : Calibration
        The station's: what the trace says in newtons is turned back into its counts.
    clock : MonotonicClock
        Whose pace it is.
    at_once : bool
        Whether to wait for nothing.

    Raises
    ------
    LoadCellError
        If the trace cannot be read; the samples before a damaged place have then been heard.
    """

    def __init__(self, path: Path, calibration: Calibration, clock: MonotonicClock, *, at_once: bool = False) -> None:
        self._path = path
        self._calibration = calibration
        self._clock = clock
        self._at_once = at_once
        next(self._samples())

    def close(self) -> None:
        """Do nothing."""

    def readings(self, wait_s: float) -> Iterator[Reading | Fault | None]:
        """Yield the trace's samples at their time; None where there is none for `wait_s`; see `ports.LoadCell`."""
        origin_s: float | None = None
        for item in self._samples():
            origin_s = self._clock.now_s() - item.t_s if origin_s is None else origin_s
            t_s = origin_s + item.t_s
            while not self._at_once and (ahead_s := t_s - self._clock.now_s()) > 0.0:
                self._clock.sleep(min(ahead_s, wait_s))
                if ahead_s > wait_s:
                    yield None
            yield Reading(t_s, item.counts)
        while True:
            self._clock.sleep(wait_s)
            yield None

    def _samples(self) -> Iterator[Reading]:
        zero, span = self._calibration.zero_counts, self._calibration.counts_per_newton
        try:
            with lines_of(self._path) as lines:
                for sample in Trace(lines):
                    yield Reading(sample.t_s, round(zero + span * sample.tension_n))
        except (TraceError, TraceFileError) as error:
            raise LoadCellError(f"load_cell.trace {self._path}: {error}") from error
