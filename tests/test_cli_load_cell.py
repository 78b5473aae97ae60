"""Looking at the load cell: diagnose, record, replay, calibrate, and ways that join as one file."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from builders import a_calibration
from chips import QUIET, Bench
from pressout_cli.calibration_wizard import in_kg
from pressout_cli.cell_reader import Listener
from pressout_device.chip.emulated_cell import Cell
from pressout_device.chip.emulator import Chip
from pressout_device.clock import VirtualClock
from pressout_device.diagnosis import Diagnosis, life_of
from pressout_device.errors import TraceFileError
from pressout_device.reading_tally import Tally
from pressout_device.sampler.pipe_protocol import Granted
from pressout_device.storage.trace_files import recorded
from pressout_session.load_cell_history import (
    AnyCellFact,
    CellLife,
    OverloadPeaked,
    OverloadSeen,
    ZeroStrange,
    decode,
)
from pressout_signal.calibration import Calibration
from pressout_signal.samples import Fault, FaultKind, Reading
from pressout_signal.trace_format import Trace as TraceFile
from shell import CONFIG, one_sentence, pressout

CALIBRATION = Calibration(zero_counts=8_000, counts_per_newton=400)
NOISY = Cell(counts_per_newton=400.0, zero_counts=8_000.0, noise_counts=50.0)


def diagnosed(items: list[Reading | Fault], late_s: tuple[float, ...] = (0.001,), **of: object) -> Diagnosis:
    tally = Tally()
    for item in items:
        tally.hear(item)
    return tally.diagnosis(configured_hz=80.0, calibration=CALIBRATION, late_s=late_s, **of)  # type: ignore[arg-type]


def of_a_chip(cell: Cell = NOISY, trouble: Callable[[Chip], None] = lambda _chip: None) -> Diagnosis:
    bench = Bench("gpio", VirtualClock(), lambda _t: 0.0, cell)
    trouble(bench.chip)
    return diagnosed([item for item in bench.read_for(10.0) if item is not None])


def test_diagnose_of_a_well_cell_says_so_and_measures_its_noise() -> None:
    diagnosis = of_a_chip()

    assert diagnosis.well
    assert diagnosis.noise_counts == pytest.approx(50.0, rel=0.15)
    assert diagnosis.noise_n == pytest.approx(0.125, rel=0.15)
    assert diagnosis.measured_hz == pytest.approx(80.0, rel=0.001)


def swapped_wires() -> Diagnosis:
    bench = Bench("gpio", VirtualClock(), lambda _t: 0.0, NOISY, swapped=True)
    return diagnosed([item for item in bench.read_for(10.0) if item is not None])


def test_diagnose_says_that_wires_are_swapped() -> None:
    assert "exchange DT and SCK" in swapped_wires().verdict


def stuck_low(chip: Chip) -> None:
    chip.stuck = False


def unplugged(chip: Chip) -> None:
    chip.connected = False


@pytest.mark.parametrize(
    ("cell", "trouble", "word"),
    [
        (NOISY, unplugged, "plugged in"),
        (NOISY, stuck_low, "always says the same"),
        (QUIET, lambda _chip: None, "always says the same"),
        (Cell(rate_hz=10.0, counts_per_newton=400.0, noise_counts=50.0), lambda _chip: None, "solder bridge"),
        (Cell(counts_per_newton=400.0, zero_counts=1e9), lambda _chip: None, "at its end"),
        (Cell(counts_per_newton=400.0, noise_counts=400.0), lambda _chip: None, "shield"),
    ],
)
def test_diagnose_says_in_words_what_is_wrong(cell: Cell, trouble: Callable[[Chip], None], word: str) -> None:
    diagnosis = of_a_chip(cell, trouble)

    assert word in diagnosis.verdict
    assert not diagnosis.well


@pytest.mark.parametrize(("kind", "word"), [(FaultKind.NOISY_LINE, "disturbs"), (FaultKind.READER_LOST, "process")])
def test_diagnose_says_why_there_is_no_reading(kind: FaultKind, word: str) -> None:
    assert word in diagnosed([Fault(n / 10, kind) for n in range(50)]).verdict


def test_a_reader_that_was_slow_to_start_is_waited_for_before_anything_is_measured() -> None:
    class Late:
        """A child's other end, whose child was lost before its first word."""

        def __init__(self) -> None:
            self.lateness_s: list[float] = []
            self.said: list[list[Reading | Fault]] = [[Fault(0.0, FaultKind.READER_LOST)], [], [Reading(1.0, 1)]]

        def fresh(self) -> list[Reading | Fault]:
            """Give the next batch."""
            return self.said.pop(0)

    late = Late()

    Listener(late)  # type: ignore[arg-type]

    assert late.said == []


def test_what_piled_up_while_someone_hung_a_mass_is_not_measured() -> None:
    class Slow:
        """A child's other end, at which readings of minutes have piled up."""

        def __init__(self) -> None:
            self.lateness_s: list[float] = []
            now_s = time.monotonic()
            self.said = [[Reading(now_s - 60.0 + n / 80, 1) for n in range(2_000)] for _ in range(2)]
            self.said += [[Reading(now_s + 1_000.0, 2)]]

        def fresh(self) -> list[Reading]:
            """Give the next batch."""
            return self.said.pop(0) if self.said else []

    slow = Slow()
    slow.said.insert(0, [Reading(0.0, 0)])

    heard = list(Listener(slow).heard(0.1))  # type: ignore[arg-type]

    assert [item.counts for item in heard if isinstance(item, Reading)] == [2]


