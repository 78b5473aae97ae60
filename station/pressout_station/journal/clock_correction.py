"""A computer without a battery clock boots with a wrong time. Once it has learned the right one, it is put right.

Everything is timed on the monotonic clock of one boot; a session of this boot that began before the time was known is
moved by what the clock was wrong. Of an earlier boot nobody can say how wrong it was: its documents say so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from pressout_device.clock import Moment
from pressout_session.facts import ClockCorrected, Opened
from pressout_station.journal.tables import Journal


class WallClock:
    """Puts right what was recorded before the time was known, once in the life of a process.

    Parameters
    ----------
    now : callable
        What time it is, on both clocks, and whether that can be believed.
    """

    def __init__(self, now: Callable[[], Moment]) -> None:
        self._now = now
        self._done = self._known = False

    def now(self) -> Moment:
        """Give what time it is."""
        return self._now()

    def corrections(self, journal: Journal) -> list[tuple[str, ClockCorrected]]:
        """Give what is to be added to sessions, now that the time is known; nothing before, and nothing once `done`."""
        moment = self._now()
        self._known = moment.synchronised
        if self._done or not moment.synchronised:
            return []
        found = [
            (session_id, ClockCorrected(t_s=moment.t_s, by_s=behind_s(opened, moment)))
            for session_id, opened in journal.openings()
            if opened.boot_id == moment.boot_id and opened.clock is not None and not opened.clock.synchronised
        ]
        return [one for one in found if journal.record(one[0]).clock_corrected is None]

    def done(self) -> None:
        """Say that the corrections that were given last are on disk."""
        self._done = self._known


def behind_s(opened: Opened, moment: Moment) -> float:
    """By how many seconds a session's wall time was behind the true one."""
    truly = moment.wall - timedelta(seconds=moment.t_s - opened.t_s)
    return round((truly - datetime.fromisoformat(opened.wall_time)).total_seconds(), 3)
