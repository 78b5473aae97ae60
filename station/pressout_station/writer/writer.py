"""The one thread that writes: facts to journal and cell book, documents to the outbox, answers back.

No frame ever waits for it.

It takes what has queued up, commits it together, and says what is safe. When the disk refuses, what is unsaved stays
in memory, in order, and is tried again; nothing already written is touched.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, TypeAlias

from pressout_device.clock import Every
from pressout_device.errors import ALTERED, DamagedError, JournalError
from pressout_session.facts import AnyFact, Closed, Correction, Opened
from pressout_session.load_cell_history import AnyCellFact
from pressout_session.prescription import Prescription
from pressout_session.wire import StationEvent
from pressout_station.audit_log import Entry
from pressout_station.journal.recent_visits import past_visits
from pressout_station.writer.document_writer import DocumentWriter
from pressout_station.writer.maintenance import Maintenance, Present
from pressout_station.writer.messages import (
    FactToKeep,
    Kept,
    NotKept,
    Occupied,
    Prescribed,
    Told,
    VisitsRead,
    VisitsRequested,
)
from pressout_station.writer.raw_traces import SetTrace
from pressout_station.writer.storage import Rules, WriterStorage

logger = logging.getLogger(__name__)

# How often the inbox is looked at, and a refused commit tried again.
TEND_S = 0.25
# A journal that cannot be mended, for want of room perhaps, is tried again so often.
MEND_EVERY_S = 5.0
# What a therapist's charts show.
MOST_VISITS = 8
# What a card that cannot be written may cost of memory: a set's readings are for arguments, not for counting.
MOST_TRACES = 4

_Job: TypeAlias = FactToKeep | AnyCellFact | StationEvent | Prescribed | VisitsRequested | Entry | SetTrace | Occupied


class Writer:
    """Owns the journal from the moment it is built.

    Parameters
    ----------
    shelves : WriterStorage
        Where things are kept; used by nobody else from now on.
    rules : Rules
        What the site says of what is kept, and who says what time it is.
    """

    def __init__(self, shelves: WriterStorage, rules: Rules) -> None:
        self._shelves = shelves
        self._rules = rules
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._told: queue.SimpleQueue[Told] = queue.SimpleQueue()
        # What waits, by what is to be done with it, in the order in which it is done.
        self._waiting: dict[Callable[[list[Any]], list[Any]], list[Any]] = {
            desk: []
            for desk in (self._save, self._write_down, self._write_audit, self._prescribe, self._announce, self._trace)
        }
        self._unanswered: list[str] = []
        self._open: dict[str, str] = {}
        self._documents = DocumentWriter(shelves, rules)
        self._refused = False
        self._mend_due = Every(MEND_EVERY_S)
        self._occupant: str | None = None
        self._went_round_s = time.monotonic()
        self._tending = Maintenance(shelves, rules)
        try:
            self._recover()
        except DamagedError:  # what the look at the whole file did not see
            shelves.journal.mend()
            self._recover()
        self._thread = threading.Thread(target=self._run, name="pressout-writer", daemon=True)
        self._thread.start()

    def keep(self, session_id: str, fact: AnyFact) -> None:
        """Ask for a fact to be kept; `Kept` says when it is."""
        self._jobs.put(FactToKeep(session_id, fact))

    def note(self, fact: AnyCellFact) -> None:
        """Ask for something that happened to the load cell to be kept."""
        self._jobs.put(fact)

    def tell(self, event: StationEvent) -> None:
        """Ask for something to be said to the clinic, some time."""
        self._jobs.put(event)

    def audit(self, entry: Entry) -> None:
        """Ask for what someone did to be written down."""
        self._jobs.put(entry)

    def trace(self, trace: SetTrace) -> None:
        """Ask for a set's raw readings to be kept."""
        self._jobs.put(trace)

    def occupied(self, patient_ref: str | None) -> None:
        """Say who is at the station now; None when they have gone."""
        self._jobs.put(Occupied(patient_ref))

    def prescribe(self, patient_ref: str, prescription: Prescription) -> None:
        """Ask for what a patient is to do to be kept."""
        self.prescriptions[patient_ref] = prescription
        self._jobs.put(Prescribed(patient_ref, prescription))

    def ask(self, patient_ref: str) -> None:
        """Ask for a patient's last visits; `VisitsRead` brings them."""
        self._jobs.put(VisitsRequested(patient_ref))

    @property
    def prescriptions(self) -> dict[str, Prescription]:
        """What each patient is to do."""
        return self._shelves.doses.known

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

    @property
    def ago_s(self) -> float:
        """How long ago the thread last went round."""
        return time.monotonic() - self._went_round_s

    def close(self, patience_s: float = 10.0) -> bool:
        """Write what is queued and end; say whether everything was saved."""
        self._jobs.put(None)
        self._thread.join(patience_s)
        lost = (self._save, self._write_down, self._write_audit, self._prescribe)
        return not self._thread.is_alive() and self._jobs.empty() and not any(self._waiting[desk] for desk in lost)

    def _recover(self) -> None:
        """Find what a power cut left: close it as interrupted, and put back into the outbox what the clinic lacks."""
        journal = self._shelves.journal
        whole = True
        for session_id in sorted({*journal.unfinished()} - {*self._open}):  # those that are open go on
            logger.warning("session %s was interrupted, closing it", session_id)
            try:
                journal.interrupt(session_id)
            except (JournalError, *ALTERED) as error:
                logger.error("session %s cannot be closed: %s", session_id, error)
                whole = False
                continue
            self._documents.finish(session_id)
        self._documents.recover()
        journal.mended = journal.mended and not whole

    def _run(self) -> None:
        going_on = True
        while going_on:
            going_on = self._gather()
            self._mend()
            for desk, jobs in self._waiting.items():
                if jobs:
                    self._waiting[desk] = self._tried(desk, jobs)
            for session_id in tuple(self._documents.unfinished):
                self._documents.finish(session_id)
            try:
                self._tend()
            except (OSError, *ALTERED) as error:  # what is unsaved waits in this thread: it must not end
                logger.warning("the journal, or what the clinic sent, cannot be read or written just now: %s", error)
        self._shelves.journal.close()

    def _mend(self) -> None:
        """Where it is damaged, go on with a new journal and all that can be read of this one."""
        journal = self._shelves.journal
        try:
            if journal.broken and self._mend_due.due(time.monotonic()):
                logger.error("the journal is damaged, and is mended")
                journal.mend()
            if journal.mended and not journal.broken:
                self._recover()
        except (OSError, *ALTERED) as error:
            logger.warning("the journal cannot be mended just now: %s", error)

    def _tend(self) -> None:
        """Tell what has come from the clinic, how the way to it is, and, after all that was saved, what was asked."""
        unsaved = any(self._waiting[desk] for desk in (self._save, self._prescribe, self._trace))
        for news in self._tending.turn(Present(self._occupant, frozenset(self._open.values()), unsaved)):
            if isinstance(news, str):
                self._documents.finish(news)
            else:
                self._told.put(news)
        while self._unanswered:
            found = past_visits(self._shelves.journal, self._unanswered[0], MOST_VISITS)
            self._told.put(VisitsRead(self._unanswered[0], found))
            del self._unanswered[0]

    def _gather(self) -> bool:
        """Wait for work, take all there is; False when it was the last."""
        self._went_round_s = time.monotonic()
        try:
            job = self._jobs.get(timeout=0.0 if self._tending.more else TEND_S)
        except queue.Empty:
            return True
        while job is not None:
            match job:
                case FactToKeep():
                    self._waiting[self._save].append(job)
                case StationEvent():
                    self._waiting[self._announce].append(job)
                case Prescribed():
                    self._waiting[self._prescribe].append(job)
                case Entry():
                    self._waiting[self._write_audit].append(job)
                case SetTrace():
                    self._waiting[self._trace].append(job)
                case VisitsRequested(patient_ref=patient_ref):
                    self._unanswered.append(patient_ref)
                case Occupied(patient_ref=patient_ref):
                    self._occupant = patient_ref
                case _:
                    self._waiting[self._write_down].append(job)
            if self._jobs.empty():
                return True
            job = self._jobs.get()
        return False

    def _tried(self, desk: Callable[[list[Any]], list[Any]], jobs: list[Any]) -> list[Any]:
        """Do what waits at a desk; give what must wait on, because the disk refused it."""
        try:
            left = desk(jobs)
        except (OSError, *ALTERED) as error:  # ours are OSErrors; this thread must not end of any
            if not self._refused:
                logger.error("%s; what is to be kept waits in memory", error)
            self._refused = True
            if desk == self._save:
                self._told.put(NotKept(str(error), len(jobs)))
            return jobs
        if desk == self._save:
            if self._refused:
                logger.warning("the journal takes facts again, %d were waiting", len(jobs))
            self._refused = False
        return left

    def _save(self, facts: list[FactToKeep]) -> list[FactToKeep]:
        journal = self._shelves.journal
        # A correction of what was erased meanwhile would bring it back.
        ours = {one.session_id for one in facts if not isinstance(one.fact, Correction)}
        kept = [one for one in facts if one.session_id in ours or journal.knows(one.session_id)]
        journal.keep([(one.session_id, one.fact) for one in kept])
        done: dict[str, bool] = {}  # what gets a document, and whether because it was corrected
        for one in kept:
            session_id, fact = one.session_id, one.fact
            if isinstance(fact, Opened):
                self._open[session_id] = fact.patient_ref
            if isinstance(fact, Closed):
                self._open.pop(session_id, None)
            if isinstance(fact, Closed | Correction):
                done[session_id] = done.get(session_id, False) or isinstance(fact, Correction)
        for session_id, corrected in done.items():
            self._documents.finish(session_id, corrected=corrected)
        for one in facts:
            self._told.put(Kept(one.session_id, one.fact))
        return []  # whatever comes of the documents: these are kept, and must not be kept twice

    def _write_down(self, facts: list[AnyCellFact]) -> list[AnyCellFact]:
        self._shelves.book.write(*facts)
        return []

    def _write_audit(self, entries: list[Entry]) -> list[Entry]:
        self._shelves.audit.add(*entries)
        return []

    def _prescribe(self, prescribed: list[Prescribed]) -> list[Prescribed]:
        for one in prescribed:
            self._shelves.doses.keep(one.patient_ref, one.prescription)
        return []

    def _announce(self, events: list[StationEvent]) -> list[StationEvent]:
        return self._shelves.exchange.announced(events)

    def _trace(self, traces: list[SetTrace]) -> list[SetTrace]:
        for one in traces[-MOST_TRACES:]:
            self._shelves.traces.keep(one)
        return []
