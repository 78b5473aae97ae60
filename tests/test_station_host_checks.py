"""A computer looked at: what should worry someone is said in words, what it does not say is not known."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from builders import a_calibration
from pressout_session.load_cell_history import CellLife
from pressout_station import config
from pressout_station.host.host_checks import CHECKS, Computer, Verdict, findings
from shell import CONFIG, pressout
from stations import MORNING

HARDENED = {
    "sys/devices/platform/soc/soc:firmware/get_throttled": "0",
    "sys/class/thermal/thermal_zone0/temp": "48312",
    "sys/block/mmcblk0/device/life_time": "0x01 0x02",
    "proc/mounts": "overlay / overlay rw 0 0",
    "etc/systemd/journald.conf.d/pressout.conf": "[Journal]\nStorage=volatile",
    "etc/systemd/logind.conf.d/pressout.conf": "[Login]\nNAutoVTs=0",
    "etc/modprobe.d/pressout-usb-storage.conf": "install usb-storage /bin/false",
}


def a_computer(folder: Path, **of: object) -> Computer:
    for name, text in HARDENED.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "etc/pressout").mkdir()
    (folder / "etc/pressout/station.key").touch(0o400)
    file = folder / "station.toml"
    file.write_text(CONFIG.format(folder=folder / "station"))
    (folder / "station/outbox").mkdir(parents=True)
    calibrated = a_calibration(at=(MORNING - timedelta(days=30)).isoformat())
    usual = {
        "root": folder,
        "config": config.read(file),
        "life": CellLife(load_cell_id="A", calibrations=(calibrated,)),
        "now": MORNING,
        "synchronised": True,
    }
    return Computer(**{**usual, **of})  # type: ignore[arg-type]


def worrying(computer: Computer) -> dict[str, str]:
    return {one.name: one.words for one in findings(computer) if one.verdict is Verdict.LOOK and one.name != "space"}


def test_a_hardened_station_worries_nobody(tmp_path: Path) -> None:
    assert worrying(a_computer(tmp_path)) == {}


@pytest.mark.parametrize(
    ("file", "text", "name", "words"),
    [
        ("sys/devices/platform/soc/soc:firmware/get_throttled", "50005", "power", "under-voltage now"),
        ("sys/devices/platform/soc/soc:firmware/get_throttled", "10000", "power", "under-voltage since it started"),
        ("sys/class/thermal/thermal_zone0/temp", "81200", "temperature", "81 C"),
        ("sys/block/mmcblk0/device/life_time", "0x02 0x09", "card wear", "90 %"),
        ("proc/mounts", "/dev/mmcblk0p2 / ext4 rw,noatime 0 0", "root file system", "written to (ext4)"),
        ("etc/systemd/journald.conf.d/pressout.conf", "", "log", "on the card"),
        ("etc/systemd/logind.conf.d/pressout.conf", "", "consoles", "NAutoVTs"),
    ],
)
def test_what_is_wrong_with_a_computer_is_said(tmp_path: Path, file: str, text: str, name: str, words: str) -> None:
    computer = a_computer(tmp_path)
    (tmp_path / file).write_text(text)

    found = worrying(computer)
    assert list(found) == [name]
    assert words in found[name]


def test_usb_storage_a_key_for_everyone_an_old_calibration_and_a_wrong_clock_are_said(
    tmp_path: Path,
) -> None:
    old = a_calibration(at=(MORNING - timedelta(days=500)).isoformat())
    computer = a_computer(tmp_path, life=CellLife(load_cell_id="A", calibrations=(old,)), synchronised=False)
    (tmp_path / "etc/modprobe.d/pressout-usb-storage.conf").unlink()
    (tmp_path / "etc/pressout/station.key").chmod(0o444)
    for seq in range(12):
        (tmp_path / f"station/outbox/{seq:010d}.01900000-0000-7000-8000-000000000001.1.json").touch()

    assert set(worrying(computer)) == {"USB", "secrets", "calibration", "clock", "queue"}


def test_what_a_computer_does_not_say_is_not_known(tmp_path: Path) -> None:
    computer = a_computer(tmp_path)
    for name in ("sys/block/mmcblk0/device/life_time", "sys/class/thermal/thermal_zone0/temp", "proc/mounts"):
        (tmp_path / name).unlink()

    unknown = {one.name for one in findings(computer) if one.verdict is Verdict.UNKNOWN}
    assert unknown == {"card wear", "temperature", "root file system"}


def test_every_check_is_on_the_page() -> None:
    page = (Path(__file__).parent.parent / "docs/how-to/harden-a-station.md").read_text()

    assert set(re.findall(r"\*\*([^*]+)\*\*", page)) == set(CHECKS)


def test_the_command_looks_at_this_computer(config_file: Path) -> None:
    (config_file.parent / "station/outbox").mkdir(parents=True)

    result = pressout("diagnose", "--station", "--config", config_file)

    assert result.returncode in (0, 1), result.stderr
    assert len(result.stdout.splitlines()) == len(CHECKS)


def test_a_key_in_credstore_is_for_root_alone(tmp_path: Path) -> None:
    computer = a_computer(tmp_path)
    (tmp_path / "etc/credstore").mkdir()
    (tmp_path / "etc/credstore/pressout.broker_key").touch(0o600)
    assert "secrets" not in worrying(computer)

    (tmp_path / "etc/credstore/pressout.broker_key").chmod(0o640)
    assert "secrets" in worrying(computer)
