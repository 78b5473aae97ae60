"""Validation of incoming documents. Pure: bytes and a topic in, a document or a reason out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pressout_session.document import SessionDocument, decode
from pressout_session.error_sentences import mistake
from pressout_session.wire import address_of

# Twenty sets of fifty repetitions are 300 kB; no honest session is larger than this.
LARGEST_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a document was not stored, in one sentence for staff."""

    reason: str


def checked(topic: str, payload: bytes) -> SessionDocument | Rejection:
    """Give the document that `payload` holds, or why it is none of ours.

    A station speaks only for itself: site, station and session of the topic, which the broker's rules
    guard, must be those of the document.
    """
    address = address_of(topic)
    if address is None:
        return Rejection(f"topic: found {topic[:80]!r}, expected a session topic")
    if len(payload) > LARGEST_BYTES:
        return Rejection(f"size: found {len(payload)} bytes, expected at most {LARGEST_BYTES}")
    try:
        document = decode(payload)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors; nesting is bounded by Python
        return Rejection(f"document: {mistake(error, SessionDocument)}")
    said = (document.site_id, document.station_id, document.session_id)
    heard = (address.site_id, address.station_id, address.session_id)
    if said != heard:
        return Rejection(
            f"identity: found {'/'.join(said)} in the document, expected {'/'.join(heard)} as in the topic"
        )
    for name, moment in (("started_at", document.started_at), ("ended_at", document.ended_at)):
        if not _is_utc(moment):
            return Rejection(f"{name}: found {moment[:40]!r}, expected a moment such as 2026-03-01T09:30:00.000Z")
    items = len(document.prescription.items)
    places = [held.item for held in document.sets] + [done.item for done in document.timed]
    if max(places, default=0) >= items:
        return Rejection(f"item: found one beyond the {items} of the prescription, expected a place in it, from 0")
    return document


def _is_utc(moment: str) -> bool:
    """Tell whether a moment is RFC 3339 in UTC, as every station has ever written it."""
    try:
        datetime.fromisoformat(moment)
    except ValueError:
        return False
    return moment.endswith("Z") and len(moment) <= len("2026-03-01T09:30:00.000000Z")
