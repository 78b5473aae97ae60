"""The pages about a station, command by command as they have them, on a computer without one."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from host_packages import as_root, needs
from prerequisites import SYSTEMD
from pressout_station.staff.accounts import Therapists
from shell import CONFIG, ran

ROOT = Path(__file__).parent.parent
HOW_TO = ROOT / "docs" / "how-to"

pytestmark = pytest.mark.service


def commands(page: Path) -> list[str]:
    """Give the commands of a page's blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def begun(command: str, config: Path, typed: str) -> subprocess.Popen[str]:
    """Begin a command of pressout's own, with a configuration in the place of the station's, and type."""
    words = command.removeprefix("sudo ").split()
    assert words[0] == "pressout", command
    words = [word for word in words[1:] if word not in ("--config", "station.toml")]
    line = [sys.executable, "-m", "pressout_cli.entry", *words, "--config", str(config)]
    pipe = subprocess.PIPE
    # Without a terminal: a PIN is asked for there, where there is one.
    one = subprocess.Popen(line, stdin=pipe, stdout=pipe, stderr=pipe, text=True, start_new_session=True)
    assert one.stdin is not None
    one.stdin.write(typed)
    one.stdin.flush()
    return one


def configured(folder: Path) -> Path:
    """Write a station's configuration."""
    folder.mkdir()
    file = folder / "station.toml"
    usual = CONFIG.format(folder=folder / "station").replace("counts_per_newton = 400.0", "counts_per_newton = 4400.0")
    file.write_text(usual, encoding="utf-8")
    return file


def test_a_load_cell_is_calibrated_and_checked_as_the_page_says(tmp_path: Path) -> None:
    told = commands(HOW_TO / "calibrate.md")
    assert len(told) >= 4
    # No cell hangs here: all of them get the emulated one, whose masses hang by themselves. Each has its own station.
    simulated = [command if "--simulate" in command else f"{command} --simulate" for command in told]
    running = [
        begun(command, configured(tmp_path / str(number)), "\n" * 20) for number, command in enumerate(simulated)
    ]

    for command, one in zip(told, running, strict=True):
        said, amiss = one.communicate(timeout=120)
        assert one.returncode == 0, (command, said, amiss)
        assert ("The calibration holds." if "--check" in command else "Kept as calibration") in said, (command, said)


def test_a_therapist_is_let_in_as_the_page_says(tmp_path: Path) -> None:
    config = configured(tmp_path / "here")
    (command,) = commands(HOW_TO / "set-a-dose.md")

    one = begun(command, config, "471922\n471922\n")
    said, amiss = one.communicate(timeout=60)

    assert one.returncode == 0, (said, amiss)
    assert list(Therapists(config.parent / "station").all()) == ["MR"]
    assert "471922" not in said


def test_the_example_is_checked_as_the_page_says(tmp_path: Path) -> None:
    (command,) = commands(HOW_TO / "configure.md")
    here = command.replace("/etc/pressout/station.toml", str(HOW_TO / "station.toml")).removeprefix("pressout ").split()

    line = [sys.executable, "-m", "pressout_cli.entry", *here]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "no mistakes found" in done.stdout


@as_root
@needs(SYSTEMD)
def test_the_services_are_installed_by_hand_as_the_page_says(tmp_path: Path) -> None:
    for folder in (
        "usr/lib/sysusers.d",
        "usr/lib/tmpfiles.d",
        "usr/lib/udev/rules.d",
        "etc/systemd/system",
        "etc/pressout",
    ):
        (tmp_path / folder).mkdir(parents=True)
    for command in commands(ROOT / "systemd" / "README.md"):
        moved = re.sub(r"(?<=\s)/(usr|etc)/", rf"{tmp_path}/\1/", command.replace("sudo ", ""))
        if moved.startswith("systemctl "):  # no systemd runs here; that its units may run is another test's
            continue
        moved = re.sub(r"systemd-(sysusers|tmpfiles)", rf"systemd-\1 --root={tmp_path}", moved)
        ran(moved, ROOT)

    users = (tmp_path / "etc/passwd").read_text(encoding="utf-8")
    assert "pressout:" in users
    assert "pressout-uplink:" in users
    inbox = tmp_path / "var/lib/pressout/inbox"
    (uplink,) = (line.split(":") for line in users.splitlines() if line.startswith("pressout-uplink:"))
    assert inbox.stat().st_uid == int(uplink[2])
    assert inbox.stat().st_mode & 0o7777 == 0o2770
