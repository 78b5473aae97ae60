"""The stage between believed samples and what they mean: phases, repetitions, attempts, a turned trunk; for both lines.

The block diagram is `Detector._tick`: figures, network, walk, and then what is said of it.
"""

from __future__ import annotations

import math
from collections import deque
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pressout_signal.events import (
    DriftKind,
    Event,
    PartialSeen,
    Phase,
    PhaseEntered,
    RepetitionCompleted,
    SetCount,
    TensionDrift,
)
from pressout_signal.model.count_certainty import CountCertainty
from pressout_signal.model.features import Features
from pressout_signal.model.fitted_model import FittedModel
from pressout_signal.model.network import RecurrentNetwork
from pressout_signal.model.patient_habits import PatientHabits
from pressout_signal.model.phase_boundaries import PhaseBoundaries
from pressout_signal.model.phase_walk import TURNS, Place, Walk
from pressout_signal.model.resampler import TICK_S, Resampler, Tick
from pressout_signal.model.tension_drift import DriftMonitor
from pressout_signal.samples import Sample

Floats = NDArray[np.float64]

# What is likelier than not, and what is all but sure.
EVEN: Final = 0.5
SURE: Final = 0.7
# No repetition is shorter, whatever the network thinks: in ticks.
SHORTEST: Final = 7
# Nobody holds a line that has less than this share of its most tension.
SLACK_SHARE: Final = 0.15
# Below these a handle hangs, and the next stance is another. A stance that has crept can lie at a tenth of the most.
HANGING_SHARE, HANGING_N = 0.05, 1.0
SHOWN_AS: Final = {
    Place.AWAY: Phase.REST,
    Place.REST: Phase.REST,
    Place.OUT: Phase.PRESS_OUT,
    Place.ATTEMPT: Phase.PRESS_OUT,
    Place.RETURN: Phase.RETURN,
    Place.TURNED_RETURN: Phase.RETURN,
    Place.LATE_RETURN: Phase.RETURN,
}
PHASES: Final = tuple(Phase)
# Sums the places of each phase, shape (COUNT, phases).
PHASE_OF: Final = np.array(
    [[SHOWN_AS.get(place, Phase.HOLD) is phase for phase in PHASES] for place in Place], dtype=float
)
# A phase is said through these where the network jumps over them, so that they come in their order.
THROUGH: Final = {
    (Phase.REST, Phase.HOLD): (Phase.PRESS_OUT,),
    (Phase.REST, Phase.RETURN): (Phase.PRESS_OUT, Phase.HOLD),
    (Phase.PRESS_OUT, Phase.RETURN): (Phase.HOLD,),
    (Phase.HOLD, Phase.PRESS_OUT): (Phase.REST,),
    (Phase.RETURN, Phase.PRESS_OUT): (Phase.REST,),
}


