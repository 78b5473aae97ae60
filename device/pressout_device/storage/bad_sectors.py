"""Bad sectors: a file is read around what its card does not give any more."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

# What is read at once where not all can be read.
SECTOR = 4096


def read_around(path: Path, lost: bytes = bytes(SECTOR)) -> bytes:
    """Give a file's bytes, with `lost` in the place of each sector that cannot be read.

    Raises
    ------
    OSError
        If it is for another reason that it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        if error.errno != errno.EIO:
            raise
    with open(path, "rb") as file:
        return b"".join(_sectors(file.fileno(), lost))


def _sectors(descriptor: int, lost: bytes) -> Iterator[bytes]:
    for at in range(0, os.fstat(descriptor).st_size, SECTOR):
        try:
            yield os.pread(descriptor, SECTOR, at)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            yield lost
