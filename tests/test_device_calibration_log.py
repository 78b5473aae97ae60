"""The book of a load cell's life: what was written stays, the last calibration holds, power cuts cost a line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from builders import a_calibration
from pressout_device.errors import LoadCellError, UncalibratedError
from pressout_device.settings import LoadCellSection
from pressout_device.storage.calibration_log import NAME, CalibrationLog, calibrated_cell
from pressout_device.storage.lockfile import held
from pressout_session.load_cell_history import (
    AnyCellFact,
    CalibrationChecked,
    CellLife,
    OverloadPeaked,
    OverloadSeen,
    ZeroStrange,
    encode,
)
from shell import NOBODY

AT = "2026-03-01T09:30:00.000Z"


def test_the_book_keeps_every_calibration_and_the_last_one_holds(tmp_path: Path) -> None:
    book = CalibrationLog(tmp_path)
    book.write(a_calibration(), a_calibration(calibration_id="c2", counts_per_newton=4_410.0))

    cell, calibration, life = calibrated_cell(LoadCellSection(load_cell_id="A"), book)

    assert [one.calibration_id for one in life.calibrations] == ["c1", "c2"]
    assert calibration.counts_per_newton == cell.counts_per_newton == 4_410.0


def test_another_cells_calibration_is_not_this_ones(tmp_path: Path) -> None:
    CalibrationLog(tmp_path).write(a_calibration())

    with pytest.raises(LoadCellError, match="pressout calibrate"):
        calibrated_cell(LoadCellSection(load_cell_id="B"), CalibrationLog(tmp_path))


def test_a_data_sheet_will_do_until_a_calibration_replaces_it(tmp_path: Path) -> None:
    section = LoadCellSection(load_cell_id="A", counts_per_newton=4_000.0)
    assert calibrated_cell(section, CalibrationLog(tmp_path))[1].counts_per_newton == 4_000.0

    CalibrationLog(tmp_path).write(a_calibration())

    assert calibrated_cell(section, CalibrationLog(tmp_path))[1].counts_per_newton == 4_400.0


def test_the_most_a_cell_ever_bore_outlives_its_calibrations() -> None:
    life = CellLife(load_cell_id="A")
    facts: list[AnyCellFact] = [
        OverloadSeen(at=AT, load_cell_id="A", peak_n=790.0, limit_n=785.0),
        OverloadPeaked(at=AT, load_cell_id="A", peak_n=900.0),
        ZeroStrange(at=AT, load_cell_id="A", offset_n=6.0, bent=True),
        a_calibration(),
        OverloadSeen(at=AT, load_cell_id="A", peak_n=800.0, limit_n=785.0),
        CalibrationChecked(at=AT, load_cell_id="A", calibration_id="c1", mass_kg=5, found_kg=5, good=True, by="XY"),
    ]
    for fact in facts:
        life = life.after(fact)

    assert (life.peak_n, life.overloads, life.bent) == (900.0, 1, False)


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_power_cut_in_the_middle_of_a_line_loses_that_line_alone(tmp_path: Path, cut: int) -> None:
    book = CalibrationLog(tmp_path)
    book.write(a_calibration(), a_calibration(calibration_id="c2"))
    path = tmp_path / NAME
    path.write_bytes(path.read_bytes()[:-cut])

    book.write(a_calibration(calibration_id="c3"))

    known = [one.calibration_id for one in book.life("A").calibrations]
    assert known == (["c1", "c2", "c3"] if cut == 1 else ["c1", "c3"])


def test_a_calibration_that_the_card_altered_is_not_believed_and_no_older_one_in_its_place(
    tmp_path: Path,
) -> None:
    book, path = CalibrationLog(tmp_path), tmp_path / NAME
    book.write(a_calibration(), a_calibration(calibration_id="c2"))
    whole = path.read_bytes()
    last = whole.index(b"\n") + 1
    cell = LoadCellSection(load_cell_id="A", zero_counts=0.0, counts_per_newton=4_000.0)

    for place in range(last, len(whole) - 1):
        held = bytearray(whole)
        held[place] ^= 4
        path.write_bytes(held)
        try:
            _, calibration, _ = calibrated_cell(cell, book)
        except UncalibratedError:
            continue
        # What was altered is the name of the sum alone.
        assert calibration.counts_per_newton == a_calibration().counts_per_newton
        assert book.life("A").calibrations[-1].calibration_id == "c2"

    path.write_bytes(whole)
    book.write(
        CalibrationChecked(at=AT, load_cell_id="A", calibration_id="c2", mass_kg=5, found_kg=5, good=True, by="X")
    )
    path.write_bytes(path.read_bytes().replace(b'"mass_kg":5', b'"mass_kg":7'))
    assert not book.life("A").calibration_altered
    book.write(a_calibration(calibration_id="c3"))
    assert calibrated_cell(cell, book)[2].calibrations[-1].calibration_id == "c3"


def test_a_book_that_was_begun_without_checksums_is_read(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(encode(a_calibration()) + b"\n")

    assert CalibrationLog(tmp_path).life("A").calibrations == (a_calibration(),)


def test_what_an_administrator_writes_into_a_stations_folder_is_the_stations(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(tmp_path, NOBODY, NOBODY)

    with held(tmp_path):
        CalibrationLog(tmp_path).write(a_calibration())

    owner = tmp_path.stat().st_uid
    assert {path.name: path.stat().st_uid for path in tmp_path.iterdir()} == {NAME: owner, "station.lock": owner}


def test_a_disk_that_is_full_in_the_middle_of_a_line_leaves_the_book_as_it_was(tmp_path: Path) -> None:
    book = CalibrationLog(tmp_path)
    book.write(a_calibration())
    before = (tmp_path / NAME).read_bytes()
    limit = len(before) + 100
    script = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from pressout_device.storage.calibration_log import CalibrationLog\n"
        "from pressout_device.errors import JournalError\n"
        "from pressout_session.load_cell_history import OverloadSeen\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "fact = OverloadSeen(at='2026-03-01T09:30:00.000Z', load_cell_id='A', peak_n=900.0, limit_n=785.0)\n"
        "for _ in range(3):\n"
        "    try:\n"
        "        CalibrationLog(Path(sys.argv[1])).write(fact, fact, fact)\n"
        "    except JournalError:\n"
        "        continue\n"
        "    sys.exit('written')\n"
    )

    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)

    assert (tmp_path / NAME).read_bytes() == before
