"""What systemd is told: ready once, alive as long as everything lives, and nothing where something has died."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pressout_station import startup
from pressout_station.config import read
from pressout_station.host.kiosk import INSIDE, way_to_the_panel
from pressout_station.host.watchdog import WRITER_PATIENCE_S, Signs, Watchdog
from uplinks import eventually

WELL = Signs(writer_ago_s=0.1, reader_lives=True)


class Systemd:
    """Hears what a service says."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)

    def heard(self) -> list[str]:
        """Give what was said since the last call."""
        said: list[str] = []
        while True:
            try:
                said.append(self._socket.recv(100).decode())
            except BlockingIOError:
                return said

    def close(self) -> None:
        """Hear no more."""
        self._socket.close()


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    made = Systemd(tmp_path / "notify")
    yield made
    made.close()


class Time:
    """A clock that tests move."""

    now_s = 100.0

    def __call__(self) -> float:
        """Give the time."""
        return self.now_s


def a_watchdog(systemd: Systemd, time: Time) -> Watchdog:
    return Watchdog({"NOTIFY_SOCKET": str(systemd.path), "WATCHDOG_USEC": "60000000"}, time)


def test_the_first_turn_says_ready_and_others_only_that_it_lives(systemd: Systemd) -> None:
    time = Time()
    watchdog = a_watchdog(systemd, time)

    for _ in range(60):
        watchdog.turned(WELL)
        time.now_s += 1.0
    watchdog.stopping()

    assert systemd.heard() == ["READY=1", "WATCHDOG=1", "WATCHDOG=1", "STOPPING=1"]


@pytest.mark.parametrize(
    "signs", [Signs(writer_ago_s=WRITER_PATIENCE_S, reader_lives=True), Signs(writer_ago_s=0.0, reader_lives=False)]
)
def test_nothing_is_said_while_the_writer_or_the_reader_is_dead(systemd: Systemd, signs: Signs) -> None:
    time = Time()
    watchdog = a_watchdog(systemd, time)
    watchdog.turned(WELL)
    systemd.heard()

    for _ in range(3):
        time.now_s += 60.0
        watchdog.turned(signs)
    assert systemd.heard() == []

    watchdog.turned(WELL)
    assert systemd.heard() == ["WATCHDOG=1"]


def test_a_silent_chip_is_no_reason_to_restart() -> None:
    assert Signs(writer_ago_s=1.0, reader_lives=True).well  # what it reads is nobody's business here


@pytest.mark.service
def test_a_running_station_says_that_it_is_up_that_it_lives_and_that_it_ends(
    systemd: Systemd, config_file: Path
) -> None:
    told = {"NOTIFY_SOCKET": str(systemd.path), "WATCHDOG_USEC": "200000", "SDL_VIDEODRIVER": "dummy"}
    command = [sys.executable, "-m", "pressout_cli.entry", "run", "--simulate", "--config", str(config_file)]
    station = subprocess.Popen(command, env={**os.environ, **told}, stderr=subprocess.DEVNULL)
    heard: list[str] = []

    def alive() -> bool:
        heard.extend(systemd.heard())
        return heard.count("WATCHDOG=1") >= 3

    try:
        eventually(alive)
        station.terminate()
        assert station.wait(20.0) == 0
    finally:
        station.kill()

    assert heard[:2] == ["STATUS=The first picture is shown", "READY=1"]
    assert systemd.heard()[-1] == "STOPPING=1"


@pytest.mark.service
def test_a_station_that_cannot_start_shows_why_until_it_is_stopped_instead_of_starting_again_and_again(
    systemd: Systemd, config_file: Path
) -> None:
    config_file.write_text(re.sub(r"(zero_counts|counts_per_newton) = .*", "", config_file.read_text()))
    told = {"NOTIFY_SOCKET": str(systemd.path), "SDL_VIDEODRIVER": "dummy"}
    command = [sys.executable, "-m", "pressout_cli.entry", "run", "--config", str(config_file)]
    station = subprocess.Popen(command, env={**os.environ, **told}, stderr=subprocess.PIPE, text=True)

    try:
        eventually(lambda: "STATUS=load cell unknown: found no calibration" in "".join(systemd.heard()))
        assert station.poll() is None
        station.terminate()
        station.communicate(timeout=20.0)
    finally:
        station.kill()

    assert station.returncode == 0


def test_inside_cage_the_station_is_the_one_to_be_asked_to_stop(systemd: Systemd) -> None:
    Watchdog({"NOTIFY_SOCKET": str(systemd.path)}, Time(), instead_of=True).shown()

    assert systemd.heard()[0] == f"MAINPID={os.getpid()}"


def test_without_systemd_nobody_is_told_and_without_its_ear_nothing_breaks(tmp_path: Path) -> None:
    Watchdog({}, Time()).turned(WELL)
    Watchdog({"NOTIFY_SOCKET": str(tmp_path / "gone")}, Time()).turned(WELL)


@pytest.mark.parametrize(
    ("environment", "kmsdrm", "cage", "expected"),
    [
        ({}, True, "/usr/bin/cage", {"SDL_VIDEODRIVER": "kmsdrm"}),
        ({}, False, "/usr/bin/cage", ("/usr/bin/cage", "--")),
        ({}, False, None, {}),
        ({"WAYLAND_DISPLAY": "wayland-0", INSIDE: "1"}, False, "/usr/bin/cage", {}),
        ({"DISPLAY": ":0"}, True, None, {}),
        ({"SDL_VIDEODRIVER": "dummy"}, True, None, {}),
    ],
)
def test_a_panel_without_a_desktop_is_drawn_on_by_the_kernel_or_else_inside_cage(
    environment: dict[str, str], kmsdrm: bool, cage: str | None, expected: object
) -> None:
    assert way_to_the_panel(environment, lambda: kmsdrm, cage) == expected


def test_a_station_that_starts_itself_anew_inside_cage_still_finds_systemd(
    config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class InsideCageError(Exception):
        """Where the program would become cage."""

    def become_cage() -> None:
        raise InsideCageError(os.environ.get("NOTIFY_SOCKET"), os.environ.get("WATCHDOG_USEC"))

    monkeypatch.setenv("NOTIFY_SOCKET", "/run/systemd/notify")
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    monkeypatch.setattr(startup, "onto_the_panel", become_cage)
    config = read(config_file)
    config.folder.mkdir(parents=True, exist_ok=True)

    with pytest.raises(InsideCageError) as became:
        startup.station(config, stopped=lambda: True, simulate=True)
    assert became.value.args == ("/run/systemd/notify", "60000000")
