"""A release: the same bytes however often it is built; and a station that is upgraded to it from a signed folder.

Long: builds, and a Debian that is made for it (`make test-long`, as root).
"""

from __future__ import annotations

import functools
import hashlib
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import apt_repository
from chroots import NEEDED, Chroot, fresh
from host_packages import as_root, needs
from prerequisites import Prerequisite

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "how-to" / "upgrade-a-fleet.md").read_text(encoding="utf-8")
VERSION = "9.8.7"
KEY = "Our clinic"
APT_UTILS = Prerequisite(("apt-ftparchive",), "apt-utils", "a folder for apt")
GNUPG = Prerequisite(("gpg",), "gnupg", "signatures")
CHROOTS = tuple(Prerequisite((command,), package, "a chroot") for command, package in NEEDED.items())
pytestmark = [pytest.mark.long, pytest.mark.service]

# A session of three repetitions, written by the version that is installed, with the words of its own tests.
COUNT = """
import sys
from pathlib import Path
sys.path.insert(0, "/srv/before/tests")
from builders import facts_of_a_session
from stations import a_writer, keep
writer = a_writer(Path("/var/lib/pressout"))
keep(writer, facts_of_a_session(3))
writer.close()
"""
# What a station writes down when it starts: another version than the last time.
START = """
from pathlib import Path
from pressout_station.audit_log import Audit, started_with
from pressout_station.identity import software_version
audit = Audit(Path("/var/lib/pressout"))
audit.add(*started_with(audit, software_version(), b""))
"""


def git(*words: str, within: Path) -> str:
    """Run git as somebody."""
    roles, told = ("AUTHOR", "COMMITTER"), (("NAME", "a"), ("EMAIL", "a@b"))
    somebody = {f"GIT_{role}_{what}": said for role in roles for what, said in told}
    done = subprocess.run(
        ["git", *words], cwd=within, env={**os.environ, **somebody}, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@dataclass(frozen=True)
class Releases:
    """A clone in which a release was made twice, and what came of it each time."""

    clone: Path
    first: Path
    second: Path


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Releases:
    folder = tmp_path_factory.mktemp("release")
    clone = folder / "pressout"
    git("clone", "--quiet", str(ROOT), str(clone), within=folder)
    for key, value in (("user.name", "a"), ("user.email", "a@b")):
        git("config", key, value, within=clone)
    made = []
    for name in ("first", "second"):
        words = [sys.executable, "packaging/release.py", VERSION, "--out", str(folder / name)]
        done = subprocess.run(words, cwd=clone, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        made.append(folder / name / VERSION)
    return Releases(clone, *made)


def contents(folder: Path) -> dict[str, str]:
    """Give the digest of each file of a folder."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def test_a_release_that_is_made_again_has_the_same_bytes(releases: Releases) -> None:
    assert contents(releases.first) == contents(releases.second)


def test_a_release_has_all_that_is_passed_on_and_the_sum_of_each(releases: Releases) -> None:
    sums = dict(line.split("  ")[::-1] for line in (releases.first / "SHA256SUMS").read_text().splitlines())
    found = contents(releases.first)
    del found["SHA256SUMS"]

    assert sums == found
    bills = {f"pressout-{VERSION}-{name}.cdx.json" for name in ("station", "clinic", "demo")}
    packages = {f"pressout-{VERSION}-py3-none-any.whl", f"pressout-{VERSION}.tar.gz", f"pressout_{VERSION}_all.deb"}
    assert set(sums) == bills | packages


def test_the_changelog_and_the_citation_are_dated_and_tagged_and_the_tree_is_clean(releases: Releases) -> None:
    assert re.search(rf"^## {VERSION}, \d{{4}}-\d\d-\d\d$", (releases.clone / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert f"\nversion: {VERSION}\n" in (releases.clone / "CITATION.cff").read_text()
    assert git("describe", "--exact-match", within=releases.clone) == f"v{VERSION}"
    assert git("status", "--porcelain", within=releases.clone) == ""


def test_a_debian_package_has_its_licences_and_a_source_distribution_has_the_whole_project(releases: Releases) -> None:
    package = releases.first / f"pressout_{VERSION}_all.deb"
    listed = subprocess.run(["dpkg-deb", "--contents", package], capture_output=True, text=True, check=True).stdout
    source = subprocess.run(
        ["tar", "--list", "--file", releases.first / f"pressout-{VERSION}.tar.gz"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert "./usr/share/doc/pressout/copyright" in listed
    assert "pressout_ui/fonts/OFL.txt" in listed
    for name in ("LICENSE", "NOTICE", "REUSE.toml", "locks/station.txt", "hardware/wiring.md", "tests/conftest.py"):
        assert f"pressout-{VERSION}/{name}\n" in source


def the_package_before(folder: Path) -> Path:
    """Build the package of the last release, or of the commit before this one where there is none."""
    tags = git("tag", "--list", "v*", "--merged", "HEAD~1", "--sort=-version:refname", within=ROOT).splitlines()
    clone = folder / "before"
    git("clone", "--quiet", str(ROOT), str(clone), within=folder)
    git("checkout", "--quiet", tags[0] if tags else git("rev-parse", "HEAD~1", within=ROOT), within=clone)
    words = ["sh", "packaging/deb/build", sys.executable, str(folder)]
    return Path(subprocess.run(words, cwd=clone, capture_output=True, text=True, check=True).stdout.strip())


def blocks() -> list[str]:
    """Give the page's commands, a block each."""
    return re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


class Station:
    """A Debian with the page's computer in it: what the page says is done there, as root."""

    def __init__(self, debian: Chroot, here: Mapping[str, str]) -> None:
        self._debian = debian
        self._here = here

    def do(self, block: str) -> str:
        """Do a block of the page; what it names that is elsewhere is here."""
        for there, here in self._here.items():
            block = block.replace(there, here)
        return self._debian.do("sh", "-ec", block, said={"DEBIAN_FRONTEND": "noninteractive", "SYSTEMD_IN_CHROOT": "1"})

    def pressout(self, *words: str) -> str:
        """Run the command as the station's user."""
        user = ("setpriv", "--reuid=pressout", "--regid=pressout", "--init-groups")
        return self._debian.do(*user, "pressout", *words)

    def runs(self, program: str) -> None:
        """Let a program run as the station's user, with the version that is installed."""
        user = ("setpriv", "--reuid=pressout", "--regid=pressout", "--init-groups")
        self._debian.do(*user, "python3", "-c", program)

    @property
    def version(self) -> str:
        """What dpkg has."""
        return self._debian.do("dpkg-query", "--show", "--showformat=${Version}", "pressout")

    @property
    def sessions(self) -> str:
        """What its journal has."""
        return self.pressout("export", "/var/lib/pressout/journal.db")


@pytest.fixture(scope="module")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Make a key of the clinic's, in a home of GnuPG's own."""
    home = tmp_path_factory.mktemp("gnupg")
    home.chmod(0o700)
    before = os.environ.get("GNUPGHOME")
    os.environ["GNUPGHOME"] = str(home)
    words = ["gpg", "--batch", "--passphrase", "", "--quick-generate-key", KEY, "ed25519", "sign"]
    subprocess.run(words, check=True, capture_output=True)
    yield
    subprocess.run(["gpgconf", "--kill", "all"], check=False, capture_output=True)
    if before is None:
        del os.environ["GNUPGHOME"]
    else:
        os.environ["GNUPGHOME"] = before


@pytest.fixture
def offered(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Let a web server offer a folder; give both."""
    folder = tmp_path / "www" / "pressout"
    folder.mkdir(parents=True)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder.parent))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}/pressout"
    server.shutdown()


