"""The units: systemd finds nothing to say about them, and little that they expose."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = sorted((Path(__file__).parent.parent / "systemd").glob("*.service"))

pytestmark = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


@pytest.fixture
def unit(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    # verify wants the command to exist: on a copy, it does.
    source: Path = request.param
    copy = tmp_path / source.name
    copy.write_text(source.read_text().replace("/usr/bin/pressout", "/bin/true"))
    return copy


each = pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name, indirect=True)


@each
def test_systemd_has_nothing_to_say_about_a_unit(unit: Path) -> None:
    said = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)

    assert said.stdout + said.stderr == ""


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
