"""The hand-over in real time: a station that draws, both cores busy, and whether every reading arrives, and how late.

Beside it, in the same run, what one would write first: a thread in the process that draws.
"""

from __future__ import annotations

import functools
import multiprocessing as mp
import os
import tempfile
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from pressout_device.clock import RealClock
from pressout_device.reading_tally import percentiles
from pressout_device.sampler import reader_factory
from pressout_device.sampler.pipe_protocol import Granted
from pressout_device.sampler.process import Sampler
from pressout_device.settings import LoadCellSection
from pressout_signal.samples import Fault, FaultKind, Reading
from pressout_station.app import SimulationConfig, parts_of
from pressout_station.config import Config
from pressout_station.config_sections import DoseSection, ScreenSection, StationSection
from pressout_station.host.display import PanelFace, first_screen
from pressout_station.run import asked_of
from pressout_station.station_deps import Reader
from pressout_station.station_loop import FRAME_S, Station

PERIOD_S = 1 / 80
# The child starts, catches up and the window opens before anything is measured.
WARM_UP_S, CAUGHT_UP_S, PATIENCE_S = 2.0, 0.05, 60.0
# A patient at work for as long as any measurement: twenty sets of a hundred repetitions a side.
LONG_DOSE = DoseSection(exercise="pallof_press", sets=20, reps=100)


@dataclass(slots=True)
class Handed:
    """What arrived, what did not, how late (s) it was handed over, and how long (s) a frame took to draw.

    `holes` are pairs of readings that lie further apart than one and a half conversions.
    """

    readings: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    holes: int = 0
    lateness_s: dict[str, float] = field(default_factory=dict)
    frames: int = 0
    frames_s: dict[str, float] = field(default_factory=dict)
    granted: Granted | None = None

    @property
    def lost(self) -> int:
        """How often the numbers of the readings had a gap."""
        return self.faults[FaultKind.HANDOVER]


class TimedReader(Reader, Protocol):
    """A reader that also says how late each reading was."""

    def lateness(self) -> list[float]:
        """Give how late (s) each was handed over since the last call."""
        ...


class ByChild:
    """The station's own reader."""

    def __init__(self, sampler: Sampler) -> None:
        self._sampler = sampler
        self.fresh, self.restart, self.close = sampler.fresh, sampler.restart, sampler.close

    @property
    def alive(self) -> bool:
        """Whether there is a child."""
        return self._sampler.alive

    def lateness(self) -> list[float]:
        """Give how late each was handed over since the last call."""
        found = list(self._sampler.lateness_s)
        self._sampler.lateness_s.clear()
        return found


