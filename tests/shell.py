"""The command, run as a person runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

CONFIG = """
[station]
site_id = "north"
station_id = "s3"
folder = "{folder}"
[load_cell]
way = "simulated"
counts_per_newton = 400.0
zero_counts = 8000.0
[screen]
full_screen = false
[[dose]]
exercise = "pallof_press"
"""
NOBODY = 65534


def _finished(
    words: list[str],
    patience_s: float,
    environment: dict[str, str],
    said: str | None = None,
    folder: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run something without a terminal: who has one would be asked there.

    Where it takes too long, all that it began is ended too: who still holds its output would be waited for without end.
    What is written in Python says where it was.
    """
    pipe = subprocess.PIPE
    env = {**os.environ, "PYTHONFAULTHANDLER": "1", **environment}
    process = subprocess.Popen(
        words, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=folder, env=env, start_new_session=True
    )
    try:
        told, amiss = process.communicate(said, timeout=patience_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGABRT)
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=5)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        raise AssertionError((words, f"still running after {patience_s} s", *process.communicate())) from None
    return subprocess.CompletedProcess(words, process.returncode, told, amiss)


def pressout(*words: str | Path, said: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run it; `said` is what a pipe says to it, and then ends."""
    command = [sys.executable, "-m", "pressout_cli.entry", *map(str, words)]
    return _finished(command, 60.0, {"HOME": "/", **environment}, said=said)


def ran(line: str, folder: Path, **environment: str) -> str:
    """Run a line of a page's as its reader's shell does; give what it printed. It must succeed."""
    done = _finished(["sh", "-c", line], 120.0, environment, folder=folder)
    assert done.returncode == 0, (line, done.stdout, done.stderr)
    return done.stdout


def packaged(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the Debian package's program, with this Python."""
    program = Path(__file__).parent.parent / "packaging" / "deb" / "pressout"
    command = [sys.executable, str(program), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def one_sentence(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode == 1, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    return result.stderr.strip()
