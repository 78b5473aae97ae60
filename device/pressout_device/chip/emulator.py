"""An HX711 that exists only as two wires: the chip's own rules, behind an SPI bus or (`emulated_pins`) two pins.

For the demo, for tests, and for anyone without a Pi. Not a model of the silicon: it knows what the data sheet says of
bits, pulses, ready line, power-down and settling, and what users of the chip report: a conversion that ends during a
read-out turns what is still to be shifted into ones, and whether the line shows it afterwards is left to chance.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from pressout_device.chip.emulated_cell import Cell
from pressout_device.chip.fault_injection import Interference, Moments
from pressout_device.chip.frame import DATA_BITS, POWER_DOWN_S, SETTLING_CONVERSIONS
from pressout_device.clock import VirtualClock

# The pulse counts that select a gain; more or fewer is a communication error.
LEGAL_PULSES = (25, 26, 27)
# What is converted after so many: channel A at 128, channel B (where nothing is connected), channel A at 64.
GAINS = {25: 1.0, 26: 0.0, 27: 0.5}


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

    Attributes
    ----------
    connected : bool
        Whether the plug is in. Out, the data line is pulled up by nobody driving it, and the chip has no power.
    stuck : bool or None
        A level at which the data line is held from outside.
    constant : int or None
        What every conversion gives, whoever pulls: a wire of the cell is torn.
    interference : Interference or None
        Spikes on the data line.
    clock_spikes, resets : Moments or None
        When the clock line picks up a pulse; when the supply dips, so that the chip begins anew.
    settles_on_a_gain : bool
        Whether the chip settles for four conversions on another gain, as its data sheet says.
    converted, spoilt_frames, unread : int
        How many conversions ended; how many of them in the middle of a read-out; how many were gone, replaced by the
        next or put to sleep, before anyone had read them.
    """

    def __init__(self, tension_n: Callable[[float], float], clock: VirtualClock, cell: Cell, *, seed: int = 0) -> None:
        self._tension_n = tension_n
        self._clock = clock
        self._cell = cell
        self._random = random.Random(seed)
        self.period_s = 1.0 / cell.rate_hz
        self.stuck: bool | None = None
        self.constant: int | None = None
        self.interference: Interference | None = None
        self.clock_spikes: Moments | None = None
        self.resets: Moments | None = None
        self.settles_on_a_gain = True
        self._gain = GAINS[LEGAL_PULSES[0]]
        self.converted = 0
        self.spoilt_frames = 0
        self.unread = 0
        self._connected = True
        self._sck = False
        self._rose_s = 0.0
        self._asleep = False
        self._next_s = clock.time_s + SETTLING_CONVERSIONS * self.period_s
        self._bits: int | None = None  # the conversion waiting to be read
        self._pulses = 0
        self._spoilt = False
        self._abandoned = False  # whether no pulse has come since a conversion ended within this read-out
        self._hides = False  # whether the line does not show that a read-out was spoilt
        self._line = True

    @property
    def connected(self) -> bool:
        """Whether the plug is in."""
        return self._connected

    @connected.setter
    def connected(self, connected: bool) -> None:
        if connected and not self._connected:
            self._wake(self._clock.time_s)
        self._connected = connected

    def _wake(self, now_s: float) -> None:
        """Begin anew: channel A, gain 128, settled after four conversions."""
        self._lose_unread()
        self._bits, self._pulses, self._spoilt, self._line, self._asleep = None, 0, False, True, False
        self._gain = GAINS[LEGAL_PULSES[0]]
        self._next_s = now_s + SETTLING_CONVERSIONS * self.period_s

    def _lose_unread(self) -> None:
        if self._bits is not None and self._pulses == 0:
            self.unread += 1
            self._bits = None

    def called(self) -> None:
        """Let pass what a call to a pin takes a computer, which may be held up before it reaches the wire."""
        self._clock.now_s()

    def _befall(self, now_s: float) -> None:
        """Let happen what happens to it from outside, up to now."""
        while self.clock_spikes is not None and (spike_s := self.clock_spikes.passed(now_s)) is not None:
            self._convert_until(spike_s)
            if not self._sck:
                self._shift(spike_s)
        while self.resets is not None and (reset_s := self.resets.passed(now_s)) is not None:
            self._convert_until(reset_s)
            self._wake(reset_s)

    def clocked(self, level: bool) -> None:
        """Take a change of the clock line."""
        now_s = self._clock.time_s
        if not self._connected:
            self._sck = level
            return
        self._befall(now_s)
        self._convert_until(now_s)
        if level and not self._sck:
            self._rose_s = now_s
            self._shift(now_s)
        elif self._sck and not level and self._powered_down(now_s):
            self._wake(now_s)
        self._sck = level

    def line(self) -> bool:
        """Give the data line's level now."""
        level = self._driven() if self.stuck is None else self.stuck
        return level is not (self.interference is not None and self.interference.turns(self._clock.time_s))

    def _driven(self) -> bool:
        if not self.connected:
            return True
        self._befall(self._clock.time_s)
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
        self.converted += missed + 1
        self.unread += missed
        self._lose_unread()
        if 0 < self._pulses < LEGAL_PULSES[0] and not self._abandoned:
            # It ended in the middle of a read-out; one that nobody goes on with is over at the next.
            self._spoilt = self._abandoned = True
            self._hides = self._random.random() < 0.5
            self.spoilt_frames += 1
            return
        cell = self._cell
        noise = self._random.gauss(0.0, cell.noise_counts)
        counts = self._gain * (cell.zero_counts + cell.counts_per_newton * self._tension_n(ended_s)) + noise
        given = round(counts) if self.constant is None else self.constant
        clipped = min(max(given, -0x800000), 0x7FFFFF)
        self._bits = clipped & 0xFFFFFF
        self._pulses, self._spoilt, self._abandoned = 0, False, False

    def _shift(self, now_s: float) -> None:
        if self._asleep or (self._bits is None and self._pulses == 0):
            return
        self._pulses += 1
        self._abandoned = False
        if self._pulses <= DATA_BITS:
            bit = (self._bits or 0) >> (DATA_BITS - self._pulses) & 1
            self._line = bool(bit) or self._spoilt
        else:
            self._line = not self._spoilt or self._hides
            self._bits = None
            gain = GAINS[min(self._pulses, LEGAL_PULSES[-1])]
            if gain != self._gain and self.settles_on_a_gain:
                self._next_s = now_s + SETTLING_CONVERSIONS * self.period_s
            self._gain = gain


class EmulatedBus:
    """An SPI bus whose MOSI is the chip's clock and whose MISO is its data; sampled in the middle of each bit.

    Parameters
    ----------
    chip : Chip
        At the other end.
    clock : VirtualClock
        Moves on by what a transfer takes.
    """

    # What a transfer costs before its first bit: a call into the kernel.
    CALL_S = 20e-6

    def __init__(self, chip: Chip, clock: VirtualClock) -> None:
        self._chip = chip
        self._clock = clock

    def xfer2(self, values: Sequence[int], speed_hz: int) -> list[int]:
        """Send bytes and give what came meanwhile."""
        chip, clock, half_s = self._chip, self._clock, 0.5 / speed_hz
        clock.time_s = clock.now_s() + self.CALL_S
        answer: list[int] = []
        level: bool | None = None
        for value in values:
            came = 0
            for place in range(7, -1, -1):
                asked = bool(value >> place & 1)
                if asked is not level:
                    chip.clocked(asked)
                    level = asked
                clock.time_s += half_s
                came = came << 1 | chip.line()
                clock.time_s += half_s
            answer.append(came)
        return answer

    def close(self) -> None:
        """Do nothing."""
