"""Salvage of a damaged journal: the file is set aside as it is, and whatever can be read of it is read.

A damaged page hides the rows on it and no others (`damaged_pages`). A fact that was altered and can still be read is
taken over with the checksum that it had, so that it is known for what it is. Imports sqlite3.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
import zlib
from collections import Counter
from pathlib import Path

import msgspec

from pressout_device.errors import JournalError
from pressout_device.storage import atomic_files
from pressout_device.storage.atomic_files import place, settle
from pressout_session.error_sentences import why
from pressout_station.journal import damaged_pages

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
# A sector that cannot be read any more is damage like another: what is on the others is read.
UNREADABLE = (sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS)
KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# No session has more facts than this; a place beyond it is damage.
MOST_PLACES = 1 << 20
# The columns of a document, in their order.
DOCUMENT = (
    "session_id",
    "revision",
    "journal_id",
    "seq",
    "sha256",
    "document",
    "answer",
    "reason",
    "answered_at",
    "patient_ref",
)


class SalvageCount(msgspec.Struct, frozen=True):
    """How many rows could be read, and how many facts among them were altered."""

    facts: int
    documents: int
    altered: int = 0


def checksum(session_id: object, place: object, fact: object) -> int:
    """Give what a fact (or a prescription, whose place says so) is written with; -1 for what is none any more."""
    if not isinstance(fact, bytes):
        return -1
    return zlib.crc32(fact, zlib.crc32(f"{session_id}/{place}/".encode()))


def is_damage(error: sqlite3.Error | UnicodeDecodeError, *, opening: bool = False) -> bool:
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
    # We may write the file, or would not have come here: what forbids it then is in the file.
    of_the_file = code in (sqlite3.SQLITE_READONLY, *UNREADABLE)
    return primary in DAMAGE or (opening and (of_the_file or primary not in SURROUNDINGS))


def check(db: sqlite3.Connection) -> None:
    """Let SQLite look over its file, and its indexes; an sqlite3.DatabaseError says what it found.

    `quick_check` takes two thirds of the time, and passes an index in whose place another page lies.
    """
    (verdict,) = db.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError(f"damage: {verdict}")


def read_through(db: sqlite3.Connection) -> None:
    """Read every text once, where SQLite's check does not see one that is none; an sqlite3.DatabaseError says so."""
    for _row in db.execute("SELECT DISTINCT session_id FROM facts"):
        pass
    for row in db.execute("SELECT journal_id, next_seq FROM journal"):
        if not (isinstance(row[0], str) and isinstance(row[1], int) and 0 < row[1] < 2**31):
            raise sqlite3.DatabaseError("a journal without a name, or without a place for its next session")
    for _row in db.execute("SELECT session_id, journal_id, sha256, answer, reason, patient_ref FROM documents"):
        pass
    # One bit makes a text of what is written as bytes.
    for table, column in (("facts", "fact"), ("documents", "document")):
        if db.execute(f"SELECT 1 FROM {table} WHERE typeof({column}) <> 'blob' LIMIT 1").fetchone():
            raise sqlite3.DatabaseError(f"{table} that are none")
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
        aside = folder / f"{stamp}-{1 + max(map(_number, folder.iterdir()), default=-1):03d}.db"
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
    asides = _asides(path)
    if asides and not path.exists() and not _mark(asides[-1]).exists():
        _move_rest(path, asides[-1])
    return [aside for aside in asides if not _mark(aside).exists()]


def _asides(path: Path) -> list[Path]:
    """Give the journals that were set aside beside `path`, in that order, whatever the clock said then."""
    return sorted((path.parent / FOLDER).glob("*.db"), key=_number)


def _number(file: Path) -> int:
    """Give the number in a name, STAMP-NUMBER.WHAT; -1 where there is none."""
    number = file.name.partition(".")[0].rpartition("-")[2]
    return int(number) if number.isascii() and number.isdigit() else -1


def discard(path: Path) -> None:
    """Remove a journal that was just begun and holds nothing."""
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)


def mark_lost(path: Path) -> None:
    """Where a journal is gone or empty and its log is not, begin it with a page of nothing, so that it is salvaged.

    SQLite throws away a log that lies beside an empty file.
    """
    log = path.with_name(path.name + "-wal")
    empty = not path.exists() or path.stat().st_size == 0
    if empty and log.exists() and log.stat().st_size > damaged_pages.LOG_HEADER:
        path.write_bytes(bytes(damaged_pages.PAGE))


