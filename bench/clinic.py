"""The clinic's end under a thousand stations: beside a plain subscriber, for long, and killed. Writes a page.

Everything is on this machine: the stations, mosquitto with persistence, PostgreSQL with its usual durability.
"""

from __future__ import annotations

import functools
import platform
import random
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import create_engine, text

from bench.children import HERE, Child
from bench.fleetload import AGAIN_S, Load, Outcome
from bench.footprint import resident_mb
from brokers import MOSQUITTO, free_port
from builders import an_item
from postgres import Postgres
from pressout_clinic.database import opened
from pressout_session.document import SessionDocument
from visits import a_visit

PAGE = HERE / "docs" / "reference" / "clinic-measured.md"
STATIONS = 1_000
SESSIONS = 20_000
PLAIN_SESSIONS = 3_000
KILLS = 60
WORKERS = 2
CONFIGURATION = """listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {folder}/
autosave_interval 1
max_queued_messages 100000
set_tcp_nodelay true
log_type none
user root
"""


class Broker:
    """A mosquitto without TLS on the loopback address, otherwise as the how-to's."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.port = free_port()
        self._file = folder / "mosquitto.conf"
        self._file.write_text(CONFIGURATION.format(port=self.port, folder=folder))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        self._process = subprocess.Popen([MOSQUITTO, "-c", str(self._file)], stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@dataclass(slots=True)
class Worker(Child):
    """A subscriber's process, and what it took of memory."""

    memory_mb: list[float] = field(default_factory=list)

    def look(self) -> None:
        """Note what it holds of memory."""
        assert self.process is not None
        self.memory_mb.append(resident_mb(self.process.pid))


@dataclass(slots=True)
class Ground:
    """Broker, database, workers, stations."""

    broker: Broker
    postgres: Postgres
    url: str
    workers: list[Worker]
    load: Load

    def stored(self) -> tuple[int, int, int]:
        """Give how many documents, sessions and repetitions there are."""
        engine = create_engine(self.url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect() as connection:
            asked = "SELECT (SELECT count(*) FROM documents), (SELECT count(DISTINCT session_id) FROM documents),"
            row = connection.execute(text(f"{asked} (SELECT count(*) FROM repetitions)")).one()
        engine.dispose()
        return int(row[0]), int(row[1]), int(row[2])


@contextmanager
def ground(
    templates: list[SessionDocument], stations: int, words: Callable[[int, str], list[list[str]]]
) -> Iterator[Ground]:
    """Build all of it, and take it down again."""
    with tempfile.TemporaryDirectory(prefix="pressout-clinic-", ignore_cleanup_errors=True) as where:
        folder = Path(where)
        folder.chmod(0o755)
        broker = Broker(folder / "broker")
        broker.start()
        postgres = Postgres(folder / "postgres")
        url = postgres.database("clinic")
        opened(url).dispose()
        workers = [Worker(functools.partial(list, one)) for one in words(broker.port, url)]
        try:
            for worker in workers:
                worker.start()
            load = Load(broker.port, stations, templates)
            load.connect()
            made = Ground(broker, postgres, url, workers, load)
            made.load.send(len(workers) * 10)  # everyone is awake
            yield made
        finally:
            for worker in workers:
                worker.kill()
            broker.kill()
            postgres.kill()


def ours(port: int, url: str) -> list[list[str]]:
    """Give the product's workers."""
    where = ["--broker", f"mqtt://127.0.0.1:{port}", "--allow-plain", "--database", url]
    return [["pressout_cli.entry", "clinic", *where, "--worker", str(number)] for number in range(WORKERS)]


def plain(port: int, url: str) -> list[list[str]]:
    """Give the plain subscriber."""
    return [["bench.clinic_plain", str(port), url]]


def killed(made: Ground, kills: int, rate: float, say: Callable[[str], None]) -> tuple[Outcome, dict[str, int], float]:
    """Send at a rate while workers, broker and database are killed at random; give what became of it.

    The last is how long after the last kill everything was answered.
    """
    chance = random.Random(6)
    done = {"worker": 0, "broker": 0, "database": 0}
    next_s = time.monotonic() + 1.0
    last_s = time.monotonic()
    down: tuple[float, Callable[[], None]] | None = None

    def meanwhile() -> None:
        nonlocal next_s, last_s, down
        now_s = time.monotonic()
        if down is not None:
            if now_s > down[0]:
                down[1]()
                down = None
            return
        if now_s < next_s or sum(done.values()) >= kills:
            return
        role = chance.choice(("worker", "worker", "broker", "database"))
        done[role] += 1
        targets: dict[str, Worker | Broker | Postgres] = {"broker": made.broker, "database": made.postgres}
        target = targets.get(role) or chance.choice(made.workers)
        target.kill()
        down = (now_s + chance.uniform(0.1, 1.0), target.start)
        next_s, last_s = now_s + chance.uniform(1.5, 3.5), now_s
        if sum(done.values()) % 10 == 0:
            say(f"{sum(done.values())} kills")

    outcome = made.load.send(int(rate * kills * 3.0), rate, meanwhile)
    return outcome, done, max(0.0, time.monotonic() - last_s)


TEXT = """# The clinic's end, measured

Measured by `make bench ARGS=clinic` on {machine}, {date}. {stations} simulated stations, each a connection of its own, deliver visits
of {repetitions} repetitions ({kilobytes:.0f} kB) that the product's own pipeline and record made; load, mosquitto (persistent, without TLS),
PostgreSQL (its usual durability) and the subscribers share two cores. *Plain* is a subscriber as it is usually written, on the
same broker and the same tables in the same run: one transaction a session, one `INSERT` a row.

| | asked | measured |
|---|---|---|
| sessions stored a second, typed rows and all, {workers} workers | at least 150 | {rate:.0f} |
| beside the plain subscriber | at least 3 times | {ratio:.1f} times ({plain_rate:.0f} a second) |
| of {sessions} sessions: lost, stored twice, repetitions missing | 0, 0, 0 | {lost}, {twice}, {missing} |
| a worker's memory after a quarter of them, and at most after | flat | {memory} |
| acked at half that load, 50 % / 99 % | 99 % within 1 s | {half_50:.0f} / {half_99:.0f} ms at {half_rate:.0f} a second |
| workers, broker and database killed: {kills} of {killed_sessions} sessions lost, stored twice | 0, 0 | {killed_lost}, {killed_twice} |
| after the last kill all were answered, without a hand, within | | {recovered_s:.0f} s |
| one of the two workers killed for good: 400 sessions acked within, 50 % / most | | {alone_50:.1f} / {alone_most:.1f} s; the stations of this load say a session again after {again_s:.0f} s |
"""  # noqa: E501 (a table's rows)


def run(sessions: int = SESSIONS) -> None:
    """Measure; a page is written by a whole measurement only."""
    whole = sessions >= SESSIONS
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8_192, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    stations = STATIONS if whole else 100
    templates = [a_visit(seed, an_item(sets=2, reps=10, hold_s=2.0)) for seed in range(1, 7)]
    sizes = [sum(len(held.reps) for held in one.sets) for one in templates]
    templates = [one for one, size in zip(templates, sizes, strict=True) if size == 40]
    told: dict[str, object] = {"repetitions": 40, "stations": stations, "sessions": sessions, "workers": WORKERS}
    with ground(templates, stations, plain) as made:
        by_plain = made.load.send(PLAIN_SESSIONS if whole else 200)
        print(f"plain: {by_plain.rate:.0f} sessions a second")
    with ground(templates, stations, ours) as made:
        told |= _quick(made, sessions)
    told |= {"plain_rate": by_plain.rate, "ratio": float(str(told["rate"])) / by_plain.rate}
    with ground(templates, stations, ours) as made:
        told |= _killed(made, KILLS if whole else 6)
    print(told)
    if whole:
        from pressout_session.document import encode

        kilobytes = float(np.mean([len(encode(one)) for one in templates])) / 1024
        machine = f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}"
        PAGE.write_text(TEXT.format(machine=machine, date=datetime.now(UTC).date(), kilobytes=kilobytes, **told))


