"""Visits out of the journal: those of the last hours, with which a station goes on; and a patient's, for who asks."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from pressout_device.errors import ALTERED
from pressout_session.document import decode as decode_document
from pressout_session.facts import AnyFact, ClockCorrected, Closed, EndReason, Opened, decode
from pressout_session.history import PastVisit, past_visit
from pressout_session.patient_codes import GUEST
from pressout_session.visit import Visit
from pressout_session.visit_replay import visit_of
from pressout_station.journal import documents
from pressout_station.journal.tables import Journal

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StartMoment:
    """When a station starts: on its readings' clock (s), in which boot, and by the wall where that can be believed."""

    now_s: float
    boot_id: str
    wall: datetime | None


def recent_visits(journal: Journal, moment: StartMoment, within_s: float) -> list[tuple[str, Visit, EndReason, float]]:
    """Give whose visit it was, the visit, why it ended, and how long ago (s), of each of the last hours; oldest first.

    To go on is a convenience: what cannot be read, or nobody knows the age of, is left out.
    """
    found = []
    for session_id, opened in journal.openings():
        if opened.patient_ref == GUEST:
            continue
        try:
            one = _recent(opened, moment, within_s, journal, session_id)
        except ALTERED as error:
            logger.warning("session %s cannot be gone on with: %s", session_id, error)
            continue
        if one is not None:
            found.append(one)
    return found


def past_visits(journal: Journal, patient_ref: str, most: int) -> tuple[PastVisit, ...]:
    """Give a patient's last visits, oldest first; what cannot be read is left out."""
    visits = []
    for document in documents.documents_of(journal, patient_ref, most):
        try:
            visits.append(past_visit(decode_document(document)))
        except ALTERED as error:
            logger.error("a visit cannot be read and is left out: %s", error)
    return tuple(visits)


def _recent(
    opened: Opened, moment: StartMoment, within_s: float, journal: Journal, session_id: str
) -> tuple[str, Visit, EndReason, float] | None:
    began_ago_s = _ago_s(opened, moment)
    if began_ago_s is None or not -within_s <= began_ago_s <= 2.0 * within_s or journal.altered(session_id):
        return None
    rows = journal.rows("SELECT fact FROM facts WHERE session_id = ? ORDER BY place", (session_id,))
    facts: list[AnyFact] = [decode(written) for (written,) in rows]
    corrected_s = sum(fact.by_s for fact in facts if isinstance(fact, ClockCorrected))
    lasted_s = max(fact.t_s for fact in facts if not isinstance(fact, Closed | ClockCorrected)) - opened.t_s
    same_boot = opened.boot_id == moment.boot_id
    ago_s = began_ago_s - lasted_s - (0.0 if same_boot else corrected_s)
    visit = visit_of(facts)
    if visit is None or not 0.0 <= ago_s <= within_s:
        return None
    reason = next((fact.reason for fact in facts if isinstance(fact, Closed)), EndReason.INTERRUPTED)
    return opened.patient_ref, visit, reason, ago_s


def _ago_s(opened: Opened, moment: StartMoment) -> float | None:
    """Give how long ago a session began; None where no clock can tell: one without a battery wakes up yesterday."""
    if opened.boot_id == moment.boot_id:
        return moment.now_s - opened.t_s
    if moment.wall is None:
        return None
    return (moment.wall - datetime.fromisoformat(opened.wall_time)).total_seconds()
