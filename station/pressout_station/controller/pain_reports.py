"""Pain that is reported at the station: to the clinic at once, and to staff until one of them has been in."""

from __future__ import annotations

from collections.abc import Callable


class PainReports:
    """Whether pain was reported that no therapist has seen yet. Changes in place; the station owns it.

    Parameters
    ----------
    flag_from : int
        From which rating on (0 to 10) pain is flagged.
    tell : callable
        Tells the clinic in which session it was; never waits.
    """

    def __init__(self, flag_from: int, tell: Callable[[str], None]) -> None:
        self._flag_from = flag_from
        self._tell = tell
        self._told: str | None = None
        self.unseen = False

    def rated(self, session_id: str, pain: int | None) -> None:
        """Take how much it hurts; None where that was skipped."""
        if pain is not None and pain >= self._flag_from:
            self.reported(session_id)

    def reported(self, session_id: str) -> None:
        """Take that somebody stopped because it hurts. A session is told once, whatever else is said in it."""
        self.unseen = True
        if session_id != self._told:
            self._told = session_id
            self._tell(session_id)

    def seen(self) -> None:
        """Take that a therapist is here."""
        self.unseen = False
