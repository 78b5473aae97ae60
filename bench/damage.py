"""Random damages of a journal and its log: whether the station starts, what is saved, what was altered is known."""

from __future__ import annotations

import logging
import os
import platform
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from builders import facts_of_a_session
from pressout_station.journal.tables import Journal
from shell import CONFIG
from stations import new_id

PAGE = 4096
SESSIONS = 60
STARTS_S = 60.0


def bits(held: bytearray, rng: random.Random) -> None:
    """Turn one to sixty-four bits round, wherever they are."""
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        held[rng.randrange(len(held))] ^= 1 << rng.randrange(8)


def header(held: bytearray, rng: random.Random) -> None:
    """Write nonsense into the first hundred bytes."""
    for _ in range(rng.choice((1, 4, 16))):
        held[rng.randrange(min(100, len(held)))] = rng.randrange(256)


def sector(held: bytearray, rng: random.Random) -> None:
    """Lose a sector of the card: zeros, ones or nonsense in its place."""
    at = rng.randrange(max(len(held) // 512, 1)) * 512
    held[at : at + 512] = rng.choice((bytes(512), b"\xff" * 512, rng.randbytes(512)))[: len(held) - at]


def page(held: bytearray, rng: random.Random) -> None:
    """Find another page in the place of one."""
    pages = max(len(held) // PAGE, 1)
    one, other = (rng.randrange(pages) * PAGE for _ in range(2))
    held[one : one + PAGE] = held[other : other + PAGE]


def cut(held: bytearray, rng: random.Random) -> None:
    """End somewhere."""
    del held[rng.randrange(len(held)) :]


KINDS: dict[str, Callable[[bytearray, random.Random], None]] = {
    "some bits": bits,
    "the header": header,
    "a sector": sector,
    "a page that is another": page,
    "cut short": cut,
}
FILES = ("journal.db", "journal.db-wal")


@dataclass(slots=True)
class Row:
    """What came of one kind of damage to one of the files."""

    damages: int = 0
    started: int = 0
    facts: int = 0
    saved: int = 0
    altered: int = 0
    altered_unknown: int = 0
    first: list[str] = field(default_factory=list)


def run(count: int) -> dict[tuple[str, str], Row]:
    """Damage so often, each time from the same whole folder; give a row for each kind and file."""
    rows = {(kind, file): Row() for file in FILES for kind in KINDS}
    with tempfile.TemporaryDirectory(prefix="pressout-damage-") as folder:
        whole = Path(folder, "whole")
        known = a_whole_folder(whole)
        for number in range(count):
            kind, file = list(rows)[number % len(rows)]
            damaged = Path(folder, "damaged")
            shutil.rmtree(damaged, ignore_errors=True)
            shutil.copytree(whole, damaged)
            held = bytearray((damaged / file).read_bytes())
            KINDS[kind](held, random.Random(number))
            (damaged / file).write_bytes(held)
            try:
                _started(damaged, known, rows[kind, file])
            except Exception as error:  # noqa: BLE001 (whatever keeps it from starting is what is looked for)
                rows[kind, file].first.append(f"{kind}, {file}, {number}: {error!r}")
    return rows


def a_whole_folder(folder: Path) -> dict[tuple[str, int], bytes]:
    """Make a station's folder with sessions, half of them in the log; give its facts by session and place."""
    folder.mkdir(parents=True)
    journal = Journal(folder / "journal.db", new_id)
    for number in range(1, SESSIONS + 1):
        if number == SESSIONS // 2:
            journal.settle()
            journal.rows("PRAGMA wal_autocheckpoint = 0")
        named = f"019{number:05x}-0000-7000-8000-{number:012d}"
        for fact in facts_of_a_session(10, number):
            journal.keep([(named, fact)])
    rows = journal.rows("SELECT session_id, place, fact FROM facts")
    copies = {name: (folder / name).read_bytes() for name in FILES}
    journal.close()  # which would empty the log
    for name, held in copies.items():
        (folder / name).write_bytes(held)
    (folder / "journal.db-shm").unlink(missing_ok=True)
    return {(session_id, place): fact for session_id, place, fact in rows}


def _started(folder: Path, known: dict[tuple[str, int], bytes], row: Row) -> None:
    """Start a station on a damaged folder, and count what it has."""
    row.damages += 1
    _by_command(folder)
    row.started += 1
    found = _facts(folder)
    row.facts += len(known)
    for key, (fact, is_altered) in found.items():
        if known.get(key) == fact:
            row.saved += 1
        elif is_altered:
            row.altered += 1
        elif key in known and b'"closed"' not in fact:  # where the end was lost the station writes one of its own
            row.altered_unknown += 1


def _facts(folder: Path) -> dict[tuple[str, int], tuple[bytes, bool]]:
    journal = Journal(folder / "journal.db", new_id)
    with closing(journal):
        rows = journal.rows(
            "SELECT session_id, place, fact, checksum IS NOT fact_checksum(session_id, place, fact) FROM facts"
        )
    return {(session_id, place): (fact, bool(altered)) for session_id, place, fact, altered in rows}


def _by_command(folder: Path) -> None:
    """Start the station's own command on the folder, wait until it turns, and end it.

    Raises
    ------
    RuntimeError
        If it ends by itself, does not turn within a minute, or does not end well.
    """
    (folder / "station.toml").write_text(CONFIG.format(folder=folder))
    words = ["run", "--simulate", "--config", str(folder / "station.toml")]
    command = [sys.executable, "-m", "pressout_cli.entry", *words]
    environment = {**os.environ, "SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as station:
        until_s = time.monotonic() + STARTS_S
        # What the station lets the clinic know of itself is there once its writer has gone round.
        while not (folder / "outbox" / ".station.json").exists():
            if station.poll() is not None or time.monotonic() > until_s:
                station.kill()
                assert station.stderr is not None
                raise RuntimeError(station.stderr.read().decode(errors="replace")[-400:])
            time.sleep(0.02)
        station.send_signal(signal.SIGTERM)
        if station.wait(30.0) != 0:
            raise RuntimeError("it did not end well")


TEXT = """# What a damaged card costs

Measured by `make bench ARGS=damage` on {machine}, {date}; none of it on a Raspberry Pi. A station's folder with {sessions} sessions of
{facts} facts in all, the later half of them still in SQLite's log, is damaged at random {damages} times, each time anew, and a station is started on it by its own
command (`pressout run --simulate`), until it turns. *Altered* are facts that can be read and are not as they were written; each of them is known by its checksum, told once to the clinic, and counted in its session's document
(`altered_facts`). *Unknown* are those that nothing would have told.

| file | damage | damages | started | facts saved | altered, known | altered, unknown |
|---|---|---|---|---|---|---|
{rows}

What is lost is on the pages that were damaged, or beyond where the file was cut. Damage in the log's middle costs next to nothing, since
later copies of the same pages stand behind it; SQLite alone would leave out all from there on, without a word.
"""  # noqa: E501 (a table's rows)
PAGE_FILE = Path(__file__).parent.parent / "docs" / "reference" / "damage.md"
DAMAGES = 2_000


def measured(count: int = DAMAGES) -> None:
    """Measure; the page is written by a whole measurement only."""
    logging.disable(logging.CRITICAL)  # each start says what it found
    rows = run(count)
    logging.disable(logging.NOTSET)
    for (kind, file), row in rows.items():
        print(file, kind, row)
    if count < DAMAGES:
        return
    first = next(iter(rows.values()))
    PAGE_FILE.write_text(
        TEXT.format(
            machine=f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
            date=datetime.now(UTC).date(),
            sessions=SESSIONS,
            facts=first.facts // max(first.started, 1),
            damages=f"{sum(row.damages for row in rows.values()):,}",
            rows="\n".join(_told(kind, file, row) for (kind, file), row in rows.items()),
        ),
        encoding="utf-8",
    )


def _told(kind: str, file: str, row: Row) -> str:
    named = "the journal" if file == FILES[0] else "its log"
    saved = f"{100.0 * row.saved / max(row.facts, 1):.2f} %"
    return f"| {named} | {kind} | {row.damages} | {row.started} | {saved} | {row.altered} | {row.altered_unknown} |"
