"""Mechanics of a simulated line: length to tension, for tubing and a weight stack (newtons, metres, seconds).

A mechanical model with the usual ranges: stiffness, softening, hysteresis and relaxation of tubing; inertia, friction
and ringing of a stack. It exists to exercise the station, not to measure anyone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
G_M_PER_S2 = 9.80665
STEP_S = 0.005
"""The grid on which a session is computed: 200 points a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tubing:
    """An elastic: tension from stretch, softening, hysteresis, and relaxing while it is held.

    `stiffness_n_per_m` 70 to 190; `relaxing_share` of a change fades, a third of it within each of `relaxing_s`;
    loading and unloading differ by `hysteresis` of the tension, 0.02 to 0.07, over about `give_m`.
    """

    stiffness_n_per_m: float
    softening_per_m: float = 0.12
    relaxing_share: float = 0.05
    relaxing_s: tuple[float, ...] = (0.4, 3.0, 20.0)
    hysteresis: float = 0.04
    give_m: float = 0.03

    def stretch_for(self, tension_n: float) -> float:
        """Give the stretch, in metres, at which a rested line pulls with `tension_n`."""
        # k e (1 - s e) = T, the smaller root.
        k, s = self.stiffness_n_per_m, self.softening_per_m
        return (1.0 - math.sqrt(max(0.0, 1.0 - 4.0 * s * tension_n / k))) / (2.0 * s)

    def tension_n(self, stretch_m: Array) -> Array:
        """Give the tension over time for a stretch over time (shape (n,), metres, on the grid)."""
        taut = np.maximum(stretch_m, 0.0)
        elastic = self.stiffness_n_per_m * taut * (1.0 - self.softening_per_m * taut)
        relaxed = np.zeros_like(elastic)
        for tau_s in self.relaxing_s:
            relaxed += self.relaxing_share / len(self.relaxing_s) * (elastic - _lagged(elastic, tau_s))
        rubbing = 0.5 * self.hysteresis * elastic * _rubbing(stretch_m, self.give_m)
        return np.maximum(elastic * (1.0 - self.relaxing_share / 2) + relaxed + rubbing, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A weight stack: its weight at the handle, its inertia, and friction that follows the movement's sign.

    `weight_n` 25 to 160; `friction` 0.025 to 0.1 of the weight, turned over by about `give_m` of movement; `pulley`
    1 or 2: at 2:1 the mass felt is half; `tremor` of the hands in shares of the weight at `tremor_hz`.
    """

    weight_n: float
    friction: float = 0.05
    pulley: int = 1
    give_m: float = 0.002
    ringing_hz: float = 4.5
    ringing: float = 0.12
    tremor: float = 0.006
    tremor_hz: float = 9.5
    landing_m: float = 0.012

    def tension_n(self, travel_m: Array, noise: Array) -> Array:
        """Give the tension for the travel of the line; below zero the stack stands on the floor.

        `noise` is white, unit variance, on the grid: the tremor of the hands is made of it.
        """
        mass_kg = self.weight_n / G_M_PER_S2 / self.pulley
        velocity = np.gradient(travel_m, STEP_S)
        acceleration = np.gradient(velocity, STEP_S)
        friction = self.friction * _rubbing(travel_m, self.give_m)
        ringing = _resonant(acceleration * mass_kg, self.ringing_hz, 0.12) * self.ringing
        shaking = _resonant(noise, self.tremor_hz, 0.1)
        tremor = shaking * self.tremor * self.weight_n / (float(np.std(shaking)) or 1.0)
        carried = np.clip(travel_m / self.landing_m, 0.0, 1.0)
        pull = self.weight_n * (1.0 + friction) + mass_kg * acceleration + ringing + tremor
        return np.maximum(carried * pull, 0.0)


def _rubbing(place_m: Array, give_m: float) -> Array:
    """Give friction's share, -1 to 1, after Dahl (1968): it turns over within about `give_m` of movement."""
    out = np.empty_like(place_m)
    state = 0.0
    for index, moved_m in enumerate(np.diff(place_m, prepend=place_m[:1]).tolist()):
        if moved_m:
            sign = 1.0 if moved_m > 0.0 else -1.0
            state = sign + (state - sign) * math.exp(-abs(moved_m) / give_m)
        out[index] = state
    return out


def _lagged(values: Array, tau_s: float) -> Array:
    """First-order lag, starting at rest."""
    weight = 1.0 - math.exp(-STEP_S / tau_s)
    out = np.empty_like(values)
    state = float(values[0]) if len(values) else 0.0
    for index, value in enumerate(values.tolist()):
        state += weight * (value - state)
        out[index] = state
    return out


def _resonant(drive: Array, frequency_hz: float, damping: float) -> Array:
    """Answer of a damped oscillator to `drive`, scaled to about the drive's own size."""
    omega = 2.0 * math.pi * frequency_hz
    out = np.empty_like(drive)
    position = speed = 0.0
    for index, value in enumerate(drive.tolist()):
        speed += STEP_S * (omega * omega * (value - position) - 2.0 * damping * omega * speed)
        position += STEP_S * speed
        out[index] = position
    return out