class ByThread:
    """The plain reader: the same chip, read by a thread of the process that draws."""

    def __init__(self, config: Config) -> None:
        now_s = time.monotonic()
        self._cell, self._clock = reader_factory.simulated(config.load_cell, asked_of(config), now_s, 1.0, now_s)
        self._arrived: deque[Reading | Fault] = deque()
        self._late_s: deque[float] = deque()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the thread reads."""
        return self._thread.is_alive()

    def _read(self) -> None:
        for item in self._cell.readings(0.1):
            if item is not None:
                self._late_s.append(self._clock.now_s() - item.t_s)
                self._arrived.append(item)
            if self._over.is_set():
                return

    def fresh(self) -> list[Reading | Fault]:
        """Give all that was read since the last call."""
        return [self._arrived.popleft() for _ in range(len(self._arrived))]

    def lateness(self) -> list[float]:
        """Give how late each was read since the last call."""
        return [self._late_s.popleft() for _ in range(len(self._late_s))]

    def restart(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """End the thread."""
        self._over.set()
        self._thread.join()


class Counted:
    """A reader whose readings are counted on their way to the station."""

    def __init__(self, reader: TimedReader, handed: Handed) -> None:
        self._reader = reader
        self._handed = handed
        self._last_s: float | None = None
        self.restart, self.close = reader.restart, reader.close

    @property
    def alive(self) -> bool:
        """Whether someone reads."""
        return self._reader.alive

    def fresh(self) -> list[Reading | Fault]:
        """Give what is fresh, and count it."""
        items = self._reader.fresh()
        for item in items:
            if isinstance(item, Fault):
                self._handed.faults[str(item.kind)] += 1
                continue
            self._handed.readings += 1
            self._handed.holes += self._last_s is not None and item.t_s - self._last_s > 1.5 * PERIOD_S
            self._last_s = item.t_s
        return items


def config_in(folder: Path) -> Config:
    """Give a station whose patient does not stop."""
    return Config(
        station=StationSection(site_id="bench", station_id="bench", folder=str(folder)),
        load_cell=LoadCellSection(way="simulated", counts_per_newton=4_400.0, zero_counts=88_000.0),
        screen=ScreenSection(full_screen=False),
        dose=(LONG_DOSE,),
    )


def _spin(until_s: float) -> None:
    while time.monotonic() < until_s:
        for _ in range(10_000):
            pass


@contextmanager
def every_core_busy(duration_s: float) -> Iterator[None]:
    """Keep every core busy with other work."""
    until_s = time.monotonic() + duration_s
    busy = [mp.Process(target=_spin, args=(until_s,), daemon=True) for _ in range(os.cpu_count() or 2)]
    for each in busy:
        each.start()
    try:
        yield
    finally:
        for each in busy:
            each.kill()
            each.join()


def _drawn(station: Station, duration_s: float) -> list[float]:
    """Turn the station's loop at sixty frames a second; give how long each frame took."""
    took_s: list[float] = []
    until_s = time.monotonic() + duration_s
    while (frame_s := time.monotonic()) < until_s:
        station.frame()
        took_s.append(time.monotonic() - frame_s)
        time.sleep(max(0.0, FRAME_S - took_s[-1]))
    return took_s


def _warmed_up(station: Station) -> None:
    until_s = time.monotonic() + PATIENCE_S
    _drawn(station, WARM_UP_S)
    while station.now_s() - station.read_until_s() > CAUGHT_UP_S:
        assert time.monotonic() < until_s, "the reader never caught up"
        _drawn(station, 0.1)
    _drawn(station, WARM_UP_S)


def _measured(duration_s: float, reader_of: Callable[[Config, Sampler], TimedReader]) -> Handed:
    handed = Handed()
    with tempfile.TemporaryDirectory() as folder:
        config = config_in(Path(folder))
        parts = parts_of(config, PanelFace(config), SimulationConfig(asked_of(config)))
        sampler = parts.sampler
        assert isinstance(sampler, Sampler)
        reader = reader_of(config, sampler)
        station = Station(replace(parts, sampler=Counted(reader, handed)), first_screen(config))
        try:
            _warmed_up(station)
            reader.lateness()
            handed.readings = handed.holes = 0
            handed.faults.clear()
            with every_core_busy(duration_s):
                frames = _drawn(station, duration_s)
            handed.lateness_s = percentiles(reader.lateness())
            handed.granted = sampler.granted
        finally:
            station.shut_down()
    handed.frames, handed.frames_s = len(frames), percentiles(frames)
    return handed


def by_a_child(duration_s: float) -> Handed:
    """Measure the station as it runs: a child reads, a pipe hands over."""
    return _measured(duration_s, lambda _config, sampler: ByChild(sampler))


def by_an_ordinary_child(duration_s: float) -> Handed:
    """Measure a child that may not run before others, as where the unit's permissions are missing."""

    def ordinary(config: Config, sampler: Sampler) -> ByChild:
        sampler.close()
        now_s = time.monotonic()
        way = functools.partial(reader_factory.simulated, config.load_cell, asked_of(config), now_s, 1.0)
        return ByChild(Sampler(way, RealClock(), time.monotonic, now_s))

    return _measured(duration_s, ordinary)


def by_a_thread(duration_s: float) -> Handed:
    """Measure the plain way in the child's place."""

    def thread(config: Config, sampler: Sampler) -> ByThread:
        sampler.close()
        return ByThread(config)

    return _measured(duration_s, thread)
