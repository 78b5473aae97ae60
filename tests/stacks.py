"""A weight stack in words: what a pair of hands does with it, as tension over time."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field

import numpy as np

from pressout_device.simulation.line import STEP_S, Stack
from pressout_device.simulation.script import BodyPosture, Script, line_across
from pressout_signal.samples import Sample

# The stack hangs this far above the floor at the start position; the anchor is this far to the side.
ABOVE_M, FAR_M = 0.1, 1.4
START = BodyPosture(distance_m=FAR_M)


@dataclass
class Carried:
    """Presses (or rows, along the line) on a stack of 60 N, each call a movement; starts and ends on the floor."""

    weight_n: float = 60.0
    row: bool = False
    pulley: int = 1
    script: Script = field(default_factory=lambda: Script(BodyPosture(distance_m=FAR_M - 0.4)))
    done: int = 0
    floor_m: float = ABOVE_M

    def lifted(self) -> Carried:
        """Wait, step out until the stack hangs, stand still."""
        self.script.stay(3.0)
        self.script.move(1.5, START)
        self.script.stay(2.5)
        return self

    def repetition(
        self, out_s: float = 1.2, hold_s: float = 1.8, back_s: float = 1.4, rest_s: float = 1.5, reach_m: float = 0.6
    ) -> Carried:
        """Press out, hold, return, rest."""
        self.script.move(out_s, START._replace(reach_m=reach_m))
        self.script.stay(max(hold_s, STEP_S))
        self.script.move(back_s, START)
        self.done += 1
        return self.rest(rest_s)

    def repetitions(self, count: int, **how: float) -> Carried:
        """Do several alike."""
        for _ in range(count):
            self.repetition(**how)
        return self

    def partial(self) -> Carried:
        """Go a third of the way and come back."""
        self.script.move(0.7, START._replace(reach_m=0.25))
        self.script.stay(0.1)
        self.script.move(0.8, START)
        return self.rest(1.5)

    def rest(self, for_s: float) -> Carried:
        """Stand, the stack in hand."""
        self.script.stay(max(for_s, STEP_S))
        return self

    def let_go(self) -> Carried:
        """Walk back in and wait."""
        self.script.move(1.5, BodyPosture(distance_m=FAR_M - 0.4))
        self.script.stay(10.0)
        return self

    def samples(self, rate_hz: float = 80.0, seed: int = 1) -> list[Sample]:
        """Give what a cell sees: sway of 4 mm, tremor, noise of 0.1 N."""
        reach_m, distance_m, turn_rad = self.script.tracks()
        t_s = np.arange(len(reach_m)) * STEP_S
        length_m = distance_m + reach_m if self.row else line_across(reach_m, distance_m, turn_rad)
        sway_m = 0.004 * np.sin(2 * math.pi * 0.3 * t_s)
        noise = np.random.default_rng(seed).normal(0.0, 1.0, len(t_s))
        stack = Stack(weight_n=self.weight_n, friction=0.05, pulley=self.pulley)
        tension_n = stack.tension_n(length_m + sway_m - FAR_M + self.floor_m, noise)
        random_n = random.Random(seed)
        every = round(1.0 / rate_hz / STEP_S, 6)
        count = int(len(t_s) / every)
        return [
            Sample(n / rate_hz, float(tension_n[int(n * every)]) + random_n.gauss(0.0, 0.1)) for n in range(1, count)
        ]
