"""Looking at the load cell: diagnose, record, replay, calibrate, and ways that join as one file."""

from __future__ import annotations

import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import msgspec
import pytest

from builders import Trace
from chips import CLOCK, DATA, QUIET, Bench, readings, rising
from pressout_device.calibrating import in_kg
from pressout_device.clock import VirtualClock
from pressout_device.config import checked
from pressout_device.diagnosing import Diagnosis, Tally
from pressout_device.errors import ConfigError, ExtraMissingError, LoadCellError, TraceFileError
from pressout_device.handover import Granted
from pressout_device.loadcell import ways
from pressout_device.loadcell.chip import HX711LoadCell
from pressout_device.loadcell.emulator import Cell, Chip
from pressout_device.loadcell.ways import replay
from pressout_device.loadcell.ways.gpio import Pins
from pressout_device.sections import LoadCellSection
from pressout_device.tracefiles import lines_of, recorded
from pressout_session.cell import decode
from pressout_signal.calibration import Calibration
from pressout_signal.samples import Fault, FaultKind, Reading
from pressout_signal.traces import Trace as TraceFile
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


def a_trace(path: Path) -> Path:
    samples = Trace().taken_up().repetition().samples
    path.write_text("t_s,tension_n\n" + "".join(f"{s.t_s:.4f},{s.tension_n:.3f}\n" for s in samples))
    return path


@pytest.mark.parametrize("at_once", [False, True])
def test_a_replayed_trace_is_heard_at_its_pace_or_at_once(tmp_path: Path, at_once: bool) -> None:
    path = a_trace(tmp_path / "t.csv")
    with lines_of(path) as lines:
        recorded_samples = list(TraceFile(lines))
    clock = VirtualClock(time_s=100.0)
    cell = LoadCellSection(
        way="replay", trace=str(path), trace_at_once=at_once, zero_counts=8_000.0, counts_per_newton=400.0
    )

    heard = readings(islice(ways.opened(cell, clock).readings(0.1), len(recorded_samples)))

    assert len(heard) == len(recorded_samples)
    assert heard[-1].t_s - heard[0].t_s == pytest.approx(recorded_samples[-1].t_s - recorded_samples[0].t_s)
    found = [CALIBRATION.sample(reading).tension_n for reading in heard]
    assert found == pytest.approx([sample.tension_n for sample in recorded_samples], abs=0.002)
    assert (clock.time_s - 100.0 < 0.1) is at_once


def test_after_a_replayed_trace_there_is_silence(tmp_path: Path) -> None:
    cell = LoadCellSection(way="replay", trace=str(a_trace(tmp_path / "t.csv")), trace_at_once=True)
    items = ways.opened(cell, VirtualClock()).readings(0.1)

    assert [next(items) for _ in range(2_000)][-1] is None


def test_a_trace_that_is_not_there_is_said() -> None:
    with pytest.raises(LoadCellError, match="No such file"):
        replay.opened(LoadCellSection(way="replay", trace="nowhere.csv"), VirtualClock())


@pytest.mark.parametrize(("way", "package"), [("spi", "spidev"), ("hx711", "hx711")])
def test_a_missing_package_is_one_sentence_that_says_what_to_install(
    way: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gpiozero import Device
    from gpiozero.pins.mock import MockFactory

    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setattr(Device, "pin_factory", MockFactory())

    with pytest.raises(ExtraMissingError, match=f"install.*{package}"):
        ways.opened(LoadCellSection(way=way), VirtualClock())


def test_a_bus_that_is_not_there_is_one_sentence_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoBus:
        """A bus as spidev has it on a computer without one."""

        def open(self, _bus: int, _device: int) -> None:
            """Refuse."""
            raise FileNotFoundError(2, "No such file or directory")

    module = types.ModuleType("spidev")
    module.SpiDev = NoBus  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "spidev", module)

    with pytest.raises(LoadCellError, match="dtparam=spi=on"):
        ways.opened(LoadCellSection(way="spi"), VirtualClock())


