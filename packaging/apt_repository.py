"""Keeps a signed folder from which apt installs Pressout: any web server can offer it, and nothing has to run there.

    python packaging/apt_repository.py FOLDER add SUITE PACKAGE.deb --key KEY
    python packaging/apt_repository.py FOLDER promote FROM TO VERSION --key KEY

A suite is a folder: `early` for the stations that try a release first, `stable` for the others. What was in a suite
stays there, so that a station can go back. The key is GnuPG's, by its name or fingerprint; apt is given the public
half, which is put beside the suites. See docs/how-to/upgrade-a-fleet.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

SUITES = ("early", "stable")
KEYRING = "pressout-archive-keyring.gpg"
# What a station is told of it; its owner writes where the folder is.
SOURCES = """\
# /etc/apt/sources.list.d/pressout.sources
Types: deb
URIs: {place}
Suites: {suite}/
Signed-By: /usr/share/keyrings/{keyring}
"""


class RepositoryError(RuntimeError):
    """Something that such a folder must not be made with."""


def add(folder: Path, suite: str, package: Path, key: str) -> None:
    """Put a package into a suite, and sign the suite anew.

    Raises
    ------
    RepositoryError
        If another package of that name is there already, or apt's or GnuPG's programs fail.
    """
    place = folder / suite / package.name
    if place.exists() and place.read_bytes() != package.read_bytes():
        raise RepositoryError(f"found another {package.name} in {suite}, expected none: a version never changes")
    place.parent.mkdir(parents=True, exist_ok=True)
    _placed(place, package.read_bytes())
    sign(folder, suite, key)


def promote(folder: Path, before: str, after: str, version: str, key: str) -> None:
    """Put a version that is in one suite into another as well.

    Raises
    ------
    RepositoryError
        If it is not there.
    """
    package = folder / before / f"pressout_{version}_all.deb"
    if not package.exists():
        there = ", ".join(sorted(one.name.split("_")[1] for one in (folder / before).glob("pressout_*_all.deb")))
        raise RepositoryError(f"found no {version} in {before}, expected one of {there or 'none yet'}")
    add(folder, after, package, key)


def sign(folder: Path, suite: str, key: str) -> None:
    """Write what apt reads of a suite, and sign it; each file is replaced whole.

    Raises
    ------
    RepositoryError
        If apt's or GnuPG's programs are missing or fail.
    """
    place = folder / suite
    # apt looks for a package from the folder on, not from the suite.
    _placed(place / "Packages", _said("apt-ftparchive", "packages", suite, within=folder))
    with tempfile.TemporaryDirectory() as work:
        # Release lists all that lies beside it: it is written where nothing else does.
        shutil.copy(place / "Packages", work)
        options = [("Origin", "Pressout"), ("Label", "Pressout"), ("Suite", suite), ("Codename", suite)]
        words = [part for name, value in options for part in ("-o", f"APT::FTPArchive::Release::{name}={value}")]
        release = _said("apt-ftparchive", *words, "release", ".", within=Path(work))
    _placed(place / "Release", release)
    signing = ("gpg", "--batch", "--yes", "--local-user", key, "--digest-algo", "SHA512")
    _placed(place / "InRelease", _said(*signing, "--clearsign", "--output", "-", "Release", within=place))
    _placed(folder / KEYRING, _said("gpg", "--batch", "--export", key, within=folder))


def _placed(path: Path, content: bytes) -> None:
    """Replace a file whole: whoever fetches it meanwhile has the old or the new one."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    os.replace(part, path)


def _said(*words: str, within: Path) -> bytes:
    if shutil.which(words[0]) is None:
        package = {"gpg": "gnupg", "apt-ftparchive": "apt-utils"}[words[0]]
        raise RepositoryError(f"found no {words[0]}, expected it: apt-get install --no-install-recommends {package}")
    done = subprocess.run(words, cwd=within, capture_output=True, check=False)
    if done.returncode != 0 or not done.stdout:
        raise RepositoryError(f"{done.stderr.decode()}\nfound that {words[0]} failed, expected success")
    return done.stdout


def main() -> None:
    """Do what was asked, and say what a station needs to be told."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    what = parser.add_subparsers(dest="what", required=True)
    adding = what.add_parser("add")
    adding.add_argument("suite", choices=SUITES)
    adding.add_argument("package", type=Path)
    promoting = what.add_parser("promote")
    promoting.add_argument("before", choices=SUITES)
    promoting.add_argument("after", choices=SUITES)
    promoting.add_argument("version")
    for one in (adding, promoting):
        one.add_argument("--key", required=True)
    asked = parser.parse_args()
    try:
        if asked.what == "add":
            suite = asked.suite
            add(asked.folder, suite, asked.package, asked.key)
        else:
            suite = asked.after
            promote(asked.folder, asked.before, suite, asked.version, asked.key)
    except (RepositoryError, OSError) as error:
        raise SystemExit(f"apt-repository: {error}") from error
    told = SOURCES.format(place="https://HOST/FOLDER", suite=suite, keyring=KEYRING)
    print(f"{asked.folder / suite} is signed. A station that is to have it:\n\n{told}")  # noqa: T201 (for people)


if __name__ == "__main__":
    main()
