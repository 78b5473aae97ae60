"""A station's first moments: beside an uplink that sweeps, on a computer that has long been on, and after a demo."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import ClassVar

import pytest

from controllers import config_in
from pressout_device.errors import ConfigError, JournalError
from pressout_device.shutdown import dropped_folder
from pressout_device.storage import atomic_files
from pressout_session.error_codes import NUMBERS, Notice, Trouble
from pressout_station import startup
from pressout_station.app import made_folders
from pressout_station.config import Config
from pressout_station.host.display import first_screen
from pressout_ui.app import update, view
from pressout_ui.messages import NoticeChanged, Ticked
from pressout_ui.scenes.idle import Idle
from pressout_ui.screen import Screen
from pressout_ui.shapes import Plane, Text

WIDE = Plane(800.0, 480.0)


def words(drawn: object) -> str:
    assert isinstance(drawn, tuple)
    return " ".join(shape.text for shape in drawn if isinstance(shape, Text))


def test_a_station_starts_while_the_uplink_sweeps_the_inbox(tmp_path: Path) -> None:
    made_folders(tmp_path)
    over = threading.Event()

    def sweeping() -> None:
        while not over.is_set():
            atomic_files.sweep(tmp_path / "inbox")

    uplink = threading.Thread(target=sweeping)
    uplink.start()
    failed = 0
    for _ in range(300):
        try:
            made_folders(tmp_path)
        except JournalError:
            failed += 1
    over.set()
    uplink.join()

    assert failed == 0
    assert list((tmp_path / "inbox").iterdir()) == []


def test_a_computer_that_has_long_been_on_shows_that_its_station_is_ready(tmp_path: Path) -> None:
    screen, _ = update(first_screen(config_in(tmp_path), now_s=90_000.0), Ticked(90_000.1))

    assert isinstance(screen.scene, Idle)
    assert not screen.scene.dimmed(screen.known.now_s)
    assert screen.known.words.idle_ready in words(view(screen, WIDE))


def test_what_staff_should_know_is_shown_at_night_too(tmp_path: Path) -> None:
    screen, _ = update(first_screen(config_in(tmp_path)), NoticeChanged(Notice.CALIBRATION_DUE))
    night, _ = update(screen, Ticked(9_000.0))
    warming, _ = update(night, NoticeChanged(Notice.WARMING_UP))

    assert NUMBERS[Notice.CALIBRATION_DUE] in words(view(night, WIDE))
    assert words(view(warming, WIDE)) == ""


class FakePanel:
    """A panel that remembers what was painted."""

    painted: ClassVar[list[Screen]] = []
    closed = False

    def __init__(self, config: Config) -> None:
        self.config = config

    def paint(self, screen: Screen) -> None:
        """Remember it."""
        self.painted.append(screen)

    def asked_again(self) -> bool:
        """Say that *Try again* was tapped."""
        return True


def test_a_mistake_in_the_configuration_stands_on_the_panel_with_its_number_where_a_service_starts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(startup, "PanelFace", FakePanel)
    monkeypatch.setattr(startup, "onto_the_panel", lambda: None)
    FakePanel.painted.clear()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        (tmp_path / "station.toml").write_text('[station]\nsite_id = "north"\nstatoin_id = "s3"\n')

        with pytest.raises(ConfigError, match="statoin_id"):
            startup.station_at(tmp_path / "station.toml", stopped=lambda: False, simulate=True)

        assert b"statoin_id" in systemd.recv(4096)
    (screen,) = FakePanel.painted
    shown = words(view(screen, WIDE))
    assert NUMBERS[Trouble.MISCONFIGURED] in shown
    assert "statoin_id" in shown


def test_a_mistake_in_the_configuration_is_one_sentence_at_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(startup, "PanelFace", FakePanel)
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    FakePanel.painted.clear()
    (tmp_path / "station.toml").write_text("[station]\n")

    with pytest.raises(ConfigError):
        startup.station_at(tmp_path / "station.toml", stopped=lambda: False, simulate=True)

    assert FakePanel.painted == []


def test_a_program_that_is_killed_leaves_its_folder_to_nobody() -> None:
    program = (
        "import sys, time; from pressout_device.shutdown import dropped_folder\n"
        "with dropped_folder('pressout-demo-') as folder:\n"
        "    (folder / 'sessions').write_text('some'); print(folder, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        folder = Path(child.stdout.readline().strip())
        assert (folder / "sessions").read_text() == "some"
        child.send_signal(signal.SIGKILL)

    until_s = time.monotonic() + 20.0
    while folder.exists() and time.monotonic() < until_s:
        time.sleep(0.01)
    assert not folder.exists()


def test_a_program_that_ends_leaves_no_folder_either() -> None:
    with dropped_folder("pressout-demo-") as folder:
        (folder / "sessions").write_text("some")

    assert not folder.exists()
    assert folder.parent == Path(tempfile.gettempdir())