class Detector:
    """One line's detector. Changes in place; one pipeline owns it."""

    __slots__ = (
        "attempt", "boundaries", "certainty", "drift_monitor", "features", "fitted", "habits", "home", "lag",
        "last_end", "network", "phase", "returned", "share", "stack", "start_s", "tick", "ticks", "turned", "unjudged",
        "walk",
    )  # fmt: skip

    def __init__(self, fitted: FittedModel, *, stack: bool, row: bool) -> None:
        """Begin with nothing heard, on a line of this kind, with this movement."""
        self.fitted = fitted
        self.lag = fitted.walk_lags[stack]
        self.ticks = Resampler()
        self.features = Features(stack=stack, row=row)
        self.habits = PatientHabits()
        self.network = RecurrentNetwork(fitted.weights)
        self.walk = Walk(fitted.moves)
        self.boundaries = PhaseBoundaries()
        self.stack = stack
        self.drift_monitor = DriftMonitor(row=row)
        self.tick = -1
        self.start_s = 0.0
        self.home = 0
        self.phase = Phase.REST
        self.attempt: float | None = None
        self.turned = False
        self.certainty = CountCertainty()
        # Repetitions that are said and not yet judged: when to, and between which ticks they lie.
        self.unjudged: deque[tuple[int, tuple[int, int]]] = deque()
        self.last_end = -math.inf
        # The return that is said and not yet dated as well as it can be: after which tick it lies, and its end.
        self.returned: tuple[int, int] | None = None
        self.share = (0.0, 1.0)

    def step(self, sample: Sample) -> tuple[Detector, tuple[Event, ...]]:
        """Take one believed sample; give the same detector, and what is known now."""
        said: list[Event] = []
        for tick in self.ticks.step(sample):
            self._tick(tick, said)
        return self, tuple(said)

    def _tick(self, tick: Tick, said: list[Event]) -> None:
        fitted = self.fitted
        self.tick += 1
        # Where a hole was jumped over, the numbers of ticks and the time part: the start is moved along.
        self.start_s = tick.t_s - (self.tick + 1) * TICK_S
        self.boundaries.begin(self.tick, tick.tension_n)
        outputs = self.network.step([*self.features.step(tick), *self.habits.figures])
        self._out_share(float(outputs[-2]), float(outputs[-1]))
        for lag, opinion in zip(fitted.lags, fitted.opinions(outputs), strict=True):
            self.boundaries.hear(self.tick - lag, opinion)
        waiting = self.walk.step(fitted.evidence(outputs))
        places = self.walk.places
        self._turn(tick, places, said)
        self._attempted(places, said)
        self._rested(tick, places, said)
        self._phases(places, said)
        if self.returned is not None and self.tick >= self.returned[1] + fitted.lags[1]:
            self._dated(said)
        if waiting > fitted.say_at:
            self._count(said)
        while self.unjudged and self.unjudged[0][0] <= self.tick:
            self._judge()

    @property
    def now_s(self) -> float:
        """When the last tick ended, in seconds."""
        return self._at_s(self.tick + 1)

    def _at_s(self, place: float) -> float:
        return self.start_s + place * TICK_S

    def _turn(self, tick: Tick, places: Floats, said: list[Event]) -> None:
        """Say that the trunk has turned, once a repetition, as soon as it is likely enough."""
        turned = float(places[TURNS].sum())
        if not self.turned and turned > self.fitted.turn_at:
            self.turned = True
            ago = self.tick - self.lag
            drop_n = max(self.boundaries.between_n(ago - 24, ago - 8) - tick.tension_n, 0.0)
            t_s = self._at_s(ago)
            said.append(TensionDrift(kind=DriftKind.ROTATION, t_s=t_s, said_at_s=t_s, drop_n=drop_n, confidence=turned))
        elif self.turned and places[Place.AWAY] + places[Place.REST] + places[Place.OUT] > SURE:
            self.turned = False

    def _attempted(self, places: Floats, said: list[Event]) -> None:
        """Say an attempt when it is over and was none of a repetition."""
        ago = self.tick - self.lag
        if self.attempt is None:
            if places[Place.ATTEMPT] > EVEN:
                self.attempt = ago
        elif places[Place.AWAY] + places[Place.REST] > SURE:
            start_s, end_s = self._at_s(self.attempt), self._at_s(ago)
            said.append(PartialSeen(start_s=start_s, end_s=end_s, said_at_s=end_s))
            self.attempt = None
        elif places[Place.OUT] + places[Place.HOLD] + places[Place.RETURN] > SURE:
            self.attempt = None

    def _phases(self, places: Floats, said: list[Event]) -> None:
        """Say a phase when it is the likeliest by far, and before it those that must have been."""
        shown = places @ PHASE_OF
        best = int(shown.argmax())
        phase = PHASES[best]
        if phase is self.phase or shown[best] < EVEN:
            return
        t_s = self._at_s(self.tick - self.lag)
        for each in (*THROUGH.get((self.phase, phase), ()), phase):
            said.append(PhaseEntered(t_s=t_s, said_at_s=t_s, phase=each))
        self.phase = phase

    def _count(self, said: list[Event]) -> None:
        """Say a repetition, dated in hindsight."""
        until = max(self.tick - self.lag, self.home + SHORTEST)
        bounds = self.boundaries.dated(self.home, until)
        out, hold, back, end = np.maximum.accumulate(np.minimum(bounds, self.tick + 1.0)).tolist()
        if self.boundaries.between_n(hold, back) < SLACK_SHARE * self.features.most_n:
            self.walk.deny()
            return
        self.walk.say()
        self.unjudged.append((self.tick + max(self.fitted.lags), (self.home, until)))
        self.returned = (self.home, until)
        self.home = min(int(end), until)
        one = RepetitionCompleted(
            press_out_start_s=self._at_s(out),
            hold_start_s=self._at_s(hold),
            return_start_s=self._at_s(back),
            return_end_s=self._at_s(end),
            counted_at_s=self._at_s(self.tick),
            chest_n=0.0,
            hold_n=0.0,
            peak_n=0.0,
            impulse_n_s=0.0,
        )
        said.append(one)
        self.drift_monitor.counted(self.boundaries.between_n(out - 8, out), self.boundaries.between_n(hold, back))

    def _dated(self, said: list[Event]) -> None:
        """Date the last return again, with what is thought of it by now: whether the line took the handle back."""
        assert self.returned is not None
        _, _, back, end = self.boundaries.dated(*self.returned)
        took = end - back if self.stack else self.boundaries.fall(back, end)
        said.extend(self.drift_monitor.returned(self._at_s(back), took * TICK_S, self._at_s(self.tick)))
        self.returned = None

    def _judge(self) -> None:
        """Date the oldest count with what is thought of it by now: judge how sure it is, and learn from it."""
        _, (home, until) = self.unjudged.popleft()
        bounds = self.boundaries.dated(home, until)
        self.certainty.counted(*(self.boundaries.thought(start, end) for start, end in pairwise((home, *bounds))))
        rest = bounds[0] - self.last_end
        out, hold, back = (end - start for start, end in pairwise(bounds))
        self.habits.learn(out * TICK_S, hold * TICK_S, back * TICK_S, rest * TICK_S)
        self.last_end = bounds[-1]

    def set_counted(self) -> SetCount:
        """Give how sure the count of the set is that is open."""
        for _ in range(len(self.unjudged)):
            self._judge()
        return self.certainty.judged(self.fitted.curve)

    def set_over(self) -> SetCount:
        """Give how sure the count of the set is that has just ended, and begin another."""
        judged = self.set_counted()
        self.certainty = CountCertainty()
        return judged

    def _rested(self, tick: Tick, places: Floats, said: list[Event]) -> None:
        """Watch the level at which the line rests; on a stack it says nothing of where the patient stands."""
        if self.stack:
            return
        if places[Place.REST] > SURE:
            said.extend(self.drift_monitor.rested(tick.t_s, tick.tension_n, self.features.means_n[0]))
        elif tick.tension_n < max(HANGING_SHARE * self.features.most_n, HANGING_N):
            self.drift_monitor.slack()

    def _out_share(self, share: float, doubt: float) -> None:
        """Keep how far out the handle is now; within a stroke it never goes backwards."""
        share = min(max(share, 0.0), 1.0)
        before = self.share[0]
        if self.phase is Phase.PRESS_OUT:
            share = max(share, before)
        elif self.phase is Phase.RETURN:
            share = min(share, before)
        self.share = (share, math.exp(min(max(doubt, -4.0), 0.0)))
