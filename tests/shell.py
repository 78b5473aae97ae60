"""The command, run as a person runs it."""

from __future__ import annotations

import os
import subprocess
import sys
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


def pressout(*words: str | Path, said: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run it; `said` is what a pipe says to it, and then ends. It has no terminal: who has one would be asked there."""
    command = [sys.executable, "-m", "pressout_device.entry", *map(str, words)]
    return subprocess.run(
        command,
        input=said,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        start_new_session=True,
        env={**os.environ, "HOME": "/", **environment},
    )


def packaged(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the Debian package's program, with this Python."""
    program = Path(__file__).parent.parent / "packaging" / "deb" / "pressout"
    command = [sys.executable, str(program), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def one_sentence(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode == 1, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    return result.stderr.strip()
