"""Kills station, uplink, broker and clinic at random moments, and looks what of the shown repetitions arrived.

Three stations stand side by side on one broker (mosquitto with TLS and the how-to's rules) and one clinic, and are
killed at the same moments: one with Pressout's uplink, one that publishes and goes on, one that trusts the broker's
acknowledgement. All that differs between them is who may say that a session is delivered.
"""

from __future__ import annotations

import json
import random
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bench.children import Child
from brokers import SecureBroker
from pressout_device.storage import atomic_files
from pressout_session.document import SessionDocument, decode
from pressout_station.mailbox import spool

UPLINKS = ("pressout", "plain", "puback")
ROLES = ("station", "uplink", "broker", "clinic")
PAUSE_S = (0.2, 1.6)
DOWN_S = 0.8
# After the last kill: as long as it takes to send what waits, and no longer than this.
PATIENCE_S = 180.0

CONFIG = """
[station]
site_id = "north"
station_id = "{station}"
folder = "{folder}"
[load_cell]
way = "simulated"
counts_per_newton = 4400.0
[screen]
full_screen = false
[broker]
url = "mqtts://127.0.0.1:{port}"
ca_file = "{broker}/authority.pem"
certificate_file = "{broker}/north+{station}.pem"
key_file = "{broker}/north+{station}.key"
[[dose]]
exercise = "pallof_press"
reps = {reps}
hold_s = 1.0
"""


@dataclass(slots=True)
class Row:
    """What became of one station's sessions."""

    uplink: str
    sessions: int = 0
    shown: int = 0
    stored: int = 0
    lost_sessions: int = 0
    lost_repetitions: int = 0
    twice: int = 0
    delivered_twice: int = 0


