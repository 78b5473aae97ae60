"""Cuts the power at any write: what was written since the last fdatasync is thrown away, in whole or in part.

A station's writer runs with a shim before the C library that writes down, in order, every write, synchronisation and
change of a name, and every word that the station gave ("this is kept"). From that log the files are built as they would
be if the power had gone at any point in it; the station is started on them, and must have all that it had promised.

Three ways to lose what was not synchronised: all of it, a random part of it, a random part of its 512-byte sectors.
Names (created, renamed, dropped) that the folder was not synchronised for are lost from some point on.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
HEAD = struct.Struct("<IIIIQQ")
SECTOR = 512
WAYS = ("all", "some", "torn")
# Where the station gives its word; below the root, so that the shim sees it.
TOLD = "/told"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done to a file."""

    kind: str
    path: str
    other: str
    offset: int
    data: bytes
    length: int


@dataclass(slots=True)
class File:
    """A file as it is on the disk, and what was done to it since it was synchronised last."""

    safe: bytearray = field(default_factory=bytearray)
    unsafe: list[Step] = field(default_factory=list)


class Disk:
    """A disk that forgets what was not synchronised."""

    def __init__(self) -> None:
        self._now: dict[str, File] = {}
        self._safe: dict[str, File] = {}
        self._names: list[tuple[str, Step, File | None]] = []

    def do(self, step: Step) -> None:
        """Do one step."""
        folder = os.path.dirname(step.path)
        match step.kind:
            case "c":
                self._now[step.path] = File()
                self._names.append((folder, step, self._now[step.path]))
            case "w" | "t" if step.path in self._now:
                self._now[step.path].unsafe.append(step)
            case "r":
                self._now[step.other] = self._now.pop(step.path)
                self._names.append((os.path.dirname(step.other), step, self._now[step.other]))
            case "u":
                self._now.pop(step.path, None)
                self._names.append((folder, step, None))
            case "s" if step.path in self._now:
                file = self._now[step.path]
                for one in file.unsafe:
                    _apply(file.safe, one)
                file.unsafe.clear()
            case "s":
                self._settle(step.path or "/")

    def _settle(self, folder: str) -> None:
        """Synchronise a folder: the names in it are safe."""
        for _folder, step, file in self._names:
            if _folder == folder:
                _name(self._safe, step, file)
        self._names = [one for one in self._names if one[0] != folder]

    def after_the_cut(self, way: str, rng: random.Random) -> dict[str, bytes]:
        """Give the files that there are when the power comes back."""
        names = dict(self._safe)
        if way != "all":
            # A file system keeps the order of names: some first part of what was not safe is there.
            for _folder, step, file in self._names[: rng.randint(0, len(self._names))]:
                _name(names, step, file)
        files: dict[str, bytes] = {}
        for path, file in names.items():
            content = bytearray(file.safe)
            if way != "all":
                for step in file.unsafe:
                    if way == "some" and rng.random() < 0.5:
                        _apply(content, step)
                    elif way == "torn":
                        for part in _sectors(step):
                            if rng.random() < 0.5:
                                _apply(content, part)
            files[path] = bytes(content)
        return files


def _name(names: dict[str, File], step: Step, file: File | None) -> None:
    if step.kind == "r":
        names.pop(step.path, None)
    if step.kind == "u" or file is None:
        names.pop(step.path, None)
    else:
        names[step.other or step.path] = file


def _apply(content: bytearray, step: Step) -> None:
    if step.kind == "t":
        del content[step.offset :]
        content.extend(bytes(step.offset - len(content)))
        return
    if len(content) < step.offset:
        content.extend(bytes(step.offset - len(content)))
    content[step.offset : step.offset + len(step.data)] = step.data


def _sectors(step: Step) -> Iterator[Step]:
    if step.kind == "t":
        yield step
        return
    for at in range(0, len(step.data), SECTOR):
        part = step.data[at : at + SECTOR]
        yield Step("w", step.path, "", step.offset + at, part, len(part))


