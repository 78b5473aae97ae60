"""Phases, repetitions and lost posture on a weight stack: from ticks through stories to what is said.

The stack is on the floor or carried. While it is carried the lattice looks for strokes; a stack that is lifted and set
down with nothing found in between was one repetition, from slack and back to slack.
"""

from __future__ import annotations

from msgspec.structs import replace

from pressout_signal.events import (
    DriftKind,
    Event,
    Movement,
    PartialSeen,
    Phase,
    PhaseEntered,
    RepetitionCompleted,
    Travel,
)
from pressout_signal.events import TensionDrift as Drift
from pressout_signal.samples import Sample
from pressout_signal.strokes.cable.habits import Habits, Limits
from pressout_signal.strokes.cable.lattice import Lattice
from pressout_signal.strokes.cable.stories import FIVE_PERCENT, Kind, Place, Stroke
from pressout_signal.strokes.cable.ticks import HOLE_S, TICK_S, Ticker
from pressout_signal.strokes.cable.travel import travel_of
from pressout_signal.strokes.cable.turns import DOUBTFUL, DOUBTFUL_S, SAID, Turn, evidence, risen, same_repetition

G_M_PER_S2 = 9.81
# Shares of the weight: carried above the first, being set down below the second, on the floor below the third.
CARRIED, LANDING, FLOOR = 0.6, 0.3, 0.2
CARRIED_TICKS, FLOOR_TICKS = 2, 3
# A weight that differs from the prescribed one by more than this share is another pin; it is weighed between these.
OTHER_PIN = 0.35
WEIGHED_TICKS = (10, 30)
# No stack is this heavy at the handle (25 to 160 N are usual); what swings there is no stroke.
HEAVIEST_N = 300.0
# What hangs for this long within this ratio is a stack, however light: taking one up is sooner over.
HANGING_TICKS, HANGING = 24, 1.3
# One pull from slack and back, with its hold: shorter is a jerk, longer is standing there.
LIFT_S = (0.6, 20.0)
# Rests longer than this are pauses, from which nothing is learned.
PAUSE_S = 10.0
# Share of what was said that was true, of 209 on practice and simulated sessions.
UNCONTROLLED_CONFIDENCE = 0.77


