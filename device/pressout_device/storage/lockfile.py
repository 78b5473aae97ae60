"""Lock file of a station: one process at a time holds its pins and journal; the second is told so."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pressout_device.errors import JournalError, LoadCellError, unwritable_folder


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the station in `folder` until the block ends. The kernel lets go of it for a process that is killed.

    Raises
    ------
    LoadCellError
        If a running station holds it.
    JournalError
        If the folder cannot be used.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = open(folder / "station.lock", "w", encoding="ascii")  # noqa: SIM115 (open for as long as the lock)
        owned_as_its_folder(folder / "station.lock")
    except OSError as error:
        raise JournalError(unwritable_folder(folder, error)) from error
    with file:
        _lock(file, folder)
        yield


def owned_as_its_folder(path: Path) -> None:
    """Give what an administrator made in a station's folder to the folder's owner, who must be able to write it.

    Raises
    ------
    OSError
        If it cannot be given.
    """
    if os.geteuid() != 0:
        return
    folder, file = path.parent.stat(), path.stat()
    if (file.st_uid, file.st_gid) != (folder.st_uid, folder.st_gid):
        os.chown(path, folder.st_uid, folder.st_gid)


def _lock(file: TextIO, folder: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise LoadCellError(
            f"load cell: found a running station in {folder} that holds the pins, expected none; "
            "stop it first (systemctl stop pressout-station)"
        ) from error
