"""The chip through the PyPI package hx711, one frame at a time and never on its word alone.

The package returns wrong values without a word, and hangs: on a chip that is not there, on a constant value, on one
slow pulse. So it is given neither pins nor time of its own. In the place of `RPi.GPIO` it finds a witness that passes
every edge on to gpiozero's pins, times it, looks at the line itself, and stops the package in mid-frame when it has
clocked for too long; what the witness saw is the frame. What still hangs is killed with the reading process.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from typing import Any

from gpiozero.pins import Factory

from pressout_device.chip.frame import DATA_BITS, GAIN_PULSES, POWER_DOWN_S, PULSE_LIMIT_S, Frame
from pressout_device.chip.reader import HX711LoadCell
from pressout_device.drivers.gpio import Pins, direct, taken
from pressout_device.errors import ExtraMissingError
from pressout_device.optional_packages import install_hint
from pressout_device.ports import MonotonicClock
from pressout_device.settings import LoadCellSection


def opened(cell: LoadCellSection, clock: MonotonicClock) -> HX711LoadCell:
    """Open the chip on this computer's own pins, read by the package.

    Raises
    ------
    LoadCellError
        If this computer has no such pins.
    ExtraMissingError
        If the package is not installed.
    """
    return HX711LoadCell(taken(PackageWires, cell, clock), clock, rate_hz=cell.rate_hz)


class FrameOverError(Exception):
    """The package clocked for longer than a frame can take: it is stopped where it stands."""


class Witness(types.ModuleType):
    """What the package takes for `RPi.GPIO`, `time` and `logging`: it passes on, and remembers.

    Parameters
    ----------
    factory : gpiozero.pins.Factory
        Whose pins these are.
    data_pin, clock_pin : int
        BCM numbers.
    clock : MonotonicClock
        Times the pulses.
    """

    BCM, OUT, IN = "BCM", "OUT", "IN"

    def __init__(self, factory: Factory, data_pin: int, clock_pin: int, clock: MonotonicClock) -> None:
        super().__init__("RPi.GPIO")
        sck, data = factory.pin(clock_pin), factory.pin(data_pin)
        self._set, self._level = direct(factory, sck, data)
        self._clock_pin = clock_pin
        self._clock = clock
        self.begin()

    def begin(self) -> None:
        """Remember nothing: a frame begins."""
        self._high_s = 0.0
        self._high = False
        self.seen: list[tuple[bool, bool]] = []  # two looks a pulse: while the clock was high, and after
        self.longest_s = 0.0

    # ---- RPi.GPIO, as far as the package uses it -------------------------------------------------

    def setmode(self, _mode: str) -> None:
        """Take BCM numbers, as always."""

    def setup(self, _pin: int, _direction: str) -> None:
        """Do nothing: the pins are set up."""

    def output(self, pin: int, level: bool) -> None:
        """Set the clock's pin."""
        if pin != self._clock_pin or bool(level) is self._high:
            return
        if level:
            if len(self.seen) >= DATA_BITS + GAIN_PULSES or self.longest_s > PULSE_LIMIT_S:
                raise FrameOverError
            self._high_s = self._clock.now_s()
            self._set(1)
            first = self._level()
            self.seen.append((first, first))
        else:
            self._set(0)
            self.longest_s = max(self.longest_s, self._clock.now_s() - self._high_s)
            if self.seen:
                self.seen[-1] = (self.seen[-1][0], self._level())
        self._high = bool(level)

    def input(self, _pin: int) -> int:
        """Give the data line's level: after a pulse what was seen then, so that package and witness agree."""
        return int(self.seen[-1][1] if self.seen else self._level())

    # ---- time, as far as the package uses it -----------------------------------------------------

    def perf_counter(self) -> float:
        """Give the seconds on the reader's clock."""
        return self._clock.now_s()

    def sleep(self, _duration_s: float) -> None:
        """Stop the package: in a frame it waits only when it has lost its way, and then for ever."""
        raise FrameOverError

    # ---- logging: what was wrong with a frame is said by the fault that it becomes ----------------

    def debug(self, *_words: object) -> None:
        """Say nothing."""

    def warning(self, *_words: object) -> None:
        """Say nothing."""


