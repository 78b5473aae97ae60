"""The one thread that writes: facts to journal and cell book, documents to the outbox, answers back.

No frame ever waits for it.

It takes what has queued up, commits it together, and says what is safe. When the disk refuses, what is unsaved stays
in memory, in order, and is tried again; nothing already written is touched.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import msgspec

from pressout_device.cellbook import CellBook
from pressout_device.errors import JournalError
from pressout_device.journal import spool
from pressout_device.journal.tables import Journal
from pressout_session.cell import AnyCellFact
from pressout_session.document import encode
from pressout_session.record import AnyFact, Closed, Record
from pressout_session.wire import AckResult, StationEvent, digest
from pressout_session.writing import Origin, document_of

logger = logging.getLogger(__name__)

# How often the inbox is looked into, and a refused commit tried again.
TEND_S = 0.25


@dataclass(frozen=True, slots=True)
class Kept:
    """A fact would now survive a power cut."""

    session_id: str
    fact: AnyFact


@dataclass(frozen=True, slots=True)
class NotKept:
    """The disk refused; `waiting` facts are in memory only."""

    reason: str
    waiting: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The clinic answered for a session."""

    session_id: str
    result: AckResult
    reason: str | None


Told: TypeAlias = Kept | NotKept | Answered
_Job: TypeAlias = tuple[str, AnyFact] | AnyCellFact | StationEvent | None


