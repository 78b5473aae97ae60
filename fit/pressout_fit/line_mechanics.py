"""Laws of lines: what tension a motion of the handle makes in tubing, in a stack's cable, or at a bare load cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from pressout_fit.motions import STEP_S, Moved
from pressout_fit.patients import Patient

Array = NDArray[np.float64]
G_M_PER_S2 = 9.81


@dataclass(frozen=True, slots=True)
class Pulled:
    """Clean tension in newtons, and the tension that is usual on this line, which noise is measured by."""

    tension_n: Array
    usual_n: float


def low_passed(values: Array, corner_hz: float) -> Array:
    """Give values through one pole; the first is taken for what was before."""
    keep = np.exp(-2.0 * np.pi * corner_hz * STEP_S)
    return np.asarray(lfilter([1.0 - keep], [1.0, -keep], values, zi=[keep * values[0]])[0])


def wander(rng: np.random.Generator, count: int, corner_hz: float) -> Array:
    """Give a slow walk of unit deviation."""
    raw = low_passed(low_passed(rng.normal(size=count + 800), corner_hz), corner_hz)[800:]
    return raw / max(float(raw.std()), 1e-9)


def tremor(rng: np.random.Generator, count: int) -> Array:
    """Give a narrow band at 8 to 11 Hz of unit deviation."""
    angle = 2.0 * np.pi * rng.uniform(7.5, 11.5) * STEP_S
    pole = np.exp(-2.0 * np.pi * rng.uniform(0.3, 1.5) * STEP_S)
    raw = lfilter([1.0], [1.0, -2.0 * pole * np.cos(angle), pole**2], rng.normal(size=count + 400))[400:]
    return np.asarray(raw / max(float(raw.std()), 1e-9))


def length_m(rng: np.random.Generator, patient: Patient, motion: Moved) -> Array:
    """Give the line's length beyond the stance, of a body that sways, breathes and turns."""
    way, feet, turn = motion.way, motion.feet_m, motion.turn_rad
    count = len(way)
    least_m = 4e-4 if patient.wild else 8e-4
    sway_m = float(np.exp(rng.uniform(np.log(least_m), np.log(3e-3)))) * patient.shaky
    sway = sway_m * wander(rng, count, rng.uniform(0.15, 0.5))
    breath = rng.uniform(0.0, 0.0015) * np.sin(
        2 * np.pi * rng.uniform(0.18, 0.35) * np.arange(count) * STEP_S + rng.uniform(0, 6)
    )
    ahead = patient.reach_m * way
    if patient.press:
        out = ahead + patient.chest_m
        side = patient.distance_m + feet + sway + breath - out * np.sin(turn)
        forward = out * np.cos(turn) - patient.chest_m
        return np.asarray(np.hypot(side, forward) - patient.distance_m)
    arm = patient.reach_m * 0.6 + 0.25
    return np.asarray(ahead + feet + sway + breath - arm * np.sin(turn) * (0.3 + 0.7 * np.clip(way, 0.0, 1.0)))


def tubing(rng: np.random.Generator, patient: Patient, motion: Moved) -> Pulled:
    """Give the tension of an elastic: softening, with relaxation and hysteresis."""
    reach = length_m(rng, patient, motion)
    usual_n = float(np.exp(rng.uniform(np.log(8.0), np.log(90.0))))
    stretched = float(np.exp(rng.uniform(np.log(0.15), np.log(1.5))))
    free_m = patient.distance_m / (1.0 + stretched) if patient.press else rng.uniform(0.5, 1.6)
    at_stance_m = patient.distance_m - free_m if patient.press else free_m * stretched
    if patient.from_slack:
        at_stance_m = -rng.uniform(0.0, 0.25) * patient.reach_m
        usual_n = float(np.exp(rng.uniform(np.log(15.0), np.log(200.0))))
    taken = motion.taken
    # Letting go shortens the line to well below its free length.
    stretch = (at_stance_m + reach) / free_m
    stretch = np.maximum(stretch - (1.0 - taken) * (max(at_stance_m / free_m, 0.0) + 0.25), 0.0)
    power = rng.uniform(0.7, 1.1)
    scale = max(at_stance_m / free_m, 0.0) if not patient.from_slack else float(np.quantile(stretch, 0.95)) + 1e-3
    elastic = (stretch / max(scale, 1e-3)) ** power
    trembling = 1.0 + rng.uniform(0.0, 0.01) * patient.shaky * tremor(rng, len(elastic))
    return Pulled(usual_n * _viscous(rng, elastic) * trembling, usual_n)


def _viscous(rng: np.random.Generator, elastic: Array) -> Array:
    """Add what a rubber does with time: Maxwell elements, and friction within it that turns with direction."""
    given = elastic.copy()
    for tau_s in (0.4, 3.0, 25.0):
        given += rng.uniform(0.003, 0.03) * (elastic - low_passed(elastic, 1.0 / (2.0 * np.pi * tau_s)))
    loop = rng.uniform(0.01, 0.045)
    width = rng.uniform(0.005, 0.06)
    return np.maximum(given + loop * elastic * (_dahl(np.diff(elastic, prepend=elastic[0]), width)), 0.0)


