"""Who may come in: a PIN of which only a hash is kept, few tries, and a lock that no restart opens."""

from __future__ import annotations

import os
import stat
import subprocess
import time
from pathlib import Path

import pytest

from pressout_device.clock import VirtualClock
from pressout_device.errors import ConfigError
from pressout_session.settings import Settings
from pressout_station.host.settings_file import NAME as SETTINGS_NAME
from pressout_station.host.settings_file import SettingsFile
from pressout_station.staff.accounts import (
    LOCK_S,
    MOST_TRIES,
    NAME,
    TRIES_NAME,
    PinAnswer,
    PinGuard,
    Therapists,
    weak_reason,
)
from shell import CONFIG, NOBODY, one_sentence, pressout

PIN, OTHER = "271828", "314159"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Therapists(tmp_path).add("MR", PIN, "t-1")
    return tmp_path


def answer(guard: PinGuard, digits: str, initials: str = "MR") -> PinAnswer:
    guard.ask(initials, digits)
    until_s = time.monotonic() + 20.0
    while not (found := guard.answers()):
        assert time.monotonic() < until_s
        time.sleep(0.001)  # the thread under test needs the interpreter
    return found[0]


def test_the_right_pin_is_right_and_a_wrong_one_leaves_fewer_tries(folder: Path) -> None:
    guard = PinGuard(folder, lambda: 0.0)

    assert answer(guard, PIN).right
    assert answer(guard, OTHER) == PinAnswer("MR", right=False, tries_left=MOST_TRIES - 1)
    assert answer(guard, PIN).right
    assert answer(guard, OTHER).tries_left == MOST_TRIES - 1
    assert not answer(guard, PIN, "XX").right


def test_a_lock_survives_a_restart_and_opens_after_its_time(folder: Path) -> None:
    clock = VirtualClock()
    guard = PinGuard(folder, clock.now_s)
    for _ in range(MOST_TRIES):
        last = answer(guard, OTHER)
    assert last.locked_s == LOCK_S
    assert not answer(guard, PIN).right

    again = PinGuard(folder, clock.now_s)
    assert not answer(again, PIN).right

    clock.sleep(LOCK_S + 1.0)
    assert answer(again, PIN).right


def test_a_try_is_written_down_before_its_answer_is_known(folder: Path) -> None:
    guard = PinGuard(folder, lambda: 0.0)
    answer(guard, OTHER)

    assert b'"MR":1' in (folder / TRIES_NAME).read_bytes()


def test_no_pin_is_on_disk_and_nobody_else_may_read_what_is(folder: Path) -> None:
    for path in folder.iterdir():
        assert PIN.encode() not in path.read_bytes()
    assert stat.S_IMODE((folder / NAME).stat().st_mode) == 0o600
    if os.geteuid() == 0:
        os.chmod(folder, 0o755)
        command = ["setpriv", f"--reuid={NOBODY}", "--clear-groups", "cat", str(folder / NAME)]
        assert subprocess.run(command, capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize("pin", ["12345", "1234567", "123456", "654321", "000000", "12345a", "१२३४५६"])
def test_a_pin_that_anyone_would_guess_is_refused(tmp_path: Path, pin: str) -> None:
    assert weak_reason(pin)
    with pytest.raises(ConfigError, match="hard to guess"):
        Therapists(tmp_path).add("MR", pin, "t-1")


def test_a_new_pin_keeps_the_reference_and_removing_lets_nobody_in(folder: Path) -> None:
    Therapists(folder).add("MR", OTHER, "t-2")
    assert Therapists(folder).all()["MR"].therapist_ref == "t-1"

    Therapists(folder).remove("MR")

    assert not answer(PinGuard(folder, lambda: 0.0), OTHER).right
    with pytest.raises(ConfigError, match="somebody who was let in"):
        Therapists(folder).remove("MR")


def test_a_file_that_is_none_of_ours_lets_nobody_in(folder: Path) -> None:
    (folder / NAME).write_text("{")

    assert not answer(PinGuard(folder, lambda: 0.0), PIN).right


def test_the_command_lets_in_lists_and_removes(tmp_path: Path) -> None:
    config = tmp_path / "station.toml"
    config.write_text(CONFIG.format(folder=tmp_path / "station"))

    added = pressout("therapist", "add", "--config", config, "mr", said=f"{PIN}\n{PIN}\n")
    assert added.returncode == 0, added.stderr
    assert pressout("therapist", "list", "--config", config).stdout.startswith("MR  t-")
    assert pressout("therapist", "remove", "--config", config, "MR").returncode == 0
    assert "expected somebody who was let in" in one_sentence(pressout("therapist", "remove", "--config", config, "MR"))


def test_settings_outlive_the_station_and_a_damaged_file_is_left_alone(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path, Settings(language="es"))
    assert file.read() == Settings(language="es")

    file.write(Settings(theme="dark", volume=3))
    assert file.read() == Settings(theme="dark", volume=3)

    (tmp_path / SETTINGS_NAME).write_text("nonsense")
    assert file.read() == Settings(language="es")
    assert (tmp_path / SETTINGS_NAME).read_text() == "nonsense"


def test_files_of_therapists_and_of_tries_that_are_both_none_let_nobody_in_and_end_nothing(folder: Path) -> None:
    (folder / NAME).write_bytes(b"\x00")
    (folder / TRIES_NAME).write_bytes(b"\x00")

    assert not answer(PinGuard(folder, lambda: 0.0), PIN).right
