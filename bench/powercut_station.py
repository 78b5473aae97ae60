"""The station whose power is cut, and what is looked for when it comes back."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from builders import facts_of_a_session
from pressout_device.storage import atomic_files
from pressout_session.wire import Ack, AckResult, digest
from pressout_station.audit_log import Act, Audit, entry
from pressout_station.journal import documents
from pressout_station.journal.tables import Journal
from pressout_station.mailbox import spool
from pressout_station.writer.messages import Kept
from stations import a_writer, wait_for

if TYPE_CHECKING:
    from bench.powercut import Given


def session_id(number: int) -> str:
    """Name a session."""
    return f"01900000-0000-7000-8000-{number:012d}"


def main(folder: Path, sessions: int, *, synchronous: bool) -> None:
    """Keep some sessions, one fact at a time, and give word of each; the clinic answers for every other."""
    for name in ("outbox", "inbox"):
        (folder / name).mkdir(exist_ok=True)
    told = os.open(folder / "told", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def tell(**said: Any) -> None:  # noqa: ANN401
        os.write(told, json.dumps(said).encode() + b"\n")

    writer = a_writer(folder)
    if not synchronous:
        writer._shelves.journal._db.execute("PRAGMA synchronous = OFF")
    for number in range(1, sessions + 1):
        for fact in facts_of_a_session(4, 1):
            writer.keep(session_id(number), fact)
            wait_for(writer, lambda news: any(isinstance(one, Kept) for one in news))
            tell(fact=session_id(number))
        Audit(folder).add(entry(Act.TARED, about=str(number)))
        tell(audit=number)
        if number % 2:
            _answer(folder, tell)
    writer.close()


def _answer(folder: Path, tell: Any) -> None:  # noqa: ANN401
    """Do the uplink's part: hand over the clinic's answer to all that waits."""
    names = spool.documents(folder / "outbox")
    answers = [
        spool.Answer(
            spool.session_of(name),
            Ack(revision=1, sha256=digest((folder / "outbox" / name).read_bytes()), result=AckResult.STORED),
        )
        for name in names
    ]
    name = spool.acks_name(len(os.listdir(folder / "outbox")) + 10**9)
    atomic_files.place(folder / "inbox", name, msgspec.json.encode(answers))
    tell(answer=name)


def missing(folder: Path, given: Given) -> str:
    """Start the station on what is left, and say what it gave its word for and does not have; nothing if it has all."""
    for name in ("outbox", "inbox"):
        (folder / name).mkdir(exist_ok=True)
    waiting = {name for name in given.answers if not (folder / "inbox" / name).exists()}
    writer = a_writer(folder)
    writer.close()
    if (folder / "damaged").exists():
        return "the journal was damaged"
    journal = Journal(folder / "journal.db", lambda: "again")
    try:
        return _missing(journal, folder, given, waiting)
    finally:
        journal.close()


def _missing(journal: Journal, folder: Path, given: Given, gone: set[str]) -> str:
    facts: dict[str, int] = dict(journal.rows("SELECT session_id, count(*) FROM facts GROUP BY session_id"))
    for one, count in given.facts.items():
        if facts.get(one, 0) < count:
            return f"session {one}: {facts.get(one, 0)} of {count} facts"
    if len(list(Audit(folder).all())) < given.audit:
        return "a line of the audit"
    seqs = [seq for (seq,) in journal.rows("SELECT seq FROM documents ORDER BY seq")]
    if seqs != list(range(1, len(seqs) + 1)):
        return f"the sequence is {seqs}"
    out = {spool.session_of(name) for name in spool.documents(folder / "outbox")}
    lacking = {one.session_id for one in documents.waiting(journal)} - out
    if lacking:
        return f"not in the outbox: {sorted(lacking)}"
    answered = journal.rows("SELECT count(*) FROM documents WHERE answer IS NOT NULL")[0][0]
    if gone and not answered:
        return f"an answer that was handed over: {sorted(gone)[0]}"
    return ""


def broken(path: Path) -> bool:
    """Tell whether SQLite itself finds a file damaged."""
    db = sqlite3.connect(path)
    try:
        return bool(db.execute("PRAGMA integrity_check").fetchone() != ("ok",))
    finally:
        db.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), synchronous=sys.argv[3] == "1")
