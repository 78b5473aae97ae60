"""A Debian trixie in a container, booted with its own systemd: what is done and asked there."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import chroots

PROJECT = Path(__file__).resolve().parents[2]
PAGE = PROJECT / "docs" / "how-to" / "connect-to-your-clinic.md"
NEEDED = {"mmdebstrap": "mmdebstrap", "systemd-nspawn": "systemd-container", "nsenter": "util-linux"}
PACKAGES = (
    *("ca-certificates", "dbus", "polkitd", "procps", "python3", "sudo", "systemd", "systemd-sysv", "udev"),
    *("cage", "seatd", "xdotool", "xwayland", "mosquitto", "openssl"),
    *("python3-alembic", "python3-jinja2", "python3-sqlalchemy"),
)
INSTALL = "install -y --no-install-recommends /root/pressout.deb"
HOSTS = "127.0.0.1 localhost broker.example pressout-boot\n"
ENVIRONMENT = {
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "TERM": "dumb",
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "DEBIAN_FRONTEND": "noninteractive",
    "SYSTEMD_COLORS": "0",
    "SYSTEMD_PAGER": "",
}
# The page's commands are for a clone of the project.
HERE = "/root/pressout/docs/how-to/broker"


def eventually(what: str, true: Callable[[], bool], within_s: float = 60.0) -> None:
    """Wait until something is true."""
    until_s = time.monotonic() + within_s
    while not true():
        if time.monotonic() > until_s:
            raise SystemExit(f"boot-test: found that not within {within_s:.0f} s, expected: {what}")
        time.sleep(0.3)


class Computer:
    """A booted container: what is done and asked there."""

    def __init__(self, leader: int) -> None:
        self._leader = leader

    def tried(self, command: str) -> subprocess.CompletedProcess[str]:
        """Do a command there, as root, where the page's commands are for."""
        enter = ("nsenter", "-t", str(self._leader), "-m", "-u", "-i", "-p", "-n", "-C", "--", "sh", "-ec")
        words = [*enter, f"cd {HERE}\n{command}"]
        return subprocess.run(
            words, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )

    def do(self, command: str) -> str:
        """Do a command there that must succeed; give what it says."""
        done = self.tried(command)
        if done.returncode != 0:
            log = self.tried("journalctl -n 40 --no-pager -o cat").stdout
            raise SystemExit(f"{log}\nboot-test: {command}\nfound {done.stdout}{done.stderr}, expected success")
        return done.stdout.strip()

    def of(self, unit: str, what: str) -> str:
        """Give a property of a unit."""
        return self.tried(f"systemctl show {unit} -p {what} --value").stdout.strip()

    def runs(self, *units: str) -> bool:
        """Whether units are up, and were not started again."""
        return all(self.of(unit, "ActiveState") == "active" and self.of(unit, "NRestarts") == "0" for unit in units)

    def again(self, unit: str) -> bool:
        """Whether a unit is up that was started again, once."""
        return self.of(unit, "ActiveState") == "active" and self.of(unit, "NRestarts") == "1"

    def link_says(self, words: str) -> bool:
        """Whether that stands in the uplink's status."""
        return words in self.do("pressout uplink --status")

    def by_the_station(self, command: str) -> str:
        """Do a command as the station's user, where the station is: its /tmp has the socket of its screen."""
        user = "setpriv --reuid=pressout --regid=pressout --init-groups env DISPLAY=:0 HOME=/tmp"
        return self.tried(f"nsenter -t {self.of('pressout-station', 'MainPID')} -m {user} {command}").stdout.strip()

    def station_is(self, override: str) -> None:
        """Let the station's unit be as it is, with something said over it."""
        folder = "/run/systemd/system/pressout-station.service.d"
        self.do(f"mkdir -p {folder}\ncat > {folder}/test.conf <<'UNIT'\n[Service]\n{override}\nUNIT")
        self.do("systemctl daemon-reload")


def made(root: Path, package: Path) -> None:
    """Make the system, with all that has to be fetched: once booted it has no network but its own."""
    chroots.made(root, "trixie", PACKAGES)
    (root / "etc/hosts").write_text(HOSTS, encoding="ascii")
    (root / "etc/hostname").write_text("pressout-boot\n", encoding="ascii")
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    shutil.copy(package, root / "root/pressout.deb")
    for step in ("update", f"--download-only {INSTALL}"):
        fetch = ["chroot", str(root), "apt-get", "-q", *step.split()]
        subprocess.run(fetch, check=True, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    shutil.copytree(PAGE.parent / "broker", root / HERE.removeprefix("/"))
    shutil.copy(PROJECT / "systemd" / "pressout.journald.conf", root / "root")
    (root / "var/log/journal").mkdir(exist_ok=True)


@contextmanager
def booted(root: Path) -> Iterator[Computer]:
    """Boot it."""
    words = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network", "--resolv-conf=off"]
    nspawn = subprocess.Popen(
        [*words, "-D", root, "--boot"],
        env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    leaders: list[int] = []

    def there() -> bool:
        found = subprocess.run(
            ["pgrep", "-P", str(nspawn.pid), "-x", "systemd"], capture_output=True, text=True, check=False
        )
        leaders[:] = [int(each) for each in found.stdout.split()]
        return bool(leaders) and Computer(leaders[0]).tried("systemctl is-active multi-user.target").returncode == 0

    try:
        eventually("a booted system", there)
        yield Computer(leaders[0])
        eventually("that it is off", lambda: nspawn.poll() is not None)
    finally:
        nspawn.terminate()
        for leader in leaders:
            subprocess.run(["kill", "-9", str(leader)], stderr=subprocess.DEVNULL, check=False)
        nspawn.wait()
