"""Debian packages that Pressout's demo and tests use: which are missing, their size, and, if wanted, installed.

    python3 packaging/prerequisites.py demo|test|wheel [--apt ask|yes|no]

What is missing is said once, with its size and the line that installs it. On a terminal one is asked; elsewhere
nothing is installed unless `--apt yes` (`make test APT=yes`) says so. apt takes nothing that is only recommended, and
no service that comes along is started or enabled. Everything but a virtual environment can be done without: the demo
takes a broker from PyPI, and tests that lack a program are skipped. Needs nothing but Python itself.
"""

from __future__ import annotations

import argparse
import glob
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

# Servers live where not everybody's PATH looks.
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
OLDEST = (3, 11)


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """A program, the Debian package that has it, and what it is for.

    Parameters
    ----------
    commands : tuple of str
        Any of these will do; a pattern of a path is one as well.
    package : str
        What apt calls it; more than one word are more packages than one.
    purpose : str
        What it is for, in words.
    demo : bool
        Whether the demo uses it too, and not only the tests.
    """

    commands: tuple[str, ...]
    package: str
    purpose: str
    demo: bool = False

    @property
    def found(self) -> str | None:
        """Where it is; None where it is not."""
        places = (glob.glob(each) if "/" in each else [shutil.which(each, path=PATH)] for each in self.commands)
        return next((place for found in places for place in found if place is not None), None)


MOSQUITTO = Prerequisite(("mosquitto",), "mosquitto", "a broker", demo=True)
MOSQUITTO_CLIENTS = Prerequisite(("mosquitto_sub",), "mosquitto-clients", "a subscriber without our code")
POSTGRESQL = Prerequisite(("/usr/lib/postgresql/*/bin/postgres", "postgres"), "postgresql", "another database")
XVFB = Prerequisite(("Xvfb",), "xvfb", "a screen that nobody sees")
XDOTOOL = Prerequisite(("xdotool",), "xdotool", "a finger for it")
# The shell alone is a third smaller than the browser around it.
CHROMIUM = Prerequisite(("chromium", "chromium-headless-shell"), "chromium-headless-shell", "a browser for pages")
OPENSSL = Prerequisite(("openssl",), "openssl", "certificates")
CC = Prerequisite(("cc",), "gcc libc6-dev", "a compiler for the shim that cuts the power")
JQ = Prerequisite(("jq",), "jq", "JSON in a shell")
SQLITE3 = Prerequisite(("sqlite3",), "sqlite3", "SQL in a shell")
SYSTEMD = Prerequisite(("systemd-analyze",), "systemd", "a judge of the units")
PREREQUISITES = (MOSQUITTO, MOSQUITTO_CLIENTS, POSTGRESQL, XVFB, XDOTOOL, CHROMIUM, OPENSSL, CC, JQ, SQLITE3, SYSTEMD)

# As root: apt, while no service may start; what it would start at the next boot is not enabled either.
POLICY = "/usr/sbin/policy-rc.d"  # Debian's: whether a service may be started
INSTALL = """
set -eu
policy=$1; shift
links() { find /etc/systemd/system -type l -path '*.wants/*' -printf '%f\\n' 2>/dev/null | sort -u; }
before=$(links)
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' INT TERM
    printf '#!/bin/sh\\nexit 101\\n' > "$policy"
    chmod 755 "$policy"
fi
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
links | while read -r unit; do
    printf '%s\\n' "$before" | grep -qxF "$unit" && continue
    deb-systemd-helper disable "$unit" >/dev/null 2>&1 || true
    echo "disabled again, as it was before: $unit"
    case $unit in *.service) update-rc.d "${unit%.service}" disable >/dev/null 2>&1 || true ;; esac
done
"""


def missing(what: str) -> list[Prerequisite]:
    """Give what is not here, for the demo, for the tests, or for a package."""
    wanted = {"demo": [one for one in PREREQUISITES if one.demo], "test": list(PREREQUISITES)}.get(what, [])
    return [one for one in wanted if one.found is None]


def install_line(packages: Sequence[str]) -> str:
    """Give the line that installs packages."""
    as_root = "" if os.geteuid() == 0 else "sudo "
    return f"{as_root}apt-get install --no-install-recommends {' '.join(packages)}"


