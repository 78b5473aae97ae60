"""What is known about a line of tubing: its levels, the stroke in hand, and how a repetition is counted."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import NamedTuple

from pressout_signal.events import Event, Movement, Phase, PhaseEntered, RepetitionCompleted
from pressout_signal.strokes.tubing.posture import LIMITS, Aftermath, Posture
from pressout_signal.strokes.tubing.ticks import Trace, Way, way

SHORTEST_S = 0.6  # the quickest press and return take longer; a handle that falls or a line that rings does not


NOWHERE = Way(0.0, 0.0, 0.0)


class Line(StrEnum):
    """What the line is doing."""

    SLACK = "slack"
    TAKEN_UP = "taken_up"
    REST = "rest"
    OUT = "out"
    HELD = "held"
    BACK = "back"
    TURNED = "turned"


class Stop(NamedTuple):
    """A rest on the way out, and the way from there: where it ends will tell whether it was a step or a pause."""

    level_n: float
    until_s: float
    out: Way = NOWHERE
    out_s: tuple[float, float] = (0.0, 0.0)
    impulse: float = 0.0


class TubingLine:
    """The line's memory, and what every state of it needs; all of it plain data."""

    def __init__(self, movement: Movement, target_n: float) -> None:
        self.row = movement is Movement.ROW
        self.limits = LIMITS[movement]
        self.target_n = max(target_n, 1.0)
        self.trace = Trace()
        self.posture = Posture(self.limits)
        self.line = Line.SLACK
        self.now_s = self.since_s = self.taut_s = 0.0
        self.hole_s = -math.inf
        self.zero_n = self.start_n = self.top_n = 0.0  # the hanging handle; where the taking up began; its highest
        self.fresh = False  # a row's line was taken up and nothing was pulled on top of it yet
        self.chest_n = self.chests_n = self.hold_n = 0.0  # `chests_n`: the chest's level over several repetitions
        self.range_n: float | None = None
        self.range_chest_n = 0.0  # the chest's level that the range belongs to
        self.foot_s = self.peak_n = self.lowest_n = self.top_speed = self.fall_s = 0.0
        self.out = self.back = NOWHERE
        self.out_s = self.back_s = (0.0, 0.0)
        self.out_impulse = 0.0
        self.stop: Stop | None = None
        self.held_once = self.counted = self.said = False
        self.last_back_s = -math.inf
        self.attempt_n = 0.0

    def enter(self, line: Line) -> None:
        """Let the line do something else from now on."""
        self.line = line
        self.since_s = self.trace.t[-1]

    def phase(self, said: list[Event], phase: Phase, t_s: float) -> None:
        """Say that a phase began."""
        said.append(PhaseEntered(t_s=t_s, said_at_s=self.now_s, phase=phase))

    @property
    def slack_n(self) -> float:
        """Tension below which the line hangs."""
        return self.zero_n + self.limits.slack * self.target_n

    @property
    def scale_n(self) -> float:
        """The patient's range or, until it is known, a guess from the chest's level."""
        return 0.3 * max(self.chest_n, 0.5 * self.target_n) if self.range_n is None else self.range_n

    def lie_at(self, tension_n: float) -> None:
        """Take a level for that of the chest, whatever it was before."""
        self.chest_n = self.chests_n = tension_n

    def share(self, tension_n: float) -> float:
        """Give how far a tension is from the chest's levels, in ranges."""
        low_n, high_n = min(self.chest_n, self.chests_n), max(self.chest_n, self.chests_n)
        return (tension_n - min(max(tension_n, low_n), high_n)) / (self.hold_n - self.chest_n)

    def reach(self) -> None:
        """Find the boundaries of the way out."""
        self.out = way(self.trace, self.chest_n, self.hold_n, self.foot_s - 0.5)
        self.out_s = self.out.boundaries(self.limits.out)
        self.out_impulse = self.trace.impulse_at(self.out_s[0])
        self.reach_from_stop()

    def reach_from_stop(self) -> None:
        """Find the boundaries of the way out from where it rested, if it did."""
        if self.stop is not None:
            out = way(self.trace, self.stop.level_n, self.hold_n, self.stop.until_s - 0.5)
            out_s = out.boundaries(self.limits.out)
            self.stop = Stop(*self.stop[:2], out, out_s, self.trace.impulse_at(out_s[0]))

    def least_rise_n(self, chest_n: float) -> float:
        """Give the least rise above a chest's level that can be a repetition."""
        if self.range_n is None:
            return self.limits.first_rise * max(chest_n, 0.5 * self.target_n)
        return self.limits.counts * self.range_n

    def came_from_stop(self) -> None:
        """Where a way back ended on the step, and not below it, the step was the chest: somebody had moved away."""
        stop = self.stop
        if stop is None or stop.out is NOWHERE:
            return
        rise_n = self.hold_n - stop.level_n
        if rise_n < self.least_rise_n(stop.level_n) or abs(self.lowest_n - stop.level_n) > self.limits.level * rise_n:
            return
        if self.lowest_n - self.chest_n > 0.5 * (stop.level_n - self.chest_n):
            self.lie_at(stop.level_n)
            self.out, self.out_s, self.out_impulse = stop[2:]
        self.stop = None

    def return_way(self) -> None:
        """Find the boundaries of the way back."""
        self.back = way(self.trace, self.hold_n, max(self.chest_n, self.lowest_n), self.fall_s - 3.0)
        self.back_s = self.back.boundaries(self.limits.back)

    def count(self, said: list[Event], share: float, *, ended: bool) -> None:
        """Count the repetition, unless the rise was no press, and rest."""
        posture, range_n = self.posture, self.hold_n - self.chest_n
        hold_s = max(self.back_s[0] - self.out_s[1], 0.02)
        if self.back_s[1] - self.out_s[0] < SHORTEST_S:
            posture.aftermath = None
            self.taut_s, self.top_n = self.trace.t[-1], self.trace.y[-1]
            self.enter(Line.TAKEN_UP)
            return
        self.last_back_s = self.back.last_s
        self.enter(Line.REST)
        self.phase(said, Phase.REST, min(self.back_s[1], self.now_s))
        posture.aftermath = None
        if self.counted:
            return
        said.append(self.completed())
        posture.refer(self.chest_n, range_n)
        known_n = self.range_n
        if known_n is None or range_n > 1.4 * known_n:
            # Nobody presses further than they can: what was shorter before were attempts.
            self.range_n = range_n if known_n is None else min(range_n, 2.5 * known_n)
        else:
            self.range_n = known_n + 0.3 * (max(range_n, 0.6 * known_n) - known_n)
        self.range_chest_n, self.attempt_n = self.chest_n, 0.0
        after = Aftermath(
            since_s=self.trace.t[-1],
            back=self.back,
            began_s=self.back_s[0],
            chest_n=self.chest_n,
            floor_n=min(self.chest_n, self.chests_n),
            end_n=self.lowest_n,
            range_n=range_n,
            evidence=0.0,
            said=self.said,
        )
        posture.weigh(after, self.out, hold_s, share, ended)
        posture.aftermath = after
        said.extend(posture.follow(self.trace.t[-1], self.trace.y[-1], self.now_s))

    def completed(self) -> RepetitionCompleted:
        """Make the event."""
        return_s = max(self.back_s[0], self.out_s[1])
        end_s = max(min(self.back_s[1], self.now_s), return_s)
        return RepetitionCompleted(
            press_out_start_s=self.out_s[0],
            hold_start_s=self.out_s[1],
            return_start_s=return_s,
            return_end_s=end_s,
            counted_at_s=self.now_s,
            chest_n=self.chest_n,
            hold_n=self.hold_n,
            peak_n=self.peak_n,
            impulse_n_s=self.trace.impulse_at(min(end_s, self.trace.t[-1])) - self.out_impulse,
        )
