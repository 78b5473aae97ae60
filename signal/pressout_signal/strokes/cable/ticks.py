"""Even ticks from uneven samples: the mean of 0.1 s, every 0.05 s."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pressout_signal.samples import Sample

TICK_S: Final = 0.05
"""Strokes last 0.3 s and more; a mean over two ticks has its first null at the 10 Hz of tremor."""
HOLE_S: Final = 1.0
"""Across a longer hole in the samples no line is drawn; a cell at 10 a second that loses a few is shorter."""
# The running area is brought back to zero before adding to it loses digits (10 MN s is a day at 100 N).
LARGEST_AREA_N_S: Final = 1e7


@dataclass(slots=True)
class Ticker:
    """Averages a piecewise straight line through the samples, whatever their spacing."""

    before: Sample | None = None
    area_n_s: float = 0.0
    edges_n_s: tuple[float, float] = (0.0, 0.0)
    next_edge_s: float = 0.0
    edges: int = 0

    def step(self, sample: Sample) -> list[Sample]:
        """Take one sample; give the ticks that it completes, each stamped with its middle; begin anew after a hole."""
        before, self.before = self.before, sample
        span_s = 0.0 if before is None else sample.t_s - before.t_s
        if before is None or span_s > HOLE_S:
            self.next_edge_s, self.edges = sample.t_s + TICK_S, 0
            return []
        ticks: list[Sample] = []
        slope_n_per_s = (sample.tension_n - before.tension_n) / span_s
        while self.next_edge_s <= sample.t_s:
            into_s = self.next_edge_s - before.t_s
            area_n_s = self.area_n_s + into_s * (before.tension_n + 0.5 * slope_n_per_s * into_s)
            if self.edges >= 2:
                mean_n = (area_n_s - self.edges_n_s[0]) / (2.0 * TICK_S)
                ticks.append(Sample(self.next_edge_s - TICK_S, mean_n))
            self.edges_n_s = (self.edges_n_s[1], area_n_s)
            self.edges += 1
            self.next_edge_s += TICK_S
        self.area_n_s += span_s * 0.5 * (before.tension_n + sample.tension_n)
        if abs(self.area_n_s) > LARGEST_AREA_N_S:
            self.edges_n_s = (self.edges_n_s[0] - self.area_n_s, self.edges_n_s[1] - self.area_n_s)
            self.area_n_s = 0.0
        return ticks
