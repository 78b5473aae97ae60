"""Patients as they come: who they are, drawn once a session, and what their hands, trunk and feet do, tick by tick."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from pressout_fit import profiles

Array = NDArray[np.float64]
RATE_HZ = 80.0
STEP_S = 1.0 / RATE_HZ
QUICK_S = 0.65


class Truth(IntEnum):
    """What really happens at one instant; the order is that of the network's outputs."""

    AWAY = 0
    REST = 1
    OUT = 2
    HOLD = 3
    BACK = 4
    ATTEMPT = 5
    TURNING = 6
    TURNED = 7


@dataclass(slots=True, kw_only=True)
class Patient:
    """One patient on one line. Seconds, metres, radians, shares."""

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


def _mixed(rng: np.random.Generator, *choices: tuple[float, float, float]) -> float:
    """Draw from ranges with their chances, evenly in the logarithm."""
    chances = np.array([chance for chance, _, _ in choices])
    _, low, high = choices[rng.choice(len(choices), p=chances / chances.sum())]
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def drawn_patient(rng: np.random.Generator, *, stack: bool) -> Patient:
    """Draw a patient: one as in the leaflet, with some troubles out of many, two on average, none for a few."""
    press = rng.random() < 0.66
    from_slack = rng.random() < (0.12 if stack else (0.0 if press else 0.4))
    force_like = not stack and rng.random() < (0.08 if press else 0.35)

    def trouble(chance: float) -> bool:
        return bool(rng.random() < chance)

    def some(chance: float, low: float, high: float) -> float:
        return float(rng.uniform(low, high)) if rng.random() < chance else 0.0

    out_s = _mixed(rng, (1.0, 0.55, 1.7))
    if trouble(0.3):
        out_s = _mixed(rng, (0.6, 0.3, 0.65), (0.4, 1.6, 4.5))
    hold_s = _mixed(rng, (1.0, 0.3, 4.0))
    if force_like:
        hold_s = _mixed(rng, (0.6, 0.01, 0.1), (0.4, 0.2, 5.0))
    if trouble(0.28):
        hold_s = _mixed(rng, (0.35, 0.01, 0.2), (0.2, 4.0, 9.0), (0.45, 9.0, 30.0))
    rest_s = _mixed(rng, (1.0, 0.4, 2.6))
    if trouble(0.25):
        rest_s = _mixed(rng, (0.4, 0.01, 0.3), (0.35, 2.5, 9.0), (0.25, 9.0, 40.0))
    if out_s < QUICK_S and trouble(0.6):  # quick in everything
        hold_s, rest_s = _mixed(rng, (1.0, 0.01, 0.4)), _mixed(rng, (1.0, 0.02, 0.9))
    uneven = trouble(0.15)
    return Patient(
        press=press,
        stack=stack,
        from_slack=from_slack,
        force_like=force_like,
        out_s=out_s,
        back_s=out_s * _mixed(rng, (0.8, 0.8, 1.5), (0.2, 0.55, 2.0)),
        hold_s=hold_s,
        rest_s=rest_s,
        spread=float(rng.uniform(0.2, 0.4) if uneven else rng.uniform(0.04, 0.18)),
        reach_m=_reach_m(rng, press=press, short=trouble(0.15)),
        reach_spread=float(rng.uniform(0.06, 0.15) if uneven else rng.uniform(0.01, 0.06)),
        tired_range=float(rng.uniform(0.75, 1.0)) if trouble(0.2) else 1.0,
        tired_tempo=float(rng.uniform(0.8, 1.5)) if trouble(0.2) else 1.0,
        distance_m=float(rng.uniform(0.6, 1.7)),
        chest_m=float(rng.uniform(0.12, 0.28)),
        partial_chance=some(0.3, 0.03, 0.12) or some(0.1, 0.15, 0.4),
        turn_chance=some(0.4, 0.08, 0.3) if hold_s > 0.15 and not (force_like or from_slack) else 0.0,
        pause_chance=some(0.15, 0.03, 0.15),
        fidget_chance=some(0.15, 0.1, 0.5),
        shuffle_chance=some(0.2, 0.1, 0.5),
        shuffle_m=float(rng.uniform(0.01, 0.06)),
        creep_chance=some(0.15, 0.03, 0.12),
        drop_chance=some(0.15, 0.05, 0.15),
        hold_creep=float(rng.uniform(-0.05, 0.3)) if trouble(0.08) else 0.0,
        dip_chance=float(rng.uniform(0.3, 1.0)) if trouble(0.06) else 0.0,
        short_hold_chance=some(0.3, 0.1, 0.3),
        start_wander=float(rng.uniform(0.03, 0.18)) if trouble(0.2) else 0.02,
        one_shape=bool(rng.random() < 0.5),
        shaky=float(np.exp(rng.uniform(np.log(1.5), np.log(4.0)))) if trouble(0.15) else 1.0,
    )


