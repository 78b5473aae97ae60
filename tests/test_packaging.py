"""What a newcomer's computer is asked for: each package by name and size, never without a word; and what is locked."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from host_packages import REASON, missing_line
from prerequisites import PREREQUISITES, install_line

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = sorted((ROOT / "locks").glob("*.txt"))
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;]+)(?: ; ([^\\]+?))? \\$", re.MULTILINE)

# apt as it answers who only asks, and as it notes down who does more.
APT = r"""#!/bin/sh
case " $* " in
*" --assume-no "*)
    echo "The following NEW packages will be installed:"
    echo "0 upgraded, 7 newly installed, 0 to remove and 0 not upgraded."
    echo "Need to get 940 kB of archives."
    echo "After this operation, 2320 kB of additional disk space will be used." ;;
*) echo "$*" >> "$NOTED"; [ ! -e "$NOTED.fails" ] ;;
esac
"""


@pytest.fixture
def computer(tmp_path: Path) -> Path:
    """Give a folder of programs whose apt only notes down what it was asked for, and whose sudo lets everyone in."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in (("apt-get", APT), ("sudo", '#!/bin/sh\n[ "$1" = -n ] && shift\nexec "$@"\n')):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    return tmp_path


def offered(computer: Path, apt: str, typed: str | None = None) -> tuple[str, list[str]]:
    """Offer a package on that computer, at a terminal where something is typed; give what was said and done."""
    words = f"['mosquitto'], 'A broker is missing:', {apt!r}, {str(computer / 'policy-rc.d')!r}"
    code = f"import prerequisites; print('installed', prerequisites.offer({words}))"
    noted = computer / "noted"
    environment = {
        **os.environ,
        "PATH": f"{computer}/bin:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "packaging"),
        "NOTED": str(noted),
    }
    leader, follower = pty.openpty()
    if typed is not None:
        os.write(leader, typed.encode())
    done = subprocess.run(
        [sys.executable, "-c", code],
        stdin=subprocess.DEVNULL if typed is None else follower,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    os.close(leader)
    os.close(follower)
    return done.stdout + done.stderr, noted.read_text().splitlines() if noted.exists() else []


def test_apt_is_asked_for_nothing_where_nobody_is_there_to_be_asked(computer: Path) -> None:
    said, done = offered(computer, "ask")

    assert "A broker is missing:" in said
    assert "apt-get install --no-install-recommends mosquitto" in said
    assert "make with APT=yes installs it" in said
    assert done == []


@pytest.mark.parametrize("typed", ["n\n", "no\n", "x\n", "\x04"])
def test_whoever_does_not_say_yes_has_nothing_installed_and_was_told_how_much_it_is(computer: Path, typed: str) -> None:
    said, done = offered(computer, "ask", typed)

    assert "7 packages, 940 kB to fetch, 2320 kB on the disk. No service is started or enabled." in said
    assert "installed False" in said
    assert done == []


@pytest.mark.parametrize(("apt", "typed"), [("ask", "\n"), ("ask", "y\n"), ("yes", None)])
def test_whoever_says_yes_has_it_installed_and_nothing_that_is_only_recommended(
    computer: Path, apt: str, typed: str | None
) -> None:
    said, done = offered(computer, apt, typed)

    assert "installed True" in said
    assert done == ["install -q -y --no-install-recommends mosquitto"]


def test_whoever_says_no_beforehand_is_told_the_line_and_not_asked(computer: Path) -> None:
    said, done = offered(computer, "no", "y\n")

    assert "apt-get install --no-install-recommends mosquitto" in said
    assert "[Y/n]" not in said
    assert done == []


def test_an_apt_that_fails_is_said_so(computer: Path) -> None:
    (computer / "noted.fails").touch()

    said, _done = offered(computer, "yes")

    assert "found that apt-get failed" in said
    assert "installed False" in said


def test_no_service_may_start_while_apt_works_and_what_forbade_it_is_gone_afterwards(computer: Path) -> None:
    policy = computer / "policy-rc.d"
    (computer / "bin" / "apt-get").write_text(
        APT.replace('echo "$*" >>', f'{policy}; echo "$? and $*" >>')  # 101: Debian's word for "it may not"
    )

    _said, done = offered(computer, "yes")

    assert done == ["101 and install -q -y --no-install-recommends mosquitto"]
    assert not policy.exists()


def test_a_policy_that_was_there_before_stays(computer: Path) -> None:
    (computer / "policy-rc.d").write_text("#!/bin/sh\nexit 0\n")

    offered(computer, "yes")

    assert (computer / "policy-rc.d").read_text() == "#!/bin/sh\nexit 0\n"


def test_what_tests_lack_is_told_once_with_the_line_that_installs_all_of_it() -> None:
    reasons = [f"Skipped: {REASON}xvfb xdotool", f"Skipped: {REASON}jq", f"Skipped: {REASON}jq", "Skipped: needs root"]

    assert missing_line(reasons) == install_line(["jq", "xdotool", "xvfb"])
    assert missing_line(["Skipped: needs root"]) is None


def test_every_package_that_is_asked_for_says_what_it_is_for() -> None:
    assert all(one.purpose and one.package and one.commands for one in PREREQUISITES)
    assert [one.package for one in PREREQUISITES if one.demo] == ["mosquitto"]


@pytest.mark.parametrize("target", ["deb", "docs", "wheel"])
def test_a_package_and_the_documents_are_made_without_any_of_it(target: str) -> None:
    words = ["make", "--dry-run", "--always-make", "--no-print-directory", target]
    planned = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert "prerequisites.py test" not in planned
    assert "prerequisites.py demo" not in planned


# ---- what is locked -------------------------------------------------------------------------------------


def pins(lock: Path) -> dict[str, set[Version]]:
    """Give what a lock file pins; there may be one version for each Python."""
    found: dict[str, set[Version]] = {}
    for name, version, _marker in PINNED.findall(lock.read_text(encoding="utf-8")):
        found.setdefault(canonicalize_name(name), set()).add(Version(version))
    return found


def wanted(extra: str) -> list[Requirement]:
    """Give what an extra asks for, and what its own extras do."""
    lines = [*PROJECT["project"]["dependencies"]]
    waiting = [extra]
    while waiting:
        for line in PROJECT["project"]["optional-dependencies"][waiting.pop()]:
            one = Requirement(line)
            if one.name == "pressout":
                waiting.extend(one.extras)
            else:
                lines.append(line)
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_has_a_hash_for_everything_and_no_index_in_it(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-zA-Z0-9])", text, flags=re.MULTILINE)[1:]

    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"https?://|file:|--index|--extra-index|--find-links|@ ", text)


