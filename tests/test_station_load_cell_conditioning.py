"""What a load cell is like, in words a receptionist understands; and the book of its life."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from builders import a_calibration
from chips import WAYS, Bench
from conditioning import NOW, Desk, reading, steady
from pressout_device.chip.emulated_cell import Cell
from pressout_device.chip.emulator import Chip
from pressout_device.chip.fault_injection import Interference
from pressout_device.chip.health import PERSISTENT_S
from pressout_device.clock import VirtualClock
from pressout_session.error_codes import Notice, Trouble
from pressout_session.load_cell_history import (
    CellLife,
    OverloadPeaked,
    OverloadSeen,
    TareTaken,
    ZeroStrange,
)
from pressout_session.wire import EventKind
from pressout_signal.samples import Fault, FaultKind, Reading
from pressout_station.controller.clinic_events import AGAIN_S


@pytest.mark.parametrize(
    ("kind", "trouble"),
    [
        (FaultKind.STUCK_LOW, Trouble.SENSOR_STUCK),
        (FaultKind.STUCK_HIGH, Trouble.SENSOR_STUCK),
        (FaultKind.FROZEN, Trouble.SENSOR_STUCK),
        (FaultKind.SATURATED, Trouble.SENSOR_AT_ITS_END),
        (FaultKind.NOISY_LINE, Trouble.SENSOR_NOISY),
        (FaultKind.SLOW_PULSE, Trouble.SENSOR_NOISY),
    ],
)
def test_faults_that_let_nothing_through_for_half_a_second_are_trouble_and_it_ends_by_itself(
    kind: FaultKind, trouble: Trouble
) -> None:
    bad = [Fault(1.0 + n / 20, kind) for n in range(round(20 * PERSISTENT_S) + 2)]

    assert Desk().hear([*steady(0.0, 1.0), *bad, *steady(2.0, 1.0)]) == [trouble, None]


def test_a_silent_chip_and_a_lost_reader_are_trouble_at_once() -> None:
    assert Desk().hear([Fault(1.0, FaultKind.SILENT)]) == [Trouble.SENSOR_SILENT]
    assert Desk().hear([Fault(1.0, FaultKind.READER_LOST)]) == [Trouble.READER_LOST]


def test_a_broken_frame_now_and_then_is_no_trouble() -> None:
    items: list[Reading | Fault] = []
    for second in range(20):
        items += [*steady(second, 0.9), Fault(second + 0.95, FaultKind.NOISY_LINE)]

    assert Desk().hear(items) == []


def unplugged(chip: Chip) -> None:
    chip.connected = False


def shorted(chip: Chip) -> None:
    chip.stuck = False


def always(counts: int) -> Callable[[Chip], None]:
    def happens(chip: Chip) -> None:
        chip.constant = counts

    return happens


def disturbed(chip: Chip) -> None:
    chip.interference = Interference(every_s=30e-6, longest_s=30e-6)


def mended(chip: Chip) -> None:
    chip.connected, chip.stuck, chip.constant, chip.interference = True, None, None, None


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("happens", "trouble"),
    [
        (unplugged, Trouble.SENSOR_SILENT),
        (shorted, Trouble.SENSOR_STUCK),
        (always(0), Trouble.SENSOR_STUCK),
        (always(-1), Trouble.SENSOR_STUCK),
        (always(0x7FFFFF), Trouble.SENSOR_AT_ITS_END),
        (always(-0x800000), Trouble.SENSOR_AT_ITS_END),
        (disturbed, Trouble.SENSOR_NOISY),
    ],
)
def test_whatever_happens_to_the_hardware_is_named_and_over_when_it_is_mended(
    way: str, happens: Callable[[Chip], None], trouble: Trouble
) -> None:
    bench = Bench(way, VirtualClock(), lambda _t: 0.0, Cell(counts_per_newton=400, zero_counts=8_000), sampled=True)
    desk = Desk()
    assert desk.hear(bench.read_for(1.0)) == []

    happens(bench.chip)
    broken = desk.hear(bench.read_for(3.0))
    mended(bench.chip)

    assert broken == [trouble]
    assert desk.hear(bench.read_for(3.0)) == [trouble, None]


def test_swapped_wires_are_named_so_and_nothing_else_for_long() -> None:
    bench = Bench("gpio", VirtualClock(), lambda _t: 0.0, swapped=True, sampled=True)

    assert Desk().hear(bench.read_for(20.0))[-1] is Trouble.SENSOR_SWAPPED


def test_a_cell_with_some_broken_frames_is_well_again_after_a_silence_too() -> None:
    items: list[Reading | Fault] = []
    for n in range(800):
        items.append(Fault(n / 80, FaultKind.NOISY_LINE) if n % 20 == 10 else reading(n))

    assert Desk().hear(items) == []
    assert Desk().hear([Fault(0.0, FaultKind.SILENT), *items]) == [Trouble.SENSOR_SILENT, None]


@pytest.mark.parametrize("offset_n", [-30.0, -6.0, 6.0, 30.0])
def test_however_far_an_overload_bent_the_cell_it_is_said_and_no_restart_forgets_it(offset_n: float) -> None:
    desk = Desk()
    desk.hear([*steady(0.0, 1.0), *steady(1.0, 0.5, 900.0), *steady(1.5, 40.0, offset_n)])
    assert desk.conditioning.trouble is Trouble.CELL_BENT

    life = desk.life
    for fact in desk.noted:
        life = life.after(fact)
    again = Desk(life)
    again.hear(steady(0.0, 5.0, offset_n))

    assert again.conditioning.trouble is Trouble.CELL_BENT
    with pytest.raises(ValueError, match="looked at"):
        again.conditioning.emptied()


def test_a_zero_that_a_person_vouched_for_holds_after_a_restart() -> None:
    desk = Desk()
    desk.hear(steady(0.0, 40.0, 6.0))
    desk.conditioning.emptied()
    life = desk.life
    for fact in desk.noted:
        life = life.after(fact)

    again = Desk(life)
    again.hear(steady(0.0, 80.0, 6.0))

    assert again.conditioning.notice is None
    assert again.conditioning.zero_n == pytest.approx(6.0, abs=0.05)


def test_an_overload_is_trouble_at_once_and_kept_for_life() -> None:
    desk = Desk()

    assert desk.hear([*steady(0.0, 1.0), *steady(1.0, 0.5, 900.0), *steady(1.5, 1.0)]) == [Trouble.OVERLOADED, None]
    assert [fact.peak_n for fact in desk.noted if isinstance(fact, OverloadPeaked)] == [pytest.approx(900.0, abs=0.2)]


def test_an_overload_is_written_down_and_told_to_the_clinic_before_it_is_over() -> None:
    desk = Desk()

    desk.hear([*steady(0.0, 1.0), *steady(1.0, 0.1, 900.0)])

    assert [type(fact) for fact in desk.noted] == [OverloadSeen]
    assert [(event.kind, event.what, event.number, event.limit_n) for event in desk.told] == [
        (EventKind.OVERLOAD, "overloaded", "4F-30", 785.0)
    ]


def test_a_plug_that_is_loose_is_told_to_the_clinic_once_an_hour() -> None:
    desk = Desk()
    hours = [minute * 60.0 for minute in range(0, 125, 5)]

    for t_s in hours:
        desk.hear([*steady(t_s, 0.5), Fault(t_s + 1.0, FaultKind.SILENT), *steady(t_s + 1.5, 1.0)])

    assert [event.what for event in desk.told] == ["sensor_silent"] * (1 + int(hours[-1] // AGAIN_S))
    assert {event.kind for event in desk.told} == {EventKind.SENSOR_FAULT}


def test_ten_readings_a_second_where_eighty_are_configured_is_a_notice_and_stops_nobody() -> None:
    slow = Cell(rate_hz=10.0, counts_per_newton=400.0, zero_counts=8_000.0)
    desk = Desk()

    troubles = desk.hear(Bench("gpio", VirtualClock(), lambda _t: 0.0, slow).read_for(20.0))

    assert troubles == []
    assert desk.conditioning.notice is Notice.RATE_WRONG
    assert desk.conditioning.measured_hz() == pytest.approx(10.0, rel=0.02)


def test_the_rate_is_measured_all_the_time_and_missing_readings_do_not_lower_it() -> None:
    desk = Desk()

    desk.hear([reading for reading in steady(0.0, 60.0) if round(reading.t_s * 80) % 100])

    assert desk.conditioning.measured_hz() == pytest.approx(80.0, rel=0.002)


def test_a_station_is_warming_up_until_its_zero_is_steady() -> None:
    desk = Desk()
    desk.hear(steady(0.0, 10.0))
    assert desk.conditioning.notice is Notice.WARMING_UP

    desk.hear(steady(10.0, 70.0))

    assert desk.conditioning.notice is None


def test_a_calibration_older_than_configured_is_due_and_a_wrong_clock_makes_none_so() -> None:
    life = CellLife(load_cell_id="A").after(a_calibration())
    old = Desk(life, now=NOW + timedelta(days=366))
    young = Desk(life, now=NOW + timedelta(days=364))
    wrong = Desk(life, now=NOW - timedelta(days=4_000))
    for desk in (old, young, wrong):
        desk.hear(steady(0.0, 80.0))

    assert old.conditioning.notice is Notice.CALIBRATION_DUE
    assert [(event.kind, event.age_days) for event in old.told] == [(EventKind.CALIBRATION_DUE, 366.0)]
    assert young.conditioning.notice is None
    assert wrong.conditioning.notice is None


def test_a_quiet_weight_is_asked_about_and_written_down() -> None:
    desk = Desk()

    desk.hear(steady(0.0, 40.0, 6.0))

    assert desk.conditioning.notice is Notice.LINE_NOT_EMPTY
    assert [fact.bent for fact in desk.noted if isinstance(fact, ZeroStrange)] == [False]


def test_every_tare_is_written_down() -> None:
    desk = Desk()

    desk.hear([*steady(0.0, 10.0, 0.3), *steady(10.0, 10.0, 0.5)])

    assert [fact.zero_n for fact in desk.noted if isinstance(fact, TareTaken)] == [
        pytest.approx(0.3, abs=0.02),
        pytest.approx(0.5, abs=0.02),
    ]
