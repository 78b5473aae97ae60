"""The outbox as the uplink has it in mind: ten thousand waiting sessions are not listed for each that is sent."""

from __future__ import annotations

import time
from pathlib import Path

from pressout_station.mailbox import spool

# A lost ring is made up for by then.
LOOK_S = 5.0
# What was answered and still lies there after so long is sent again: the answer may have been lost on the card.
ANSWERED_S = 600.0


class OutboxIndex:
    """The documents that wait.

    Parameters
    ----------
    outbox : Path
        The station's folder; it is only read.
    """

    def __init__(self, outbox: Path) -> None:
        self._outbox = outbox
        self._looked_s = float("-inf")
        # Answered, and not yet taken out by the station: each with when its file was written, and when it was answered.
        self._answered: dict[str, tuple[int, float]] = {}
        self._of_session: dict[str, list[str]] = {}
        self.waiting: list[str] = []

    def look(self, *, rung: bool) -> None:
        """See what is there: when the station has rung, when all that was known of is answered, or after a while."""
        if not rung and self.waiting and time.monotonic() - self._looked_s < LOOK_S:
            return
        if not rung and not self.waiting and time.monotonic() - self._looked_s < LOOK_S / 5:
            return
        self._looked_s = time.monotonic()
        names = spool.documents(self._outbox)
        there = set(names)
        self._answered = {name: at for name, at in self._answered.items() if name in there}
        again = {
            name
            for name, (written_at, since_s) in self._answered.items()
            if self.written_at(name) != written_at or self._looked_s - since_s > ANSWERED_S
        }
        self._answered = {name: at for name, at in self._answered.items() if name not in again}
        self.waiting = [name for name in names if name not in self._answered]
        self._of_session = {}
        for name in self.waiting:
            self._of_session.setdefault(spool.session_of(name), []).append(name)

    def of_session(self, session_id: str) -> list[str]:
        """Give the documents of a session that wait."""
        return self._of_session.get(session_id, [])

    def answered(self, names: set[str], written_at: int | None = None) -> None:
        """Send these no more, unless they are written anew after `written_at`, or after now."""
        now_s = time.monotonic()
        for name in names:
            self._answered[name] = (self.written_at(name) if written_at is None else written_at), now_s
        self.waiting = [name for name in self.waiting if name not in names]
        for name in names:
            self._of_session.pop(spool.session_of(name), None)

    def written_at(self, name: str) -> int:
        """Give when a document was written; 0 where it is gone."""
        try:
            return (self._outbox / name).stat().st_mtime_ns
        except OSError:
            return 0
