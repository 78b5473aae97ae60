"""The whole product, end to end: what the simulated patient did is what the clinic has."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Any

import pytest

from pressout_cli.demo import demo
from pressout_cli.demo.report import Outcome
from pressout_device.errors import ExtraMissingError
from pressout_station.config_sections import DoseSection
from shell import packaged, pressout

pytestmark = pytest.mark.service


@pytest.mark.parametrize("resistance", ["tubing", "cable"])
@pytest.mark.parametrize("exercise", ["pallof_press", "half_kneeling_row"])
def test_what_the_patient_did_is_what_the_clinic_has(resistance: str, exercise: str, tmp_path: Path) -> None:
    words = ["--resistance", resistance, "--exercise", exercise, "--reps", "3", "--sets", "1"]

    result = pressout("demo", "--headless", "--json", "--speed", "40", "--seed", "5", *words)

    told = json.loads(result.stdout)
    assert result.returncode == 0, result.stderr
    assert told["reps"] == told["performed"] == {"left": 3, "right": 3}
    assert told["sessions"] == {"recorded": 1, "published": 1, "stored": 1}


def test_the_packages_program_counts_as_well_and_is_not_started_twice_by_its_reader() -> None:
    result = packaged("demo", "--headless", "--json", "--speed", "40", "--reps", "2", "--sets", "1")

    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["reps"] == {"left": 2, "right": 2}
    assert result.stderr == ""


def test_the_demo_tells_its_story_in_words_where_there_is_no_display() -> None:
    result = pressout("demo", "--headless", "--speed", "20", "--reps", "2", "--sets", "1")

    assert "Left 1 of 2" in result.stdout
    assert "Turn around" in result.stdout
    assert "1 stored in its database" in result.stdout
    assert result.stderr == ""


def test_a_demo_without_the_clinics_packages_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "find_spec", lambda name: None if name == "sqlalchemy" else name)

    with pytest.raises(ExtraMissingError, match=r"found no package sqlalchemy.*\[demo\]"):
        demo.run(demo.Options(dose=DoseSection(exercise="pallof_press"), headless=True))


def outcome(**otherwise: Any) -> Outcome:
    """Give what a demo came to whose one session of four repetitions is at the clinic."""
    done = {"left": 2, "right": 2}
    told: dict[str, Any] = {"reps": done, "performed": done, "recorded": 1, "published": 1, "stored": 1}
    return Outcome(**{**told, "drift_events": 0, "duration_s": 1.0, "broker": "mosquitto", **otherwise})


def test_a_demo_that_recorded_nothing_has_failed_and_says_so() -> None:
    nothing = outcome(reps={"left": 0, "right": 0}, recorded=0, published=0, stored=0)

    assert outcome().amiss is None
    assert "no session recorded, expected one of 4 repetitions" in (nothing.amiss or "")
    assert "did not reach the clinic" in (outcome(stored=0).amiss or "")


def test_a_demo_that_was_stopped_by_a_person_has_not_failed() -> None:
    assert outcome(recorded=0, published=0, stored=0, stopped=True).amiss is None


def test_the_demo_says_first_what_it_will_do_how_long_and_how_to_end_it_and_last_where_the_report_is() -> None:
    lines = pressout("demo", "--headless", "--speed", "20", "--reps", "2", "--sets", "1").stdout.splitlines()

    greeting = " ".join(lines[: lines.index("")])
    assert "A simulated patient comes to an emulated station, does 2 repetitions on each side" in greeting
    assert "It takes about 10 seconds. Ctrl-C ends it." in greeting
    assert lines[-1] == 'The clinic\'s report of it: make demo ARGS="--report report.html"'


def test_the_clinics_report_of_the_demo_is_a_page_of_what_was_counted(tmp_path: Path) -> None:
    page = tmp_path / "report.html"

    result = pressout("demo", "--headless", "--speed", "20", "--reps", "2", "--sets", "1", "--report", page)

    assert f"{page}: 1 session" in result.stdout
    assert "2 / 2 of 2" in page.read_text(encoding="utf-8")


CTRL_C = "\x03"


def in_a_terminal(*words: str, columns: int, typed: str) -> tuple[str, int]:
    """Run the command in a terminal of so many columns, answer its question; give all that it showed, and its end."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    command = ["setsid", "--ctty", "--wait", sys.executable, "-m", "pressout_cli.entry", *words]
    environment = {**{key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS")}}
    process = subprocess.Popen(
        command, stdin=follower, stdout=follower, stderr=follower, env={**environment, "TERM": "xterm-256color"}
    )
    os.close(follower)
    shown = ""
    until_s = time.monotonic() + 100.0
    try:
        while time.monotonic() < until_s:
            if not select.select([leader], [], [], 0.5)[0]:
                if typed == CTRL_C and "[Y/n]" in shown:
                    os.write(leader, typed.encode())  # pressed as the question was about to be read, it was lost
                continue
            before, shown = shown, shown + os.read(leader, 65_536).decode(errors="replace")
            if "[Y/n]" in shown and "[Y/n]" not in before:
                os.write(leader, typed.encode())
    except OSError:
        pass  # the other end is gone: it is over
    os.close(leader)  # who still runs in it is hung up
    return shown, process.wait(60)


def test_ctrl_c_at_the_demos_last_question_ends_it() -> None:
    words = ("demo", "--headless", "--speed", "20", "--reps", "1", "--sets", "1")

    shown, code = in_a_terminal(*words, columns=80, typed=CTRL_C)

    assert "Show what the clinic's report says of it?" in shown
    assert "Traceback" not in shown
    assert code == 130


@pytest.mark.parametrize("columns", [20, 100])
def test_in_a_terminal_the_demo_draws_the_tension_in_colour_and_offers_the_clinics_report(columns: int) -> None:
    words = ("demo", "--headless", "--speed", "15", "--reps", "2", "--sets", "1")

    shown, code = in_a_terminal(*words, columns=columns, typed="\n")

    assert code == 0
    assert re.search("[\u2801-\u28ff]", shown)
    assert "\x1b[" in shown
    assert "Show what the clinic's report says of it? [Y/n]" in shown.replace("\r\n", " ")
    assert "Patient guest: 1 session" in shown
