"""Looking at the load cell itself: a trace to a file, and some seconds of measured truth about it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, pstdev

from pressout_device.config import LoadCellSection
from pressout_device.errors import LoadCellError, TraceFileError
from pressout_device.ports import Clock, LoadCell
from pressout_signal.calibration import Calibration
from pressout_signal.samples import Fault, FaultKind, Reading

WAIT_S = 0.1
# Less than this share of the configured rate, and the solder bridge or the wiring is not what was configured.
RATE_TOLERANCE = 0.1
# The noisiest converter that is usual has 0.25 N rms.
STILL_N = 0.5
WELL = "The load cell reads well."


def heard(cell: LoadCell, clock: Clock, duration_s: float) -> Iterator[Reading | Fault]:
    """Give what the load cell says for `duration_s`; silence of half a second is a fault."""
    begin_s = clock.now_s()
    last_s = begin_s
    for item in cell.readings(WAIT_S):
        now_s = clock.now_s()
        if item is not None:
            last_s = now_s
            yield item
        elif now_s - last_s >= 0.5:
            last_s = now_s
            yield Fault(now_s, FaultKind.SILENT)
        if now_s - begin_s >= duration_s:
            return


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What some seconds of readings showed: rates in Hz, noise in counts and newtons (rms)."""

    configured_hz: float
    measured_hz: float | None
    readings: int
    mean_counts: float | None
    noise_counts: float | None
    noise_n: float | None
    distinct: int
    faults: dict[str, int]

    @property
    def well(self) -> bool:
        """Whether there is nothing to do."""
        return self.verdict == WELL

    @property
    def verdict(self) -> str:
        """Say in words what to do, the gravest first."""
        if self.readings == 0:
            return "The load cell says nothing. Check its cable, its power and the two pins in the configuration."
        if self.distinct == 1 and self.readings > 10:
            return "The load cell always says the same. A wire is loose or swapped: see hardware/wiring.md."
        measured = self.measured_hz or 0.0
        if abs(measured - self.configured_hz) > RATE_TOLERANCE * self.configured_hz:
            return (
                f"The load cell gives {measured:.1f} readings a second, {self.configured_hz:g} are configured. "
                "Check the amplifier's solder bridge, or load_cell.rate_hz."
            )
        if self.noise_n is not None and self.noise_n > STILL_N:
            return "The readings move by more than noise does. Let the line hang still; else shield the cable."
        if sum(self.faults.values()) > 0.02 * self.readings:
            return "More than one reading in fifty failed its checks. Shorten or shield the cable."
        return WELL

    def lines(self) -> list[str]:
        """Give everything, a line each."""
        rate = "none" if self.measured_hz is None else f"{self.measured_hz:.2f}"
        noise = "none"
        if self.noise_counts is not None and self.noise_n is not None:
            noise = f"{self.noise_counts:.1f} counts, {self.noise_n:.3f} N"
        faults = ", ".join(f"{kind} {count}" for kind, count in sorted(self.faults.items())) or "none"
        return [
            f"readings a second: {rate} measured, {self.configured_hz:g} configured",
            f"readings: {self.readings}, of them {self.distinct} different",
            f"noise (rms): {noise}",
            f"faults: {faults}",
            self.verdict,
        ]


def diagnosed(items: list[Reading | Fault], cell: LoadCellSection) -> Diagnosis:
    """Give the diagnosis of what was heard."""
    readings = [item for item in items if isinstance(item, Reading)]
    counts = [reading.counts for reading in readings]
    span_s = readings[-1].t_s - readings[0].t_s if len(readings) > 1 else 0.0
    noise = pstdev(counts) if len(counts) > 1 else None
    return Diagnosis(
        configured_hz=cell.rate_hz,
        measured_hz=(len(readings) - 1) / span_s if span_s > 0 else None,
        readings=len(readings),
        mean_counts=fmean(counts) if counts else None,
        noise_counts=noise,
        noise_n=None if noise is None else noise / abs(cell.counts_per_newton),
        distinct=len(set(counts)),
        faults=dict(Counter(str(item.kind) for item in items if isinstance(item, Fault))),
    )


def recorded(items: Iterator[Reading | Fault], head: dict[str, str], path: Path) -> int:
    """Write a trace of counts as it is heard; give how many readings it holds.

    Raises
    ------
    TraceFileError
        If the file cannot be written, or is there already; what was written before stays.
    """
    if path.is_file():
        raise TraceFileError(f"{path}: found a file of that name, expected none; choose another name")
    count = 0
    origin_s: float | None = None
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(f"# {key}: {value}\n" for key, value in head.items())
            file.write("t_s,counts\n")
            for item in items:
                if isinstance(item, Reading):
                    origin_s = item.t_s if origin_s is None else origin_s
                    file.write(f"{item.t_s - origin_s:.4f},{item.counts}\n")
                    count += 1
    except OSError as error:
        raise TraceFileError(f"{path}: found {error.strerror or error}, expected to be able to write it") from error
    return count


@dataclass(frozen=True, slots=True)
class Load:
    """The mean and noise of the readings under one load, in counts."""

    mean_counts: float
    noise_counts: float


def load_of(items: list[Reading | Fault]) -> Load:
    """Give the mean of a load that hangs still.

    Raises
    ------
    LoadCellError
        If nothing was heard, or the load was still moving.
    """
    counts = [item.counts for item in items if isinstance(item, Reading)]
    if len(counts) < 5:
        raise LoadCellError(
            "calibration: found almost no readings, expected some seconds of them; run pressout diagnose"
        )
    third = len(counts) // 3
    first, last = fmean(counts[:third]), fmean(counts[-third:])
    noise = pstdev(counts)
    if abs(last - first) > 4.0 * max(noise, 1.0) / math.sqrt(third) + 0.5 * noise:
        raise LoadCellError("calibration: found the load still moving, expected it to hang still; wait and try again")
    return Load(fmean(counts), noise)


def calibrated(empty: Load, loaded: Load, mass_kg: float) -> Calibration:
    """Give the calibration from an empty line and one known mass, in kilograms.

    Raises
    ------
    LoadCellError
        If the mass hardly shows, or the load is beyond the amplifier.
    """
    change = loaded.mean_counts - empty.mean_counts
    if abs(change) < 20.0 * max(empty.noise_counts, loaded.noise_counts, 1.0):
        raise LoadCellError(
            f"calibration: found a change of {change:.0f} counts, which is near the noise; expected a heavier mass "
            "that hangs freely on the cell"
        )
    if abs(loaded.mean_counts) > 0.9 * 0x7FFFFF:
        raise LoadCellError("calibration: found the amplifier at its end, expected a lighter mass")
    return Calibration(zero_counts=round(empty.mean_counts, 1), counts_per_newton=change / (mass_kg * 9.80665))
