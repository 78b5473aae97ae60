"""Progress of an exercise beside the line: a clock that is started by a tap, or a tap for each."""

from __future__ import annotations

import math

from msgspec import Struct
from msgspec.structs import replace

from pressout_session.prescription import TimedItem

# A tap so soon after one that ended an exercise is the same tap; and so soon after the clock ran out, it was for that.
TWICE_S = 0.6


class TimedProgress(Struct, frozen=True):
    """How many are done in this turn, and how far the clock of the one after is.

    `spent_s` was spent before the clock was last stopped, `since_s` is when it was started, None while it stands, and
    `begun_s` when the turn, or the one after, began.
    """

    done: int = 0
    spent_s: float = 0.0
    since_s: float | None = None
    begun_s: float = -math.inf

    def elapsed_s(self, now_s: float) -> float:
        """Give what the clock shows."""
        return self.spent_s + (0.0 if self.since_s is None else max(now_s - self.since_s, 0.0))

    def tapped(self, now_s: float, item: TimedItem) -> TimedProgress:
        """Start the clock or stop it; where none is asked for, the tap is one done."""
        if item.duration_s == 0.0:
            return self._one_more(self.begun_s)
        return self.stopped(now_s) if self.since_s is not None else replace(self, since_s=now_s)

    def stopped(self, now_s: float) -> TimedProgress:
        """Stop the clock: nobody sees whether they go on."""
        return replace(self, spent_s=self.elapsed_s(now_s), since_s=None)

    def passed(self, now_s: float, item: TimedItem) -> TimedProgress:
        """Let time pass. The clock of the next one waits for a tap: nobody can see whether the patient is ready."""
        ended = self.since_s is not None and self.elapsed_s(now_s) >= item.duration_s
        return self._one_more(now_s) if ended else self

    def same_tap(self, now_s: float) -> bool:
        """Whether a tap is still for what has just ended."""
        return now_s - self.begun_s < TWICE_S

    def _one_more(self, begun_s: float) -> TimedProgress:
        return TimedProgress(self.done + 1, begun_s=begun_s)
