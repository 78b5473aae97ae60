"""Documents of the journal: each session's, by revision, with its place in the sequence and the clinic's answer."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from pressout_session.document import SessionDocument
from pressout_session.document import encode as document_encoded
from pressout_session.record import Record
from pressout_session.wire import AckResult, digest
from pressout_station.journal.tables import Journal

# Facts that change a document which there may be already.
CORRECTIONS = ("reassigned", "sessionvoided", "clockcorrected")


class WaitingDocument(msgspec.Struct, frozen=True):
    """A document that the clinic has not answered."""

    seq: int
    session_id: str
    revision: int
    size_bytes: int
    sha256: str
    journal_id: str


def finish(journal: Journal, session_id: str, written: Callable[[Record, int], SessionDocument]) -> None:
    """Give a closed or corrected session its place in the sequence and its document, in one transaction.

    `written` makes the document of a record and a `seq`.
    """
    with journal.change() as db:
        (seq,) = db.execute("UPDATE journal SET next_seq = next_seq + 1 RETURNING next_seq - 1").fetchone()
        document = written(journal.record(session_id), seq)
        # Where a correction was lost on the card, the next one is a revision of its own all the same.
        document = msgspec.structs.replace(document, revision=max(document.revision, 1 + revision(journal, session_id)))
        payload = document_encoded(document)
        db.execute(
            "INSERT INTO documents (session_id, revision, journal_id, seq, sha256, document, patient_ref)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (session_id, document.revision, journal.journal_id, seq, digest(payload), payload, document.patient_ref),
        )


def revision(journal: Journal, session_id: str) -> int:
    """Give the revision of a session's last document; 0 where it has none."""
    ((revision,),) = journal.rows(
        "SELECT coalesce(max(revision), 0) FROM documents WHERE session_id = ?", (session_id,)
    )
    return int(revision)


def uncorrected(journal: Journal) -> list[str]:
    """Give the sessions whose last correction has no document yet."""
    kinds = " OR ".join(f'CAST(fact AS TEXT) LIKE \'{{"fact":"{kind}"%\'' for kind in CORRECTIONS)
    rows = journal.rows(f"SELECT session_id FROM facts WHERE {kinds} GROUP BY session_id")
    return [owner for (owner,) in rows if 0 < revision(journal, owner) < journal.record(owner).revision]


def documents_of(journal: Journal, patient_ref: str, most: int) -> list[bytes]:
    """Give the last documents of a patient's last sessions, oldest first, but those that the card has altered."""
    rows = journal.rows(
        "SELECT document, sha256 FROM documents AS one WHERE patient_ref = ?1 AND revision ="
        " (SELECT max(revision) FROM documents WHERE session_id = one.session_id)"
        " ORDER BY session_id DESC LIMIT ?2",
        (patient_ref, most),
    )
    return [document for document, sha256 in rows if digest(document) == sha256][::-1]


def waiting(journal: Journal, session_id: str | None = None) -> list[WaitingDocument]:
    """Give what the clinic has not answered, oldest first: one session's, or all."""
    chosen = "" if session_id is None else " AND session_id = ?"
    rows = journal.rows(
        "SELECT seq, session_id, revision, length(document), sha256, journal_id FROM documents WHERE answer IS NULL"
        f"{chosen} ORDER BY seq",
        () if session_id is None else (session_id,),
    )
    return [WaitingDocument(*row) for row in rows]


def altered_documents(journal: Journal, session_id: str | None = None) -> list[WaitingDocument]:
    """Give the documents that wait for the clinic and are not as they were written."""
    return [
        one
        for one in waiting(journal, session_id)
        if digest(document_bytes(journal, one.session_id, one.revision)) != one.sha256
    ]


def renew(journal: Journal, one: WaitingDocument, written: Callable[[Record, int], SessionDocument]) -> None:
    """Make a document anew, in its place in its sequence and as the same revision."""
    anew = written(journal.record(one.session_id), one.seq)
    document = msgspec.structs.replace(anew, revision=one.revision, journal_id=one.journal_id)
    payload = document_encoded(document)
    with journal.change() as db:
        db.execute(
            "UPDATE documents SET document = ?, sha256 = ? WHERE session_id = ? AND revision = ?",
            (payload, digest(payload), one.session_id, one.revision),
        )


def give_up(journal: Journal, one: WaitingDocument, reason: str) -> None:
    """Send a document no more, for a reason that staff are shown."""
    with journal.change() as db:
        db.execute(
            "UPDATE documents SET answer = ?, reason = ? WHERE session_id = ? AND revision = ?",
            (AckResult.REJECTED, reason, one.session_id, one.revision),
        )


def document_bytes(journal: Journal, session_id: str, revision: int) -> bytes:
    """Give the bytes of one document, as they are."""
    ((document,),) = journal.rows(
        "SELECT document FROM documents WHERE session_id = ? AND revision = ?", (session_id, revision)
    )
    return document if isinstance(document, bytes) else repr(document).encode()  # altered: it has another digest


def all_documents(journal: Journal) -> list[bytes]:
    """Give every document, oldest first."""
    return [document for (document,) in journal.rows("SELECT document FROM documents ORDER BY seq")]
