"""The chip through an SPI controller that never learns what it talks to: MOSI is the chip's clock, MISO its data.

A byte of 0xAA on MOSI is four pulses, each as long as one bit, and no preempted process can stretch them: hardware
times them. Every pulse is answered by two bits on MISO, one while the clock is high and one while it is low, so that
each bit of the chip is looked at twice. Imports spidev.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from pressout_device.chip.frame import DATA_BITS, Frame
from pressout_device.chip.reader import HX711LoadCell
from pressout_device.errors import ExtraMissingError, LoadCellError
from pressout_device.optional_packages import install_hint
from pressout_device.ports import MonotonicClock
from pressout_device.settings import LoadCellSection
from pressout_session.error_sentences import why

# 2 us a bit: pulses of 2 us (0.2 to 50 are allowed), and two looks at a bit that a spike of 2 us cannot both reach.
SPEED_HZ = 500_000
# A byte of ones at this speed is one pulse of 160 us without a gap in it, whatever a controller does between bytes.
WAKE_SPEED_HZ = 50_000
# 24 pulses, and one that asks for channel A at gain 128; the last bits find the line after the frame.
ASKING = (0xAA,) * 6 + (0x80,)


class Bus(Protocol):
    """What is needed of `spidev.SpiDev`."""

    def xfer2(self, values: Sequence[int], speed_hz: int) -> Sequence[int]:
        """Send bytes, most significant bit first, and give what came meanwhile."""
        ...

    def close(self) -> None:
        """Give the bus back."""
        ...


def opened(cell: LoadCellSection, clock: MonotonicClock) -> HX711LoadCell:
    """Open the chip on this computer's SPI bus.

    Raises
    ------
    LoadCellError
        If there is no such bus, or it may not be used.
    ExtraMissingError
        If spidev is not installed.
    """
    try:
        import spidev
    except ImportError as error:
        raise ExtraMissingError(
            "load_cell.way: found no package spidev, which the way 'spi' needs; "
            f'{install_hint("spi")}, or write way = "gpio"'
        ) from error
    bus = spidev.SpiDev()
    path = f"/dev/spidev{cell.spi_bus}.{cell.spi_device}"
    try:
        bus.open(cell.spi_bus, cell.spi_device)
        bus.mode = 0
        bus.bits_per_word = 8
    except OSError as error:
        raise LoadCellError(
            f"load_cell.way: found no usable {path} ({why(error)}), expected the SPI bus; write "
            'dtparam=spi=on into /boot/firmware/config.txt and start again, or write way = "gpio"'
        ) from error
    return HX711LoadCell(SpiWires(bus, clock), clock, rate_hz=cell.rate_hz)


class SpiWires:
    """The chip's wires on an SPI bus.

    Parameters
    ----------
    bus : Bus
        Open, in mode 0.
    clock : MonotonicClock
        Stamps the end of a frame.
    """

    def __init__(self, bus: Bus, clock: MonotonicClock) -> None:
        self._bus = bus
        self._clock = clock

    def close(self) -> None:
        """Give the bus back."""
        self._bus.close()

    def busy(self) -> bool:
        """Tell whether the data line is high: eight looks without a pulse, all of them low when it is not."""
        return self._bus.xfer2([0x00], SPEED_HZ)[0] != 0x00

    def wake(self) -> None:
        """Put the chip to sleep and wake it."""
        self._bus.xfer2([0xFF], WAKE_SPEED_HZ)
        self._bus.xfer2([0x00], WAKE_SPEED_HZ)

    def exchanged(self, wait_s: float) -> Iterator[bool | None]:
        """Say that it cannot be told: a bus drives its pins, and nobody else may look at them (`chip.reader.Wires`)."""
        yield False

    def frame(self) -> Frame:
        """Clock one frame."""
        answer = self._bus.xfer2(list(ASKING), SPEED_HZ)
        end_s = self._clock.now_s()
        pairs = int.from_bytes(bytes(answer[:6]), "big")
        first = _every_second(pairs >> 1)
        second = _every_second(pairs)
        last = answer[6]
        return Frame(
            bits=second,
            agreed=first == second,
            line_in_gain_pulse=last & 0xC0 == 0xC0,
            line_after=last & 0x3F == 0x3F,
            longest_pulse_s=1.0 / SPEED_HZ,
            end_s=end_s,
        )


def _every_second(pairs: int) -> int:
    """Give bits 0, 2, 4, ... of 48 as a number of 24.

    >>> bin(_every_second(0b11_00_11))
    '0b101'
    """
    return sum((pairs >> 2 * place & 1) << place for place in range(DATA_BITS))
