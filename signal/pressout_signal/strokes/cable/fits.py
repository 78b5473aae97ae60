"""How well each hypothetical stroke that ends now explains the latest ticks, given what this patient repeats.

A stroke of duration D is `u = c + A s(t/D)/D^2 + e`, with u the tension's excess as an acceleration, c friction's
offset, A the travel, s the template and e correlated noise that grows with the stroke's acceleration. Offset and travel
have normal priors and are integrated out in closed form.
"""

from __future__ import annotations

import math

import numpy as np

from pressout_signal.strokes.cable.habits import Habit, Habits, Limits
from pressout_signal.strokes.cable.stories import BACK
from pressout_signal.strokes.cable.templates import DURATIONS_S, Array, Bank

# Nats a tick that every story pays alike; it keeps scores of long strokes and long rests comparable.
RULER = 2.0
HALF_LOG_2PI = 0.9189
# The largest acceleration of a minimum jerk of one metre in one second.
PEAK = 5.77


class Fits:
    """Scores by kind of stroke and duration: arrays of shape (kinds, durations)."""

    def __init__(self, *, row: bool, limits: Limits) -> None:
        self._limits = limits
        self._bank = Bank(row=row)
        # A press's line is flat near the chest, so its acceleration is more uneven than a minimum jerk's.
        self._unevenness = 1.0 if row else 0.8
        self._log_durations = np.log(DURATIONS_S)

    def expect(self, habits: Habits) -> None:
        """Set the priors from what is known of the patient; costs as much as twenty ticks, so not at every one."""
        limits = self._limits
        habits.expect_friction()
        out, back = habits.offset_out, habits.offset_back
        self.high, self.low = out.mean + out.sd, back.mean - back.sd
        middle, half = 0.5 * (out.mean + back.mean), 0.5 * (out.mean - back.mean)
        self._range_m = reach_m = math.exp(habits.travel.mean)
        spread_m = reach_m * habits.travel.sd
        floor_m = habits.least_travel_m if habits.learned < 3 else 0.0
        least_m = max(0.65 * reach_m * (1.0 - habits.travel.sd), floor_m)
        part, turned = 0.2 * reach_m, 0.15 * reach_m
        self._least_m = _column(least_m, least_m, part, part, least_m, turned, turned, -1.0)
        offset = _column(*(out.mean, back.mean) * 2, out.mean, out.mean, back.mean, middle)
        offset_sd = _column(*(out.sd, back.sd) * 2, out.sd, out.sd, back.sd, half * 0.8)
        again_m, again_sd = limits.recover_mean * reach_m, limits.recover_sd * reach_m
        travel = _column(reach_m, reach_m, 0.42 * reach_m, 0.42 * reach_m, reach_m, again_m, 0.7 * reach_m, 0.0)
        travel_sd = _column(
            *(spread_m, spread_m, 0.14 * reach_m, 0.14 * reach_m, spread_m, again_sd, 0.4 * reach_m, 0.4 * reach_m)
        )
        self._solve(offset, 1.0 / offset_sd**2, travel, 1.0 / travel_sd**2)
        self._constant += self._durations(habits) - self._costs(habits)

    def scores(self, whitened: Array) -> tuple[Array, Array, Array]:
        """Give log-likelihood, offset (m/s^2) and travel (m) of every kind and duration, for ticks newest first."""
        with_offset, with_shape, squares = self._bank.sums(whitened)
        one = self._one + with_offset * self._precision
        other = self._other + with_shape[BACK] * self._precision
        offset = self._i11 * one + self._i12 * other
        travel = self._i12 * one + self._i22 * other
        short = np.maximum(self._least_m - travel, 0.0) / self._range_m
        explained = 0.5 * (offset * one + travel * other)
        score = self._constant - 0.5 * squares * self._precision + explained - self._limits.short_cost * short
        return score, offset, travel

    def _solve(self, offset: Array, offset_precision: Array, travel: Array, travel_precision: Array) -> None:
        """Prepare the two-by-two normal equations of every kind and duration."""
        bank, limits = self._bank, self._limits
        sigma = limits.noise + limits.misfit * self._range_m * PEAK / DURATIONS_S**2 / self._unevenness
        self._precision = precision = 1.0 / sigma**2
        l11 = offset_precision + bank.offset_offset * precision
        l12 = bank.offset_shape[BACK] * precision
        l22 = travel_precision + bank.shape_shape[BACK] * precision
        determinant = l11 * l22 - l12 * l12
        self._i11, self._i12, self._i22 = l22 / determinant, -l12 / determinant, l11 / determinant
        self._one, self._other = offset * offset_precision, travel * travel_precision
        norm = -bank.ticks_used * (np.log(sigma) + HALF_LOG_2PI + RULER)
        spent = offset**2 * offset_precision + travel**2 * travel_precision
        self._constant = norm - 0.5 * spent + 0.5 * np.log(offset_precision * travel_precision / determinant)

    def _durations(self, habits: Habits) -> Array:
        out, back = self._log_normal(habits.out_s), self._log_normal(habits.back_s)
        quick = self._log_normal(habits.back_s, self._limits.quick_shift, 2.5) - self._limits.quick_cost
        home = np.logaddexp(back, quick)
        return np.stack(
            [
                out,
                home,
                self._log_normal(habits.out_s, -0.3, 2.0),
                self._log_normal(habits.back_s, -0.3, 2.0),
                out,
                self._log_normal(Habit(math.log(0.9), 0.4, 0.4)),
                home,
                self._log_normal(habits.back_s, 0.0, 1.5),
            ]
        )

    def _costs(self, habits: Habits) -> Array:
        limits, stroke = self._limits, self._limits.stroke_cost
        part = limits.part_cost + limits.part_unknown / (1 + 2 * habits.learned)
        turn = limits.turn_cost
        return _column(stroke, stroke, part, stroke, stroke, turn, stroke, turn + limits.settled_more)

    def _log_normal(self, habit: Habit, shift: float = 0.0, wider: float = 1.0) -> Array:
        sd = habit.sd * wider
        deviations = (self._log_durations - habit.mean - shift) / sd
        return np.asarray(-0.5 * deviations * deviations - math.log(sd))


def _column(*values: float) -> Array:
    """Give one value a kind of stroke, as a column."""
    return np.array(values)[:, None]
