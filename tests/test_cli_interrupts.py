"""Ctrl-C at any moment: nothing is printed that a person would not understand, and nothing is left running."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from uplinks import eventually


def interrupted(*words: str, when: Callable[[subprocess.Popen[str]], bool]) -> tuple[int, str]:
    """Press Ctrl-C in a terminal where a command runs, as soon as something is true of it; give how it ends."""
    command = [sys.executable, "-m", "pressout_cli.entry", *words]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while not when(process):
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    try:
        said = process.communicate(timeout=60)[1]
    finally:
        process.kill()
    return process.returncode, said


def has_loaded(part: str) -> Callable[[subprocess.Popen[str]], bool]:
    """Say whether a process has loaded a library."""
    return lambda process: part in Path(f"/proc/{process.pid}/maps").read_text(encoding="utf-8")


def has_children(count: int) -> Callable[[subprocess.Popen[str]], bool]:
    """Say whether a process has begun others."""

    def said(process: subprocess.Popen[str]) -> bool:
        text = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8")
        return len(text.split()) >= count

    return said


@pytest.mark.service
@pytest.mark.parametrize(
    "when",
    [has_loaded("msgspec"), has_loaded("_multiarray_umath"), *(has_children(count) for count in (1, 2, 3, 4, 5))],
    ids=["importing", "importing numpy", *(f"child {count}" for count in (1, 2, 3, 4, 5))],
)
def test_ctrl_c_is_clean_from_the_first_moment_on(when: Callable[[subprocess.Popen[str]], bool]) -> None:
    code, said = interrupted("demo", "--headless", when=when)

    assert said == ""
    assert code in (0, 130)


@pytest.mark.service
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="only Linux ends the children of who was killed")
def test_a_demo_that_is_killed_leaves_nothing_running() -> None:
    command = [sys.executable, "-m", "pressout_cli.entry", "demo", "--headless"]
    nowhere = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=nowhere, stderr=nowhere, text=True, start_new_session=True)
    eventually(lambda: has_children(5)(process) and bool(in_session(process.pid)))

    process.kill()
    process.wait()

    eventually(lambda: not in_session(process.pid))


def in_session(leader: int) -> list[str]:
    """Give the processes that are left of a session, those apart that have ended and wait to be collected."""
    left = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            state, _parent, _group, session, *_ = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
            if session == str(leader) and state != "Z":
                left.append(stat.parent.name)
    return left


def test_whoever_stops_reading_what_is_printed_is_told_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pressout_cli.entry", "analyze", *[str(tmp_path / "none.csv")] * 3, "--json"]
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)

    assert done.returncode == 1
    assert done.stderr == ""
