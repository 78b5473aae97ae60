"""Taut or slack: whether somebody has the handle in hand."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from pressout_signal.events import LineLetGo, LineTaken
from pressout_signal.samples import Sample

# Two seconds of a taut line say what is usual in a set; a hole counts for no more than this.
USUAL_S, HOLE_S = 2.0, 0.2


class TautnessLimits(Struct, frozen=True, kw_only=True):
    """When a line is slack, and for how long it must be.

    Parameters
    ----------
    slack_n : float
        Never taut below this: the zero is off by 0.3 N, drifts by 0.6 N and has 0.25 N rms of noise.
    slack_share : float
        Nor below this share of the tension usual in the set, so that a hanging handle's own weight is slack.
    dwell_s : float
        A change lasts this long before it is said: longer than a stack's ringing at 3 Hz crosses zero.
    """

    slack_n: float = 2.0
    slack_share: float = 0.12
    dwell_s: float = 0.3


class Tautness(Struct, frozen=True):
    """Says when the line is taken up and let go; `since_s` is when a change that is not yet said began."""

    limits: TautnessLimits
    taut: bool = False
    since_s: float | None = None
    usual_n: float = 0.0
    last_s: float | None = None

    def step(self, sample: Sample) -> Step:
        """Take one believed sample; give the next state, and whether the line has changed."""
        t_s, tension_n = sample
        limits, taut, since_s, usual_n = self.limits, self.taut, self.since_s, self.usual_n
        if taut and self.last_s is not None:
            usual_n += min(t_s - self.last_s, HOLE_S) / USUAL_S * (tension_n - usual_n)
        if (tension_n > max(limits.slack_n, limits.slack_share * usual_n)) == taut:
            return Tautness(limits, taut, None, usual_n, t_s), ()
        since_s = t_s if since_s is None else since_s
        if t_s - since_s < limits.dwell_s:
            return Tautness(limits, taut, since_s, usual_n, t_s), ()
        if taut:
            return Tautness(limits, False, None, usual_n, t_s), (LineLetGo(t_s=since_s, said_at_s=t_s),)
        return Tautness(limits, True, None, tension_n, t_s), (LineTaken(t_s=since_s, said_at_s=t_s),)


Step: TypeAlias = tuple[Tautness, tuple[LineTaken | LineLetGo, ...]]
