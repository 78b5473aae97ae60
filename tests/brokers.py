"""A real mosquitto with TLS and the rules of the how-to, from the very files that it tells people to copy."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import prerequisites
from host_packages import need
from pressout_link.broker import Broker

FILES = Path(__file__).parent.parent / "docs" / "how-to" / "broker"
THERE = "/etc/mosquitto/pressout/"
MOSQUITTO = prerequisites.MOSQUITTO.found or "mosquitto"


def certificates(folder: Path, *words: str) -> None:
    """Run the how-to's own script."""
    subprocess.run([FILES / "certificates.sh", folder, *words], check=True, capture_output=True, timeout=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class SecureBroker:
    """The how-to's broker on a free port.

    Parameters
    ----------
    folder : Path
        For its certificates and what it keeps.
    configuration : str
        Which of the how-to's files.
    names : sequence of str
        What its certificate is for.
    """

    def __init__(
        self, folder: Path, configuration: str = "mosquitto.conf", names: tuple[str, ...] = ("127.0.0.1",)
    ) -> None:
        need(prerequisites.MOSQUITTO, prerequisites.OPENSSL)
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        if not (folder / "authority.pem").exists():
            certificates(folder, "authority")
        certificates(folder, "broker", *names)
        shutil.copy(FILES / "rules.acl", folder / "rules.acl")
        text = (FILES / configuration).read_text(encoding="utf-8").replace(THERE, f"{folder}/")
        text = text.replace("listener 8883", f"listener {self.port}")
        debians = f"persistence_location {folder}/\nuser root\nlog_type error\n"
        (folder / "mosquitto.conf").write_text(f"{text}\n{debians}", encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; returns when it listens."""
        command = [MOSQUITTO, "-c", str(self.folder / "mosquitto.conf")]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until_s = time.monotonic() + 10.0
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=0.5):
                    return
            except OSError:
                assert time.monotonic() < until_s, "mosquitto does not listen"
                time.sleep(0.01)
                if self._process.poll() is not None:  # someone else's connection may have the port for a moment
                    self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def client(self, name: str) -> Broker:
        """Give what lets someone in by certificate."""
        file = name.replace("/", "+")
        if not (self.folder / f"{file}.pem").exists():
            certificates(self.folder, "client", name)
        return Broker(
            host="127.0.0.1",
            port=self.port,
            tls=True,
            ca_file=str(self.folder / "authority.pem"),
            certificate_file=str(self.folder / f"{file}.pem"),
            key_file=str(self.folder / f"{file}.key"),
        )

    def user(self, name: str, password: str) -> Broker:
        """Give what lets someone in by name and password."""
        return Broker(
            host="127.0.0.1",
            port=self.port,
            tls=True,
            ca_file=str(self.folder / "authority.pem"),
            username=name,
            password=password,
        )

    def passwords(self, **known: str) -> None:
        """Make the file of names and passwords; a name's `_` is its `/`."""
        file = self.folder / "passwords"
        file.touch(mode=0o600)
        for name, password in known.items():
            command = ["mosquitto_passwd", "-b", str(file), name.replace("_", "/"), password]
            subprocess.run(command, check=True, capture_output=True, timeout=30)

    def run_out(self) -> None:
        """Give it a certificate that has run out."""
        subprocess.run(
            [
                *("openssl", "req", "-new", "-key", "broker.key", "-subj", "/CN=127.0.0.1"),
                *("-addext", "subjectAltName=IP:127.0.0.1", "-out", "old.csr"),
            ],
            check=True,
            capture_output=True,
            cwd=self.folder,
        )
        subprocess.run(
            [
                *("openssl", "ca", "-batch", "-config", "authority.conf", "-extensions", "server_end", "-notext"),
                *("-startdate", "20200101000000Z", "-enddate", "20210101000000Z", "-in", "old.csr"),
                *("-out", "broker.pem"),
            ],
            check=True,
            capture_output=True,
            cwd=self.folder,
        )


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[SecureBroker]:
    made = SecureBroker(tmp_path / "broker")
    made.start()
    yield made
    made.kill()
