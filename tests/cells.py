"""Load cells for the reading child, importable from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pressout_device.clock import RealClock
from pressout_device.errors import LoadCellError
from pressout_device.sampler.process import Opened
from pressout_signal.samples import Fault, Reading


@dataclass
class Steady:
    """A load cell that says 80 readings a second, or nothing."""

    clock: RealClock
    silent: bool = False

    def readings(self, wait_s: float) -> Iterator[Reading | Fault | None]:
        """Yield readings at their pace."""
        number = 0
        while True:
            number += 1
            self.clock.sleep(wait_s if self.silent else 1 / 80)
            yield None if self.silent else Reading(self.clock.now_s(), number)

    def close(self) -> None:
        """Do nothing."""


def opened(silent: bool, _since_s: float) -> Opened:
    """Open a cell that speaks, or does not."""
    clock = RealClock()
    return Steady(clock, silent), clock


def mute(_since_s: float) -> Opened:
    """Never come to speak, as a reader on a computer that is still importing."""
    RealClock().sleep(3_600.0)
    raise AssertionError


def refused(_since_s: float) -> Opened:
    """Refuse, as a computer without pins does."""
    raise LoadCellError("load cell: found no pins, expected some; plug them in")
