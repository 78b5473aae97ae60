"""The journal's SQLite file: facts in order, sessions with their place in the sequence. Imports sqlite3.

A fact is one row and is never changed. `synchronous=FULL`: when a commit returns, it would survive a power cut. A file
that is damaged is set aside, and what can be read of it goes on in a new one (`salvage`).
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pressout_device.errors import ALTERED, DamagedError, JournalError
from pressout_device.storage.atomic_files import settle
from pressout_session.facts import AnyFact, Closed, EndReason, Opened, decode, encode
from pressout_session.record import Record
from pressout_station.journal import salvage
from pressout_station.journal.damaged_pages import PAGE, log_is_damaged
from pressout_station.journal.migrations import migrate
from pressout_station.journal.replay import folded_as_far_as_it_goes

logger = logging.getLogger(__name__)

# No place in the sequence is given twice, whatever the counter says.
NEXT_SEQ = "max(next_seq, 1 + coalesce((SELECT max(seq) FROM documents WHERE journal_id = journal.journal_id), 0))"


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
        If it cannot be opened or written, or belongs to a newer version.
    """

    def __init__(self, path: Path, new_id: Callable[[], str]) -> None:
        self.path = path
        self._new_id = new_id
        # Damage that is not mended: no file open, a file that is damaged, or an old one that is not taken over yet.
        self._broken = self._incomplete = False
        self._db = sqlite3.connect(":memory:")  # until the file is open
        # Whether it was mended since somebody looked: what was made of it may have to be made anew.
        self.mended = False
        salvage.pending(path)  # the rest of one that was being moved goes with it, before a new one is made here
        try:
            self._open()
        except DamagedError:
            self.mend()
        self._take_over_rest()

    def _open(self) -> None:
        self._own()
        with self._said_plainly(opening=True):
            # The writer thread is the only one that uses it after this.
            self._db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=5.0)
            # Before the first statement, which would leave out of the log all from the damage on.
            if log_is_damaged(self.path.with_name(self.path.name + "-wal")):
                raise sqlite3.DatabaseError("a log whose middle is damaged")
            self._db.create_function("fact_checksum", 3, salvage.checksum, deterministic=True)
            # Of a file that is new; what reads damaged ones relies on it.
            self._db.execute(f"PRAGMA page_size = {PAGE}")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            # What is forgotten is overwritten, not only unlisted.
            self._db.execute("PRAGMA secure_delete = ON")
            salvage.check(self._db)
            migrate(self._db, self._new_id())
            salvage.read_through(self._db)
            # A write, so that a file or a disk that cannot be written is known now and not at the first repetition.
            named = self._db.execute(f"UPDATE journal SET next_seq = {NEXT_SEQ} RETURNING journal_id").fetchone()
            if named is None:
                raise sqlite3.DatabaseError("a journal without a name")
            self.journal_id = str(named[0])

    def _own(self) -> None:
        """See that nobody but the station's user can read it; SQLite gives what lies beside it the same rights."""
        try:
            salvage.mark_lost(self.path)
            new = not self.path.exists()
            with open(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600), "rb") as file:
                if os.fstat(file.fileno()).st_uid == os.geteuid():
                    os.fchmod(file.fileno(), 0o600)
            if new:
                settle(self.path.parent)  # SQLite does it for files that it makes itself
        except OSError as error:
            raise JournalError(
                f"journal {self.path}: found {error.strerror}, expected a file that this user may write"
            ) from error

    def mend(self) -> None:
        """Set the file aside, begin a new one, take over what can be read of the old; a JournalError if it fails."""
        self._broken = self.mended = True
        self._db.close()
        if self.path.exists():
            salvage.set_aside(self.path)
        else:
            salvage.pending(self.path)  # the rest of what was being set aside goes with it
        anew = not any(self.path.parent.glob(f"{self.path.name}*"))
        try:
            self._open()
        except JournalError:
            if anew:
                salvage.discard(self.path)  # just begun and holds nothing: the next try shall not set it aside
            raise
        self._broken = False
        self._take_over_rest()

    @property
    def broken(self) -> bool:
        """Whether damage was met that is not mended yet."""
        return self._broken

    def _take_over_rest(self) -> None:
        for aside in salvage.pending(self.path):
            self._incomplete = True
            self._take_over(aside)
        self._incomplete = False

    def _take_over(self, aside: Path) -> None:
        try:
            with self.change() as db:
                saved = salvage.take_over(aside, db)
        except ALTERED:  # a kind of damage that nobody thought of
            logger.exception("%s cannot be read any further; it stays where it is", aside)
            saved = salvage.SalvageCount(0, 0)
        except OSError as error:
            if isinstance(error, JournalError):
                raise
            logger.error("%s cannot be read now, and is tried again at the next start: %s", aside, error)
            return
        try:
            salvage.taken_over(aside, saved)
        except OSError as error:
            logger.warning("%s is taken over and cannot be marked so: %s", aside, error)
        logger.error(
            "the journal was damaged and is set aside as %s; %d facts and %d documents of it were saved, and the "
            "station goes on with a new one",
            aside,
            saved.facts,
            saved.documents,
        )

    # ---- facts -------------------------------------------------------------------------------

    def keep(self, facts: Sequence[tuple[str, AnyFact]]) -> None:
        """Append facts, each with its session; all of them or none. Returns when they are safe.

        A file that turns out to be damaged is mended first: what is counted now must not wait for a restart.
        """
        if self._broken:
            self.mend()
        elif self._incomplete:
            self._take_over_rest()  # first, so that what follows takes no place of what was there before
        try:
            self._append(facts)
        except DamagedError as error:
            logger.error("%s", error)
            self.mend()
            self._append(facts)

    def _append(self, facts: Sequence[tuple[str, AnyFact]]) -> None:
        with self.change() as db:
            db.executemany(
                "INSERT INTO facts SELECT ?1, place, ?2, fact_checksum(?1, place, ?2) FROM"
                " (SELECT 1 + coalesce(max(place), 0) AS place FROM facts WHERE session_id = ?1)",
                [(session_id, encode(fact)) for session_id, fact in facts],
            )

    def knows(self, session_id: str) -> bool:
        """Whether anything is kept of a session."""
        return bool(self.rows("SELECT 1 FROM facts WHERE session_id = ? LIMIT 1", (session_id,)))

    def record(self, session_id: str) -> Record:
        """Fold what is known of a session; a fact that cannot be read is left out rather than all the others."""
        rows = self.rows("SELECT place, fact FROM facts WHERE session_id = ? ORDER BY place", (session_id,))
        return folded_as_far_as_it_goes(session_id, rows)

    def altered(self, session_id: str | None = None) -> int:
        """Count the facts that are not as they were written, or lost between others, of one session or of all.

        Those that have no checksum, of before there was one, are believed.
        """
        chosen = "" if session_id is None else " WHERE session_id = ?"
        ((count,),) = self.rows(
            "SELECT coalesce(sum(altered + lost), 0) FROM (SELECT max(place) - count(*) AS lost,"
            " sum(coalesce(checksum <> fact_checksum(session_id, place, fact), 0)) AS altered"
            f" FROM facts{chosen} GROUP BY session_id)",
            () if session_id is None else (session_id,),
        )
        return int(count)

    def altered_which(self) -> str:
        """Name those facts, by what they should sum up to: others are others, were they as many."""
        ((which,),) = self.rows(
            "SELECT coalesce(sum(checksum), 0) FROM facts WHERE checksum <> fact_checksum(session_id, place, fact)"
        )
        return f"{int(which) & 0xFFFFFFFF:08x}"

    def unfinished(self) -> list[str]:
        """Give the sessions that have no document yet, oldest first: something stopped us in the middle."""
        rows = self.rows(
            "SELECT DISTINCT session_id FROM facts WHERE session_id NOT IN (SELECT session_id FROM documents)"
            " ORDER BY session_id"
        )
        return [session_id for (session_id,) in rows]

    def interrupt(self, session_id: str) -> None:
        """Close a session that nobody closed, at the last moment known of it."""
        record = self.record(session_id)
        if record.closed is None:
            self.keep([(session_id, Closed(t_s=record.last_s, reason=EndReason.INTERRUPTED))])

    def openings(self) -> Iterator[tuple[str, Opened]]:
        """Give each session's opening, oldest first."""
        for session_id, fact in self.rows("SELECT session_id, fact FROM facts WHERE place = 1 ORDER BY session_id"):
            try:
                opened = decode(fact)
            except ALTERED:  # no opening, or no bytes any more
                continue
            if isinstance(opened, Opened):
                yield session_id, opened

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    # ---- for what else is kept in it -------------------------------------------------------------

    def rows(self, sql: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        """Read; what cannot be read is said as what cannot be written is."""
        with self._said_plainly():
            return self._db.execute(sql, values).fetchall()

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """Write several things, all of them or none; a failure is said plainly."""
        with self._said_plainly(), self.transaction() as db:
            yield db

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Begin, and commit unless something fails."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
            self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def settle(self) -> None:
        """Leave nothing of what was overwritten in the file beside the journal; a JournalError if someone reads it."""
        ((busy, *_rest),) = self.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        if busy:
            raise JournalError(f"journal {self.path}: found someone reading it, expected to empty its log; again soon")

    @contextmanager
    def _said_plainly(self, *, opening: bool = False) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter of a complaint that quotes what is damaged
            kind = DamagedError if salvage.is_damage(error, opening=opening) else JournalError
            # Whoever meets it, a document's making or a dose's saving: the next who looks mends it.
            self._broken |= kind is DamagedError and not opening
            raise kind(
                f"journal {self.path}: found {error}, expected an SQLite file in a folder with space that this user "
                "may write; what is already in it is untouched"
            ) from error
