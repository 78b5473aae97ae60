"""Pending writes: the record grows with what is on disk, and says what waits for it."""

from __future__ import annotations

from pressout_device.ports import MonotonicClock
from pressout_session.facts import AnyFact
from pressout_session.record import Record
from pressout_station.writer.messages import Kept, Told
from pressout_station.writer.writer import Writer

# A fact that has waited this long for the disk is shown as not saved yet.
LATE_S = 0.5


class PendingWrites:
    """The facts of a station on their way to its disk.

    Parameters
    ----------
    writer : Writer
        Keeps them.
    clock : MonotonicClock
        Times how long they wait.
    speed : float
        How much faster than the disk's this clock runs.
    """

    def __init__(self, writer: Writer, clock: MonotonicClock, speed: float = 1.0) -> None:
        self._writer = writer
        self._clock = clock
        self._late_s = LATE_S * speed
        self.record, self._record_of = Record(), ""
        self._unsaved: list[tuple[float, str, AnyFact]] = []

    def begin(self, session_id: str) -> None:
        """Follow another session from now on."""
        self.record, self._record_of = Record(), session_id

    def keep(self, session_id: str, fact: AnyFact) -> None:
        """Ask for a fact of a session to be kept."""
        self._unsaved.append((self._clock.now_s(), session_id, fact))
        self._writer.keep(session_id, fact)

    def told(self) -> list[Told]:
        """Give what the writer has done since the last call; the record grows with it."""
        news = self._writer.told()
        for one in news:
            if isinstance(one, Kept):
                self._unsaved.pop(0)
                if one.session_id == self._record_of:
                    self.record = self.record.after(one.fact)
        return news

    @property
    def late(self) -> bool:
        """Whether a fact has waited for the disk for too long."""
        return bool(self._unsaved) and self._clock.now_s() - self._unsaved[0][0] > self._late_s

    @property
    def shown(self) -> Record:
        """The record to show: what is on disk; and, where the disk is late or full, what waits for it as well."""
        record = self.record
        if self.late:
            for _asked_s, session_id, fact in self._unsaved:
                record = record.after(fact) if session_id == self._record_of else record
        return record
