"""Clocks: the real one, one that runs faster, and one that waits for nobody.

All give seconds on one monotonic axis. Only this file asks the operating system what time it is.
"""

from __future__ import annotations

import math
import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from pressout_device.ports import MonotonicClock

# man systemd-timesyncd.service, "FILES".
SYNCHRONISED = "/run/systemd/timesync/synchronized"


@dataclass(slots=True)
class Every:
    """What may happen once in `period_s` and not more often; the first time is at once.

    A clock that was set back makes nothing wait: what is not within a period of the last time is due.
    """

    period_s: float
    last_s: float = -math.inf

    def due(self, now_s: float) -> bool:
        """Whether it may happen now; if so, it has."""
        if abs(now_s - self.last_s) < self.period_s:
            return False
        self.last_s = now_s
        return True

    def at_once(self) -> None:
        """Let it happen the next time, whatever the time is."""
        self.last_s = -math.inf


@dataclass(frozen=True, slots=True)
class RealClock:
    """The monotonic clock of this computer."""

    speed: float = 1.0

    def now_s(self) -> float:
        """Give the seconds on the monotonic clock."""
        return time.monotonic()

    def sleep(self, duration_s: float) -> None:
        """Wait for `duration_s`."""
        time.sleep(max(0.0, duration_s))


@dataclass(frozen=True, slots=True)
class ScaledClock:
    """The monotonic clock, running `speed` times as fast since `origin_s`; for the demo.

    Two processes that share origin and speed agree on the time.
    """

    origin_s: float
    speed: float

    def now_s(self) -> float:
        """Give the scaled seconds."""
        return self.origin_s + (time.monotonic() - self.origin_s) * self.speed

    def sleep(self, duration_s: float) -> None:
        """Wait for `duration_s` of scaled time."""
        time.sleep(max(0.0, duration_s) / self.speed)


@dataclass(slots=True)
class VirtualClock:
    """A clock that moves only when someone waits or looks: the emulated chip's own time.

    Parameters
    ----------
    time_s : float
        Where it begins.
    look_s : float
        What one look at it costs: about what a call costs on a small computer, so that a pulse has a length.
    pace : ScaledClock, optional
        If given, a wait is also waited for, so that virtual time never runs ahead of this clock.
    """

    time_s: float = 0.0
    look_s: float = 1e-6
    pace: MonotonicClock | None = field(default=None)

    def now_s(self) -> float:
        """Give the virtual time, which a look moves on by `look_s`."""
        self.time_s += self.look_s
        return self.time_s

    def sleep(self, duration_s: float) -> None:
        """Move on by `duration_s`, at the pace if there is one."""
        self.time_s += max(0.0, duration_s)
        if self.pace is not None:
            ahead_s = self.time_s - self.pace.now_s()
            if ahead_s > 0.0:
                self.pace.sleep(ahead_s)


class Moment(NamedTuple):
    """What time it is: on the station's clock and on the wall, in which boot, and whether the wall can be believed."""

    t_s: float
    wall: datetime
    boot_id: str
    synchronised: bool


def moment(clock: MonotonicClock) -> Moment:
    """Give what time it is."""
    return Moment(clock.now_s(), wall_time(), boot_id(), synchronised())


def synchronised() -> bool:
    """Whether the wall clock is synchronised (systemd-timesyncd leaves a file when it is)."""
    return os.path.exists(SYNCHRONISED)


def wall_time() -> datetime:
    """Give the wall clock, aware and in UTC."""
    return datetime.now(UTC)


def boot_id() -> str:
    """Name this boot of the machine: monotonic times of different boots cannot be compared."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return "unknown"
