"""An HX711 that exists only as two pins: the chip's own rules, on gpiozero's mock factory.

For the demo, for tests, and for anyone without a Pi. Not a model of the silicon: it knows what the data sheet says of
bits, pulses, ready line, power-down and settling, and what FACTS of the field add: a conversion that ends during a
read-out spoils what is still to be shifted.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPin

from pressout_device.clock import VirtualClock
from pressout_device.loadcell.frame import DATA_BITS, POWER_DOWN_S, SETTLING_CONVERSIONS

# The pulse counts that select a gain (128, 32, 64); more or fewer is a communication error.
LEGAL_PULSES = (25, 26, 27)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The cell and the amplifier that the chip stands for.

    `noise_counts` is the converter's, rms: 50 counts are 90 nV at gain 128 (data sheet, 80 samples a second).
    """

    rate_hz: float = 80.0
    counts_per_newton: float = 400.0
    zero_counts: float = 8_000.0
    noise_counts: float = 50.0


class Chip:
    """The chip behind the pins.

    Parameters
    ----------
    tension_n : callable
        Tension at the cell, in newtons, at a time in seconds.
    clock : VirtualClock
        The chip's time; it looks at it without moving it.
    cell : Cell
        What it is wired to.
    seed : int
        Of the noise.
    """

    def __init__(self, tension_n: Callable[[float], float], clock: VirtualClock, cell: Cell, *, seed: int = 0) -> None:
        self._tension_n = tension_n
        self._clock = clock
        self._cell = cell
        self._random = random.Random(seed)
        self.period_s = 1.0 / cell.rate_hz
        self.connected = True
        self._sck = False
        self._rose_s = 0.0
        self._asleep = False
        self._next_s = clock.time_s + SETTLING_CONVERSIONS * self.period_s
        self._bits: int | None = None  # the conversion waiting to be read
        self._pulses = 0
        self._spoilt = False
        self._line = True

    def clocked(self, level: bool) -> None:
        """Take a change of the clock line."""
        now_s = self._clock.time_s
        self._convert_until(now_s)
        if level and not self._sck:
            self._rose_s = now_s
            self._shift()
        elif self._sck and not level and self._powered_down(now_s):
            # Waking up: channel A, gain 128, settled after four conversions.
            self._bits, self._pulses, self._spoilt, self._line, self._asleep = None, 0, False, True, False
            self._next_s = now_s + SETTLING_CONVERSIONS * self.period_s
        self._sck = level

    def line(self) -> bool:
        """Give the data line's level now."""
        if not self.connected:
            return True  # pulled up by nobody driving it
        self._convert_until(self._clock.time_s)
        if self._powered_down(self._clock.time_s):
            return True
        if self._pulses == 0:
            return self._bits is None
        return self._line

    def _powered_down(self, now_s: float) -> bool:
        self._asleep = self._asleep or (self._sck and now_s - self._rose_s > POWER_DOWN_S)
        return self._asleep

    def _convert_until(self, now_s: float) -> None:
        if self._asleep or now_s < self._next_s:
            return
        # Conversions that nobody read are lost; only the last one counts.
        missed = int((now_s - self._next_s) / self.period_s)
        ended_s = self._next_s + missed * self.period_s
        self._next_s = ended_s + self.period_s
        if 0 < self._pulses < LEGAL_PULSES[0]:
            self._spoilt = True  # it ended in the middle of a read-out
            return
        cell = self._cell
        noise = self._random.gauss(0.0, cell.noise_counts)
        counts = cell.zero_counts + cell.counts_per_newton * self._tension_n(ended_s) + noise
        clipped = min(max(round(counts), -0x800000), 0x7FFFFF)
        self._bits = clipped & 0xFFFFFF
        self._pulses = 0

    def _shift(self) -> None:
        if self._asleep or (self._bits is None and self._pulses == 0):
            return
        self._pulses += 1
        if self._pulses <= DATA_BITS:
            bit = (self._bits or 0) >> (DATA_BITS - self._pulses) & 1
            self._line = bool(bit) or self._spoilt
        else:
            self._line = not self._spoilt
            self._bits = None


class _ClockPin(MockPin):
    """The pin that the reader drives."""

    chip: Chip

    def _change_state(self, value: bool) -> bool:
        # Not the mock's own: it keeps every edge for ever.
        self._state = value
        chip = getattr(self, "chip", None)
        if chip is not None:
            chip.clocked(value)
        return True


class _DataPin(MockPin):
    """The pin that the chip drives."""

    chip: Chip

    def _get_state(self) -> bool:
        chip = getattr(self, "chip", None)
        return bool(self._state) if chip is None else bool(chip.line())

    def _change_state(self, value: bool) -> bool:
        self._state = value
        return True


def wired(chip: Chip, *, data_pin: int, clock_pin: int) -> MockFactory:
    """Give a factory whose two pins (BCM numbers) lead to `chip`."""
    factory: Any = MockFactory()
    factory.pin(clock_pin, pin_class=_ClockPin).chip = chip
    factory.pin(data_pin, pin_class=_DataPin).chip = chip
    return factory
