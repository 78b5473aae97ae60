"""The units: systemd finds nothing to say about them, and little that they expose."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from host_packages import needs
from javascript import NODE, needs_node
from prerequisites import SYSTEMD

FOLDER = Path(__file__).parent.parent / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))

verified = needs(SYSTEMD)


@pytest.fixture
def unit(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    # verify wants the command to exist: on a copy, it does.
    source: Path = request.param
    copy = tmp_path / source.name
    copy.write_text(source.read_text().replace("/usr/bin/pressout", "/bin/true"))
    return copy


each = pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name, indirect=True)


@needs_node
@pytest.mark.parametrize(
    ("user", "action", "said"),
    [
        ("pressout", "org.freedesktop.login1.power-off", "yes"),
        ("pressout", "org.freedesktop.login1.power-off-multiple-sessions", "yes"),
        ("pressout", "org.freedesktop.login1.reboot", "undefined"),
        ("pressout", "org.freedesktop.systemd1.manage-units", "undefined"),
        ("pressout-uplink", "org.freedesktop.login1.power-off", "undefined"),
    ],
)
def test_the_station_may_switch_the_computer_off_and_nothing_else(user: str, action: str, said: str) -> None:
    rules = (FOLDER / "50-pressout.rules").read_text(encoding="utf-8")
    script = (
        'let rule; const polkit = {Result: {YES: "yes"}, addRule: (given) => { rule = given; }};'
        f"{rules}\nconsole.log(String(rule({{id: {action!r}}}, {{user: {user!r}}})));"
    )

    done = subprocess.run([str(NODE), "-e", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == said


@verified
@each
def test_systemd_has_nothing_to_say_about_a_unit(unit: Path) -> None:
    said = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)

    assert said.stdout + said.stderr == ""


@verified
@each
def test_a_unit_exposes_little(unit: Path) -> None:
    words = ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", str(unit)]

    said = subprocess.run(words, capture_output=True, text=True, check=False)

    assert said.returncode == 0, said.stdout[-500:]


@each
def test_a_unit_restarts_for_ever_and_never_in_a_tight_loop(unit: Path) -> None:
    text = unit.read_text()

    assert "Restart=always" in text
    assert "StartLimitIntervalSec=0" in text
    assert "RestartSec=" in text


@each
def test_no_unit_runs_as_root_or_holds_a_secret(unit: Path) -> None:
    text = unit.read_text()

    assert "User=pressout" in text
    assert "Environment=" not in text


@verified
def test_the_target_wants_units_that_there_are(tmp_path: Path) -> None:
    for file in (*UNITS, FOLDER / "pressout.target"):
        (tmp_path / file.name).write_text(file.read_text().replace("/usr/bin/pressout", "/bin/true"))
    wanted = [
        word
        for line in (FOLDER / "pressout.target").read_text().splitlines()
        if line.startswith("Wants=")
        for word in line.removeprefix("Wants=").split()
    ]

    assert all((tmp_path / name).exists() for name in wanted)
    said = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / "pressout.target")], capture_output=True, text=True, check=False
    )
    assert said.stdout + said.stderr == ""


def test_every_file_of_the_folder_is_on_its_page() -> None:
    page = (FOLDER / "README.md").read_text()

    assert [file.name for file in FOLDER.iterdir() if file.name != "README.md" and file.name not in page] == []
