"""A load of faults around an emulated chip, and what each way to it makes of it; the package hx711 on its own beside.

Every value is held against the truth: the tension rises by a newton a second, so that each tells when it was taken.
"""

from __future__ import annotations

import types
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gpiozero.pins import Factory

from pressout_device.chip.emulated_cell import Cell
from pressout_device.chip.emulated_pins import wired
from pressout_device.chip.emulator import Chip
from pressout_device.chip.fault_injection import HeldUpClock, Interference
from pressout_device.chip.reader import HX711LoadCell
from pressout_device.clock import VirtualClock
from pressout_device.drivers.hx711 import package_on
from pressout_device.drivers.simulated import wires_to
from pressout_signal.samples import Fault, FaultKind, Reading

WAYS = ("spi", "gpio", "hx711")
DATA_PIN, CLOCK_PIN = 9, 10
COUNTS_PER_NEWTON, ZERO_COUNTS = 400.0, 8_000.0
# Bit by bit a pulse is four calls to the pins and two looks at the clock; in one of 500 pulses the computer is held up.
CALLS_A_PULSE = 6
HELD_UP = 1 / 500 / CALLS_A_PULSE
# Once in some seconds it is held up for 1 to 30 ms: then conversions end in the middle of a read-out.
STALLED = 1 / 60_000
SPIKE_EVERY_S, SPIKE_LONGEST_S = 0.05, 2e-6
PLUGGED_S, UNPLUGGED_S = 20.0, 0.6
# Further from the truth than a stamp may be off (a few looks at the line, 0.5 ms): some other value.
RIGHT_COUNTS = 10.0
PERIOD_S = 1 / 80
# A call of the package that has not come back after so much of the chip's own time never will.
HUNG_S = 10.0


def rising(t_s: float) -> float:
    """Give the tension at a time: a newton a second."""
    return 10.0 + t_s


def truth_counts(t_s: float) -> float:
    """Give what the chip converts at a time."""
    return ZERO_COUNTS + COUNTS_PER_NEWTON * rising(t_s)


def chip_at(clock: VirtualClock, tension_n: Callable[[float], float] = rising, seed: int = 0) -> Chip:
    """Give a chip without noise, whose lead picks up spikes."""
    cell = Cell(counts_per_newton=COUNTS_PER_NEWTON, zero_counts=ZERO_COUNTS, noise_counts=0.0)
    chip = Chip(tension_n, clock, cell, seed=seed)
    chip.interference = Interference(every_s=SPIKE_EVERY_S, longest_s=SPIKE_LONGEST_S, seed=seed + 1)
    return chip


def plugged(t_s: float) -> bool:
    """Tell whether the chip is plugged in at a time."""
    return t_s % (PLUGGED_S + UNPLUGGED_S) < PLUGGED_S


@dataclass(slots=True)
class Outcome:
    """What came of a way under the load.

    `converted` conversions ended in the chip; of these `unread` were gone before a computer that was held up came
    back, `spoilt` ended in the middle of a read-out, and `set_aside` were whole and not used. `happened` is how often
    the one thing did that an adversary does.
    """

    way: str
    read: int = 0
    wrong: int = 0
    furthest_counts: float = 0.0
    faults: Counter[FaultKind] = field(default_factory=Counter)
    converted: int = 0
    unread: int = 0
    spoilt: int = 0
    held_up: int = 0
    plugs: int = 0
    happened: int = 0

    @property
    def set_aside(self) -> int:
        """Whole conversions that were neither read nor named as a fault."""
        return self.converted - self.read - sum(self.faults.values()) - self.unread - self.spoilt


def ours(way: str, frames: int, seed: int = 0) -> Outcome:
    """Read until so many frames were taken, faults included, and hold every value against the truth."""
    clock = HeldUpClock(seed=seed, chance=HELD_UP, stall_chance=STALLED)
    outcome = Outcome(way)
    held_against_the_truth(chip_at(clock, seed=seed), clock, outcome, frames, plugged)
    outcome.held_up = clock.times
    return outcome


def held_against_the_truth(
    chip: Chip, clock: VirtualClock, outcome: Outcome, frames: int, plugged_at: Callable[[float], bool]
) -> None:
    """Read until so many frames were taken, faults included, into an outcome."""
    items = HX711LoadCell(wires_to(chip, clock, outcome.way), clock, rate_hz=80).readings(0.1)
    while outcome.read + sum(outcome.faults.values()) < frames:
        here = plugged_at(clock.time_s)
        outcome.plugs += here and not chip.connected
        chip.connected = here
        item = next(items)
        if isinstance(item, Fault):
            outcome.faults[item.kind] += 1
        elif isinstance(item, Reading):
            off = abs(item.counts - truth_counts(item.t_s))
            outcome.read += 1
            outcome.furthest_counts = max(outcome.furthest_counts, off)
            outcome.wrong += off > RIGHT_COUNTS
    outcome.converted, outcome.unread, outcome.spoilt = chip.converted, chip.unread, chip.spoilt_frames


class HungError(Exception):
    """The package has waited for longer than anything could take."""


