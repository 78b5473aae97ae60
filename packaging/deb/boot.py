"""Boots a Debian trixie with its own systemd, and lets the services count, publish and store a session there.

The package is installed, docs/how-to/connect-to-your-clinic.md is followed word for word, and what is started is the
units as they are. Only the panel and the load cell are not there: cage draws on a screen that nobody sees and that is
tapped all the same, and a simulated patient pulls at an emulated chip. Runs on any Debian as root, in three minutes.

    python packaging/deb/boot.py PACKAGE.deb
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

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
# A screen that nobody sees; and the unit does not start where a socket to the network can be made.
UNSEEN = """
Environment=WLR_BACKENDS=headless WLR_RENDERER=pixman WLR_LIBINPUT_NO_DEVICES=1
ExecStartPre=/bin/sh -c '! /usr/bin/python3 -c "import socket; socket.socket()" 2>/dev/null'
"""
SIMULATED = f"""{UNSEEN}
ExecStart=
ExecStart=/usr/bin/pressout run --simulate --config /etc/pressout/station.toml
"""
# Where a finger goes on 1280 x 720: anywhere, to wake it; and on Guest.
TAPS = ((640, 360), (174, 636))


def say(words: str) -> None:
    """Say how far it is."""
    sys.stdout.write(f"boot-test: {words}\n")
    sys.stdout.flush()


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
        return words in self.do("pressout uplink --status").replace("not connected", "")

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
    words = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(PACKAGES)}", "trixie", str(root)]
    subprocess.run(words, check=True)
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
        if sys.exc_info()[0] is None:
            eventually("that it is off", lambda: nspawn.poll() is not None)
    finally:
        nspawn.terminate()
        for leader in leaders:
            subprocess.run(["kill", "-9", str(leader)], stderr=subprocess.DEVNULL, check=False)
        nspawn.wait()


def blocks() -> list[str]:
    """Give the page's commands, a block each; where they are done there is nowhere to go."""
    found = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [re.sub(r"(?m)^cd .*", "", block) for block in found]


def the_page(computer: Computer) -> None:
    """Do what the page says, block by block, as its reader on one computer."""
    certificates, broker, clinic, first, service, station = blocks()[:6]
    computer.do(certificates)
    computer.do(broker)
    # What it leaves running in a first terminal is ended by who has seen the first session.
    computer.do(re.sub(r"(?m)^(sudo pressout clinic .*)", r"\1 >/dev/null 2>&1 &", clinic))
    table = computer.do(first)
    assert len(table[table.index("session_id,") :].splitlines()) == 1 + 6, table
    computer.do("pkill -f '[p]ressout clinic'")
    computer.do(service)
    say("as the page says: a broker, a first session without a station, the clinic's service")
    computer.do(
        "pressout setup --yes --no-diagnose --site-id north --station-id s3 --load-cell-id S50-0117 "
        "--broker-url mqtts://broker.example:8883 --broker-certificate-file /etc/pressout/station.pem\n"
        r"printf 'reps = 2\nsets = 1\n' >> /etc/pressout/station.toml"
    )
    computer.do("cp /root/pressout-authority/authority.pem .")
    for kind in ("pem", "key"):
        computer.do(f"cp /root/pressout-authority/north+s3.{kind} station.{kind}")
    computer.do(station)


def the_station(computer: Computer) -> None:
    """Start the units; let a session be done, and look where it is."""
    computer.station_is(UNSEEN)
    computer.do("systemctl enable --now pressout.target")
    eventually("why it cannot start", lambda: "no calibration" in computer.of("pressout-station", "StatusText"))
    say(f"a station that was never calibrated: {computer.of('pressout-station', 'StatusText')}")

    computer.station_is(SIMULATED)
    computer.do("systemctl stop pressout-station; systemctl reset-failed; systemctl start pressout-station")
    units = ("pressout-station", "pressout-uplink", "pressout-clinic@1")
    eventually("all services", lambda: computer.runs(*units))
    for x_px, y_px in TAPS:
        computer.by_the_station(f"xdotool mousemove {x_px} {y_px} click 1")
        time.sleep(0.5)
    export = "pressout export --format csv /var/lib/pressout-clinic/clinic.db"
    eventually("four repetitions with the clinic", lambda: computer.tried(export).stdout.count("\n") == 1 + 4, 120.0)
    assert computer.runs(*units)
    eventually("a connection", lambda: computer.link_says("connected, encrypted"))
    status = computer.do(blocks()[6])
    assert re.search(r"waiting +0 sessions", status), status
    say("two taps by a guest: 2 + 2 counted, published and stored by the services, none of which was started again")


