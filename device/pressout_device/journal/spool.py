"""The folders between station and uplink, handled the way mail is: write, fsync, rename, fsync the folder.

The station alone writes and empties `outbox/`; the uplink answers by files in `inbox/`. A file is there whole or not at
all, whenever the power goes.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TypeVar

import msgspec

from pressout_session.troubles import LinkTrouble
from pressout_session.wire import Ack

DOCUMENT = re.compile(r"\d{10}\.[0-9a-f-]{36}\.\d+\.json")

EVENT = re.compile(r"event\.[0-9a-f-]{36}\.json")
# What a station says beside its sessions is advice: beyond this many that nobody took, the oldest go.
MOST_EVENTS = 500


# What each side says of itself to the other: hidden, since it is neither a document nor an answer.
LINK = ".link.json"
STATION = ".station.json"


Read = TypeVar("Read")


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """How the way to the clinic is: the kind of trouble if there is one, and its details in English."""

    connected: bool = False
    trouble: LinkTrouble | None = None
    details: str = ""
    plain: bool = False
    refused: int = 0
    answered_at: str | None = None


class StationSaid(msgspec.Struct, frozen=True, kw_only=True):
    """What the station lets the clinic know of itself."""

    in_session: bool = False
    rejected: int = 0
    reason: str = ""


class Answer(msgspec.Struct, frozen=True):
    """The clinic's ack, as the uplink hands it to the station."""

    session_id: str
    ack: Ack


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


def documents(outbox: Path) -> list[str]:
    """Give the names of the documents in `outbox`, oldest first; what else lies there is not ours to send."""
    return [name for name in waiting(outbox) if DOCUMENT.fullmatch(name)]


def events(outbox: Path) -> list[str]:
    """Give the names of the events in `outbox`, oldest first."""
    return [name for name in waiting(outbox) if EVENT.fullmatch(name)]


def event_name(event_id: str) -> str:
    """Name an event in the outbox.

    >>> event_name("0190")
    'event.0190.json'
    """
    return f"event.{event_id}.json"


def document_name(seq: int, session_id: str, revision: int) -> str:
    """Name a document in the outbox so that the oldest sorts first.

    >>> document_name(7, "01900000-0000-7000-8000-000000000001", 1)
    '0000000007.01900000-0000-7000-8000-000000000001.1.json'
    """
    return f"{seq:010d}.{session_id}.{revision}.json"


def session_of(name: str) -> str:
    """Give the session whose document has this name.

    >>> session_of("0000000007.0190.1.json")
    '0190'
    """
    return name.split(".")[1]


def acks_name(moment_ns: int) -> str:
    """Name a file of answers, so that the oldest sorts first."""
    return f"acks.{moment_ns:020d}.json"


def read(path: Path, kind: type[Read]) -> Read | None:
    """Give what a file holds; None where it holds nothing of this kind.

    Raises
    ------
    OSError
        If it cannot be read; it may be readable the next time.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
        return None
