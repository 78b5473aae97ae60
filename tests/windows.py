"""A real window on a real (virtual) screen, touched from outside as a person would."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from host_packages import need
from prerequisites import XDOTOOL, XVFB

WIDTH, HEIGHT = 800, 480


@contextmanager
def virtual_screen() -> Iterator[str]:
    """Start Xvfb on a free display; give its name."""
    need(XVFB, XDOTOOL)
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=(writing,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as said:
            yield f":{said.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


class Hand:
    """Touches and types, on a display."""

    def __init__(self, display: str) -> None:
        self._environment = {**os.environ, "DISPLAY": display}

    def _do(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self._environment, check=True, stdout=subprocess.DEVNULL)

    def touch(self, x: float, y: float, *, hold_s: float = 0.05) -> None:
        """Press at a point of the panel, and lift."""
        self._do("mousemove", str(round(x)), str(round(y)), "mousedown", "1", "sleep", str(hold_s), "mouseup", "1")

    def pause(self, duration_s: float) -> None:
        """Wait as a finger does on its way: the panel ignores one that comes too soon after a change."""
        self._do("sleep", str(duration_s))

    def type(self, digits: str) -> None:
        """Type, as a scanner does."""
        self._do("type", "--delay", "30", digits)


def eventually(true: Callable[[], bool], what: str, patience_s: float = 60.0) -> None:
    until_s = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < until_s, what
        time.sleep(0.05)
