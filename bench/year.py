"""A year of a station in simulated days: a month offline, clocks that are wrong, full disks, retention.

Every day the station is started, visits are kept by its own writer on a small disk of its own, and a clinic answers,
or does not. At the end the clinic has each session, once, as it was; memory and files are looked at all along.
"""

from __future__ import annotations

import json
import logging
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from builders import facts_of_a_session
from pressout_device.clock import Moment
from pressout_device.storage import atomic_files
from pressout_session.document import Clock, SessionDocument, decode
from pressout_session.document_builder import rfc3339
from pressout_session.facts import AnyFact, Opened
from pressout_session.wire import Ack, AckResult, digest
from pressout_station.mailbox import spool
from pressout_station.writer.maintenance import CLOCK_S
from pressout_station.writer.messages import Kept, NotKept
from pressout_station.writer.raw_traces import Budget, SetTrace
from pressout_station.writer.writer import Writer
from stations import FakeWall, a_writer

DAYS, VISITS_A_DAY = 365, 20
BEGIN, LONG_AGO = datetime(2027, 1, 1, 8, 0, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
OFFLINE = range(100, 131)
KEEP_DAYS, RAW = 60.0, Budget(days=14.0, size_bytes=8 * 1024 * 1024)
DISK = "96m"
# On every so many days: a boot that does not know the time; one whose clock was set by an hour; a disk that is full.
UNKNOWN_TIME, MOVED_TIME, FULL_DISK = 11, 17, 13
LOOKED_AT = (60, 99, 130, 140, 200, 280, 365)
PATIENCE_S, FULL_AT_MOST_S = 60.0, 2.0


@dataclass(frozen=True, slots=True)
class Look:
    """What a day found: memory of the process, the station's folder, how long the start took, what waited."""

    day: int
    memory_mb: float
    folder_mb: float
    files: int
    start_ms: float
    waiting: int


@dataclass(slots=True)
class Year:
    """What came of it."""

    looks: list[Look]
    sessions: int = 0
    repetitions: int = 0
    arrived: int = 0
    repetitions_arrived: int = 0
    altered: int = 0
    twice: int = 0
    gaps: int = 0
    unsynchronised_days: int = 0
    moved_days: int = 0
    full_days: int = 0
    refused: int = 0
    misdated: int = 0
    dropped: int = 0


class SimulatedYear:
    """A station, its clinic, and what is known of both.

    Parameters
    ----------
    disk : Path
        A file system of its own, which may be filled.
    """

    def __init__(self, disk: Path) -> None:
        self._disk = disk
        self._folder = disk / "station"
        self._folder.mkdir()
        self._rng = random.Random(365)
        # On another disk: what is known of a year must not look like memory that grows.
        self._books = sqlite3.connect("", isolation_level=None)
        self._books.execute("CREATE TABLE done (session PRIMARY KEY, reps, began)")
        self._books.execute("CREATE TABLE arrived (session, revision, reps, began, PRIMARY KEY (session, revision))")
        self._books.execute("CREATE TABLE seqs (seq PRIMARY KEY, name)")
        self._acks = 0
        self.found = Year([])

    def lived(self, days: int = DAYS) -> Year:
        """Live it."""
        for day in range(1, days + 1):
            self._day(day)
        self._compare()
        return self.found

    def _day(self, day: int) -> None:
        morning = BEGIN + timedelta(days=day - 1)
        unknown, noon = day % UNKNOWN_TIME == 0, VISITS_A_DAY // 2
        wrong = day % MOVED_TIME == 0 and not unknown
        believed = morning + timedelta(hours=self._rng.choice((-1, 1)) if wrong else 0)
        self.found.unsynchronised_days += unknown
        self.found.moved_days += wrong
        wall = FakeWall(Moment(100.0, LONG_AGO if unknown else morning, f"boot-{day}", synchronised=not unknown))
        start_s = time.perf_counter()
        writer = a_writer(self._folder, wall, RAW, keep_days=KEEP_DAYS)
        start_ms = 1e3 * (time.perf_counter() - start_s)
        today = []
        for visit in range(VISITS_A_DAY):
            since = timedelta(seconds=600.0 * (visit + 1))
            known = not unknown or visit >= noon
            began = (believed if known else LONG_AGO) + since
            wall.moment = Moment(since.total_seconds(), began, f"boot-{day}", known)
            if unknown and visit == noon:
                time.sleep(2 * CLOCK_S)  # the station looks whether the time is known once in so long
            facts = self._facts(day, visit, wall.moment, None if wrong else morning + since)
            today.append(_session(facts))
            filler = self._filled() if day % FULL_DISK == 0 and visit == VISITS_A_DAY // 3 else None
            self._keep(writer, facts, filler)
        if day not in OFFLINE:
            self._answered(writer)
        writer.close()
        self._date_traces(today, morning)
        if day in LOOKED_AT:
            self.found.looks.append(self._look(day, start_ms))

    def _facts(self, day: int, visit: int, now: Moment, truly: datetime | None) -> list[AnyFact]:
        """Make a visit, and write it into the books with when it truly began, if that is to come out."""
        reps = self._rng.randint(4, 30)
        first = f"{int(BEGIN.timestamp() * 1e3) + day * 86_400_000 + visit:012x}"
        session_id = f"{first[:8]}-{first[8:]}-7000-8000-{day * VISITS_A_DAY + visit:012d}"
        began_s = None if truly is None else truly.timestamp()
        self._books.execute("INSERT INTO done VALUES (?, ?, ?)", (session_id, reps, began_s))
        opened, *others = facts_of_a_session(
            reps, patient_ref=f"{471_900 + visit}", session_id=session_id, clock=Clock(synchronised=now.synchronised)
        )
        assert isinstance(opened, Opened)
        began = msgspec.structs.replace(opened, wall_time=rfc3339(now.wall), boot_id=now.boot_id, t_s=now.t_s)
        return [began, *others]

    def _keep(self, writer: Writer, facts: list[AnyFact], filler: Path | None) -> None:
        """Let the writer keep a visit's readings and facts; a disk that is full is so until it has refused one."""
        count = 480 * len(facts)
        counts = tuple(self._rng.choices(range(900), k=480)) * len(facts)
        writer.trace(SetTrace(_session(facts), 1, {"unit": "counts"}, tuple(n / 80 for n in range(count)), counts))
        for fact in facts:
            writer.keep(_session(facts), fact)
        kept, began_s = 0, time.monotonic()
        while kept < len(facts):
            waited_s = time.monotonic() - began_s
            assert waited_s < PATIENCE_S, (_session(facts), kept, len(facts))
            told = writer.told()
            kept += sum(isinstance(one, Kept) for one in told)
            refused = sum(isinstance(one, NotKept) for one in told)
            if filler is not None and (refused or waited_s > FULL_AT_MOST_S):
                self.found.refused += refused
                filler.unlink(missing_ok=True)
            time.sleep(0.0005)

    def _filled(self) -> Path:
        """Fill the disk to its last byte."""
        self.found.full_days += 1
        filler = self._disk / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(1 << 16))
            except OSError:
                pass
        return filler

    def _answered(self, writer: Writer) -> None:
        """Let the clinic take what lies in the outbox, and answer until the station has heard it."""
        outbox = self._folder / "outbox"
        while names := spool.documents(outbox):
            self._acks += 1
            answers = []
            for name in names[:200]:
                payload = (outbox / name).read_bytes()
                document = decode(payload)
                new = self._arrives(name, document)
                result = AckResult.STORED if new else AckResult.DUPLICATE
                answers.append(
                    spool.Answer(
                        document.session_id, Ack(revision=document.revision, sha256=digest(payload), result=result)
                    )
                )
            atomic_files.place(self._folder / "inbox", spool.acks_name(self._acks), msgspec.json.encode(answers))
            until_s = time.monotonic() + PATIENCE_S
            while any((outbox / name).exists() for name in names[:200]):
                assert time.monotonic() < until_s, names[:3]
                writer.told()
                time.sleep(0.001)

    def _arrives(self, name: str, document: SessionDocument) -> bool:
        """Write into the books what the clinic is sent; say whether it is new."""
        self._books.execute("INSERT OR IGNORE INTO seqs VALUES (?, ?)", (document.seq, name))
        ((first,),) = self._books.execute("SELECT name FROM seqs WHERE seq = ?", (document.seq,))
        self.found.twice += first != name
        reps = sum(one.count for one in document.sets)
        began_s = datetime.fromisoformat(document.started_at).timestamp()
        return bool(
            self._books.execute(
                "INSERT OR IGNORE INTO arrived VALUES (?, ?, ?, ?)",
                (document.session_id, document.revision, reps, began_s),
            ).rowcount
        )

    def _date_traces(self, sessions: list[str], morning: datetime) -> None:
        """Give today's raw readings today's date: the file system's clock is another one."""
        for session_id in sessions:
            for trace in (self._folder / "raw").glob(f"{session_id}.*"):
                os.utime(trace, (morning.timestamp(), morning.timestamp()))

    def _look(self, day: int, start_ms: float) -> Look:
        files = [path for path in self._folder.rglob("*") if path.is_file()]
        memory_mb = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6
        waiting = len(spool.documents(self._folder / "outbox"))
        folder_mb = sum(path.stat().st_size for path in files) / 1e6
        return Look(day, round(memory_mb, 1), round(folder_mb, 1), len(files), round(start_ms, 1), waiting)

    def _compare(self) -> None:
        found = self.found
        last = "arrived AS last WHERE revision = (SELECT max(revision) FROM arrived WHERE session = last.session)"
        found.sessions, found.repetitions = self._of_books("SELECT count(*), sum(reps) FROM done")
        found.arrived, found.repetitions_arrived = self._of_books(f"SELECT count(*), sum(reps) FROM {last}")
        both = f"(SELECT * FROM {last}) AS one JOIN done USING (session)"
        found.altered, found.misdated = self._of_books(
            f"SELECT sum(one.reps <> done.reps), sum(coalesce(abs(one.began - done.began) > 1.0, 0)) FROM {both}"
        )
        (found.gaps,) = self._of_books("SELECT max(seq) - count(*) FROM seqs")
        with closing(sqlite3.connect(f"file:{self._folder}/journal.db?mode=ro", uri=True)) as db:
            ((left,),) = db.execute("SELECT count(DISTINCT session_id) FROM facts")
        found.dropped = found.sessions - left

    def _of_books(self, sql: str) -> tuple[int, ...]:
        (row,) = self._books.execute(sql)
        return tuple(row)


def _session(facts: list[AnyFact]) -> str:
    opened = facts[0]
    assert isinstance(opened, Opened)
    return opened.session_id


def measured(days: int = DAYS) -> Year:
    """Live a year on a small disk, in a process that may mount one."""
    with tempfile.TemporaryDirectory(prefix="pressout-year-") as folder:
        mounted = f"mount -t tmpfs -o size={DISK} tmpfs {folder} && exec {sys.executable} -m bench.year {folder} {days}"
        own = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
        done = subprocess.run([*own, "sh", "-c", mounted], check=True, stdout=subprocess.PIPE)
    return msgspec.json.decode(done.stdout, type=Year)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    print(json.dumps(asdict(SimulatedYear(Path(sys.argv[1])).lived(int(sys.argv[2])))))
