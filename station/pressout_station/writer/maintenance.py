"""Maintenance in idle moments: the clinic's answers and orders, old sessions, the clock.

A little at a time: a repetition that is counted meanwhile must not wait for it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import msgspec

from pressout_session.document_builder import rfc3339
from pressout_session.error_codes import NUMBERS, Notice
from pressout_session.orders import Erasure, PrescriptionOrder
from pressout_session.wire import EventKind, StationEvent
from pressout_station.audit_log import Act, entry
from pressout_station.journal import documents, erasure, salvage
from pressout_station.mailbox.backoff import Backoff
from pressout_station.writer.messages import AckArrived, DocumentAltered, Forgotten, LinkReport, OrderArrived
from pressout_station.writer.storage import Rules, WriterStorage

logger = logging.getLogger(__name__)

# A folder's own time may miss what came in the same tick of the kernel's clock: then this finds it.
LOOK_AGAIN_S = 2.0
CLOCK_S = 1.0
HOUSEKEEPING_S = 60.0


@dataclass(frozen=True, slots=True)
class Present:
    """Who is at the station (None: nobody), whose sessions are open, and whether anything waits for the disk."""

    occupant: str | None
    open_for: frozenset[str]
    unsaved: bool

    @property
    def in_session(self) -> bool:
        """Whether someone is there."""
        return self.occupant is not None

    def forbids(self, asked: PrescriptionOrder | Erasure) -> bool:
        """Whether an order must wait.

        A dose is changed under nobody: it holds from the next visit on, and what a therapist sets meanwhile is weighed
        against it. Nobody is forgotten while someone is there, or while something of theirs may not be on disk yet.
        """
        if asked.patient_ref in self.open_for or asked.patient_ref == self.occupant:
            return True
        return isinstance(asked, Erasure) and (self.in_session or self.unsaved)


class Maintenance:
    """What comes from the uplink, and what leaves the journal.

    Parameters
    ----------
    shelves : WriterStorage
        Where things are kept.
    rules : Rules
        What the site says.
    """

    def __init__(self, shelves: WriterStorage, rules: Rules) -> None:
        self._shelves = shelves
        self._rules = rules
        self._link: LinkReport | None = None
        self._due_s: dict[str, float] = {}
        self._put_off: dict[str, OrderArrived] = {}
        self._patience = Backoff()
        self._in_session = False
        self._erased: list[str] = []
        self._altered: int | None = None  # not looked for yet
        self.more = False

    def turn(self, present: Present) -> Iterator[AckArrived | LinkReport | Forgotten | str]:
        """Do a little; give what the station should hear, and the sessions whose document is to be written anew.

        Raises
        ------
        JournalError
            If the journal cannot be read or written; what was not done comes again.
        """
        exchange, in_session = self._shelves.exchange, present.in_session
        now_s = time.monotonic()
        if exchange.changed or self.more or in_session != self._in_session or self._is_due("look", LOOK_AGAIN_S):
            self._in_session = in_session
            moment = self._rules.wall_clock.now()
            at = rfc3339(moment.wall) if moment.synchronised else None
            arrived, self.more = exchange.arrivals(at, now_s, self._put_off.keys())
            for one in arrived:
                if isinstance(one, AckArrived):
                    yield one
                elif isinstance(one, DocumentAltered):
                    yield one.session_id
                else:
                    self._put_off[one.path.name] = one
            exchange.say(in_session=in_session)
            link = replace(exchange.link(), damaged_on=salvage.last_damage(self._shelves.journal.path))
            if link != self._link:
                self._link = link
                yield link
        self._carry_out_orders(present, now_s)
        while self._erased:
            yield Forgotten(self._erased.pop())
        if self._is_due("clock", CLOCK_S):
            yield from self._put_clock_right()
        if self._is_due("housekeeping", HOUSEKEEPING_S):
            self._tell_salvage()
            self._keep_house()
        if self._altered is None and not in_session:  # which reads every fact: no repetition waits for that
            self._tell_altered()

    def _is_due(self, what: str, every_s: float) -> bool:
        now_s = time.monotonic()
        if now_s < self._due_s.get(what, 0.0):
            return False
        self._due_s[what] = now_s + every_s
        return True

    def _carry_out_orders(self, present: Present, now_s: float) -> None:
        """Carry out what may be: nothing of a patient before what came earlier for the same one.

        An erasure waits for nobody: the doses that came before it are forgotten with the rest.
        """
        waiting: dict[str, list[str]] = {}
        for name, order in tuple(self._put_off.items()):
            earlier = waiting.setdefault(order.asked.patient_ref, [])
            may_be = not present.forbids(order.asked) and (not earlier or isinstance(order.asked, Erasure))
            if may_be and self._patience.is_due(name, now_s) and self._carried_out(name, order, now_s, earlier):
                for done in (*earlier, name):
                    del self._put_off[done]
                earlier.clear()
            else:
                earlier.append(name)

    def _carried_out(self, name: str, order: OrderArrived, now_s: float, earlier: list[str]) -> bool:
        """Carry out an order, and drop those before it with an erasure; say whether it was done."""
        asked = order.asked
        try:
            if isinstance(asked, PrescriptionOrder):
                self._take_dose(asked)
            else:
                for before in earlier:  # first: a dose that is left would bring the patient back
                    self._shelves.exchange.done(self._put_off[before])
                self._erase(asked)
            self._shelves.exchange.done(order)
        except (OSError, ValueError) as error:  # ours are OSErrors
            if self._patience.failed(name, now_s):
                logger.warning("an order of the clinic waits in the inbox: %s", error)
            return False
        self._patience.worked(name)
        return True

    def _take_dose(self, order: PrescriptionOrder) -> None:
        reason = self._shelves.doses.ordered(order, self._rules.policy)
        version = f"version {order.version}"
        if reason:
            logger.warning("prescription %s (%s) does not hold: %s", order.prescription_id, version, reason)
            self._say(EventKind.PRESCRIPTION_REFUSED, f"{version}: {reason}", order.prescription_id)
            self._shelves.audit.add(entry(Act.DOSE_REFUSED, about=order.prescription_id, after=version))
            return
        logger.info("prescription %s (%s) holds from its patient's next visit on", order.prescription_id, version)
        self._say(EventKind.PRESCRIBED, version, order.prescription_id)
        self._shelves.audit.add(entry(Act.DOSE_RECEIVED, about=order.prescription_id, after=version))

    def _erase(self, asked: Erasure) -> None:
        shelves = self._shelves
        erased = erasure.done(shelves.journal, asked.erase_id)
        if erased is None:
            own, once = erasure.sessions_of(shelves.journal, asked.patient_ref)
            shelves.exchange.withdraw({*own, *once}, asked.patient_ref)  # what may stay is put back below
            shelves.traces.forget(set(own))
            erasure.drop_set_aside(shelves.folder, asked.patient_ref)
            at = rfc3339(self._rules.wall_clock.now().wall)
            erased = erasure.erase(shelves.journal, asked.erase_id, asked.patient_ref, at)
            shelves.doses.forget(asked.patient_ref)
        self._erased.append(asked.patient_ref)
        shelves.journal.settle()
        shelves.exchange.put_out()
        logger.info("erasure %s: %d sessions forgotten", asked.erase_id, erased.sessions)
        for journal_id, seqs in {shelves.journal.journal_id: (), **erased.lost}.items():
            self._say(
                EventKind.ERASED,
                f"{erased.sessions} sessions",
                asked.erase_id,
                {"journal_id": journal_id, "seqs": seqs},
            )
        self._shelves.audit.add(entry(Act.ERASED, about=asked.erase_id, after=f"{erased.sessions} sessions"))

    def _put_clock_right(self) -> Iterator[str]:
        corrections = self._rules.wall_clock.corrections(self._shelves.journal)
        if corrections:
            self._shelves.journal.keep(corrections)
        self._rules.wall_clock.done()
        for session_id, corrected in corrections:
            logger.info("session %s: its clock was %.1f s behind", session_id, corrected.by_s)
            if documents.revision(self._shelves.journal, session_id):
                yield session_id

    def _tell_salvage(self) -> None:
        """Tell the clinic, once, what was saved of a journal that was found damaged."""
        journal, audit = self._shelves.journal, self._shelves.audit
        for aside, saved in salvage.untold(journal.path):
            found = f"{saved.facts} facts and {saved.documents} documents saved, {saved.altered} facts altered"
            self._say(EventKind.RECORDS_DAMAGED, aside.name, besides=msgspec.structs.asdict(saved))
            audit.add(entry(Act.SALVAGED, about=aside.name, after=found))
            self._shelves.exchange.ask_for_all_orders()  # doses may have been among what is lost
            salvage.told(aside)

    def _tell_altered(self) -> None:
        """Tell the clinic, once, how many facts and doses of a sound journal are not as they were written."""
        self._altered = self._shelves.journal.altered()
        doses = self._shelves.doses
        which_facts = self._shelves.journal.altered_which() if self._altered else ""  # it reads every fact once more
        for count, which, act, what in (
            (self._altered, which_facts, Act.ALTERED, "altered"),
            (doses.altered, doses.altered_which, Act.DOSES_ALTERED, "doses altered"),
        ):
            last = self._shelves.audit.last(act)
            if count and (last is None or (last.after, last.about) != (str(count), which)):
                logger.error("journal: found %d %s since they were written", count, what)
                self._say(EventKind.RECORDS_DAMAGED, what, besides={"altered": count})
                self._shelves.audit.add(entry(act, about=which, after=str(count)))

    def _keep_house(self) -> None:
        shelves, moment = self._shelves, self._rules.wall_clock.now()
        if moment.synchronised:
            old = erasure.old_sessions(shelves.journal, moment.wall, self._rules.keep_days)
            if old:
                try:
                    shelves.traces.forget(set(old))
                except OSError as error:
                    logger.warning("raw readings of old sessions cannot be dropped: %s", error)
                erasure.drop(shelves.journal, old)
                self._shelves.audit.add(
                    entry(Act.DROPPED, after=f"{len(old)} sessions", before=f"{self._rules.keep_days:g} days")
                )
                if len(old) == erasure.MOST_AT_ONCE:
                    self._due_s["housekeeping"] = 0.0
        if not self._in_session:
            shelves.exchange.put_out()  # what was taken out of the outbox, or renamed in it, by whomever
        waiting = {one.session_id for one in documents.waiting(shelves.journal)}
        shelves.traces.trim(waiting, moment.wall if moment.synchronised else None)

    def _say(
        self,
        kind: EventKind,
        what: str,
        about: str | None = None,
        besides: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """Put what became of an order into the outbox, before the order itself is dropped; `besides` are its figures.

        Raises
        ------
        OSError
            If that cannot be done.
        """
        event = StationEvent(
            event_id=self._rules.new_id(),
            at=rfc3339(self._rules.wall_clock.now().wall),
            kind=kind,
            load_cell_id="",
            what=what,
            number=NUMBERS[Notice.RECORDS_DAMAGED] if kind is EventKind.RECORDS_DAMAGED else "",
            about=about,
            **{"journal_id": self._shelves.journal.journal_id, **besides},
        )
        if self._shelves.exchange.announced([event]):
            raise OSError("the answer to it cannot be put into the outbox")
