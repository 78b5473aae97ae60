"""The ways to a load cell beyond its wires: replayed traces, missing packages, another way as one more file."""

from __future__ import annotations

import sys
import types
from itertools import islice
from pathlib import Path

import pytest

from builders import Trace
from chips import CLOCK, DATA, QUIET, readings, rising
from pressout_device import drivers
from pressout_device.chip.emulator import Chip
from pressout_device.chip.reader import HX711LoadCell
from pressout_device.clock import VirtualClock
from pressout_device.drivers import replay
from pressout_device.drivers.gpio import Pins
from pressout_device.errors import ConfigError, ExtraMissingError, LoadCellError
from pressout_device.settings import LoadCellSection
from pressout_device.storage.trace_files import lines_of
from pressout_signal.calibration import Calibration
from pressout_signal.samples import Reading
from pressout_signal.trace_format import Trace as TraceFile
from pressout_station.config import checked
from shell import CONFIG

CALIBRATION = Calibration(zero_counts=8_000, counts_per_newton=400)


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

    heard = readings(islice(drivers.opened(cell, clock).readings(0.1), len(recorded_samples)))

    assert len(heard) == len(recorded_samples)
    assert heard[-1].t_s - heard[0].t_s == pytest.approx(recorded_samples[-1].t_s - recorded_samples[0].t_s)
    found = [CALIBRATION.sample(reading).tension_n for reading in heard]
    assert found == pytest.approx([sample.tension_n for sample in recorded_samples], abs=0.002)
    assert (clock.time_s - 100.0 < 0.1) is at_once


def test_after_a_replayed_trace_there_is_silence(tmp_path: Path) -> None:
    cell = LoadCellSection(way="replay", trace=str(a_trace(tmp_path / "t.csv")), trace_at_once=True)
    items = drivers.opened(cell, VirtualClock()).readings(0.1)

    assert [next(items) for _ in range(2_000)][-1] is None


def test_a_trace_that_is_not_there_is_said() -> None:
    with pytest.raises(LoadCellError, match="No such file"):
        replay.opened(LoadCellSection(way="replay", trace="nowhere.csv"), VirtualClock())


@pytest.mark.parametrize(("way", "package", "extra"), [("spi", "spidev", "spi"), ("hx711", "hx711", "pins")])
def test_a_missing_package_is_one_sentence_that_says_what_to_install(
    way: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gpiozero import Device
    from gpiozero.pins.mock import MockFactory

    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setattr(Device, "pin_factory", MockFactory())

    with pytest.raises(ExtraMissingError, match=rf"found no package {package}.*install.*\[{extra}\]"):
        drivers.opened(LoadCellSection(way=way), VirtualClock())


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
        drivers.opened(LoadCellSection(way="spi"), VirtualClock())


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
    monkeypatch.setattr(drivers, "__path__", [*drivers.__path__, str(tmp_path)])
    section = LoadCellSection(way="steady")

    assert "steady" in drivers.names()
    assert list(drivers.opened(section, VirtualClock()).readings(0.1)) == [Reading(1.0, 7)]


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
