"""The chip through two gpiozero pins, clocked bit by bit. Imports gpiozero; every high phase is timed."""

from __future__ import annotations

from collections.abc import Iterator

from gpiozero.pins import Factory

from pressout_device.loadcell.frame import DATA_BITS, GAIN_PULSES, POWER_DOWN_S, Frame
from pressout_device.ports import Clock
from pressout_signal.samples import Fault, FaultKind, Reading

# How often the data line is looked at while a conversion is due: a stamp is late by half of this.
LOOK_EVERY_S = 0.0005


class GpioLoadCell:
    """Reads an HX711 with its clock and data on two pins.

    Parameters
    ----------
    factory : gpiozero.pins.Factory
        Whose pins these are: a Pi's, or the emulator's.
    data_pin, clock_pin : int
        BCM numbers.
    rate_hz : float
        Conversions a second that the amplifier is strapped to.
    clock : Clock
        Stamps readings and times pulses.
    """

    def __init__(self, factory: Factory, *, data_pin: int, clock_pin: int, rate_hz: float, clock: Clock) -> None:
        self._clock = clock
        self._period_s = 1.0 / rate_hz
        self._sck = factory.pin(clock_pin)
        self._data = factory.pin(data_pin)
        self._data.function = "input"
        self._sck.output_with_state(0)

    def close(self) -> None:
        """Give both pins back."""
        self._sck.close()
        self._data.close()

    def readings(self, wait_s: float) -> Iterator[Reading | Fault | None]:
        """Yield conversions, faults, and None after `wait_s` without either; see `ports.LoadCell`."""
        self.power_cycle()
        while True:
            ready_s = self._ready(wait_s)
            if ready_s is None:
                yield None
                continue
            item = self._frame(ready_s).judged(self._period_s)
            if isinstance(item, Fault) and item.kind is not FaultKind.SATURATED:
                # Never resume a broken frame: begin again from a known state.
                self.power_cycle()
            yield item
            # The next conversion is a period away; look again shortly before it ends.
            self._clock.sleep(max(0.0, ready_s + 0.85 * self._period_s - self._clock.now_s()))

    def power_cycle(self) -> None:
        """Put the chip to sleep and wake it: it comes back on gain 128, in step, after four conversions."""
        self._sck.state = 1
        self._clock.sleep(2 * POWER_DOWN_S)
        self._sck.state = 0

    def _ready(self, wait_s: float) -> float | None:
        """Wait for the line to fall; give when it was seen low, or None after `wait_s`."""
        until_s = self._clock.now_s() + wait_s
        while True:
            if not self._data.state:
                return self._clock.now_s()
            if self._clock.now_s() > until_s:
                return None
            self._clock.sleep(LOOK_EVERY_S)

    def _frame(self, ready_s: float) -> Frame:
        sck, data, now_s = self._sck, self._data, self._clock.now_s
        bits = 0
        longest_s = 0.0
        level = False
        for pulse in range(DATA_BITS + GAIN_PULSES):
            high_s = now_s()
            sck.state = 1
            level = bool(data.state)
            sck.state = 0
            longest_s = max(longest_s, now_s() - high_s)
            if pulse < DATA_BITS:
                bits = bits << 1 | level
        return Frame(
            ready_s=ready_s,
            end_s=now_s(),
            bits=bits,
            line_in_gain_pulse=level,
            line_after=bool(data.state),
            longest_pulse_s=longest_s,
        )
