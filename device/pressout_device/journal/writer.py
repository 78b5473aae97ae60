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
from pathlib import Path
from typing import TypeAlias

import msgspec

from pressout_device.cellbook import CellBook
from pressout_device.errors import JournalError
from pressout_device.journal.exchange import Exchange, LinkSeen
from pressout_device.journal.news import Asked, Found, Kept, NotKept, Prescribed, Told
from pressout_device.journal.tables import Journal
from pressout_session.cell import AnyCellFact
from pressout_session.document import SessionDocument, decode
from pressout_session.facts import AnyFact, Closed, Reassigned, SessionVoided
from pressout_session.history import PastVisit, past_visit
from pressout_session.prescription import Prescription
from pressout_session.record import Record
from pressout_session.wire import StationEvent
from pressout_session.writing import Origin, document_of

logger = logging.getLogger(__name__)

# How often the inbox is looked into, and a refused commit tried again.
TEND_S = 0.25
# What a therapist's charts show.
MOST_VISITS = 8


_Job: TypeAlias = tuple[str, AnyFact] | AnyCellFact | StationEvent | Prescribed | Asked | None


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
        self._exchange = Exchange(journal, *folders)
        self._book = book
        self._origin_of = origin_of
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._told: queue.SimpleQueue[Told] = queue.SimpleQueue()
        self._unsaved: list[tuple[str, AnyFact]] = []
        self._unnoted: list[AnyCellFact] = []
        self._unsaid: list[StationEvent] = []
        self._unprescribed: list[Prescribed] = []
        self._unanswered: list[str] = []
        self._unfinished: set[str] = set()
        self._refused = False
        self._link: LinkSeen | None = None
        self._recover()
        self.prescriptions = self._prescriptions()
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

    def prescribe(self, patient_ref: str, prescription: Prescription) -> None:
        """Ask for what a patient is to do to be kept."""
        self.prescriptions[patient_ref] = prescription
        self._jobs.put(Prescribed(patient_ref, prescription))

    def ask(self, patient_ref: str) -> None:
        """Ask for a patient's last visits; `Found` brings them."""
        self._jobs.put(Asked(patient_ref))

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
        return not self._thread.is_alive() and self._jobs.empty() and not self._waiting

    @property
    def _waiting(self) -> bool:
        return bool(self._unsaved or self._unnoted or self._unprescribed)

    def _prescriptions(self) -> dict[str, Prescription]:
        """Give what each patient is to do; one that cannot be read is left out, and the station's default holds."""
        known: dict[str, Prescription] = {}
        for patient_ref, written in self._journal.prescriptions().items():
            try:
                known[patient_ref] = msgspec.json.decode(written, type=Prescription)
            except ValueError as error:
                logger.error("a prescription cannot be read, the station's own holds: %s", error)
        return known

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
        for session_id in self._journal.uncorrected():
            self._finish(session_id)
        self._exchange.put_out()

    def _run(self) -> None:
        going_on = True
        while going_on:
            going_on = self._gather()
            if self._unsaved:
                self._save()
            if self._unnoted:
                self._write_down()
            if self._unprescribed:
                self._write_prescriptions()
            if self._unsaid:
                self._unsaid = self._exchange.announced(self._unsaid)
            for session_id in tuple(self._unfinished):
                self._finish(session_id)
            try:
                self._tell_news()
            except JournalError as error:
                logger.warning("the journal cannot be read just now: %s", error)
        self._journal.close()

    def _tell_news(self) -> None:
        """Tell what the clinic answered, how the way to it is, and, after all that was saved, what was asked for."""
        for answered in self._exchange.answers():
            self._told.put(answered)
        if (link := self._exchange.link()) != self._link:
            self._link = link
            self._told.put(link)
        while self._unanswered:
            self._told.put(Found(self._unanswered[0], self._past_visits(self._unanswered[0])))
            del self._unanswered[0]

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
                case Prescribed():
                    self._unprescribed.append(job)
                case Asked(patient_ref=patient_ref):
                    self._unanswered.append(patient_ref)
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
            if isinstance(fact, Closed | Reassigned | SessionVoided):
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

    def _write_prescriptions(self) -> None:
        try:
            while self._unprescribed:
                one = self._unprescribed[0]
                self._journal.prescribe(one.patient_ref, msgspec.json.encode(one.prescription))
                del self._unprescribed[0]
        except JournalError as error:
            if not self._refused:
                logger.error("%s; a prescription waits in memory", error)
            self._refused = True

    def _past_visits(self, patient_ref: str) -> tuple[PastVisit, ...]:
        visits = []
        for document in self._journal.documents_of(patient_ref, MOST_VISITS):
            try:
                visits.append(past_visit(decode(document)))
            except ValueError as error:
                logger.error("a visit cannot be read and is left out: %s", error)
        return tuple(visits)

    def _finish(self, session_id: str) -> None:
        """Give a closed session its number and document, and the document to the uplink.

        Any step may be the last before the power goes: see `_recover`. One that fails is tried again.
        """

        def written(record: Record, seq: int) -> SessionDocument:
            return document_of(record, self._origin_of(self._journal.journal_id, seq))

        try:
            if self._journal.revision(session_id) < self._journal.record(session_id).revision:
                self._journal.finish(session_id, written)
            self._exchange.put_out(session_id)
        except (JournalError, OSError, ValueError) as error:
            if session_id not in self._unfinished:
                logger.error("session %s is kept but cannot be made ready to send yet: %s", session_id, error)
            self._unfinished.add(session_id)
            return
        self._unfinished.discard(session_id)
