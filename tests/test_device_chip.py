"""Every way to the chip on the emulated one: no broken frame ever becomes a number, and no good one is lost for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chips import QUIET, WAYS, Bench, error_counts, faults, readings, rising
from pressout_device.chip.emulated_cell import Cell
from pressout_device.chip.emulated_pins import wired
from pressout_device.chip.emulator import Chip
from pressout_device.chip.fault_injection import HeldUpClock, Interference
from pressout_device.chip.frame import Frame
from pressout_device.chip.sample_clock import Edge, SampleClock
from pressout_device.clock import VirtualClock
from pressout_device.drivers.gpio import Pins
from pressout_signal.samples import Fault, FaultKind, Reading

EVERY_WAY = pytest.mark.parametrize("way", WAYS)
# A tension that rises by a newton a second, stamped within a look or two: more than this is another value.
RIGHT_COUNTS = 10.0


@EVERY_WAY
def test_every_conversion_is_read_once_and_right(way: str) -> None:
    bench = Bench(way, VirtualClock())

    items = bench.read(800)

    assert len(readings(items)) == 800
    assert bench.chip.converted == 800
    assert error_counts(items) < 1.5
    assert readings(items)[-1].t_s - readings(items)[0].t_s == pytest.approx(799 / 80, abs=0.002)


@EVERY_WAY
def test_a_negative_tension_is_a_number_like_any_other(way: str) -> None:
    (reading,) = Bench(way, VirtualClock(), lambda _t: -50.0).read(1)

    assert isinstance(reading, Reading)
    assert reading.counts == 8_000 - 20_000


@EVERY_WAY
def test_the_chip_settles_for_four_conversions_after_waking(way: str) -> None:
    (reading,) = Bench(way, VirtualClock()).read(1)

    assert isinstance(reading, Reading)
    assert reading.t_s == pytest.approx(4 / 80, abs=0.002)


@EVERY_WAY
def test_a_reader_held_up_in_its_pulses_passes_no_wrong_value(way: str) -> None:
    clock = HeldUpClock(seed=3, chance=1 / 500)
    bench = Bench(way, clock)

    items = bench.read(4_000)

    assert error_counts(items) < RIGHT_COUNTS
    assert set(faults(items)) <= {FaultKind.SLOW_PULSE}
    # All that is missing was broken, or was converted while the chip settled after it.
    assert bench.chip.converted - len(readings(items)) <= sum(faults(items).values())


def test_hardware_that_times_the_pulses_has_no_slow_one_however_late_the_reader() -> None:
    items = Bench("spi", HeldUpClock(seed=3, chance=1 / 500)).read(4_000)

    assert not faults(items)


@EVERY_WAY
def test_a_reader_held_up_until_the_next_conversion_passes_no_wrong_value(way: str) -> None:
    bench = Bench(way, HeldUpClock(seed=5, chance=1 / 2_000, shortest_s=1e-3, longest_s=30e-3))

    items = bench.read(6_000)

    assert bench.chip.spoilt_frames or way == "spi"
    assert error_counts(items) < RIGHT_COUNTS
    assert set(faults(items)) <= {FaultKind.SLOW_PULSE, FaultKind.ACROSS_CONVERSION}


@EVERY_WAY
def test_spikes_on_the_data_line_become_faults_and_no_numbers(way: str) -> None:
    bench = Bench(way, VirtualClock())
    bench.chip.interference = Interference(every_s=0.002, longest_s=1e-6, seed=1)

    items = bench.read(4_000)

    assert error_counts(items) < RIGHT_COUNTS
    assert faults(items)[FaultKind.NOISY_LINE] > 5


@EVERY_WAY
def test_a_chip_that_is_plugged_out_is_silent_and_in_again_is_read_once_it_has_settled(way: str) -> None:
    bench = Bench(way, VirtualClock())
    assert len(readings(bench.read(20))) == 20

    bench.chip.connected = False
    gone = bench.read_for(1.5)
    bench.chip.connected = True
    back = bench.read_for(2.0)

    assert set(gone) == {None}
    assert not faults(back)
    assert len(readings(back)) >= 150  # two seconds less twice the settling
    assert error_counts(back) < RIGHT_COUNTS


@EVERY_WAY
def test_a_chip_that_is_not_there_is_never_waited_for_longer_than_asked(way: str) -> None:
    bench = Bench(way, VirtualClock())
    bench.chip.connected = False

    assert bench.read(10) == [None] * 10
    assert bench.clock.time_s == pytest.approx(1.0, abs=0.05)


@EVERY_WAY
def test_a_line_stuck_low_is_said_to_be_that_and_gives_no_zeros(way: str) -> None:
    bench = Bench(way, VirtualClock())
    bench.chip.stuck = False

    items = bench.read(20)

    assert set(faults(items)) == {FaultKind.STUCK_LOW}
    assert not readings(items)


@EVERY_WAY
@pytest.mark.parametrize("tension_n", [30_000.0, -30_000.0])
def test_a_tension_beyond_the_amplifier_is_saturated_and_no_number(way: str, tension_n: float) -> None:
    items = Bench(way, VirtualClock(), lambda _t: tension_n).read(10)

    assert set(faults(items)) == {FaultKind.SATURATED}
    assert not readings(items)


@EVERY_WAY
def test_a_chip_that_always_says_minus_one_is_not_believed(way: str) -> None:
    items = Bench(way, VirtualClock(), lambda _t: -8_001 / 400).read(20)

    assert set(faults(items)) == {FaultKind.STUCK_HIGH}
    assert not readings(items)


@EVERY_WAY
def test_a_chip_that_always_says_the_same_is_not_believed_for_long(way: str) -> None:
    bench = Bench(way, VirtualClock(), lambda _t: -20.0)  # 0 counts

    items = bench.read(40)

    assert len(readings(items)) == 7
    assert set(faults(items)) == {FaultKind.FROZEN}


@pytest.mark.parametrize("way", ["gpio", "hx711"])
def test_swapped_wires_give_no_numbers_and_are_said_to_be_that_until_they_are_mended(way: str) -> None:
    bench = Bench(way, VirtualClock(), swapped=True)

    items = bench.read_for(30.0)

    assert not readings(items)
    assert [item.kind for item in items if isinstance(item, Fault)][-1] is FaultKind.SWAPPED
    assert faults(items)[FaultKind.SWAPPED] > 20


@pytest.mark.parametrize("trouble", [{"connected": False}, {"stuck": False}])
def test_right_wires_are_never_said_to_be_swapped_whatever_else_is_wrong(trouble: dict[str, bool]) -> None:
    bench = Bench("gpio", VirtualClock())
    for name, value in trouble.items():
        setattr(bench.chip, name, value)
    items = bench.read_for(30.0)
    bench.chip.connected, bench.chip.stuck = True, None

    assert FaultKind.SWAPPED not in faults(items)
    assert len(readings(bench.read_for(4.0))) > 80  # and it is read again when it is mended


def test_a_chip_that_was_heard_once_is_not_taken_for_swapped_when_it_is_plugged_out() -> None:
    bench = Bench("gpio", VirtualClock())
    bench.read(10)
    bench.chip.connected = False

    assert set(bench.read_for(30.0)) == {None}


def test_a_pin_with_a_resistor_of_its_own_cannot_tell_and_does_not_guess() -> None:
    clock = VirtualClock()
    factory = wired(Chip(rising, clock, QUIET), data_pin=2, clock_pin=3, swapped=True)
    pins = Pins(factory, data_pin=2, clock_pin=3, clock=clock)

    assert list(pins.exchanged(0.1))[-1] is False


@EVERY_WAY
@pytest.mark.parametrize(("strapped_hz", "true_hz"), [(80.0, 10.0), (80.0, 8.5), (10.0, 80.0)])
def test_a_chip_at_another_rate_is_said_to_be_and_read_without_a_wrong_value(
    way: str, strapped_hz: float, true_hz: float
) -> None:
    slow = Cell(rate_hz=true_hz, counts_per_newton=400.0, zero_counts=8_000.0, noise_counts=0.0)
    bench = Bench(way, VirtualClock(), cell=slow, rate_hz=strapped_hz)

    items = bench.read_for(25.0)

    assert len(readings(items)) == pytest.approx(25 * true_hz, rel=0.05)
    assert error_counts(items) < 1.5 * 80.0 / true_hz
    assert faults(items) == {FaultKind.RATE: 3}  # at once, and after ten seconds, and after ten more


@EVERY_WAY
def test_an_oscillator_that_is_off_by_a_tenth_is_followed(way: str) -> None:
    quick = Cell(rate_hz=88.0, counts_per_newton=400.0, zero_counts=8_000.0, noise_counts=0.0)
    bench = Bench(way, VirtualClock(), cell=quick)

    items = bench.read(800)

    assert len(readings(items)) == 800
    assert bench.reader.period_s == pytest.approx(1 / 88, rel=0.002)


FRAME = Frame(bits=5, line_in_gain_pulse=True, line_after=True, longest_pulse_s=5e-6, end_s=1.0002)


def judged(**of: object) -> Reading | Fault:
    from dataclasses import replace

    return replace(FRAME, **of).judged(1.0, safe_until_s=1.012)  # type: ignore[arg-type]


def test_a_good_frame_is_a_reading() -> None:
    assert judged() == Reading(1.0, 5)


@pytest.mark.parametrize(
    ("of", "kind"),
    [
        ({"longest_pulse_s": 55e-6}, FaultKind.SLOW_PULSE),
        ({"end_s": 1.0125}, FaultKind.ACROSS_CONVERSION),
        ({"line_in_gain_pulse": False}, FaultKind.OUT_OF_STEP),
        ({"line_after": False}, FaultKind.OUT_OF_STEP),
        ({"agreed": False}, FaultKind.NOISY_LINE),
        ({"bits": 0, "line_in_gain_pulse": False, "line_after": False}, FaultKind.STUCK_LOW),
        ({"bits": 0xFFFFFF}, FaultKind.STUCK_HIGH),
        ({"bits": 0x7FFFFF}, FaultKind.SATURATED),
        ({"bits": 0x800000}, FaultKind.SATURATED),
    ],
)
def test_whatever_is_wrong_with_a_frame_has_a_name(of: dict[str, object], kind: FaultKind) -> None:
    assert judged(**of) == Fault(1.0, kind)


def test_minus_one_among_neighbours_near_zero_is_a_number() -> None:
    ones = Frame(bits=0xFFFFFF, line_in_gain_pulse=True, line_after=True, longest_pulse_s=5e-6, end_s=1.0)

    assert ones.judged(1.0, safe_until_s=1.01, last_counts=40) == Reading(1.0, -1)


@given(
    period_s=st.floats(0.0105, 0.13),
    looks=st.lists(st.floats(0.0, 0.0005), min_size=8, max_size=40),
    later=st.integers(1, 18),
)
def test_a_foretold_conversion_ends_within_what_was_foretold(period_s: float, looks: list[float], later: int) -> None:
    rhythm = SampleClock()
    for number, look_s in enumerate(looks):
        ended_s = number * period_s
        rhythm = rhythm.saw(Edge(ended_s - look_s, ended_s + 0.0005 - look_s))

    end_s = (len(looks) - 1 + later) * period_s
    edge = rhythm.foretold(end_s + 0.5 * period_s)

    if edge is not None and later * 0.02 < 0.4:
        assert edge.after_s <= end_s + 0.001 * later
        assert edge.by_s >= end_s - 0.001 * later
