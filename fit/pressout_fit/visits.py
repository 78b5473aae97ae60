"""A patient's visit, played: idle, set-up, sets of repetitions with all that goes wrong in them, letting go."""

from __future__ import annotations

import numpy as np

from pressout_fit import profiles
from pressout_fit.motions import Array, Motion, Moved, ticks, time_shares
from pressout_fit.patients import Patient, mixed
from pressout_signal.model.phase_walk import Place


class Visit:
    """Plays a patient's visit into a `Motion`: idle, set-up, sets of repetitions, letting go."""

    def __init__(self, rng: np.random.Generator, patient: Patient, longest_s: float) -> None:
        """Take who comes, and how long the whole may last."""
        self.rng, self.patient, self.longest = rng, patient, ticks(longest_s)
        self.motion = Motion()
        self.shape_seed = int(rng.integers(1 << 30))
        self.done = 0
        self.dose = 1
        self.lost = False

    def play(self) -> Moved:
        """Play it all."""
        rng, patient = self.rng, self.patient
        self.motion.still(rng.uniform(0.3, 8.0), Place.AWAY)
        while self.motion.ticks < self.longest:
            # From slack the first pull of a set is the hardest to know; so there are many sets.
            self.dose = int(rng.integers(1, 9) if patient.from_slack else rng.integers(3, 16))
            self._set_up()
            self.done = 0
            while self.done < self.dose and self.motion.ticks < self.longest:
                self._between()
                self._one()
                self.done += 1
            self._finish()
            if rng.random() < 0.04 and not patient.from_slack:
                self._nothing()
        return self.motion.whole()

    # The line is taken and let go.

    def _set_up(self) -> None:
        rng, motion, patient = self.rng, self.motion, self.patient
        if motion.held > 0.5:
            return
        # On a line that is pulled from slack this is a repetition to look at, and nobody could tell.
        if rng.random() < (0.25 if patient.press and not patient.stack else 0.05):
            self._picked_up()
        begin = rng.uniform(0.6, 1.0) if rng.random() < 0.3 else 1.0
        tau = time_shares(mixed(rng, (0.5, 0.3, 1.0), (0.5, 1.0, 3.0)))
        motion.add(np.full(len(tau), motion.at), Place.AWAY, taken=begin * profiles.drawn(rng, tau))
        if begin < 1.0:
            motion.still(rng.uniform(0.1, 1.5), Place.AWAY)
            tau = time_shares(rng.uniform(0.3, 1.2))
            motion.add(np.full(len(tau), motion.at), Place.AWAY, taken=begin + (1 - begin) * profiles.minimum_jerk(tau))
        for _ in range(int(rng.integers(0, 4)) if rng.random() < 0.5 else 0):
            self._feet(rng.normal(0.0, 0.03), Place.AWAY)
            motion.still(rng.uniform(0.05, 0.8), Place.AWAY)
        if rng.random() < 0.08 and not patient.from_slack:
            self._attempt(rng.uniform(0.1, 0.25), Place.AWAY)
        motion.still(mixed(rng, (0.3, 0.02, 0.3), (0.5, 0.3, 2.0), (0.2, 2.0, 6.0)), Place.REST)

    def _picked_up(self) -> None:
        rng, motion = self.rng, self.motion
        top = rng.uniform(0.3, 0.75)
        tau = time_shares(rng.uniform(0.2, 0.8))
        motion.add(np.full(len(tau), motion.at), Place.AWAY, taken=top * profiles.minimum_jerk(tau))
        motion.still(rng.uniform(0.05, 1.0), Place.AWAY)
        tau = time_shares(rng.uniform(0.2, 0.8))
        motion.add(np.full(len(tau), motion.at), Place.AWAY, taken=top * (1.0 - profiles.minimum_jerk(tau)))
        motion.still(rng.uniform(0.2, 2.5), Place.AWAY)

    def _finish(self) -> None:
        rng, motion = self.rng, self.motion
        motion.still(mixed(rng, (0.4, 0.05, 0.5), (0.6, 0.5, 4.0)), Place.REST)
        if rng.random() < 0.18:  # the other side, and the line never slack
            for _ in range(int(rng.integers(1, 5))):
                self._feet(rng.normal(0.0, 0.1), Place.AWAY)
                motion.still(rng.uniform(0.05, 0.8), Place.AWAY)
            self._feet(-motion.feet + rng.normal(0.0, 0.04), Place.AWAY)
            motion.still(rng.uniform(0.3, 2.5), Place.REST)
            return
        if rng.random() < 0.2:  # leaning on the line, or stepping away from it first
            self._feet(rng.uniform(-0.05, 0.08), Place.AWAY)
            motion.still(rng.uniform(0.1, 1.0), Place.AWAY)
        tau = time_shares(mixed(rng, (0.3, 0.05, 0.2), (0.7, 0.3, 2.0)))
        begin = motion.held
        motion.add(np.full(len(tau), motion.at), Place.AWAY, taken=begin * (1.0 - profiles.drawn(rng, tau)))
        motion.at, motion.feet, motion.turned = 0.0, 0.0, 0.0
        motion.still(mixed(rng, (0.7, 1.0, 9.0), (0.3, 9.0, 30.0)), Place.AWAY)

    def _nothing(self) -> None:
        """Take the line, stand, and let it go again."""
        self._set_up()
        self.motion.still(self.rng.uniform(0.5, 6.0), Place.REST)
        self._finish()

    def _feet(self, by_m: float, truth: Place) -> None:
        motion = self.motion
        tau = time_shares(self.rng.uniform(0.25, 1.0))
        feet = motion.feet + by_m * profiles.minimum_jerk(tau)
        motion.add(np.full(len(tau), motion.at), truth, feet=feet)

    # Between repetitions.

    def _between(self) -> None:
        rng, patient, motion = self.rng, self.patient, self.motion
        rest_s = self._time(patient.rest_s)
        if self.done and rng.random() < patient.partial_chance:
            motion.still(rest_s, Place.REST)
            self._attempt(rng.uniform(0.16, 0.48), Place.ATTEMPT)
            rest_s = self._time(max(patient.rest_s, 0.3))
        if rng.random() < patient.fidget_chance:
            motion.still(rng.uniform(0.2, 1.0) * rest_s, Place.REST)
            self._fidget()
            rest_s = rng.uniform(0.3, 1.5)
        if rng.random() < patient.shuffle_chance:
            motion.still(0.4 * rest_s, Place.REST)
            self._feet(float(np.clip(rng.normal(0.0, patient.shuffle_m), -0.09, 0.09)) - 0.3 * motion.feet, Place.REST)
        elif rng.random() < patient.creep_chance and not patient.from_slack and motion.feet > -0.2:
            motion.still(0.4 * rest_s + 0.3, Place.REST)
            self._feet(-rng.uniform(0.1, 0.2), Place.REST)
        if rng.random() < 0.01 and not patient.from_slack:
            self._short_release()
        motion.still(rest_s, Place.REST)

    def _fidget(self) -> None:
        """Something small that is no attempt: a nudge, a shift of the hands, a dip and a blip."""
        rng, motion = self.rng, self.motion
        base = motion.at
        for _ in range(int(rng.integers(1, 3))):
            to = base + rng.uniform(-0.16, 0.16)
            tau = time_shares(mixed(rng, (1.0, 0.15, 1.2)))
            motion.add(motion.at + (to - motion.at) * profiles.minimum_jerk(tau), Place.REST)
            motion.still(mixed(rng, (1.0, 0.02, 1.5)), Place.REST)
        tau = time_shares(mixed(rng, (1.0, 0.15, 1.0)))
        motion.add(motion.at + (base - motion.at) * profiles.minimum_jerk(tau), Place.REST)

    def _short_release(self) -> None:
        """Let go for some seconds in the middle of a set, and take it up again."""
        rng, motion = self.rng, self.motion
        tau = time_shares(rng.uniform(0.3, 1.2))
        motion.add(np.full(len(tau), motion.at), Place.AWAY, taken=1.0 - profiles.drawn(rng, tau))
        motion.still(rng.uniform(0.5, 12.0), Place.AWAY)
        tau = time_shares(rng.uniform(0.3, 1.5))
        motion.add(np.full(len(tau), motion.at), Place.AWAY, taken=profiles.drawn(rng, tau))
        motion.still(rng.uniform(0.1, 1.5), Place.REST)

    # Strokes.

    def _time(self, usual_s: float) -> float:
        tired = self.patient.tired_tempo ** (self.done / max(self.dose, 1))
        return float(usual_s * tired * np.exp(self.rng.normal(0.0, self.patient.spread)))

    def _stroke(self, to: float, seconds: float) -> Array:
        """Give the way from here to there, as this patient moves; now and then it stops in between."""
        rng, patient = self.rng, self.patient
        shapes = np.random.default_rng(self.shape_seed) if patient.one_shape else rng
        share = profiles.drawn(shapes, time_shares(seconds))
        if rng.random() < patient.pause_chance:
            where = int(rng.uniform(0.2, 0.8) * len(share))
            level, count = share[where], ticks(rng.uniform(0.1, 1.2))
            ease = profiles.minimum_jerk(np.linspace(0.0, 1.0, max(where, 3)))
            rest = profiles.minimum_jerk(np.linspace(0.0, 1.0, max(len(share) - where, 3)))
            share = np.concatenate([level * ease, np.full(count, level), level + (1.0 - level) * rest])
        share = np.minimum(share + 0.0, 1.0)
        return self.motion.at + (to - self.motion.at) * share

    def _attempt(self, size: float, truth: Place) -> None:
        """Go out a little, and come back."""
        rng, patient, motion = self.rng, self.patient, self.motion
        start = motion.at
        pace = rng.uniform(0.5, 1.0)
        out = self._stroke(start + size, max(self._time(patient.out_s) * pace, 0.2))
        pause = np.full(ticks(mixed(rng, (0.6, 0.01, 0.15), (0.4, 0.15, 1.0))), out[-1])
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
            tau = time_shares(rng.uniform(0.3, 1.2))
            motion.add(motion.at + (start - motion.at) * profiles.minimum_jerk(tau), Place.REST)
            motion.still(rng.uniform(0.05, 1.0), Place.REST)
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
        truth = np.where(inside, Place.OUT if outwards else Place.RETURN, Place.REST).astype(np.int8)
        held = Place.TURNED if self.lost else Place.HOLD
        truth[share >= 0.95 if outwards else share < 0.05] = held if not outwards else Place.HOLD
        turn = None
        if not outwards and motion.turned > 0.0:
            late = self.rng.uniform(-0.5, 1.0)
            turn = motion.turned * (1.0 - profiles.minimum_jerk(np.clip((share - late) / 1.0, 0.0, 1.0)))
        motion.add(way, truth, share=share if outwards else 1.0 - share, turn=turn)

    def _unwound(self) -> None:
        motion = self.motion
        if motion.turned > 0.0:
            tau = time_shares(self.rng.uniform(0.3, 1.5))
            turn = motion.turned * (1.0 - profiles.minimum_jerk(tau))
            motion.add(np.full(len(tau), motion.at), Place.REST, turn=turn)
            motion.turned = 0.0

    def _hold(self, hold_s: float, size: float, *, turning: bool) -> None:
        rng, patient, motion = self.rng, self.patient, self.motion
        if rng.random() < patient.dip_chance:  # two humps
            depth = rng.uniform(0.1, 0.4) * size
            for to in (motion.at - depth, size * rng.uniform(0.92, 1.08)):
                tau = time_shares(mixed(rng, (1.0, 0.12, 0.6)))
                motion.add(motion.at + (to - motion.at) * profiles.minimum_jerk(tau), Place.HOLD, share=1.0)
        if not turning:
            creep = motion.at + patient.hold_creep * size * np.linspace(0.0, 1.0, max(ticks(hold_s), 1))
            if rng.random() < 0.06 and len(creep) > 60:  # a cough
                where = int(rng.integers(5, len(creep) - 40))
                bump = np.hanning(int(rng.integers(8, 30)))
                creep[where : where + len(bump)] += rng.uniform(-0.12, 0.12) * bump
            if rng.random() < 0.25 and len(creep) > 80:  # a little turn that is no fault
                little = np.deg2rad(rng.uniform(0.5, 3.0)) * profiles.minimum_jerk(np.linspace(0, 1, len(creep)))
                motion.add(creep, Place.HOLD, share=1.0, turn=little)
                return
            motion.add(creep, Place.HOLD, share=1.0)
            return
        self._turned(hold_s)

    def _turned(self, hold_s: float) -> None:
        """Be turned by the line in the hold; half of the patients come back before the handle does."""
        rng, motion = self.rng, self.motion
        motion.still(max(hold_s * rng.uniform(0.2, 0.7), 0.15), Place.HOLD, share=1.0)
        straight = motion.turned
        most = straight + np.deg2rad(rng.uniform(10.0, 32.0))
        tau = time_shares(mixed(rng, (1.0, 0.3, 1.5)))
        turn = straight + (most - straight) * profiles.drawn(rng, tau)
        motion.add(np.full(len(tau), motion.at), Place.TURNING, share=1.0, turn=turn)
        motion.still(mixed(rng, (0.6, 0.2, 0.8), (0.4, 0.8, 3.0)), Place.TURNED, share=1.0)
        if rng.random() < 0.5:
            tau = time_shares(mixed(rng, (1.0, 0.35, 1.4)))
            turn = most - (most - straight) * profiles.drawn(rng, tau)
            motion.add(np.full(len(tau), motion.at), Place.TURNED, share=1.0, turn=turn)
            motion.still(hold_s * rng.uniform(0.0, 0.6), Place.TURNED, share=1.0)
            motion.turned = straight