def out_and_in_again(computer: Computer) -> None:
    """Revoke the station's certificate; then let it and the clinic in by passwords."""
    revoke, passwords = blocks()[7:9]
    computer.do(revoke)
    eventually("that it is refused", lambda: computer.link_says("certificate refused"))
    say("revoked as the page says, and refused")
    # They are typed on the page.
    computer.do(re.sub(r"mosquitto_passwd (\S+) (\S+)", r"mosquitto_passwd -b \1 \2 of-\2", passwords))
    for service, name, file in (("pressout", "north/s3", "station"), ("pressout-clinic", "clinic", "clinic")):
        secret, table = f"/etc/credstore/{service}.broker_password", f"/etc/pressout/{file}.toml"
        computer.do(f"rm /etc/credstore/{service}.broker_key; (umask 077; echo of-{name} > {secret})")
        computer.do(f"sed -i '/^certificate_file/d; s|^key_file.*|username = \"{name}\"|' {table}")
    computer.do("systemctl restart pressout-uplink pressout-clinic@1")
    eventually("a connection", lambda: computer.link_says("connected, encrypted"))
    say("let in again by passwords")


def what_goes_wrong(computer: Computer) -> None:
    """Kill, stop and hang it."""
    before = computer.of("pressout-station", "MainPID")
    computer.do(f"kill -9 {before}")
    eventually("another station", lambda: computer.again("pressout-station"))
    say("killed, and started again")
    computer.station_is(f"{SIMULATED}\nWatchdogSec=5")
    computer.do("systemctl restart pressout-station")
    eventually("a station", lambda: computer.runs("pressout-station"))
    computer.do(f"kill -STOP {computer.of('pressout-station', 'MainPID')}")
    eventually("another station", lambda: computer.again("pressout-station"))
    say("hung, and started again by its watchdog")
    computer.do("systemctl stop pressout-station")
    said = computer.do("journalctl -u pressout-station -n 15 --no-pager -o short-precise")
    assert computer.of("pressout-station", "Result") == "success", said
    assert "fatal" not in said, said  # its screen did not go before it
    say("stopped, and it closed what was open before its screen went")
    computer.do("systemctl start pressout-station")


def the_rest(computer: Computer) -> None:
    """Look at the log's place, and at who may switch off; then let the station switch off."""
    computer.do("install -D -m 644 /root/pressout.journald.conf /etc/systemd/journald.conf.d/pressout.conf")
    computer.do("systemctl restart systemd-journald\nlogger a-line-to-find\njournalctl --sync")
    computer.do("journalctl -D /run/log/journal/$(cat /etc/machine-id) --no-pager -g a-line-to-find")
    say("the log is in memory")
    for user, action in (("pressout", "reboot"), ("pressout-uplink", "poweroff")):
        off = f"setpriv --reuid={user} --regid=pressout --init-groups systemctl {action} --no-ask-password"
        assert computer.tried(off).returncode != 0, off
    # With all that the unit forbids, as the screen's button does it.
    computer.station_is(f"{SIMULATED}\nExecStartPost=/bin/systemctl --no-ask-password poweroff")
    computer.tried("systemctl --no-block restart pressout-station")


def main() -> None:
    """Do it all."""
    if os.geteuid() != 0:
        raise SystemExit("boot-test: found no root, expected it: a container is booted")
    for command, package in NEEDED.items():
        if shutil.which(command) is None:
            raise SystemExit(f"boot-test: found no {command}, expected it: sudo apt-get install {package}")
    folder = Path(tempfile.mkdtemp())
    try:
        made(folder / "trixie", Path(sys.argv[1]))
        with booted(folder / "trixie") as computer:
            computer.do(f"apt-get -q {INSTALL}")
            assert computer.do("systemctl list-units --all --no-legend 'pressout*'") == ""
            say(f"installed under {computer.do('systemctl --version').splitlines()[0]}, and nothing starts by itself")
            the_page(computer)
            the_station(computer)
            out_and_in_again(computer)
            what_goes_wrong(computer)
            the_rest(computer)
        say("switched off by the station, which may nothing else")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
