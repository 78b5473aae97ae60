"""Processes that a measurement starts, kills and starts again."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

HERE = Path(__file__).parent.parent


@dataclass(slots=True)
class Child:
    """A process that can be killed and started again."""

    words: Callable[[], list[str]]
    heard: Callable[[IO[bytes]], None] | None = None
    process: subprocess.Popen[bytes] | None = None
    ears: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Start it."""
        out = subprocess.PIPE if self.heard else subprocess.DEVNULL
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self.words()], cwd=HERE, stdout=out, stderr=subprocess.DEVNULL
        )
        if self.heard and self.process.stdout:
            ear = threading.Thread(target=self.heard, args=(self.process.stdout,), daemon=True)
            ear.start()
            self.ears.append(ear)

    def kill(self) -> None:
        """End it as `kill -9` does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def end(self, patience_s: float = 20.0) -> None:
        """Ask it to end."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(patience_s)
            except subprocess.TimeoutExpired:
                self.kill()
