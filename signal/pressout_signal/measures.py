"""The last minute of tension, and what a repetition measured in it."""

from __future__ import annotations

from collections import deque
from itertools import islice, pairwise
from statistics import fmean, median
from typing import NamedTuple

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace
from numpy.typing import NDArray

from pressout_signal.events import Hold, RepetitionCompleted
from pressout_signal.samples import Sample
from pressout_signal.travel import travel_of

# A hold of 30 s with slow strokes is the longest repetition that is to be measured; twice that is kept.
KEPT_S = 75.0
# The chest tension is taken over this long before the press-out: long against tremor, short against sway.
CHEST_S = 0.4
# A hold shorter than this has no drift to speak of: one sway lasts longer.
SHORTEST_HOLD_S = 0.3
# Wobble is seen in means over this long; tremor (8-11 Hz) in differences over half its period.
WOBBLE_S, TREMOR_S = 0.2, 0.056


class StackSettings(NamedTuple):
    """What a stack's metres need: whether it is rowed, and its pulley's ratio, 1, 2 or 4."""

    row: bool
    pulley_ratio: float


class RecentTension(Struct):
    """The samples of the last `KEPT_S` seconds, owned by one pipeline and never handed out.

    A window, not a value: copying 6 000 samples at every step would cost more than all else.
    """

    samples: deque[Sample] = field(default_factory=deque)
    stack: StackSettings | None = None
    """None on tubing, which has no travel."""

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
        travel = None if self.stack is None else travel_of(repetition, self.between, **self.stack._asdict())
        impulse_n_s = sum((b.t_s - a.t_s) * (a.tension_n + b.tension_n) / 2 for a, b in pairs)
        return replace(
            repetition,
            chest_n=median(s.tension_n for s in chest) if chest else moved[0].tension_n,
            hold_n=fmean(s.tension_n for s in hold) if hold else peak_n,
            peak_n=peak_n,
            impulse_n_s=impulse_n_s,
            hold=held(hold),
            travel=travel,
        )


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
