"""The way from an empty mosquitto to a first stored session, command by command as the page has it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

import prerequisites
from brokers import MOSQUITTO, free_port
from host_packages import needs
from pressout_cli.main import cli
from pressout_station import config
from shell import ran

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "how-to" / "connect-to-your-clinic.md").read_text(encoding="utf-8")
FILES = ROOT / "docs" / "how-to" / "broker"


def blocks() -> list[str]:
    """Give the page's commands, a block each."""
    return re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


class Elsewhere:
    """A computer of its own in a folder: the page's places, users and services, moved there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.running: list[subprocess.Popen[bytes]] = []
        for name in ("etc/mosquitto/conf.d", "root", "var/lib/mosquitto", "bin"):
            (folder / name).mkdir(parents=True)
        # Files are edited by hand on the page; here the names are put in by us.
        (folder / "broker").mkdir()
        for file in FILES.iterdir():
            copy = folder / "broker" / file.name
            copy.write_text(self.moved(file.read_text(encoding="utf-8")), encoding="utf-8")
            copy.chmod(file.stat().st_mode)

    def moved(self, text: str) -> str:
        """Move what is said to this computer."""
        for place in ("/etc/", "/root/", "/srv/", "/var/lib/mosquitto/"):
            text = text.replace(place, f"{self.folder}{place}")
        text = text.replace("broker.example:8883", f"localhost:{self.port}").replace(
            "listener 8883", f"listener {self.port}"
        )
        return text.replace("broker broker.example", "broker localhost")

    def do(self, block: str) -> str:
        """Do a block's commands; give what the last one printed."""
        printed = ""
        for line in block.splitlines():
            command = self.moved(line).replace("sudo ", "").replace(" -o mosquitto", "").replace(" -g mosquitto", "")
            if command.startswith(("apt-get", "cd ", "chown")):
                continue
            if command == "systemctl restart mosquitto":
                self._mosquitto()
                continue
            words = command.replace("pressout ", f"{sys.executable} -m pressout_cli.entry ", 1)
            words = words if command.startswith("pressout ") else command
            if command.startswith("pressout clinic"):
                self.running.append(subprocess.Popen(words.split()))
                continue
            printed = ran(words, self.folder / "broker")
        return printed

    def _mosquitto(self) -> None:
        file = self.folder / "etc/mosquitto/conf.d/pressout.conf"
        user = "\nuser root\n" if os.geteuid() == 0 else "\n"
        debians = f"persistence_location {self.folder}/var/lib/mosquitto/\n"
        file.write_text(f"{file.read_text()}{user}{debians}")
        self.running.append(subprocess.Popen([MOSQUITTO, "-c", str(file)], stderr=subprocess.DEVNULL))

    def end(self) -> None:
        """Switch it off."""
        for one in self.running:
            one.kill()
            one.wait()


@needs(prerequisites.MOSQUITTO, prerequisites.OPENSSL)
@pytest.mark.service
def test_the_page_leads_from_an_empty_mosquitto_to_a_first_stored_session(tmp_path: Path) -> None:
    computer = Elsewhere(tmp_path)
    certificates, broker, clinic, first = blocks()[:4]
    try:
        computer.do(certificates)
        computer.do(broker)
        computer.do(clinic)
        table = computer.do(first)
    finally:
        computer.end()

    assert len(table.splitlines()) == 1 + 6
    assert "s3-demo" in table


def test_the_stations_part_has_no_mistakes() -> None:
    ours = (FILES / "station.toml").read_text(encoding="utf-8")
    whole = (FILES.parent / "station.toml").read_text(encoding="utf-8")
    joined = re.sub(r"\[broker\].*?\n\n", ours[ours.index("[broker]") :] + "\n", whole, flags=re.DOTALL)

    assert config.checked(tomllib.loads(joined)).broker is not None


def test_every_command_of_pressouts_own_on_the_page_exists() -> None:
    for block in blocks():
        for name in re.findall(r"^(?:sudo )?pressout ([a-z]+)", block, re.MULTILINE):
            assert name in cli.list_commands(click.Context(cli))
