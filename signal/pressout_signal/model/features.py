"""Features of a tick: tension beside its own recent past, free of the line's strength.

No prescribed weight enters. Every figure is a share of the tension that has been usual on the line, or of how much
that has varied, so that a line twice as strong looks the same.
"""

from __future__ import annotations

import math
from typing import Final

from pressout_signal.model.resampler import TICK_S, Tick

# Below this a tension is nobody's: zero, noise and a hanging handle. The only newtons in the model.
LEAST_N: Final = 4.0
# Time constants of the means that a tick is compared with.
MEANS_S: Final = (0.2, 0.8, 4.0, 15.0)
# The usual tension of the taut line, and the most of the last half minute.
USUAL_S, MOST_S = 6.0, 30.0
# Below this share of the most a line is not in use, and after so long like that it may be another line.
TAUT_SHARE, FORGET_S = 0.25, 8.0
VARIED_S: Final = 12.0
COUNT: Final = 22
# Which figure says that the line is a stack's.
KIND: Final = 20
G_M_PER_S2: Final = 9.81

_KEEP = tuple(1.0 - math.exp(-TICK_S / tau_s) for tau_s in MEANS_S)
_VARY = TICK_S / VARIED_S
_MOST = TICK_S / MOST_S
_SPEED, _WAY = math.exp(-TICK_S / 0.8), math.exp(-TICK_S / 1.6)


class Features:
    """Running means and spreads of one line's tension. Changes in place; one pipeline owns it."""

    __slots__ = (
        "before2_n",
        "before_n",
        "high_n",
        "kind",
        "low_n",
        "means_n",
        "most_n",
        "rough",
        "slack_s",
        "speed",
        "taut_s",
        "ticks",
        "usual_n",
        "varied",
        "way",
    )  # fmt: skip

    def __init__(self, *, stack: bool, row: bool) -> None:
        """Begin on a line of this kind, with this movement."""
        self.kind = (float(stack), float(row))
        self.before_n = self.before2_n = 0.0
        self.means_n: list[float] = []
        self.most_n = self.usual_n = LEAST_N
        self.ticks = 0
        self.varied = 0.0
        self.low_n = self.high_n = 0.0
        self.slack_s = self.taut_s = 0.0
        self.rough = 0.0
        self.speed = self.way = 0.0

    def _anew(self) -> None:
        self.most_n = self.usual_n = LEAST_N
        self.ticks = 0
        self.varied = 0.0
        self.low_n = self.high_n = 0.0

    def step(self, tick: Tick) -> list[float]:
        """Take a tick; give `COUNT` figures, each between -6 and 6."""
        tension_n = tick.tension_n
        if not self.means_n:
            self.means_n = [tension_n] * len(MEANS_S)
            self.before_n = self.before2_n = tension_n
        for place, keep in enumerate(_KEEP):
            self.means_n[place] += keep * (tension_n - self.means_n[place])
        most_n = self.most_n = max(tension_n, self.most_n - _MOST * (self.most_n - LEAST_N))
        taut = tension_n > TAUT_SHARE * most_n and tension_n > 0.5 * LEAST_N
        usual_n = self._usual(tension_n, taut)
        deviation = (tension_n - self.means_n[2]) / usual_n
        if taut:
            self.varied += max(_VARY, 1.0 / (self.ticks + 20.0)) * (deviation * deviation - self.varied)
        if tick.rough_n is not None:
            self.rough += 0.05 * (tick.rough_n / usual_n - self.rough)
        self.speed = _SPEED * self.speed + G_M_PER_S2 * deviation * TICK_S
        self.way = _WAY * self.way + self.speed * TICK_S
        between = self._between(self.means_n[0], taut)
        shown = [tension_n / usual_n, tension_n / most_n, *self._beside(tension_n, usual_n), between, *self._kept()]
        self.before2_n, self.before_n = self.before_n, tension_n
        return [6.0 if value > 6.0 else (-6.0 if value < -6.0 else value) for value in shown]

    def _beside(self, tension_n: float, usual_n: float) -> list[float]:
        """Give the tension beside what it was: its step and bend, and its distance from each mean, in both shares."""
        spread = math.sqrt(self.varied) + 0.004
        step = (tension_n - self.before_n) / usual_n
        bend = (tension_n - 2.0 * self.before_n + self.before2_n) / usual_n
        quick, middle, deviation, slow = ((tension_n - mean_n) / usual_n for mean_n in self.means_n)
        return [
            10.0 * step,
            10.0 * bend,
            6.0 * quick,
            4.0 * middle,
            4.0 * deviation,
            2.0 * slow,
            0.7 * step / spread,
            0.7 * quick / spread,
            0.7 * middle / spread,
            0.7 * deviation / spread,
            0.5 * slow / spread,
            math.log(spread) + 3.0,
        ]

    def _kept(self) -> list[float]:
        """Give what is kept over many ticks: roughness, travel, how long the line has been taut or slack, its kind."""
        return [
            math.log(self.rough + 0.001) + 5.0,
            2.0 * self.speed,
            4.0 * self.way,
            math.log1p(self.taut_s) - 1.0,
            math.log1p(self.slack_s),
            2.0 * self.kind[0] - 1.0,
            2.0 * self.kind[1] - 1.0,
        ]

    def _usual(self, tension_n: float, taut: bool) -> float:
        if taut:
            self.ticks += 1
            self.usual_n += max(TICK_S / USUAL_S, 1.0 / self.ticks) * (tension_n - self.usual_n)
            self.taut_s += TICK_S
            self.slack_s = 0.0
        else:
            self.slack_s += TICK_S
            self.taut_s = 0.0
            if FORGET_S <= self.slack_s < FORGET_S + TICK_S:
                self._anew()
        return self.usual_n if self.usual_n > LEAST_N else LEAST_N

    def _between(self, smooth_n: float, taut: bool) -> float:
        """Give where a tension lies between the least and the most of late, both drawn together with time."""
        if not taut:
            return -1.0
        if self.high_n <= 0.0:
            self.low_n = self.high_n = smooth_n
        width_n = self.high_n - self.low_n
        self.high_n = max(smooth_n, self.high_n - 0.0025 * width_n)
        self.low_n = min(smooth_n, self.low_n + 0.0025 * width_n)
        width_n = self.high_n - self.low_n
        return 2.0 * (smooth_n - self.low_n) / (width_n + 0.01 * self.usual_n) - 1.0
