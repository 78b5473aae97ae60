"""Spool folders between station and uplink: names and kinds of the files in outbox and inbox.

The station alone writes and empties `outbox/`; the uplink answers by files in `inbox/`. A file is there whole or not at
all, whenever the power goes.
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from pressout_device.storage import atomic_files
from pressout_session.error_codes import LinkTrouble
from pressout_session.wire import Ack, digest

# The sequence, the session, its revision, and how the document's SHA-256 begins; earlier stations left that out.
DOCUMENT = re.compile(r"\d{10}\.[0-9a-f-]{36}\.\d+(\.[0-9a-f]{16})?\.json")
DIGEST_LETTERS = 16
# A document that is not what its name says, for the station to write anew.
ALTERED = "altered"

EVENT = re.compile(r"event\.[0-9a-f-]{36}\.json")
# What a station says beside its sessions is advice: beyond this many that nobody took, the oldest go.
MOST_EVENTS = 500


# What each side says of itself to the other: hidden, since it is neither a document nor an answer.
LINK = ".link.json"
SINCE = ".since.json"
STATION = ".station.json"


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


def documents(outbox: Path) -> list[str]:
    """Give the names of the documents in `outbox`, oldest first; what else lies there is not ours to send."""
    return [name for name in atomic_files.waiting(outbox) if DOCUMENT.fullmatch(name)]


def events(outbox: Path) -> list[str]:
    """Give the names of the events in `outbox`, oldest first."""
    return [name for name in atomic_files.waiting(outbox) if EVENT.fullmatch(name)]


def event_name(event_id: str) -> str:
    """Name an event in the outbox.

    >>> event_name("0190")
    'event.0190.json'
    """
    return f"event.{event_id}.json"


def document_name(seq: int, session_id: str, revision: int, sha256: str) -> str:
    """Name a document in the outbox so that the oldest sorts first, and so that damage to it is seen.

    >>> document_name(7, "01900000-0000-7000-8000-000000000001", 1, "0123456789abcdef" * 4)
    '0000000007.01900000-0000-7000-8000-000000000001.1.0123456789abcdef.json'
    """
    return f"{seq:010d}.{session_id}.{revision}.{sha256[:DIGEST_LETTERS]}.json"


def is_altered(name: str, document: bytes) -> bool:
    """Tell whether a document in the outbox is not the one that was put there.

    >>> is_altered("0000000007.0190.1.e3b0c44298fc1c14.json", b""), is_altered("0000000007.0190.1.json", b"")
    (False, False)
    """
    said = name.split(".")[3:-1]
    return bool(said) and not digest(document).startswith(said[0])


def session_of(name: str) -> str:
    """Give the session whose document has this name.

    >>> session_of("0000000007.0190.1.json")
    '0190'
    """
    return name.split(".")[1]


def acks_name(moment_ns: int) -> str:
    """Name a file of answers, so that the oldest sorts first."""
    return f"acks.{moment_ns:020d}.json"


def came_at(name: str) -> str:
    """Give the moment in a file's name; a mark has none, and comes first.

    >>> came_at("erase.er-1.01764100000000000000.json")
    '01764100000000000000'
    """
    parts = name.split(".")
    return parts[-2] if len(parts) > 2 and parts[-2].isdigit() else ""