def test_another_way_joins_as_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "steady.py").write_text(
        "from pressout_signal.samples import Reading\n"
        "class Steady:\n"
        "    def readings(self, wait_s):\n"
        "        yield Reading(1.0, 7)\n"
        "    def close(self):\n"
        "        pass\n"
        "def opened(cell, clock):\n"
        "    return Steady()\n"
    )
    monkeypatch.setattr(ways, "__path__", [*ways.__path__, str(tmp_path)])
    section = LoadCellSection(way="steady")

    assert "steady" in ways.names()
    assert list(ways.opened(section, VirtualClock()).readings(0.1)) == [Reading(1.0, 7)]


def test_a_way_that_is_none_is_a_mistake_of_the_configuration() -> None:
    import tomllib

    raw = tomllib.loads(CONFIG.format(folder="x"))
    raw["load_cell"]["way"] = "telepathy"

    with pytest.raises(ConfigError, match="expected one of gpio, hx711, replay, simulated, spi"):
        checked(raw)


def test_where_lgpio_drives_the_pins_an_edge_is_one_call_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = VirtualClock()
    chip = Chip(rising, clock, QUIET)
    calls = {"write": 0, "read": 0}

    def gpio_write(_handle: int, number: int, level: int) -> None:
        calls["write"] += 1
        assert number == CLOCK
        chip.clocked(bool(level))

    def gpio_read(_handle: int, number: int) -> int:
        calls["read"] += 1
        assert number == DATA
        return int(chip.line())

    library = types.ModuleType("lgpio")
    library.__dict__.update(
        gpio_write=gpio_write,
        gpio_read=gpio_read,
        gpiochip_open=lambda _chip: 5,
        gpiochip_close=lambda _handle: None,
        gpio_claim_input=lambda *_words: 0,
        gpio_free=lambda *_words: 0,
        gpio_claim_output=lambda *_words: 0,
        gpio_get_mode=lambda _handle, number: 2 if number == CLOCK else 0,
        SET_PULL_NONE=0,
        SET_PULL_UP=32,
        SET_PULL_DOWN=64,
        BOTH_EDGES=3,
        RISING_EDGE=1,
        FALLING_EDGE=2,
    )
    monkeypatch.setitem(sys.modules, "lgpio", library)
    monkeypatch.delitem(sys.modules, "gpiozero.pins.lgpio", raising=False)
    from gpiozero.pins.lgpio import LGPIOFactory

    monkeypatch.setattr(LGPIOFactory, "_get_revision", lambda _self: 0xB03111)  # a Pi 4
    wires = Pins(LGPIOFactory(chip=0), data_pin=DATA, clock_pin=CLOCK, clock=clock)
    items = HX711LoadCell(wires, clock, rate_hz=80).readings(0.1)
    next(items)
    calls.update(write=0)

    assert isinstance(next(items), Reading)
    assert calls["write"] == 2 * 25


@pytest.mark.service
def test_calibrate_leads_through_keeps_and_checks(tmp_path: Path) -> None:
    config = tmp_path / "station.toml"
    text = CONFIG.format(folder=tmp_path / "station").replace("counts_per_newton = 400.0\nzero_counts = 8000.0\n", "")
    config.write_text(text)
    assert "pressout calibrate" in one_sentence(
        pressout("record", "--simulate", "--config", config, tmp_path / "t.csv")
    )
    words = ["calibrate", "--simulate", "--config", str(config), "--mass-lb", "20", "--by", "XY"]

    done = typed("\n\n\n", *words)
    check = typed("\n\n", *words, "--check")

    assert done.returncode == 0, done.stderr
    assert "Hang 20 lb on it" in done.stdout
    assert "it holds from now on" in done.stdout
    assert check.returncode == 0, check.stderr
    assert "The calibration holds." in check.stdout
    facts = [decode(line) for line in (tmp_path / "station" / "load-cell.jsonl").read_bytes().splitlines()]
    assert [type(fact).__name__ for fact in facts] == ["Calibrated", "CalibrationChecked"]
    assert msgspec.to_builtins(facts[0])["masses_kg"] == (0.0, in_kg(20.0, "lb"), 0.0)


def typed(keys: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pressout_device.commands", *words]
    return subprocess.run(command, input=keys, capture_output=True, text=True, timeout=60, check=False)
