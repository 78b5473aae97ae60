"""What a patient on a stack repeats, what people usually do, and the limits between one thing and another."""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct

from pressout_signal.strokes.cable.stories import Kind, Stroke, held_s
from pressout_signal.strokes.cable.ticks import TICK_S

# A median of this many is soon sure and soon follows.
REMEMBERED = 7


class Limits(Struct, frozen=True, kw_only=True):
    """Prices (in nats) and limits. Those without a physical reason were chosen on simulated and practice sessions."""

    noise: float = 0.06  # m/s^2: sway and tremor in a tick
    misfit: float = 0.11  # of a stroke's peak acceleration: people are no minimum jerk, and stacks ring
    rest_step: float = 0.05  # m/s^2 a tick: how fast sway turns friction over
    set_up_step: float = 0.15  # the same while stepping out
    beyond: float = 0.10  # m/s^2: rest lies between friction's two plateaus, and this far beyond at most
    stroke_cost: float = 6.0
    part_cost: float = 11.0
    part_unknown: float = 8.0  # part of what, while the range is unknown?
    turn_cost: float = 8.0
    settled_more: float = 11.0
    set_up_price: float = 0.1
    shuffle_price: float = 0.5  # nats a tick in motion
    settle_cost: float = 80.0  # stepping out is not soon over,
    settle_s: float = 0.6  # but takes a second or two, not tens of them
    skew: float = 0.45  # of the travel: people are earlier or later than a minimum jerk
    odd: float = 3.5  # for a stroke unlike this patient's, but like people's
    unequal: float = 0.25  # log: a return brings back what went out
    uneven: float = 0.4  # log: and takes as much longer than the way out as usual
    least_gap: float = 0.45  # m/s^2: friction changes its sign between out and back
    quick_shift: float = -1.2  # log: the line may take the handle back, in a third of the usual time
    quick_cost: float = 3.0
    restless: float = 14.0  # nats: a stroke is over when what follows is rest
    margin: float = 3.0  # nats over the best story without it
    over: float = 4.0  # nats over the best story in which the return is still under way
    full_hold: float = 12.0
    unknown_hold: float = 8.0
    after_s: float = 1.5  # a turned trunk turns back within about this
    attempt_margin: float = 3.0
    stale_s: float = 12.0  # habits made of one odd stroke are dropped when nothing like it follows
    uncontrolled: float = 0.42  # of the usual return: quicker is the line taking the handle back


