"""Graceful shutdown of long commands: SIGTERM or SIGINT (Ctrl-C), and their children by the command alone.

Where it is killed, the kernel ends its children: nobody else would.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from pathlib import Path


def stopped() -> Callable[[], bool]:
    """Give a question that is answered yes once someone asked us to stop."""
    asked = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: asked.set())
    return asked.is_set


@contextmanager
def out_of_ctrl_cs_reach() -> Iterator[None]:
    """Let a child that is begun in here never hear Ctrl-C, which goes to all of a terminal: who began it ends it."""
    resource_tracker.ensure_running()  # of multiprocessing; when it has to begin it unblocks what is blocked here
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def begun(command: list[str]) -> subprocess.Popen[bytes]:
    """Begin a silent child that never hears Ctrl-C, and that gets SIGTERM when we are gone, however we go."""
    setpriv = shutil.which("setpriv")  # of util-linux; elsewhere a child may be left over
    words = command if setpriv is None else [setpriv, "--pdeathsig", "TERM", *command]
    with out_of_ctrl_cs_reach():
        return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextmanager
def dropped_folder(prefix: str) -> Iterator[Path]:
    """Give a folder that is gone when we are, however we go: a child waits for our end, and takes it away."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    heard, held = os.pipe()
    with out_of_ctrl_cs_reach():
        # It reads until nobody holds the other end any more, which is when this process has ended.
        waits = subprocess.Popen(
            ["/bin/sh", "-c", 'read -r _; rm -rf -- "$1"', "sh", str(folder)],
            stdin=heard,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    os.close(heard)
    try:
        yield folder
    finally:
        os.close(held)
        waits.wait()
