"""Sessions of the wide simulator: a patient, a line and a cell drawn from one seed, as samples and their truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pressout_fit.line_mechanics import pulled, wander
from pressout_fit.motions import RATE_HZ, Moved
from pressout_fit.patients import Patient, drawn_patient
from pressout_fit.visits import Visit
from pressout_signal.model.phase_walk import Place

Array = NDArray[np.float64]
# How long a session lasts, its two to six sets, rests and the time around them.
LONGEST_S = 110.0
# Who holds for longer than this is watched for twice as long, or habits would hardly show.
LONG_HOLD_S = 6.0
# A line below this share of what is usual is slack, whatever the hand does.
SLACK_SHARE = 0.05
# What never comes above this one is not seen at all.
UNSEEN_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Session:
    """What the cell gave, and what was true, at `RATE_HZ`.

    Parameters
    ----------
    t_s, tension_n : ndarray, shape (n_samples,)
        What the station is given: seconds and newtons.
    truth : ndarray of int8, shape (n_instants,)
        A `Place` for each instant of `RATE_HZ`.
    share : ndarray, shape (n_instants,)
        How far out the handle is within its own stroke, 0 to 1.
    """

    patient: Patient
    t_s: Array
    tension_n: Array
    truth: NDArray[np.int8]
    share: Array


def session(seed: int, *, stack: bool, longest_s: float | None = None, patient: Patient | None = None) -> Session:
    """Draw one."""
    rng = np.random.default_rng([seed, stack])
    who = drawn_patient(rng, stack=stack) if patient is None else patient
    if longest_s is None:
        longest_s = LONGEST_S * (2.0 if who.hold_s > LONG_HOLD_S else 1.0)
    motion = Visit(rng, who, longest_s).play()
    line = pulled(rng, who, motion)
    truth, share = _seen(who, motion, line.tension_n)
    count = min(len(truth), int(longest_s * RATE_HZ))
    begin = int(rng.uniform(0.1, 0.5) * count) if rng.random() < 0.08 else 0
    t_s, tension_n = _cell(rng, line.tension_n[begin:count], line.usual_n)
    return Session(who, t_s, tension_n, truth[begin:count], share[begin:count])


def _seen(patient: Patient, motion: Moved, tension_n: Array) -> tuple[NDArray[np.int8], Array]:
    """Give what of the truth a line can carry: what is slack is away, and a pull from slack begins with its tension."""
    truth, share = motion.truth.copy(), motion.share.copy()
    usual_n = np.quantile(tension_n, 0.9)
    slack = tension_n < SLACK_SHARE * usual_n
    truth[slack & (truth == Place.REST)] = Place.AWAY
    _unseen(truth, tension_n < UNSEEN_SHARE * usual_n)
    if patient.from_slack and not patient.stack:
        moving = (truth == Place.OUT) | (truth == Place.RETURN)
        truth[slack & moving] = Place.AWAY
        share[slack] = 0.0
        late = (truth == Place.OUT) & (tension_n > 0.95 * _top_n(truth, tension_n))
        truth[late] = Place.HOLD
        share[(truth == Place.HOLD)] = 1.0
    return truth, share


def _unseen(truth: NDArray[np.int8], slack: NDArray[np.bool_]) -> None:
    """Take out what was done with the line slack from beginning to end: nobody can know of it."""
    doing = ~np.isin(truth, (Place.AWAY, Place.REST))
    bounds = np.flatnonzero(np.diff(doing, prepend=False, append=False))
    for start, end in zip(bounds[::2], bounds[1::2], strict=True):
        if slack[start:end].all():
            truth[start:end] = Place.AWAY


def _top_n(truth: NDArray[np.int8], tension_n: Array) -> Array:
    """Give, for each instant, the most tension of the stretch of press-out that it lies in."""
    top = np.full(len(truth), np.inf)
    inside = np.flatnonzero(truth == Place.OUT)
    if len(inside):
        for stretch in np.split(inside, np.flatnonzero(np.diff(inside) > 1) + 1):
            top[stretch] = tension_n[stretch].max()
    return top


def _cell(rng: np.random.Generator, clean_n: Array, usual_n: float) -> tuple[Array, Array]:
    """Give what a converter makes of it: its rate, noise, zero, hum, lost and corrupted frames, stalls."""
    length_s = len(clean_n) / RATE_HZ
    rate = float(rng.choice((80.0, 10.0, np.exp(rng.uniform(np.log(8.0), np.log(330.0)))), p=(0.76, 0.12, 0.12)))
    t_s = np.arange(0.0, length_s - 0.05, 1.0 / rate)
    t_s = t_s + rng.normal(0.0, 0.0007, len(t_s))
    fine = np.arange(len(clean_n)) / RATE_HZ
    if rate < 40.0:  # a slow converter takes a mean of its whole period
        width = max(int(RATE_HZ / rate), 1)
        summed = np.concatenate([[0.0], np.cumsum(clean_n)])
        before = np.maximum(np.arange(len(clean_n)) - width + 1, 0)
        clean_n = (summed[np.arange(len(clean_n)) + 1] - summed[before]) / (np.arange(len(clean_n)) - before + 1)
    given = np.interp(t_s, fine, clean_n)
    noise_n = np.exp(rng.uniform(np.log(0.04), np.log(0.25)))
    if rng.random() < 0.08:
        noise_n = min(np.exp(rng.uniform(np.log(0.3), np.log(4.0))), 0.06 * usual_n)
    given = given + noise_n * rng.normal(size=len(t_s)) + 0.3 * noise_n * wander(rng, len(t_s), 0.5)
    given += rng.uniform(-0.3, 0.3) + rng.uniform(-0.6, 0.6) * (1.0 - np.exp(-t_s / 60.0))
    if rng.random() < 0.15:  # a handle that hangs on the cell, or a zero that is off
        given += rng.uniform(-0.01, 0.05) * usual_n
    if rng.random() < 0.1:
        given += rng.uniform(0.0, 2.0) * noise_n * np.sin(2 * np.pi * rng.choice((50.0, 60.0)) * t_s)
    lost = rng.random(len(t_s)) < 0.002
    for _ in range(rng.poisson(length_s / 60.0)):
        where = rng.uniform(0.0, length_s)
        lost |= (t_s > where) & (t_s < where + rng.uniform(0.05, 0.25))
    kept = ~lost
    return t_s[kept], given[kept]
