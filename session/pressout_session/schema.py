"""The published forms of the wire, generated from its types: `python -m pressout_session.schema FOLDER`."""

from __future__ import annotations

import json
import sys
from typing import Any

import msgspec

from pressout_session import wire
from pressout_session.document import SessionDocument

# Who says what, from the station's side.
SAID = (("send", "session"), ("receive", "ack"), ("send", "status"), ("send", "info"), ("send", "event"))


def schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of a session document."""
    # Through JSON once: a default of () is [] to those who read it.
    generated = json.loads(json.dumps(msgspec.json.schema(SessionDocument)))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pressout.session/1",
        "description": "One complete session. Unknown fields are to be ignored.",
        **generated,
    }


def async_api() -> dict[str, Any]:
    """Give the AsyncAPI 3 description of what a station and a clinic say to each other."""
    (ack, status, event), parts = msgspec.json.schema_components(
        (wire.Ack, wire.Status, wire.StationEvent), ref_template="#/components/schemas/{name}"
    )
    station = {name: {"description": f"The {name}'s name."} for name in ("site", "station")}

    def channel(address: str, message: str, **extra: str) -> dict[str, Any]:
        parameters = {**station, **{name: {"description": text} for name, text in extra.items()}}
        reference = {"$ref": f"#/components/messages/{message}"}
        return {"address": address, "parameters": parameters, "messages": {message: reference}}

    def message(payload: dict[str, Any], summary: str) -> dict[str, Any]:
        return {"contentType": "application/json", "summary": summary, "payload": payload}

    session = {"session": "The session's UUID."}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Pressout",
            "version": "1.0.0",
            "description": "QoS 1. A PUBACK is no delivery: the ack is.",
        },
        "channels": {
            "session": channel(wire.session_topic("{site}", "{station}", "{session}"), "session", **session),
            "ack": channel(wire.ack_topic("{site}", "{station}", "{session}"), "ack", **session),
            "status": channel(wire.status_topic("{site}", "{station}"), "status"),
            "info": channel(wire.info_topic("{site}", "{station}"), "info"),
            "event": channel(wire.event_topic("{site}", "{station}", "{kind}"), "event", kind="What happened."),
        },
        "operations": {
            f"{action}_{name}": {"action": action, "channel": {"$ref": f"#/channels/{name}"}} for action, name in SAID
        },
        "components": {
            "messages": {
                "session": message({"$ref": "session.schema.json"}, "One complete session."),
                "ack": message(ack, "The clinic's own answer."),
                "status": message(status, "How a station is; retained."),
                "event": message(event, "What whoever looks after the station should know; advice, not a record."),
                "info": message({"type": "object"}, "What a station is: versions, schema, cell; retained."),
            },
            "schemas": parts,
        },
    }


def written() -> dict[str, str]:
    """Give the files of docs/reference that are generated here, by name."""
    return {
        "session.schema.json": json.dumps(schema(), indent=2) + "\n",
        "asyncapi.json": json.dumps(async_api(), indent=2) + "\n",
    }


if __name__ == "__main__":
    for name, text in written().items():
        with open(f"{sys.argv[1]}/{name}", "w", encoding="utf-8") as file:
            file.write(text)
