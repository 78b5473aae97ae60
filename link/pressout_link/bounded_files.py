"""Files of bounded size: what somebody else wrote is never read further than a file of its kind can be long."""

from __future__ import annotations

import errno
import tomllib
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

Read = TypeVar("Read")
# No configuration, order or list of ours is longer.
MOST_BYTES: Final = 1 << 20


def bounded_bytes(path: Path) -> bytes:
    """Give what a file holds.

    Raises
    ------
    OSError
        If it cannot be read, or is longer than any file of ours.
    """
    with path.open("rb") as file:
        held = file.read(MOST_BYTES + 1)
    if len(held) > MOST_BYTES:
        raise OSError(errno.EFBIG, f"more than {MOST_BYTES} bytes", str(path))
    return held


def bounded_json(path: Path, kind: type[Read]) -> Read:
    """Give what a JSON file holds.

    Raises
    ------
    OSError
        As above.
    ValueError
        If it holds nothing of this kind.
    """
    try:
        return msgspec.json.decode(bounded_bytes(path), type=kind)
    except RecursionError as error:
        raise ValueError("brackets within brackets, without end") from error


def bounded_text(path: Path) -> str:
    """Give the text of a file; editors of Windows begin with a mark, which is left out.

    Raises
    ------
    OSError
        As above.
    UnicodeDecodeError
        If it is not UTF-8.
    """
    return bounded_bytes(path).decode("utf-8-sig")


def bounded_toml(path: Path) -> dict[str, Any]:
    """Give what a TOML file holds.

    Raises
    ------
    OSError
        As above.
    ValueError
        If it is not UTF-8, or no TOML.
    """
    try:
        return tomllib.loads(bounded_text(path))
    except RecursionError as error:
        raise ValueError("brackets within brackets, without end") from error