def size_of(packages: Sequence[str]) -> str | None:
    """Give how much apt would fetch and put onto the disk, in words; None where it does not know."""
    words = ["apt-get", "-o", "Debug::NoLocking=true", "install", "--assume-no", "--no-install-recommends", *packages]
    said = subprocess.run(
        words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C"}
    ).stdout
    count = re.search(r"(\d+) newly installed", said)
    fetched = re.search(r"Need to get (?:[^/\n]*/)?([\d.,]+ \w?B) of archives", said)
    on_disk = re.search(r"([\d.,]+ \w?B) (?:of additional|disk space will be used)", said)
    if count is None or on_disk is None:
        return None
    download = "nothing" if fetched is None else fetched.group(1)
    return f"{count.group(1)} packages, {download} to fetch, {on_disk.group(1)} on the disk"


def _as_root() -> list[str] | None:
    """Give what goes before a command that root must do; None where nobody here may become root."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    without_a_password = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    return ["sudo"] if without_a_password or sys.stdin.isatty() else None


def _asked() -> bool:
    try:
        return input("Install them now? [Y/n] ").strip().lower() in ("", "y", "yes")
    except (EOFError, KeyboardInterrupt):
        say("")
        return False


def say(words: str) -> None:
    """Say something to whoever called make."""
    print(words, file=sys.stderr, flush=True)  # noqa: T201 (a script for people)


def offer(packages: Sequence[str], why: str, apt: str, policy: str = POLICY) -> bool:
    """Say what is missing and how much it is, and install it if that is wanted; give whether it was.

    Parameters
    ----------
    packages : sequence of str
        What apt calls them.
    why : str
        What they are for, and what goes on without them.
    apt : str
        `ask`, `yes` or `no`.
    policy : str
        Where it is said that no service may start.
    """
    say(f"{why}\n    {install_line(packages)}")
    as_root = _as_root()
    if shutil.which("apt-get") is None or as_root is None:
        say("Going on without, since this user may not install anything here.")
        return False
    if apt == "no":
        return False
    if apt == "ask" and not sys.stdin.isatty():
        say("Not installed, since nobody is here to be asked: make with APT=yes installs it.")
        return False
    size = size_of(packages)
    if size is None:
        say("apt has no list of packages yet; fetching it first: apt-get update")
        subprocess.run([*as_root, "apt-get", "update", "-qq"], check=False, stdout=sys.stderr)
        size = size_of(packages)
    say(f"That is {size or 'more than apt can tell'}. No service is started or enabled.")
    if apt == "ask" and not _asked():
        return False
    words = [*as_root, "sh", "-c", INSTALL, "install", policy, *packages]
    if subprocess.run(words, check=False, stdout=sys.stderr).returncode != 0:
        say(f"found that apt-get failed, as it says above; expected {' '.join(packages)} to be installed")
        return False
    return True


def main() -> None:
    """Say what is missing, and end with 1 where a virtual environment cannot be made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("demo", "test", "wheel"))
    parser.add_argument("--apt", choices=("ask", "yes", "no"), default="ask")
    asked = parser.parse_args()
    if sys.version_info < OLDEST:
        found, oldest = ".".join(map(str, sys.version_info[:3])), ".".join(map(str, OLDEST))
        raise SystemExit(f"found Python {found}, expected {oldest} or later: install it, or say make PYTHON=python3.13")
    if any(importlib.util.find_spec(name) is None for name in ("ensurepip", "venv")):
        why = "python3-venv is missing, without which nothing can be installed here:"
        if not offer(["python3-venv"], why, asked.apt):
            raise SystemExit("found no python3-venv, expected it: install it as said above, then make again")
    lacking = missing(asked.what)
    if not lacking:
        return
    packages = [word for one in lacking for word in one.package.split()]
    purposes = ", ".join(f"{one.package.split()[0]} ({one.purpose})" for one in lacking)
    without = {"demo": "without it a broker from PyPI is used", "test": "tests that need them are skipped"}[asked.what]
    offer(packages, f"Debian packages that the {asked.what} can use are missing: {purposes}; {without}.", asked.apt)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
