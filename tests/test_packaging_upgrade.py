"""An upgrade of the package: it waits for the visit, nothing of before runs on, and what ran is started again."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import msgspec
import pytest

from pressout_station.mailbox import spool

SCRIPTS = Path(__file__).parent.parent / "packaging" / "deb"
SYSTEMCTL = """#!/bin/sh
echo "systemctl $*" >>"$LOG"
case "$1" in
    is-active) exit "$ACTIVE" ;;
    list-units) printf 'pressout-station.service loaded active running x\\npressout-uplink.service loaded active running y\\n' ;;
esac
"""  # noqa: E501
# Time passes: after the second look the patient has gone.
SLEEP = """#!/bin/sh
echo "sleep $*" >>"$LOG"
[ "$(grep -c '^sleep' "$LOG")" -lt "$GONE_AFTER" ] || echo '{"in_session":false}' >"$STATION"
"""


class Computer:
    """A computer on which the package's scripts run, with a systemctl that writes down what it is asked."""

    def __init__(self, root: Path) -> None:
        self.root, self.log = root, root / "log"
        self.station = root / "var/lib/pressout/outbox/.station.json"
        for folder in ("bin", "run/systemd/system", "var/lib/pressout/outbox"):
            (root / folder).mkdir(parents=True)
        for name, script in (("systemctl", SYSTEMCTL), ("sleep", SLEEP)):
            (root / "bin" / name).write_text(script)
            (root / "bin" / name).chmod(0o755)
        self.active, self.gone_after = 0, 2

    def run(self, script: str, *words: str) -> str:
        """Run one of the package's scripts; give what it says."""
        environment = {
            **{"DPKG_ROOT": str(self.root), "LOG": str(self.log), "STATION": str(self.station)},
            **{"ACTIVE": str(self.active), "GONE_AFTER": str(self.gone_after)},
            "PATH": f"{self.root / 'bin'}:{os.environ['PATH']}",
        }
        command = ["sh", str(SCRIPTS / script), *words]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    def asked(self, word: str) -> list[str]:
        """Give what the computer was asked that has this word."""
        return [line for line in self.log.read_text().splitlines() if line.split()[1] == word or line.startswith(word)]


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    return Computer(tmp_path)


def test_an_upgrade_waits_until_whoever_is_at_the_station_has_gone(computer: Computer) -> None:
    computer.station.write_text('{"in_session":true}')

    said = computer.run("preinst", "upgrade", "0.1")

    assert (len(computer.asked("sleep")), "somebody is at the station" in said) == (2, True)
    lines = computer.log.read_text().splitlines()
    assert lines[-1] == "systemctl stop pressout-station.service pressout-uplink.service"


@pytest.mark.parametrize(("in_session", "active"), [("false", 0), ("true", 3)])
def test_an_upgrade_waits_for_nobody_where_nobody_is(computer: Computer, in_session: str, active: int) -> None:
    computer.station.write_text(f'{{"in_session":{in_session}}}')
    computer.active = active

    assert computer.run("preinst", "upgrade", "0.1") == ""
    assert computer.asked("sleep") == []


def test_a_station_that_says_for_ever_that_somebody_is_there_holds_up_an_upgrade_for_an_hour(
    computer: Computer,
) -> None:
    computer.station.write_text('{"in_session":true}')
    computer.gone_after = 10_000

    computer.run("preinst", "upgrade", "0.1")

    assert len(computer.asked("sleep")) == 3600 / 2
    assert computer.asked("stop") != []


def test_what_an_upgrade_stopped_is_started_again_once(computer: Computer) -> None:
    computer.run("preinst", "upgrade", "0.1")

    for _ in range(2):
        computer.run("postinst", "abort-upgrade", "0.2")

    assert computer.asked("start") == ["systemctl start pressout-station.service pressout-uplink.service"]


def test_a_first_installation_starts_nothing(computer: Computer) -> None:
    computer.run("preinst", "install")
    computer.run("postinst", "abort-upgrade")

    assert (computer.asked("stop"), computer.asked("start")) == ([], [])


def test_a_station_says_that_somebody_is_there_in_the_words_that_the_package_looks_for() -> None:
    said = msgspec.json.encode(spool.StationSaid(in_session=True))

    assert b'"in_session":true' in said
    assert '"in_session":true' in (SCRIPTS / "preinst").read_text()
