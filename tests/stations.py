"""A station's journal and its writer, for tests that keep things and look what became of them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from builders import SESSION_ID, an_origin
from pressout_device.clock import Moment
from pressout_device.storage import atomic_files
from pressout_session.document_builder import Origin
from pressout_session.facts import AnyFact, decode
from pressout_session.record import Record, folded
from pressout_session.wire import Ack, AckResult, StationEvent, digest
from pressout_station import identity
from pressout_station.journal.clock_correction import WallClock
from pressout_station.mailbox import spool
from pressout_station.writer.messages import Kept, Told
from pressout_station.writer.raw_traces import Budget
from pressout_station.writer.storage import Rules, open_storage
from pressout_station.writer.writer import Writer

FIRST = SESSION_ID.format(1)
MORNING = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def new_id() -> str:
    return "journal"


def origin(journal_id: str, seq: int) -> Origin:
    return an_origin(seq, journal_id)


@dataclass
class FakeWall:
    """What a station believes of the time; tests move it."""

    moment: Moment = field(default_factory=lambda: Moment(1_000.0, MORNING, "boot", synchronised=True))

    def __call__(self) -> Moment:
        """Give it."""
        return self.moment


def a_writer(folder: Path, wall: FakeWall | None = None, budget: Budget | None = None, **rules: Any) -> Writer:
    for name in ("outbox", "inbox"):
        (folder / name).mkdir(exist_ok=True)
    shelves = open_storage(folder, new_id, budget or Budget())
    known = {"origin_of": origin, "wall_clock": WallClock(wall or FakeWall()), "new_id": identity.new_id}
    return Writer(shelves, Rules(**{**known, **rules}))


def wait_for(writer: Writer, done: Callable[[list[Told]], bool]) -> list[Told]:
    told: list[Told] = []
    until_s = time.monotonic() + 10.0
    while not done(told):
        assert time.monotonic() < until_s, told
        told.extend(writer.told())
        time.sleep(0.001)  # the thread under test needs the interpreter
    return told


def keep(writer: Writer, facts: list[AnyFact], session_id: str = FIRST) -> None:
    for fact in facts:
        writer.keep(session_id, fact)
    wait_for(writer, lambda told: sum(isinstance(one, Kept) for one in told) == len(facts))


def recorded(folder: Path, session_id: str = FIRST) -> Record:
    """Give what a journal has of a session, by a connection of one's own: the writer's is its thread's alone."""
    with closing(sqlite3.connect(f"file:{folder}/journal.db?mode=ro", uri=True)) as db:
        rows = db.execute("SELECT fact FROM facts WHERE session_id = ? ORDER BY place", (session_id,)).fetchall()
    return folded([decode(fact) for (fact,) in rows])


def answer(folder: Path, result: AckResult = AckResult.STORED, number: int = 1) -> None:
    """Let the clinic answer for all that waits, in a file of that number."""
    answers = []
    for name in spool.documents(folder / "outbox"):
        ack = Ack(revision=1, sha256=digest((folder / "outbox" / name).read_bytes()), result=result)
        answers.append(spool.Answer(spool.session_of(name), ack))
    atomic_files.place(folder / "inbox", spool.acks_name(number), msgspec.json.encode(answers))


def order(folder: Path, name: str, what: object) -> None:
    """Let the clinic ask for something."""
    atomic_files.place(folder / "inbox", f"{name}.json", msgspec.json.encode(what))


def everything(folder: Path) -> bytes:
    """Give all that is on disk."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def events(folder: Path) -> list[StationEvent]:
    """Give what the station has said beside its sessions."""
    found = [atomic_files.read(folder / "outbox" / name, StationEvent) for name in spool.events(folder / "outbox")]
    return [one for one in found if one is not None]
