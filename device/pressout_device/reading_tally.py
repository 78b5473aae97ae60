"""Tally of readings and faults: what a diagnosis is made of, in little memory however long it lasts."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from pressout_device.chip.signal_quality import noise_of
from pressout_device.diagnosis import Diagnosis
from pressout_device.sampler.pipe_protocol import Granted
from pressout_signal.calibration import Calibration
from pressout_signal.samples import Fault, FaultKind, Reading

# More different values than this are as good as all of them.
DISTINCT_AT_MOST = 100_000
# The quick noise and the mains are told from so many readings, the last ones, and from no fewer.
LOOKED_AT, FEWEST = 1_600, 40


@dataclass(slots=True)
class Tally:
    """What was heard so far, in little memory however long it lasts."""

    faults: Counter[str] = field(default_factory=Counter)
    readings: int = 0
    first: Reading | None = None
    last: Reading | None = None
    sum_counts: int = 0  # less the first reading: whole numbers, so that nothing is lost by adding
    sum_squares: int = 0
    values: set[int] = field(default_factory=set)
    sum_time_s: float = 0.0  # since the first reading; and with its square and the counts
    sum_time2_s2: float = 0.0
    sum_time_counts: float = 0.0
    recent: deque[int] = field(default_factory=lambda: deque(maxlen=LOOKED_AT))

    def hear(self, item: Reading | Fault) -> Reading | Fault:
        """Take what the load cell said, and give it on."""
        if isinstance(item, Fault):
            self.faults[str(item.kind)] += 1
            return item
        first = self.first = self.first or item
        from_first = item.counts - first.counts
        self.readings += 1
        self.last = item
        self.sum_counts += from_first
        self.sum_squares += from_first * from_first
        t_s = item.t_s - first.t_s
        self.sum_time_s += t_s
        self.sum_time2_s2 += t_s * t_s
        self.sum_time_counts += t_s * from_first
        self.recent.append(item.counts)
        if len(self.values) < DISTINCT_AT_MOST:
            self.values.add(item.counts)
        return item

    def diagnosis(
        self,
        *,
        configured_hz: float,
        calibration: Calibration,
        late_s: Sequence[float] = (),
        granted: Granted | None = None,
    ) -> Diagnosis:
        """Give the diagnosis of what was heard, and of how late (s) it came."""
        count, first, last = self.readings, self.first, self.last
        known = Diagnosis(
            configured_hz=configured_hz,
            readings=count,
            distinct=len(self.values),
            saturated=self.faults[FaultKind.SATURATED],
            faults=dict(self.faults),
            lateness_s=percentiles(late_s),
            granted=granted,
        )
        if first is None or last is None or count < 2:
            return known
        off = self.sum_counts / count
        noise = math.sqrt(max(0.0, self.sum_squares / count - off * off))
        mean, span_s = first.counts + off, last.t_s - first.t_s
        measured_hz = (count - 1) / span_s if span_s > 0 else None
        per_n = abs(calibration.counts_per_newton)
        quick = None if count < FEWEST else noise_of(np.array(self.recent, float), measured_hz or configured_hz)
        return replace(
            known,
            measured_hz=measured_hz,
            mean_counts=mean,
            mean_n=(mean - calibration.zero_counts) / calibration.counts_per_newton,
            noise_counts=noise,
            noise_n=noise / per_n,
            quick_counts=None if quick is None else quick.noise_counts,
            quick_n=None if quick is None else quick.noise_counts / per_n,
            hum_n=None if quick is None else quick.hum_counts / per_n,
            hum_share=0.0 if quick is None else quick.hum_share,
            drift_n=self._slope() * span_s / calibration.counts_per_newton if count >= FEWEST else None,
        )

    def _slope(self) -> float:
        """Give the straight line through all readings, in counts a second."""
        spread = self.sum_time2_s2 - self.sum_time_s**2 / self.readings
        together = self.sum_time_counts - self.sum_time_s * self.sum_counts / self.readings
        return together / spread if spread > 0.0 else 0.0


def percentiles(late_s: Sequence[float]) -> dict[str, float]:
    """Give the lateness that a share of readings did not exceed: half, 99 %, 99.9 %, all.

    >>> percentiles([0.001] * 999 + [0.5])["p99"]
    0.001
    """
    ordered = sorted(late_s)
    if not ordered:
        return {}
    shares = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999, "most": 1.0}
    return {name: ordered[min(len(ordered) - 1, int(share * len(ordered)))] for name, share in shares.items()}
