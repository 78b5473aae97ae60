"""Visits of the last hours, out of the journal: what a station that was started again goes on with."""

from __future__ import annotations

from datetime import datetime

from pressout_session.facts import AnyFact, Closed, Opened, decode
from pressout_session.patient_codes import GUEST
from pressout_session.visit import Visit
from pressout_session.visit_replay import visit_of
from pressout_station.journal.tables import Journal


def recent_visits(journal: Journal, now: datetime, within_s: float) -> list[tuple[str, Visit, str, float]]:
    """Give whose visit it was, the visit, why it ended, and how long ago (s), of each of the last hours; oldest first.

    Where nobody knows what time it is, a session may seem to be of tomorrow: it is taken for one of just now.
    """
    found = []
    for session_id, opened in journal.openings():
        began_ago_s = (now - datetime.fromisoformat(opened.wall_time)).total_seconds()
        if opened.patient_ref == GUEST or began_ago_s > 2.0 * within_s:
            continue
        facts = _facts(journal, session_id)
        ago_s = max(0.0, began_ago_s - (facts[-1].t_s - opened.t_s))
        visit = visit_of(facts)
        if visit is not None and ago_s <= within_s:
            closed = next((fact.reason for fact in facts if isinstance(fact, Closed)), "interrupted")
            found.append((opened.patient_ref, visit, closed, ago_s))
    return found


def _facts(journal: Journal, session_id: str) -> list[AnyFact]:
    facts: list[AnyFact] = []
    for (written,) in journal.rows("SELECT fact FROM facts WHERE session_id = ? ORDER BY place", (session_id,)):
        try:
            facts.append(decode(written))
        except ValueError:
            continue
    return [fact for fact in facts if isinstance(fact, Opened)] and facts
