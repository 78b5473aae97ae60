"""The last minute of tension, and what a repetition measured in it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice, pairwise
from statistics import fmean, median

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace
from numpy.typing import NDArray

from pressout_signal.events import Hold, RepetitionCompleted, Travel
from pressout_signal.samples import Sample

# A hold of 30 s with slow strokes is the longest repetition that is to be measured; twice that is kept.
KEPT_S = 75.0
# The chest tension is taken over this long before the press-out: long against tremor, short against sway.
CHEST_S = 0.4
# A hold shorter than this has no drift to speak of: one sway lasts longer.
SHORTEST_HOLD_S = 0.3
# Wobble is seen in means over this long; tremor (8-11 Hz) in differences over half its period.
WOBBLE_S, TREMOR_S = 0.2, 0.056
G_M_PER_S2 = 9.80665
# A minimum jerk does its 5 % to 95 % in 0.622 of its time; so much of that lies before it and after it.
BEYOND_SHARE = 0.30
# True over integrated travel, and its deviation, on simulated sessions: friction turns over within the stroke.
TRAVEL_SHARE, TRAVEL_SD_SHARE = 1.0, 0.25


class Recent(Struct):
    """The samples of the last `KEPT_S` seconds, owned by one pipeline and never handed out.

    A window, not a value: copying 6 000 samples at every step would cost more than all else.
    """

    samples: deque[Sample] = field(default_factory=deque)
    pulley_ratio: float | None = None
    """A stack's, which has a travel; None on tubing."""

    def add(self, sample: Sample) -> None:
        """Take in one believed sample and forget what is too old."""
        samples = self.samples
        samples.append(sample)
        oldest_s = sample[0] - KEPT_S
        while samples[0][0] < oldest_s:
            samples.popleft()

    def between(self, start_s: float, end_s: float) -> list[Sample]:
        """Give the samples from `start_s` to `end_s`, oldest first."""
        # Walk back from the newest: what is asked for is always the recent past.
        back = 0
        for sample in reversed(self.samples):
            if sample.t_s < start_s:
                break
            back += 1
        tail = islice(self.samples, len(self.samples) - back, None)
        return [sample for sample in tail if sample.t_s <= end_s]

    def measured(self, repetition: RepetitionCompleted) -> RepetitionCompleted:
        """Give `repetition` with its tensions (newtons) and impulse (N s) filled in."""
        chest = self.between(repetition.press_out_start_s - CHEST_S, repetition.press_out_start_s)
        moved = self.between(repetition.press_out_start_s, repetition.return_end_s)
        if len(moved) < 2:
            return repetition
        hold = [s for s in moved if repetition.hold_start_s <= s.t_s <= repetition.return_start_s]
        peak_n = max(s.tension_n for s in moved)
        pairs = pairwise(moved)
        impulse_n_s = sum((b.t_s - a.t_s) * (a.tension_n + b.tension_n) / 2 for a, b in pairs)
        return replace(
            repetition,
            chest_n=median(s.tension_n for s in chest) if chest else moved[0].tension_n,
            hold_n=fmean(s.tension_n for s in hold) if hold else peak_n,
            peak_n=peak_n,
            impulse_n_s=impulse_n_s,
            hold=held(hold),
            travel=None if self.pulley_ratio is None else self._travel(repetition, self.pulley_ratio),
        )

    def _travel(self, one: RepetitionCompleted, pulley_ratio: float) -> Travel | None:
        out = stroke(self._around(one.press_out_start_s, one.hold_start_s), pulley_ratio)
        back = stroke(self._around(one.return_start_s, one.return_end_s), pulley_ratio)
        if out is None or back is None:
            return None
        (out_m, out_speed), (back_m, back_speed) = out, back
        return Travel(
            out_m=out_m,
            out_sd_m=TRAVEL_SD_SHARE * out_m,
            back_m=back_m,
            back_sd_m=TRAVEL_SD_SHARE * back_m,
            out_peak_m_per_s=out_speed,
            out_peak_sd_m_per_s=TRAVEL_SD_SHARE * out_speed,
            back_peak_m_per_s=back_speed,
            back_peak_sd_m_per_s=TRAVEL_SD_SHARE * back_speed,
        )

    def _around(self, start_s: float, end_s: float) -> list[Sample]:
        """Give the samples of a whole stroke, of which 5 % to 95 % lie between these times."""
        more_s = BEYOND_SHARE * (end_s - start_s)
        return self.between(start_s - more_s, end_s + more_s)


def stroke(samples: Sequence[Sample], pulley_ratio: float) -> tuple[float, float] | None:
    """Give how far and how fast at most a stack's line went in one stroke: metres, and metres a second.

    A stroke begins and ends at rest, so that the mean of its acceleration is none: what is left of the tension above
    its own mean is inertia, and neither friction nor the cell's zero is needed. None where there are too few samples.
    """
    if len(samples) < 6:
        return None
    t_s, tension_n = np.array(samples).T
    gaps_s = np.diff(t_s)
    middle_n = 0.5 * (tension_n[1:] + tension_n[:-1])
    mean_n = float(middle_n @ gaps_s / gaps_s.sum())
    if mean_n <= 0.0:
        return None
    speeds = np.cumsum((middle_n - mean_n) * gaps_s) * (G_M_PER_S2 * pulley_ratio / mean_n)
    way_m = float((speeds - np.linspace(0.0, speeds[-1], len(speeds))) @ gaps_s)
    return abs(way_m) * TRAVEL_SHARE, float(np.abs(speeds).max()) * TRAVEL_SHARE


def held(samples: list[Sample]) -> Hold | None:
    """Give how a hold went, or None if it is too short for a straight line through it.

    Wobble and tremor are what is left beside the line: means over 0.2 s for the first (null at 5 Hz, half at 3); for
    the second what a sample lies above the mean of those 0.056 s before and after it, at 9 Hz twice the swing, at
    1.5 Hz a seventh of it.
    """
    if len(samples) < 5 or samples[-1].t_s - samples[0].t_s < SHORTEST_HOLD_S:
        return None
    t_s, tension_n = np.array(samples).T
    spans_s = float(t_s[-1] - t_s[0])
    middle_s, middle_n = float(t_s.mean()), float(tension_n.mean())
    slope = float((t_s - middle_s) @ (tension_n - middle_n) / ((t_s - middle_s) @ (t_s - middle_s)))
    beside_n = tension_n - middle_n - slope * (t_s - middle_s)
    rate_hz = (len(samples) - 1) / spans_s
    slow = max(round(WOBBLE_S * rate_hz), 1)
    means_n = np.convolve(beside_n, np.ones(slow) / slow, "valid")
    half = round(TREMOR_S * rate_hz)
    return Hold(
        drift_n=slope * spans_s,
        drift_n_per_s=slope,
        drift_share=slope * spans_s / middle_n if middle_n > 0.0 else 0.0,
        wobble_n=float(np.sqrt(np.mean(means_n**2))),
        tremor_n=_tremor_n(beside_n, half) if half >= 2 and len(samples) > 4 * half else None,
    )


def _tremor_n(beside_n: NDArray[np.float64], half: int) -> float:
    above = beside_n[half:-half] - 0.5 * (beside_n[2 * half :] + beside_n[: -2 * half])
    return float(np.sqrt(np.mean(above**2)) / 2.0)