class PackageWires:
    """The chip's wires as the package clocks them; waking and waiting stay ours.

    Parameters
    ----------
    factory : gpiozero.pins.Factory
        Whose pins these are.
    data_pin, clock_pin : int
        BCM numbers.
    clock : MonotonicClock
        Times the pulses.
    """

    def __init__(self, factory: Factory, *, data_pin: int, clock_pin: int, clock: MonotonicClock) -> None:
        self._pins = Pins(factory, data_pin=data_pin, clock_pin=clock_pin, clock=clock)
        self._witness = Witness(factory, data_pin, clock_pin, clock)
        self._clock = clock
        package = package_on(self._witness)
        # Its constructor reads, sleeps and reads again; all that is wanted of it is to know its pins.
        self._chip = package.HX711.__new__(package.HX711)
        self._chip._pd_sck, self._chip._dout = clock_pin, data_pin
        self._chip._channel, self._chip._channel_a_gain = "A", 128

    def busy(self) -> bool:
        """Tell whether the data line is high."""
        return self._pins.busy()

    def wake(self) -> None:
        """Put the chip to sleep and wake it."""
        self._pins.wake()

    def exchanged(self, wait_s: float) -> Iterator[bool | None]:
        """Find out whether the two wires are exchanged."""
        return self._pins.exchanged(wait_s)

    def close(self) -> None:
        """Give both pins back."""
        self._pins.close()

    def frame(self) -> Frame:
        """Let the package clock one frame, and say what was really on the wires."""
        witness = self._witness
        witness.begin()
        try:
            value = self._chip._read(max_tries=1)
        except (FrameOverError, RecursionError):
            value = None
        seen = witness.seen
        whole = len(seen) == DATA_BITS + GAIN_PULSES
        bits = sum(after << (DATA_BITS - 1 - place) for place, (_first, after) in enumerate(seen[:DATA_BITS]))
        signed = bits - (1 << DATA_BITS) if bits & 0x800000 else bits
        # The package says False for both ends of the range, and may be stopped after its last pulse; otherwise its
        # value must be what was seen. A frame that it gave up itself had a pulse that was too slow by its own watch.
        honest = value in (None, signed) or bits in (0x7FFFFF, 0x800000)
        given_up = len(seen) > 0 and not whole
        return Frame(
            bits=bits,
            agreed=honest and all(first is after for first, after in seen[:DATA_BITS]),
            line_in_gain_pulse=whole and all(seen[-1]),
            line_after=self._pins.busy(),
            longest_pulse_s=max(witness.longest_s, POWER_DOWN_S) if given_up else witness.longest_s,
            end_s=self._clock.now_s(),
        )


def package_on(witness: types.ModuleType) -> Any:  # noqa: ANN401
    """Import the package with `witness` in the place of RPi.GPIO, which runs on no Pi 5 and need not be installed.

    The same stands in for `time` and `logging`.
    """
    parent = types.ModuleType("RPi")
    parent.GPIO = witness  # type: ignore[attr-defined]
    kept = {name: sys.modules.get(name) for name in ("RPi", "RPi.GPIO")}
    sys.modules.update({"RPi": parent, "RPi.GPIO": witness})
    try:
        import hx711 as package
    except ImportError as error:
        raise ExtraMissingError(
            "load_cell.way: found no package hx711, which the way 'hx711' needs; "
            f'{install_hint("pins")}, or write way = "gpio"'
        ) from error
    finally:
        for name, module in kept.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
    inner = sys.modules[package.HX711.__module__]
    inner.GPIO = inner.time = inner.logging = witness  # type: ignore[attr-defined]
    return package
