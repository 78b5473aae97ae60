"""Migrations of the journal's tables: each step once, in order, all of it or none. Imports sqlite3.

A file of any earlier version becomes one of this version when it is opened; a later one's is refused.
"""

from __future__ import annotations

import contextlib
import functools
import sqlite3

# 1: facts, and documents with the clinic's answer. 2: a patient's past visits, and what each is to do. 3: documents of
# a salvaged journal keep the name and the place that they had; when the clinic answered; who was forgotten, by number.
# 4: what the answer to an erasure needs. 5: a checksum beside each fact; those of before have none.
# 6: and beside each prescription.
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
    """
    CREATE TABLE renewed (
        session_id TEXT NOT NULL,
        revision INTEGER NOT NULL,
        journal_id TEXT NOT NULL,
        seq INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        document BLOB NOT NULL,
        answer TEXT,
        reason TEXT,
        answered_at TEXT,
        patient_ref TEXT,
        PRIMARY KEY (session_id, revision),
        UNIQUE (journal_id, seq)
    );
    INSERT INTO renewed SELECT session_id, revision, (SELECT journal_id FROM journal), seq, sha256, document, answer,
        reason, NULL, patient_ref FROM documents;
    DROP TABLE documents;
    ALTER TABLE renewed RENAME TO documents;
    CREATE INDEX documents_by_patient ON documents (patient_ref, session_id);
    CREATE INDEX documents_by_digest ON documents (sha256);
    CREATE INDEX documents_waiting ON documents (seq) WHERE answer IS NULL;
    CREATE INDEX documents_rejected ON documents (session_id) WHERE answer = 'rejected';
    CREATE TABLE erasures (erase_id TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
    """,
    """
    ALTER TABLE erasures ADD COLUMN sessions INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE erasures ADD COLUMN lost_seqs TEXT NOT NULL DEFAULT '[]';
    """,
    """
    ALTER TABLE facts ADD COLUMN checksum INTEGER;
    """,
    """
    ALTER TABLE prescriptions ADD COLUMN checksum INTEGER;
    """,
)


def migrate(db: sqlite3.Connection, journal_id: str) -> None:
    """Bring the tables to this version; a journal that is new is called `journal_id`.

    Raises
    ------
    sqlite3.Error
        If they are a newer version's, or cannot be written.
    """
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS) and _tables(db) == _ours():
        raise sqlite3.DatabaseError(f"damage: version {version} of tables that are of version {len(MIGRATIONS)}")
    if version > len(MIGRATIONS):
        raise sqlite3.NotSupportedError(f"version {version}, made by a newer pressout than this one")
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        named = f"INSERT INTO journal VALUES ('{journal_id}', 1);" if number == 1 else ""
        db.executescript(f"BEGIN; {script} {named} PRAGMA user_version = {number}; COMMIT;")
    if _tables(db) != _ours():
        raise sqlite3.DatabaseError("damage: tables that are not as they were made")


def _tables(db: sqlite3.Connection) -> list[tuple[str, str, str, str | None]]:
    return db.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name").fetchall()


@functools.cache
def _ours() -> list[tuple[str, str, str, str | None]]:
    """Give the tables as this version makes them."""
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        for script in MIGRATIONS:
            db.executescript(script)
        return _tables(db)
