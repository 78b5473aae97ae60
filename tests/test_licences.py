"""Licences: every file has one, and nothing that is passed on stands on anything that would forbid it."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# What is passed on, or fetched for whoever runs it; the others are for whoever works on it.
PASSED_ON = ("station", "clinic", "demo", "plot", "parquet")
# May stand beside Apache-2.0: permissive ones, and those whose conditions end with the file (MPL) or library (LGPL).
COMPATIBLE = frozenset(
    {
        *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "EPL-2.0", "ISC", "LGPL-2.1-or-later"),
        *("LGPL-3.0-only", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "OFL-1.1", "PSF-2.0", "Unlicense", "Zlib"),
    }
)
# As authors write it who do not use SPDX's words: in their own field, or among the classifiers.
SPDX = {
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "MIT License": "MIT",
    "MIT license": "MIT",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "LGPL": "LGPL-2.1-or-later",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
    "Public Domain": "Unlicense",
}


def licence_of(name: str) -> str:
    """Give the licence of an installed package in SPDX's words, as its own metadata have it."""
    metadata: Any = distribution(name).metadata  # a message: it has get, whatever its type says
    classifiers = [
        one.split(" :: ")[-1] for one in metadata.get_all("Classifier") or [] if one.startswith("License ::")
    ]
    said = [metadata.get("License-Expression"), metadata.get("License"), *classifiers]
    for one in said:
        if one and ("\n" not in one) and one != "UNKNOWN":
            word: str = SPDX.get(one.strip(), one.strip())
            if set(re.split(r" AND | OR ", word)) <= COMPATIBLE:
                return word
    return " / ".join(one.splitlines()[0] for one in said if one)


def brought(extras: tuple[str, ...]) -> Iterator[str]:
    """Give every installed package that extras of ours bring along, directly or not."""
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(f"pressout[{','.join(extras)}]")]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if (name, frozenset(wanted.extras)) in seen:
            continue
        seen.add((name, frozenset(wanted.extras)))
        try:
            requires = distribution(name).requires or []
        except PackageNotFoundError:
            continue  # for another computer
        if name != "pressout":
            yield name
        for line in requires:
            one = Requirement(line)
            if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in ("", *wanted.extras)):
                waiting.append(one)


def rows() -> dict[str, str]:
    """Give what the page says: package, and its licence."""
    page = (ROOT / "docs" / "reference" / "third-party.md").read_text(encoding="utf-8")
    return {name.lower(): licence for name, licence in re.findall(r"^\| ([^|]+) \| ([^|]+) \|", page, re.MULTILINE)}


def test_every_file_of_the_tree_has_a_copyright_and_a_licence() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "reuse", "--root", str(ROOT), "lint"], capture_output=True, text=True, check=False
    )

    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize("name", sorted(set(brought(PASSED_ON))))
def test_nothing_that_is_passed_on_brings_a_licence_that_forbids_it(name: str) -> None:
    assert set(re.split(r" AND | OR ", licence_of(name))) <= COMPATIBLE


def test_the_page_says_the_licences_that_the_packages_themselves_say() -> None:
    said = rows()
    direct = {
        canonicalize_name(Requirement(line).name)
        for lines in (PROJECT["dependencies"], *(PROJECT["optional-dependencies"][extra] for extra in PASSED_ON))
        for line in lines
    } | {"argon2-cffi", "gpiozero", "hx711", "pygame", "tomlkit"}

    assert direct - {"pressout"} - set(said) == set()
    for name in direct - {"pressout", "lgpio"}:  # lgpio is a Pi's: not installed here
        assert licence_of(name).split(" AND ")[0] == said[name], name


def test_what_is_inside_the_debian_package_is_in_its_copyright_file() -> None:
    text = (ROOT / "packaging" / "deb" / "copyright").read_text(encoding="utf-8")
    vendored = re.findall(r"^(\w+)==", (ROOT / "locks" / "vendored.txt").read_text(encoding="utf-8"), re.MULTILINE)
    files = dict(re.findall(r"^Files: (.*)\n(?:(?!Files:).*\n)*?License: (.*)$", text, re.MULTILINE))

    assert files["*"] == "Apache-2.0"
    assert vendored
    for name in vendored:
        assert files[f"usr/lib/pressout/vendor/{name}*"] == licence_of(name)
    assert "OFL-1.1" in files.values()


def test_our_own_licences_are_those_that_were_decided() -> None:
    by_path = {
        "signal/pressout_signal/pipeline.py": "Apache-2.0",
        "docs/how-to/broker/mosquitto.conf": "Apache-2.0",
        "docs/explanation/limits.md": "CC-BY-4.0",
        "docs/screens/10-posture-cue.png": "CC-BY-4.0",
        "README.md": "CC-BY-4.0",
        "hardware/wiring.md": "CERN-OHL-P-2.0",
        "hardware/pictures/schematic.svg": "CERN-OHL-P-2.0",
        "hardware/drawings.py": "CERN-OHL-P-2.0",
        "ui/pressout_ui/fonts/OFL.txt": "OFL-1.1",
    }
    words = [sys.executable, "-m", "reuse", "--root", str(ROOT), "spdx"]
    listed = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    found = dict(re.findall(r"^FileName: \./(.*)\n(?:.+\n)*?LicenseInfoInFile: (.*)$", listed, re.MULTILINE))

    assert {path: found[path] for path in by_path} == by_path
    assert PROJECT["license"] == "Apache-2.0 AND OFL-1.1"  # what a wheel has in it: software and letters
