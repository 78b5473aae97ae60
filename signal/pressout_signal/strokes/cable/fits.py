"""How well each hypothetical stroke that ends now explains the latest ticks, given what this patient repeats.

A stroke of duration D is `u = o(x) u0 + (1 - o(x)) c + (A s(x) + B q(x))/D^2 + e`, x = t/D, with u the tension's excess
as an acceleration, u0 its level before the stroke, o the onset and c the offset of friction, A the travel, s the
template, q its skew and e correlated noise that grows with the stroke's own acceleration. Offset, travel and skew are
fitted under loose normal priors in closed form; what was fitted is then priced by what the patient repeats.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pressout_signal.strokes.cable.habits import Habit, Habits, Limits
from pressout_signal.strokes.cable.stories import BACK, WHOLE, Kind
from pressout_signal.strokes.cable.templates import (
    DURATIONS_S,
    LOG_DURATIONS,
    OFFSET,
    ONSET,
    SHAPE,
    SPAN,
    Array,
    Bank,
)

# Nats a tick that every story pays alike; it keeps scores of long strokes and long rests comparable.
RULER = 2.0
# Degrees of freedom of the noise's own size.
SURENESS = 24.0
# Of the travel, out and back: strokes are early (median of practice and simulated ones; the cable's give is in it).
LATE = np.array([-0.15, -0.4])
LATE_COLUMN = LATE[:, None]
# No skew costs more than this: then something else is the matter.
MOST_SKEW = 50.0
# The largest acceleration of a minimum jerk of one metre in one second.
PEAK = 5.77
# A way that goes nowhere, in metres: nearer to it than this the logarithm says nothing.
NOWHERE_M = 1e-3


class Fitted(NamedTuple):
    """What was fitted, each (directions, durations): log-likelihood, offset (m/s^2), log of travel, travel, sd (m)."""

    score: Array
    offset: Array
    log_way: Array
    travel_m: Array
    travel_sd_m: Array


class Shapes:
    """Fits of the templates of one share of a stroke."""

    def __init__(self, *, row: bool, limits: Limits, done: float = 1.0) -> None:
        self._limits = limits
        self._bank = Bank(row=row, done=done)
        # A press's line is flat near the chest, so its acceleration is more uneven than a minimum jerk's.
        # A Student t in all ticks together: how unsteady a patient and a machine are is known to within a factor.
        ticks = self._bank.ticks_used
        self._half, self._half_used = 0.5 * (SURENESS + ticks), 0.5 * ticks
        norm = np.array([math.lgamma(half) for half in self._half]) - math.lgamma(0.5 * SURENESS)
        self._norm = norm - 0.5 * ticks * math.log(SURENESS * math.pi) - RULER * ticks
        self._peaks = (PEAK if row else 7.2) / DURATIONS_S**2

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Ticks that have passed of each stroke."""
        return self._bank.lengths

    def expect(self, offset: Array, offset_sd: Array, reach_m: float, spread: float) -> None:
        """Prepare the normal equations for offsets (out, back) and a range that is known to within a factor.

        With G the templates' gram, s^2 the noise's nominal size and R the priors' precisions, what is found is
        P^-1 (b/s^2 + R m), P = G/s^2 + R, for sums b: linear in the ticks, so it is folded into the templates. What is
        left, b's own share aside, is then f'(G - 2 s^2 P) f + 2 s^2 f'R m.
        """
        bank, limits = self._bank, self._limits
        nominal = (limits.noise**2 + (limits.misfit * reach_m * self._peaks) ** 2)[:, None]
        loose = np.array([[1.0, spread * reach_m, limits.skew * reach_m]] * 2)
        loose[:, OFFSET] = offset_sd
        means = np.array([[0.0, reach_m, late * reach_m] for late in LATE])
        means[:, OFFSET] = offset
        priors = 1.0 / loose[:, None, :] ** 2
        gram = bank.grams[:, :, :3, :3]
        precision = gram / nominal[..., None]
        precision[..., range(3), range(3)] += priors
        covariance = np.linalg.inv(precision)
        drawn = (covariance @ (priors * means[:, None, :])[..., None])[..., 0]
        self._drawn = _parts_first(drawn)
        self._templates = np.concatenate(
            [
                _parts_first(np.einsum("bdkl,bdlt->bdkt", covariance, bank.parts[:, :, :3]) / nominal[..., None]),
                _parts_first(bank.parts[:, :, ONSET:]),
            ]
        ).reshape(-1, SPAN)
        with_onset = np.einsum("bdkl,bdl->bdk", covariance, bank.grams[:, :, :3, ONSET]) / nominal
        self._with_onset = np.concatenate([_parts_first(with_onset), np.zeros((1, 2, len(DURATIONS_S)))])
        self._bent = np.moveaxis(gram - 2.0 * nominal[..., None] * precision, (2, 3), (0, 1)).copy()
        self._pull = _parts_first(2.0 * nominal * priors * means[:, None, :])
        self._offset, self._per_offset_sd = offset[:, None], 1.0 / offset_sd[:, None]
        self._travel_sd = np.sqrt(covariance[..., SHAPE, SHAPE])
        # What free parameters buy by being free (Occam's share).
        freedom = 0.5 * np.linalg.slogdet(covariance)[1] - np.log(loose).sum(1)[:, None]
        self._constant = freedom + self._norm
        self._grown = (limits.misfit * self._peaks) ** 2

    def fit(self, whitened: Array, before: Array) -> Fitted:
        """Fit all directions and durations to the ticks (newest first); `before` are the levels they began from."""
        bank, limits = self._bank, self._limits
        found = (self._templates @ whitened).reshape(4, 2, -1)
        own = bank.used @ (whitened * whitened) - before * (2.0 * found[ONSET] - before * bank.onsets)
        found -= before * self._with_onset
        found = found[:3] + self._drawn
        left = own + (((self._bent * found).sum(1) + self._pull) * found).sum(0)
        offset, travel_m, skew = found
        way_m = np.maximum(travel_m, NOWHERE_M)
        variance = limits.noise**2 + self._grown * way_m * way_m
        off = (offset - self._offset) * self._per_offset_sd
        skewed = (skew / way_m - LATE_COLUMN) * (1.0 / limits.skew)
        score = self._constant - self._half_used * np.log(variance)
        score -= self._half * np.log1p(left / (SURENESS * variance))
        score -= 0.5 * (off * off + np.minimum(skewed * skewed, MOST_SKEW))
        return Fitted(score, offset, np.log(way_m), travel_m, self._travel_sd)


