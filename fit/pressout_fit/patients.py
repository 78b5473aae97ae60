"""Patients as they come: who they are, drawn once a session."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# How many sessions are of lines and people beyond what clinics have.
WILD = 0.3
# Strokes shorter than this are somebody's who is quick in everything.
QUICK_S = 0.65


@dataclass(slots=True, kw_only=True)
class Patient:
    """One patient on one line. Seconds, metres, radians, shares."""

    wild: bool
    press: bool
    stack: bool
    from_slack: bool
    force_like: bool
    out_s: float
    back_s: float
    hold_s: float
    rest_s: float
    spread: float
    reach_m: float
    reach_spread: float
    tired_range: float
    tired_tempo: float
    distance_m: float
    chest_m: float
    partial_chance: float
    turn_chance: float
    pause_chance: float
    fidget_chance: float
    shuffle_chance: float
    shuffle_m: float
    creep_chance: float
    drop_chance: float
    hold_creep: float
    dip_chance: float
    short_hold_chance: float
    start_wander: float
    one_shape: bool
    shaky: float


def mixed(rng: np.random.Generator, *choices: tuple[float, float, float]) -> float:
    """Draw from ranges with their chances, evenly in the logarithm."""
    chances = np.array([chance for chance, _, _ in choices])
    _, low, high = choices[rng.choice(len(choices), p=chances / chances.sum())]
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def drawn_patient(rng: np.random.Generator, *, stack: bool) -> Patient:
    """Draw a patient: one as in the leaflet, with some troubles out of many, one or two on average, none for some."""
    wild = bool(rng.random() < WILD)
    press = rng.random() < (0.66 if wild else 0.75)
    from_slack = rng.random() < (0.15 if stack else (0.0 if press else 0.6))
    force_like = not stack and rng.random() < (0.08 if press else 0.35)

    out_s, hold_s, rest_s = _tempo(rng, force_like=force_like)
    uneven = _trouble(rng, 0.13)
    return Patient(
        wild=wild,
        press=press,
        stack=stack,
        from_slack=from_slack,
        force_like=force_like,
        out_s=out_s,
        back_s=out_s * mixed(rng, (0.85, 0.8, 1.5), (0.15, 0.55, 2.0)),
        hold_s=hold_s,
        rest_s=rest_s,
        spread=float(rng.uniform(0.2, 0.4) if uneven else rng.uniform(0.04, 0.18)),
        reach_m=_reach_m(rng, press=press, short=_trouble(rng, 0.15)),
        reach_spread=float(rng.uniform(0.06, 0.15) if uneven else rng.uniform(0.01, 0.06)),
        tired_range=float(rng.uniform(0.75, 1.0)) if _trouble(rng, 0.13) else 1.0,
        tired_tempo=float(rng.uniform(0.8, 1.5)) if _trouble(rng, 0.13) else 1.0,
        distance_m=float(rng.uniform(0.6, 1.7)),
        chest_m=float(rng.uniform(0.12, 0.28)),
        partial_chance=_some(rng, 0.25, 0.03, 0.12) or _some(rng, 0.1, 0.15, 0.4),
        turn_chance=_some(rng, 0.4, 0.08, 0.3) if hold_s > 0.15 and not (force_like or from_slack) else 0.0,
        pause_chance=_some(rng, 0.1, 0.03, 0.15),
        fidget_chance=_some(rng, 0.13, 0.1, 0.5),
        shuffle_chance=_some(rng, 0.16, 0.1, 0.5),
        shuffle_m=float(rng.uniform(0.01, 0.06)),
        creep_chance=_some(rng, 0.15, 0.03, 0.12),
        drop_chance=_some(rng, 0.15, 0.05, 0.15),
        hold_creep=float(rng.uniform(-0.05, 0.3)) if _trouble(rng, 0.08) else 0.0,
        dip_chance=float(rng.uniform(0.3, 1.0)) if _trouble(rng, 0.06) else 0.0,
        short_hold_chance=_some(rng, 0.3, 0.1, 0.3),
        start_wander=float(rng.uniform(0.03, 0.18)) if _trouble(rng, 0.13) else 0.02,
        one_shape=bool(rng.random() < 0.5),
        shaky=float(np.exp(rng.uniform(np.log(1.5), np.log(4.0)))) if _trouble(rng, 0.13) else 1.0,
    )


def _tempo(rng: np.random.Generator, *, force_like: bool) -> tuple[float, float, float]:
    """Draw how long a press-out, a hold and a rest take."""
    out_s = mixed(rng, (1.0, 0.6, 2.2))
    if _trouble(rng, 0.25):
        out_s = mixed(rng, (0.55, 0.33, 0.75), (0.45, 2.0, 5.0))
    hold_s = mixed(rng, (1.0, 0.4, 6.0))
    if force_like:
        hold_s = mixed(rng, (0.6, 0.01, 0.1), (0.4, 0.2, 5.0))
    if _trouble(rng, 0.25):
        hold_s = mixed(rng, (0.4, 0.01, 0.2), (0.6, 9.0, 30.0))
    rest_s = mixed(rng, (1.0, 0.5, 3.0))
    if _trouble(rng, 0.22):
        rest_s = mixed(rng, (0.4, 0.01, 0.3), (0.35, 2.5, 9.0), (0.25, 9.0, 40.0))
    if out_s < QUICK_S and _trouble(rng, 0.6):  # quick in everything
        hold_s, rest_s = mixed(rng, (1.0, 0.01, 0.4)), mixed(rng, (1.0, 0.02, 0.9))
    return out_s, hold_s, rest_s


def _trouble(rng: np.random.Generator, chance: float) -> bool:
    return bool(rng.random() < chance)


def _some(rng: np.random.Generator, chance: float, low: float, high: float) -> float:
    return float(rng.uniform(low, high)) if rng.random() < chance else 0.0


def _reach_m(rng: np.random.Generator, *, press: bool, short: bool) -> float:
    if short:
        return float(rng.uniform(0.2, 0.4))
    return float(rng.uniform(0.42, 0.7) if press else rng.uniform(0.3, 0.6))
