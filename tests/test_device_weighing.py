"""What a load cell is like, in words a receptionist understands; and the book of its life."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chips import Bench
from pressout_device.announcing import AGAIN_S, Announcer
from pressout_device.cellbook import NAME, CellBook, calibrated_cell
from pressout_device.clock import VirtualClock
from pressout_device.errors import LoadCellError
from pressout_device.loadcell.emulator import Cell
from pressout_device.loadcell.health import PERSISTENT_S
from pressout_device.sections import LoadCellSection
from pressout_device.weighing import Weighed, Weighing
from pressout_session.cell import (
    AnyCellFact,
    Calibrated,
    CalibrationChecked,
    CellLife,
    OverloadPeaked,
    OverloadSeen,
    TareTaken,
    ZeroStrange,
)
from pressout_session.troubles import Notice, Trouble
from pressout_session.wire import EventKind, StationEvent
from pressout_signal.calibration import Calibration
from pressout_signal.samples import Fault, FaultKind, Reading

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
AT = "2026-03-01T09:30:00.000Z"
CELL = Calibration(zero_counts=8_000, counts_per_newton=400)


@dataclass
class Desk:
    """A weighing that notes into a list."""

    life: CellLife = field(default_factory=lambda: CellLife(load_cell_id="A"))
    noted: list[AnyCellFact] = field(default_factory=list)
    told: list[StationEvent] = field(default_factory=list)
    now: datetime = NOW

    def __post_init__(self) -> None:
        weighed = Weighed(CELL, self.life, limit_n=785.0, due_days=365)
        announcer = Announcer("A", self.told.append, lambda: self.now, lambda: f"event-{len(self.told)}")
        self.weighing = Weighing(weighed, self.noted.append, lambda: self.now, announcer)

    def hear(self, items: Iterable[Reading | Fault | None]) -> list[Trouble | None]:
        """Let the load cell speak; give each trouble it gets into, and None for getting out."""
        found: list[Trouble | None] = []
        for item in items:
            if item is not None:
                self.weighing.take(item)
            if self.weighing.trouble is not (found[-1] if found else None):
                found.append(self.weighing.trouble)
        return found


def steady(begin_s: float, duration_s: float, tension_n: float = 0.0) -> list[Reading]:
    first, count = round(begin_s * 80), round(duration_s * 80)
    return [Reading(n / 80, round(8_000 + 400 * tension_n) + n % 3) for n in range(first, first + count)]


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


def test_a_line_that_is_cut_and_mended_on_the_emulated_chip_is_trouble_and_then_none() -> None:
    bench = Bench("spi", VirtualClock(), lambda _t: 0.0, Cell(counts_per_newton=400, zero_counts=8_000))
    desk = Desk()
    assert desk.hear(bench.read_for(1.0)) == []

    bench.chip.stuck = False
    stuck = desk.hear(bench.read_for(2.0))
    bench.chip.stuck = None
    mended = desk.hear(bench.read_for(2.0))

    assert stuck == [Trouble.SENSOR_STUCK]
    assert mended == [Trouble.SENSOR_STUCK, None]


def test_an_overload_is_trouble_at_once_and_kept_for_life() -> None:
    desk = Desk()

    assert desk.hear([*steady(0.0, 1.0), *steady(1.0, 0.5, 900.0), *steady(1.5, 1.0)]) == [Trouble.OVERLOADED, None]
    assert [fact.peak_n for fact in desk.noted if isinstance(fact, OverloadPeaked)] == [pytest.approx(900.0, abs=0.1)]


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
    assert desk.weighing.notice is Notice.RATE_WRONG
    assert desk.weighing.rate_hz == pytest.approx(10.0, rel=0.02)


def test_the_rate_is_measured_all_the_time_and_missing_readings_do_not_lower_it() -> None:
    desk = Desk()

    desk.hear([reading for reading in steady(0.0, 60.0) if round(reading.t_s * 80) % 100])

    assert desk.weighing.rate_hz == pytest.approx(80.0, rel=0.002)


def test_a_station_is_warming_up_until_its_zero_is_steady() -> None:
    desk = Desk()
    desk.hear(steady(0.0, 10.0))
    assert desk.weighing.notice is Notice.WARMING_UP

    desk.hear(steady(10.0, 70.0))

    assert desk.weighing.notice is None


def calibrated_on(at: str = AT, **of: object) -> Calibrated:
    fact = Calibrated(
        at=at,
        load_cell_id="A",
        calibration_id="c1",
        zero_counts=100.0,
        counts_per_newton=4_400.0,
        masses_kg=(0.0, 5.0, 0.0),
        by="XY",
        linearity_pct=None,
        hysteresis_pct=0.01,
        noise_n=0.1,
        resolution_n=0.2,
    )
    import msgspec

    return msgspec.structs.replace(fact, **of)


def test_a_calibration_older_than_configured_is_due_and_a_wrong_clock_makes_none_so() -> None:
    life = CellLife(load_cell_id="A").after(calibrated_on())
    old = Desk(life, now=NOW + timedelta(days=366))
    young = Desk(life, now=NOW + timedelta(days=364))
    wrong = Desk(life, now=NOW - timedelta(days=4_000))
    for desk in (old, young, wrong):
        desk.hear(steady(0.0, 80.0))

    assert old.weighing.notice is Notice.CALIBRATION_DUE
    assert [(event.kind, event.age_days) for event in old.told] == [(EventKind.CALIBRATION_DUE, 366.0)]
    assert young.weighing.notice is None
    assert wrong.weighing.notice is None


def test_a_quiet_weight_is_asked_about_and_written_down() -> None:
    desk = Desk()

    desk.hear(steady(0.0, 40.0, 6.0))

    assert desk.weighing.notice is Notice.LINE_NOT_EMPTY
    assert [fact.bent for fact in desk.noted if isinstance(fact, ZeroStrange)] == [False]


def test_every_tare_is_written_down() -> None:
    desk = Desk()

    desk.hear([*steady(0.0, 10.0, 0.3), *steady(10.0, 10.0, 0.5)])

    assert [fact.zero_n for fact in desk.noted if isinstance(fact, TareTaken)] == [
        pytest.approx(0.3, abs=0.02),
        pytest.approx(0.5, abs=0.02),
    ]


def test_the_book_keeps_every_calibration_and_the_last_one_holds(tmp_path: Path) -> None:
    book = CellBook(tmp_path)
    book.write(calibrated_on(), calibrated_on(calibration_id="c2", counts_per_newton=4_410.0))

    cell, calibration, life = calibrated_cell(LoadCellSection(load_cell_id="A"), book)

    assert [one.calibration_id for one in life.calibrations] == ["c1", "c2"]
    assert calibration.counts_per_newton == cell.counts_per_newton == 4_410.0


def test_another_cells_calibration_is_not_this_ones(tmp_path: Path) -> None:
    CellBook(tmp_path).write(calibrated_on())

    with pytest.raises(LoadCellError, match="pressout calibrate"):
        calibrated_cell(LoadCellSection(load_cell_id="B"), CellBook(tmp_path))


def test_a_data_sheet_will_do_until_a_calibration_replaces_it(tmp_path: Path) -> None:
    section = LoadCellSection(load_cell_id="A", counts_per_newton=4_000.0)
    assert calibrated_cell(section, CellBook(tmp_path))[1].counts_per_newton == 4_000.0

    CellBook(tmp_path).write(calibrated_on())

    assert calibrated_cell(section, CellBook(tmp_path))[1].counts_per_newton == 4_400.0


def test_the_most_a_cell_ever_bore_outlives_its_calibrations() -> None:
    life = CellLife(load_cell_id="A")
    facts: list[AnyCellFact] = [
        OverloadSeen(at=AT, load_cell_id="A", peak_n=790.0, limit_n=785.0),
        OverloadPeaked(at=AT, load_cell_id="A", peak_n=900.0),
        ZeroStrange(at=AT, load_cell_id="A", offset_n=6.0, bent=True),
        calibrated_on(),
        OverloadSeen(at=AT, load_cell_id="A", peak_n=800.0, limit_n=785.0),
        CalibrationChecked(at=AT, load_cell_id="A", calibration_id="c1", mass_kg=5, found_kg=5, good=True, by="XY"),
    ]
    for fact in facts:
        life = life.after(fact)

    assert (life.peak_n, life.overloads, life.bent) == (900.0, 1, False)


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_power_cut_in_the_middle_of_a_line_loses_that_line_alone(tmp_path: Path, cut: int) -> None:
    book = CellBook(tmp_path)
    book.write(calibrated_on(), calibrated_on(calibration_id="c2"))
    path = tmp_path / NAME
    path.write_bytes(path.read_bytes()[:-cut])

    book.write(calibrated_on(calibration_id="c3"))

    known = [one.calibration_id for one in book.life("A").calibrations]
    assert known == (["c1", "c2", "c3"] if cut == 1 else ["c1", "c3"])
