"""Runs the README's commands in fresh Debians, as those who have just installed one: `make fresh-test`.

    python3 packaging/fresh_test.py [RELEASE USER]... [--page docs/reference/fresh.md]

In each: git, make, python3 and python3-venv, and nothing else. A clone of what is committed here, in its user's home.
`root` may install what is missing and does so in the end; `user` has no sudo. What was run, and how long it took, is
written into a page.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chroots import TOO_LONG, Chroot, NotHereError, fresh

ROOT = Path(__file__).resolve().parent.parent
NOTHING_ELSE = ("git", "make", "python3", "python3-venv")
ALL = tuple((release, user) for release in ("bookworm", "trixie") for user in ("user", "root"))
DEMO = 'make demo ARGS="--headless --speed 20 --json"'
# Who has no sudo takes what there is; root then lets apt install the rest, and nothing is skipped for want of it.
COMMANDS = {
    "user": (DEMO, "make test", "make check"),
    "root": (DEMO, "make test", "make test APT=yes", "make check"),
}
# The slowest of them took five minutes here; what takes four times as long hangs, and must not be waited for.
LONGEST_S = 1_200
WANTED = "were skipped for want of Debian packages"
# What must hold of the computer after apt: no service of ours will start, now or at the next boot.
NO_SERVICE = r"""
test ! -e /usr/sbin/policy-rc.d
! find /etc/systemd/system -path '*.wants/*' | grep -E 'mosquitto|postgres'
! find /etc/rc[2-5].d -name 'S*' | grep -E 'mosquitto|postgres'
"""
# In a name space of the command's own: whatever is still there after ten seconds was left behind, a service or a child.
LEFT_RUNNING = """
code=$?
left() { cat /proc/[0-9]*/comm 2>/dev/null | grep -vxE 'sh|cat|grep|unshare|setpriv|sleep'; }
tries=0
while left >/dev/null && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
for each in $(left); do
    echo "found $each still running after it, expected nothing"
    code=99
done
exit $code
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """A command, how it ended, and how long it took."""

    command: str
    code: int
    took_s: float
    said: str

    @property
    def result(self) -> str:
        """What it came to, in words."""
        if self.code == TOO_LONG:
            return f"**not over after {self.took_s:.0f} s**"
        if self.code != 0:
            return f"**failed ({self.code})**"
        tests = re.findall(r"^(\d+ passed.*?) in [\d.]+s", self.said, re.MULTILINE)
        return tests[-1] if tests else "green"


@dataclass(slots=True)
class Fresh:
    """One fresh Debian: which, whose, and what was run in it."""

    release: str
    user: str
    python: str = ""
    ran: list[Ran] = field(default_factory=list)

    @property
    def green(self) -> bool:
        """Whether all of it succeeded."""
        return bool(self.ran) and all(one.code == 0 for one in self.ran)


def say(words: str) -> None:
    """Say how far it is."""
    sys.stdout.write(f"fresh-test: {words}\n")
    sys.stdout.flush()


def tried(release: str, user: str) -> Fresh:
    """Make one, clone into it, and run its user's commands; all are run, whatever comes of one.

    Raises
    ------
    NotHereError
        If this computer cannot make one.
    """
    found = Fresh(release, user)
    with fresh(release, NOTHING_ELSE) as debian:
        home = "/root" if user == "root" else f"/home/{user}"
        if user != "root":
            debian.user(user)
        place = f"{home}/pressout"
        _clone(debian, place, user)
        found.python = debian.do("python3", "-c", "import platform; print(platform.python_version())").strip()
        for command in COMMANDS[user]:
            found.ran.append(_ran(debian, command, user, place))
            say(f"{release} {user}: {command}: {found.ran[-1].result} in {found.ran[-1].took_s:.0f} s")
            if found.ran[-1].code != 0:
                say(found.ran[-1].said)
        if user == "root":
            found.ran.append(_after_apt(debian, found.ran))
    return found


def _clone(debian: Chroot, place: str, user: str) -> None:
    """Clone what is committed, as from a server: nothing of this folder but its history."""
    inside = f"{debian.folder}{place}"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), inside], check=True)
    if user != "root":
        debian.do("chown", "--recursive", f"{user}:{user}", place)


def _ran(debian: Chroot, command: str, user: str, place: str) -> Ran:
    began_s = time.monotonic()
    # Who has no sudo sits at a terminal: programs that ask there behave otherwise than in a pipe.
    told = f"{command}\n{LEFT_RUNNING}"
    done = debian.run("sh", "-c", told, user=user, within=place, terminal=user != "root", longest_s=LONGEST_S)
    return Ran(command, done.returncode, time.monotonic() - began_s, done.stdout)


def _after_apt(debian: Chroot, ran: Sequence[Ran]) -> Ran:
    """See that everything ran once apt had been, and that apt left no service behind."""
    done = debian.run("sh", "-ec", NO_SERVICE)
    skipped = [one.command for one in ran if "APT=yes" in one.command and WANTED in one.said]
    said = f"{done.stdout}{'skipped for want of packages after apt: ' if skipped else ''}{' '.join(skipped)}"
    code = done.returncode or len(skipped)
    if code:
        say(said)
    return Ran("no test skipped for want of a package, no service enabled or running", code, 0.0, said)


def page(all_of_them: Sequence[Fresh]) -> str:
    """Give the page that says what was run and what came of it."""
    return "\n".join(_lines(all_of_them)) + "\n"


def _lines(all_of_them: Sequence[Fresh]) -> Iterator[str]:
    yield from ("# On fresh computers", "", "*Made by `make fresh-test`.*", "")
    yield (
        "Each row ran in a Debian that had just been made (`mmdebstrap`, minbase) with git, make, python3 and\n"
        "python3-venv, and nothing else; a clone in the home of its user. *user* has no sudo, so tests that lack a\n"
        "Debian package are skipped, each for one reason that has a name; *root* runs them so as well, then lets apt\n"
        "install what is missing (`APT=yes`), after which none is skipped for want of it, no service is enabled, and\n"
        "nothing is left running. Times are of a computer with two cores, downloads among them."
    )
    yield from ("", "| Debian | Python | who | command | result | time |", "|---|---|---|---|---|---|")
    for one in all_of_them:
        for ran in one.ran:
            took = f"{ran.took_s:.0f} s" if ran.took_s else ""
            command = f"`{ran.command}`" if ran.command.startswith("make") else ran.command
            yield f"| {one.release} | {one.python} | {one.user} | {command} | {ran.result} | {took} |"


def main() -> None:
    """Try all, or those that were named; end with 1 unless all are green."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", nargs="*", metavar="RELEASE USER", help="pairs, such as: trixie user; all where none")
    parser.add_argument("--page", type=Path, help="where the results are written; by default only if all were tried")
    asked = parser.parse_args()
    pairs = tuple(zip(asked.which[::2], asked.which[1::2], strict=False)) or ALL
    wrong = [pair for pair in pairs if pair not in ALL]
    if wrong or len(asked.which) % 2:
        raise SystemExit(f"found {' '.join(asked.which)}, expected pairs of bookworm or trixie with user or root")
    where = asked.page or (ROOT / "docs" / "reference" / "fresh.md" if pairs == ALL else None)
    try:
        found = [tried(*pair) for pair in pairs]
    except NotHereError as error:
        raise SystemExit(f"fresh-test: {error}") from error
    if where is not None:
        where.write_text(page(found), encoding="utf-8")
        say(f"written into {where}")
    if not all(one.green for one in found):
        raise SystemExit("fresh-test: found a command that failed, expected all of them green")


if __name__ == "__main__":
    main()