@as_root
@needs(APT_UTILS, GNUPG, *CHROOTS)
@pytest.mark.usefixtures("keyring")
def test_a_station_is_upgraded_from_a_signed_folder_and_goes_back_and_loses_no_session(
    releases: Releases, offered: tuple[Path, str], tmp_path: Path
) -> None:
    folder, address = offered
    before = the_package_before(tmp_path)
    after = releases.first / f"pressout_{VERSION}_all.deb"
    older = before.name.split("_")[1]
    apt_repository.add(folder, "early", before, KEY)
    here = {"https://packages.example/pressout": address, "1.2.2": older, "sudo ": ""}
    with fresh("trixie", ("python3", "ca-certificates", "systemd")) as debian:
        station = Station(debian, here)
        _offer, tell, upgrade, _promote, back = blocks()
        shutil.copy(folder / apt_repository.KEYRING, debian.folder / "root")
        shutil.copytree(tmp_path / "before" / "tests", debian.folder / "srv/before/tests")
        station.do(tell)
        station.do("apt-get update\napt-get install -y --no-install-recommends pressout")
        station.do("pressout setup --yes --no-diagnose --site-id north --station-id s3 --load-cell-id S50")
        station.runs(START)
        station.runs(COUNT)
        counted = station.sessions
        assert (station.version, counted.count("\n")) == (older, 1)

        apt_repository.add(folder, "early", after, KEY)
        station.do(upgrade)
        assert station.version == VERSION
        assert station.pressout("--version").split()[-1] == VERSION
        assert station.sessions == counted
        station.runs(START)
        assert f"  {older.replace('~', '.')} -> {VERSION}\n" in station.pressout("audit")

        station.do(back)
        assert station.version == older
        assert station.sessions == counted

        signed = folder / "early" / "InRelease"
        signed.write_bytes(signed.read_bytes().replace(b"Origin: Pressout", b"Origin: Stranger"))
        debian.do("rm", "-r", "/var/lib/apt/lists")
        refused = debian.run("apt-get", "update", "-o", "Acquire::Retries=0")
        assert refused.returncode != 0
        assert "signature" in refused.stdout


@needs(APT_UTILS, GNUPG)
@pytest.mark.usefixtures("keyring")
def test_what_was_offered_never_changes_and_is_promoted_as_it_is(releases: Releases, tmp_path: Path) -> None:
    package = releases.first / f"pressout_{VERSION}_all.deb"
    apt_repository.add(tmp_path, "early", package, KEY)
    other = tmp_path / package.name
    other.write_bytes(package.read_bytes() + b"x")

    with pytest.raises(apt_repository.RepositoryError, match="a version never changes"):
        apt_repository.add(tmp_path, "early", other, KEY)
    apt_repository.promote(tmp_path, "early", "stable", VERSION, KEY)

    assert (tmp_path / "stable" / package.name).read_bytes() == package.read_bytes()
    with pytest.raises(apt_repository.RepositoryError, match=rf"found no 1\.0\.0 in early, expected one of {VERSION}"):
        apt_repository.promote(tmp_path, "early", "stable", "1.0.0", KEY)
