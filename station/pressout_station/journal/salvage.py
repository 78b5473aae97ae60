"""Salvage of a damaged journal: the file is set aside as it is, and whatever can be read of it is read.

A damaged page hides the rows on it and no others: the walk goes from key to key, and where a step fails it jumps ahead,
ever further, until it finds ground again. Imports sqlite3.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pressout_device.errors import JournalError
from pressout_device.storage.atomic_files import place, settle
from pressout_session.error_sentences import why

FOLDER = "damaged"
# What SQLite calls damage; and what says nothing of the file, but of its disk, its rights or who else has it open.
DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
SURROUNDINGS = (
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_AUTH,
)
# A UUIDv7 begins with 48 bits of milliseconds.
MOST_MS = 2**48
KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# What a column holds; the others hold text, or nothing.
KINDS: dict[str, type] = {
    "session_id": str,
    "place": int,
    "fact": bytes,
    "revision": int,
    "journal_id": str,
    "seq": int,
    "sha256": str,
    "document": bytes,
}
# No session has more facts than this; beyond it a walk through one is over.
MOST_PLACES = 1 << 20


@dataclass(frozen=True, slots=True)
class SalvageCount:
    """How many rows could be read."""

    facts: int
    documents: int


def is_damage(error: sqlite3.Error, *, opening: bool = False) -> bool:
    """Tell damage from a full, forbidden or busy disk.

    What has no code of SQLite's is Python's own complaint, of text that is none. While a file is `opening`, whatever is
    wrong with it and not with its surroundings is damage: a station must start.
    """
    if isinstance(error, sqlite3.ProgrammingError | sqlite3.InterfaceError | sqlite3.NotSupportedError):
        return False
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return True
    primary = code & 0xFF  # the rest of an extended code says more of the same
    return primary in DAMAGE or (opening and primary not in SURROUNDINGS)


def check(db: sqlite3.Connection) -> None:
    """Let SQLite look over its file; an sqlite3.DatabaseError says what it found."""
    (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError(f"damage: {verdict}")


def read_through(db: sqlite3.Connection) -> None:
    """Read every text once, where SQLite's check does not see one that is none; an sqlite3.DatabaseError says so."""
    for _row in db.execute("SELECT DISTINCT session_id FROM facts"):
        pass
    for _row in db.execute("SELECT session_id, journal_id, sha256, answer, reason, patient_ref FROM documents"):
        pass
    for row in db.execute("SELECT patient_ref, prescription FROM prescriptions"):
        if [type(value) for value in row] != [str, bytes]:
            raise sqlite3.DatabaseError("a prescription that is none")


def set_aside(path: Path) -> Path:
    """Move a journal and what belongs to it into a folder beside it; give where it is now.

    Raises
    ------
    JournalError
        If it cannot be moved.
    """
    folder = path.parent / FOLDER
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    try:
        folder.mkdir(mode=0o750, exist_ok=True)
        aside = folder / f"{stamp}-{len(list(folder.glob('*.db'))):03d}.db"
        os.replace(path, aside)
        settle(folder)
        settle(path.parent)
        _move_rest(path, aside)
    except OSError as error:
        raise JournalError(
            f"{path}: found it damaged, and {why(error)}; expected to be able to set it aside"
        ) from error
    return aside


def pending(path: Path) -> list[Path]:
    """Give the journals beside `path` that were set aside and not taken over yet, oldest first.

    Where the power went while one was being moved, this moves the rest of it.
    """
    asides = sorted((path.parent / FOLDER).glob("*.db"))
    if asides and not path.exists():
        _move_rest(path, asides[-1])
    return [aside for aside in asides if not _mark(aside).exists()]


def taken_over(aside: Path) -> None:
    """Say that all that could be read of a journal is in the new one, on disk."""
    place(aside.parent, _mark(aside).name, b"")


def _mark(aside: Path) -> Path:
    return aside.with_suffix(".taken")


def _move_rest(path: Path, aside: Path) -> None:
    """Move the log that belongs to a journal after it: what was committed last is in there."""
    log = path.with_name(path.name + "-wal")
    if log.exists():
        os.replace(log, aside.with_name(aside.name + "-wal"))
        settle(aside.parent)
        settle(path.parent)
    path.with_name(path.name + "-shm").unlink(missing_ok=True)


