"""The emulated chip in this process, with a simulated patient on the line or with nobody."""

from __future__ import annotations

from collections.abc import Callable

from pressout_device.chip.emulated_cell import Cell
from pressout_device.chip.emulator import Chip, EmulatedBus
from pressout_device.chip.reader import HX711LoadCell, Wires
from pressout_device.clock import VirtualClock
from pressout_device.drivers.spi import SpiWires
from pressout_device.ports import MonotonicClock
from pressout_device.settings import LoadCellSection


def opened(cell: LoadCellSection, clock: MonotonicClock) -> HX711LoadCell:
    """Open an emulated chip that nobody pulls at."""
    return pulled_by(lambda _t_s: 0.0, cell, clock)


def pulled_by(
    tension_n: Callable[[float], float],
    cell: LoadCellSection,
    pace: MonotonicClock,
    *,
    since_s: float | None = None,
    seed: int = 0,
) -> HX711LoadCell:
    """Open an emulated chip at whose line someone pulls with `tension_n`, in newtons at a time on the clock `pace`.

    Reading begins at `since_s`, where that is given: what happens while a process starts is caught up with, and what
    an earlier one had already told is not told twice.
    """
    clock = VirtualClock(time_s=pace.now_s() if since_s is None else since_s, pace=pace)
    known = Cell()
    emulated = Cell(
        rate_hz=cell.rate_hz,
        counts_per_newton=known.counts_per_newton if cell.counts_per_newton is None else cell.counts_per_newton,
        zero_counts=cell.zero_counts,
    )
    wires = wires_to(Chip(tension_n, clock, emulated, seed=seed), clock, "spi")
    return HX711LoadCell(wires, clock, rate_hz=cell.rate_hz)


def wires_to(chip: Chip, clock: VirtualClock, way: str, *, swapped: bool = False) -> Wires:
    """Give the wires of a way (`spi`, `gpio`, `hx711`) with an emulated chip at their end, exchanged or not."""
    if way == "spi":
        return SpiWires(EmulatedBus(chip, clock), clock)
    from pressout_device.chip.emulated_pins import wired  # gpiozero is not everywhere, and the bus does without

    usual = LoadCellSection()
    pins = {"data_pin": usual.data_pin, "clock_pin": usual.clock_pin}
    factory = wired(chip, **pins, swapped=swapped)
    if way == "hx711":
        from pressout_device.drivers.hx711 import PackageWires

        return PackageWires(factory, **pins, clock=clock)
    from pressout_device.drivers.gpio import Pins

    return Pins(factory, **pins, clock=clock)
