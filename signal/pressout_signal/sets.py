"""Sets, and the numbers in them: a set is the repetitions between taking up the tension and letting it go.

A taut rest never ends a set, however long. Slack ends it after `set_end_slack_s`, dated back to when
the line went slack. A set in which nothing happened is none.
"""

from __future__ import annotations

from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from pressout_signal.events import (
    DriftKind,
    Event,
    LineLetGo,
    LineTaken,
    PartialSeen,
    PhaseEntered,
    RepetitionCompleted,
    SetEnded,
    SetStarted,
    TensionDrift,
)
from pressout_signal.samples import Fault

# Long enough for a stack set down between repetitions and for a sip of water; the clinic waits no longer.
SET_END_SLACK_S = 8.0


class Sets(Struct, frozen=True):
    """Numbers the sets and the repetitions in them. `let_go_s` is since when the line has been slack."""

    set_end_slack_s: float = SET_END_SLACK_S
    taken_s: float = 0.0
    let_go_s: float | None = None
    number: int = 0
    open: bool = False
    repetitions: int = 0
    last_return_end_s: float = 0.0

    def passed(self, t_s: float) -> tuple[Sets, tuple[Event, ...]]:
        """Let time pass: close the set if the line has been slack for long enough."""
        if not self.open or self.let_go_s is None or t_s - self.let_go_s < self.set_end_slack_s:
            return self, ()
        return self.ended(self.let_go_s, t_s)

    def heard(self, change: LineTaken | LineLetGo) -> Sets:
        """Hear that the line was taken up or let go; the same set goes on if it is still open."""
        if isinstance(change, LineLetGo):
            return replace(self, let_go_s=change.t_s)
        return replace(self, let_go_s=None, taken_s=self.taken_s if self.open else change.t_s)

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
                # Whoever repeats has the line in hand, however slack it seems to be.
                let_go_s = None if state.let_go_s is None else max(state.let_go_s, event.return_end_s)
                state = replace(
                    state,
                    repetitions=state.repetitions + 1,
                    last_return_end_s=event.return_end_s,
                    let_go_s=let_go_s,
                )
                return state, (*started, replace(event, set_number=state.number, number=state.repetitions))
            case PartialSeen():
                state, started = self._opened(event.said_at_s)
                return state, (*started, replace(event, set_number=state.number))
            case TensionDrift():
                state, started = self._opened(event.said_at_s)
                return state, (*started, replace(event, set_number=state.number, number=state._concerned(event)))
            case PhaseEntered() | LineTaken() | LineLetGo() | SetStarted() | SetEnded() | Fault():
                return self, (event,)
            case never:
                assert_never(never)

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
