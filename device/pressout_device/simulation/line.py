"""From where the handle is to how hard the line pulls: tubing and a weight stack (newtons, metres, seconds).

A mechanical model with the usual ranges: stiffness, softening and relaxation of tubing; inertia, friction,
ringing of a stack. It exists to exercise the station, not to measure anyone.
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
    """An elastic: tension from stretch, softening, and relaxing while it is held.

    `stiffness_n_per_m` 70 to 190; `relaxing_share` of a change that fades within `relaxing_s`.
    """

    stiffness_n_per_m: float
    softening_per_m: float = 0.12
    relaxing_share: float = 0.05
    relaxing_s: tuple[float, float] = (0.6, 6.0)

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
        return np.maximum(elastic * (1.0 - self.relaxing_share / 2) + relaxed, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A weight stack: its weight at the handle, its inertia, and friction that follows the movement's sign.

    `weight_n` 25 to 160; `friction` 0.025 to 0.1 of the weight; `pulley` 1 or 2: at 2:1 the mass felt is half.
    """

    weight_n: float
    friction: float = 0.05
    pulley: int = 1

    def tension_n(self, travel_m: Array, lifted: Array, noise: Array) -> Array:
        """Give the tension for the travel of the line, with `lifted` 0 (on the floor) to 1 (carried).

        `noise` is white, unit variance, on the grid: the tremor of the hands is made of it.
        """
        mass_kg = self.weight_n / G_M_PER_S2 / self.pulley
        velocity = np.gradient(travel_m, STEP_S)
        acceleration = np.gradient(velocity, STEP_S)
        # Friction turns over within about a centimetre a second: sway is enough.
        friction = self.friction * np.tanh(_lagged(velocity, 0.05) / 0.012)
        ringing = _resonant(acceleration * mass_kg, 4.5, 0.12) * 0.12
        tremor = _resonant(noise, 9.5, 0.1) * 0.006 * self.weight_n
        return np.maximum(lifted * (self.weight_n * (1.0 + friction) + mass_kg * acceleration + ringing + tremor), 0.0)


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