class Stack:
    """Streaming detector for one weight stack; `step` changes it in place and gives it back."""

    def __init__(self, movement: Movement, target_n: float, pulley_ratio: float = 1.0) -> None:
        self.limits = Limits()
        self.row, self.pulley_ratio = movement is Movement.ROW, pulley_ratio
        self.weight_n = target_n
        self.ticker = Ticker()
        self.habits = Habits(row=self.row)
        self.lattice = Lattice(row=self.row, limits=self.limits, habits=self.habits)
        self.now = 0
        self.origin_s = 0.0
        self.carried = False
        self.changing = 0  # ticks for which it has looked as if lifted, or set down
        self.since = 0
        self.pin_known = True  # what was only known by hanging may be anything
        self.mean_share = 1.0  # of the weight, over the last seconds
        self.hanging: tuple[float, ...] = ()  # shares while something hangs that is not yet carried
        self.counted = 0  # since it was lifted
        self.last_end: int | None = None
        self.turn: Turn | None = None  # what was counted last, and may be no return but a turn
        self.shown = Phase.REST

    def step(self, sample: Sample) -> tuple[Stack, tuple[Event, ...]]:
        """Take one sample; give the detector and what is known now."""
        said: list[Event] = []
        before = self.ticker.last
        if before is not None and sample.t_s - before.t_s > HOLE_S:
            self._missed(sample, sample.t_s - before.t_s, said)
        for tick in self.ticker.step(sample):
            self.origin_s = tick.t_s - self.now * TICK_S
            share = tick.tension_n / self.weight_n
            if self.carried:
                self._carry(share, sample.t_s, said)
            else:
                self._wait(share)
            self.now += 1
        return self, tuple(said)

    def _missed(self, sample: Sample, hole_s: float, said: list[Event]) -> None:
        """Go on after a hole: what is on the floor now was set down; what is not, did nobody knows what meanwhile."""
        if self.carried and sample.tension_n < FLOOR * self.weight_n:
            self.changing = 0
            self._set_down(sample.t_s, said)
        self.now += round(hole_s / TICK_S)
        if self.carried:
            self.lattice.begin(self.now, 0.0)

    def _wait(self, share: float) -> None:
        """On the floor: wait until it is carried; a lighter pin than prescribed is known by hanging still."""
        self.changing = self.changing + 1 if share > CARRIED else 0
        self.hanging = (*self.hanging[1 - HANGING_TICKS :], share) if share > FLOOR else ()
        self.pin_known = True
        if len(self.hanging) == HANGING_TICKS and max(self.hanging) < HANGING * min(self.hanging):
            self.pin_known = False
            mean = sum(self.hanging) / HANGING_TICKS
            self.weight_n, share = self.weight_n * mean, share / mean
        elif self.changing < CARRIED_TICKS:
            return
        self.carried, self.changing, self.since, self.counted = True, 0, self.now, 0
        self.mean_share, self.hanging = 1.0, ()
        self.lattice.begin(self.now, G_M_PER_S2 * (share - 1.0))

    def _carry(self, share: float, now_s: float, said: list[Event]) -> None:
        self.changing = self.changing + 1 if share < FLOOR else 0
        if self.changing >= FLOOR_TICKS:
            self._set_down(now_s, said)
            return
        if share < LANDING:
            return
        if self._other_pin(share) or self.weight_n > HEAVIEST_N:
            return
        self.lattice.step(self.now, G_M_PER_S2 * (share - 1.0))
        self.lattice.doubt(self.now)
        told = self.lattice.told(self.now)
        if told is not None:
            self._count(told, now_s, said)
        else:
            self._doubt_return(now_s, said)
            self._show_going_out(now_s, said)
        attempt = self.lattice.tried(self.now)
        if attempt is not None:
            start_s, end_s = (self.origin_s + tick * TICK_S for tick in (attempt[0].start, attempt[1].end))
            said.append(PartialSeen(start_s=start_s, end_s=end_s, said_at_s=now_s))

    def _other_pin(self, share: float) -> bool:
        """Weigh the stack while it is carried; if it is another than thought, begin again with what it weighs."""
        first, last = WEIGHED_TICKS
        ticks = self.now - self.since
        if ticks < first:
            return False
        self.mean_share += (share - self.mean_share) / min(ticks - first + 1, last)
        if ticks < last or abs(self.mean_share - 1.0) <= OTHER_PIN:
            return False
        self.weight_n *= self.mean_share
        self.since = self.now
        self.lattice.begin(self.now, G_M_PER_S2 * (share / self.mean_share - 1.0))
        self.mean_share = 1.0
        return True

    def _set_down(self, now_s: float, said: list[Event]) -> None:
        told = self.lattice.told(self.now, force=True)
        if told is not None:
            self._count(told, now_s, said)
        landed = self.now - self.changing
        lift_s = (landed - self.since) * TICK_S
        if self.counted == 0 and self.pin_known and LIFT_S[0] < lift_s < LIFT_S[1]:
            start_s, end_s = (self.origin_s + tick * TICK_S for tick in (self.since, landed))
            bounds = (start_s, start_s + 0.25 * lift_s, end_s - 0.25 * lift_s, end_s)
            self._complete(bounds, now_s, said)
        elif self.shown is not Phase.REST:
            self._show(Phase.REST, now_s, now_s, said)
        self.carried, self.changing = False, 0

    def _count(self, told: tuple[Stroke, Stroke, float], now_s: float, said: list[Event]) -> None:
        out, home, hold_share = told
        if self.turn is not None and same_repetition(self.habits, self.turn, out, hold_share):
            # The trunk turning back, and the return that was due: one repetition, and it is already counted.
            self.turn, self.last_end = None, home.end
            self._show(Phase.REST, self._at(home, 1.0 - FIVE_PERCENT), now_s, said)
            return
        sudden = self.habits.uncontrolled(home, self.limits)
        turn = Turn(home, evidence(self.habits, out, home, hold_share, sudden=sudden))
        turned = turn.evidence > SAID
        if home.kind is Kind.HOMEWARD and not turned:
            self.lattice.learn(out, home, self._rest_before(out))
        self.last_end, self.turn = home.end, turn
        bounds = (self._at(out), self._at(out, 1.0 - FIVE_PERCENT), self._at(home), self._at(home, 1.0 - FIVE_PERCENT))
        travel = travel_of(out, home, row=self.row, pulley_ratio=self.pulley_ratio)
        self._complete(bounds, now_s, said, travel)
        if turned:
            self._say_turned(turn, now_s, said)
        elif sudden:
            said.append(self._drift(DriftKind.UNCONTROLLED_RETURN, home, now_s, UNCONTROLLED_CONFIDENCE))

    def _doubt_return(self, now_s: float, said: list[Event]) -> None:
        """Say that what was counted was a turn, if the trunk is seen to turn back."""
        turn = self.turn
        if turn is None or turn.said or turn.evidence < DOUBTFUL:
            return
        place, story = self.lattice.likeliest()
        soon = (self.now - turn.home.end) * TICK_S < DOUBTFUL_S
        if soon and place is Place.LATE and story is not None and story.strokes:
            seen = turn.evidence + risen(self.habits, turn, story.strokes[-1])
            if seen > SAID:
                self._say_turned(replace(turn, evidence=seen), now_s, said)

    def _say_turned(self, turn: Turn, now_s: float, said: list[Event]) -> None:
        self.turn = replace(turn, said=True)
        said.append(self._drift(DriftKind.ROTATION, turn.home, now_s, turn.probability))

    def _drift(self, kind: DriftKind, home: Stroke, now_s: float, confidence: float) -> Drift:
        # What it cost in newtons a stack does not show.
        return Drift(kind=kind, t_s=self._at(home), said_at_s=now_s, drop_n=0.0, confidence=confidence)

    def _complete(
        self, bounds: tuple[float, float, float, float], now_s: float, said: list[Event], travel: Travel | None = None
    ) -> None:
        self.counted += 1
        for phase, t_s in zip((Phase.PRESS_OUT, Phase.HOLD, Phase.RETURN), bounds[:3], strict=True):
            if self._precedes(phase):
                self._show(phase, t_s, now_s, said)
        said.append(
            RepetitionCompleted(
                press_out_start_s=bounds[0],
                hold_start_s=bounds[1],
                return_start_s=bounds[2],
                return_end_s=bounds[3],
                counted_at_s=now_s,
                chest_n=0.0,
                hold_n=0.0,
                peak_n=0.0,
                impulse_n_s=0.0,
                travel=travel,
            )
        )
        self._show(Phase.REST, bounds[3], now_s, said)

    def _show_going_out(self, now_s: float, said: list[Event]) -> None:
        """Say that the handle is out as soon as the likeliest story has it there, and at rest again if it was not."""
        place, story = self.lattice.likeliest()
        if place is Place.OUT and self.shown is Phase.REST and story is not None and story.strokes:
            out = story.strokes[-1]
            if self.now - out.end >= 2:
                self._show(Phase.PRESS_OUT, self._at(out), now_s, said)
                self._show(Phase.HOLD, self._at(out, 1.0 - FIVE_PERCENT), now_s, said)
        elif place is Place.IN and self.shown is Phase.HOLD and story is not None and not story.strokes:
            self._show(Phase.REST, now_s, now_s, said)

    def _precedes(self, phase: Phase) -> bool:
        order = (Phase.REST, Phase.PRESS_OUT, Phase.HOLD, Phase.RETURN)
        return order.index(self.shown) < order.index(phase)

    def _show(self, phase: Phase, t_s: float, now_s: float, said: list[Event]) -> None:
        self.shown = phase
        said.append(PhaseEntered(t_s=t_s, said_at_s=now_s, phase=phase))

    def _rest_before(self, out: Stroke) -> float | None:
        """Give the rest before a stroke, if it is one that says something of this patient."""
        if self.last_end is None or self.counted == 0:
            return None
        rest_s = (out.start - self.last_end) * TICK_S
        return rest_s if 0.0 <= rest_s <= PAUSE_S else None

    def _at(self, stroke: Stroke, share_of_time: float = FIVE_PERCENT) -> float:
        return self.origin_s + stroke.at_s(share_of_time)
