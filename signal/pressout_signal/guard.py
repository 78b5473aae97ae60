"""Keeps lone corrupted samples from becoming tension, and says where samples are missing.

A line has mass and a patient has muscles: a true tension never leaves its neighbours on both sides within one sample
period and comes back. A sample that jumps is therefore held back until its successor has spoken for or against it.
An ordinary sample passes at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pressout_signal.samples import Fault, FaultKind, Sample

# Usual jumps and periods settle over about fifty samples.
SETTLING = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardLimits:
    """What is too much for a line, and too long for a converter.

    Parameters
    ----------
    jump_ratio : float
        A sample that jumps by this many times the usual jump is held back. Twelve lies far above white noise (the
        largest of 10 000 is 5) and is reached by quick strokes, which lose one period of time and nothing else.
    jump_floor_n : float
        No jump below this is looked at: three times the noisiest converter (0.25 N rms).
    gap_periods : float
        Silence of more than this many usual periods is a gap; one lost frame (2 periods) is not.
    range_n : float
        No cell in a clinic carries more; beyond it the value is the amplifier's, not the line's.
    """

    jump_ratio: float = 12.0
    jump_floor_n: float = 0.75
    gap_periods: float = 2.6
    range_n: float = 2_500.0


@dataclass(frozen=True, slots=True)
class Guard:
    """Passes samples on, or reports why not."""

    limits: GuardLimits
    passed: Sample | None = None
    held: Sample | None = None
    usual_jump_n: float = 0.0
    period_s: float = 0.0

    def step(self, sample: Sample) -> tuple[Guard, tuple[Sample, ...], tuple[Fault, ...]]:
        """Take one sample; give the next guard, the samples that are now believed (none to two), and any faults.

        A sample that is no number, lies beyond any cell, or goes back in time becomes a fault.
        """
        t_s, tension_n = sample
        if not -self.limits.range_n < tension_n < self.limits.range_n:  # also true of NaN
            return self, (), (Fault(t_s, FaultKind.SATURATED),)
        last = self.held or self.passed
        if last is None:
            return replace(self, passed=sample), (sample,), ()
        if t_s <= last.t_s:
            return self, (), (Fault(t_s, FaultKind.OUT_OF_STEP),)
        period_s, gap = self._period(last.t_s, t_s)
        guard = replace(self, period_s=period_s)
        if guard.held is None:
            guard, believed, faults = guard._ordinary(last, sample, ())
        else:
            guard, believed, faults = guard._judged(guard.held, sample)
        return guard, believed, (*gap, *faults)

    def _period(self, last_s: float, t_s: float) -> tuple[float, tuple[Fault, ...]]:
        since_s = t_s - last_s
        if self.period_s == 0.0:
            return since_s, ()
        if since_s > self.limits.gap_periods * self.period_s:
            return self.period_s, (Fault(last_s, FaultKind.GAP, since_s),)
        return self.period_s + SETTLING * (since_s - self.period_s), ()

    @property
    def _limit_n(self) -> float:
        return max(self.limits.jump_floor_n, self.limits.jump_ratio * self.usual_jump_n)

    def _ordinary(
        self, before: Sample, sample: Sample, believed: tuple[Sample, ...]
    ) -> tuple[Guard, tuple[Sample, ...], tuple[Fault, ...]]:
        """Pass a sample that follows `before`, unless it jumps: then hold it."""
        jump_n = abs(sample.tension_n - before.tension_n)
        if jump_n > self._limit_n:
            return replace(self, passed=before, held=sample), believed, ()
        usual_n = self.usual_jump_n + SETTLING * (jump_n - self.usual_jump_n)
        return replace(self, passed=sample, held=None, usual_jump_n=usual_n), (*believed, sample), ()

    def _judged(self, held: Sample, sample: Sample) -> tuple[Guard, tuple[Sample, ...], tuple[Fault, ...]]:
        """Hear the successor of a sample that jumped: back where we were, and the jump was none of the line's."""
        before = self.passed
        assert before is not None  # nothing is held before something has passed
        bend_n = abs(held.tension_n - _between(before, held.t_s, sample))
        if bend_n > self._limit_n and bend_n > 2.0 * abs(sample.tension_n - before.tension_n):
            guard, believed, _ = replace(self, held=None)._ordinary(before, sample, ())
            return guard, believed, (Fault(held.t_s, FaultKind.SPIKE),)
        usual_n = self.usual_jump_n + SETTLING * (self._limit_n - self.usual_jump_n)
        return replace(self, held=None, usual_jump_n=usual_n)._ordinary(held, sample, (held,))


def _between(before: Sample, t_s: float, after: Sample) -> float:
    share = (t_s - before.t_s) / (after.t_s - before.t_s)
    return before.tension_n + share * (after.tension_n - before.tension_n)
