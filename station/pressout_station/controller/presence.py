"""Presence: whether anyone can be at the station, and what time it is on the readings' clock."""

from __future__ import annotations

from dataclasses import dataclass

from pressout_device.ports import MonotonicClock
from pressout_session.patient_codes import GUEST
from pressout_session.prescription import CabledItem, Item
from pressout_session.visit import Visit

# After this much slack it is asked whether anyone is there: of a guest, of whom the next may take the line, sooner.
ASK_A_GUEST_AFTER_S, ASK_AFTER_S = 120.0, 600.0
# So long an answer is waited for; then the session is closed, and goes on when the same code comes again.
ANSWER_S = 60.0
# A repetition that is tapped takes no longer than this.
TAPPED_S = 15.0
# Without a reading for this long the computer's own clock must do.
SENSOR_GONE_S = 5.0


def asked_pause_s(item: Item) -> float:
    """Give how long the line may be slack because it was asked for: a prescribed rest, an exercise beside the line."""
    return item.rest_s if isinstance(item, CabledItem) else item.reps * max(item.duration_s, TAPPED_S)


@dataclass(slots=True)
class Presence:
    """When the line was let go and last heard of. Changes in place; one controller owns it.

    Parameters
    ----------
    clock : MonotonicClock
        The readings' clock.
    speed : float
        How fast it goes: a demo that runs twenty times as fast still has a computer that does not.
    slack_since_s : float or None
        Since when the line is slack; None while it is taut.
    """

    clock: MonotonicClock
    speed: float
    slack_since_s: float | None
    last_s: float | None = None

    @property
    def taut(self) -> bool:
        """Whether the line is in someone's hands."""
        return self.slack_since_s is None

    def now_s(self) -> float:
        """Give the time on the readings' clock; where there are none for a while, the computer's."""
        now_s = self.clock.now_s()
        silent = self.last_s is None or now_s - self.last_s > SENSOR_GONE_S * self.speed
        return now_s if silent or self.last_s is None else self.last_s

    def missed(self, visit: Visit | None, patient_ref: str, more_s: float = 0.0) -> bool:
        """Whether a visit is open and nothing came of anyone for so long that it is asked; or for `more_s` more."""
        if visit is None:
            return False
        usual_s = ASK_A_GUEST_AFTER_S if patient_ref == GUEST else ASK_AFTER_S
        return self._away_for(usual_s + asked_pause_s(visit.course.item) + more_s, visit.changed_s)

    def _away_for(self, patience_s: float, seen_s: float) -> bool:
        """Tell whether nothing has come of anyone for so long, who was seen to do something at `seen_s`."""
        if self.last_s is None:
            return False
        # A sensor that died, perhaps with the line taut, sees no slack: then the computer's own time must do.
        if self.clock.now_s() - max(self.last_s, seen_s) > patience_s * self.speed:
            return True
        # Otherwise time is the readings': a busy computer may be far behind with them.
        since_s = self.slack_since_s
        return since_s is not None and self.last_s - max(since_s, seen_s) > patience_s
