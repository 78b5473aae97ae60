"""The whole product on any computer: a simulated patient on a simulated chip, and everything after it for real."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from pressout_cli.demo.broker import EmbeddedBroker
from pressout_cli.demo.report import Outcome, greeting
from pressout_cli.records.exporter import sessions_in
from pressout_device.errors import ExtraMissingError, JournalError, StationError
from pressout_device.optional_packages import CLINICS_OWN, install_hint
from pressout_device.settings import LoadCellSection
from pressout_device.shutdown import begun, dropped_folder
from pressout_device.simulation.patient import Done, SimulatedPatient
from pressout_session.document import SessionDocument, decode
from pressout_session.exercises import Side
from pressout_session.facts import EndReason
from pressout_session.patient_codes import GUEST
from pressout_station.app import SimulationConfig, drawn_face, face_of, station_of
from pressout_station.config import Config
from pressout_station.config_sections import BrokerSection, DoseSection, ScreenSection, StationSection
from pressout_station.identity import new_id
from pressout_station.journal import documents
from pressout_station.journal.acks import counts
from pressout_station.journal.tables import Journal
from pressout_station.run import asked_of
from pressout_station.station_deps import Face
from pressout_station.station_loop import FRAME_S, Station

logger = logging.getLogger(__name__)

# How long the demo waits for the clinic's answer at the end, in real seconds.
ANSWER_S = 20.0
# How long the simulated cell may stand still, in real seconds: a slow computer starts its reader within half of that.
STILL_S = 120.0
# What the simulated cell is: 4 400 counts a newton is a cell of 100 kg and 2 mV/V at gain 128, about.
SIMULATED_CELL = LoadCellSection(
    way="simulated", counts_per_newton=4_400.0, zero_counts=88_000.0, load_cell_id="simulated"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What `pressout demo` was asked for.

    Parameters
    ----------
    dose : DoseSection
        What the patient does.
    seed : int
        Which patient.
    speed : float
        Simulated seconds a second.
    headless : bool
        Whether it is told in a terminal, even where there is a display.
    config : Config, optional
        Of a station, whose broker is used.
    patient_ref : str, optional
        Who the patient is; else a guest.
    say : callable, optional
        Takes a line for people.
    stopped : callable
        Whether someone asked to stop.
    drawn : bool
        Whether a terminal can be drawn on, rather than only be told lines.
    afterwards : callable
        Takes what came of it, the URL of the clinic's database if it is ours, and the patient, while all is there.
    """

    dose: DoseSection
    seed: int = 0
    speed: float = 1.0
    headless: bool = False
    config: Config | None = None
    patient_ref: str | None = None
    say: Callable[[str], None] | None = None
    stopped: Callable[[], bool] = bool
    drawn: bool = False
    afterwards: Callable[[Outcome, str | None, str], None] = lambda _outcome, _database, _patient: None


def run(options: Options) -> Outcome:
    """Run the demo to its end, or until the window is closed.

    Raises
    ------
    PressoutError
        If a part cannot be started.
    """
    began_s = time.monotonic()
    with ExitStack() as stack:
        folder = stack.enter_context(dropped_folder("pressout-demo-"))
        config, broker_name, database = _clinic(stack, folder, _config(options, folder))
        asked = asked_of(config, options.seed)
        patient = SimulatedPatient(asked)
        if options.say is not None:
            options.say(
                textwrap.fill(
                    greeting(asked, patient.duration_s / options.speed, headless=options.headless),
                    shutil.get_terminal_size().columns,
                )
            )
            options.say("")
        drawing = stack.enter_context(ExitStack())
        face = _face(drawing, config, options)
        walked_in_s = time.monotonic()
        station = station_of(config, face, SimulationConfig(asked, options.speed))
        if options.patient_ref is not None:
            station.controller.begin(options.patient_ref)
        try:
            _until_over(station, lambda: face.closed or options.stopped(), patient.duration_s)
        finally:
            station.shut_down()
        documents, (recorded, published) = _journalled(config)
        outcome = Outcome(
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
        drawing.close()
        url = None if database is None else f"sqlite:///{database}"
        options.afterwards(outcome, url, options.patient_ref or GUEST)
        return outcome


def _face(stack: ExitStack, config: Config, options: Options) -> Face:
    """Give a window, a drawing in the terminal where it can be drawn on, or lines of words."""
    if not (options.headless and options.drawn) or find_spec("rich") is None:
        return face_of(config, headless=options.headless, say=options.say)
    return stack.enter_context(drawn_face())


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
        _child(stack, "clinic", "--broker", broker.url, "--allow-plain", "--database", f"sqlite:///{database}")
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
        said = f"demo: found no package {missing[0]}, expected the clinic's end as well"
        raise ExtraMissingError(f"{said}; {install_hint('demo')}")


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
    command = [sys.executable, "-m", "pressout_cli.entry", *words]
    process = begun(command)

    def end() -> None:
        process.terminate()
        try:
            process.wait(5.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    stack.callback(end)


def _until_over(station: Station, stopped: Callable[[], bool], lasts_s: float) -> None:
    """Turn the loop until the patient has gone, the session is closed, and the clinic has answered.

    Raises
    ------
    StationError
        If nothing is read any more.
    """
    controller = station.controller
    gone_s: float | None = None
    until_s = station.now_s() + lasts_s
    read_s, moved_s = 0.0, time.monotonic()
    while not stopped():
        frame_s = time.monotonic()
        station.frame()
        if station.read_until_s() > read_s:
            read_s, moved_s = station.read_until_s(), frame_s
        elif gone_s is None and frame_s - moved_s > STILL_S:
            raise StationError(
                f"demo: found the simulated load cell still for {STILL_S:.0f} s, expected samples; try a lower --speed"
            )
        if gone_s is None and station.read_until_s() >= until_s:
            gone_s = time.monotonic()
            if controller.visit is not None:
                controller.end(EndReason.DONE)
        if gone_s is not None:
            answered = station.screen.known.answer is not None
            if answered or time.monotonic() - gone_s > ANSWER_S:
                return
        time.sleep(max(0.0, FRAME_S - (time.monotonic() - frame_s)))


def _journalled(config: Config) -> tuple[list[SessionDocument], tuple[int, int]]:
    """Give the sessions of the demo's journal, and how many are finished and delivered."""
    journal = Journal(config.folder / "journal.db", new_id)
    try:
        return [decode(document) for document in documents.all_documents(journal)], counts(journal)
    finally:
        journal.close()


def _stored(database: Path) -> int:
    try:
        return len(list(sessions_in(database)))
    except JournalError:
        return 0  # stopped before the clinic's end had made it


def _by_side(documents: list[SessionDocument]) -> dict[str, int]:
    return {
        str(side): sum(held.count for document in documents for held in document.sets if held.side is side)
        for side in Side
    }


def _performed(done: list[Done], until_s: float) -> dict[str, int]:
    """Count what the patient had done by then, a side."""
    return {str(side): sum(one.side is side and one.end_s <= until_s for one in done) for side in Side}
