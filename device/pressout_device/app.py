"""The composition root: builds the station's parts in plain sight. No container; nothing is built at import time."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from pressout_device import opening
from pressout_device.announcing import Announcer
from pressout_device.attending import Attending, Staffed
from pressout_device.backlight import Backlight
from pressout_device.cellbook import CellBook, calibrated_cell
from pressout_device.clock import RealClock, ScaledClock, wall_time
from pressout_device.config import Config
from pressout_device.counting import Counting, Given
from pressout_device.errors import JournalError
from pressout_device.identity import device_of, new_id
from pressout_device.journal.spool import place
from pressout_device.journal.tables import Journal
from pressout_device.journal.writer import Writer
from pressout_device.loadcell.emulator import Cell
from pressout_device.sampler import Opening, Sampler
from pressout_device.sections import LoadCellSection
from pressout_device.settingsfile import SettingsFile
from pressout_device.simulation.patient import Asked
from pressout_device.station import Face, Parts, Station
from pressout_device.therapists import PinGuard, Therapists
from pressout_device.weighing import Weighed, Weighing
from pressout_session.document import Clock as ClockDocument
from pressout_session.document import Device
from pressout_session.settings import Settings
from pressout_session.writing import Origin
from pressout_ui.app import Screen, set_to, turns_portrait, view
from pressout_ui.commands import Sound
from pressout_ui.known import Known
from pressout_ui.messages import Message


@dataclass(frozen=True, slots=True)
class Simulated:
    """A simulated patient in the place of the real one: what they were asked, and how fast time goes."""

    asked: Asked
    speed: float = 1.0


def station_of(config: Config, face: Face, simulated: Simulated | None = None) -> Station:
    """Build a station from its configuration.

    Raises
    ------
    PressoutError
        If the journal's folder cannot be used, or the load cell has never been calibrated.
    """
    parts = parts_of(config, face, simulated)
    return Station(parts, first_screen(config, parts.attending.initials()))


def first_screen(config: Config, therapists: tuple[str, ...] = ()) -> Screen:
    """Give what a station shows first."""
    known = Known(station=config.station.station_id, therapists=therapists)
    return Screen(set_to(known, settings_of(config).read()))


def settings_of(config: Config) -> SettingsFile:
    """Give the station's settings; what the configuration says holds until staff say otherwise."""
    screen = config.screen
    configured = Settings(
        language=screen.language, theme=screen.theme, unit=screen.unit, volume=screen.volume, muted=screen.muted
    )
    return SettingsFile(config.folder, configured)


def parts_of(config: Config, face: Face, simulated: Simulated | None = None) -> Parts:
    """Build a station's parts from its configuration.

    Raises
    ------
    PressoutError
        If the journal's folder cannot be used, or the load cell has never been calibrated.
    """
    origin_s = time.monotonic()
    clock = RealClock() if simulated is None else ScaledClock(origin_s, simulated.speed)
    folders = folders_of(config.folder)
    book = CellBook(config.folder)
    cell, calibration, life = calibrated_cell(config.load_cell if simulated is None else emulated(config), book)
    device = device_of(life)
    journal = Journal(config.folder / "journal.db", new_id)
    writer = Writer(journal, folders, functools.partial(origin_of, config, device), book)
    weighed = Weighed(calibration, life, cell.limit_n, cell.calibration_max_days, cell.rate_hz)
    announcer = Announcer(life.load_cell_id, writer.tell, wall_time, new_id)
    weighing = Weighing(weighed, writer.note, wall_time, announcer)
    ratio = float(config.station.pulley_ratio)
    given = Given(config.prescription, new_id, device, clock_now, ratio, weighing.measured_hz)
    counting = Counting(given, writer, clock)
    way: Opening = functools.partial(opening.real, cell)
    if simulated is not None:
        way = functools.partial(opening.simulated, cell, simulated.asked, origin_s, simulated.speed)
    # A demo that runs fast needs the processors for more than its reader.
    realtime = simulated is None or simulated.speed <= 1.0
    sampler = Sampler(way, clock, time.monotonic, origin_s, realtime=realtime)
    staffed = Staffed(
        counting=counting,
        weighing=weighing,
        writer=writer,
        cell=cell,
        therapists=Therapists(config.folder),
        guard=PinGuard(config.folder, time.monotonic),
        announcer=announcer,
        settings=settings_of(config),
    )
    return Parts(sampler, weighing, counting, writer, clock, face, Attending(staffed))


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
    return ClockDocument(synchronised=Path("/run/systemd/timesync/synchronized").exists())


def folders_of(folder: Path) -> tuple[Path, Path]:
    """Make the station's folders, if they are not there; give outbox and inbox.

    Raises
    ------
    JournalError
        If they cannot be made.
    """
    outbox, inbox = folder / "outbox", folder / "inbox"
    try:
        for each in (folder, outbox, inbox):
            each.mkdir(parents=True, exist_ok=True)
        # A file in each, so that a folder that cannot be written is known now and not at the first session.
        for each in (outbox, inbox):
            place(each, "probe", b"")
            (each / "probe").unlink()
    except OSError as error:
        raise JournalError(f"station.folder: found {error}, expected a folder that this user may write") from error
    return outbox, inbox


class PanelFace:
    """The screen on a panel, with its sounds and its light."""

    def __init__(self, config: Config) -> None:
        from pressout_ui.panel import Panel
        from pressout_ui.sounds import Sounds
        from pressout_ui.theme import THEMES

        screen = config.screen
        self._themes = THEMES
        self._panel = Panel((screen.width_px, screen.height_px), THEMES[screen.theme], full_screen=screen.full_screen)
        self._sounds = Sounds()
        self._light = Backlight()

    @property
    def closed(self) -> bool:
        """Whether the window was closed."""
        return self._panel.closed

    def show(self, screen: Screen) -> None:
        """Show the screen."""
        known = screen.known
        self._panel.use(portrait=turns_portrait(screen), theme=self._themes[known.theme])
        self._panel.paint(view(screen, self._panel.brush.plane))
        self._sounds.loud(known.volume / 10.0)
        self._light.shine(0.1 if screen.dimmed else known.brightness / 10.0)

    def messages(self) -> list[Message]:
        """Give what was tapped and typed."""
        return self._panel.messages()

    def play(self, sound: Sound) -> None:
        """Let a sound be heard."""
        self._sounds.play(sound)


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
