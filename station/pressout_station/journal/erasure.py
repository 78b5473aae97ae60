"""Retention and erasure: sessions that the clinic has had for long enough, and whoever it says to forget.

What is forgotten is overwritten in the file (`secure_delete`), and its log is emptied. A memory card keeps spare copies
of what it wrote, which no program can reach; so does a backup.
"""

from __future__ import annotations

import errno
import logging
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from pressout_device.errors import JournalError
from pressout_session.document_builder import rfc3339
from pressout_session.error_sentences import why
from pressout_session.facts import Opened, Reassigned, decode, encode
from pressout_station.journal import salvage
from pressout_station.journal.tables import Journal

logger = logging.getLogger(__name__)

# In the place of a reference that was forgotten, in a session that is another patient's since.
NOBODY = "erased"
# What one turn of the writer may drop: a repetition must not wait for it.
MOST_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class ErasedSessions:
    """What was forgotten: how many sessions, and the places of those that the clinic never had, by journal.

    A salvaged journal's documents keep the name and the places that they had.
    """

    sessions: int
    lost: Mapping[str, tuple[int, ...]]


def old_sessions(journal: Journal, now: datetime, keep_days: float) -> list[str]:
    """Give sessions whose last document the clinic has had for `keep_days` and of which none waits; some at a time."""
    with journal.change() as db:
        # Answered while nobody knew the time: the days count from now.
        db.execute(
            "UPDATE documents SET answered_at = ? WHERE answered_at IS NULL AND answer IS NOT NULL", (rfc3339(now),)
        )
    rows = journal.rows(
        "SELECT session_id FROM documents AS last WHERE answer IN ('stored', 'duplicate') AND answered_at < ?"
        " AND NOT EXISTS (SELECT 1 FROM documents WHERE session_id = last.session_id"
        " AND (answer IS NULL OR revision > last.revision)) LIMIT ?",
        (rfc3339(now - timedelta(days=keep_days)), MOST_AT_ONCE),
    )
    return [session_id for (session_id,) in rows]


def drop(journal: Journal, sessions: list[str]) -> None:
    """Drop sessions: facts and documents."""
    with journal.change() as db:
        _drop(db, sessions)


def _drop(db: sqlite3.Connection, sessions: list[str]) -> None:
    for session_id in sessions:
        db.execute("DELETE FROM facts WHERE session_id = ?", (session_id,))
        db.execute("DELETE FROM documents WHERE session_id = ?", (session_id,))


def sessions_of(journal: Journal, patient_ref: str) -> tuple[list[str], list[str]]:
    """Give the sessions that are a patient's, and those that only once were."""
    named = journal.rows("SELECT DISTINCT session_id FROM documents WHERE patient_ref = ?", (patient_ref,))
    opened = journal.rows(
        "SELECT DISTINCT session_id FROM facts WHERE instr(CAST(fact AS TEXT), ?) > 0", (f'"{patient_ref}"',)
    )
    own: list[str] = []
    once: list[str] = []
    for session_id in sorted({one for (one,) in (*named, *opened)}):
        (own if _whose(journal, session_id, patient_ref) == patient_ref else once).append(session_id)
    return own, once


def _whose(journal: Journal, session_id: str, patient_ref: str) -> str:
    """Give whose a session is; where its facts cannot say, its last document does, else whoever they name."""
    said = journal.record(session_id).patient_ref
    rows = journal.rows(
        "SELECT patient_ref FROM documents WHERE session_id = ? ORDER BY revision DESC LIMIT 1", (session_id,)
    )
    return said or (rows[0][0] if rows else None) or patient_ref


def named(patient_ref: str) -> bytes:
    """Give how a fact or a document, readable or not, names a patient.

    >>> named("471922") in b'{"patient_ref":"471922"', named("471922") in b'{"seq":471922}'
    (True, False)
    """
    return f'"{patient_ref}"'.encode()


