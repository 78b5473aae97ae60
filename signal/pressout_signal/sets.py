"""Taut or slack, and the sets between: a set is the repetitions between taking up the tension and letting it go.

A taut rest never ends a set, however long. Slack ends it after `set_end_slack_s`, dated back to when
the line went slack. A set in which nothing happened is none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pressout_signal.events import (
    DriftKind,
    Event,
    LineLetGo,
    LineTaken,
    PartialSeen,
    RepetitionCompleted,
    SetEnded,
    SetStarted,
    TensionDrift,
)
from pressout_signal.samples import Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLimits:
    """When a line is slack, and for how long it must be.

    Parameters
    ----------
    slack_n : float
        Never taut below this: the zero is off by 0.3 N, drifts by 0.6 N and has 0.25 N rms of noise.
    slack_share : float
        Nor below this share of the tension usual in the set, so that a hanging handle's own weight is slack.
    dwell_s : float
        A change lasts this long before it is said: longer than a stack's ringing at 3 Hz crosses zero.
    set_end_slack_s : float
        Long enough for a stack set down between repetitions and for a sip of water; the clinic waits no longer.
    """

    slack_n: float = 2.0
    slack_share: float = 0.12
    dwell_s: float = 0.3
    set_end_slack_s: float = 8.0


@dataclass(frozen=True, slots=True)
class Sets:
    """Numbers the sets and the repetitions in them."""

    limits: SetLimits
    taut: bool = False
    since_s: float | None = None
    usual_n: float = 0.0
    last_s: float | None = None
    taken_s: float = 0.0
    let_go_s: float | None = None
    number: int = 0
    open: bool = False
    repetitions: int = 0
    last_return_end_s: float = 0.0

    def step(self, sample: Sample) -> tuple[Sets, tuple[Event, ...]]:
        """Take one believed sample; give the next state, and whether line or set have changed."""
        t_s, tension_n = sample
        elapsed_s = 0.0 if self.last_s is None else min(t_s - self.last_s, 0.2)
        usual_n = self.usual_n
        if self.taut:
            usual_n += min(1.0, elapsed_s / 2.0) * (tension_n - usual_n)  # a two-second average
        level_n = max(self.limits.slack_n, self.limits.slack_share * usual_n)
        after = replace(self, usual_n=usual_n, last_s=t_s)
        if (tension_n > level_n) == self.taut:
            return replace(after, since_s=None)._settled(t_s)
        since_s = t_s if self.since_s is None else self.since_s
        if t_s - since_s < self.limits.dwell_s:
            return replace(after, since_s=since_s), ()
        if self.taut:
            return replace(after, taut=False, since_s=None, let_go_s=since_s), (LineLetGo(t_s=since_s, said_at_s=t_s),)
        return after._taken(since_s, tension_n, t_s)

    def _taken(self, since_s: float, tension_n: float, t_s: float) -> tuple[Sets, tuple[Event, ...]]:
        after, ended = self._settled(t_s)
        taken_s = after.taken_s if after.open else since_s
        after = replace(after, taut=True, since_s=None, usual_n=tension_n, taken_s=taken_s, let_go_s=None)
        return after, (*ended, LineTaken(t_s=since_s, said_at_s=t_s))

    def _settled(self, t_s: float) -> tuple[Sets, tuple[Event, ...]]:
        """Close the set if the line has been slack for long enough."""
        if not self.open or self.let_go_s is None or t_s - self.let_go_s < self.limits.set_end_slack_s:
            return self, ()
        return self.ended(self.let_go_s, t_s)

    def ended(self, t_s: float, said_at_s: float) -> tuple[Sets, tuple[Event, ...]]:
        """Close the set that is open, if one is: it ended at `t_s`."""
        if not self.open:
            return self, ()
        closed = SetEnded(t_s=t_s, said_at_s=said_at_s, number=self.number)
        return replace(self, open=False, repetitions=0, taken_s=t_s), (closed,)

    def numbered(self, event: Event) -> tuple[Sets, tuple[Event, ...]]:
        """Give `event` its set and number; the first of a set says that the set has started."""
        match event:
            case RepetitionCompleted():
                state, started = self._opened(event.counted_at_s)
                state = replace(state, repetitions=state.repetitions + 1, last_return_end_s=event.return_end_s)
                return state, (*started, replace(event, set_number=state.number, number=state.repetitions))
            case PartialSeen():
                state, started = self._opened(event.said_at_s)
                return state, (*started, replace(event, set_number=state.number))
            case TensionDrift():
                state, started = self._opened(event.said_at_s)
                return state, (*started, replace(event, set_number=state.number, number=state._concerned(event)))
            case _:
                return self, (event,)

    def _concerned(self, drift: TensionDrift) -> int | None:
        """Give the repetition that `drift` lies in: by its time, for it may already be counted."""
        if drift.kind is DriftKind.STANCE_CREEP:
            return None
        counted = self.repetitions > 0 and drift.t_s <= self.last_return_end_s
        return self.repetitions if counted else self.repetitions + 1

    def _opened(self, said_at_s: float) -> tuple[Sets, tuple[Event, ...]]:
        if self.open:
            return self, ()
        number = self.number + 1
        started = SetStarted(t_s=self.taken_s, said_at_s=said_at_s, number=number)
        return replace(self, open=True, number=number, repetitions=0), (started,)