def test_diagnose_knows_a_busy_computer_from_a_bad_cell() -> None:
    items: list[Reading | Fault] = [Reading(n / 80, 8_000 + n % 50) for n in range(800)]

    assert "too busy" in diagnosed(items, late_s=(0.001,) * 700 + (0.05,) * 100).verdict


def test_a_diagnosis_tells_every_figure() -> None:
    told = diagnosed([Reading(0.0, 1), Reading(1.0, 3), Fault(2.0, FaultKind.SPIKE)], granted=Granted(True, False))

    assert told.entries() == {
        "configured_hz": "80",
        "measured_hz": "1.00",
        "readings": "2",
        "different_values": "2",
        "mean_counts": "2.0",
        "mean_n": "-19.995",
        "noise_counts": "1.0",
        "noise_n": "0.0025",
        "quick_noise_n": "none",
        "hum_n": "none",
        "drift_n": "none",
        "saturated": "0",
        "faults": "spike 1",
        "lateness_ms": "p50 1.00, p99 1.00, p99.9 1.00, most 1.00",
        "before_others": "yes",
        "kept_in_memory": "no",
    }


def test_a_recorded_trace_carries_its_diagnosis_in_its_head_and_is_a_trace_before_it_does(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    seen: list[str] = []

    def items() -> Iterator[Reading | Fault]:
        yield Reading(7.0, 100)
        yield Fault(7.01, FaultKind.SPIKE)
        yield Reading(7.0125, 104)

    def ending() -> dict[str, str]:
        seen.append(path.read_text())
        return {"measured_hz": "80.00", "faults": "spike 1"}

    head = {"zero_counts": "0", "counts_per_newton": "2"}
    assert recorded(items(), head, path, ending) == 2

    trace = TraceFile(path.read_text().splitlines())
    assert [(sample.t_s, sample.tension_n) for sample in trace] == [(0.0, 50.0), (0.0125, 52.0)]
    assert trace.head["measured_hz"] == "80.00"
    assert trace.head["faults"] == "spike 1"
    assert seen[0].startswith("# zero_counts: 0\n# counts_per_newton: 2\n# measured: not to the end\n")


def test_a_recording_never_writes_over_another(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("mine")

    with pytest.raises(TraceFileError, match="choose another name"):
        recorded([], {}, tmp_path / "t.csv", dict)
    assert (tmp_path / "t.csv").read_text() == "mine"


def test_diagnose_tells_a_cells_life_and_that_its_calibration_is_due() -> None:
    cell = {"at": "2026-01-02T03:04:05.000Z", "load_cell_id": "A"}
    life = CellLife(load_cell_id="A")
    now = datetime(2027, 3, 1, tzinfo=UTC)
    assert "pressout calibrate" in life_of(life, 365, now)[0]
    facts: list[AnyCellFact] = [
        a_calibration(**cell),
        OverloadSeen(**cell, peak_n=900.0, limit_n=785.0),
        OverloadPeaked(**cell, peak_n=1_003.0),
        ZeroStrange(**cell, offset_n=5.0, bent=True),
    ]
    for fact in facts:
        life = life.after(fact)

    told = "\n".join(life_of(life, 365, now))

    assert "2026-01-02, by XY" in told
    assert "423 days old and may be 365" in told
    assert "overloads since then: 1; the most it ever bore: 1003 N" in told
    assert "bent" in told


@pytest.mark.service
def test_calibrate_leads_through_keeps_and_checks(tmp_path: Path) -> None:
    config = tmp_path / "station.toml"
    text = CONFIG.format(folder=tmp_path / "station").replace("counts_per_newton = 400.0\nzero_counts = 8000.0\n", "")
    config.write_text(text)
    raw = tmp_path / "raw.csv"
    recorded = pressout("record", "--simulate", "--seconds", "1", "--config", config, raw)
    assert recorded.returncode == 0, recorded.stderr
    assert "counts_per_newton" not in raw.read_text()  # nobody knows it: the counts are as the amplifier said them
    assert "without a usable calibration" in one_sentence(pressout("analyze", raw))
    words = ["calibrate", "--simulate", "--config", str(config), "--mass-lb", "20", "--by", "XY"]

    done = typed("\n\n\n", *words)
    check = typed("\n\n", *words, "--check")

    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "station" / "load-cell.jsonl").exists()  # the real cell's book is not the emulated one's
    assert "Hang 20 lb on it" in done.stdout
    assert "it holds from now on" in done.stdout
    assert check.returncode == 0, check.stderr
    assert "The calibration holds." in check.stdout
    facts = [
        decode(line) for line in (tmp_path / "station" / "simulated" / "load-cell.jsonl").read_bytes().splitlines()
    ]
    assert [type(fact).__name__ for fact in facts] == ["Calibrated", "CalibrationChecked"]
    assert msgspec.to_builtins(facts[0])["masses_kg"] == (0.0, in_kg(20.0, "lb"), 0.0)


def typed(keys: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pressout_cli.entry", *words]
    return subprocess.run(command, input=keys, capture_output=True, text=True, timeout=60, check=False)
