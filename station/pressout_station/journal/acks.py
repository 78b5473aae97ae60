"""Acks of the journal's documents by the clinic: delivered, or rejected and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pressout_session.wire import Ack, AckResult
from pressout_station.journal.documents import WaitingDocument
from pressout_station.journal.tables import Journal

# What staff can take in at a glance.
MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Rejected:
    """A document that the clinic will not have, and its reason."""

    session_id: str
    reason: str


def answered(journal: Journal, acks: Sequence[Ack], at: str | None) -> list[WaitingDocument | None]:
    """Note the clinic's answers, all in one transaction; give what each answers, or None if it is nothing of ours.

    What was delivered stays so: a late rejection of the same bytes says nothing new.
    """
    found: list[WaitingDocument | None] = []
    with journal.change() as db:
        for ack in acks:
            row = db.execute(
                "UPDATE documents SET answer = ?1, reason = ?2, answered_at = coalesce(answered_at, ?3)"
                " WHERE sha256 = ?4 AND (answer IS NULL OR answer = 'rejected' OR ?1 <> 'rejected')"
                " RETURNING seq, session_id, revision, length(document), sha256, journal_id",
                (str(ack.result), ack.reason, at, ack.sha256),
            ).fetchone()
            found.append(None if row is None else WaitingDocument(*row))
    return found


def counts(journal: Journal) -> tuple[int, int]:
    """How many documents are finished, and how many of them the clinic has."""
    ((finished, delivered),) = journal.rows(
        "SELECT count(*), coalesce(sum(answer IN (?, ?)), 0) FROM documents", (AckResult.STORED, AckResult.DUPLICATE)
    )
    return int(finished), int(delivered)


def undelivered(journal: Journal) -> tuple[int, int]:
    """How many documents wait for an answer, and how many sessions' last ones were rejected."""
    ((waiting,),) = journal.rows("SELECT count(*) FROM documents WHERE answer IS NULL")
    return int(waiting), len(rejected(journal, most=10_000))


def rejected(journal: Journal, most: int = MOST_SHOWN) -> list[Rejected]:
    """Give what the clinic rejected last, newest first; a later revision that it has makes up for it."""
    rows = journal.rows(
        "SELECT session_id, coalesce(reason, '') FROM documents AS one WHERE answer = 'rejected' AND NOT EXISTS"
        " (SELECT 1 FROM documents WHERE session_id = one.session_id AND revision > one.revision"
        " AND answer IN (?, ?)) GROUP BY session_id ORDER BY session_id DESC LIMIT ?",
        (AckResult.STORED, AckResult.DUPLICATE, most),
    )
    return [Rejected(session_id, reason) for session_id, reason in rows]
