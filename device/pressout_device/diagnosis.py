"""Some seconds of measured truth about a load cell: rates, noise, faults, lateness, and a verdict in words."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from pressout_device.chip.health import CONDITION_OF, Condition
from pressout_device.chip.signal_quality import DEAD_COUNTS, HUM_SHARE
from pressout_device.sampler.pipe_protocol import Granted
from pressout_session.load_cell_history import CellLife
from pressout_signal.samples import FaultKind

# Less than this share of the configured rate, and the solder bridge or the wiring is not what was configured.
RATE_TOLERANCE = 0.1
# The noisiest converter that is usual has 0.25 N rms.
STILL_N = 0.5
# More faults than this share of the readings, and something should be mended.
FAULTS_SHARE = 0.02
# A reading that is later than this is too late for a cue; it happens to one in a thousand on a well station.
LATE_S = 0.010
# A load that hangs still may move by so much in ten seconds, or in what else was heard, while the cell warms up.
DRIFT_N = 0.5
WELL = "The load cell reads well."
SWAPPED = "The two wires between amplifier and computer are swapped: exchange DT and SCK (hardware/wiring.md)."
NOTHING = (
    "The load cell says nothing. Check that its cable is plugged in, that the amplifier has power, and that DT and "
    "SCK are on the two pins of the configuration; pressout diagnose --way gpio tells whether they are exchanged. On "
    "the SPI bus it is silent, too, where MOSI rests high between two readings (hardware/wiring.md)."
)
STUCK = "The load cell always says the same. A wire is loose or touches another: see hardware/wiring.md."
BROKEN = "No reading passed its checks. Something disturbs the wires: shorten or shield the cable."
LOST = "The process that reads the load cell ends or hangs. Look into the log, and reinstall what it names."
DEAD = "The bridge has no current: the reading stands still but for a few counts. Check the wires E+ and E-."
HUM = "The mains are in the signal. Ground the cable's shield at one end, and keep it away from mains leads."
AT_ITS_END = "The load cell is at its end. A wire of the cell is loose, or far too much hangs on it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What was heard: rates in Hz, noise in counts and newtons (rms), lateness in seconds at shares of all readings.

    `distinct` is how many different values came; `saturated` how many conversions were beyond the amplifier. `quick_n`
    is the noise without what moves slowly, `hum_n` what of it is the mains', `drift_n` how far the reading went in all.
    """

    configured_hz: float
    measured_hz: float | None = None
    readings: int = 0
    mean_counts: float | None = None
    mean_n: float | None = None
    noise_counts: float | None = None
    noise_n: float | None = None
    quick_counts: float | None = None
    quick_n: float | None = None
    hum_n: float | None = None
    hum_share: float = 0.0
    drift_n: float | None = None
    distinct: int = 0
    saturated: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    lateness_s: dict[str, float] = field(default_factory=dict)
    granted: Granted | None = None

    @property
    def well(self) -> bool:
        """Whether there is nothing to do."""
        return self.verdict == WELL

    @property
    def verdict(self) -> str:
        """Say in words what to do, the gravest first."""
        if FaultKind.SWAPPED in self.faults:
            return SWAPPED
        if self.readings <= 10:
            return self._mute
        if self.distinct == 1:
            return STUCK
        if self.quick_counts is not None and self.quick_counts < DEAD_COUNTS > (self.noise_counts or 0.0):
            return DEAD
        measured = self.measured_hz or 0.0
        if abs(measured - self.configured_hz) > RATE_TOLERANCE * self.configured_hz:
            return (
                f"The load cell gives {measured:.1f} readings a second, {self.configured_hz:g} are configured. "
                "Check the amplifier's solder bridge, or load_cell.rate_hz."
            )
        if self.saturated > FAULTS_SHARE * self.readings:
            return AT_ITS_END
        if sum(self.faults.values()) > FAULTS_SHARE * self.readings:
            return "More than one reading in fifty failed its checks. Shorten or shield the cable."
        if self.hum_n is not None and self.hum_n > STILL_N and self.hum_share > HUM_SHARE:
            return HUM
        if self.drift_n is not None and abs(self.drift_n) > DRIFT_N and self._but_for_drift_n < STILL_N:
            return (
                f"The reading went {self.drift_n:+.1f} N with nothing moving. Let the cell warm up for a quarter of an "
                "hour; one that goes on under the same load is damaged."
            )
        if self.noise_n is not None and self.noise_n > STILL_N:
            return "The readings move by more than noise does. Let the line hang still; else shield the cable."
        if self.lateness_s.get("p99.9", 0.0) > LATE_S:
            return (
                f"One reading in a thousand comes more than {1e3 * self.lateness_s['p99.9']:.0f} ms late: the computer "
                "is too busy. Stop what else runs on it, and start the station by its service."
            )
        return WELL

    @property
    def _but_for_drift_n(self) -> float:
        """The noise (rms) about a straight line through all readings."""
        return math.sqrt(max(0.0, (self.noise_n or 0.0) ** 2 - (self.drift_n or 0.0) ** 2 / 12.0))

    @property
    def _mute(self) -> str:
        """Say why there are no readings."""
        kinds = Counter({CONDITION_OF.get(FaultKind(kind)): count for kind, count in self.faults.items()})
        most = kinds.most_common(1)[0][0] if kinds else None
        said = {
            Condition.STUCK: STUCK,
            Condition.AT_ITS_END: AT_ITS_END,
            Condition.NOISY: BROKEN,
            Condition.READER_LOST: LOST,
        }
        return said.get(most or Condition.SILENT, NOTHING)

    def entries(self) -> dict[str, str]:
        """Give every figure with its name, as the head of a trace has it."""
        told = {
            "configured_hz": f"{self.configured_hz:g}",
            "measured_hz": _or_none(self.measured_hz, ".2f"),
            "readings": str(self.readings),
            "different_values": str(self.distinct),
            "mean_counts": _or_none(self.mean_counts, ".1f"),
            "mean_n": _or_none(self.mean_n, ".3f"),
            "noise_counts": _or_none(self.noise_counts, ".1f"),
            "noise_n": _or_none(self.noise_n, ".4f"),
            "quick_noise_n": _or_none(self.quick_n, ".4f"),
            "hum_n": _or_none(self.hum_n, ".4f"),
            "drift_n": _or_none(self.drift_n, "+.3f"),
            "saturated": str(self.saturated),
            "faults": ", ".join(f"{kind} {count}" for kind, count in sorted(self.faults.items())) or "none",
            "lateness_ms": ", ".join(f"{name} {1e3 * late_s:.2f}" for name, late_s in self.lateness_s.items())
            or "none",
        }
        if self.granted is not None:
            told["before_others"] = "yes" if self.granted.realtime else "no"
            told["kept_in_memory"] = "yes" if self.granted.locked else "no"
        return told

    def lines(self) -> list[str]:
        """Give everything for a person, a line each, the verdict last."""
        told = self.entries()
        granted = ""
        if self.granted is not None:
            granted = f"; runs before others: {told['before_others']}, kept in memory: {told['kept_in_memory']}"
        return [
            f"readings a second: {told['measured_hz']} measured, {told['configured_hz']} configured",
            f"readings: {told['readings']}, of them {told['different_values']} different, {self.saturated} at the end "
            "of the range",
            f"mean: {told['mean_counts']} counts, {told['mean_n']} N",
            f"noise (rms): {told['noise_counts']} counts, {told['noise_n']} N; without what moves slowly "
            f"{told['quick_noise_n']} N, of it the mains {told['hum_n']} N",
            f"went by {told['drift_n']} N meanwhile",
            f"faults: {told['faults']}",
            f"lateness (ms): {told['lateness_ms']}{granted}",
            self.verdict,
        ]


def life_of(life: CellLife, due_days: float, now: datetime) -> list[str]:
    """Say what is known of a cell from its book: its calibration and how old that is, and what the cell has borne."""
    known, age_days = life.calibration, life.age_days(now)
    if known is None:
        lines = [f"calibration of {life.load_cell_id}: none; hang known masses on it with pressout calibrate"]
    else:
        lines = [f"calibration of {life.load_cell_id}: {known.at[:10]}, by {known.by}, {known.calibration_id}"]
        if age_days is not None and age_days > due_days:
            lines.append(f"  it is {age_days:.0f} days old and may be {due_days:.0f}: calibrate again, or --check it")
    if life.checked is not None:
        said = "held" if life.checked.good else "did not hold"
        lines.append(f"  checked on {life.checked.at[:10]}: it {said}")
    if life.peak_n is not None:
        lines.append(f"overloads since then: {life.overloads}; the most it ever bore: {life.peak_n:.0f} N")
    if life.bent:
        lines.append("it may be bent: its zero moved after an overload; have it looked at, then calibrate it anew")
    return lines


def _or_none(value: float | None, form: str) -> str:
    return "none" if value is None else format(value, form)