def shim(folder: Path) -> Path:
    """Compile the shim.

    Raises
    ------
    OSError, subprocess.CalledProcessError
        If there is no C compiler, or it fails.
    """
    made = folder / "powercut.so"
    compiler = shutil.which("cc") or shutil.which("gcc") or "cc"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(made), str(HERE / "powercut.c"), "-ldl", "-lpthread"]
    subprocess.run(command, check=True, capture_output=True)
    return made


def recorded(folder: Path, sessions: int, *, synchronous: bool = True) -> list[Step]:
    """Let a station's writer keep some sessions under the shim; give what was done to its files, in order."""
    return watched(folder, ["-m", "bench.powercut_station"], str(sessions), str(int(synchronous)))


def watched(folder: Path, program: list[str], *words: str) -> list[Step]:
    """Let a Python program work in a folder, its first word, under the shim; give what was done there, in order."""
    root, log = folder / "station", folder / "log"
    root.mkdir()
    environment = {
        **os.environ,
        "LD_PRELOAD": str(shim(folder)),
        "POWERCUT_ROOT": str(root),
        "POWERCUT_LOG": str(log),
        # The same code as runs here.
        "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE.parent / "tests"), *sys.path]),
    }
    subprocess.run([sys.executable, *program, str(root), *words], check=True, env=environment, cwd=HERE.parent)
    return list(_steps(log.read_bytes()))


def _steps(log: bytes) -> Iterator[Step]:
    at = 0
    while at < len(log):
        kind, path_length, other_length, _pad, offset, length = HEAD.unpack_from(log, at)
        at += HEAD.size
        path = log[at : at + path_length].decode()
        at += path_length
        other = log[at : at + other_length].decode()
        at += other_length
        data = log[at : at + length] if chr(kind) == "w" else b""
        at += len(data)
        yield Step(chr(kind), path, other, offset, data, length)


@dataclass(slots=True)
class Given:
    """What the station gave its word for: facts a session, lines of the audit, answers that the uplink handed over."""

    facts: dict[str, int] = field(default_factory=dict)
    audit: int = 0
    answers: set[str] = field(default_factory=set)

    def hear(self, words: bytes) -> None:
        """Take some words."""
        for line in words.splitlines():
            said = json.loads(line)
            match said:
                case {"fact": session_id}:
                    self.facts[session_id] = self.facts.get(session_id, 0) + 1
                case {"audit": count}:
                    self.audit = count
                case {"answer": name}:
                    self.answers.add(name)


@dataclass(slots=True)
class Cut:
    """What the cuts of one way came to."""

    cuts: int = 0
    broken: int = 0
    lost: int = 0
    first: str = ""


def cut(steps: list[Step], points: int, seed: int = 0) -> dict[str, Cut]:
    """Cut the power at many points, in each way; give what was lost of what the station had given its word for."""
    from bench.powercut_station import missing

    rng = random.Random(seed)
    # Right after a word was given is where it hurts most.
    words = [place + 1 for place, step in enumerate(steps) if step.path == TOLD and step.kind == "w"]
    chosen = set(rng.sample(words, min(points // 2, len(words))))
    chosen |= {rng.randint(1, len(steps)) for _ in range(points - len(chosen))}
    found = {way: Cut() for way in WAYS}
    disk, given = Disk(), Given()
    for place, step in enumerate(steps, start=1):
        if step.path == TOLD and step.kind == "w":
            given.hear(step.data)
        elif step.path != TOLD:
            disk.do(step)
        if place not in chosen:
            continue
        for way, result in found.items():
            with tempfile.TemporaryDirectory(prefix="pressout-cut-") as where:
                for path, content in disk.after_the_cut(way, rng).items():
                    if path.endswith("-shm"):
                        continue  # made anew by whoever opens the journal; it is never synchronised
                    target = Path(where + path)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(content)
                said = missing(Path(where), given)
            result.cuts += 1
            result.lost += bool(said)
            result.first = result.first or (f"step {place}: {said}" if said else "")
    return found
