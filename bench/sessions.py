"""A session with its truth: what a drawn person does over two sets, one a side, and what the cell makes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from bench.people import Person, drawn
from pressout_device.simulation.line import STEP_S, Array, Stack, Tubing
from pressout_device.simulation.script import BodyPosture, Script, line_across
from pressout_signal.events import Movement, Resistance
from pressout_signal.samples import Sample

# A minimum jerk has gone 5 % of its way after this share of its time.
FIVE_PERCENT = 0.189


@dataclass(frozen=True, slots=True)
class Truth:
    """A repetition that was done: the handle at 5 % and 95 % of each stroke, and what went wrong in it (seconds)."""

    press_out_start_s: float
    hold_start_s: float
    return_start_s: float
    return_end_s: float
    rotation_until_s: float | None = None
    uncontrolled: bool = False
    causes: tuple[str, ...] = ()
    travel_m: float = 0.0

    @property
    def rotation(self) -> bool:
        """Whether the trunk turned in its hold."""
        return self.rotation_until_s is not None


@dataclass(slots=True)
class Session:
    """What was done, and the samples that were seen."""

    person: Person
    repetitions: list[Truth] = field(default_factory=list)
    partials: list[tuple[float, float]] = field(default_factory=list)
    creeps_s: list[float] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)


class Acted:
    """Writes a session: a script of postures, and the truth beside it."""

    def __init__(self, person: Person, seed: int) -> None:
        self.person, self.session = person, Session(person)
        self.random = np.random.default_rng((seed, 7))
        # Somebody who sets the stack down stands a little too near; everybody else clear of the floor.
        self.above_m = -self.random.uniform(0.02, 0.05) if person.sets_down else self.random.uniform(0.05, 0.25)
        near_m = person.body.far_m - max(self.above_m, 0.0) - 0.3 if isinstance(person.line, Stack) else 0.0
        self.chest = BodyPosture(distance_m=person.body.far_m)
        self.near = BodyPosture(distance_m=near_m)
        self.script = Script(self.near)
        self.coughs: list[float] = []

    def play(self) -> Session:
        """Play two sets; give what was done and seen."""
        script, random = self.script, self.random
        script.stay(random.uniform(2.0, 5.0))
        for _side in range(2):
            self._set()
            script.stay(random.uniform(9.0, 16.0))
        self.session.samples = list(self._seen(self._tension()))
        return self.session

    def _set(self) -> None:
        script, random, person = self.script, self.random, self.person
        self.chest = BodyPosture(distance_m=person.body.far_m)
        script.move(random.uniform(0.9, 2.2), self.chest)
        if not person.sets_down:
            for _step in range(random.integers(0, 3)):
                shuffled = self.chest._replace(distance_m=self.chest.distance_m + random.normal(0.0, 0.03))
                script.move(random.uniform(0.4, 0.9), shuffled)
            script.move(0.5, self.chest)
        script.stay(random.uniform(0.8, 3.0))
        creep_at = int(random.integers(2, max(person.reps - 1, 3))) if self._happens(person.chances.creep) else -1
        for number in range(person.reps):
            if person.chances.shuffle and self._happens(person.chances.shuffle):
                self._shuffle()
            if self._happens(person.chances.partial):
                self._partial()
            self._repetition(number)
            if number == creep_at:
                self._creep()
        script.stay(random.uniform(0.3, 1.5))
        script.move(random.uniform(0.5, 1.6), self.near)

    def _repetition(self, number: int) -> None:
        script, tempo, chances, start = self.script, self.person.tempo, self.person.chances, self.script.now_s
        causes = ["first"] if number == 0 else []
        out = self.chest._replace(reach_m=self.person.body.reach_m * self._reached())
        out_s = self._stroke(out, self._varied(tempo.out_s), causes)
        hold_start_s = script.now_s - FIVE_PERCENT * out_s
        hold_s = self._varied(tempo.hold_s)
        turned_until_s = None
        # The line takes a handle back where a return was due; nobody is turned before having held twice.
        if number > 1 and self._happens(chances.rotation):
            turned_until_s = self._turn(out, hold_s, causes)
        elif self._happens(chances.short_hold):
            causes.append("short hold")
            script.stay(max(hold_s * self.random.uniform(0.2, 0.55), 0.02))
        else:
            self._hold(out, hold_s, causes)
        uncontrolled = turned_until_s is None and number > 1 and self._happens(chances.uncontrolled)
        back_start_s = script.now_s
        back_s = self._varied(tempo.back_s)
        if uncontrolled:
            causes.append("uncontrolled return")
            back_s = max(back_s * self.random.uniform(0.18, 0.3), 0.15)
        back_s = self._stroke(self.chest, back_s, causes if not uncontrolled else None)
        self.session.repetitions.append(
            Truth(
                start + FIVE_PERCENT * out_s,
                hold_start_s,
                back_start_s + FIVE_PERCENT * back_s,
                script.now_s - FIVE_PERCENT * back_s,
                turned_until_s,
                uncontrolled,
                tuple(causes),
                self._line_m(out) - self._line_m(self.chest),
            )
        )
        rest_s = self._varied(tempo.rest_s)
        if self.person.sets_down:
            rest_s = max(rest_s, 0.4)
        script.stay(self.random.uniform(12.0, 22.0) if self._happens(chances.long_rest) else rest_s)

    def _line_m(self, at: BodyPosture) -> float:
        row = self.person.movement is Movement.ROW
        return at.distance_m + at.reach_m if row else math.hypot(at.distance_m, at.reach_m)

    def _stroke(self, to: BodyPosture, duration_s: float, causes: list[str] | None) -> float:
        """Go there, now and then with a pause on the way; give how long it took."""
        script, start_s = self.script, self.script.now_s
        haste = self.person.tempo.haste * self._varied(1.0, 0.03)
        if causes is not None and self._happens(self.person.chances.pause):
            causes.append("pause on the way")
            share = self.random.uniform(0.35, 0.6)
            between = BodyPosture(*(a + share * (b - a) for a, b in zip(script.at, to, strict=True)))
            script.move(0.55 * duration_s, between, haste)
            script.stay(self.random.uniform(0.2, 0.5))
            script.move(0.55 * duration_s, to, haste)
        else:
            script.move(duration_s, to, haste)
        return script.now_s - start_s

    def _hold(self, out: BodyPosture, hold_s: float, causes: list[str]) -> None:
        """Hold, as people do: by three degrees one may turn without having lost anything."""
        script = self.script
        if hold_s > 1.2 and self.person.movement is Movement.PRESS:
            turn_rad = math.radians(self.random.uniform(-3.0, 3.0))
            script.stay(0.3 * hold_s)
            script.move(0.4 * hold_s, out._replace(turn_rad=turn_rad))
            script.stay(0.3 * hold_s)
            if self._happens(self.person.chances.cough):
                causes.append("cough")
                self.coughs.append(script.now_s - 0.5 * hold_s)
        else:
            script.stay(max(hold_s, 0.02))

    def _turn(self, out: BodyPosture, hold_s: float, causes: list[str]) -> float:
        """Be turned in the hold; give when that was over. The trunk turns back at once, or as the handle comes in."""
        script, random = self.script, self.random
        causes.append("rotation")
        script.stay(max(random.uniform(0.25, 0.6) * hold_s, 0.15))
        turned = out._replace(turn_rad=math.radians(random.uniform(10.0, 25.0)))
        script.move(random.uniform(0.4, 1.0), turned)
        until_s = script.now_s
        script.stay(random.uniform(0.2, 0.8))
        if random.random() < 0.5:
            script.move(random.uniform(0.5, 1.1), out)
            script.stay(random.uniform(0.2, 0.5) * hold_s)
        return until_s

    def _partial(self) -> None:
        script, tempo, start_s = self.script, self.person.tempo, self.script.now_s
        share = self.random.uniform(0.25, 0.45)
        script.move(0.8 * self._varied(tempo.out_s), self.chest._replace(reach_m=share * self.person.body.reach_m))
        script.stay(self.random.uniform(0.02, 0.3))
        script.move(0.8 * self._varied(tempo.back_s), self.chest)
        self.session.partials.append((start_s, script.now_s))
        script.stay(self._varied(tempo.rest_s))

    def _reached(self) -> float:
        """Give the share of the usual reach that this press comes to; below 0.75 it might be an attempt."""
        return max(self._varied(1.0, self.person.body.reach_spread), 0.75)

    def _shuffle(self) -> None:
        """Move the feet by some two centimetres, and stay there."""
        by_m = float(np.clip(self.random.normal(0.0, 0.02), -0.05, 0.05))
        back_m = 0.5 * (self.person.body.far_m - self.chest.distance_m)
        self.chest = self.chest._replace(distance_m=self.chest.distance_m + by_m + back_m)
        self.script.move(self.random.uniform(0.4, 0.9), self.chest)
        self.script.stay(self.random.uniform(0.3, 1.0))

    def _creep(self) -> None:
        nearer = self.chest._replace(distance_m=self.chest.distance_m - self.random.uniform(0.10, 0.18))
        self.session.creeps_s.append(self.script.now_s)
        self.script.move(self.random.uniform(0.5, 1.2), nearer)
        self.script.stay(0.8)
        self.chest = nearer

    def _varied(self, value: float, spread: float | None = None) -> float:
        spread = self.person.tempo.spread if spread is None else spread
        return value * math.exp(spread * float(np.clip(self.random.normal(), -2.5, 2.5)))

    def _happens(self, chance: float) -> bool:
        return bool(self.random.random() < chance)

    def _tension(self) -> Array:
        person, body, random = self.person, self.person.body, self.random
        reach_m, distance_m, turn_rad = self.script.tracks()
        t_s = np.arange(len(reach_m)) * STEP_S
        wander = 1.0 + 0.3 * np.sin(2 * np.pi * 0.07 * t_s + random.uniform(0, 6.3))
        sway_m = body.sway_m * wander * np.sin(2 * np.pi * body.sway_hz * t_s + random.uniform(0, 6.3))
        sway_m += body.breath_m * np.sin(2 * np.pi * 0.25 * t_s + random.uniform(0, 6.3))
        for at_s in self.coughs:
            sway_m += 0.012 * np.exp(-(((t_s - at_s) / 0.09) ** 2))
        row = person.movement is Movement.ROW
        length_m = distance_m + reach_m if row else line_across(reach_m, distance_m, turn_rad)
        noise = random.normal(0.0, 1.0, len(length_m))
        match person.line:
            case Stack() as stack:
                return stack.tension_n(length_m + sway_m - body.far_m + self.above_m, noise)
            case Tubing() as tubing:
                slack_m = body.far_m - tubing.stretch_for(person.target_n)
                return tubing.tension_n(length_m - slack_m + sway_m + 0.0003 * noise)

    def _seen(self, tension_n: Array) -> list[Sample]:
        """Sample it as the converter does: jittering, noisy, losing, stalling, lying now and then."""
        cell, random = self.person.cell, self.random
        count = int(len(tension_n) * STEP_S * cell.rate_hz)
        t_s = np.arange(1, count) / cell.rate_hz + random.normal(0.0, 0.0005, count - 1).clip(-0.002, 0.002)
        # A converter averages over its conversion; at 10 a second that shows.
        smoothed = np.convolve(tension_n, np.ones(width := max(round(0.9 / cell.rate_hz / STEP_S), 1)) / width)
        seen_n = np.interp(t_s, np.arange(len(tension_n)) * STEP_S, smoothed[: len(tension_n)])
        seen_n += random.normal(0.0, cell.noise_n, len(t_s)) + cell.zero_n
        seen_n += cell.drift_n * (1.0 - np.exp(-t_s / 240.0)) + 0.03 * np.cumsum(random.normal(0.0, 0.01, len(t_s)))
        lies = random.random(len(t_s)) < cell.corrupted
        seen_n[lies] = random.uniform(-500.0, 1000.0, int(lies.sum()))
        kept = random.random(len(t_s)) >= cell.lost
        if math.isfinite(cell.stall_s):
            for at_s in np.cumsum(random.exponential(cell.stall_s, int(t_s[-1] / cell.stall_s) + 3)):
                kept &= (t_s < at_s) | (t_s > at_s + random.uniform(0.05, 0.2))
        return [Sample(float(t), float(n)) for t, n in zip(t_s[kept], seen_n[kept], strict=True)]


def session(resistance: Resistance, seed: int) -> Session:
    """Give the session of one drawn person."""
    return session_of(drawn(resistance, seed), seed)


def session_of(person: Person, seed: int) -> Session:
    """Give a session of somebody."""
    return Acted(person, seed).play()
