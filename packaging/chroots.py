"""A fresh Debian in a folder to try things in: made by mmdebstrap, entered by unshare and chroot, gone afterwards.

Whoever calls lends it what their computer needs to reach the archives of Debian, PyPI and npm: settings of pip, apt and
certificates. They are handed over at run time, by environment and by mounts that only the running command sees, and are
written nowhere.
"""

from __future__ import annotations

import ast
import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

NEEDED = {"mmdebstrap": "mmdebstrap", "unshare": "util-linux"}
# Where the caller's files lie inside: nothing of Debian's is hidden under them.
LENT = "/lent"
LENDABLE = re.compile(
    r"(PIP_\w+|(npm|NPM)_(config|CONFIG)_\w+|(https?|no|all)_proxy|(HTTPS?|NO|ALL)_PROXY"
    r"|SSL_CERT_FILE|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|GIT_SSL_CAINFO|NODE_EXTRA_CA_CERTS)"
)
# pip's own caches and moods are the caller's, not the network's.
KEPT = re.compile(r"PIP_(CONFIG_FILE|CACHE_DIR|TARGET|PREFIX|USER|REQUIRE_VIRTUALENV|CONSTRAINT|BUILD_CONSTRAINT)")
REACHING = re.compile(r"Acquire::(https?|Retries|ForceIPv\d|Check-Valid-Until|Check-Date)\b")
A_PATH = re.compile(r"(?<![\w/])(file://)?(/[^\s:]+)")
# What `timeout` ends with when it had to kill.
TOO_LONG = 137
# Everything that is mounted is mounted in a name space of this command's own, and goes with it.
ENTER = """
set -e
root=$1; shift
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
while [ "$1" != -- ]; do
    inside="$root$2"
    if [ -d "$1" ]; then mkdir -p "$inside"; else mkdir -p "${inside%/*}"; touch "$inside"; fi
    mount --bind "$1" "$inside"
    mount -o remount,bind,ro "$inside"
    shift 2
done
shift
exec chroot "$root" "$@"
"""


class NotHereError(RuntimeError):
    """A computer that cannot make or enter a chroot."""


@dataclass(frozen=True, slots=True)
class Lent:
    """What a chroot borrows while a command runs in it.

    Parameters
    ----------
    environment : mapping
        Variables, whose paths are already those inside.
    mounts : tuple of pairs
        What lies where outside, and where it is seen inside, read-only.
    """

    environment: Mapping[str, str]
    mounts: tuple[tuple[Path, str], ...]


def lent_by_the_caller() -> Lent:
    """Give this computer's own settings for pip, apt, npm and certificates, as a chroot can use them."""
    mounts: dict[Path, str] = {}

    def inside(found: re.Match[str]) -> str:
        scheme, path = found.group(1) or "", Path(found.group(2))
        # The pages of an index on disk lead to files beside it.
        folder = path.parent if scheme else path
        if not path.exists() or folder == Path("/"):
            return found.group(0)
        mounts[folder] = f"{LENT}{folder}"
        return f"{scheme}{LENT}{path}"

    given = {**_pips(), **{name: value for name, value in os.environ.items() if LENDABLE.fullmatch(name)}}
    environment = {name: A_PATH.sub(inside, value) for name, value in given.items() if not KEPT.fullmatch(name)}
    return Lent(environment, tuple(mounts.items()))


def _pips() -> dict[str, str]:
    """Give what pip is told in its files, as its variables."""
    said = _told([sys.executable, "-m", "pip", "config", "list"])
    found = re.findall(r"^(?:global|install)\.([\w-]+)=('.*')$", said, re.MULTILINE)
    return {f"PIP_{name.upper().replace('-', '_')}": str(ast.literal_eval(value)) for name, value in found}


def _told(words: Sequence[str]) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    return done.stdout if done.returncode == 0 else ""


