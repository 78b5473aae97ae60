"""Repetitions on tubing, whose tension follows the length of the line.

The line is slack, being taken up, at rest (handle at the chest), on its way out, held, on its way back, or has stopped
where a return does not end (`turned`). Everything is judged in shares of the patient's own range, chest to hold.
"""

from __future__ import annotations

import math

from pressout_signal.events import DriftKind, Event, PartialSeen, Phase
from pressout_signal.samples import Sample
from pressout_signal.strokes.tubing.line import Line, Stop, TubingLine
from pressout_signal.strokes.tubing.posture import CONFIDENCE, drift
from pressout_signal.strokes.tubing.ticks import foot

HOLE_S = 0.5  # what follows such a hole in the samples says nothing about what came before it


class Tubing(TubingLine):
    """Streaming detector for one line of tubing; `step` changes it in place and gives it back."""

    def step(self, sample: Sample) -> tuple[Tubing, tuple[Event, ...]]:
        """Take one sample; give the next detector and what is known now."""
        trace = self.trace
        if not trace.take(sample):
            return self, ()
        self.now_s = sample.t_s
        if len(trace.t) > 1 and trace.t[-1] - trace.t[-2] > HOLE_S:
            self.hole_s = trace.t[-1]
        said: list[Event] = []
        t_s, tension_n = trace.t[-1], trace.y[-1]
        match self.line:
            case Line.SLACK:
                self.hang(t_s, tension_n)
            case Line.TAKEN_UP:
                self.take_up(said, t_s, tension_n)
            case Line.REST:
                self.rest(said, t_s, tension_n)
            case Line.OUT:
                self.go_out(said, t_s, tension_n)
            case Line.HELD:
                self.hold(said, t_s, tension_n)
            case Line.BACK:
                self.come_back(said, t_s, tension_n)
            case Line.TURNED:
                self.stay_turned(said, t_s, tension_n)
        return self, tuple(said)

    # --- from slack to rest -----------------------------------------------------------------------------------------

    def hang(self, t_s: float, tension_n: float) -> None:
        """Slack: follow the zero, wait for the line to be taken up."""
        if self.trace.spread(0.5) < 0.02 * self.target_n:
            self.zero_n = self.trace.follow(self.zero_n, tension_n, 0.5)
        if tension_n > self.slack_n:
            self.enter(Line.TAKEN_UP)
            self.taut_s, self.top_n, self.fresh = t_s, tension_n, self.row
            self.start_n = min(self.trace.y[self.trace.before(0.5) :])
            self.out_s = (0.0, 0.0)
            self.posture.aftermath = None

    def take_up(self, said: list[Event], t_s: float, tension_n: float) -> None:
        """Being taken up: steps, shuffles, settling; over when steady."""
        self.top_n = max(self.top_n, tension_n)
        if self.let_go_of_pull(said, tension_n):
            return
        if tension_n < 0.8 * self.slack_n:
            self.enter(Line.SLACK)
        elif t_s - self.since_s > 0.5 and self.trace.spread(0.4) < 0.025 * max(tension_n, 0.25 * self.target_n):
            if tension_n < 0.25 * self.target_n and self.range_n is None:
                self.zero_n = tension_n  # a handle that hangs, on a cell whose zero is off
                self.enter(Line.SLACK)
                return
            if self.range_n is not None and not 0.7 < tension_n / max(self.range_chest_n, 1e-3) < 1.4:
                self.range_n = None  # another line, or another patient
            if self.fresh:
                self.chest_n, self.hold_n, self.foot_s = self.start_n, tension_n, self.taut_s
                self.reach()
            self.lie_at(tension_n)
            self.posture.reference_n = None
            self.enter(Line.REST)

    def let_go_of_pull(self, said: list[Event], tension_n: float) -> bool:
        """End one pull from slack, with nothing on top of it and back to slack: in a row, a repetition."""
        if not self.fresh or tension_n > self.start_n + 0.1 * (self.top_n - self.start_n):
            return False
        if self.top_n - self.start_n > 1.2 * self.target_n and self.out_s[0] > 0.0:
            known = self.range_n, self.posture.pause_s
            self.hold_n, self.chest_n = self.chest_n, self.start_n
            self.lowest_n, self.fall_s, self.peak_n = tension_n, self.trace.t[-1], self.top_n
            self.counted = self.said = False
            self.return_way()
            self.count(said, 0.0, ended=False)
            self.range_n, self.posture.pause_s = known
        self.fresh = False
        self.lie_at(tension_n)
        self.posture.aftermath = self.posture.reference_n = None
        self.enter(Line.SLACK if tension_n < self.slack_n else Line.REST)
        return True

    def rest(self, said: list[Event], t_s: float, tension_n: float) -> None:
        """At the chest: know its level, look for what speaks of posture, wait for a rise."""
        trace, limits, posture, scale_n = self.trace, self.limits, self.posture, self.scale_n
        self.top_n = max(self.top_n, tension_n)
        if self.let_go_of_pull(said, tension_n):
            return
        if (
            tension_n < 0.8 * self.slack_n
            and t_s - self.since_s > 1.2
            and max(trace.y[trace.before(1.2) :]) < self.slack_n
        ):
            posture.aftermath = None
            self.enter(Line.SLACK)
            return
        said.extend(posture.follow(t_s, tension_n, self.now_s))
        after = posture.aftermath
        # After a return the old level is kept: what a turned trunk does to the line is not the chest's level.
        near = (
            tension_n > self.chest_n - 0.2 * scale_n
            if after is None
            else abs(tension_n - self.chest_n) < 0.12 * scale_n
        )
        if near and trace.spread(limits.steady_s) < limits.steady * scale_n:
            self.chest_n = trace.follow(self.chest_n, tension_n, 0.3)
            self.chests_n = trace.follow(self.chests_n, self.chest_n, 1.2)
        elif (
            tension_n < self.chest_n - (0.2 if after is None else 0.4) * scale_n
            and trace.spread(0.4) < 2 * limits.steady * scale_n
        ):
            self.lie_at(tension_n)
            posture.aftermath, self.fresh = None, False
        if tension_n > self.slack_n and trace.spread(0.5) < limits.steady * scale_n:
            said.extend(posture.creep(t_s, tension_n, self.range_n, self.now_s))
        after = posture.aftermath
        if tension_n > max(self.chest_n, -math.inf if after is None else after.end_n) + limits.rise * scale_n:
            self.foot_s, self.chest_n = foot(trace, 0.05 * scale_n)
            self.peak_n = tension_n
            self.counted = self.said = self.held_once = False
            self.stop = None
            self.enter(Line.OUT)
            self.phase(said, Phase.PRESS_OUT, self.foot_s)

    # --- out and held -----------------------------------------------------------------------------------------------

    def go_out(self, said: list[Event], t_s: float, tension_n: float) -> None:
        """On the way out: until it stops or falls."""
        trace = self.trace
        self.peak_n = max(self.peak_n, tension_n)
        rise_n = self.peak_n - self.chest_n
        steady = trace.spread(0.2) < self.limits.steady * rise_n
        enough = self.held_once or rise_n >= self.least_rise_n(self.chest_n)
        if not enough and trace.spread(0.5) < self.limits.steady * self.scale_n:
            self.stop = Stop(tension_n, t_s)
        if enough and (steady or tension_n < self.peak_n - 0.12 * rise_n):
            self.arrive(said, t_s, tension_n, tension_n if steady else self.peak_n)
        elif tension_n < self.chest_n + 0.35 * rise_n and trace.slope(0.15) > -0.3 * rise_n:
            if rise_n > 0.9 * self.limits.rise * self.scale_n and not self.counted:
                said.append(PartialSeen(start_s=self.foot_s, end_s=t_s, said_at_s=self.now_s))
                if self.range_n is not None and 0.8 < self.attempt_n / rise_n < 1.25:
                    self.range_n = rise_n  # twice the same: it is this patient's range
                self.attempt_n = rise_n
            self.chest_n = min(self.chest_n, tension_n)
            self.phase(said, Phase.REST, t_s)
            self.enter(Line.REST)
        elif t_s - self.since_s > 3.0 and trace.spread(1.0) < 2 * self.limits.steady * self.scale_n:
            self.lie_at(tension_n)  # a step away from the anchor
            self.phase(said, Phase.REST, t_s)
            self.enter(Line.REST)

    def arrive(self, said: list[Event], t_s: float, tension_n: float, hold_n: float) -> None:
        """Judge a rise that has stopped: a hold, or still the taking up of the line."""
        self.hold_n, self.fresh = hold_n, False
        rise_n = self.peak_n - self.chest_n
        began_s = self.since_s if self.stop is None else self.stop.until_s
        if not self.row and began_s - self.taut_s < 1.5 and rise_n < 0.4 * self.chest_n:
            self.enter(Line.TAKEN_UP)
            return
        if self.held_once:
            self.reach_from_stop()
            self.enter(Line.HELD)
            return
        self.reach()
        most_n = 0.4 * self.target_n if self.range_n is None else 1.8 * self.range_n
        if not self.row and self.chest_n < 0.4 * self.target_n and rise_n > most_n:
            self.taut_s, self.top_n = t_s, self.peak_n
            self.lie_at(tension_n)
            self.enter(Line.TAKEN_UP)
            return
        self.held_once = True
        self.phase(said, Phase.HOLD, self.out_s[1])
        self.posture.pause_s = self.out.first_s - self.last_back_s
        turned = self.posture.turning_back(self.out, self.chest_n, self.hole_s)
        if turned is not None:
            self.counted = self.said = True
            self.lie_at(turned.chest_n)
            if not turned.said:
                said.append(self.posture.rotation(turned, self.now_s, risen=True))
        self.enter(Line.HELD)

    def hold(self, said: list[Event], t_s: float, tension_n: float) -> None:
        """Held: follow its level (relaxation, small turns), until it falls or rises further."""
        range_n = self.hold_n - self.chest_n
        if tension_n > self.hold_n + 0.15 * range_n:
            self.stop, self.peak_n = Stop(self.hold_n, t_s), tension_n
            self.enter(Line.OUT)
            return
        self.peak_n = max(self.peak_n, tension_n)
        if self.trace.spread(self.limits.steady_s) < self.limits.steady * range_n:
            self.hold_n = self.trace.follow(self.hold_n, tension_n, 0.4)
        if tension_n < self.hold_n - self.limits.fall * range_n:
            self.lowest_n, self.top_speed, self.fall_s = tension_n, 0.0, t_s
            self.phase(said, Phase.RETURN, t_s)
            self.enter(Line.BACK)

    # --- back -------------------------------------------------------------------------------------------------------

    def come_back(self, said: list[Event], t_s: float, tension_n: float) -> None:
        """On the way back: until it stops, rises, or (a row) is there; then judge by where that is."""
        limits, range_n = self.limits, self.hold_n - self.chest_n
        self.top_speed = min(self.top_speed, speed := self.trace.slope(0.1))
        self.lowest_n = min(self.lowest_n, tension_n)
        rises = tension_n > self.lowest_n + 0.08 * range_n
        ended = rises or speed > limits.stopped * self.top_speed
        if not ended and not (self.row and tension_n < self.chest_n + 0.05 * range_n):
            return
        self.came_from_stop()
        range_n = self.hold_n - self.chest_n
        share = self.share(self.lowest_n)
        if share > 1.0 - limits.turned - limits.rubbing * self.hold_n / range_n:
            if rises or self.trace.spread(0.2) < limits.steady * range_n:
                self.hold_n = tension_n
                self.enter(Line.HELD)
            return
        self.return_way()
        if not rises and t_s < self.back_s[1]:
            return
        if -limits.level <= share <= limits.arrived:
            self.count(said, share, ended=ended)
        elif rises or self.trace.spread(0.15) < limits.steady * range_n:
            self.end_elsewhere(said, tension_n)

    def end_elsewhere(self, said: list[Event], tension_n: float) -> None:
        """Judge a way back that ended where no return does: the line was let go, or the trunk is turned."""
        if tension_n < self.slack_n and (self.range_n is None or self.chest_n > self.slack_n + 0.5 * self.range_n):
            self.said = True
            self.count(said, 0.0, ended=False)
            self.posture.aftermath = None
            self.enter(Line.SLACK)
            return
        if self.range_n is None and self.lowest_n < self.chest_n:
            # Below the chest with nothing known of this patient: a light band that rubs, rather than a turn.
            self.count(said, 0.0, ended=True)
            self.lie_at(tension_n)
            return
        self.enter(Line.TURNED)

    def stay_turned(self, said: list[Event], t_s: float, tension_n: float) -> None:
        """Wait while turned: until the hold is back, the handle is at the chest, or this must be the new chest."""
        share, stays_s = self.share(tension_n), t_s - self.since_s
        self.lowest_n = min(self.lowest_n, tension_n)
        # A return that pauses on its way goes on down: what goes up again, or stays, was a turn.
        turned = share > 0.5 * (self.share(self.lowest_n) + 1.0) or stays_s > self.limits.turned_s
        back = -self.limits.level <= share <= self.limits.arrived
        if turned and not back and not self.said and self.range_n is not None:
            self.said, sure = True, CONFIDENCE[DriftKind.ROTATION]
            said.append(drift(DriftKind.ROTATION, self.back_s[0], self.now_s, self.hold_n - self.lowest_n, sure))
        if share > 0.65:
            self.hold_n = tension_n
            self.enter(Line.HELD)
        elif abs(share) <= 0.15 and self.trace.spread(0.25) < self.limits.steady * (self.hold_n - self.chest_n):
            self.back_s = (self.back_s[0], t_s - 0.1)
            self.count(said, share, ended=True)
            if self.posture.aftermath is not None:
                self.posture.aftermath.evidence = 5.0  # what comes next may still be the trunk turning back
        elif stays_s > (4.0 if tension_n > self.slack_n else 2.0):
            self.count(said, share, ended=True)
            self.posture.aftermath = None
            self.lie_at(tension_n)