def _parts_first(array: Array) -> Array:
    """Give an array (directions, durations, parts, ...) with its parts in front."""
    return np.moveaxis(array, 2, 0).copy()


def mismatch(fitted: Fitted, out: Array, slower: float, limits: Limits) -> Array:
    """Give the price of a return that does not mirror what went out: as far, as slow, with friction turned over.

    `out` has in front logarithms of travel (m) and duration (s), and the offset (m/s^2), of what went out; `slower`
    is the logarithm of how much longer this patient's returns take.
    """
    log_way, log_duration, offset = out
    way = (fitted.log_way[1] - log_way) / limits.unequal
    tempo = (LOG_DURATIONS - slower - log_duration) / limits.uneven
    lacking = np.maximum(limits.least_gap - offset + fitted.offset[1], 0.0)
    return np.asarray(0.5 * way * way + np.minimum(0.5 * tempo * tempo, limits.quick_cost + 3.0) + 20.0 * lacking)


class Fits:
    """Scores by kind of stroke and duration: arrays of shape (kinds, durations)."""

    def __init__(self, *, row: bool, limits: Limits) -> None:
        self._limits = limits
        self._whole = Shapes(row=row, limits=limits)

    def expect(self, habits: Habits) -> None:
        """Set the priors from what is known of the patient; costs as much as twenty ticks, so not at every one."""
        habits.expect_friction()
        out, back = habits.offset_out, habits.offset_back
        self.high, self.low = out.mean + out.sd, back.mean - back.sd
        self._reach_m = reach_m = math.exp(habits.travel.mean)
        self._whole.expect(np.array([out.mean, back.mean]), np.array([out.sd, back.sd]), reach_m, 0.6)
        usual, spread = habits.travel.mean, habits.travel.sd
        full, part, again, late = (usual, spread), (usual - 0.95, 0.35), (usual - 0.75, 0.4), (usual - 0.4, 0.5)
        kinds = (full, full, full, part, part, again, late, full)
        self._way, sds = _column(*(mean for mean, _sd in kinds)), _column(*(sd for _mean, sd in kinds))
        self._per_sd = math.sqrt(0.5) / sds
        self._wide, self._per_wide = habits.travel.usual, math.sqrt(0.5) / habits.travel.spread
        # Against the patient's own ways, whose share is in the constant.
        self._unlike = math.log(spread) - math.log(habits.travel.spread) - self._limits.odd
        # A first repetition that goes nowhere is a shuffle.
        self._least = math.log(habits.least_travel_m) if habits.learned < 3 else -math.inf
        self._constant = self._durations(habits) - self._costs(habits) - np.log(sds)
        self._constant[Kind.SETTLED] += math.log(spread)

    def scores(self, levels: Array, whitened: Array) -> tuple[Array, Fitted]:
        """Give the log-probability of every kind and duration (kinds, durations), for ticks newest first."""
        fitted = self._whole.fit(whitened, levels[self._whole.lengths])
        score = fitted.score[BACK] + self._constant
        log_way = fitted.log_way[BACK]
        deviations = (log_way - self._way) * self._per_sd
        price = deviations * deviations
        whole = log_way[WHOLE]
        unlike = (whole - self._wide) * self._per_wide
        price[WHOLE] = -np.logaddexp(-price[WHOLE], self._unlike - unlike * unlike)
        if self._least > -math.inf:
            lacking = np.maximum(self._least - whole, 0.0) / 0.2
            price[WHOLE] += 0.5 * lacking * lacking
        settled = fitted.travel_m[1] / (0.4 * self._reach_m)
        price[Kind.SETTLED] = 0.5 * settled * settled
        score -= price
        return score, fitted

    def homeward(self, log_way: Array) -> Array:
        """Give the log-probability of a return of each duration with such travel (log of metres), unfitted."""
        near = (log_way - self._way[Kind.HOMEWARD]) * self._per_sd[Kind.HOMEWARD]
        far = (log_way - self._wide) * self._per_wide
        return np.asarray(self._constant[Kind.HOMEWARD] + np.logaddexp(-near * near, self._unlike - far * far))

    def _durations(self, habits: Habits) -> Array:
        out, back = self._log_normal(habits.out_s), self._log_normal(habits.back_s)
        quick = self._log_normal(habits.back_s, self._limits.quick_shift, 2.5) - self._limits.quick_cost
        home = np.logaddexp(back, quick)
        return np.stack(
            [
                out,
                home,
                out,
                self._log_normal(habits.out_s, -0.3, 2.0),
                self._log_normal(habits.back_s, -0.3, 2.0),
                self._log_normal(Habit(math.log(0.9), 0.4, 0.4)),
                home,
                self._log_normal(habits.back_s, 0.0, 1.5),
            ]
        )

    def _costs(self, habits: Habits) -> Array:
        limits, stroke = self._limits, self._limits.stroke_cost
        part = limits.part_cost + limits.part_unknown / (1 + 2 * habits.learned)
        turn = limits.turn_cost
        return _column(stroke, stroke, stroke, part, stroke, turn, stroke, turn + limits.settled_more)

    def _log_normal(self, habit: Habit, shift: float = 0.0, wider: float = 1.0) -> Array:
        """Give the log-density of durations: as usual for this patient, or else as for people."""
        own, people = habit.sd * wider, habit.spread * wider
        near = (LOG_DURATIONS - habit.mean - shift) / own
        far = (LOG_DURATIONS - habit.usual - shift) / people
        return np.logaddexp(-0.5 * near * near - math.log(own), -0.5 * far * far - math.log(people) - self._limits.odd)


def _column(*values: float) -> Array:
    """Give one value a kind of stroke, as a column."""
    return np.array(values)[:, None]
