"""The emulated chip, the reader on its pins, and that no broken frame ever becomes a number."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from itertools import islice

import pytest

from pressout_device.clock import VirtualClock
from pressout_device.config import LoadCellSection
from pressout_device.errors import LoadCellError
from pressout_device.loadcell.emulator import Cell, Chip, wired
from pressout_device.loadcell.frame import Frame
from pressout_device.loadcell.gpio import GpioLoadCell
from pressout_device.measuring import calibrated, diagnosed, heard, load_of
from pressout_signal.samples import Fault, FaultKind, Reading

DATA, CLOCK = 5, 6
QUIET = Cell(noise_counts=0.0)


class SlippingClock(VirtualClock):
    """A clock on which the reader is preempted now and then, for long enough to matter."""

    __slots__ = ("chance", "random")

    def slip(self, seed: int, chance: float) -> SlippingClock:
        """Slip at random, once in `1 / chance` looks."""
        self.random = random.Random(seed)
        self.chance = chance
        return self

    def now_s(self) -> float:
        """Look, perhaps late."""
        if self.random.random() < self.chance:
            self.time_s += self.random.uniform(20e-6, 300e-6)
        return super().now_s()


def a_reader(chip: Chip, clock: VirtualClock, rate_hz: float = 80.0) -> Iterator[Reading | Fault | None]:
    cell = GpioLoadCell(
        wired(chip, data_pin=DATA, clock_pin=CLOCK), data_pin=DATA, clock_pin=CLOCK, rate_hz=rate_hz, clock=clock
    )
    return cell.readings(0.1)


def read(count: int, chip: Chip, clock: VirtualClock) -> list[Reading | Fault | None]:
    return list(islice(a_reader(chip, clock), count))


def test_every_conversion_is_read_once_and_right() -> None:
    clock = VirtualClock()
    chip = Chip(lambda t_s: t_s, clock, QUIET)

    items = read(800, chip, clock)

    readings = [item for item in items if isinstance(item, Reading)]
    assert len(readings) == 800
    # Stamped late by a look and a bit at most: 400 counts a newton, a newton a second.
    assert max(abs(one.counts - (8_000 + 400 * one.t_s)) for one in readings) < 1.5
    assert readings[-1].t_s - readings[0].t_s == pytest.approx(799 / 80, abs=0.01)


def test_a_negative_tension_is_a_number_like_any_other() -> None:
    clock = VirtualClock()

    (reading,) = read(1, Chip(lambda _t: -50.0, clock, QUIET), clock)

    assert isinstance(reading, Reading)
    assert reading.counts == 8_000 - 20_000


def test_the_chip_settles_for_four_conversions_after_waking() -> None:
    clock = VirtualClock()

    (reading,) = read(1, Chip(lambda _t: 0.0, clock, QUIET), clock)

    assert isinstance(reading, Reading)
    assert reading.t_s == pytest.approx(4 / 80, abs=0.002)


@pytest.mark.parametrize("seed", range(5))
def test_a_reader_preempted_at_random_never_passes_a_wrong_value(seed: int) -> None:
    clock = SlippingClock().slip(seed, 1 / 1_000)
    chip = Chip(lambda t_s: 10.0 + t_s, clock, QUIET)

    items = read(2_000, chip, clock)

    readings = [item for item in items if isinstance(item, Reading)]
    faults = Counter(item.kind for item in items if isinstance(item, Fault))
    assert max(abs(one.counts - (12_000 + 400 * one.t_s)) for one in readings) < 6
    assert faults[FaultKind.SLOW_PULSE] > 5
    assert set(faults) <= {FaultKind.SLOW_PULSE, FaultKind.OUT_OF_STEP, FaultKind.ACROSS_CONVERSION}


def test_a_conversion_that_ends_in_the_middle_of_a_read_out_is_a_fault() -> None:
    frame = Frame(ready_s=1.0, end_s=1.012, bits=5, line_in_gain_pulse=True, line_after=True, longest_pulse_s=5e-6)

    assert frame.judged(0.0125) == Fault(1.0, FaultKind.ACROSS_CONVERSION)


@pytest.mark.parametrize(("gain_pulse", "after"), [(False, True), (True, False)])
def test_a_line_that_is_low_after_the_bits_is_out_of_step(gain_pulse: bool, after: bool) -> None:
    frame = Frame(
        ready_s=1.0, end_s=1.0002, bits=5, line_in_gain_pulse=gain_pulse, line_after=after, longest_pulse_s=5e-6
    )

    assert frame.judged(0.0125) == Fault(1.0, FaultKind.OUT_OF_STEP)


@pytest.mark.parametrize("tension_n", [30_000.0, -30_000.0])
def test_a_tension_beyond_the_amplifier_is_saturated_and_no_number(tension_n: float) -> None:
    clock = VirtualClock()

    items = read(10, Chip(lambda _t: tension_n, clock, QUIET), clock)

    assert {item.kind for item in items if isinstance(item, Fault)} == {FaultKind.SATURATED}
    assert not [item for item in items if isinstance(item, Reading)]


def test_a_chip_that_is_not_there_is_silent_and_never_waited_for_longer_than_asked() -> None:
    clock = VirtualClock()
    chip = Chip(lambda _t: 0.0, clock, QUIET)
    chip.connected = False

    assert read(10, chip, clock) == [None] * 10
    assert clock.time_s == pytest.approx(1.0, abs=0.05)


def test_a_line_stuck_low_gives_faults_and_no_zeros() -> None:
    clock = VirtualClock()
    chip = Chip(lambda _t: 0.0, clock, QUIET)
    chip.line = lambda: False  # type: ignore[method-assign]

    items = read(20, chip, clock)

    assert {item.kind for item in items if isinstance(item, Fault)} == {FaultKind.OUT_OF_STEP}
    assert not [item for item in items if isinstance(item, Reading)]


def test_a_chip_that_is_plugged_in_again_is_read_again() -> None:
    clock = VirtualClock()
    chip = Chip(lambda _t: 5.0, clock, QUIET)
    reader = a_reader(chip, clock)
    assert isinstance(next(reader), Reading)
    chip.connected = False
    assert next(reader) is None
    chip.connected = True

    items = list(islice(reader, 5))

    assert [item.counts for item in items if isinstance(item, Reading)][-1] == 10_000


def test_diagnose_tells_ten_a_second_from_eighty() -> None:
    clock = VirtualClock()
    slow = Cell(rate_hz=10.0)
    cell = GpioLoadCell(
        wired(Chip(lambda _t: 0.0, clock, slow), data_pin=DATA, clock_pin=CLOCK),
        data_pin=DATA,
        clock_pin=CLOCK,
        rate_hz=80,
        clock=clock,
    )

    diagnosis = diagnosed(list(heard(cell, clock, 10.0)), LoadCellSection(counts_per_newton=400.0))

    assert diagnosis.measured_hz == pytest.approx(10.0, rel=0.01)
    assert "solder bridge" in diagnosis.verdict


def test_diagnose_of_a_well_cell_says_so_and_measures_its_noise() -> None:
    clock = VirtualClock()
    chip = Chip(lambda _t: 0.0, clock, Cell(noise_counts=50.0))
    cell = GpioLoadCell(
        wired(chip, data_pin=DATA, clock_pin=CLOCK), data_pin=DATA, clock_pin=CLOCK, rate_hz=80, clock=clock
    )

    diagnosis = diagnosed(list(heard(cell, clock, 10.0)), LoadCellSection(counts_per_newton=400.0))

    assert diagnosis.well
    assert diagnosis.noise_counts == pytest.approx(50.0, rel=0.15)


def test_diagnose_of_nothing_says_what_to_check() -> None:
    assert "cable" in diagnosed([], LoadCellSection(counts_per_newton=400.0)).verdict


def still(counts: int, noise: float = 40.0) -> list[Reading | Fault]:
    gauss = random.Random(1).gauss
    return [Reading(n / 80, round(counts + gauss(0, noise))) for n in range(320)]


def test_a_known_mass_gives_zero_and_span() -> None:
    found = calibrated(load_of(still(8_000)), load_of(still(8_000 + 19_613)), 5.0)

    assert found.counts_per_newton == pytest.approx(400.0, rel=0.001)
    assert found.zero_counts == pytest.approx(8_000, abs=10)


def test_a_mass_that_hardly_shows_is_refused() -> None:
    with pytest.raises(LoadCellError, match="heavier mass"):
        calibrated(load_of(still(8_000)), load_of(still(8_200)), 0.5)


def test_a_load_that_still_swings_is_refused() -> None:
    swinging: list[Reading | Fault] = [Reading(n / 80, 20_000 + 10 * n) for n in range(320)]

    with pytest.raises(LoadCellError, match="still moving"):
        load_of(swinging)
