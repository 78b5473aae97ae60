"""The journal's SQLite file: facts in order, sessions with their place in the sequence. Imports sqlite3.

A fact is one row and is never changed. `synchronous=FULL`: when a commit returns, it would survive a power cut.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pressout_device.errors import JournalError
from pressout_session.document import SessionDocument
from pressout_session.document import encode as document_encoded
from pressout_session.facts import AnyFact, Closed, decode, encode
from pressout_session.record import Record, folded
from pressout_session.wire import digest

logger = logging.getLogger(__name__)

MIGRATIONS = (
    """
    CREATE TABLE journal (journal_id TEXT NOT NULL, next_seq INTEGER NOT NULL);
    CREATE TABLE facts (
        session_id TEXT NOT NULL,
        place INTEGER NOT NULL,
        fact BLOB NOT NULL,
        PRIMARY KEY (session_id, place)
    ) WITHOUT ROWID;
    CREATE TABLE documents (
        session_id TEXT NOT NULL,
        revision INTEGER NOT NULL,
        seq INTEGER NOT NULL UNIQUE,
        sha256 TEXT NOT NULL,
        document BLOB NOT NULL,
        answer TEXT,
        reason TEXT,
        PRIMARY KEY (session_id, revision)
    );
    """,
    """
    ALTER TABLE documents ADD COLUMN patient_ref TEXT;
    UPDATE documents SET patient_ref = json_extract(CAST(document AS TEXT), '$.patient_ref');
    CREATE INDEX documents_by_patient ON documents (patient_ref, session_id);
    CREATE TABLE prescriptions (patient_ref TEXT PRIMARY KEY, prescription BLOB NOT NULL) WITHOUT ROWID;
    """,
)


class Journal:
    """The open file. One process, one thread, writes to it.

    Parameters
    ----------
    path : Path
        The file; made if it is not there, in a folder that must be.
    new_id : callable
        Names a new journal: a copied card keeps its name, a new one gets another.

    Raises
    ------
    JournalError
        If it cannot be opened or written, is damaged, or belongs to a newer version.
    """

    def __init__(self, path: Path, new_id: Callable[[], str]) -> None:
        self._path = path
        with self._said_plainly():
            # The writer thread is the only one that uses it after this.
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            (verdict,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)
            self._migrate(new_id)
            # A write, so that a file or a disk that cannot be written is known now and not at the first repetition.
            named = self._db.execute("UPDATE journal SET next_seq = next_seq RETURNING journal_id").fetchone()
            if named is None:
                raise sqlite3.DatabaseError("a journal without a name")
            self.journal_id = str(named[0])

    def _migrate(self, new_id: Callable[[], str]) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise sqlite3.DatabaseError(f"version {version}, made by a newer pressout than this one")
        for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
            named = f"INSERT INTO journal VALUES ('{new_id()}', 1);" if number == 1 else ""
            self._db.executescript(f"BEGIN; {script} {named} PRAGMA user_version = {number}; COMMIT;")

    def keep(self, facts: Iterable[tuple[str, AnyFact]]) -> None:
        """Append facts, each with its session; all of them or none. Returns when they are safe."""
        with self._said_plainly(), self._transaction():
            self._db.executemany(
                "INSERT INTO facts"
                " SELECT ?1, 1 + coalesce((SELECT max(place) FROM facts WHERE session_id = ?1), 0), ?2",
                [(session_id, encode(fact)) for session_id, fact in facts],
            )

    def record(self, session_id: str) -> Record:
        """Fold what is known of a session; a fact that cannot be read is left out rather than all the others."""
        facts: list[AnyFact] = []
        for place, fact in self._rows(
            "SELECT place, fact FROM facts WHERE session_id = ? ORDER BY place", (session_id,)
        ):
            try:
                facts.append(decode(fact))
            except ValueError as error:
                logger.error("fact %d of session %s cannot be read: %s", place, session_id, error)
        return folded(facts)

    def unfinished(self) -> list[str]:
        """Give the sessions that have no document yet, oldest first: something stopped us in the middle."""
        rows = self._rows(
            "SELECT DISTINCT session_id FROM facts WHERE session_id NOT IN (SELECT session_id FROM documents)"
            " ORDER BY session_id"
        )
        return [session_id for (session_id,) in rows]

    def interrupt(self, session_id: str) -> None:
        """Close a session that nobody closed, at the last moment known of it."""
        record = self.record(session_id)
        if record.closed is None:
            self.keep([(session_id, Closed(t_s=record.last_s, reason="interrupted"))])

    def uncorrected(self) -> list[str]:
        """Give the sessions whose last correction has no document yet."""
        rows = self._rows(
            'SELECT session_id FROM facts WHERE CAST(fact AS TEXT) LIKE \'{"fact":"reassigned"%\''
            ' OR CAST(fact AS TEXT) LIKE \'{"fact":"sessionvoided"%\' GROUP BY session_id'
        )
        return [owner for (owner,) in rows if self.revision(owner) < self.record(owner).revision]

    def finish(self, session_id: str, written: Callable[[Record, int], SessionDocument]) -> None:
        """Give a closed or corrected session its place in the sequence and its document, in one transaction.

        `written` makes the document of a record and a `seq`.
        """
        with self._said_plainly(), self._transaction():
            (seq,) = self._db.execute("UPDATE journal SET next_seq = next_seq + 1 RETURNING next_seq - 1").fetchone()
            document = written(self.record(session_id), seq)
            payload = document_encoded(document)
            self._db.execute(
                "INSERT INTO documents (session_id, revision, seq, sha256, document, patient_ref)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (session_id, document.revision, seq, digest(payload), payload, document.patient_ref),
            )

    def revision(self, session_id: str) -> int:
        """Give the revision of a session's last document; 0 where it has none."""
        ((revision,),) = self._rows(
            "SELECT coalesce(max(revision), 0) FROM documents WHERE session_id = ?", (session_id,)
        )
        return int(revision)

    def documents_of(self, patient_ref: str, most: int) -> list[bytes]:
        """Give the last documents of a patient's last sessions, oldest first."""
        rows = self._rows(
            "SELECT document FROM documents AS one WHERE patient_ref = ?1 AND revision ="
            " (SELECT max(revision) FROM documents WHERE session_id = one.session_id)"
            " ORDER BY session_id DESC LIMIT ?2",
            (patient_ref, most),
        )
        return [document for (document,) in rows][::-1]

    def prescribe(self, patient_ref: str, prescription: bytes) -> None:
        """Keep what a patient is to do from now on."""
        with self._said_plainly():
            self._db.execute("INSERT OR REPLACE INTO prescriptions VALUES (?, ?)", (patient_ref, prescription))

    def prescriptions(self) -> dict[str, bytes]:
        """Give what each patient is to do."""
        return dict(self._rows("SELECT patient_ref, prescription FROM prescriptions"))

    def waiting(self) -> list[tuple[int, str, int, bytes]]:
        """Give (seq, session, revision, document) of all that the clinic has not answered, oldest first."""
        rows = self._rows("SELECT seq, session_id, revision, document FROM documents WHERE answer IS NULL ORDER BY seq")
        return [(seq, session_id, revision, document) for seq, session_id, revision, document in rows]

    def documents(self) -> list[bytes]:
        """Give every document, oldest first."""
        return [document for (document,) in self._rows("SELECT document FROM documents ORDER BY seq")]

    def answered(self, sha256: str, answer: str, reason: str | None) -> str | None:
        """Note the clinic's answer to the document with this digest; give its session, or None if it is not ours."""
        with self._said_plainly():
            row = self._db.execute(
                "UPDATE documents SET answer = ?, reason = ? WHERE sha256 = ? RETURNING session_id",
                (answer, reason, sha256),
            ).fetchone()
        return None if row is None else str(row[0])

    def counts(self) -> tuple[int, int]:
        """How many sessions are finished, and how many of them the clinic has."""
        ((finished, delivered),) = self._rows(
            "SELECT count(*), coalesce(sum(answer IN ('stored', 'duplicate')), 0) FROM documents"
        )
        return int(finished), int(delivered)

    def undelivered(self) -> tuple[int, int]:
        """How many documents wait for an answer, and how many were rejected."""
        ((waiting, rejected),) = self._rows(
            "SELECT coalesce(sum(answer IS NULL), 0), coalesce(sum(answer = 'rejected'), 0) FROM documents"
        )
        return int(waiting), int(rejected)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _rows(self, sql: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        """Read; what cannot be read is said as what cannot be written is."""
        with self._said_plainly():
            return self._db.execute(sql, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise JournalError(
                f"journal {self._path}: found {error}, expected an SQLite file in a folder with space that this user "
                "may write; what is already in it is untouched"
            ) from error
