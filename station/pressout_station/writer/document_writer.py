"""Documents of closed and corrected sessions: made of facts, kept in the journal, and put out for the clinic.

Any step may be the last before the power goes: `recover` goes on from there. One that fails is tried again.
"""

from __future__ import annotations

import logging

import msgspec

from pressout_device.errors import ALTERED, JournalError
from pressout_session.document import SessionDocument
from pressout_session.document_builder import document_of
from pressout_session.record import Record
from pressout_station.journal import documents
from pressout_station.writer.storage import Rules, WriterStorage

logger = logging.getLogger(__name__)


class DocumentWriter:
    """Makes documents, for the writer's thread.

    Parameters
    ----------
    shelves : WriterStorage
        Where facts and documents are, and the way out.
    rules : Rules
        What the site says of itself in them.
    """

    def __init__(self, shelves: WriterStorage, rules: Rules) -> None:
        self._shelves = shelves
        self._rules = rules
        self.unfinished: set[str] = set()
        self._corrected: set[str] = set()

    def recover(self) -> None:
        """Make what a power cut left unmade, and put back into the outbox what the clinic lacks."""
        for session_id in documents.uncorrected(self._shelves.journal):
            self.finish(session_id)
        try:
            self._renew()
        except JournalError as error:
            logger.error("what was altered cannot be made anew yet: %s", error)
        try:
            self._shelves.exchange.put_out()
        except JournalError:
            raise
        except OSError as error:  # one that cannot be placed stops no start
            logger.error("what waits for the clinic cannot be put out yet: %s", error)
            self.unfinished |= {one.session_id for one in documents.waiting(self._shelves.journal)}

    def finish(self, session_id: str, *, corrected: bool = False) -> None:
        """Give a closed session its number and document, and the document to the uplink; what fails waits.

        One that was `corrected` just now has a new document whatever is left of its earlier corrections.
        """
        journal = self._shelves.journal
        if corrected:
            self._corrected.add(session_id)
        try:
            kept = documents.revision(journal, session_id)
            if kept < journal.record(session_id).revision or (kept and session_id in self._corrected):
                documents.finish(journal, session_id, self._written)
            self._corrected.discard(session_id)
            self._renew(session_id)
            self._shelves.exchange.put_out(session_id)
        except (OSError, *ALTERED) as error:  # whatever it is, the session is kept
            if session_id not in self.unfinished:
                logger.error("session %s is kept but cannot be made ready to send yet: %s", session_id, error)
            self.unfinished.add(session_id)
            return
        self.unfinished.discard(session_id)

    def _written(self, record: Record, seq: int) -> SessionDocument:
        """Give the document of a session; that facts of it were altered on the card is said in it."""
        journal = self._shelves.journal
        document = document_of(record, self._rules.origin_of(journal.journal_id, seq))
        return msgspec.structs.replace(document, altered_facts=journal.altered(document.session_id))

    def _renew(self, session_id: str | None = None) -> None:
        """Make anew, from the facts, what waits for the clinic and was altered on the card."""
        journal = self._shelves.journal
        for one in documents.altered_documents(journal, session_id):
            logger.error("the document of session %s was altered and is made anew", one.session_id)
            try:
                documents.renew(journal, one, self._written)
            except ALTERED as error:  # its facts are lost, too
                logger.error("session %s cannot be made anew: %s", one.session_id, error)
                documents.give_up(journal, one, "altered on the station's card, and its facts are lost")
