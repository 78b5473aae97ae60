"""Zero tracking and overload: the zero is followed while nobody pulls, too much tension is said at once.

A load cell's zero wanders with temperature; its span does not. So the zero is taken again whenever the line has been
slack and quiet for a while, within narrow bounds: what lies beyond them is a load that someone forgot, or a cell that
was bent, and a person must look. Zero drift has nothing to do with tension drift, which is posture.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from pressout_signal.calibration import Calibration
from pressout_signal.samples import Reading, Sample

# Quiet is judged in blocks of half a second: shorter than any sway, long enough for a mean.
BLOCK_S = 0.5


class ScaleLimits(Struct, frozen=True, kw_only=True):
    """What may be taken for an empty line, and what is too much.

    Parameters
    ----------
    reach_n : float
        The zero is moved by itself this far from the calibrated one and no further.
    far_n, far_s : float
        Warming up moves a zero by 0.6 N; a longer way must have been quiet for longer, or it is a hand.
    quiet_blocks : int
        How many blocks in a row must be quiet: three seconds.
    quiet_n : float
        How far the means of these blocks may lie apart; noise of 0.25 N leaves 0.04 N to a block's mean.
    wide_n : float
        How far the readings within a block may lie apart: ten times the noisiest converter's noise.
    moved_n : float
        A smaller change is not worth a tare: half of what a therapist's screen shows.
    steady_n, steady_s : float
        Warmed up: the zero has moved by less than this for so long.
    asking_s, asking_n : float
        A load beyond reach that has been quiet for so long is asked about; a heavier one than this is simply a load,
        a stack left hanging or a patient who waits: unless the cell has been overloaded.
    bent_share : float
        A zero that has moved by this share of the cell's limit is no zero drift.
    limit_n : float
        Tension beyond this is an overload.
    """

    reach_n: float = 2.0
    far_n: float = 0.6
    far_s: float = 10.0
    quiet_blocks: int = 6
    quiet_n: float = 0.15
    wide_n: float = 2.5
    moved_n: float = 0.05
    steady_n: float = 0.1
    steady_s: float = 60.0
    asking_s: float = 30.0
    asking_n: float = 20.0
    bent_share: float = 0.005
    limit_n: float = math.inf


class ZeroState(StrEnum):
    """What is known of the zero."""

    WARMING = "warming"
    """It has not yet been steady for a minute."""
    STEADY = "steady"
    """It has."""
    ASKED = "asked"
    """Something light has hung on the line for long, or the zero is not where it was: a person must say which."""
    BENT = "bent"
    """The same, after an overload: the cell may be bent."""


class Tared(Struct, frozen=True, kw_only=True):
    """The zero was taken again: it is `zero_n` from the calibrated one and was `moved_n` less before."""

    t_s: float
    zero_n: float
    moved_n: float
    asked: bool = False


class Overloaded(Struct, frozen=True, kw_only=True):
    """The tension went beyond the limit."""

    t_s: float
    tension_n: float


class OverloadOver(Struct, frozen=True, kw_only=True):
    """It is well below the limit again; `peak_n` was the most."""

    t_s: float
    peak_n: float


class ZeroChanged(Struct, frozen=True, kw_only=True):
    """What is known of the zero has changed; `offset_n` is how far a quiet line is from the calibrated zero."""

    t_s: float
    state: ZeroState
    offset_n: float


Said: TypeAlias = Tared | Overloaded | OverloadOver | ZeroChanged


class _Block(Struct, frozen=True):
    """Half a second of tension, before any tare."""

    begin_s: float
    count: int = 0
    sum_n: float = 0.0
    least_n: float = math.inf
    most_n: float = -math.inf

    def with_(self, tension_n: float) -> _Block:
        least_n = tension_n if tension_n < self.least_n else self.least_n
        most_n = tension_n if tension_n > self.most_n else self.most_n
        return _Block(self.begin_s, self.count + 1, self.sum_n + tension_n, least_n, most_n)

    @property
    def mean_n(self) -> float:
        return self.sum_n / self.count


class ZeroTracker(Struct, frozen=True, kw_only=True):
    """The stage between readings and samples.

    Parameters
    ----------
    calibration : Calibration
        The cell's.
    limits : ScaleLimits
        What counts as empty and as too much.
    zero_n : float
        Where the zero was last taken, from the calibrated one.
    confirmed_n : float
        Where a person last said that it is; 0 until one does. The zero follows within reach of it.
    was_overloaded : bool
        Whether the cell has been overloaded since it was calibrated.
    """

    calibration: Calibration
    limits: ScaleLimits = ScaleLimits()
    zero_n: float = 0.0
    confirmed_n: float = 0.0
    was_overloaded: bool = False
    state: ZeroState = ZeroState.WARMING
    block: _Block | None = None
    quiet: tuple[float, ...] = ()
    quiet_since_s: float | None = None
    steady_since_s: float | None = None
    steady_at_n: float = 0.0
    above: bool = False
    peak_n: float | None = None

    def step(self, reading: Reading) -> tuple[ZeroTracker, Sample, tuple[Said, ...]]:
        """Take a reading; give the next scale, the sample, and what is to be said."""
        t_s = reading.t_s
        raw_n = self.calibration.sample(reading).tension_n
        sample = Sample(t_s, raw_n - self.zero_n)
        scale, said = self._watched(sample)
        block = scale.block
        if block is None:
            return replace(scale, block=_Block(t_s).with_(raw_n)), sample, said
        if 0.0 <= t_s - block.begin_s < BLOCK_S:
            return replace(scale, block=block.with_(raw_n)), sample, said
        scale, more = scale._judged(block, t_s)
        return replace(scale, block=_Block(t_s).with_(raw_n)), sample, (*said, *more)

    def emptied(self, t_s: float) -> tuple[ZeroTracker, tuple[Said, ...]]:
        """Take a person's word that the line is empty; give the next scale and the tare.

        Raises
        ------
        ValueError
            If the line is moving or loaded, or the cell may be bent: then no word will do.
        """
        if len(self.quiet) < self.limits.quiet_blocks:
            raise ValueError("tare: found the line moving, expected it to hang still; let go of it and try again")
        offset_n = sum(self.quiet) / len(self.quiet)
        if offset_n > self.limits.asking_n and not self.was_overloaded:
            raise ValueError(f"tare: found {offset_n:.0f} N on the line, expected it to be empty; take it off first")
        if self.state is ZeroState.BENT or self._may_be_bent(offset_n):
            raise ValueError(
                f"tare: found the zero {offset_n:.1f} N from where it was and an overload before that, expected a "
                "sound cell; have it looked at, then calibrate it anew"
            )
        tared = Tared(t_s=t_s, zero_n=offset_n, moved_n=offset_n - self.zero_n, asked=True)
        scale = replace(self, zero_n=offset_n, confirmed_n=offset_n, steady_since_s=t_s, steady_at_n=offset_n)
        scale, said = scale._known(ZeroState.WARMING, t_s, offset_n)
        return scale, (tared, *said)

    def _watched(self, sample: Sample) -> tuple[ZeroTracker, tuple[Said, ...]]:
        """Notice too much tension: two samples in a row, since a lone one may be none of the line's."""
        t_s, tension_n = sample
        limit_n = self.limits.limit_n
        if self.peak_n is not None:
            if tension_n > self.peak_n:
                return replace(self, peak_n=tension_n), ()
            if tension_n < 0.5 * limit_n:
                over = OverloadOver(t_s=t_s, peak_n=self.peak_n)
                return replace(self, peak_n=None, above=False), (over,)
            return self, ()
        if tension_n <= limit_n:
            return (replace(self, above=False), ()) if self.above else (self, ())
        if not self.above:
            return replace(self, above=True), ()
        scale = replace(self, peak_n=tension_n, was_overloaded=True)
        return scale, (Overloaded(t_s=t_s, tension_n=tension_n),)

    def _judged(self, block: _Block, t_s: float) -> tuple[ZeroTracker, tuple[Said, ...]]:
        """Hear a whole block: whether the line is slack and quiet, and where its zero is."""
        limits = self.limits
        if block.most_n - block.least_n > limits.wide_n:
            return replace(self, quiet=(), quiet_since_s=None), ()
        quiet = (*self.quiet, block.mean_n)[-limits.quiet_blocks :]
        if max(quiet) - min(quiet) > limits.quiet_n:
            return replace(self, quiet=quiet[-1:], quiet_since_s=block.begin_s), ()
        since_s = block.begin_s if self.quiet_since_s is None else self.quiet_since_s
        scale = replace(self, quiet=quiet, quiet_since_s=since_s)
        if len(quiet) < limits.quiet_blocks:
            return scale, ()
        offset_n = sum(quiet) / len(quiet)
        if abs(offset_n - self.confirmed_n) > limits.reach_n:
            return scale._beyond_reach(offset_n, t_s - since_s, t_s)
        return scale._within_reach(offset_n, t_s - since_s, t_s)

    def _beyond_reach(self, offset_n: float, quiet_s: float, t_s: float) -> tuple[ZeroTracker, tuple[Said, ...]]:
        """Ask about a quiet load that is no zero drift: a forgotten weight, another handle, or a cell that was bent."""
        if quiet_s < self.limits.asking_s:
            return self, ()
        if self._may_be_bent(offset_n):
            return self._known(ZeroState.BENT, t_s, offset_n)
        # A line cannot push: less than nothing is no load, however much.
        loaded = offset_n > self.limits.asking_n
        return (self, ()) if loaded else self._known(ZeroState.ASKED, t_s, offset_n)

    def _may_be_bent(self, offset_n: float) -> bool:
        return self.was_overloaded and abs(offset_n) > self.limits.bent_share * self.limits.limit_n

    def _within_reach(self, offset_n: float, quiet_s: float, t_s: float) -> tuple[ZeroTracker, tuple[Said, ...]]:
        """Follow the zero, and see whether it is steady."""
        limits = self.limits
        scale: ZeroTracker = self
        said: tuple[Said, ...] = ()
        moved_n = offset_n - self.zero_n
        if abs(moved_n) > limits.far_n and quiet_s < limits.far_s:
            return self, ()
        if abs(moved_n) >= limits.moved_n:
            scale = replace(self, zero_n=offset_n)
            said = (Tared(t_s=t_s, zero_n=offset_n, moved_n=moved_n),)
        since_s = scale.steady_since_s
        if since_s is None or abs(offset_n - scale.steady_at_n) > limits.steady_n:
            scale = replace(scale, steady_since_s=t_s, steady_at_n=offset_n)
            since_s = t_s
        state = scale.state
        if state in (ZeroState.ASKED, ZeroState.BENT):
            state = ZeroState.WARMING  # the load is gone, or the zero is back
        if t_s - since_s >= limits.steady_s:
            state = ZeroState.STEADY
        scale, more = scale._known(state, t_s, offset_n)
        return scale, (*said, *more)

    def _known(self, state: ZeroState, t_s: float, offset_n: float) -> tuple[ZeroTracker, tuple[Said, ...]]:
        if state is self.state:
            return self, ()
        return replace(self, state=state), (ZeroChanged(t_s=t_s, state=state, offset_n=offset_n),)