def _reach_m(rng: np.random.Generator, *, press: bool, short: bool) -> float:
    if short:
        return float(rng.uniform(0.2, 0.4))
    return float(rng.uniform(0.42, 0.7) if press else rng.uniform(0.3, 0.6))


@dataclass(slots=True)
class Motion:
    """What one session does, at `RATE_HZ`: each a list of pieces until `joined`.

    `way` is the share of the patient's reach that the hand is out; `feet_m` how far the feet are from their first
    place, away from the anchor; `turn_rad` how far the trunk is turned toward it; `taken` is 0 with the line let go and
    1 at the stance; `share` is the way within the stroke itself, 0 to 1.
    """

    way: list[Array] = field(default_factory=list)
    feet_m: list[Array] = field(default_factory=list)
    turn_rad: list[Array] = field(default_factory=list)
    taken: list[Array] = field(default_factory=list)
    share: list[Array] = field(default_factory=list)
    truth: list[NDArray[np.int8]] = field(default_factory=list)
    at: float = 0.0
    feet: float = 0.0
    turned: float = 0.0
    held: float = 0.0
    ticks: int = 0

    def add(  # noqa: PLR0913 (what moves, by name)
        self,
        way: Array,
        truth: Truth | NDArray[np.int8],
        *,
        share: Array | float = 0.0,
        feet: Array | None = None,
        turn: Array | None = None,
        taken: Array | None = None,
    ) -> None:
        """Append a piece; what is not given stays where it is."""
        count = len(way)
        if count == 0:
            return
        self.way.append(way)
        self.feet_m.append(np.full(count, self.feet) if feet is None else feet)
        self.turn_rad.append(np.full(count, self.turned) if turn is None else turn)
        self.taken.append(np.full(count, self.held) if taken is None else taken)
        self.share.append(np.broadcast_to(np.asarray(share, dtype=float), (count,)))
        self.truth.append(np.full(count, truth, np.int8) if isinstance(truth, Truth) else truth)
        self.at, self.feet = float(way[-1]), float(self.feet_m[-1][-1])
        self.turned, self.held = float(self.turn_rad[-1][-1]), float(self.taken[-1][-1])
        self.ticks += count

    def still(self, seconds: float, truth: Truth, *, share: float = 0.0) -> None:
        """Append stillness."""
        self.add(np.full(_ticks(seconds), self.at), truth, share=share)


def _ticks(seconds: float) -> int:
    return max(round(seconds * RATE_HZ), 0)


def _tau(seconds: float) -> Array:
    count = max(_ticks(seconds), 3)
    return np.arange(1, count + 1) / count