class Writer:
    """Owns the journal from the moment it is built.

    Parameters
    ----------
    journal : Journal
        Open; used by nobody else from now on.
    folders : tuple of Path
        Outbox and inbox, shared with the uplink.
    origin_of : callable
        Gives a document's origin for its `seq`: site, station, device, clock.
    book : CellBook
        The load cell's.
    """

    def __init__(
        self, journal: Journal, folders: tuple[Path, Path], origin_of: Callable[[str, int], Origin], book: CellBook
    ) -> None:
        self._journal = journal
        self._outbox, self._inbox = folders
        self._book = book
        self._origin_of = origin_of
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._told: queue.SimpleQueue[Told] = queue.SimpleQueue()
        self._unsaved: list[tuple[str, AnyFact]] = []
        self._unnoted: list[AnyCellFact] = []
        self._unsaid: list[StationEvent] = []
        self._unfinished: set[str] = set()
        self._refused = False
        self._recover()
        self._thread = threading.Thread(target=self._run, name="pressout-writer", daemon=True)
        self._thread.start()

    def keep(self, session_id: str, fact: AnyFact) -> None:
        """Ask for a fact to be kept; `Kept` says when it is."""
        self._jobs.put((session_id, fact))

    def note(self, fact: AnyCellFact) -> None:
        """Ask for something that happened to the load cell to be kept."""
        self._jobs.put(fact)

    def tell(self, event: StationEvent) -> None:
        """Ask for something to be said to the clinic, some time."""
        self._jobs.put(event)

    def told(self) -> list[Told]:
        """Give what has happened since the last call; never waits."""
        news: list[Told] = []
        while not self._told.empty():
            news.append(self._told.get())
        return news

    @property
    def alive(self) -> bool:
        """Whether the thread still answers."""
        return self._thread.is_alive()

    def close(self, patience_s: float = 10.0) -> bool:
        """Write what is queued and end; say whether everything was saved."""
        self._jobs.put(None)
        self._thread.join(patience_s)
        return not self._thread.is_alive() and self._jobs.empty() and not self._unsaved and not self._unnoted

    def _recover(self) -> None:
        """Find what a power cut left: close it as interrupted, and put back into the outbox what the clinic lacks."""
        for session_id in self._journal.unfinished():
            logger.warning("session %s was interrupted, closing it", session_id)
            try:
                self._journal.interrupt(session_id)
            except (JournalError, ValueError) as error:
                logger.error("session %s cannot be closed: %s", session_id, error)
                continue
            self._finish(session_id)
        self._spool(None)

    def _spool(self, session_id: str | None) -> None:
        """Put documents that the clinic has not answered into the outbox as the journal has them: one's, or all."""
        for seq, owner, revision, document in self._journal.waiting():
            path = self._outbox / spool.document_name(seq, owner, revision)
            if session_id in (None, owner) and not (path.is_file() and path.read_bytes() == document):
                spool.place(self._outbox, path.name, document)

    def _run(self) -> None:
        going_on = True
        while going_on:
            going_on = self._gather()
            if self._unsaved:
                self._save()
            if self._unnoted:
                self._write_down()
            if self._unsaid:
                self._announce()
            for session_id in tuple(self._unfinished):
                self._finish(session_id)
            self._read_answers()
        self._journal.close()

    def _gather(self) -> bool:
        """Wait for work, take all there is; False when it was the last."""
        try:
            job = self._jobs.get(timeout=TEND_S)
        except queue.Empty:
            return True
        while job is not None:
            match job:
                case tuple():
                    self._unsaved.append(job)
                case StationEvent():
                    self._unsaid.append(job)
                case _:
                    self._unnoted.append(job)
            if self._jobs.empty():
                return True
            job = self._jobs.get()
        return False

    def _save(self) -> None:
        try:
            self._journal.keep(self._unsaved)
        except JournalError as error:
            if not self._refused:
                logger.error("%s; what is counted waits in memory", error)
            self._refused = True
            self._told.put(NotKept(str(error), len(self._unsaved)))
            return
        if self._refused:
            logger.warning("the journal takes facts again, %d were waiting", len(self._unsaved))
        self._refused = False
        saved, self._unsaved = self._unsaved, []
        for session_id, fact in saved:
            if isinstance(fact, Closed):
                self._finish(session_id)
            self._told.put(Kept(session_id, fact))

    def _write_down(self) -> None:
        try:
            self._book.write(*self._unnoted)
        except JournalError as error:
            if not self._refused:
                logger.error("%s; what happened to the load cell waits in memory", error)
            self._refused = True
            return
        self._unnoted = []

    def _announce(self) -> None:
        """Put events into the outbox; the oldest make room."""
        del self._unsaid[: -spool.MOST_EVENTS]
        try:
            while self._unsaid:
                event = self._unsaid[0]
                spool.place(self._outbox, spool.event_name(event.event_id), msgspec.json.encode(event))
                del self._unsaid[0]
            for name in spool.events(self._outbox)[: -spool.MOST_EVENTS]:
                (self._outbox / name).unlink(missing_ok=True)
        except OSError as error:
            logger.warning("an event for the clinic waits in memory: %s", error)

    def _finish(self, session_id: str) -> None:
        """Give a closed session its number and document, and the document to the uplink.

        Any step may be the last before the power goes: see `_recover`. One that fails is tried again.
        """

        def written(record: Record, seq: int) -> tuple[int, str, bytes]:
            document = document_of(record, self._origin_of(self._journal.journal_id, seq))
            payload = encode(document)
            return document.revision, digest(payload), payload

        try:
            if not self._journal.finished(session_id):
                self._journal.finish(session_id, written)
            self._spool(session_id)
        except (JournalError, OSError, ValueError) as error:
            if session_id not in self._unfinished:
                logger.error("session %s is kept but cannot be made ready to send yet: %s", session_id, error)
            self._unfinished.add(session_id)
            return
        self._unfinished.discard(session_id)

    def _read_answers(self) -> None:
        for path, answer in spool.answers(self._inbox):
            try:
                if answer is not None:
                    self._take_answer(answer)
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

    def _take_answer(self, answer: spool.Answer) -> None:
        ack = answer.ack
        session_id = self._journal.answered(ack.sha256, str(ack.result), ack.reason)
        if session_id is None:
            # These bytes are not what the journal holds: what lay in the outbox was damaged. Put it right.
            self._spool(answer.session_id)
            return
        self._drop(session_id, ack.revision)
        self._told.put(Answered(session_id, ack.result, ack.reason))

    def _drop(self, session_id: str, revision: int) -> None:
        """Take an answered document out of the outbox; the journal still has it."""
        for name in spool.documents(self._outbox):
            if spool.session_of(name) == session_id and (revision == 0 or name.endswith(f".{revision}.json")):
                (self._outbox / name).unlink(missing_ok=True)