@pytest.mark.parametrize("extra", ["dev", "demo", "docs", "build", "station", "clinic"])
def test_a_lock_holds_what_its_extra_asks_for(extra: str) -> None:
    locked = pins(ROOT / "locks" / f"{extra}.txt")

    for one in wanted(extra):
        versions = locked.get(canonicalize_name(one.name))
        assert versions, f"{one.name} is not locked: make lock"
        assert all(one.specifier.contains(version) for version in versions), f"{one}: make lock"


@pytest.mark.parametrize("lock", [path for path in LOCKS if path.name != "all.txt"], ids=lambda path: path.name)
def test_every_lock_is_a_part_of_the_whole_one(lock: Path) -> None:
    # lgpio is a Pi's alone, and is built there: whoever measures or draws elsewhere must not need a compiler for it.
    whole = {**pins(ROOT / "locks" / "all.txt"), "lgpio": {Version("0.2.2.0")}}

    # What the fitting alone needs is half a gigabyte, and in no other environment; what it shares is the same.
    apart = pins(lock) if lock.name == "fit.txt" else {}

    for name, versions in pins(lock).items():
        assert versions <= whole.get(name, apart.get(name, set())), f"{name}: make lock"


# ---- what the project says of itself --------------------------------------------------------------------


def test_where_the_project_lives_is_said_the_same_everywhere() -> None:
    urls = PROJECT["project"]["urls"]
    homes = {re.match(r"https://[^/]+", url) and re.findall(r"https://[^/]+", url)[0] for url in urls.values()}
    told = {
        "CITATION.cff": f"repository-code: {urls['Source']}\nurl: {urls['Homepage']}\n",
        "REUSE.toml": f'SPDX-PackageDownloadLocation = "{urls["Source"]}"',
        "packaging/deb/copyright": f"Source: {urls['Source']}\n",
        "packaging/deb/control": f"Homepage: {urls['Homepage']}\n",
    }

    assert homes == {urls["Homepage"]}
    for file, line in told.items():
        assert line in (ROOT / file).read_text(encoding="utf-8"), file


def test_each_change_of_the_code_is_a_version_of_its_own() -> None:
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert PROJECT["tool"]["hatch"]["version"]["source"] == "vcs"
    assert "version" not in PROJECT["project"]


def test_at_most_one_part_of_the_changelog_is_not_released() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert len(re.findall(r"^## .*not released$", changelog, re.MULTILINE)) <= 1
