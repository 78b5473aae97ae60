"""Append-only log file, readable without us: calibrations, the audit.

A line that was being written when the power went is left where it is and skipped; the next begins on a line of its own.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from io import RawIOBase
from pathlib import Path

from pressout_device.errors import JournalError, unreadable
from pressout_device.storage import atomic_files
from pressout_device.storage.bad_sectors import read_around
from pressout_device.storage.lockfile import owned_as_its_folder
from pressout_session.error_sentences import why

# What stands in the place of a sector that cannot be read: a line that is none.
LOST = b"\nunreadable\n"


class AppendLog:
    """The file, made with the first line.

    Parameters
    ----------
    path : Path
        Where it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Give each line that is not empty, with its number from 1.

        Raises
        ------
        JournalError
            If the file is there and cannot be read.
        """
        try:
            lines = read_around(self.path, LOST).splitlines() if self.path.exists() else []
        except OSError as error:
            raise JournalError(f"{self.path}: {unreadable(error)}") from error
        yield from ((number, line) for number, line in enumerate(lines, start=1) if line.strip())

    def add(self, *lines: bytes) -> None:
        """Add lines; returns when they would survive a power cut.

        Raises
        ------
        JournalError
            If they cannot be written; what was written before stays.
        """
        new = not self.path.exists()
        try:
            # One write at the end of the file: what two processes add at once does not mix.
            with open(self.path, "ab+", buffering=0) as file:
                size = file.seek(0, os.SEEK_END)
                torn = size > 0 and _last_byte(file.fileno()) != b"\n"
                written = (b"\n" if torn else b"") + b"".join(line + b"\n" for line in lines)
                _all_or_nothing(file, written, size)
            owned_as_its_folder(self.path)
            if new:
                atomic_files.settle(self.path.parent)
        except OSError as error:
            raise JournalError(
                f"{self.path}: found {why(error)}, expected to be able to write it; what is already in it is untouched"
            ) from error


def _all_or_nothing(file: RawIOBase, lines: bytes, size: int) -> None:
    """Write so that it would survive a power cut; what cannot be written whole leaves nothing: it will be asked again.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    done = False
    try:
        done = file.write(lines) == len(lines)
        os.fsync(file.fileno())
    except OSError:
        done = False
        raise
    finally:
        if not done:
            file.truncate(size)
    if not done:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _last_byte(descriptor: int) -> bytes:
    try:
        return os.pread(descriptor, 1, os.fstat(descriptor).st_size - 1)
    except OSError:  # whatever it is, the next line begins on one of its own
        return b""
