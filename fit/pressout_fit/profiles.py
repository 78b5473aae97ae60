"""Shapes of one stroke: how a handle, or a force, goes from 0 to 1. Drawn, so that no single law is learned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def minimum_jerk(tau: Array) -> Array:
    """Give the smoothest reach (Flash and Hogan 1985, equation 3), for `tau` from 0 to 1."""
    return tau**3 * (10.0 - 15.0 * tau + 6.0 * tau**2)


def skewed(tau: Array, early: float, late: float) -> Array:
    """Give a reach whose speed is `tau**early * (1-tau)**late`: the cumulated sum, from 0 to 1."""
    fine = np.linspace(0.0, 1.0, 101)
    speed = fine**early * (1.0 - fine) ** late
    way = np.concatenate([[0.0], np.cumsum(0.5 * (speed[1:] + speed[:-1]))])
    return np.asarray(np.interp(tau, fine, way / way[-1]))


def two_humped(tau: Array, share: float, overlap: float) -> Array:
    """Give a reach in two strokes: `share` of the way first, the rest beginning before the first has ended."""
    first_end = share + overlap * (1.0 - share)
    second_begin = share * (1.0 - overlap)
    first = minimum_jerk(np.clip(tau / max(first_end, 1e-6), 0.0, 1.0))
    second = minimum_jerk(np.clip((tau - second_begin) / max(1.0 - second_begin, 1e-6), 0.0, 1.0))
    return share * first + (1.0 - share) * second


def eased_line(tau: Array, ease: float) -> Array:
    """Give an even reach with its two ends rounded over `ease` of the time."""
    speed_time = np.clip(tau, 0.0, 1.0)
    rounded = np.where(
        speed_time < ease,
        speed_time**2 / (2.0 * ease),
        np.where(speed_time > 1.0 - ease, 1.0 - ease - (1.0 - speed_time) ** 2 / (2.0 * ease), speed_time - ease / 2.0),
    )
    return np.asarray(rounded / (1.0 - ease))


def approach(tau: Array, sharpness: float) -> Array:
    """Give a reach that is quick at first and creeps to its end."""
    raw = 1.0 - np.exp(-sharpness * tau * minimum_jerk(np.minimum(4.0 * tau, 1.0)))
    return np.asarray(raw / (1.0 - np.exp(-sharpness)))


def drawn(rng: np.random.Generator, tau: Array) -> Array:
    """Give one of these shapes, drawn with its figures; it rises from 0 to 1 and never falls."""
    match rng.choice(6, p=(0.34, 0.22, 0.14, 0.12, 0.06, 0.12)):
        case 0:
            return minimum_jerk(tau)
        case 1:
            return skewed(tau, rng.uniform(0.8, 3.0), rng.uniform(0.8, 3.0))
        case 2:
            return two_humped(tau, rng.uniform(0.25, 0.75), rng.uniform(0.2, 0.8))
        case 3:
            return eased_line(tau, rng.uniform(0.08, 0.45))
        case 4:
            return approach(tau, rng.uniform(1.5, 4.0))
        case _:
            return 0.5 - 0.5 * np.cos(np.pi * tau)