class Visit:
    """Plays a patient's visit into a `Motion`: idle, set-up, sets of repetitions, letting go."""

    def __init__(self, rng: np.random.Generator, patient: Patient, longest_s: float) -> None:
        """Take who comes, and how long the whole may last."""
        self.rng, self.patient, self.longest = rng, patient, _ticks(longest_s)
        self.motion = Motion()
        self.shape_seed = int(rng.integers(1 << 30))
        self.done = 0
        self.dose = 1
        self.lost = False

    def play(self) -> Motion:
        """Play it all."""
        rng, patient = self.rng, self.patient
        self.motion.still(rng.uniform(0.3, 8.0), Truth.AWAY)
        while self.motion.ticks < self.longest:
            self.dose = int(rng.integers(3, 16))
            self._set_up()
            self.done = 0
            while self.done < self.dose and self.motion.ticks < self.longest:
                self._between()
                self._one()
                self.done += 1
            self._finish()
            if rng.random() < 0.04 and not patient.from_slack:
                self._nothing()
        return self.motion

    # The line is taken and let go.

    def _set_up(self) -> None:
        rng, motion, patient = self.rng, self.motion, self.patient
        if motion.held > 0.5:
            return
        if rng.random() < 0.25:
            self._picked_up()
        begin = rng.uniform(0.6, 1.0) if rng.random() < 0.3 else 1.0
        tau = _tau(_mixed(rng, (0.5, 0.3, 1.0), (0.5, 1.0, 3.0)))
        motion.add(np.full(len(tau), motion.at), Truth.AWAY, taken=begin * profiles.drawn(rng, tau))
        if begin < 1.0:
            motion.still(rng.uniform(0.1, 1.5), Truth.AWAY)
            tau = _tau(rng.uniform(0.3, 1.2))
            motion.add(np.full(len(tau), motion.at), Truth.AWAY, taken=begin + (1 - begin) * profiles.minimum_jerk(tau))
        for _ in range(int(rng.integers(0, 4)) if rng.random() < 0.5 else 0):
            self._feet(rng.normal(0.0, 0.03), Truth.AWAY)
            motion.still(rng.uniform(0.05, 0.8), Truth.AWAY)
        if rng.random() < 0.08 and not patient.from_slack:
            self._attempt(rng.uniform(0.1, 0.25), Truth.AWAY)
        motion.still(_mixed(rng, (0.3, 0.02, 0.3), (0.5, 0.3, 2.0), (0.2, 2.0, 6.0)), Truth.REST)

    def _picked_up(self) -> None:
        rng, motion = self.rng, self.motion
        top = rng.uniform(0.3, 0.75)
        tau = _tau(rng.uniform(0.2, 0.8))
        motion.add(np.full(len(tau), motion.at), Truth.AWAY, taken=top * profiles.minimum_jerk(tau))
        motion.still(rng.uniform(0.05, 1.0), Truth.AWAY)
        tau = _tau(rng.uniform(0.2, 0.8))
        motion.add(np.full(len(tau), motion.at), Truth.AWAY, taken=top * (1.0 - profiles.minimum_jerk(tau)))
        motion.still(rng.uniform(0.2, 2.5), Truth.AWAY)

    def _finish(self) -> None:
        rng, motion = self.rng, self.motion
        motion.still(_mixed(rng, (0.4, 0.05, 0.5), (0.6, 0.5, 4.0)), Truth.REST)
        if rng.random() < 0.18:  # the other side, and the line never slack
            for _ in range(int(rng.integers(1, 5))):
                self._feet(rng.normal(0.0, 0.1), Truth.AWAY)
                motion.still(rng.uniform(0.05, 0.8), Truth.AWAY)
            self._feet(-motion.feet + rng.normal(0.0, 0.04), Truth.AWAY)
            motion.still(rng.uniform(0.3, 2.5), Truth.REST)
            return
        if rng.random() < 0.2:  # leaning on the line, or stepping away from it first
            self._feet(rng.uniform(-0.05, 0.08), Truth.AWAY)
            motion.still(rng.uniform(0.1, 1.0), Truth.AWAY)
        tau = _tau(_mixed(rng, (0.3, 0.05, 0.2), (0.7, 0.3, 2.0)))
        begin = motion.held
        motion.add(np.full(len(tau), motion.at), Truth.AWAY, taken=begin * (1.0 - profiles.drawn(rng, tau)))
        motion.at, motion.feet, motion.turned = 0.0, 0.0, 0.0
        motion.still(_mixed(rng, (0.7, 1.0, 9.0), (0.3, 9.0, 30.0)), Truth.AWAY)

    def _nothing(self) -> None:
        """Take the line, stand, and let it go again."""
        self._set_up()
        self.motion.still(self.rng.uniform(0.5, 6.0), Truth.REST)
        self._finish()

    def _feet(self, by_m: float, truth: Truth) -> None:
        motion = self.motion
        tau = _tau(self.rng.uniform(0.25, 1.0))
        feet = motion.feet + by_m * profiles.minimum_jerk(tau)
        motion.add(np.full(len(tau), motion.at), truth, feet=feet)

    # Between repetitions.

    def _between(self) -> None:
        rng, patient, motion = self.rng, self.patient, self.motion
        rest_s = self._time(patient.rest_s)
        if self.done and rng.random() < patient.partial_chance:
            motion.still(rest_s, Truth.REST)
            self._attempt(rng.uniform(0.16, 0.48), Truth.ATTEMPT)
            rest_s = self._time(max(patient.rest_s, 0.3))
        if rng.random() < patient.fidget_chance:
            motion.still(rng.uniform(0.2, 1.0) * rest_s, Truth.REST)
            self._fidget()
            rest_s = rng.uniform(0.3, 1.5)
        if rng.random() < patient.shuffle_chance:
            motion.still(0.4 * rest_s, Truth.REST)
            self._feet(float(np.clip(rng.normal(0.0, patient.shuffle_m), -0.09, 0.09)) - 0.3 * motion.feet, Truth.REST)
        elif rng.random() < patient.creep_chance and not patient.from_slack and motion.feet > -0.2:
            motion.still(0.4 * rest_s + 0.3, Truth.REST)
            self._feet(-rng.uniform(0.1, 0.2), Truth.REST)
        if rng.random() < 0.01 and not patient.from_slack:
            self._short_release()
        motion.still(rest_s, Truth.REST)

    def _fidget(self) -> None:
        """Something small that is no attempt: a nudge, a shift of the hands, a dip and a blip."""
        rng, motion = self.rng, self.motion
        base = motion.at
        for _ in range(int(rng.integers(1, 3))):
            to = base + rng.uniform(-0.16, 0.16)
            tau = _tau(_mixed(rng, (1.0, 0.15, 1.2)))
            motion.add(motion.at + (to - motion.at) * profiles.minimum_jerk(tau), Truth.REST)
            motion.still(_mixed(rng, (1.0, 0.02, 1.5)), Truth.REST)
        tau = _tau(_mixed(rng, (1.0, 0.15, 1.0)))
        motion.add(motion.at + (base - motion.at) * profiles.minimum_jerk(tau), Truth.REST)

    def _short_release(self) -> None:
        """Let go for some seconds in the middle of a set, and take it up again."""
        rng, motion = self.rng, self.motion
        tau = _tau(rng.uniform(0.3, 1.2))
        motion.add(np.full(len(tau), motion.at), Truth.AWAY, taken=1.0 - profiles.drawn(rng, tau))
        motion.still(rng.uniform(0.5, 12.0), Truth.AWAY)
        tau = _tau(rng.uniform(0.3, 1.5))
        motion.add(np.full(len(tau), motion.at), Truth.AWAY, taken=profiles.drawn(rng, tau))
        motion.still(rng.uniform(0.1, 1.5), Truth.REST)

    # Strokes.

    def _time(self, usual_s: float) -> float:
        tired = self.patient.tired_tempo ** (self.done / max(self.dose, 1))
        return float(usual_s * tired * np.exp(self.rng.normal(0.0, self.patient.spread)))

    def _stroke(self, to: float, seconds: float) -> Array:
        """Give the way from here to there, as this patient moves; now and then it stops in between."""
        rng, patient = self.rng, self.patient
        shapes = np.random.default_rng(self.shape_seed) if patient.one_shape else rng
        share = profiles.drawn(shapes, _tau(seconds))
        if rng.random() < patient.pause_chance:
            where = int(rng.uniform(0.2, 0.8) * len(share))
            level, count = share[where], _ticks(rng.uniform(0.1, 1.2))
            ease = profiles.minimum_jerk(np.linspace(0.0, 1.0, max(where, 3)))
            rest = profiles.minimum_jerk(np.linspace(0.0, 1.0, max(len(share) - where, 3)))
            share = np.concatenate([level * ease, np.full(count, level), level + (1.0 - level) * rest])
        share = np.minimum(share + 0.0, 1.0)
        return self.motion.at + (to - self.motion.at) * share

    def _attempt(self, size: float, truth: Truth) -> None:
        """Go out a little, and come back."""
        rng, patient, motion = self.rng, self.patient, self.motion
        start = motion.at
        pace = rng.uniform(0.5, 1.0)
        out = self._stroke(start + size, max(self._time(patient.out_s) * pace, 0.2))
        pause = np.full(_ticks(_mixed(rng, (0.6, 0.01, 0.15), (0.4, 0.15, 1.0))), out[-1])
        motion.add(out, truth)
        motion.add(pause, truth)
        motion.add(self._stroke(start + rng.normal(0.0, 0.02), max(self._time(patient.back_s) * pace, 0.2)), truth)

    def _one(self) -> None:
        """Play one repetition: out, hold, back; with a turn of the trunk in the hold, now and then."""
        rng, patient, motion = self.rng, self.patient, self.motion
        tired = patient.tired_range ** (self.done / max(self.dose, 1))
        size = max(tired * np.exp(rng.normal(0.0, patient.reach_spread)), 0.72 * tired)
        if self.done == 0 and rng.random() < 0.1:  # from lower down than all later ones
            start = -rng.uniform(0.05, 0.3)
            tau = _tau(rng.uniform(0.3, 1.2))
            motion.add(motion.at + (start - motion.at) * profiles.minimum_jerk(tau), Truth.REST)
            motion.still(rng.uniform(0.05, 1.0), Truth.REST)
        out = self._stroke(size, max(self._time(patient.out_s), 0.28))
        self._moved(out, outwards=True)
        turning = rng.random() < patient.turn_chance
        hold_s = self._time(patient.hold_s)
        if rng.random() < patient.short_hold_chance:
            hold_s *= rng.uniform(0.2, 0.5)
        self._hold(hold_s, size, turning=turning)
        self.lost = turning
        to = rng.normal(0.0, 0.5) * patient.start_wander
        back_s = self._time(patient.back_s)
        if rng.random() < patient.drop_chance and back_s > 0.7:
            back_s *= rng.uniform(0.18, 0.32)
        back = self._stroke(float(np.clip(to, -0.2, 0.2)), max(back_s, 0.25))
        self._moved(back, outwards=False)
        self._unwound()

    def _moved(self, way: Array, *, outwards: bool) -> None:
        """Append a stroke with what is true of it: 5 % and 95 % of it are its boundaries."""
        motion = self.motion
        share = (way - motion.at) / (way[-1] - motion.at)
        inside = (share >= 0.05) & (share < 0.95)
        truth = np.where(inside, Truth.OUT if outwards else Truth.BACK, Truth.REST).astype(np.int8)
        held = Truth.TURNED if self.lost else Truth.HOLD
        truth[share >= 0.95 if outwards else share < 0.05] = held if not outwards else Truth.HOLD
        turn = None
        if not outwards and motion.turned > 0.0:
            late = self.rng.uniform(-0.5, 1.0)
            turn = motion.turned * (1.0 - profiles.minimum_jerk(np.clip((share - late) / 1.0, 0.0, 1.0)))
        motion.add(way, truth, share=share if outwards else 1.0 - share, turn=turn)

    def _unwound(self) -> None:
        motion = self.motion
        if motion.turned > 0.0:
            tau = _tau(self.rng.uniform(0.3, 1.5))
            turn = motion.turned * (1.0 - profiles.minimum_jerk(tau))
            motion.add(np.full(len(tau), motion.at), Truth.REST, turn=turn)
            motion.turned = 0.0

    def _hold(self, hold_s: float, size: float, *, turning: bool) -> None:
        rng, patient, motion = self.rng, self.patient, self.motion
        if rng.random() < patient.dip_chance:  # two humps
            depth = rng.uniform(0.1, 0.4) * size
            for to in (motion.at - depth, size * rng.uniform(0.92, 1.08)):
                tau = _tau(_mixed(rng, (1.0, 0.12, 0.6)))
                motion.add(motion.at + (to - motion.at) * profiles.minimum_jerk(tau), Truth.HOLD, share=1.0)
        if not turning:
            creep = motion.at + patient.hold_creep * size * np.linspace(0.0, 1.0, max(_ticks(hold_s), 1))
            if rng.random() < 0.06 and len(creep) > 60:  # a cough
                where = int(rng.integers(5, len(creep) - 40))
                bump = np.hanning(int(rng.integers(8, 30)))
                creep[where : where + len(bump)] += rng.uniform(-0.12, 0.12) * bump
            if rng.random() < 0.25 and len(creep) > 80:  # a little turn that is no fault
                little = np.deg2rad(rng.uniform(0.5, 3.0)) * profiles.minimum_jerk(np.linspace(0, 1, len(creep)))
                motion.add(creep, Truth.HOLD, share=1.0, turn=little)
                return
            motion.add(creep, Truth.HOLD, share=1.0)
            return
        self._turned(hold_s)

    def _turned(self, hold_s: float) -> None:
        """Be turned by the line in the hold; half of the patients come back before the handle does."""
        rng, motion = self.rng, self.motion
        motion.still(max(hold_s * rng.uniform(0.2, 0.7), 0.15), Truth.HOLD, share=1.0)
        straight = motion.turned
        most = straight + np.deg2rad(rng.uniform(10.0, 32.0))
        tau = _tau(_mixed(rng, (1.0, 0.3, 1.5)))
        turn = straight + (most - straight) * profiles.drawn(rng, tau)
        motion.add(np.full(len(tau), motion.at), Truth.TURNING, share=1.0, turn=turn)
        motion.still(_mixed(rng, (0.7, 0.1, 0.8), (0.3, 0.8, 3.0)), Truth.TURNED, share=1.0)
        if rng.random() < 0.5:
            tau = _tau(_mixed(rng, (1.0, 0.35, 1.4)))
            turn = most - (most - straight) * profiles.drawn(rng, tau)
            motion.add(np.full(len(tau), motion.at), Truth.TURNED, share=1.0, turn=turn)
            motion.still(hold_s * rng.uniform(0.0, 0.6), Truth.TURNED, share=1.0)
            motion.turned = straight


def joined(motion: Motion) -> Motion:
    """Give the same motion with each list as one array inside."""
    for name in ("way", "feet_m", "turn_rad", "taken", "share", "truth"):
        setattr(motion, name, [np.concatenate(getattr(motion, name))])
    return motion
