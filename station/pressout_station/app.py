"""The composition root: builds the station's parts in plain sight. No container; nothing is built at import time."""

from __future__ import annotations

import functools
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from pressout_device.chip.emulated_cell import Cell
from pressout_device.clock import RealClock, ScaledClock, boot_id, moment, synchronised, wall_time
from pressout_device.errors import JournalError, unwritable_folder
from pressout_device.sampler import reader_factory
from pressout_device.sampler.process import Opening, Sampler
from pressout_device.settings import LoadCellSection
from pressout_device.simulation.patient import PatientTask
from pressout_device.storage.calibration_log import calibrated_cell
from pressout_session.document import Clock as ClockDocument
from pressout_session.document import Device
from pressout_session.document_builder import Origin
from pressout_session.facts import EndReason
from pressout_station.audit_log import started_with
from pressout_station.config import Config
from pressout_station.controller.clinic_events import ClinicEvents
from pressout_station.controller.controller_deps import ControllerDeps
from pressout_station.controller.left_visits import TAKEN_UP_WITHIN_S, LeftVisits
from pressout_station.controller.live_topic import LiveTopic
from pressout_station.controller.load_cell_conditioning import ConditioningConfig, LoadCellConditioning
from pressout_station.controller.pain_reports import PainReports
from pressout_station.controller.raw_recorder import RawRecorder
from pressout_station.controller.session_controller import SessionController
from pressout_station.host.display import PanelFace, first_screen, settings_of
from pressout_station.identity import device_of, new_id, software_version
from pressout_station.journal.clock_correction import WallClock
from pressout_station.journal.recent_visits import StartMoment, recent_visits
from pressout_station.journal.tables import Journal
from pressout_station.mailbox.wakeup import ring
from pressout_station.staff.accounts import PinGuard, Therapists
from pressout_station.staff.staff_actions import StaffActions, StaffDeps
from pressout_station.station_deps import Face, StationDeps
from pressout_station.station_loop import Station
from pressout_station.writer.raw_traces import Budget
from pressout_station.writer.storage import Rules, WriterStorage, open_storage
from pressout_station.writer.writer import Writer


@dataclass(frozen=True, slots=True)
class SimulationConfig:
    """A simulated patient in the place of the real one: what they were asked, and how fast time goes."""

    asked: PatientTask
    speed: float = 1.0


def station_of(config: Config, face: Face, simulated: SimulationConfig | None = None) -> Station:
    """Build a station from its configuration.

    Raises
    ------
    PressoutError
        If the journal's folder cannot be used, or the load cell has never been calibrated.
    """
    parts = parts_of(config, face, simulated)
    return Station(parts, first_screen(config, parts.staff_actions.initials(), parts.clock.now_s()))


def parts_of(config: Config, face: Face, simulated: SimulationConfig | None = None) -> StationDeps:
    """Build a station's parts from its configuration.

    Raises
    ------
    PressoutError
        If the journal's folder cannot be used, or the load cell has never been calibrated.
    """
    origin_s = time.monotonic()
    clock = RealClock() if simulated is None else ScaledClock(origin_s, simulated.speed)
    shelves = shelves_of(config)
    cell, calibration, life = calibrated_cell(config.load_cell if simulated is None else emulated(config), shelves.book)
    device = device_of(life)
    left = left_visits(shelves.journal, clock)
    writer = Writer(shelves, rules_of(config, device, clock))
    weighed = ConditioningConfig(calibration, life, cell.limit_n, cell.calibration_max_days, cell.rate_hz)
    announcer = ClinicEvents(life.load_cell_id, writer.tell, wall_time, new_id)
    conditioning = LoadCellConditioning(weighed, writer.note, wall_time, announcer)
    raw_recorder = RawRecorder(functools.partial(trace_head, cell, conditioning), writer.trace)
    pain = PainReports(config.station.pain_flag_from, announcer.pain_reported)
    given = ControllerDeps(
        config.prescription,
        new_id,
        device,
        clock_now,
        float(config.station.pulley_ratio),
        conditioning.measured_hz,
        lambda: conditioning.zero_n,
        lambda: conditioning.noise_n,
        raw_recorder.set_over,
        pain,
    )
    controller = SessionController(given, writer, clock, left)
    sampler = sampler_of(cell, simulated, clock, origin_s)
    staffed = StaffDeps(
        controller=controller,
        conditioning=conditioning,
        writer=writer,
        cell=cell,
        therapists=Therapists(config.folder),
        guard=PinGuard(config.folder, time.monotonic),
        announcer=announcer,
        settings=settings_of(config),
        pain=pain,
    )
    live = config.broker is not None and config.broker.live
    live_topic = LiveTopic(functools.partial(ring, config.folder / "inbox")) if live else None
    staff_actions = StaffActions(staffed)
    return StationDeps(sampler, conditioning, controller, writer, clock, face, staff_actions, raw_recorder, live_topic)


