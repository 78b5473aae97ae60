"""The clinic's SQLite database: each revision of a session once, and aside, with its reason, what cannot be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pressout_session.document import SessionDocument
from pressout_session.wire import AckResult, digest

MIGRATIONS = (
    """
    CREATE TABLE documents (
        session_id TEXT NOT NULL,
        revision INTEGER NOT NULL,
        site_id TEXT NOT NULL,
        station_id TEXT NOT NULL,
        journal_id TEXT NOT NULL,
        seq INTEGER NOT NULL,
        patient_ref TEXT NOT NULL,
        started_at TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        document BLOB NOT NULL,
        stored_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ')),
        PRIMARY KEY (session_id, revision)
    );
    CREATE INDEX documents_by_patient ON documents (patient_ref, started_at);
    CREATE VIEW sessions AS
        SELECT * FROM documents AS d
        WHERE revision = (SELECT max(revision) FROM documents WHERE session_id = d.session_id);
    CREATE TABLE rejected (
        sha256 TEXT PRIMARY KEY,
        topic TEXT NOT NULL,
        reason TEXT NOT NULL,
        payload BLOB NOT NULL,
        rejected_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ'))
    );
    """,
)


class StoreError(OSError):
    """The database cannot be opened or written."""


def database_path(url: str) -> Path:
    """Give the file of a `sqlite:///FILE` URL.

    Raises
    ------
    StoreError
        If it is another kind of URL.

    Examples
    --------
    >>> database_path("sqlite:////srv/clinic.db")
    PosixPath('/srv/clinic.db')
    """
    prefix = "sqlite:///"
    if not url.startswith(prefix) or url == prefix:
        raise StoreError(f"database: found {url!r}, expected sqlite:///FILE")
    return Path(url.removeprefix(prefix))


class Store:
    """The clinic's SQLite database.

    Parameters
    ----------
    path : Path
        The file; made if it is not there.

    Raises
    ------
    StoreError
        If it cannot be opened, is no database, or was written by a newer version.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._db = sqlite3.connect(path, isolation_level=None, timeout=30.0)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._migrate()
        except sqlite3.Error as error:
            raise StoreError(
                f"database {path}: found {error}, expected an SQLite file in a folder that may be written"
            ) from error

    def _migrate(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise sqlite3.DatabaseError(f"version {version}, made by a newer pressout than this one")
        for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
            self._db.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")

    def keep(self, document: SessionDocument, payload: bytes) -> AckResult:
        """Store one revision; it would survive a power cut when this returns, or `together` ends.

        The same revision with the same bytes is a duplicate; with other bytes it is rejected, since what
        was stored is never rewritten.
        """
        sha256 = digest(payload)
        row = (
            document.session_id,
            document.revision,
            document.site_id,
            document.station_id,
            document.journal_id,
            document.seq,
            document.patient_ref,
            document.started_at,
            sha256,
            payload,
        )
        with _said_plainly():
            added = self._db.execute(
                "INSERT INTO documents (session_id, revision, site_id, station_id, journal_id, seq, patient_ref,"
                " started_at, sha256, document) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                row,
            ).rowcount
            if added:
                return AckResult.STORED
            (held,) = self._db.execute(
                "SELECT sha256 FROM documents WHERE session_id = ? AND revision = ?", row[:2]
            ).fetchone()
        return AckResult.DUPLICATE if held == sha256 else AckResult.REJECTED

    @contextmanager
    def together(self) -> Iterator[None]:
        """Store several, all of them or none; when this ends they would survive a power cut.

        Raises
        ------
        StoreError
            If the database cannot be written; then nothing was stored.
        """
        with _said_plainly():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def set_aside(self, topic: str, payload: bytes, reason: str) -> None:
        """Keep what was rejected, once, with the reason."""
        with _said_plainly():
            self._db.execute(
                "INSERT INTO rejected (sha256, topic, reason, payload) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (digest(payload), topic, reason, payload),
            )

    def count(self) -> int:
        """How many sessions are stored, each counted once whatever its revisions."""
        (count,) = self._db.execute("SELECT count(DISTINCT session_id) FROM documents").fetchone()
        return int(count)

    def close(self) -> None:
        """Close the file."""
        self._db.close()


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Turn SQLite's errors into ours, in one sentence."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"database: found {error}, expected to be able to write; is the disk full?") from error