def done(journal: Journal, erase_id: str) -> ErasedSessions | None:
    """Give what an erasure that was carried out forgot, or None if it was not carried out yet."""
    for sessions, lost_seqs in journal.rows("SELECT sessions, lost_seqs FROM erasures WHERE erase_id = ?", (erase_id,)):
        try:
            lost = msgspec.json.decode(lost_seqs, type=dict[str, tuple[int, ...]])
        except ValueError:  # altered on the card, or of before places had a journal: it was carried out all the same
            lost = {}
        return ErasedSessions(sessions, lost)
    return None


def erase(journal: Journal, erase_id: str, patient_ref: str, at: str) -> ErasedSessions:
    """Forget a patient: their sessions and doses, and their reference in what became someone else's.

    That it was done is kept, by the number of the erasure and not by whose it was, with what the answer to it needs.
    One that comes twice deletes nothing of what was done since. Until `Journal.settle` nothing is overwritten for sure.
    """
    if (before := done(journal, erase_id)) is not None:
        return before
    own, once = sessions_of(journal, patient_ref)
    with journal.change() as db:
        lost: dict[str, tuple[int, ...]] = {}
        for session_id in (*own, *once):
            for journal_id, seq in db.execute(
                "SELECT journal_id, seq FROM documents"
                " WHERE session_id = ?1 AND answer IS NULL AND (patient_ref = ?2 OR ?3)",
                (session_id, patient_ref, session_id in own),
            ):
                lost[journal_id] = (*lost.get(journal_id, ()), seq)
        _drop(db, own)
        for session_id in once:
            _redact(db, session_id, patient_ref)
        db.execute("DELETE FROM prescriptions WHERE patient_ref = ?", (patient_ref,))
        erased = ErasedSessions(len(own), lost)
        told = msgspec.json.encode(lost).decode()
        db.execute("INSERT INTO erasures VALUES (?, ?, ?, ?)", (erase_id, at, erased.sessions, told))
    return erased


def _redact(db: sqlite3.Connection, session_id: str, patient_ref: str) -> None:
    """Take a patient's reference out of a session that became someone else's."""
    for place, fact in db.execute("SELECT place, fact FROM facts WHERE session_id = ?", (session_id,)).fetchall():
        redacted = _without(fact, patient_ref)
        if redacted is None:
            db.execute("DELETE FROM facts WHERE session_id = ? AND place = ?", (session_id, place))
        elif redacted != fact:
            db.execute(
                "UPDATE facts SET fact = ?1, checksum = fact_checksum(session_id, place, ?1)"
                " WHERE session_id = ?2 AND place = ?3",
                (redacted, session_id, place),
            )
    db.execute("DELETE FROM documents WHERE session_id = ? AND patient_ref = ?", (session_id, patient_ref))


def drop_set_aside(folder: Path, patient_ref: str) -> None:
    """Drop damaged journals that name a patient: what could be read of them was taken over.

    Raises
    ------
    JournalError
        If one cannot be dropped, or is not taken over yet: others' sessions may be in it alone.
    """
    if salvage.pending(folder / "journal.db"):
        raise JournalError(f"{folder}: found a damaged journal not taken over yet, expected it to be; again soon")
    try:
        for part in (folder / salvage.FOLDER).glob("*.db*"):
            if may_hold(part, patient_ref.encode()):
                part.unlink()
    except OSError as error:
        raise JournalError(f"{folder}: found {why(error)}, expected to be able to drop a damaged journal") from error


def may_hold(file: Path, what: bytes) -> bool:
    """Whether a file holds some bytes, or cannot be read any more."""
    try:
        return what in file.read_bytes()
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return True


def _without(written: bytes, patient_ref: str) -> bytes | None:
    """Give a fact without a reference; None where it names the patient and cannot be read."""
    try:
        fact = decode(written)
    except ValueError:
        return None if named(patient_ref) in written else written
    if isinstance(fact, Opened | Reassigned) and fact.patient_ref == patient_ref:
        return encode(msgspec.structs.replace(fact, patient_ref=NOBODY))
    return written