@dataclass(frozen=True, slots=True)
class Chroot:
    """A Debian in a folder.

    Parameters
    ----------
    folder : Path
        Its root.
    lent : Lent
        What each command in it borrows.
    """

    folder: Path
    lent: Lent

    def run(
        self,
        *words: str,
        user: str = "root",
        within: str = "",
        said: Mapping[str, str] | None = None,
        terminal: bool = False,
        longest_s: float | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command there as a user, in one of its folders; give what it printed, errors among it.

        `terminal` is whether it has one of its own, at which nobody types. What lasts longer than `longest_s` is ended
        with all its children, and its code is `TOO_LONG`.
        """
        home = "/root" if user == "root" else f"/home/{user}"
        environment = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": home,
            "USER": user,
            "LANG": "C.UTF-8",
            **self.lent.environment,
            **(said or {}),
        }
        name_space = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", ENTER, "enter"]
        mounts = [str(part) for mount in self.lent.mounts for part in mount]
        become = [] if user == "root" else ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]
        there = ["sh", "-c", 'cd "$0" && exec "$@"', within or home]
        limit = [] if longest_s is None else ["timeout", "--foreground", "--signal=KILL", str(longest_s)]
        command = [*limit, *name_space, str(self.folder), *mounts, "--", *become, *there, *words]
        if terminal:
            return _in_a_terminal(command, environment)
        return subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def do(self, *words: str, user: str = "root", within: str = "", said: Mapping[str, str] | None = None) -> str:
        """Run a command there that must succeed; give what it printed.

        Raises
        ------
        SystemExit
            If it fails, with all that it said.
        """
        done = self.run(*words, user=user, within=within, said=said)
        if done.returncode != 0:
            raise SystemExit(f"{done.stdout}\nfound that {' '.join(words)!r} failed in a chroot, expected success")
        return done.stdout

    def user(self, name: str) -> None:
        """Make somebody without any rights."""
        self.do("useradd", "--create-home", "--shell", "/bin/sh", name)


def _in_a_terminal(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command that has a terminal of its own, at which nobody types."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        ["setsid", "--ctty", "--wait", *command],
        env={**environment, "TERM": "dumb"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
    )
    os.close(follower)
    shown = b""
    try:
        while part := os.read(leader, 65_536):
            shown += part
    except OSError:
        pass  # the last that had it has gone
    os.close(leader)
    return subprocess.CompletedProcess(command, process.wait(), shown.decode(errors="replace").replace("\r\n", "\n"))


def check_this_computer() -> None:
    """See whether chroots can be made here.

    Raises
    ------
    NotHereError
        If not, with the line that helps.
    """
    if os.geteuid() != 0:
        raise NotHereError("found a user without rights, expected root: a chroot is made; say the same with sudo")
    for command, package in NEEDED.items():
        if shutil.which(command) is None:
            raise NotHereError(f"found no {command}, expected it: apt-get install --no-install-recommends {package}")


@contextmanager
def fresh(release: str, packages: Sequence[str] = ()) -> Iterator[Chroot]:
    """Make a Debian of a release with nothing but these packages, for as long as it is used.

    Raises
    ------
    NotHereError
        If this computer cannot.
    """
    check_this_computer()
    work = Path(mkdtemp(prefix=f"pressout-{release}-"))
    try:
        work.chmod(0o755)
        made(work / "root", release, packages)
        yield Chroot(work / "root", lent_by_the_caller())
    finally:
        shutil.rmtree(work, ignore_errors=True)


def made(root: Path, release: str, packages: Sequence[str] = ()) -> None:
    """Make a Debian of a release in a folder, by the way to its archive that this computer has.

    Raises
    ------
    NotHereError
        If mmdebstrap fails.
    """
    words = ["mmdebstrap", "--quiet", "--variant=minbase", "--mode=root"]
    words += [f"--include={','.join(packages)}"] if packages else []
    words += [f"--aptopt={line}" for line in _told(["apt-config", "dump"]).splitlines() if REACHING.match(line)]
    done = subprocess.run([*words, release, str(root)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotHereError(f"{done.stderr}\nfound that mmdebstrap failed, expected a Debian {release}")
    (root / "etc/resolv.conf").touch()
