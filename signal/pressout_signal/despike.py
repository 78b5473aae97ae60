"""Despiker: lone corrupted samples do not become tension; gaps in the samples are said.

A line has mass and a patient has muscles: a true tension never leaves its neighbours on both sides within one sample
period and comes back. A sample that jumps is therefore held back until its successor has spoken for or against it.
An ordinary sample passes at once.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from pressout_signal.samples import Fault, FaultKind, Sample

# Usual jumps and periods settle over about fifty samples.
SETTLING = 0.02


class DespikerLimits(Struct, frozen=True, kw_only=True):
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


class Despiker(Struct, frozen=True):
    """Passes samples on, or reports why not."""

    limits: DespikerLimits
    passed: Sample | None = None
    held: Sample | None = None
    usual_jump_n: float = 0.0
    period_s: float = 0.0

    def step(self, sample: Sample) -> tuple[Despiker, tuple[Sample, ...], tuple[Fault, ...]]:
        """Take one sample; give the next despiker, the samples that are now believed (none to two), and any faults.

        A sample that is no number, lies beyond any cell, or goes back in time becomes a fault.
        """
        t_s, tension_n = sample
        if not -self.limits.range_n < tension_n < self.limits.range_n:  # also true of NaN
            return self, (), (Fault(t_s, FaultKind.SATURATED),)
        last = self.held or self.passed
        if last is None:
            return Despiker(self.limits, sample), (sample,), ()
        since_s = t_s - last.t_s
        if since_s <= 0.0:
            return self, (), (Fault(t_s, FaultKind.OUT_OF_STEP),)
        gap: tuple[Fault, ...] = ()
        period_s = self.period_s or since_s
        if since_s > self.limits.gap_periods * period_s:
            gap = (Fault(last.t_s, FaultKind.GAP, since_s),)
        else:
            period_s += SETTLING * (since_s - period_s)
        if self.held is None:
            return self._ordinary(last, sample, period_s, gap)
        return self._judged(self.held, sample, period_s, gap)

    @property
    def _limit_n(self) -> float:
        return max(self.limits.jump_floor_n, self.limits.jump_ratio * self.usual_jump_n)

    def _ordinary(self, before: Sample, sample: Sample, period_s: float, faults: tuple[Fault, ...]) -> _Step:
        """Pass a sample that follows `before`, unless it jumps: then hold it."""
        jump_n = abs(sample.tension_n - before.tension_n)
        usual_n = self.usual_jump_n
        if jump_n > self._limit_n:
            return Despiker(self.limits, before, sample, usual_n, period_s), (), faults
        usual_n += SETTLING * (jump_n - usual_n)
        # Built by hand: `replace` would cost as much as everything else that a sample goes through.
        return Despiker(self.limits, sample, None, usual_n, period_s), (sample,), faults

    def _judged(self, held: Sample, sample: Sample, period_s: float, faults: tuple[Fault, ...]) -> _Step:
        """Hear the successor of a sample that jumped: back where we were, and the jump was none of the line's."""
        before, usual_n = self.passed, self.usual_jump_n
        assert before is not None  # nothing is held before something has passed
        bend_n = abs(held.tension_n - _between(before, held.t_s, sample))
        if bend_n > self._limit_n and bend_n > 2.0 * abs(sample.tension_n - before.tension_n):
            lone = (*faults, Fault(held.t_s, FaultKind.SPIKE))
            return Despiker(self.limits, before, None, usual_n)._ordinary(before, sample, period_s, lone)
        usual_n += SETTLING * (self._limit_n - usual_n)
        after, believed, faults = Despiker(self.limits, held, None, usual_n)._ordinary(held, sample, period_s, faults)
        return after, (held, *believed), faults


_Step: TypeAlias = tuple[Despiker, tuple[Sample, ...], tuple[Fault, ...]]


def _between(before: Sample, t_s: float, after: Sample) -> float:
    share = (t_s - before.t_s) / (after.t_s - before.t_s)
    return before.tension_n + share * (after.tension_n - before.tension_n)
