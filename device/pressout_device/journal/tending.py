"""What the writer does when nothing is to be saved: the clinic's answers and orders, old sessions, the clock.

A little at a time: a repetition that is counted meanwhile must not wait for it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

from pressout_device.auditing import Act, entry
from pressout_device.journal import forgetting
from pressout_device.journal.exchange import Answered, Exchange, LinkSeen, Order
from pressout_device.journal.shelves import Rules, Shelves
from pressout_session.orders import Erasure, PrescriptionOrder
from pressout_session.wire import EventKind, StationEvent
from pressout_session.writing import rfc3339

logger = logging.getLogger(__name__)

# A folder's own time may miss what came in the same tick of the kernel's clock: then this finds it.
LOOK_AGAIN_S = 2.0
CLOCK_S = 1.0
HOUSEKEEPING_S = 60.0


class Tending:
    """What comes from the uplink, and what leaves the journal.

    Parameters
    ----------
    shelves : Shelves
        Where things are kept.
    rules : Rules
        What the site says.
    """

    def __init__(self, shelves: Shelves, rules: Rules) -> None:
        self._shelves = shelves
        self._rules = rules
        self._link: LinkSeen | None = None
        self._due_s: dict[str, float] = {}
        self._put_off: dict[str, Order] = {}
        self._in_session = False
        self.more = False

    def turn(self, present: set[str], *, in_session: bool) -> Iterator[Answered | LinkSeen | str]:
        """Do a little; give what the station should hear, and the sessions whose document is to be written anew.

        `present` are the references of whoever has a session open: an erasure waits until it is closed.

        Raises
        ------
        JournalError
            If the journal cannot be read or written; what was not done comes again.
        """
        exchange = self._shelves.exchange
        if exchange.changed or self.more or in_session != self._in_session or self._is_due("look", LOOK_AGAIN_S):
            self._in_session = in_session
            moment = self._rules.wall_clock.now()
            at = rfc3339(moment.wall) if moment.synchronised else None
            arrived, self.more = exchange.arrivals(at, self._put_off.keys())
            for one in arrived:
                if isinstance(one, Answered):
                    yield one
                else:
                    self._put_off[one.path.name] = one
            exchange.say(in_session=in_session)
            if (link := exchange.link()) != self._link:
                self._link = link
                yield link
        waiting: set[str] = set()
        for name, order in tuple(self._put_off.items()):
            asked = order.asked
            # Whoever is signed in may be the one, though nothing of theirs is kept yet; and a dose that came after an
            # erasure is not to go with it.
            erasure_must_wait = isinstance(asked, Erasure) and (in_session or asked.patient_ref in present)
            if erasure_must_wait or asked.patient_ref in waiting:
                waiting.add(asked.patient_ref)
                continue
            del self._put_off[name]
            self._carry_out(order, exchange)
        if self._is_due("clock", CLOCK_S):
            yield from self._put_clock_right()
        if self._is_due("housekeeping", HOUSEKEEPING_S):
            self._keep_house()

    def _is_due(self, what: str, every_s: float) -> bool:
        now_s = time.monotonic()
        if now_s < self._due_s.get(what, 0.0):
            return False
        self._due_s[what] = now_s + every_s
        return True

    def _carry_out(self, order: Order, exchange: Exchange) -> None:
        asked = order.asked
        try:
            if isinstance(asked, PrescriptionOrder):
                self._take_dose(asked)
            else:
                self._erase(asked)
            exchange.done(order)
        except (OSError, ValueError) as error:  # ours are OSErrors
            logger.warning("an order of the clinic waits in the inbox: %s", error)

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
        again = forgetting.done(shelves.journal, asked.erase_id) is not None
        if not again:
            own, once = forgetting.sessions_of(shelves.journal, asked.patient_ref)
            shelves.exchange.withdraw({*own, *once})  # what may stay is put back below
            shelves.traces.forget(set(own))
            forgetting.drop_set_aside(shelves.folder, asked.patient_ref)
        erased = forgetting.erase(
            shelves.journal, asked.erase_id, asked.patient_ref, rfc3339(self._rules.wall_clock.now().wall)
        )
        if not again:
            shelves.doses.forget(asked.patient_ref)
        shelves.exchange.put_out()
        logger.info("erasure %s: %d sessions forgotten", asked.erase_id, erased.sessions)
        self._say(EventKind.ERASED, f"{erased.sessions} sessions", asked.erase_id, erased.lost_seqs)
        self._shelves.audit.add(entry(Act.ERASED, about=asked.erase_id, after=f"{erased.sessions} sessions"))

    def _put_clock_right(self) -> Iterator[str]:
        corrections = self._rules.wall_clock.corrections(self._shelves.journal)
        if corrections:
            self._shelves.journal.keep(corrections)
        self._rules.wall_clock.done()
        for session_id, corrected in corrections:
            logger.info("session %s: its clock was %.1f s behind", session_id, corrected.by_s)
            if self._shelves.journal.revision(session_id):
                yield session_id

    def _keep_house(self) -> None:
        shelves, moment = self._shelves, self._rules.wall_clock.now()
        if moment.synchronised:
            old = forgetting.old_sessions(shelves.journal, moment.wall, self._rules.keep_days)
            if old:
                try:
                    shelves.traces.forget(set(old))
                except OSError as error:
                    logger.warning("raw readings of old sessions cannot be dropped: %s", error)
                forgetting.drop(shelves.journal, old)
                self._shelves.audit.add(
                    entry(Act.DROPPED, after=f"{len(old)} sessions", before=f"{self._rules.keep_days:g} days")
                )
                if len(old) == forgetting.MOST_AT_ONCE:
                    self._due_s["housekeeping"] = 0.0
        waiting = {one.session_id for one in shelves.journal.waiting()}
        shelves.traces.trim(waiting, moment.wall if moment.synchronised else None)

    def _say(self, kind: EventKind, what: str, about: str, seqs: tuple[int, ...] = ()) -> None:
        """Put what became of an order into the outbox, before the order itself is dropped.

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
            number="",
            about=about,
            seqs=seqs,
            journal_id=self._shelves.journal.journal_id,
        )
        if self._shelves.exchange.announced([event]):
            raise OSError("the answer to it cannot be put into the outbox")
