"""What a simulated patient does: picks the handle up, steps out, repeats, turns round, lets go.

Given the same seed and dose it is the same person, to the last tremor, so that a reader process that was
killed finds the patient where they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pressout_device.simulation.line import STEP_S, Stack, Tubing
from pressout_session.exercises import Side
from pressout_signal.events import Movement, Resistance

Array = NDArray[np.float64]


# A trunk that turns by twelve degrees brings a handle at arm's length (0.6 m) this much nearer to the anchor.
TURN_M = 0.125


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
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


@dataclass(slots=True)
class _Script:
    """Positions over time, written movement after movement."""

    reach: list[Array] = field(default_factory=list)
    distance: list[Array] = field(default_factory=list)
    held: list[Array] = field(default_factory=list)
    now_s: float = 0.0
    at: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def move(self, duration_s: float, *, reach: float, distance: float, held: float) -> None:
        """Go from where we are to there, from rest to rest (minimum jerk, Flash & Hogan 1985)."""
        count = max(2, round(duration_s / STEP_S))
        tau = np.arange(1, count + 1) / count
        share = tau**3 * (10.0 - 15.0 * tau + 6.0 * tau**2)
        to = (reach, distance, held)
        for track, start, end in zip((self.reach, self.distance, self.held), self.at, to, strict=True):
            track.append(start + (end - start) * share)
        self.at = to
        self.now_s += count * STEP_S


class SimulatedPatient:
    """One person, one line, one session.

    Parameters
    ----------
    asked : Asked
        The dose, the line and the seed.
    """

    def __init__(self, asked: Asked) -> None:
        self._random = np.random.default_rng(asked.seed)
        self._asked = asked
        self.done: list[Done] = []
        self._script = _Script()
        self._far_m = float(self._random.uniform(1.3, 1.7))
        # To make tubing taut one steps out; to lift a stack one stands where one stands.
        self._near_m = self._far_m if asked.resistance is Resistance.CABLE else 0.0
        self._script.at = (0.0, self._near_m, 0.0)
        self._span_m = self._span()
        self._tempo = float(self._random.uniform(0.9, 1.25))
        if asked.movement is Movement.ROW:
            self._tempo *= 1.4  # the handle goes four times as far along the line, and no one in pain jerks a stack
        self._session()
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
        script.move(4.0, reach=0.0, distance=self._near_m, held=0.0)
        side = asked.first_side
        for turn in range(2 * asked.sets):
            self._set(side, turn)
            side = side.other
            script.move(13.0, reach=0.0, distance=self._near_m, held=0.0)

    def _set(self, side: Side, turn: int) -> None:
        script, asked = self._script, self._asked
        out_m = self._far_m
        script.move(1.6, reach=0.0, distance=out_m, held=1.0)
        script.move(self._jittered(3.0), reach=0.0, distance=out_m, held=1.0)
        # Twice in a session of any length the line wins: once early and once late on the second side.
        loses = {asked.reps // 3, 2 * asked.reps // 3} if turn == 1 and asked.reps >= 6 else set()
        for number in range(asked.reps):
            self._repetition(side, out_m, turned=number in loses and asked.movement is Movement.PRESS)
        script.move(self._jittered(1.2), reach=0.0, distance=out_m, held=1.0)
        script.move(1.5, reach=0.0, distance=self._near_m, held=0.0)

    def _repetition(self, side: Side, out_m: float, *, turned: bool) -> None:
        script, asked = self._script, self._asked
        start_s = script.now_s
        reach_m = self._span_m * self._jittered(1.0, 0.03)
        script.move(self._jittered(0.95 * self._tempo), reach=reach_m, distance=out_m, held=1.0)
        hold_s = self._jittered(asked.hold_s)
        if turned:
            # In the hold the trunk turns: the handle comes nearer, stays there a moment, and is brought out again.
            script.move(0.4 * hold_s, reach=reach_m, distance=out_m, held=1.0)
            script.move(0.55, reach=reach_m, distance=out_m - TURN_M, held=1.0)
            script.move(0.7, reach=reach_m, distance=out_m - TURN_M, held=1.0)
            script.move(0.8, reach=reach_m, distance=out_m, held=1.0)
            hold_s *= 0.6
        script.move(hold_s, reach=reach_m, distance=out_m, held=1.0)
        script.move(self._jittered(1.15 * self._tempo), reach=0.0, distance=out_m, held=1.0)
        self.done.append(Done(side, start_s, script.now_s, turned))
        script.move(self._jittered(1.3), reach=0.0, distance=out_m, held=1.0)

    def _jittered(self, value: float, spread: float = 0.08) -> float:
        return value * float(np.clip(self._random.normal(1.0, spread), 1 - 2.5 * spread, 1 + 2.5 * spread))

    def _tension(self) -> Array:
        script, asked = self._script, self._asked
        reach = np.concatenate(script.reach)
        distance = np.concatenate(script.distance)
        held = np.concatenate(script.held)
        t_s = np.arange(len(reach)) * STEP_S
        sway_m = 0.004 * np.sin(2 * np.pi * 0.31 * t_s) + 0.0015 * np.sin(2 * np.pi * 0.25 * t_s + 1.0)
        noise = self._random.normal(0.0, 1.0, len(reach))
        # A row pulls along the line; a press goes across it.
        length_m = distance + reach if asked.movement is Movement.ROW else np.hypot(distance, reach)
        if asked.resistance is Resistance.CABLE:
            stack = Stack(weight_n=asked.target_n, friction=float(self._random.uniform(0.03, 0.08)))
            return stack.tension_n(length_m + held * sway_m, np.clip(held * 1.02 - 0.01, 0.0, 1.0), noise)
        tubing = Tubing(stiffness_n_per_m=float(self._random.uniform(110, 170)))
        slack_m = self._far_m - tubing.stretch_for(asked.target_n)
        return tubing.tension_n(length_m - slack_m + held * (sway_m + 0.0004 * noise))
