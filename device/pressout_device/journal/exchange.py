"""What lies between station and uplink: documents and events on their way out, answers and marks on their way in.

Used by the writer thread alone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from pressout_device.errors import JournalError
from pressout_device.journal import spool
from pressout_device.journal.tables import Journal
from pressout_session.wire import AckResult, StationEvent

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answered:
    """The clinic answered for a session."""

    session_id: str
    result: AckResult
    reason: str | None


@dataclass(frozen=True, slots=True)
class LinkSeen:
    """How many sessions wait for the clinic, how many it rejected, and what the uplink says of itself."""

    waiting: int
    rejected: int
    connected: bool
    trouble: str


class Exchange:
    """The folders shared with the uplink, and what the journal says belongs into them.

    Parameters
    ----------
    journal : Journal
        Open.
    outbox, inbox : Path
        The folders.
    """

    def __init__(self, journal: Journal, outbox: Path, inbox: Path) -> None:
        self._journal = journal
        self._outbox, self._inbox = outbox, inbox

    def put_out(self, session_id: str | None = None) -> None:
        """Put documents that the clinic has not answered into the outbox as the journal has them: one's, or all.

        Raises
        ------
        OSError
            If one cannot be written.
        """
        for seq, owner, revision, document in self._journal.waiting():
            path = self._outbox / spool.document_name(seq, owner, revision)
            if session_id in (None, owner) and not (path.is_file() and path.read_bytes() == document):
                spool.place(self._outbox, path.name, document)

    def announced(self, events: list[StationEvent]) -> list[StationEvent]:
        """Put events into the outbox, the oldest there making room; give those that must wait."""
        waiting = events[-spool.MOST_EVENTS :]
        try:
            while waiting:
                content = msgspec.json.encode(waiting[0])
                spool.place(self._outbox, spool.event_name(waiting[0].event_id), content)
                waiting = waiting[1:]
            for name in spool.events(self._outbox)[: -spool.MOST_EVENTS]:
                (self._outbox / name).unlink(missing_ok=True)
        except OSError as error:
            logger.warning("an event for the clinic waits in memory: %s", error)
        return waiting

    def link(self) -> LinkSeen:
        """Look how the way to the clinic is."""
        try:
            said = msgspec.json.decode((self._inbox / spool.LINK).read_bytes(), type=spool.Link)
        except (OSError, ValueError):
            said = spool.Link(trouble="the uplink has not said anything yet")
        waiting, rejected = self._journal.undelivered()
        return LinkSeen(waiting, rejected, said.connected, said.trouble)

    def answers(self) -> Iterator[Answered]:
        """Take what the uplink has put into the inbox, and give what the clinic answered."""
        for path, answer in spool.answers(self._inbox):
            try:
                if answer is not None:
                    yield from self._taken(answer)
                path.unlink(missing_ok=True)
            except (JournalError, OSError) as error:
                logger.warning("an answer of the clinic waits in the inbox: %s", error)
        for path, name in spool.taken(self._inbox):
            try:
                if spool.EVENT.fullmatch(name):
                    (self._outbox / name).unlink(missing_ok=True)
                path.unlink(missing_ok=True)
            except OSError as error:
                logger.warning("an event that was said lies in the outbox still: %s", error)

    def _taken(self, answer: spool.Answer) -> Iterator[Answered]:
        ack = answer.ack
        session_id = self._journal.answered(ack.sha256, str(ack.result), ack.reason)
        if session_id is None:
            # These bytes are not what the journal holds: what lay in the outbox was damaged. Put it right.
            self.put_out(answer.session_id)
            return
        self._drop(session_id, ack.revision)
        yield Answered(session_id, ack.result, ack.reason)

    def _drop(self, session_id: str, revision: int) -> None:
        """Take an answered document out of the outbox; the journal still has it."""
        for name in spool.documents(self._outbox):
            if spool.session_of(name) == session_id and (revision == 0 or name.endswith(f".{revision}.json")):
                (self._outbox / name).unlink(missing_ok=True)
