"""The last minute of tension, and what a repetition measured in it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise
from statistics import fmean, median

from pressout_signal.events import RepetitionCompleted
from pressout_signal.samples import Sample

# A hold of 30 s with slow strokes is the longest repetition that is to be measured; twice that is kept.
KEPT_S = 75.0
# The chest tension is taken over this long before the press-out: long against tremor, short against sway.
CHEST_S = 0.4


@dataclass(slots=True)
class Recent:
    """The samples of the last `KEPT_S` seconds, owned by one pipeline and never handed out.

    A window, not a value: copying 6 000 samples at every step would cost more than all else.
    """

    samples: deque[Sample] = field(default_factory=deque)

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
        hold = [s.tension_n for s in moved if repetition.hold_start_s <= s.t_s <= repetition.return_start_s]
        peak_n = max(s.tension_n for s in moved)
        pairs = pairwise(moved)
        impulse_n_s = sum((b.t_s - a.t_s) * (a.tension_n + b.tension_n) / 2 for a, b in pairs)
        return replace(
            repetition,
            chest_n=median(s.tension_n for s in chest) if chest else moved[0].tension_n,
            hold_n=fmean(hold) if hold else peak_n,
            peak_n=peak_n,
            impulse_n_s=impulse_n_s,
        )
