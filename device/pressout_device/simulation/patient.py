"""Simulated patient: picks the handle up, steps out, repeats, turns round, lets go.

Given the same seed and dose it is the same person, to the last tremor, so that a reader process that was
killed finds the patient where they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pressout_device.simulation.line import STEP_S, Array, Stack, Tubing
from pressout_device.simulation.script import BodyPosture, Script, line_across
from pressout_session.exercises import Side
from pressout_signal.events import Movement, Resistance

# A trunk that turns so far brings a handle at arm's length (0.6 m) 0.125 m nearer to the anchor.
TURN_RAD = math.radians(12.0)
# A stack hangs this far above the floor when one stands at the start: more than sway.
LIFTED_M = 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientTask:
    """What the patient was asked to do: `sets` a side of `reps`, each held for `hold_s`, at `target_n`."""

    movement: Movement
    resistance: Resistance
    target_n: float
    reps: int
    sets: int = 1
    hold_s: float = 2.0
    first_side: Side = Side.LEFT
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """One repetition that really happened: its side, and when it began and ended (seconds from the start)."""

    side: Side
    start_s: float
    end_s: float
    turned: bool = False


class SimulatedPatient:
    """One person, one line, one session.

    Parameters
    ----------
    asked : PatientTask
        The dose, the line and the seed.
    """

    def __init__(self, asked: PatientTask) -> None:
        self._random = np.random.default_rng(asked.seed)
        self._asked = asked
        self.done: list[Done] = []
        self._far_m = float(self._random.uniform(1.3, 1.7))
        # To make tubing taut one steps out; a stack is lifted by half a step.
        self._near_m = self._far_m - 0.3 if asked.resistance is Resistance.CABLE else 0.0
        self._script = Script(BodyPosture(distance_m=self._near_m))
        self._span_m = self._span()
        self._tempo = float(self._random.uniform(0.9, 1.25))
        if asked.movement is Movement.ROW:
            self._tempo *= 1.4  # the handle goes four times as far along the line, and no one in pain jerks a stack
        self._session()
        # How far out the handle is, and by how much the trunk has turned (rad), beside the tension.
        reach_m, _distance_m, self.turned_rad = self._script.tracks()
        self.out_share = reach_m / self._span_m
        self.tension_n = self._tension()
        self.duration_s = len(self.tension_n) * STEP_S

    def at(self, origin_s: float) -> Callable[[float], float]:
        """Give the tension in newtons as a function of a clock on which the patient walks in at `origin_s`."""
        values = self.tension_n.tolist()

        def tension_at(t_s: float) -> float:
            index = int((t_s - origin_s) / STEP_S)
            return values[index] if 0 <= index < len(values) else 0.0

        return tension_at

    def _span(self) -> float:
        """How far the handle goes: arm's length, or a row."""
        if self._asked.movement is Movement.ROW:
            return float(self._random.uniform(0.40, 0.52))
        return float(self._random.uniform(0.55, 0.65))

    def _session(self) -> None:
        script, asked = self._script, self._asked
        script.stay(4.0)
        side = asked.first_side
        for turn in range(2 * asked.sets):
            self._set(side, turn)
            side = side.other
            script.stay(13.0)

    def _set(self, side: Side, turn: int) -> None:
        script, asked = self._script, self._asked
        script.move(1.6, BodyPosture(distance_m=self._far_m))
        script.stay(self._jittered(3.0))
        # Twice in a session of any length the line wins: once early and once late on the second side.
        loses = {asked.reps // 3, 2 * asked.reps // 3} if turn == 1 and asked.reps >= 6 else set()
        for number in range(asked.reps):
            self._repetition(side, turned=number in loses and asked.movement is Movement.PRESS)
        script.stay(self._jittered(1.2))
        script.move(1.5, BodyPosture(distance_m=self._near_m))

    def _repetition(self, side: Side, *, turned: bool) -> None:
        script, asked = self._script, self._asked
        start_s = script.now_s
        out = BodyPosture(self._span_m * self._jittered(1.0, 0.03), self._far_m)
        script.move(self._jittered(0.95 * self._tempo), out)
        hold_s = self._jittered(asked.hold_s)
        if turned:
            # In the hold the trunk turns: the handle comes nearer, stays there a moment, and is brought out again.
            script.stay(0.4 * hold_s)
            script.move(0.55, out._replace(turn_rad=TURN_RAD))
            script.stay(0.7)
            script.move(0.8, out)
            hold_s *= 0.6
        script.stay(hold_s)
        script.move(self._jittered(1.15 * self._tempo), BodyPosture(distance_m=self._far_m))
        self.done.append(Done(side, start_s, script.now_s, turned))
        script.stay(self._jittered(1.3))

    def _jittered(self, value: float, spread: float = 0.08) -> float:
        return value * float(np.clip(self._random.normal(1.0, spread), 1 - 2.5 * spread, 1 + 2.5 * spread))

    def _tension(self) -> Array:
        asked = self._asked
        reach_m, distance_m, turn_rad = self._script.tracks()
        t_s = np.arange(len(reach_m)) * STEP_S
        sway_m = 0.004 * np.sin(2 * np.pi * 0.31 * t_s) + 0.0015 * np.sin(2 * np.pi * 0.25 * t_s + 1.0)
        noise = self._random.normal(0.0, 1.0, len(reach_m))
        # A row pulls along the line; a press goes across it.
        row = asked.movement is Movement.ROW
        length_m = distance_m + reach_m if row else line_across(reach_m, distance_m, turn_rad)
        if asked.resistance is Resistance.CABLE:
            stack = Stack(weight_n=asked.target_n, friction=float(self._random.uniform(0.03, 0.08)))
            return stack.tension_n(length_m + sway_m - (self._far_m - LIFTED_M), noise)
        tubing = Tubing(stiffness_n_per_m=float(self._random.uniform(110, 170)))
        slack_m = self._far_m - tubing.stretch_for(asked.target_n)
        return tubing.tension_n(length_m - slack_m + sway_m + 0.0004 * noise)