def take_over(aside: Path, db: sqlite3.Connection) -> SalvageCount:
    """Copy what can be read of a damaged journal into an open new one.

    Raises
    ------
    sqlite3.Error
        If the new one cannot be written.
    """
    facts = documents = 0
    with closing(sqlite3.connect(f"file:{aside}?mode=rw", uri=True, isolation_level=None)) as old:
        columns = _columns(old, "documents")
        for session_id in _keys(old, "facts"):
            for row in _places(old, "facts", "place", session_id, ("session_id", "place", "fact")):
                facts += db.execute("INSERT OR IGNORE INTO facts VALUES (?, ?, ?)", row).rowcount
        named = _first(old, "SELECT journal_id FROM journal")
        journal_id = named if isinstance(named, str) else "salvaged"
        for session_id in _keys(old, "documents"):
            for row in _places(old, "documents", "revision", session_id, columns):
                given = {"journal_id": journal_id, **dict(zip(columns, row, strict=True))}
                names, marks = ", ".join(given), ", ".join("?" * len(given))
                written = db.execute(f"INSERT OR IGNORE INTO documents ({names}) VALUES ({marks})", (*given.values(),))
                documents += written.rowcount
        for patient_ref, prescription in _all(old, "SELECT patient_ref, prescription FROM prescriptions"):
            if isinstance(patient_ref, str) and isinstance(prescription, bytes):
                db.execute("INSERT OR IGNORE INTO prescriptions VALUES (?, ?)", (patient_ref, prescription))
    return SalvageCount(facts, documents)


def _columns(old: sqlite3.Connection, table: str) -> list[str]:
    known = ("session_id", "revision", "journal_id", "seq", "sha256", "document", "answer", "reason", "patient_ref")
    return [name for _cid, name, *_rest in _all(old, f"PRAGMA table_info({table})") if name in known]


def _all(old: sqlite3.Connection, sql: str) -> list[tuple[object, ...]]:
    try:
        return old.execute(sql).fetchall()
    except sqlite3.DatabaseError:
        return []


def _first(old: sqlite3.Connection, sql: str) -> object | None:
    rows = _all(old, sql)
    return rows[0][0] if rows else None


def _keys(old: sqlite3.Connection, table: str) -> Iterator[str]:
    """Walk through the sessions of a table, jumping over what cannot be read; a damaged key is nobody's."""
    last, reached_ms, jump_ms = "", 0, 1
    while reached_ms < MOST_MS:
        try:
            row = old.execute(
                f"SELECT session_id FROM {table} WHERE session_id > ? ORDER BY session_id LIMIT 1", (last,)
            ).fetchone()
        except sqlite3.DatabaseError:
            row = ("",)
        if row is None or not isinstance(row[0], str):  # beyond all text there are no keys
            return
        if row[0] <= last:  # unreadable, or out of order: a damaged page may lead back
            reached_ms, jump_ms = reached_ms + jump_ms, 2 * jump_ms
            last = f"{reached_ms >> 16:08x}-{reached_ms & 0xFFFF:04x}"
            continue
        last = row[0]
        if KEY.fullmatch(last):
            reached_ms, jump_ms = int(last[:8] + last[9:13], 16), 1
            yield last


def _places(
    old: sqlite3.Connection, table: str, key: str, session_id: str, columns: Sequence[str]
) -> Iterator[tuple[object, ...]]:
    """Walk through what a table has of one session, jumping over what cannot be read or is not of its column's kind."""
    last, jump = 0, 1
    while last < MOST_PLACES:
        try:
            row = old.execute(
                f"SELECT {key}, {', '.join(columns)} FROM {table} WHERE session_id = ? AND {key} > ?"
                f" ORDER BY {key} LIMIT 1",
                (session_id, last),
            ).fetchone()
        except sqlite3.DatabaseError:
            row = (last,)
        if row is None:
            return
        if not isinstance(row[0], int) or row[0] <= last:
            last, jump = last + jump, 2 * jump
            continue
        last, jump = row[0], 1
        if last < MOST_PLACES and all(map(_fits, columns, row[1:])):
            yield row[1:]


def _fits(column: str, value: object) -> bool:
    kind = KINDS.get(column)
    return value is None or isinstance(value, str) if kind is None else isinstance(value, kind)
