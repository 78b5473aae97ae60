"""Emulated chips at the end of every way in, for tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from pressout_device.chip.emulated_cell import Cell
from pressout_device.chip.emulator import Chip
from pressout_device.chip.reader import HX711LoadCell
from pressout_device.clock import VirtualClock
from pressout_device.drivers.simulated import wires_to
from pressout_device.sampler.process import told_by
from pressout_signal.samples import Fault, FaultKind, Reading

DATA, CLOCK = 9, 10
WAYS = ("spi", "gpio", "hx711")
# A cell without noise, whose counts tell the time of a ramp: 400 counts a newton.
QUIET = Cell(counts_per_newton=400.0, zero_counts=8_000.0, noise_counts=0.0)

Item = Reading | Fault | None


def rising(t_s: float) -> float:
    """Rise by a newton a second, so that every reading tells when it was taken."""
    return 10.0 + t_s


@dataclass
class Bench:
    """A chip, the clock it lives on, and a load cell that reads it; `sampled`, as the reading process tells it on."""

    way: str
    clock: VirtualClock
    tension_n: Callable[[float], float] = rising
    cell: Cell = QUIET
    rate_hz: float = 80.0
    swapped: bool = False
    sampled: bool = False

    def __post_init__(self) -> None:
        self.chip = Chip(self.tension_n, self.clock, self.cell)
        wires = wires_to(self.chip, self.clock, self.way, swapped=self.swapped)
        self.reader = HX711LoadCell(wires, self.clock, rate_hz=self.rate_hz)
        self.items = self.reader.readings(0.1)
        if self.sampled:
            self.items = (item for item, _late_s in told_by(self.reader, self.clock))

    def read(self, count: int) -> list[Item]:
        """Give the next items."""
        return list(islice(self.items, count))

    def read_for(self, duration_s: float) -> list[Item]:
        """Give what comes in so much time."""
        until_s = self.clock.time_s + duration_s
        found = []
        while self.clock.time_s < until_s:
            found.append(next(self.items))
        return found


def readings(items: Iterable[Item]) -> list[Reading]:
    return [item for item in items if isinstance(item, Reading)]


def faults(items: Iterable[Item]) -> Counter[FaultKind]:
    return Counter(item.kind for item in items if isinstance(item, Fault))


def error_counts(items: Iterable[Item]) -> float:
    """How far the worst reading of a rising tension is from what it was when the reading is stamped."""
    return max(abs(one.counts - (8_000 + 400 * rising(one.t_s))) for one in readings(items))
