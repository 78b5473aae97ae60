"""Opens a load cell in the reading process: the chip on the pins, or the emulated one with a patient in front of it."""

from __future__ import annotations

import warnings

from pressout_device.clock import RealClock, ScaledClock, VirtualClock
from pressout_device.config import LoadCellSection
from pressout_device.errors import LoadCellError
from pressout_device.loadcell.gpio import GpioLoadCell
from pressout_device.sampler import Opened
from pressout_device.simulation.patient import Asked, SimulatedPatient


def real(cell: LoadCellSection, _since_s: float) -> Opened:
    """Open the chip on this computer's own pins.

    Raises
    ------
    LoadCellError
        If this computer has no such pins, or what drives them is not installed.
    """
    from gpiozero import Device
    from gpiozero.exc import BadPinFactory, GPIOZeroError

    clock = RealClock()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # one sentence below says what a page of warnings would
            Device.ensure_pin_factory()
        chip = GpioLoadCell(
            Device.pin_factory, data_pin=cell.data_pin, clock_pin=cell.clock_pin, rate_hz=cell.rate_hz, clock=clock
        )
    except (BadPinFactory, GPIOZeroError, OSError) as error:
        raise LoadCellError(
            f"load cell: found no usable GPIO pins ({error}), expected a Raspberry Pi with lgpio; "
            "use --simulate on other computers"
        ) from error
    return chip, clock


def simulated(cell: LoadCellSection, asked: Asked, origin_s: float, speed: float, since_s: float) -> Opened:
    """Open the emulated chip; the patient walked in at `origin_s` on the station's clock.

    Reading begins at `since_s`: what happens while this process starts is caught up with, and what an earlier one
    had already told is not told twice.
    """
    from pressout_device.loadcell.emulator import Cell, Chip, wired

    pace = ScaledClock(origin_s, speed)
    clock = VirtualClock(time_s=since_s, pace=pace)
    chip = Chip(
        SimulatedPatient(asked).at(origin_s),
        clock,
        Cell(rate_hz=cell.rate_hz, counts_per_newton=cell.counts_per_newton, zero_counts=cell.zero_counts),
        seed=asked.seed,
    )
    factory = wired(chip, data_pin=cell.data_pin, clock_pin=cell.clock_pin)
    reader = GpioLoadCell(factory, data_pin=cell.data_pin, clock_pin=cell.clock_pin, rate_hz=cell.rate_hz, clock=clock)
    return reader, clock
