"""Validation of whatever arrives at a station by network, before anything else sees it. Pure.

Oversized, nested, of wrong types, retained by a stranger, about another station: refused in one sentence.
"""

from __future__ import annotations

import re
from typing import TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from pressout_session.error_sentences import mistake
from pressout_session.orders import Erasure, PrescriptionOrder
from pressout_session.wire import ROOT, Ack, Info

# A prescription of twenty items is 6 kB.
LARGEST_BYTES = 64 * 1024
LONGEST_REASON = 500
SESSION_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
SHA256 = re.compile(r"[0-9a-f]{64}")


class AckCame(Struct, frozen=True):
    """The clinic says what became of a session's document."""

    session_id: str
    ack: Ack


class RejectedMessage(Struct, frozen=True):
    """Why a message will not do."""

    reason: str


OTHER_NAME = RejectedMessage("name: found another one in the payload than in the topic, expected the same")
Kind = TypeVar("Kind", bound=msgspec.Struct)
Came: TypeAlias = AckCame | PrescriptionOrder | Erasure | Info | RejectedMessage


def came(topic: str, payload: bytes, station: tuple[str, str], *, retained: bool = False) -> Came:
    """Give what a message says to the station called `station` (site, station), or why it is refused."""
    parts = topic.split("/")
    if "/".join(parts[:2]) != ROOT or tuple(parts[2:4]) != station:
        return RejectedMessage(f"topic: found {topic[:80]!r}, expected one of this station's")
    if len(payload) > LARGEST_BYTES:
        return RejectedMessage(f"size: found {len(payload)} bytes, expected at most {LARGEST_BYTES}")
    kind, name = parts[4] if len(parts) > 4 else "", parts[5] if len(parts) == 6 else ""
    if kind == "info" and len(parts) == 5:
        return _read(payload, Info, "info")
    if retained:
        return RejectedMessage(
            f"{kind}: found it retained, expected nothing about a patient or a session to be kept there"
        )
    match kind:
        case "ack":
            return _ack(name, payload)
        case "prescription":
            order = _read(payload, PrescriptionOrder, "prescription")
            return order if isinstance(order, RejectedMessage) or order.prescription_id == name else OTHER_NAME
        case "erase":
            erasure = _read(payload, Erasure, "erasure")
            return erasure if isinstance(erasure, RejectedMessage) or erasure.erase_id == name else OTHER_NAME
        case _:
            return RejectedMessage(f"topic: found {topic[:80]!r}, expected ack, prescription or erase")


def _ack(session_id: str, payload: bytes) -> AckCame | RejectedMessage:
    ack = _read(payload, Ack, "ack")
    if isinstance(ack, RejectedMessage):
        return ack
    if not SESSION_ID.fullmatch(session_id) or not SHA256.fullmatch(ack.sha256):
        return RejectedMessage("ack: found no session's id or no SHA-256, expected both")
    reason = ack.reason and "".join(letter if letter.isprintable() else " " for letter in ack.reason[:LONGEST_REASON])
    return AckCame(session_id, msgspec.structs.replace(ack, reason=reason))


def _read(payload: bytes, kind: type[Kind], what: str) -> Kind | RejectedMessage:
    try:
        return msgspec.json.decode(payload, type=kind)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors; nesting is bounded by Python
        return RejectedMessage(f"{what}: {mistake(error, kind)}"[:LONGEST_REASON])
