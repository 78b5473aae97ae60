"""The published forms of the wire, generated from its types: `python -m pressout_session.schema FOLDER`."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct, field

from pressout_session import orders, wire
from pressout_session.document import SessionDocument
from pressout_session.exchange.terms import code_system

SESSION = {"session": "The session's UUID."}


class Said(Struct, frozen=True):
    """One kind of message: who says it from the station's side, where, what it is, and its payload."""

    action: str
    name: str
    address: str
    summary: str
    payload: type[msgspec.Struct] | dict[str, str]
    parameters: Mapping[str, str] = field(default_factory=dict)


_HERE = ("{site}", "{station}")
SAID = (
    Said(
        "send",
        "session",
        wire.session_topic(*_HERE, "{session}"),
        "One complete session. QoS 1.",
        {"$ref": "session.schema.json"},
        SESSION,
    ),
    Said("receive", "ack", wire.ack_topic(*_HERE, "{session}"), "The clinic's own answer. QoS 1.", wire.Ack, SESSION),
    Said("send", "status", wire.status_topic(*_HERE), "How a station is. QoS 1, retained, Last Will.", wire.Status),
    Said("send", "info", wire.info_topic(*_HERE), "What a station is. QoS 1, retained.", wire.Info),
    Said(
        "send",
        "event",
        wire.event_topic(*_HERE, "{kind}"),
        "What whoever looks after the station should know; advice, not a record. QoS 1.",
        wire.StationEvent,
        {"kind": "What happened."},
    ),
    Said(
        "send", "live", wire.live_topic(*_HERE), "What happens now. QoS 0, at most 5 a second, if enabled.", wire.Live
    ),
    Said(
        "receive",
        "prescription",
        wire.prescription_topic(*_HERE, "{prescription}"),
        "What a patient is to do from the next visit on. QoS 1, never retained.",
        orders.PrescriptionOrder,
        {"prescription": "The prescription's id."},
    ),
    Said(
        "send",
        "request",
        wire.request_topic(*_HERE, "{wanted}"),
        "What a station asks for after an absence. QoS 1.",
        orders.Request,
        {"wanted": "prescriptions or erasures"},
    ),
    Said(
        "receive",
        "erase",
        wire.erase_topic(*_HERE, "{erasure}"),
        "Whom to forget; answered by event/erased. QoS 1, never retained.",
        orders.Erasure,
        {"erasure": "The erasure's id."},
    ),
)


def schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of a session document."""
    generated = _as_read(msgspec.json.schema(SessionDocument))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pressout.session/1",
        "description": "One complete session. Unknown fields are to be ignored.",
        **generated,
    }


def async_api() -> dict[str, Any]:
    """Give the AsyncAPI 3 description of what a station and a clinic say to each other."""
    typed = [said.payload for said in SAID if not isinstance(said.payload, dict)]
    generated, parts = msgspec.json.schema_components(typed, ref_template="#/components/schemas/{name}")
    payloads = iter(_as_read(generated))
    messages = {
        said.name: {
            "contentType": "application/json",
            "summary": said.summary,
            "payload": said.payload if isinstance(said.payload, dict) else next(payloads),
        }
        for said in SAID
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Pressout",
            "version": "1.1.0",
            "description": "A PUBACK is no delivery: the ack is. Unknown fields are to be ignored.",
        },
        "channels": {said.name: _channel(said) for said in SAID},
        "operations": {
            f"{said.action}_{said.name}": {"action": said.action, "channel": {"$ref": f"#/channels/{said.name}"}}
            for said in SAID
        },
        "components": {"messages": messages, "schemas": _discriminated(_as_read(parts))},
    }


def _as_read(generated: Any) -> Any:  # noqa: ANN401
    """Give a schema as those see it who read its JSON: () is [], and no description has its source's indentation."""
    return json.loads(json.dumps(generated), object_hook=_unindented)


def _unindented(part: dict[str, Any]) -> dict[str, Any]:
    described = part.get("description")
    return {**part, "description": inspect.cleandoc(described)} if isinstance(described, str) else part


def _discriminated(part: Any) -> Any:  # noqa: ANN401
    """Name the discriminating field as AsyncAPI does: by its name alone, where OpenAPI has an object."""
    if isinstance(part, list):
        return [_discriminated(one) for one in part]
    if not isinstance(part, dict):
        return part
    changed = {name: _discriminated(value) for name, value in part.items()}
    if isinstance(found := changed.get("discriminator"), dict):
        changed["discriminator"] = found["propertyName"]
    return changed


def _channel(said: Said) -> dict[str, Any]:
    parameters = {"site": "The site's name.", "station": "The station's name.", **said.parameters}
    return {
        "address": said.address,
        "parameters": {name: {"description": text} for name, text in parameters.items()},
        "messages": {said.name: {"$ref": f"#/components/messages/{said.name}"}},
    }


def written() -> dict[str, str]:
    """Give the files of docs/reference that are generated here, by name."""
    return {
        "session.schema.json": json.dumps(schema(), indent=2) + "\n",
        "asyncapi.json": json.dumps(async_api(), indent=2) + "\n",
        "fhir-codes.json": json.dumps(code_system(), indent=2) + "\n",
    }


if __name__ == "__main__":
    for name, text in written().items():
        with open(f"{sys.argv[1]}/{name}", "w", encoding="utf-8") as file:
            file.write(text)