def taken_over(aside: Path, saved: SalvageCount) -> None:
    """Say that all that could be read of a journal is in the new one, on disk, and how much that was."""
    place(aside.parent, _mark(aside).name, msgspec.json.encode(saved))


def untold(path: Path) -> list[tuple[Path, SalvageCount]]:
    """Give the journals that were set aside and taken over, and of which nobody was told yet, oldest first."""
    found = []
    for aside in _asides(path):
        if _mark(aside).exists() and not _said(aside).exists():
            found.append((aside, atomic_files.read(_mark(aside), SalvageCount) or SalvageCount(0, 0)))
    return found


def told(aside: Path) -> None:
    """Say that staff and clinic were told of it."""
    place(aside.parent, _said(aside).name, b"")


def last_damage(path: Path) -> str | None:
    """Give the day (UTC) on which the last journal beside `path` was set aside, of those still there."""
    day = "".join(aside.name[:8] for aside in _asides(path)[-1:])
    return f"{day[:4]}-{day[4:6]}-{day[6:]}" if day.isdigit() else None


def _mark(aside: Path) -> Path:
    return aside.with_suffix(".taken")


def _said(aside: Path) -> Path:
    return aside.with_suffix(".told")


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
    facts: Counter[str] = Counter()
    altered: Counter[str] = Counter()
    documents = 0
    for row in damaged_pages.rows(aside):
        match row:
            case [str(key), int(), bytes(), *_] if _is_fact(row):
                written = _fact(db, row)
                facts[key] += written is not None
                altered[key] += written is False
            case [str(key), int(), str(), int(), str(), bytes(), *_] if KEY.fullmatch(key) and _of_text(row[6:]):
                documents += _document(db, row)
            case [str(key), int(), int(), str(), bytes(), *_] if KEY.fullmatch(key) and _of_text(row[5:]):
                # Of a journal of the first versions, whose documents all had its own name.
                documents += _document(db, [*row[:2], "salvaged", *row[2:7], None, *row[7:8]])
            case [str(patient_ref), bytes(prescription), *rest] if len(rest) <= 1:
                values = (patient_ref, prescription, *(rest or [None]))
                db.execute("INSERT OR IGNORE INTO prescriptions VALUES (?, ?, ?)", values)
            case [str(), str(), int(), str()]:
                db.execute("INSERT OR IGNORE INTO erasures VALUES (?, ?, ?, ?)", row)
            case _:
                pass  # an index's, or nothing of ours
    for key in [key for key, count in facts.items() if count and count == altered[key]]:
        # Every fact of it was altered: its name was, and it is nobody's.
        db.execute("DELETE FROM facts WHERE session_id = ?", (key,))
        facts[key] = 0
    return SalvageCount(facts.total(), documents, altered.total())


def _fact(db: sqlite3.Connection, row: damaged_pages.Row) -> bool | None:
    """Write a fact as it is; say whether it is as it was written once, or None where it was there already."""
    key, at, fact, *rest = row
    summed = rest[0] if rest else None
    if not db.execute("INSERT OR IGNORE INTO facts VALUES (?, ?, ?, ?)", (key, at, fact, summed)).rowcount:
        return None
    return summed is None or summed == checksum(key, at, fact)


def _is_fact(row: damaged_pages.Row) -> bool:
    key, at, _fact, *rest = row
    named = isinstance(key, str) and KEY.fullmatch(key) is not None
    return named and isinstance(at, int) and 0 < at < MOST_PLACES and len(rest) <= 1


def _of_text(values: damaged_pages.Row) -> bool:
    return all(value is None or isinstance(value, str) for value in values)


def _document(db: sqlite3.Connection, row: damaged_pages.Row) -> int:
    values = [*row, *(None for _ in range(len(DOCUMENT) - len(row)))]
    sql = f"INSERT OR IGNORE INTO documents ({', '.join(DOCUMENT)}) VALUES ({', '.join('?' * len(DOCUMENT))})"
    return db.execute(sql, values[: len(DOCUMENT)]).rowcount
