"""The chip through two gpiozero pins, clocked bit by bit. Imports gpiozero; every high phase is timed."""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from gpiozero import Device
from gpiozero.exc import BadPinFactory, GPIOZeroError, PinFixedPull
from gpiozero.pins import Factory

from pressout_device.chip.frame import DATA_BITS, GAIN_PULSES, POWER_DOWN_S, Frame
from pressout_device.chip.reader import HX711LoadCell, Wires
from pressout_device.errors import LoadCellError
from pressout_device.ports import MonotonicClock
from pressout_device.settings import LoadCellSection
from pressout_session.error_sentences import why

# Woken by us, a chip at ten a second settles for four conversions; a little more.
FIRST_CONVERSION_S = 0.7


def opened(cell: LoadCellSection, clock: MonotonicClock) -> HX711LoadCell:
    """Open the chip on this computer's own pins.

    Raises
    ------
    LoadCellError
        If this computer has no such pins, or what drives them is not installed.
    """
    return HX711LoadCell(taken(Pins, cell, clock), clock, rate_hz=cell.rate_hz)


def taken(wires: Callable[..., Wires], cell: LoadCellSection, clock: MonotonicClock) -> Wires:
    """Take this computer's own pins for a way to clock them.

    Raises
    ------
    LoadCellError
        If this computer has no pins, or someone else has these.
    """
    factory = factory_here()
    lgpio = sys.modules.get("lgpio")
    # lgpio's own error is a plain Exception.
    refused: tuple[type[Exception], ...] = (GPIOZeroError, OSError, *(() if lgpio is None else (lgpio.error,)))
    try:
        return wires(factory, data_pin=cell.data_pin, clock_pin=cell.clock_pin, clock=clock)
    except refused as error:
        raise LoadCellError(
            f"load_cell.way: found pins {cell.data_pin} and {cell.clock_pin} in use ({why(error)}), expected them "
            "free; see hardware/wiring.md"
        ) from error


def factory_here() -> Factory:
    """Give this computer's own pins.

    Raises
    ------
    LoadCellError
        If there are none, or what drives them is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # one sentence below says what a page of warnings would
            Device.ensure_pin_factory()
    except (BadPinFactory, GPIOZeroError, OSError) as error:
        raise LoadCellError(
            f"load_cell.way: found no usable GPIO pins ({why(error)}), expected a Raspberry Pi with python3-lgpio; "
            "use --simulate on other computers"
        ) from error
    return Device.pin_factory


class Pins:
    """The chip's wires on two pins.

    Parameters
    ----------
    factory : gpiozero.pins.Factory
        Whose pins these are: a Pi's, or the emulator's.
    data_pin, clock_pin : int
        BCM numbers.
    clock : MonotonicClock
        Times the pulses.
    """

    def __init__(self, factory: Factory, *, data_pin: int, clock_pin: int, clock: MonotonicClock) -> None:
        self._clock = clock
        self._pins = (factory.pin(clock_pin), factory.pin(data_pin))
        self._take()
        self._set, self._level = direct(factory, *self._pins)

    def _take(self) -> None:
        """Drive the clock, low; listen to the data line, which the chip drives, or where there is none, nobody."""
        sck, data = self._pins
        data.function = "input"
        with contextlib.suppress(PinFixedPull):
            data.pull = "up"  # without a chip the line is high, which is silence, and not whatever a lead picks up
        sck.output_with_state(0)

    def close(self) -> None:
        """Give both pins back."""
        for pin in self._pins:
            pin.close()

    def busy(self) -> bool:
        """Tell whether the data line is high."""
        return self._level()

    def wake(self) -> None:
        """Put the chip to sleep and wake it."""
        self._set(1)
        self._clock.sleep(2 * POWER_DOWN_S)
        self._set(0)

    def exchanged(self, wait_s: float) -> Iterator[bool | None]:
        """Find out, by pull resistors alone, whether the two wires are exchanged; see `chip.reader.Wires`.

        If they are, the data pin is the chip's clock: pulled up, it puts the chip to sleep, and the clock pin, which
        is then the chip's data line, goes high; pulled down, the chip wakes, and the line goes low with its first
        conversion. Twice, since a line that nobody drives may do so once.
        """
        sck, data = self._pins
        seen: list[bool] = []
        try:
            sck.function = "input"
            sck.pull = "floating"
            for pull, due_s in (("up", 0.01), ("down", FIRST_CONVERSION_S)) * 2:
                data.pull = pull
                while due_s > 0.0:
                    self._clock.sleep(min(due_s, wait_s))
                    due_s -= wait_s
                    yield None
                seen.append(bool(sck.state))
        except GPIOZeroError:
            seen = []  # a pin with a resistor of its own cannot tell
        finally:
            self._take()
        yield seen == [True, False] * 2

    def frame(self) -> Frame:
        """Clock one frame."""
        clock_to, level, now_s = self._set, self._level, self._clock.now_s
        bits = 0
        longest_s = 0.0
        agreed = seen = again = True
        for pulse in range(DATA_BITS + GAIN_PULSES):
            high_s = now_s()
            clock_to(1)
            seen = level()
            clock_to(0)
            longest_s = max(longest_s, now_s() - high_s)
            # The bit stays until the next pulse: a second look, as late as can be, tells a spike from a bit.
            again = level()
            agreed = agreed and seen is again
            if pulse < DATA_BITS:
                bits = bits << 1 | seen
        return Frame(
            bits=bits,
            agreed=agreed,
            line_in_gain_pulse=seen and again,
            line_after=level(),
            longest_pulse_s=longest_s,
            end_s=now_s(),
        )


def direct(factory: Factory, sck: Any, data: Any) -> tuple[Callable[[int], None], Callable[[], bool]]:  # noqa: ANN401
    """Give the shortest way to set the clock's pin and to look at the data's.

    Through gpiozero's own property an edge costs two calls of lgpio, of which one asks what the pin is for. Where
    lgpio drives the pins, one is enough; everywhere else the property will do.
    """
    lgpio = sys.modules.get("lgpio")
    handle = getattr(factory, "_handle", None)
    if lgpio is None or type(factory).__module__ != "gpiozero.pins.lgpio" or not isinstance(handle, int):

        def set_pin(level: int) -> None:
            sck.state = level

        return set_pin, lambda: bool(data.state)
    write, read = lgpio.gpio_write, lgpio.gpio_read
    sck_number, data_number = sck.info.name.removeprefix("GPIO"), data.info.name.removeprefix("GPIO")
    clock_line, data_line = int(sck_number), int(data_number)

    def write_pin(level: int) -> None:
        write(handle, clock_line, level)

    return write_pin, lambda: bool(read(handle, data_line))
