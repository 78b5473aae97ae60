"""A month's sessions at once: how fast they drain, and what that costs a repetition that is counted meanwhile.

The station's own writer, the uplink and the clinic as processes of their own, mosquitto with TLS and the how-to's
rules; commits beside a bare SQLite commit of the same bytes, turn by turn in the same run.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.kills import CONFIG
from brokers import SecureBroker
from builders import a_repetition, an_origin, facts_of_a_session
from pressout_session.document_builder import document_of
from pressout_session.facts import RepetitionKept, encode
from pressout_station.journal import documents
from pressout_station.journal.tables import Journal
from pressout_station.mailbox import spool
from pressout_station.writer.messages import Kept
from pressout_station.writer.writer import Writer
from stations import a_writer, new_id

FRAME_S = 1 / 60
# A patient does one every four seconds; more are asked for here, to have enough to count.
EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Commits:
    """Percentiles (50, 99) of a journal's commit and of a bare one, in ms."""

    ours_ms: tuple[float, float]
    bare_ms: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Drain:
    """How fast a backlog drained; how long repetitions took to be kept, in ms (50, 99, most), before and during."""

    sessions: int
    document_bytes: int
    took_s: float
    quiet_ms: tuple[float, float, float]
    busy_ms: tuple[float, float, float]

    @property
    def rate(self) -> float:
        """Sessions a second."""
        return self.sessions / self.took_s


def session_id(number: int) -> str:
    """Name a session."""
    return f"01900000-0000-7000-8000-{number:012d}"


def commits(count: int = 4_000) -> Commits:
    """Time a fact's commit beside a bare one, turn by turn."""
    fact = facts_of_a_session(1)[2]
    payload = encode(fact)
    with tempfile.TemporaryDirectory(prefix="pressout-commit-") as folder:
        journal = Journal(Path(folder) / "journal.db", new_id)
        bare = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)
        bare.execute("PRAGMA journal_mode = WAL")
        bare.execute("PRAGMA synchronous = FULL")
        bare.execute("CREATE TABLE facts (fact BLOB)")
        ours, theirs = [], []
        for number in range(count):
            began_s = time.perf_counter()
            journal.keep([(session_id(number // 60), fact)])
            middle_s = time.perf_counter()
            bare.execute("INSERT INTO facts VALUES (?)", (payload,))
            theirs.append(time.perf_counter() - middle_s)
            ours.append(middle_s - began_s)
        journal.close()
        bare.close()
    return Commits(_three(ours)[:2], _three(theirs)[:2])


def drained(sessions: int, say: Callable[[str], None] = print, quiet_reps: int = 100) -> Drain:
    """Let a backlog drain while repetitions are counted; before it, `quiet_reps` for comparison."""
    with tempfile.TemporaryDirectory(prefix="pressout-backlog-") as where:
        folder = Path(where)
        broker = SecureBroker(folder / "broker")
        for name in ("clinic", "north/s3"):
            broker.client(name)
        broker.start()
        station = folder / "station"
        station.mkdir()
        size = _backlog(station, sessions)
        say(f"{sessions} sessions of {size / 1024:.0f} kB in the journal")
        writer = a_writer(station)
        writer.occupied("471922")
        quiet = _kept(writer, session_id(10**9), lambda number: number >= quiet_reps)
        ends = _ends(folder, broker)
        try:
            began_s = time.monotonic()
            outbox = station / "outbox"
            busy = _kept(writer, session_id(10**9), lambda _number: _empty(outbox))
            took_s = time.monotonic() - began_s
        finally:
            for end in ends:
                end.terminate()
                end.wait()
            writer.close()
            broker.kill()
    return Drain(sessions, size, took_s, _three(quiet), _three(busy))


def _empty(outbox: Path) -> bool:
    """Tell whether no document is left; looks at the first few names only, since it is asked at every frame."""
    with os.scandir(outbox) as names:
        return not any(spool.DOCUMENT.fullmatch(one.name) for one in names)


def _three(times_s: list[float]) -> tuple[float, float, float]:
    usual, late, most = (float(np.percentile(1e3 * np.array(times_s), one)) for one in (50, 99, 100))
    return usual, late, most


def _backlog(folder: Path, sessions: int) -> int:
    """Fill a journal; give the size of a document in bytes."""
    journal = Journal(folder / "journal.db", new_id)
    size = 0
    for number in range(1, sessions + 1):
        facts = facts_of_a_session(30, session_id=session_id(number))
        journal.keep([(session_id(number), fact) for fact in facts])
        documents.finish(journal, session_id(number), lambda record, seq: document_of(record, an_origin(seq)))
    size = len(documents.document_bytes(journal, session_id(1), 1))
    journal.close()
    return size


def _ends(folder: Path, broker: SecureBroker) -> list[subprocess.Popen[bytes]]:
    """Start clinic and uplink."""
    text = CONFIG.format(station="s3", folder=folder / "station", port=broker.port, broker=broker.folder, reps=3)
    (folder / "station.toml").write_text(text, encoding="utf-8")
    clinic = text.replace("north+s3.", "clinic.")
    (folder / "clinic.toml").write_text(clinic, encoding="utf-8")
    ends = []
    for words in (
        ("clinic", "--config", folder / "clinic.toml", "--database", f"sqlite:///{folder}/clinic.db"),
        ("uplink", "--config", folder / "station.toml"),
    ):
        command = [sys.executable, "-m", "pressout_cli.entry", *map(str, words)]
        ends.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    return ends


def _kept(writer: Writer, session: str, over: Callable[[int], bool]) -> list[float]:
    """Count repetitions at the pace of frames; give how long each took from being asked to be kept to being so (s)."""
    took_s: list[float] = []
    asked_s: float | None = None
    next_s = 0.0
    number = 0
    while not over(number):
        frame_s = time.monotonic()
        if asked_s is None and frame_s >= next_s:
            number += 1
            kept = a_repetition(10.0 * number, number)
            writer.keep(session, RepetitionKept(t_s=kept.counted_at_s, repetition=kept))
            asked_s, next_s = frame_s, frame_s + EVERY_S
        while asked_s is not None:
            if any(isinstance(one, Kept) for one in writer.told()):
                took_s.append(time.monotonic() - asked_s)
                asked_s = None
            elif time.monotonic() - frame_s > FRAME_S:
                break
            else:
                time.sleep(0.0002)
        time.sleep(max(0.0, FRAME_S - (time.monotonic() - frame_s)))
    return took_s
