"""A whole visit in a real window, touched from outside: a therapist's round, a patient's session, the clinic's end."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from host_packages import need
from prerequisites import XDOTOOL, XVFB
from pressout_cli.demo.broker import EmbeddedBroker
from pressout_cli.records.exporter import sessions_in
from pressout_session.document import SessionDocument, decode
from pressout_session.patient_codes import with_check_digit
from pressout_session.prescription import CabledItem
from pressout_station.staff.accounts import Therapists
from windows import Hand, eventually, virtual_screen

pytestmark = pytest.mark.service
CODE = with_check_digit("47192")
PIN = "271828"
HERE = Path(__file__).parent
CONFIG = """
[station]
site_id = "north"
station_id = "s3"
folder = "{folder}/station"
[load_cell]
way = "simulated"
counts_per_newton = 4400.0
zero_counts = 88000.0
[screen]
full_screen = false
[broker]
url = "{url}"
allow_plain = true
[[dose]]
exercise = "pallof_press"
target_n = 40.0
tolerance_n = 8.0
reps = 3
hold_s = 1.0
"""


class Window:
    """The station's window: what it shows, and a hand to touch it."""

    def __init__(self, display: str, config: Path) -> None:
        command = [sys.executable, str(HERE / "station_in_a_window.py"), str(config)]
        environment = {**_environment(), "DISPLAY": display}
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)
        self.hand = Hand(display)
        self.seen: list[str] = []
        self._shown: dict[str, Any] = {"scene": "", "keys": []}
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):  # the library greets on standard output, too
                self._shown = json.loads(line)
                self.seen.append(self._shown["scene"])

    @property
    def scene(self) -> str:
        """What is shown."""
        return str(self._shown["scene"])

    def see(self, scene: str, patience_s: float = 60.0) -> None:
        """Wait until a scene is shown."""
        eventually(lambda: self.scene == scene, f"{scene}, but {self.scene} is shown after {self.seen}", patience_s)

    def touch(self, label: str) -> None:
        """Touch the key that is labelled so, once it is there and a finger may have come down on it."""
        eventually(lambda: label in dict(self._keys()), f"a key {label!r} in {self.scene}")
        self.hand.pause(0.5)
        x, y = dict(self._keys())[label]
        self.hand.touch(x, y)

    def _keys(self) -> list[tuple[str, tuple[float, float]]]:
        return [(label, (x, y)) for label, x, y in reversed(self._shown["keys"])]

    def patient_comes(self) -> None:
        """Let the simulated patient take the handle."""
        assert self._process.stdin is not None
        self._process.stdin.write("come\n")
        self._process.stdin.flush()

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(10.0)


def _environment() -> dict[str, str]:
    import os

    kept = {name: value for name, value in os.environ.items() if not name.startswith("SDL_")}
    return {**kept, "PYTHONPATH": str(HERE), "SDL_VIDEODRIVER": "x11"}


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Window]:
    need(XVFB, XDOTOOL)
    with ExitStack() as stack:
        broker = EmbeddedBroker(tmp_path)
        stack.callback(broker.close)
        config = tmp_path / "station.toml"
        config.write_text(CONFIG.format(folder=tmp_path, url=broker.url))
        Therapists(tmp_path / "station").add("MR", PIN, "t-1")
        for name in ("outbox", "inbox"):
            (tmp_path / "station" / name).mkdir()
        database = f"sqlite:///{tmp_path}/clinic.db"
        for words in (
            ("uplink", "--config", str(config)),
            ("clinic", "--broker", broker.url, "--allow-plain", "--database", database),
        ):
            child = subprocess.Popen([sys.executable, "-m", "pressout_cli.entry", *words])
            stack.callback(child.wait)
            stack.callback(child.terminate)
        window = Window(stack.enter_context(virtual_screen()), config)
        stack.callback(window.close)
        yield window


def stored(tmp_path: Path) -> list[SessionDocument]:
    database = tmp_path / "clinic.db"
    return [decode(document) for document in sessions_in(database)] if database.exists() else []


def test_a_therapists_round_and_a_patients_session_by_touch_end_at_the_clinic(window: Window, tmp_path: Path) -> None:
    window.see("Idle")
    window.hand.pause(0.5)
    window.hand.touch(400, 200)
    window.see("Who")
    window.hand.type(CODE)
    window.see("Today")

    window.touch("Therapist")
    window.see("Pin")
    for digit in PIN:
        window.touch(digit)
    window.see("Dose")
    window.touch("More")
    window.see("More")
    window.touch("Done")
    window.see("Dose")
    window.touch("+")  # the target's, which stands first
    window.touch("Save")
    window.see("Today")  # it has locked itself

    window.touch("Therapist")
    window.see("Pin")
    for digit in PIN:
        window.touch(digit)
    window.see("Dose")
    window.touch("Back")
    for page, scene in (("Past visits", "Visits"), ("Sensor", "Sensor"), ("Clinic", "Network"), ("Guests", "Guests")):
        window.see("Menu")
        window.touch(page)
        window.see(scene)
        window.touch("Back")
    window.see("Menu")
    window.touch("Settings")
    window.see("SettingsScene")
    window.touch("Dark")
    window.touch("Back")
    window.see("Menu")
    window.touch("Lock")
    window.see("Today")

    window.patient_comes()
    window.see("SetUp")
    window.see("LiveSet")
    window.see("Rest")
    window.see("Summary", patience_s=120.0)
    window.touch("Next")
    window.see("Rating")
    window.touch("4")
    window.touch("Done")
    window.touch("2")
    window.touch("Done")
    window.touch("Finish")
    window.see("Idle")

    eventually(lambda: bool(stored(tmp_path)), "a session at the clinic")
    (session,) = stored(tmp_path)
    item = session.prescription.items[0]
    assert isinstance(item, CabledItem)
    assert [(str(held.side), held.count) for held in session.sets] == [("left", 3), ("right", 3)]
    assert (session.patient_ref, session.therapist_ref, session.prescription.set_by) == (CODE, "t-1", "t-1")
    assert item.target_n == pytest.approx(21 * 0.2 * 9.80665)
    assert (session.effort, session.pain, session.end_reason) == (4, 2, "done")
