"""A clinic's desk for tests: what its commands are told, what stations say to it, what it tells them."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
from click.testing import CliRunner, Result

from builders import an_event
from pressout_cli.main import cli
from pressout_clinic.stations import Message
from pressout_clinic.store import Store
from pressout_clinic.subscriber import answered
from pressout_session.document import SessionDocument, encode
from pressout_session.orders import OrderKind, Request
from pressout_session.wire import (
    AckResult,
    EventKind,
    event_topic,
    request_topic,
    session_topic,
)

S3 = ("north", "s3")
PATIENT = "471922"
ITEM = {
    "kind": "cabled",
    "exercise": "pallof_press",
    "resistance": "tubing",
    "target_n": 45.0,
    "tolerance_n": 8.0,
    "sets": 2,
    "reps": 10,
    "hold_s": 2.0,
    "first_side": "left",
}


def command(store: Store, *words: str) -> Result:
    return CliRunner().invoke(cli, ["clinic", words[0], "--database", store.url, *words[1:]])


def prescribed(store: Store, folder: Path, *to: str, **more: object) -> Result:
    file = folder / "dose.json"
    file.write_text(json.dumps({"patient_ref": PATIENT, "items": [ITEM], **more}))
    return command(store, "prescribe", *(word for name in to for word in ("--to", name)), str(file))


def says(store: Store, kind: EventKind, number: int = 1, **more: object) -> None:
    event = msgspec.structs.replace(an_event(number), kind=kind, **more)
    store.hear([Message(event_topic(*S3, kind), msgspec.json.encode(event))])


def asks(store: Store, wanted: OrderKind, since: str | None = None) -> list[bytes]:
    """Give what a station is told when it asks, once all that was new has been said."""
    store.said(store.to_say())
    request = Request(at="2026-03-01T09:30:00Z", since=since)
    store.hear([Message(request_topic(*S3, wanted), msgspec.json.encode(request))])
    return [order.payload for order in store.to_say()]


def takes(store: Store, document: SessionDocument, payload: bytes | None = None) -> AckResult:
    topic = session_topic(document.site_id, document.station_id, document.session_id)
    (ack,) = answered(store, [(topic, payload or encode(document))])
    return ack.result
