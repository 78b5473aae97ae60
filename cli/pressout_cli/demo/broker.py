"""A broker of one's own for the demo, on this computer only: mosquitto where it is installed, else amqtt."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from pressout_device.errors import BrokerError
from pressout_device.shutdown import begun

READY_S = 15.0


class EmbeddedBroker:
    """A broker as a child process, listening on the loopback address.

    Parameters
    ----------
    folder : Path
        For its configuration.
    port : int or None
        None chooses a free one.

    Raises
    ------
    BrokerError
        If the port is taken, no broker is installed, or it does not come up.
    """

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.port = _free_port() if port is None else port
        if _answers(self.port):
            raise BrokerError(
                f"broker: found port {self.port} taken, expected it free; choose another or stop what listens there"
            )
        # Debian puts the server where an ordinary user's PATH does not look.
        mosquitto = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
        if mosquitto is not None:
            self.name = "mosquitto"
            command = [mosquitto, "-c", str(_mosquitto_file(folder, self.port))]
        elif importlib.util.find_spec("amqtt") is not None:
            self.name = "amqtt"
            command = [str(Path(sys.executable).with_name("amqtt")), "-c", str(_amqtt_file(folder, self.port))]
        else:
            raise BrokerError("broker: found neither mosquitto nor amqtt, expected one; apt-get install mosquitto")
        self._process = begun(command)
        self._wait()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"mqtt://127.0.0.1:{self.port}"

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait(self) -> None:
        until_s = time.monotonic() + READY_S
        while not _answers(self.port):
            ended = self._process.poll()
            if ended is not None or time.monotonic() > until_s:
                self.close()
                raise BrokerError(
                    f"broker: found {self.name} ended or silent on port {self.port}, expected it to listen"
                )
            time.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.5):
            return True
    except OSError:
        return False


def _mosquitto_file(folder: Path, port: int) -> Path:
    path = folder / "mosquitto.conf"
    user = "user root\n" if os.geteuid() == 0 else ""
    path.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_type none\n{user}", "utf-8"
    )
    return path


def _amqtt_file(folder: Path, port: int) -> Path:
    path = folder / "amqtt.yaml"
    path.write_text(
        "listeners:\n"
        f"  default:\n    type: tcp\n    bind: 127.0.0.1:{port}\n"
        "plugins:\n"
        "  amqtt.plugins.authentication.AnonymousAuthPlugin:\n    allow_anonymous: true\n",
        "utf-8",
    )
    return path