def _quick(made: Ground, sessions: int) -> dict[str, object]:
    next_s = 0.0

    def look() -> None:
        nonlocal next_s
        if time.monotonic() > next_s:
            next_s = time.monotonic() + 1.0
            for worker in made.workers:
                worker.look()

    before = made.stored()
    outcome = made.load.send(sessions, meanwhile=look)
    documents, distinct, repetitions = (after - held for after, held in zip(made.stored(), before, strict=True))
    memory = []
    for worker in made.workers:
        quarter = len(worker.memory_mb) // 4
        memory.append(f"{worker.memory_mb[quarter]:.1f}, {max(worker.memory_mb[quarter:]):.1f} MB")
    print(f"ours: {outcome.rate:.0f} sessions a second; {memory}")
    half = made.load.send(max(200, sessions // 5), outcome.rate / 2)
    waits_ms = np.percentile(half.waits_s, (50, 99)) * 1000
    return {
        "rate": outcome.rate,
        "lost": sessions - distinct,
        "twice": documents - distinct,
        "missing": 40 * sessions - repetitions,
        "memory": "; ".join(memory),
        "half_50": waits_ms[0],
        "half_99": waits_ms[1],
        "half_rate": outcome.rate / 2,
    }


def _killed(made: Ground, kills: int) -> dict[str, object]:
    before = made.stored()
    outcome, done, recovered_s = killed(made, kills, 40.0, print)
    documents, distinct, _repetitions = (after - held for after, held in zip(made.stored(), before, strict=True))
    print(f"{outcome.sent} sent, {distinct} stored, {documents - distinct} twice, {done}")
    made.workers[0].kill()  # and nobody starts it again
    alone = made.load.send(400, 40.0)
    return {
        "alone_50": float(np.percentile(alone.waits_s, 50)),
        "alone_most": max(alone.waits_s),
        "again_s": AGAIN_S,
        "kills": ", ".join(f"{count} times the {role}" for role, count in done.items()),
        "killed_sessions": outcome.sent,
        "killed_lost": outcome.sent - distinct,
        "killed_twice": documents - distinct,
        "recovered_s": recovered_s,
    }