class Ground:
    """Broker, clinic, and three stations.

    Parameters
    ----------
    folder : Path
        For all of it.
    """

    def __init__(self, folder: Path) -> None:
        self.database = folder / "clinic.db"
        self.broker = SecureBroker(folder / "broker")
        self.shown: dict[str, dict[str, int]] = {uplink: {} for uplink in UPLINKS}
        self._seeds = iter(range(1_000_000))
        self.broker.client("clinic")
        self.files: dict[str, Path] = {}
        for uplink in UPLINKS:
            self.broker.client(f"north/{uplink}")
            self.files[uplink] = folder / f"{uplink}.toml"
            text = CONFIG.format(
                station=uplink, folder=folder / uplink, port=self.broker.port, broker=self.broker.folder, reps=3
            )
            self.files[uplink].write_text(text, encoding="utf-8")
            for name in ("outbox", "inbox"):
                (folder / uplink / name).mkdir(parents=True)
        clinic = folder / "clinic.toml"
        clinic.write_text(
            f'[broker]\nurl = "mqtts://127.0.0.1:{self.broker.port}"\nca_file = "{self.broker.folder}/authority.pem"\n'
            f'certificate_file = "{self.broker.folder}/clinic.pem"\nkey_file = "{self.broker.folder}/clinic.key"\n',
            encoding="utf-8",
        )
        commands = "pressout_cli.entry"
        self.clinic = Child(
            lambda: [commands, "clinic", "--config", str(clinic), "--database", f"sqlite:///{self.database}"]
        )
        self.stations = {uplink: self._station(uplink) for uplink in UPLINKS}
        self.uplinks = {uplink: self._uplink(uplink) for uplink in UPLINKS}

    def _station(self, uplink: str) -> Child:
        file = str(self.files[uplink])
        return Child(
            lambda: ["bench.kill_station", file, str(next(self._seeds))],
            lambda pipe: self._hear(uplink, pipe),
        )

    def _uplink(self, uplink: str) -> Child:
        file = str(self.files[uplink])
        if uplink == "pressout":
            return Child(lambda: ["pressout_cli.entry", "uplink", "--config", file])
        return Child(lambda: ["bench.kill_peers", uplink, file])

    def _hear(self, uplink: str, pipe: IO[bytes]) -> None:
        with pipe:
            for line in pipe:
                said = json.loads(line)
                shown = self.shown[uplink]
                shown[said["session"]] = max(said["shown"], shown.get(said["session"], 0))

    def start(self) -> None:
        """Start everything."""
        self.broker.start()
        for child in (self.clinic, *self.uplinks.values(), *self.stations.values()):
            child.start()

    def await_repetitions(self) -> None:
        """Wait until every station has shown something that could be lost."""
        until_s = time.monotonic() + PATIENCE_S
        while not all(any(shown.values()) for shown in self.shown.values()):
            assert time.monotonic() < until_s, "a station counts nothing"
            time.sleep(0.05)

    def kill(self, role: str, rng: random.Random) -> None:
        """Kill one of the roles, at all three stations at once, and start it again after a moment."""
        match role:
            case "broker":
                self.broker.kill()
                time.sleep(rng.uniform(0.0, DOWN_S))
                self.broker.start()
            case "clinic":
                self._again([self.clinic], rng)
            case "station":
                self._again(list(self.stations.values()), rng)
            case _:
                self._again(list(self.uplinks.values()), rng)

    @staticmethod
    def _again(children: list[Child], rng: random.Random) -> None:
        for child in children:
            child.kill()
        time.sleep(rng.uniform(0.0, DOWN_S))
        for child in children:
            child.start()

    def wind_up(self) -> float:
        """Let every session be closed and what waits be sent; give how long that took."""
        for child in self.stations.values():
            child.end()
        # Whoever was killed last closes its session at the next start, however long that takes on a busy computer.
        left = self._unfinished()
        for child in self.stations.values():
            child.start()
        until_s = time.monotonic() + PATIENCE_S
        while left & self._unfinished():
            assert time.monotonic() < until_s, "a station closes nothing"
            time.sleep(0.05)
        for child in self.stations.values():
            child.end()
        began_s = time.monotonic()
        # The stations' writers are gone: what is answered lies in the inboxes, and that is all that is needed here.
        while time.monotonic() - began_s < PATIENCE_S and self._waiting():
            time.sleep(0.2)
        took_s = time.monotonic() - began_s
        time.sleep(2.0)
        for child in (*self.uplinks.values(), self.clinic):
            child.end()
        self.broker.kill()
        for child in self.stations.values():
            for ear in child.ears:
                ear.join(5.0)
        return took_s

    def _unfinished(self) -> set[str]:
        """Give the sessions that have no document yet."""
        found: set[str] = set()
        for uplink, file in self.files.items():
            with closing(sqlite3.connect(f"file:{file.parent / uplink / 'journal.db'}?mode=ro", uri=True)) as db:
                rows = db.execute("SELECT session_id FROM facts EXCEPT SELECT session_id FROM documents")
                found.update(session_id for (session_id,) in rows)
        return found

    def _waiting(self) -> bool:
        folder = self.files["pressout"].parent / "pressout"
        answered = {
            answer.session_id
            for name in atomic_files.waiting(folder / "inbox")
            if name.startswith("acks.")
            for answer in atomic_files.read(folder / "inbox" / name, list[spool.Answer]) or []
        }
        return any(spool.session_of(name) not in answered for name in spool.documents(folder / "outbox"))

    def rows(self) -> list[Row]:
        """Compare what was shown with what the clinic has."""
        db = sqlite3.connect(self.database)
        kept = [decode(document) for (document,) in db.execute("SELECT document FROM sessions")]
        db.close()
        found = []
        for uplink in UPLINKS:
            row = Row(uplink)
            mine = {one.session_id: one for one in kept if one.station_id == uplink}
            numbers = Counter((one.journal_id, one.seq) for one in mine.values())
            for session_id, count in self.shown[uplink].items():
                if not count:
                    continue
                row.sessions += 1
                row.shown += count
                there = _repetitions(mine[session_id]) if session_id in mine else []
                row.stored += len(set(there))
                row.twice += len(there) - len(set(there))
                missing = max(0, count - len(set(there)))
                row.lost_repetitions += missing
                row.lost_sessions += session_id not in mine
            row.delivered_twice = sum(count > 1 for count in numbers.values())
            found.append(row)
        return found


def _repetitions(document: SessionDocument) -> list[tuple[int, float]]:
    return [
        (place, rep.press_out_start_s)
        for place, held in enumerate(document.sets)
        for rep in held.reps
        if not rep.voided
    ]


def run(kills: int, seed: int = 0, say: Callable[[str], None] = print) -> tuple[list[Row], Counter[str], float]:
    """Kill, and give what became of the three; how often each role was killed; and how long the rest took to arrive."""
    rng = random.Random(seed)
    done: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="pressout-kills-") as folder:
        ground = Ground(Path(folder))
        ground.start()
        try:
            ground.await_repetitions()
            for number in range(1, kills + 1):
                time.sleep(rng.uniform(*PAUSE_S))
                role = rng.choice(ROLES)
                ground.kill(role, rng)
                done[role] += 1
                if number % 50 == 0:
                    say(f"{number} kills, {sum(sum(one.values()) for one in ground.shown.values())} repetitions shown")
        finally:
            took_s = ground.wind_up()
        return ground.rows(), done, took_s