def sampler_of(
    cell: LoadCellSection, simulated: SimulationConfig | None, clock: RealClock | ScaledClock, origin_s: float
) -> Sampler:
    """Give the reader of the load cell, or of a simulated patient on an emulated one."""
    way: Opening = functools.partial(reader_factory.real, cell)
    if simulated is not None:
        way = functools.partial(reader_factory.simulated, cell, simulated.asked, origin_s, simulated.speed)
    # A demo that runs fast needs the processors for more than its reader.
    realtime = simulated is None or simulated.speed <= 1.0
    return Sampler(way, clock, time.monotonic, origin_s, realtime=realtime)


def left_visits(journal: Journal, clock: RealClock | ScaledClock) -> LeftVisits:
    """Give the visits that were going on lately, before this station was started."""
    left = LeftVisits()
    moment = StartMoment(clock.now_s(), boot_id(), wall_time() if synchronised() else None)
    for patient_ref, visit, reason, ago_s in recent_visits(journal, moment, TAKEN_UP_WITHIN_S):
        if reason is not EndReason.NOT_ME:  # what was there before it is theirs still
            left.leave(patient_ref, visit, clock.now_s() - ago_s, reason)
    return left


def shelves_of(config: Config) -> WriterStorage:
    """Open where a station keeps things, and write down whether it is another version or configuration than before.

    Raises
    ------
    JournalError
        If that cannot be done.
    """
    made_folders(config.folder)
    station = config.station
    shelves = open_storage(config.folder, new_id, Budget(station.raw_days, station.raw_mb * 1024 * 1024))
    for started in started_with(shelves.audit, software_version(), msgspec.json.encode(config)):
        shelves.audit.add(started)
    return shelves


def rules_of(config: Config, device: Device, clock: RealClock | ScaledClock) -> Rules:
    """Give the rules by which things are kept at this site."""
    return Rules(
        origin_of=functools.partial(origin_of, config, device),
        wall_clock=WallClock(functools.partial(moment, clock)),
        new_id=new_id,
        policy=config.station.clinic_doses,
        keep_days=config.station.keep_days,
    )


def trace_head(cell: LoadCellSection, conditioning: LoadCellConditioning) -> dict[str, str]:
    """Give the head of raw readings: how to read their counts now."""
    span = conditioning.calibration.counts_per_newton
    return {
        "zero_counts": f"{conditioning.calibration.zero_counts + conditioning.zero_n * span:.1f}",
        "counts_per_newton": f"{span:g}",
        "rate_hz": str(cell.rate_hz),
        "load_cell_id": cell.load_cell_id,
    }


def emulated(config: Config) -> LoadCellSection:
    """Give the load cell of a simulated patient: whoever reads of it is told that it was none."""
    known, cell = Cell(), config.load_cell
    span = known.counts_per_newton if cell.counts_per_newton is None else cell.counts_per_newton
    return msgspec.structs.replace(cell, load_cell_id="simulated", counts_per_newton=span)


def origin_of(config: Config, device: Device, journal_id: str, seq: int) -> Origin:
    """Say where a document comes from."""
    return Origin(
        site_id=config.station.site_id,
        station_id=config.station.station_id,
        journal_id=journal_id,
        seq=seq,
        device=device,
        clock=clock_now(),
        pain_flag_from=config.station.pain_flag_from,
    )


def clock_now() -> ClockDocument:
    """Say whether the wall clock is synchronised now (systemd-timesyncd leaves a file when it is)."""
    return ClockDocument(synchronised=synchronised())


def made_folders(folder: Path) -> None:
    """Make the station's folders, if they are not there.

    Raises
    ------
    JournalError
        If they cannot be made.
    """
    outbox, inbox = folder / "outbox", folder / "inbox"
    try:
        for each in (folder, outbox, inbox):
            each.mkdir(parents=True, exist_ok=True)
        # A file in each, so that a folder that cannot be written is known now and not at the first session. It has no
        # name: the uplink sweeps what lies half written in the inbox.
        for each in (outbox, inbox):
            with tempfile.TemporaryFile(dir=each) as probe:
                probe.write(b"probe")
    except OSError as error:
        raise JournalError(unwritable_folder(folder, error)) from error


def face_of(config: Config, *, headless: bool, say: Callable[[str], None] | None) -> Face:
    """Give a panel, or a text that is told to `say`.

    Raises
    ------
    OSError
        If a panel is wanted and there is no display, in one sentence.
    """
    if headless:
        from pressout_ui.text import TextFace

        return TextFace(say)
    return PanelFace(config)


def drawn_face() -> AbstractContextManager[Face]:
    """Give a drawing in the terminal that this program has; it wants rich."""
    from pressout_ui.terminal import TerminalFace

    return TerminalFace(time.monotonic)
