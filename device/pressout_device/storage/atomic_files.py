"""Files that are there whole or not at all, whenever the power goes: write, fsync, rename, fsync the folder."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TypeVar

import msgspec

logger = logging.getLogger(__name__)

Read = TypeVar("Read")
# No message between two processes of a station is larger; a file that is, is nobody's.
MOST_BYTES = 1 << 20


def place(folder: Path, name: str, content: bytes, *, mode: int = 0o640) -> None:
    """Put a file into `folder`; return only when it would survive a power cut. Others may do with it what `mode` says.

    Raises
    ------
    OSError
        If it cannot be written; then nothing of it is left under `name`.
    """
    hidden = folder / f".{name}.part"
    try:
        with open(os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(hidden, folder / name)
    finally:
        hidden.unlink(missing_ok=True)  # nothing is left where it did not come to its end
    settle(folder)


def sweep(folder: Path) -> None:
    """Drop what a power cut left half written; for whoever writes in `folder`, when nothing is being written."""
    for part in folder.glob(".*.part"):
        part.unlink(missing_ok=True)


def settle(folder: Path) -> None:
    """Return only when the names in `folder` would survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def waiting(folder: Path) -> list[str]:
    """Give the names in `folder` that are whole, oldest first (names begin with a number that grows)."""
    return sorted(entry.name for entry in os.scandir(folder) if not entry.name.startswith(".") and entry.is_file())


def read(path: Path, kind: type[Read]) -> Read | None:
    """Give what a file holds; None where it holds nothing of this kind.

    Raises
    ------
    OSError
        If it cannot be read; it may be readable the next time.
    """
    with path.open("rb") as file:
        payload = file.read(MOST_BYTES + 1)
    if len(payload) > MOST_BYTES:
        logger.warning("%s: found more than %d bytes, expected a message; it is not read", path, MOST_BYTES)
        return None
    try:
        return msgspec.json.decode(payload, type=kind)
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
        return None
