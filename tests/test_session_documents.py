"""The wire form grows by adding only: every earlier version's document is read, checked, and loses nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from builders import a_document, an_erasure, an_event, an_info, an_order
from pressout_session.document import decode, encode
from pressout_session.schema import SAID, async_api, schema

EXAMPLES = sorted((Path(__file__).parent / "documents").glob("*.json"), key=lambda path: int(path.stem))


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    match value:
        case dict():
            for name, inner in value.items():
                yield from leaves(inner, f"{path}.{name}")
        case list():
            for place, inner in enumerate(value):
                yield from leaves(inner, f"{path}[{place}]")
        case _:
            yield path, value


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_a_document_of_every_earlier_version_is_read_and_keeps_all_it_says(example: Path) -> None:
    payload = example.read_bytes()

    again = dict(leaves(json.loads(encode(decode(payload)))))

    assert {path: value for path, value in leaves(json.loads(payload)) if again.get(path, ...) != value} == {}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_a_document_of_every_earlier_version_fits_the_schema_of_today(example: Path) -> None:
    jsonschema.validate(json.loads(example.read_bytes()), schema())


def test_todays_form_has_an_example_too() -> None:
    """A new field is a new example: `tests/documents` has one of each form that was ever written."""
    today = {re.sub(r"\[\d+\]", "[]", path) for path, _value in leaves(json.loads(encode(a_document())))}
    last = {re.sub(r"\[\d+\]", "[]", path) for path, _value in leaves(json.loads(EXAMPLES[-1].read_bytes()))}

    assert today == last


def test_what_a_newer_station_adds_is_not_in_the_way() -> None:
    plain = json.loads(EXAMPLES[-1].read_bytes())
    plain["of_tomorrow"] = {"x": 1}
    plain["sets"][0]["of_tomorrow"] = [1]

    assert decode(json.dumps(plain).encode()) == decode(EXAMPLES[-1].read_bytes())


def test_there_is_no_field_for_a_name_anywhere() -> None:
    words = json.dumps([schema(), async_api()]).lower()

    for word in ("first_name", "surname", "last_name", "birth", "email", "phone", "address_line", "full_name"):
        assert f'"{word}' not in words


# ---- AsyncAPI -----------------------------------------------------------------------------------------


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    api = async_api()
    found = [value for path, value in leaves(api) if path.endswith(".$ref")]

    assert found
    for reference in found:
        if reference == "session.schema.json":
            continue
        part: Any = api
        for name in reference.removeprefix("#/").split("/"):
            part = part[name]


def test_every_topic_is_described_with_its_parameters_and_who_says_it() -> None:
    api = async_api()

    assert set(api["channels"]) == {said.name for said in SAID}
    for name, channel in api["channels"].items():
        assert set(re.findall(r"{(\w+)}", channel["address"])) == set(channel["parameters"]), name
        actions = [one["action"] for one in api["operations"].values() if one["channel"]["$ref"].endswith(f"/{name}")]
        assert len(actions) == 1
        assert actions[0] in ("send", "receive")
    assert all(isinstance(value, str) for path, value in leaves(api) if path.endswith(".discriminator"))


@pytest.mark.parametrize(
    ("name", "example"),
    [("event", an_event()), ("info", an_info()), ("prescription", an_order()), ("erase", an_erasure())],
)
def test_what_is_said_fits_its_description(name: str, example: Any) -> None:
    api = async_api()
    described = {**api["components"]["messages"][name]["payload"], "components": api["components"]}

    jsonschema.validate(json.loads(msgspec.json.encode(example)), _plain(described))


def _plain(part: Any) -> Any:
    """Give a schema as JSON Schema has it: AsyncAPI's discriminator means nothing there."""
    if isinstance(part, dict):
        return {name: _plain(value) for name, value in part.items() if name != "discriminator"}
    return [_plain(one) for one in part] if isinstance(part, list) else part
