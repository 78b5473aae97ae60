"""Who comes to the station: patients, habits, lines and cells drawn from the ranges that physiotherapy gyms report.

No one is measured here. The ranges are wider than any one clinic's, so that a limit tuned to one kind of patient shows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from pressout_device.simulation.line import Stack, Tubing
from pressout_signal.events import Movement, Resistance

Random = np.random.Generator


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """How long this patient takes, and by how much that varies (as a share, one standard deviation)."""

    out_s: float
    hold_s: float
    back_s: float
    rest_s: float
    spread: float
    haste: float  # below 1 strokes peak early, above late


@dataclass(frozen=True, slots=True, kw_only=True)
class Chances:
    """How often something happens, as a chance a repetition (`creep`: a set)."""

    rotation: float
    partial: float
    short_hold: float
    uncontrolled: float
    pause: float
    cough: float
    long_rest: float
    creep: float
    shuffle: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Sway below 0.6 Hz and breathing near 0.25 Hz, in metres and hertz; handle and anchor in metres."""

    reach_m: float
    far_m: float
    sway_m: float
    sway_hz: float
    breath_m: float
    tremor: float
    reach_spread: float = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The converter: its rate, noise, lost frames, stalls, corrupted frames, and a zero that warms up."""

    rate_hz: float
    noise_n: float
    lost: float
    corrupted: float
    stall_s: float  # mean time between stalls
    zero_n: float
    drift_n: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One patient, on one line, with one dose."""

    movement: Movement
    resistance: Resistance
    target_n: float
    reps: int
    sets_down: bool
    tempo: Tempo
    chances: Chances
    body: Body
    line: Tubing | Stack
    cell: Cell


def drawn(resistance: Resistance, seed: int) -> Person:
    """Draw one; the same seed gives the same person."""
    random = np.random.default_rng((seed, int(resistance is Resistance.CABLE)))
    movement = Movement.ROW if random.random() < 0.22 else Movement.PRESS
    row, cable = movement is Movement.ROW, resistance is Resistance.CABLE
    target_n = float(round(random.uniform(26, 160) if cable else random.uniform(18, 60)))
    return Person(
        movement=movement,
        resistance=resistance,
        target_n=target_n,
        reps=int(random.choice([5, 8, 10, 12, 15])),
        sets_down=cable and random.random() < 0.12,
        tempo=_tempo(random),
        chances=_chances(random, row=row, cable=cable),
        body=_body(random, row=row),
        line=_stack(random, target_n) if cable else _tubing(random, target_n),
        cell=_cell(random),
    )


def _tempo(random: Random) -> Tempo:
    out_s = _log_uniform(random, 0.65, 2.0)
    return Tempo(
        out_s=out_s,
        hold_s=_log_uniform(random, 0.45, 5.5),
        back_s=out_s * random.uniform(0.85, 1.45),
        rest_s=_log_uniform(random, 0.5, 2.6),
        spread=random.uniform(0.06, 0.16),
        haste=random.uniform(0.88, 1.14),
    )


def _chances(random: Random, *, row: bool, cable: bool) -> Chances:
    def some(share_of_people: float, chance: float) -> float:
        return chance if random.random() < share_of_people else 0.0

    return Chances(
        rotation=0.0 if row else some(0.35, 0.15),
        partial=some(0.25, 0.08),
        short_hold=some(0.3, 0.2),
        uncontrolled=some(0.2, 0.1),
        pause=some(0.1, 0.05),
        cough=some(0.1, 0.1),
        long_rest=some(0.3, 0.05),
        creep=some(0.0 if cable or row else 0.3, 0.5),
    )


def _body(random: Random, *, row: bool) -> Body:
    return Body(
        reach_m=random.uniform(0.35, 0.55) if row else random.uniform(0.5, 0.68),
        far_m=random.uniform(1.1, 1.7),
        sway_m=random.uniform(0.002, 0.006),
        sway_hz=random.uniform(0.15, 0.55),
        breath_m=random.uniform(0.0005, 0.002),
        tremor=random.uniform(0.003, 0.012),
    )


def _tubing(random: Random, target_n: float) -> Tubing:
    # A line of this stiffness pulls with the target when stretched by 0.2 to 0.7 m.
    stiffness = float(np.clip(target_n / random.uniform(0.2, 0.6), 70.0, 190.0))
    return Tubing(
        stiffness_n_per_m=stiffness,
        softening_per_m=random.uniform(0.05, 0.2),
        relaxing_share=random.uniform(0.03, 0.09),
        hysteresis=random.uniform(0.02, 0.07),
    )


def _stack(random: Random, weight_n: float) -> Stack:
    return Stack(
        weight_n=weight_n,
        friction=_log_uniform(random, 0.025, 0.12),
        pulley=2 if random.random() < 0.25 else 1,
        give_m=random.uniform(0.001, 0.003),
        ringing_hz=random.uniform(3.0, 6.0),
        ringing=random.uniform(0.03, 0.18),
        tremor=random.uniform(0.003, 0.012),
        tremor_hz=random.uniform(8.0, 11.0),
    )


def _cell(random: Random) -> Cell:
    slow = random.random() < 0.08
    return Cell(
        rate_hz=10.0 if slow else 80.0,
        noise_n=random.uniform(0.04, 0.25) * (0.4 if slow else 1.0),
        lost=0.002,
        corrupted=1 / 2500 if random.random() < 0.5 else 0.0,
        stall_s=60.0 if random.random() < 0.5 else math.inf,
        zero_n=random.uniform(-0.3, 0.3),
        drift_n=random.uniform(-0.6, 0.6),
    )


def _log_uniform(random: Random, low: float, high: float) -> float:
    return float(math.exp(random.uniform(math.log(low), math.log(high))))
