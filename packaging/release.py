"""Makes a release: the changelog cut, a tag, and everything that is passed on, built twice and compared.

    python packaging/release.py 1.2.3 [--out dist]

Into dist/1.2.3: a wheel, a source distribution, a Debian package, bills of materials (CycloneDX, of what a station, a
clinic and the demo install), and SHA256SUMS of them all. What is built is the tag, cloned twice: into folders of other
names, in another time zone, with other rights. Where two bytes differ there is no release. A tag that is there already
is built again, and gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSION = re.compile(r"\d+\.\d+\.\d+")
OPEN = re.compile(r"^## (?P<version>\S+), not released$", re.MULTILINE)
LISTED = ("station", "clinic", "demo")
SUMS = "SHA256SUMS"


class ReleaseError(RuntimeError):
    """Something that a release must not be made with."""


def say(words: str) -> None:
    """Say how far it is."""
    sys.stdout.write(f"release: {words}\n")
    sys.stdout.flush()


# How the two builds differ: the folder's name, what the user lets others do, and where on earth it is.
BUILDS = (("once", 0o022, "UTC"), ("and-once-more", 0o077, "Pacific/Auckland"))


def run(*words: str | Path, within: Path, said: dict[str, str] | None = None, umask: int = -1) -> str:
    """Run a command that must succeed; give what it printed. `umask` is what its files are not to others.

    Raises
    ------
    ReleaseError
        If it fails, with all that it said.
    """
    environment = {**os.environ, **(said or {})}
    done = subprocess.run(
        [str(word) for word in words],
        cwd=within,
        env=environment,
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ReleaseError(f"{done.stdout}{done.stderr}\nfound that {words[0]} failed, expected success")
    return done.stdout.strip()


def tagged(version: str) -> str:
    """Give the tag of a version; cut the changelog and tag it, where that has not been done.

    Raises
    ------
    ReleaseError
        If the tree is not clean, or the changelog has nothing for this version.
    """
    tag = f"v{version}"
    if run("git", "tag", "--list", tag, within=ROOT):
        say(f"{tag} is there already: it is built again")
        return tag
    if changes := run("git", "status", "--porcelain", within=ROOT):
        raise ReleaseError(f"found changes that are not committed, expected none:\n{changes}")
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    changelog, citation = ROOT / "CHANGELOG.md", ROOT / "CITATION.cff"
    changelog.write_text(cut(changelog.read_text(encoding="utf-8"), version, today), encoding="utf-8")
    citation.write_text(cited(citation.read_text(encoding="utf-8"), version, today), encoding="utf-8")
    run("git", "commit", "--quiet", "--message", f"release: {version}", "CHANGELOG.md", "CITATION.cff", within=ROOT)
    run("git", "tag", "--annotate", tag, "--message", f"Pressout {version}", within=ROOT)
    say(f"the changelog is cut, and {tag} is the tag")
    return tag


def cut(changelog: str, version: str, today: str) -> str:
    r"""Give the changelog with its open part closed as a version.

    Raises
    ------
    ReleaseError
        If no part is open.

    >>> print(cut("# Changelog\\n\\n## 0.1.0, not released\\n\\n- It counts.\\n", "0.1.0", "2026-03-01"))
    # Changelog
    <BLANKLINE>
    ## 0.1.0, 2026-03-01
    <BLANKLINE>
    - It counts.
    <BLANKLINE>
    """
    found = OPEN.findall(changelog)
    if len(found) != 1:
        raise ReleaseError(f"CHANGELOG.md: found {len(found)} parts that are 'not released', expected one")
    return OPEN.sub(f"## {version}, {today}", changelog)


def cited(citation: str, version: str, today: str) -> str:
    """Give the citation file with a version and its day; before the first release it has neither."""
    without = re.sub(r"^(version|date-released): .*\n", "", citation, flags=re.MULTILINE)
    return f'{without}version: {version}\ndate-released: "{today}"\n'


def built(tag: str, folder: Path, umask: int, zone: str) -> Path:
    """Clone a tag into a folder, and build all of it there; give where it is.

    Raises
    ------
    ReleaseError
        If something cannot be built.
    """
    clone, out = folder / "clone", folder / "out"
    cloning = ("git", "clone", "--quiet", "--branch", tag, "--config", "advice.detachedHead=false")
    run(*cloning, ROOT, clone, within=folder, umask=umask)
    out.mkdir()
    told = {"SOURCE_DATE_EPOCH": run("git", "log", "-1", "--format=%ct", tag, within=clone), "TZ": zone}
    python = sys.executable
    run(python, "-m", "build", "--no-isolation", "--outdir", out, clone, within=folder, said=told, umask=umask)
    run("sh", clone / "packaging" / "deb" / "build", python, out, within=folder, said=told, umask=umask)
    for name in LISTED:
        bill = out / f"pressout-{tag.removeprefix('v')}-{name}.cdx.json"
        words = ("requirements", "--output-reproducible", "--output-format", "JSON", "--output-file", bill)
        run(python, "-m", "cyclonedx_py", *words, f"locks/{name}.txt", within=clone, said=told, umask=umask)
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}" for file in sorted(out.iterdir())]
    (out / SUMS).write_text("\n".join(lines) + "\n", encoding="ascii")
    return out


def made(version: str, to: Path) -> Path:
    """Make a release; give the folder that it is in.

    Raises
    ------
    ReleaseError
        If something stands against it: then nothing new is in the folder.
    """
    if not VERSION.fullmatch(version):
        raise ReleaseError(f"found version {version!r}, expected three numbers such as 1.2.3")
    tag = tagged(version)
    place = to / version
    with tempfile.TemporaryDirectory(prefix="pressout-release-") as work:
        sums = []
        for name, umask, zone in BUILDS:
            folder = Path(work) / name
            folder.mkdir()
            out = built(tag, folder, umask, zone)
            sums.append((out / SUMS).read_text(encoding="ascii"))
            say(f"built {name.replace('-', ' ')}")
        if sums[0] != sums[1]:
            raise ReleaseError(f"found other bytes the second time, expected the same:\n{sums[0]}\n{sums[1]}")
        if place.exists() and (place / SUMS).read_text(encoding="ascii") != sums[0]:
            raise ReleaseError(f"found a release with other bytes in {place}, expected none or the same; move it away")
        if not place.exists():
            to.mkdir(parents=True, exist_ok=True)
            shutil.copytree(out, place)
            for file in place.iterdir():
                file.chmod(0o644)
    return place


def main() -> None:
    """Make it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    asked = parser.parse_args()
    try:
        place = made(asked.version, asked.out)
    except ReleaseError as error:
        raise SystemExit(f"release: {error}") from error
    say(f"twice the same bytes, in {place}:")
    say("\n" + (place / SUMS).read_text(encoding="ascii").strip())


if __name__ == "__main__":
    main()
