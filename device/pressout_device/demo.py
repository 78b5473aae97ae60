"""The whole product on any computer: a simulated patient on a simulated chip, and everything after it for real."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from pressout_device.app import Simulated, face_of, station_of
from pressout_device.config import Config
from pressout_device.embedded import EmbeddedBroker
from pressout_device.errors import ExtraMissingError
from pressout_device.exporting import sessions_in
from pressout_device.identity import new_id
from pressout_device.journal.answers import counts
from pressout_device.journal.tables import Journal
from pressout_device.running import asked_of
from pressout_device.sections import BrokerSection, DoseSection, LoadCellSection, ScreenSection, StationSection
from pressout_device.simulation.patient import Done, SimulatedPatient
from pressout_device.station import FRAME_S, Station
from pressout_session.document import SessionDocument, decode
from pressout_session.exercises import Side

logger = logging.getLogger(__name__)

# How long the demo waits for the clinic's answer at the end, in real seconds.
ANSWER_S = 20.0
# What the clinic's end imports beyond a station's packages.
CLINICS_OWN = ("alembic", "jinja2", "sqlalchemy")
# What the simulated cell is: 4 400 counts a newton is a cell of 100 kg and 2 mV/V at gain 128, about.
SIMULATED_CELL = LoadCellSection(
    way="simulated", counts_per_newton=4_400.0, zero_counts=88_000.0, load_cell_id="simulated"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What `pressout demo` was asked for."""

    dose: DoseSection
    seed: int = 0
    speed: float = 1.0
    headless: bool = False
    config: Config | None = None
    patient_ref: str | None = None
    say: Callable[[str], None] | None = None
    stopped: Callable[[], bool] = bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was counted, what was really done, and where it went."""

    reps: dict[str, int]
    performed: dict[str, int]
    recorded: int
    published: int
    stored: int
    drift_events: int
    duration_s: float
    broker: str
    stopped: bool = False

    @property
    def amiss(self) -> str | None:
        """What went wrong, in one sentence; None where a session was counted and is at the clinic."""
        if self.stopped:
            return None
        done = sum(self.performed.values())
        if done and not self.recorded:
            return f"found no session recorded, expected one of {done} repetitions; a lower --speed may be needed here"
        if not self.recorded == self.published == self.stored:
            return "found sessions that did not reach the clinic, expected all of them to"
        return None

    def as_json(self) -> str:
        """Give the object that `pressout demo --json` prints."""
        sessions = {"recorded": self.recorded, "published": self.published, "stored": self.stored}
        return json.dumps(
            {
                "reps": self.reps,
                "performed": self.performed,
                "sessions": sessions,
                "drift_events": self.drift_events,
                "duration_s": round(self.duration_s, 1),
            }
        )

    def in_words(self) -> str:
        """Say it to a person."""
        lines = ["", *(f"{side:>6}: {count} counted, {self.performed[side]} done" for side, count in self.reps.items())]
        lines.append(f"drift cues: {self.drift_events}")
        lines.append(f"journal:    {self.recorded} session(s) recorded")
        lines.append(f"broker:     {self.published} published and answered for ({self.broker})")
        lines.append(f"clinic:     {self.stored} stored in its database")
        return "\n".join(lines)


def run(options: Options) -> Outcome:
    """Run the demo to its end, or until the window is closed.

    Raises
    ------
    PressoutError
        If a part cannot be started.
    """
    began_s = time.monotonic()
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="pressout-demo-", ignore_cleanup_errors=True))
        )
        config, broker_name, database = _clinic(stack, folder, _config(options, folder))
        asked = asked_of(config, options.seed)
        patient = SimulatedPatient(asked)
        face = face_of(config, headless=options.headless, say=options.say)
        walked_in_s = time.monotonic()
        station = station_of(config, face, Simulated(asked, options.speed))
        if options.patient_ref is not None:
            station.counting.begin(options.patient_ref)
        try:
            _until_over(station, lambda: face.closed or options.stopped(), patient.duration_s)
        finally:
            station.shut_down()
        documents, (recorded, published) = _journalled(config)
        return Outcome(
            reps=_by_side(documents),
            performed=_performed(patient.done, station.read_until_s() - walked_in_s),
            recorded=recorded,
            published=published,
            stored=published if database is None else _stored(database),
            drift_events=sum(len(held.drift) for document in documents for held in document.sets),
            duration_s=time.monotonic() - began_s,
            broker=broker_name,
            stopped=face.closed or options.stopped(),
        )


def _config(options: Options, folder: Path) -> Config:
    if options.config is not None:
        # Its broker and its names, and nothing else: a running station's journal is not the demo's to touch.
        given = options.config
        names = given.station
        station = msgspec.structs.replace(names, station_id=f"{names.station_id}-demo", folder=str(folder / "station"))
        return msgspec.structs.replace(given, station=station, load_cell=SIMULATED_CELL, dose=(options.dose,))
    return Config(
        station=StationSection(site_id="demo", station_id="demo", folder=str(folder / "station")),
        load_cell=SIMULATED_CELL,
        screen=ScreenSection(full_screen=False),
        dose=(options.dose,),
    )


def _clinic(stack: ExitStack, folder: Path, config: Config) -> tuple[Config, str, Path | None]:
    """Start broker, clinic and uplink where the configuration names none; give what they are."""
    database: Path | None = None
    name = "" if config.broker is None else config.broker.url
    if config.broker is None:
        _needs_a_clinic()
        broker = EmbeddedBroker(folder)
        stack.callback(broker.close)
        name = broker.name
        config = msgspec.structs.replace(config, broker=BrokerSection(url=broker.url, allow_plain=True))
        database = folder / "clinic.db"
        url = f"sqlite:///{database}"
        _child(stack, "clinic", "--broker", broker.url, "--allow-plain", "--database", url)
    for name_of_folder in ("outbox", "inbox"):
        (config.folder / name_of_folder).mkdir(parents=True, exist_ok=True)
    file = folder / "station.toml"
    file.write_text(_toml(config), "utf-8")
    _child(stack, "uplink", "--config", str(file))
    return config, name, database


def _needs_a_clinic() -> None:
    """Look for what the clinic's end needs, before a patient is simulated for nobody.

    Raises
    ------
    ExtraMissingError
        If a package of it is not installed.
    """
    missing = [name for name in CLINICS_OWN if find_spec(name) is None]
    if missing:
        packages = " ".join(f"python3-{name}" for name in CLINICS_OWN)
        raise ExtraMissingError(
            f"demo: found no package {missing[0]}, expected the clinic's end as well; pip install 'pressout[demo]', "
            f"or apt install mosquitto {packages}"
        )


def _toml(config: Config) -> str:
    """Write a configuration as the uplink's process reads it (JSON strings and numbers are TOML's as well)."""
    plain: dict[str, Any] = msgspec.to_builtins(config)
    lines: list[str] = []
    for section, tables in plain.items():
        for table in tables if isinstance(tables, list | tuple) else [tables]:
            lines.append(f"[[{section}]]" if isinstance(tables, list | tuple) else f"[{section}]")
            lines.extend(f"{key} = {json.dumps(value)}" for key, value in table.items() if value is not None)
    return "\n".join(lines) + "\n"


def _child(stack: ExitStack, *words: str) -> None:
    command = [sys.executable, "-m", "pressout_device.commands", *words]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end() -> None:
        process.terminate()
        try:
            process.wait(5.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    stack.callback(end)


def _until_over(station: Station, stopped: Callable[[], bool], lasts_s: float) -> None:
    """Turn the loop until the patient has gone, the session is closed, and the clinic has answered."""
    counting = station.counting
    gone_s: float | None = None
    until_s = station.now_s() + lasts_s
    while not stopped():
        frame_s = time.monotonic()
        station.frame()
        if gone_s is None and station.read_until_s() >= until_s:
            gone_s = time.monotonic()
            if counting.visit is not None:
                counting.end("done")
        if gone_s is not None:
            answered = station.screen.known.answer is not None
            if answered or time.monotonic() - gone_s > ANSWER_S:
                return
        time.sleep(max(0.0, FRAME_S - (time.monotonic() - frame_s)))


def _journalled(config: Config) -> tuple[list[SessionDocument], tuple[int, int]]:
    """Give the sessions of the demo's journal, and how many are finished and delivered."""
    journal = Journal(config.folder / "journal.db", new_id)
    try:
        return [decode(document) for document in journal.documents()], counts(journal)
    finally:
        journal.close()


def _stored(database: Path) -> int:
    return len(list(sessions_in(database)))


def _by_side(documents: list[SessionDocument]) -> dict[str, int]:
    return {
        str(side): sum(held.count for document in documents for held in document.sets if held.side is side)
        for side in Side
    }


def _performed(done: list[Done], until_s: float) -> dict[str, int]:
    """Count what the patient had done by then, a side."""
    return {str(side): sum(one.side is side and one.end_s <= until_s for one in done) for side in Side}