def _dahl(moved: Array, width: float | Array) -> Array:
    """Give friction's share, -1 to 1, for steps of motion (Dahl 1968): it turns over within `width`."""
    keep = np.exp(-np.abs(moved) / width)
    toward = np.sign(moved) * (1.0 - keep)
    share = np.empty_like(moved)
    last = 0.0
    for place, (kept, pushed) in enumerate(zip(keep.tolist(), toward.tolist(), strict=True)):
        last = kept * last + pushed
        share[place] = last
    return share


def stack(rng: np.random.Generator, patient: Patient, motion: Moved) -> Pulled:
    """Give the tension of a weight stack's cable: weight, inertia, friction, ringing, and the pile below it."""
    reach = length_m(rng, patient, motion)
    count = len(reach)
    wild = patient.wild
    usual_n = float(np.exp(rng.uniform(*((np.log(10.0), np.log(300.0)) if wild else (np.log(20.0), np.log(180.0))))))
    ratio = rng.choice((1.0, 2.0, 4.0), p=(0.5, 0.3, 0.2) if wild else (0.72, 0.26, 0.02))
    corner_hz = rng.uniform(3.0, 10.0) if wild else rng.uniform(5.0, 12.0)
    smooth = low_passed(low_passed(reach, corner_hz), corner_hz)
    speed = np.gradient(smooth, STEP_S)
    pull = np.gradient(speed, STEP_S) / (G_M_PER_S2 * ratio)
    friction = float(np.exp(rng.uniform(np.log(0.02), np.log(0.26 if wild and rng.random() < 0.4 else 0.12))))
    width = rng.choice((1e-5, 4e-4, 1.5e-3, 4e-3), p=(0.15, 0.3, 0.35, 0.2)) * np.exp(rng.uniform(-0.8, 0.8))
    rubbed = _dahl(np.diff(smooth, prepend=smooth[0]), width)
    still = rng.uniform(0.0, 0.5) * np.exp(-((speed / rng.uniform(0.01, 0.06)) ** 2))
    uneven = 1.0 + rng.uniform(0.0, 0.2) * wander(rng, count, 0.2)
    down = rng.uniform(0.6, 1.2)
    rubbing = friction * rubbed * (1.0 + still) * uneven * np.where(rubbed > 0, 1.0, down)
    share = 1.0 + pull + rubbing + rng.uniform(0.0, 0.05) * speed
    share += _ringing(rng, pull)
    share += rng.uniform(0.003, 0.012) * patient.shaky * tremor(rng, count)
    # The pile: the handle must come this far before the stack hangs on the line alone.
    lifted = rng.uniform(0.02, 0.12) if not patient.from_slack else -rng.uniform(0.0, 0.15) * float(np.ptp(reach))
    free = lifted + reach - (1.0 - motion.taken) * (max(lifted, 0.0) + 0.3)
    hanging = np.clip(free / rng.uniform(0.004, 0.03), 0.0, 1.0)
    weight = np.ones(count)
    if rng.random() < 0.04:  # the pin was moved
        weight[int(rng.uniform(0.2, 0.8) * count) :] = rng.uniform(0.6, 1.6)
    return Pulled(usual_n * weight * np.maximum(share, 0.02) * low_passed(hanging, 12.0), usual_n)


def _ringing(rng: np.random.Generator, pull: Array) -> Array:
    angle = 2.0 * np.pi * rng.uniform(3.0, 6.0) * STEP_S
    pole = np.exp(-rng.uniform(3.0, 9.0) * STEP_S)
    jolt = np.diff(pull, prepend=pull[0])
    return rng.uniform(0.0, 0.7) * np.asarray(lfilter([1.0, -1.0], [1.0, -2.0 * pole * np.cos(angle), pole**2], jolt))


def bare(rng: np.random.Generator, patient: Patient, motion: Moved) -> Pulled:
    """Give the force itself as the tension: flywheels, push rims, isometric pushes, machines of every kind."""
    usual_n = float(np.exp(rng.uniform(np.log(10.0), np.log(300.0))))
    base = 0.0 if patient.from_slack else rng.uniform(0.3 if patient.press else 0.06, 1.2)
    way = motion.way
    count = len(way)
    if patient.from_slack:  # the line goes slack before the hand is back
        early = rng.uniform(0.0, 0.25)
        way = np.maximum((way - early) / (1.0 - early), 0.0)
    curve = np.sign(way) * np.abs(way) ** rng.uniform(0.6, 1.6)
    share = base + curve + 0.4 * motion.feet_m * (base > 0.0)
    share += rng.uniform(0.0, 0.02) * patient.shaky * wander(rng, count, 0.4) * (0.3 + np.abs(curve))
    share += rng.uniform(0.0, 0.02) * patient.shaky * tremor(rng, count) * np.abs(curve)
    if rng.random() < 0.2:  # force worked out from something else is rough
        share += rng.uniform(0.01, 0.05) * np.abs(rng.normal(size=count))
    share += -0.5 * np.sin(motion.turn_rad) * curve
    return Pulled(usual_n * np.maximum(share, 0.0) * motion.taken, usual_n)


def pulled(rng: np.random.Generator, patient: Patient, motion: Moved) -> Pulled:
    """Give the tension that a motion makes on this patient's line."""
    if patient.stack:
        return stack(rng, patient, motion)
    if patient.force_like:
        return bare(rng, patient, motion)
    return tubing(rng, patient, motion)