class Pins(types.ModuleType):
    """What the package takes for RPi.GPIO, `time` and `logging`: pins and time as they are, and an end to patience."""

    BCM, OUT, IN = "BCM", "OUT", "IN"

    def __init__(self, factory: Factory, chip: Chip, clock: VirtualClock) -> None:
        super().__init__("RPi.GPIO")
        self._sck, self._data = factory.pin(CLOCK_PIN), factory.pin(DATA_PIN)
        self._chip, self._clock = chip, clock
        self.plugs_itself = True
        self.until_s = 0.0

    def setmode(self, _mode: str) -> None:
        """Take BCM numbers."""

    def setup(self, _pin: int, direction: str) -> None:
        """Set a pin up."""
        if direction == self.OUT:
            self._sck.output_with_state(0)

    def output(self, _pin: int, level: bool) -> None:
        """Set the clock's pin."""
        self._sck.state = level

    def input(self, _pin: int) -> int:
        """Look at the data line."""
        if self._clock.time_s > self.until_s:
            raise HungError
        return int(self._data.state)

    def perf_counter(self) -> float:
        """Give the time."""
        return self._clock.now_s()

    def sleep(self, duration_s: float) -> None:
        """Wait."""
        self._clock.sleep(duration_s)
        if self.plugs_itself:
            self._chip.connected = plugged(self._clock.time_s)

    def debug(self, *_words: object) -> None:
        """Say nothing."""

    def warning(self, *_words: object) -> None:
        """Say nothing."""


@dataclass(slots=True)
class PackageOutcome:
    """What came of the package: values and how many were wrong; calls that never came back or raised."""

    values: int = 0
    wrong: int = 0
    hung: int = 0
    raised: int = 0


def package(chip: Chip, clock: VirtualClock) -> tuple[Any, Pins]:
    """Give the package's own object, on a chip, as its users make it; and its pins."""
    pins = Pins(wired(chip, data_pin=DATA_PIN, clock_pin=CLOCK_PIN), chip, clock)
    pins.until_s = clock.time_s + HUNG_S
    pins.setup(CLOCK_PIN, Pins.OUT)
    module = package_on(pins)
    made = module.HX711.__new__(module.HX711)
    made._pd_sck, made._dout, made._channel, made._channel_a_gain = CLOCK_PIN, DATA_PIN, "A", 128
    return made, pins


def theirs(values: int, seed: int = 0) -> PackageOutcome:
    """Call the package's `get_raw_data` until it has given so many values, under the same load."""
    clock = HeldUpClock(seed=seed, chance=HELD_UP, stall_chance=STALLED)
    chip = chip_at(clock, seed=seed)
    made, pins = package(chip, clock)
    outcome = PackageOutcome()
    while outcome.values < values and outcome.hung + outcome.raised < values:
        chip.connected = plugged(clock.time_s)
        began_s = clock.time_s
        pins.until_s = began_s + HUNG_S
        try:
            found = made.get_raw_data(times=2)
        except HungError:
            outcome.hung += 1
            continue
        except (RecursionError, TypeError):
            outcome.raised += 1
            continue
        # Each was converted at the earliest just before the call, at the latest just now.
        least, most = truth_counts(began_s - PERIOD_S) - RIGHT_COUNTS, truth_counts(clock.time_s) + RIGHT_COUNTS
        outcome.values += len(found)
        outcome.wrong += sum(not least <= value <= most for value in found)
    return outcome


def at_zero(chip: Chip) -> None:
    """Leave the chip as it is: its cell gives 0 counts and no noise."""
    chip.connected = True


def unplugged(chip: Chip) -> None:
    """Pull the plug."""
    chip.connected = False


def stuck_low(chip: Chip) -> None:
    """Hold the data line low."""
    chip.stuck = False


STATES: dict[str, tuple[float, Callable[[Chip], None]]] = {
    "always 0": (0.0, at_zero),
    "always -1": (-1.0, at_zero),
    "always full scale": (1e9, at_zero),
    "data line held low": (100.0, stuck_low),
    "plug out": (100.0, unplugged),
}
"""States of the hardware that do not pass: counts, and what happens to the chip."""


def in_state(name: str, way: str) -> tuple[str, float | None]:
    """Give what a way says in such a state within ten seconds, most often, and when it said so first (s)."""
    counts, happens = STATES[name]
    clock = VirtualClock()
    chip = chip_at(clock, lambda _t_s: (counts - ZERO_COUNTS) / COUNTS_PER_NEWTON)
    happens(chip)
    said: Counter[str] = Counter()
    first_s: dict[str, float] = {}
    for item in HX711LoadCell(wires_to(chip, clock, way), clock, rate_hz=80).readings(0.1):
        if clock.time_s > HUNG_S:
            break
        if isinstance(item, Fault):
            said[str(item.kind)] += 1
            first_s.setdefault(str(item.kind), item.t_s)
    if not said:
        return "nothing, which the sampler calls silent after 0.5 s", None
    most = said.most_common(1)[0][0]
    return most, first_s[most]


def package_in_state(name: str) -> str:
    """Give what the package's `get_raw_data` does in such a state."""
    counts, happens = STATES[name]
    clock = VirtualClock()
    chip = chip_at(clock, lambda _t_s: (counts - ZERO_COUNTS) / COUNTS_PER_NEWTON)
    made, pins = package(chip, clock)
    pins.plugs_itself = False
    happens(chip)
    try:
        found = made.get_raw_data(times=2)
    except HungError:
        return "never returns"
    return f"returns {found}"
