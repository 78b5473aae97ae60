"""Mailbox of the writer: documents and events going out; answers, marks and orders coming in.

Used by the writer thread alone.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from pressout_device.errors import JournalError
from pressout_device.storage import atomic_files
from pressout_session.error_codes import LinkTrouble
from pressout_session.orders import Erasure, PrescriptionOrder
from pressout_session.wire import StationEvent, digest
from pressout_station.journal import acks, documents
from pressout_station.journal.documents import WaitingDocument
from pressout_station.journal.erasure import may_hold, named
from pressout_station.journal.tables import Journal
from pressout_station.mailbox import spool
from pressout_station.mailbox.backoff import Backoff
from pressout_station.mailbox.wakeup import listens, ring
from pressout_station.writer.messages import AckArrived, Arrival, DocumentAltered, LinkReport, OrderArrived

logger = logging.getLogger(__name__)

# So that a repetition never waits long for the thread: files taken in one turn.
AT_ONCE = 4


class Mailbox:
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
        self._seen_ns = -1
        self._patience = Backoff()
        self._said: spool.StationSaid | None = None

    def put_out(self, session_id: str | None = None) -> None:
        """Put documents that the clinic has not answered into the outbox as the journal has them: one's, or all.

        Raises
        ------
        OSError
            If one cannot be written.
        """
        waiting = documents.waiting(self._journal, session_id)
        self._put([one for one in waiting if not self._lies_there(_name(one), one.size_bytes)])

    def _lies_there(self, name: str, size_bytes: int) -> bool:
        try:
            return (self._outbox / name).stat().st_size == size_bytes
        except OSError:
            return False

    def put_again(self, session_id: str) -> None:
        """Write a session's documents anew: what lies in the outbox is not what the journal has.

        Raises
        ------
        OSError
            If one cannot be written.
        """
        waiting = documents.waiting(self._journal, session_id)
        self._put([one for one in waiting if not self._lies_there_whole(_name(one))])

    def _lies_there_whole(self, name: str) -> bool:
        try:
            return not spool.is_altered(name, (self._outbox / name).read_bytes())
        except OSError:
            return False

    def _put(self, missing: list[WaitingDocument]) -> None:
        """Place documents, after what lies in their place: an earlier station's, or an altered one.

        The folder is gone through once for all of them: a month's backlog lies there.
        """
        if missing:
            places = {_place(_name(one)) for one in missing}
            for name in spool.documents(self._outbox):
                if _place(name) in places:
                    (self._outbox / name).unlink(missing_ok=True)
        for one in missing:
            document = documents.document_bytes(self._journal, one.session_id, one.revision)
            atomic_files.place(self._outbox, _name(one), document)
        if missing:
            ring(self._inbox)

    def announced(self, events: list[StationEvent]) -> list[StationEvent]:
        """Put events into the outbox, the oldest there making room; give those that must wait."""
        waiting = events[-spool.MOST_EVENTS :]
        try:
            while waiting:
                content = msgspec.json.encode(waiting[0])
                atomic_files.place(self._outbox, spool.event_name(waiting[0].event_id), content)
                waiting = waiting[1:]
            for name in spool.events(self._outbox)[: -spool.MOST_EVENTS]:
                (self._outbox / name).unlink(missing_ok=True)
        except OSError as error:
            logger.warning("an event for the clinic waits in memory: %s", error)
        ring(self._inbox)
        return waiting

    def say(self, *, in_session: bool) -> None:
        """Let the clinic know how the station is, when that changes."""
        rejected = acks.rejected(self._journal)
        _waiting, count = acks.undelivered(self._journal)
        reason = rejected[0].reason if rejected else ""
        said = spool.StationSaid(in_session=in_session, rejected=count, reason=reason)
        if said == self._said:
            return
        try:
            atomic_files.place(self._outbox, spool.STATION, msgspec.json.encode(said))
            self._said = said
        except OSError as error:
            logger.debug("how the station is cannot be told yet: %s", error)
        ring(self._inbox)

    def link(self) -> LinkReport:
        """Look how the way to the clinic is."""
        try:
            said = atomic_files.read(self._inbox / spool.LINK, spool.Link)
        except OSError:
            said = None
        if said is None or not listens(self._inbox):
            said = spool.Link(trouble=LinkTrouble.NO_UPLINK)
        waiting, rejected = acks.undelivered(self._journal)
        return LinkReport(waiting, rejected, said, tuple(acks.rejected(self._journal)))

    @property
    def changed(self) -> bool:
        """Whether something may have come since the last look; costs one look at the folder itself."""
        try:
            now_ns = self._inbox.stat().st_mtime_ns
        except OSError:
            return True
        changed, self._seen_ns = now_ns != self._seen_ns, now_ns
        return changed

    def arrivals(self, at: str | None, now_s: float, put_off: Collection[str] = ()) -> tuple[list[Arrival], bool]:
        """Take some of what the uplink has put into the inbox, as of `at` (None: nobody knows); say whether more waits.

        Answers are noted in the journal, marks dropped, orders given for the writer to carry out; those `put_off`
        are left alone, and what failed is tried again later, so that the rest never waits for it.
        """
        arrived: list[Arrival] = []
        waiting = (name for name in atomic_files.waiting(self._inbox) if name not in put_off)
        # In the order in which they came: a dose that was sent before its patient was to be forgotten goes with them.
        names = sorted((name for name in waiting if self._patience.is_due(name, now_s)), key=spool.came_at)
        for name in names[:AT_ONCE]:
            try:
                arrived.extend(self._taken(self._inbox / name, at))
                self._patience.worked(name)
            except (JournalError, OSError) as error:
                if self._patience.failed(name, now_s):
                    logger.warning("%s waits in the inbox: %s", name, error)
        return arrived, len(names) > AT_ONCE

    def done(self, order: OrderArrived) -> None:
        """Drop the file of an order that was carried out.

        Raises
        ------
        OSError
            If it cannot be dropped; then it comes again, which does no harm.
        """
        order.path.unlink(missing_ok=True)

    def ask_for_all_orders(self) -> None:
        """Let the uplink ask the clinic, at its next connection, for every order that holds."""
        (self._inbox / spool.SINCE).unlink(missing_ok=True)

    def withdraw(self, sessions: set[str], patient_ref: str) -> None:
        """Take sessions out of the outbox, and what else names a patient: the journal may have lost what lies there.

        What cannot be read goes, too: if it is another's, the journal puts it there again.

        Raises
        ------
        OSError
            If one cannot be taken out.
        """
        for name in spool.documents(self._outbox):
            document = self._outbox / name
            if spool.session_of(name) in sessions or may_hold(document, named(patient_ref)):
                document.unlink(missing_ok=True)

    # ---- inside --------------------------------------------------------------------------------

    def _taken(self, path: Path, at: str | None) -> list[Arrival]:
        kind = path.name.split(".")[0]
        match kind:
            case "acks":
                found = self._answered(atomic_files.read(path, list[spool.Answer]) or [], at)
            case spool.ALTERED:
                found = self._altered(path.name.removeprefix(f"{spool.ALTERED}."))
            case "taken":
                self._said_to_the_broker(path.name.removeprefix("taken."))
                found = []
            case "prescription" | "erase":
                asked: PrescriptionOrder | Erasure | None = atomic_files.read(path, PrescriptionOrder)
                if kind == "erase":
                    asked = atomic_files.read(path, Erasure)
                if asked is not None:
                    return [OrderArrived(asked, path)]
                found = []
            case _:
                found = []
        path.unlink(missing_ok=True)
        return found

    def _answered(self, said: list[spool.Answer], at: str | None) -> list[Arrival]:
        found: list[Arrival] = []
        unknown: dict[str, str] = {}
        for one, answered in zip(said, acks.answered(self._journal, [one.ack for one in said], at), strict=True):
            if answered is None:
                # The journal does not hold these bytes: what lay in the outbox was damaged, or the journal was.
                unknown[one.session_id] = one.ack.sha256
                continue
            # The journal still has it.
            (self._outbox / _name(answered)).unlink(missing_ok=True)
            (self._outbox / f"{_place(_name(answered))}.json").unlink(missing_ok=True)  # an earlier station's
            found.append(AckArrived(answered.session_id, one.ack.result, one.ack.reason))
        if unknown:
            self._drop_answered(unknown)
        for session_id in unknown:
            self.put_again(session_id)
        return found

    def _drop_answered(self, sha256_of: Mapping[str, str]) -> None:
        """Take out of the outbox the very bytes, by session, that the clinic has answered: they need not go again."""
        for name in spool.documents(self._outbox):
            sha256 = sha256_of.get(spool.session_of(name))
            if sha256 and digest((self._outbox / name).read_bytes()) == sha256:
                (self._outbox / name).unlink(missing_ok=True)

    def _altered(self, name: str) -> list[Arrival]:
        if not spool.DOCUMENT.fullmatch(name):
            return []
        (self._outbox / name).unlink(missing_ok=True)
        return [DocumentAltered(spool.session_of(name))]

    def _said_to_the_broker(self, name: str) -> None:
        if spool.EVENT.fullmatch(name):
            (self._outbox / name).unlink(missing_ok=True)


def _place(name: str) -> str:
    """Give the part of a document's name that stays when its bytes do not: sequence, session, revision."""
    return ".".join(name.split(".")[:3])


def _name(one: WaitingDocument) -> str:
    return spool.document_name(one.seq, one.session_id, one.revision, one.sha256)
