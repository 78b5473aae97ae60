"""A PostgreSQL of one's own on a free port, for as long as a test needs it; root hands it to another user."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import time
from pathlib import Path

from brokers import free_port
from host_packages import needs
from prerequisites import POSTGRESQL

PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
BIN = PLACES[-1] if PLACES else None

# Of a test that wants one to start.
needs_postgres = needs(POSTGRESQL)


class Postgres:
    """A server with its data in a folder.

    Parameters
    ----------
    folder : Path
        For its data; made.
    """

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        folder.mkdir(parents=True)
        if self._user:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)
            for above in folder.parents:
                if above.stat().st_uid == 0 and above != Path("/"):
                    above.chmod(above.stat().st_mode | 0o055)
        self._run("initdb", "-D", str(folder / "data"), "-A", "trust", "-U", "clinic", "--no-sync", "-E", "UTF8")
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def _words(self, name: str, *words: str) -> list[str]:
        return [str(BIN / name) if BIN else name, *words]

    def _become(self) -> dict[str, int]:
        return {"user": self._user.pw_uid, "group": self._user.pw_gid} if self._user else {}

    def _run(self, name: str, *words: str) -> None:
        subprocess.run(
            self._words(name, *words),
            check=True,
            capture_output=True,
            cwd="/",
            **self._become(),  # type: ignore[call-overload]
        )

    def start(self) -> None:
        """Start it; returns when it answers."""
        options = (
            *("-D", str(self._folder / "data"), "-p", str(self.port), "-h", "127.0.0.1"),
            *("-k", str(self._folder), "-c", "max_connections=50"),
        )
        self._process = subprocess.Popen(
            self._words("postgres", *options),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            **self._become(),  # type: ignore[call-overload]
        )
        until_s = time.monotonic() + 30.0
        while True:
            try:
                self._run("pg_isready", "-h", "127.0.0.1", "-p", str(self.port), "-q")
            except subprocess.CalledProcessError:
                assert time.monotonic() < until_s
                assert self._process.poll() is None
                time.sleep(0.05)
            else:
                return

    def database(self, name: str) -> str:
        """Make a database and give its URL."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "clinic", name)
        return f"postgresql://clinic@127.0.0.1:{self.port}/{name}"

    def kill(self) -> None:
        """End it as a power cut would: at once, all its processes."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)  # PostgreSQL's own immediate shutdown
            self._process.wait()
            self._process = None