class Habit(Struct):
    """A quantity that a patient repeats: what is usual in people, then the median of the last few of their own."""

    usual: float
    spread: float
    floor: float
    seen: tuple[float, ...] = ()

    @property
    def mean(self) -> float:
        """What to expect."""
        count = len(self.seen)
        if count == 0:
            return self.usual
        ordered = sorted(self.seen)
        middle = ordered[count // 2] if count % 2 else 0.5 * (ordered[count // 2 - 1] + ordered[count // 2])
        return middle if count > 2 else (0.3 * self.usual + count * middle) / (0.3 + count)

    @property
    def sd(self) -> float:
        """How surely: the spread halves with each one seen, down to what people repeat themselves to."""
        count = len(self.seen)
        if count >= REMEMBERED - 1:
            return self.floor
        return self.spread if count == 0 else max(self.floor, self.spread * 0.5**count)

    def learn(self, value: float) -> None:
        """Take one more; the oldest is forgotten."""
        self.seen = (*self.seen[1 - REMEMBERED :], value)

    def learn_near(self, value: float) -> None:
        """Take one more, unless it is far from what is usual."""
        if abs(value - self.usual) < 2.5 * self.spread:
            self.learn(value)


class Levels:
    """Where the taut line spends its time, as a share of the weight's g: friction parks it on two plateaus."""

    BINS, PER_UNIT, LOWEST = 120, 20.0, -3.0
    FORGETTING = 0.9985  # a tick: half is forgotten in 23 s

    def __init__(self) -> None:
        self._ticks = np.zeros(self.BINS)
        self.taut_s = 0.0

    def add(self, level: float) -> None:
        """Take one tick's level, in m/s^2."""
        place = int((level - self.LOWEST) * self.PER_UNIT)
        if 0 <= place < self.BINS:
            self._ticks *= self.FORGETTING
            self._ticks[place] += 1.0
            self.taut_s += TICK_S

    def plateaus(self) -> tuple[float, float]:
        """Give the levels that 15 % of the time lies below, and 15 % above; at least 0.4 m/s^2 apart."""
        total = np.cumsum(self._ticks)
        low, high = (
            (float(place) + 0.5) / self.PER_UNIT + self.LOWEST
            for place in np.searchsorted(total, (0.15 * total[-1], 0.85 * total[-1]))
        )
        widen = max(0.4 - (high - low), 0.0) * 0.5
        return low - widen, high + widen


class Habits:
    """One patient on one stack: travel, friction's offsets, and the logarithms of how long things last."""

    def __init__(self, *, row: bool) -> None:
        # A line travels 0.10-0.26 m in a press and 0.35-0.55 m in a row at 1:1, and half the mass is felt at 2:1.
        self.travel = Habit(math.log(0.22 if row else 0.08), 0.5, 0.15)
        self.least_travel_m = 0.11 if row else 0.035
        self.offset_out = Habit(0.6, 0.4, 0.08)
        self.offset_back = Habit(-0.6, 0.4, 0.08)
        self.out_s = Habit(math.log(1.4), 0.5, 0.18)
        self.back_s = Habit(math.log(1.6), 0.5, 0.2)
        self.still_out_s = Habit(math.log(1.7), 0.9, 0.5)
        self.still_in_s = Habit(math.log(1.7), 0.9, 0.5)
        self.hold_s = Habit(math.log(1.7), 0.9, 0.3)
        self.levels = Levels()
        self.learned = 0

    def all(self) -> tuple[Habit, ...]:
        """Give every habit."""
        strokes = (self.travel, self.offset_out, self.offset_back, self.out_s, self.back_s)
        return (*strokes, self.still_out_s, self.still_in_s, self.hold_s)

    def forget(self) -> None:
        """Forget what was learned of this patient; the levels stay."""
        self.learned = 0
        for habit in self.all():
            habit.seen = ()

    def expect_friction(self) -> None:
        """Expect strokes' offsets on the plateaus, the surer the longer the line has been taut."""
        if self.levels.taut_s <= 0.5:
            return
        low, high = self.levels.plateaus()
        young = math.exp(-max(self.levels.taut_s - 2.0, 0.0) / 3.0)
        self.offset_out.usual, self.offset_out.spread = high, 0.12 + 0.25 * young
        # Until the patient has returned once, only the upper plateau has been visited.
        self.offset_back.usual = low * (1.0 - young) + (high - 1.1) * young
        self.offset_back.spread = 0.14 + 0.30 * young

    def learn(self, out: Stroke, home: Stroke, rest_s: float | None) -> None:
        """Take in a repetition, and the rest before it if there was one."""
        self.learned += 1
        self.travel.learn(math.log(max(out.travel_m, 0.01)))
        self.offset_out.learn_near(out.offset)
        self.out_s.learn(math.log(out.duration_s))
        self.hold_s.learn(math.log(held_s(out, home)))
        self.still_out_s.learn(math.log(max((home.start - out.end) * TICK_S, 0.0) + 0.1))
        if home.kind is Kind.HOMEWARD and home.duration_s > 0.5 * math.exp(self.back_s.mean):
            self.offset_back.learn_near(home.offset)
            self.travel.learn(math.log(max(home.travel_m, 0.01)))
            self.back_s.learn(math.log(home.duration_s))
        if rest_s is not None:
            self.still_in_s.learn(math.log(rest_s + 0.1))

    @property
    def known(self) -> bool:
        """Whether this patient's hold has been seen at least twice."""
        return len(self.hold_s.seen) > 1

    def hold_share(self, out: Stroke, home: Stroke) -> float:
        """Give a hold as a share of the usual one."""
        return held_s(out, home) / math.exp(self.hold_s.mean)

    def uncontrolled(self, home: Stroke, limits: Limits) -> bool:
        """Tell whether the line took the handle back: in about a third of the usual time, as smoothing shows it."""
        known = len(self.back_s.seen) > 1
        return known and home.duration_s < limits.uncontrolled * math.exp(self.back_s.mean)
