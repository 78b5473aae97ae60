"""Even ticks from uneven samples: the mean of 0.1 s, every 0.05 s."""

from __future__ import annotations

from typing import Final

from msgspec import Struct, field

from pressout_signal.samples import Sample

TICK_S: Final = 0.05
"""Strokes last 0.3 s and more; a mean over two ticks has its first null at the 10 Hz of tremor."""
HOLE_S: Final = 1.0
"""Across a longer hole in the samples no line is drawn; a cell at 10 a second that loses a few is shorter."""
STALL_S: Final = 0.06
"""A shorter silence hides nothing of a stroke; a longer one, of a cell that is usually quicker, may hide its peak."""
SLOPE_S: Final = 0.04
"""Slopes at both ends of a stall are taken over this long: strokes bend little within it, noise averages out."""
STEPS: Final = 16
# The running area is brought back to zero before adding to it loses digits (10 MN s is a day at 100 N).
LARGEST_AREA_N_S: Final = 1e7


class Ticker(Struct):
    """Averages a line through the samples, whatever their spacing: straight, but bent across a stall."""

    before: Sample | None = None
    area_n_s: float = 0.0
    edges_n_s: tuple[float, float] = (0.0, 0.0)
    next_edge_s: float = 0.0
    edges: int = 0
    recent: list[Sample] = field(default_factory=list)  # of the last `SLOPE_S` before now or before a stall
    after: list[Sample] = field(default_factory=list)  # since a stall, until its slope is known

    def step(self, sample: Sample) -> list[Sample]:
        """Take one sample; give the ticks that it completes, each stamped with its middle; begin anew after a hole."""
        last = self.last
        if last is None or sample.t_s - last.t_s > HOLE_S:
            self._begin(sample)
            return []
        if self.after:
            self.after.append(sample)
            return self._bridged() if sample.t_s - self.after[0].t_s >= SLOPE_S else []
        recent = self.recent
        quick = len(recent) > 2 and recent[-1].t_s - recent[0].t_s < (len(recent) - 1) * 0.5 * STALL_S
        if quick and sample.t_s - last.t_s > STALL_S:
            self.after.append(sample)
            return []
        return self._along(sample)

    @property
    def last(self) -> Sample | None:
        """The last sample heard, whether or not a stall before it has been crossed yet."""
        return self.after[-1] if self.after else self.before

    def _begin(self, sample: Sample) -> None:
        self.before = sample
        self.next_edge_s, self.edges = sample.t_s + TICK_S, 0
        self.recent, self.after = [sample], []

    def _bridged(self) -> list[Sample]:
        """Cross a stall by the cubic that leaves and arrives with the slopes there (Hermite); take what followed."""
        begin, end = self.recent[-1], self.after[0]
        span_s = end.t_s - begin.t_s
        leaves, arrives = _slope(self.recent) * span_s, _slope(self.after) * span_s
        ticks: list[Sample] = []
        for step in range(1, STEPS):
            share = step / STEPS
            rest = 1.0 - share
            straight = rest * begin.tension_n + share * end.tension_n
            change = end.tension_n - begin.tension_n
            bend = share * rest * (rest * (leaves - change) - share * (arrives - change))
            ticks += self._along(Sample(begin.t_s + share * span_s, straight + bend))
        after, self.after, self.recent = self.after, [], []
        for sample in after:
            ticks += self._along(sample)
        return ticks

    def _along(self, sample: Sample) -> list[Sample]:
        """Go straight to a sample."""
        before, self.before = self.before, sample
        assert before is not None  # nothing goes anywhere before it began
        recent = self.recent
        recent.append(sample)
        while sample.t_s - recent[0].t_s > SLOPE_S and len(recent) > 2:
            del recent[0]
        ticks: list[Sample] = []
        span_s = sample.t_s - before.t_s
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


def _slope(samples: list[Sample]) -> float:
    """Give the mean slope through some samples, N/s."""
    span_s = samples[-1].t_s - samples[0].t_s
    return (samples[-1].tension_n - samples[0].tension_n) / span_s if span_s > 0.0 else 0.0
