"""Boots a Debian trixie with its own systemd, and lets the services count, publish and store a session there.

The package is installed, docs/how-to/connect-to-your-clinic.md is followed word for word, and what is started is the
units as they are. Only the panel and the load cell are not there: cage draws on a screen that nobody sees and that is
tapped all the same, and a simulated patient pulls at an emulated chip. Runs on any Debian as root, in three minutes.

    PYTHONPATH=packaging python packaging/deb/boot.py PACKAGE.deb
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

from container import INSTALL, NEEDED, PAGE, Computer, booted, eventually, made

# A screen that nobody sees; and the unit does not start where a socket to the network can be made.
UNSEEN = """
Environment=WLR_BACKENDS=headless WLR_RENDERER=pixman
ExecStartPre=/bin/sh -c '/usr/bin/python3 -c "import socket; socket.socket()" 2>&1 | grep -q "Errno 97"'
"""
SIMULATED = f"""{UNSEEN}
ExecStart=
ExecStart=/usr/bin/pressout run --simulate --config /etc/pressout/station.toml
"""
UNITS = ("pressout-station", "pressout-uplink", "pressout-clinic@1")
# Where a finger goes on 1280 x 720: anywhere, to wake it; and on Guest.
TAPS = ((640, 360), (174, 636))


def say(words: str) -> None:
    """Say how far it is."""
    sys.stdout.write(f"boot-test: {words}\n")
    sys.stdout.flush()


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
    computer.do("systemctl stop pressout-station")
    assert computer.of("pressout-station", "Result") == "success"
    computer.do("systemctl start pressout-station")
    eventually("all services", lambda: computer.runs(*UNITS))
    for x_px, y_px in TAPS:
        computer.by_the_station(f"xdotool mousemove {x_px} {y_px} click 1")
        time.sleep(0.5)
    export = "pressout export --format csv /var/lib/pressout-clinic/clinic.db"
    eventually("four repetitions with the clinic", lambda: computer.tried(export).stdout.count("\n") == 1 + 4, 120.0)
    assert computer.runs(*UNITS)
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


def new_and_gone(computer: Computer) -> None:
    """Upgrade it, remove it, and install it again."""
    computer.do(f"apt-get -q {INSTALL} --reinstall")
    eventually("all services", lambda: computer.runs(*UNITS))
    say("upgraded, and all goes on")
    computer.do("apt-get remove -y -q pressout")
    assert [computer.of(unit, "ActiveState") for unit in UNITS] == ["inactive"] * len(UNITS)
    assert computer.tried("pgrep -l -u pressout,pressout-uplink").stdout == ""
    computer.do(
        "test -s /var/lib/pressout/journal.db -a -s /var/lib/pressout-clinic/clinic.db -a -s /etc/pressout/station.toml"
    )
    computer.do(f"apt-get -q {INSTALL}")
    assert computer.of("pressout-station", "ActiveState") == "inactive"
    say("removed: nothing runs, and nothing that was kept is gone; installed again: nothing starts by itself")


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
            new_and_gone(computer)
            the_rest(computer)
        say("switched off by the station, which may nothing else")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
