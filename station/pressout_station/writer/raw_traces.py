"""The raw readings of each set, kept as compressed traces: to settle an argument, and to make the algorithms better.

A file a set, `raw/SESSION.SET.csv.gz`, readable by `pressout analyze`. There is a budget in days and in bytes; what the
clinic has the session of goes first. A set that cannot be kept costs its raw readings and nothing else.
"""

from __future__ import annotations

import gzip
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pressout_device.storage import atomic_files

logger = logging.getLogger(__name__)

FOLDER = "raw"
NAME = re.compile(r"([0-9a-f-]{36})\.(\d+)\.csv\.gz")
# Level 6 saves 3 % more of a trace and takes three times as long.
LEVEL = 3
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class SetTrace:
    """The readings of one set: the head that says how to read them, times in s and values in counts."""

    session_id: str
    number: int
    head: Mapping[str, str]
    times_s: tuple[float, ...]
    counts: tuple[int, ...]

    def text(self) -> str:
        """Give it in the form of a trace file."""
        head = "".join(f"# {key}: {value}\n" for key, value in self.head.items())
        rows = "".join(f"{t_s:.4f},{counts}\n" for t_s, counts in zip(self.times_s, self.counts, strict=True))
        return f"{head}t_s,counts\n{rows}"


@dataclass(frozen=True, slots=True)
class Budget:
    """For how many days and in how many bytes raw readings are kept."""

    days: float = 90.0
    size_bytes: int = 512 * 1024 * 1024


class RawTraces:
    """The folder of raw traces.

    Parameters
    ----------
    folder : Path
        The station's; the traces' own is made with the first.
    budget : Budget
        What may be kept.
    """

    def __init__(self, folder: Path, budget: Budget) -> None:
        self._folder = folder / FOLDER
        self._budget = budget

    def keep(self, trace: SetTrace) -> None:
        """Keep one set's readings; where that cannot be done it is said, and they are gone."""
        name = f"{trace.session_id}.{trace.number:02d}.csv.gz"
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            # Without a time in it the same readings are the same bytes.
            content = gzip.compress(trace.text().encode("ascii"), LEVEL, mtime=0)
            atomic_files.place(self._folder, name, content, mode=0o600)
        except OSError as error:
            logger.warning("the raw readings of a set cannot be kept: %s", error)

    def all(self) -> list[Path]:
        """Give the files, oldest session first."""
        if not self._folder.is_dir():
            return []
        return sorted(path for path in self._folder.iterdir() if NAME.fullmatch(path.name))

    def forget(self, sessions: set[str]) -> None:
        """Drop what there is of some sessions.

        Raises
        ------
        OSError
            If it cannot be dropped.
        """
        for path in self.all():
            if path.name[:36] in sessions:
                path.unlink(missing_ok=True)

    def trim(self, waiting: set[str], now: datetime | None) -> None:
        """Drop what is over the budget: what is too old, then the oldest delivered, then the oldest of all.

        `waiting` are the sessions that the clinic does not have; without `now` nobody knows what is too old.
        """
        kept: list[tuple[Path, int]] = []
        try:
            for path in self.all():
                seen = path.stat()
                delivered = path.name[:36] not in waiting
                if now is not None and delivered and now.timestamp() - seen.st_mtime > self._budget.days * DAY_S:
                    path.unlink()
                else:
                    kept.append((path, seen.st_size))
            over = sum(size for _path, size in kept) - self._budget.size_bytes
            for path, size in sorted(kept, key=lambda one: one[0].name[:36] in waiting):
                if over <= 0:
                    return
                path.unlink()
                over -= size
        except OSError as error:
            logger.warning("raw readings cannot be trimmed: %s", error)
