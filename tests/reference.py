"""The pages of docs/reference that follow from the code: `python tests/reference.py docs/reference` rewrites them.

Commands from the command line's own help, configuration from its types, messages from the wire's, numbers from the
screen's words.
"""

from __future__ import annotations

import enum
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from pressout_cli.main import cli
from pressout_device import settings
from pressout_session import document
from pressout_session.error_codes import NUMBERS
from pressout_session.schema import SAID
from pressout_session.wire import EventKind
from pressout_signal.model.fitted_model import fitted
from pressout_signal.model.resampler import TICK_S
from pressout_signal.samples import FaultKind
from pressout_station import config_sections
from pressout_ui.words import LANGUAGES

MADE = "*Made from the code by `make schema`.*"
PURPOSE = """\
It counts repetitions of pressing and rowing on tubing and on weight stacks, from the tension of one line. It is no
diagnosis and no judge of form. [How it works](../explanation/signal.md); [how well](accuracy.md); what it cannot know
is in [limits](../explanation/limits.md). It has seen no real patient: recordings with consent are wanted."""
FAILS = """\
## Where it fails

By family of patients in [accuracy](accuracy.md): most on a stack that is moved slowly, little, or held for tens of
seconds, where friction hides the strokes; there it can lose its way for some repetitions. A trunk that turns and comes
back can be a repetition to it; the first pull of a set from a slack line can be missed.
"""
SAME_LAW = """\
These sessions are drawn by the simulator that it was fitted on, which flatters it; they are wider than any clinic's,
which does not. A test holds the file to these figures on further seeds."""
TABLES: dict[str, type[msgspec.Struct]] = {
    "station": config_sections.StationSection,
    "load_cell": settings.LoadCellSection,
    "screen": config_sections.ScreenSection,
    "broker": config_sections.BrokerSection,
    "dose": config_sections.DoseSection,
}


def pages() -> dict[str, str]:
    """Give the pages by name."""
    return {
        "commands.md": "\n".join(_commands()) + "\n",
        "configuration.md": "\n".join(_configuration()) + "\n",
        "messages.md": "\n".join(_messages()) + "\n",
        "document.md": "\n".join(_document()) + "\n",
        "numbers.md": "\n".join(_numbers()) + "\n",
        "model.md": "\n".join(_model()) + "\n",
    }


def _model() -> Iterator[str]:
    card = fitted().card
    settings = card["settings"]
    lags = ", ".join(f"{lag * TICK_S:g} s" for lag in settings["lags"])
    walked = [f"{lag * TICK_S:g} s" for lag in settings["walk_lags"]]
    yield from ("# The counting model: its card", "", MADE.replace("the code", "the weights file"), "", PURPOSE)
    yield from ("", "## What it was fitted on", "")
    yield (
        f"{card['sessions']} stretches of up to 110 s, all drawn by simulators from fixed seeds "
        f"(data `{card['data']}`), {'with' if card['recordings'] else 'without'} recordings of people. "
        f"Trained on {card['made']}, seed {card['seed']}, {card['updates']} updates, with "
        f"{', '.join(f'{name} {one}' for name, one in card['versions'].items())}."
    )
    yield from ("", "## How it does on sessions that it never saw", "")
    yield from ("| line | sessions | exact | recall | precision | turns seen | turns falsely said in 100 |",)
    yield "|---|---|---|---|---|---|---|"
    for line, score in card["scores"].items():
        yield f"| {line} | {' | '.join(str(value) for value in score.values())} |"
    yield from ("", SAME_LAW, "", "## How sure it is of a set's count", "")
    yield from ("| said, on average | sets | of these exact |", "|---|---|---|")
    for step in card["reliability"]:
        yield f"| {step['said']} | {step['sets']} | {step['exact']} |"
    yield from ("", FAILS, "", "## When it says what", "")
    yield (
        f"The walk's evidence is of {walked[0]} ago on tubing, of {walked[1]} ago on a stack; what dates is of {lags} "
        f"ago. A repetition is said from a likelihood of {settings['say_at']}, a turned trunk from "
        f"{settings['turn_at']}."
    )


def _commands() -> Iterator[str]:
    yield from ("# Commands", "", MADE, "", "Exit codes: 0 success, 2 wrong usage, 1 failure, with one sentence.")
    for path, command in _each(cli, "pressout"):
        yield from ("", f"## {path}", "", _first(command.help), "")
        context = click.Context(command, info_name=path)
        rows = [record for one in command.get_params(context) if (record := one.get_help_record(context)) is not None]
        rows = [row for row in rows if "--help" not in row[0]]
        arguments = [one.make_metavar(context) for one in command.params if isinstance(one, click.Argument)]
        yield from ("```", " ".join([path, "[OPTIONS]", *arguments]), "```")
        if rows:
            yield from ("", "| option | what it does |", "|---|---|")
            yield from (f"| `{_cell(name)}` | {_cell(text)} |" for name, text in rows)


def _each(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    runs = not isinstance(command, click.Group) or command.invoke_without_command
    if runs:
        yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in sorted(command.list_commands(context)):
            one = command.get_command(context, name)
            assert one is not None, name
            yield from _each(one, f"{path} {name}")


def _configuration() -> Iterator[str]:
    yield from ("# Configuration", "", MADE, "", "How to: [configure.md](../how-to/configure.md). Keys carry units.")
    for name, kind in TABLES.items():
        heading = f"[[{name}]]" if name == "dose" else f"[{name}]"
        yield from (
            "",
            f"## {heading}",
            "",
            _first(kind.__doc__),
            "",
            "| key | what it may be | default |",
            "|---|---|---|",
        )
        for field in msgspec.structs.fields(kind):
            default = "*required*" if field.required else f"`{json.dumps(_plain(field.default))}`"
            yield f"| `{field.encode_name}` | {_kind(msgspec.json.schema(field.type))} | {default} |"


def _messages() -> Iterator[str]:
    yield from (
        "# Messages",
        "",
        MADE,
        "",
        "For programs: [asyncapi.json](asyncapi.json). Nothing about a patient is retained.",
    )
    for said in SAID:
        who = "station" if said.action == "send" else "clinic"
        yield from ("", f"## {said.name}", "", f"`{said.address}`, from the {who}. {said.summary}")
        if isinstance(said.payload, dict):
            yield from ("", "[The session document](document.md).")
        else:
            yield from ("", _first(said.payload.__doc__), "", *_fields(said.payload))
    yield from ("", "## Kinds of event", "", *(f"- `{kind}`" for kind in EventKind))


def _document() -> Iterator[str]:
    yield from ("# The session document", "", MADE, "", "For programs: [session.schema.json](session.schema.json).")
    for kind in _documents():
        yield from ("", f"## {kind.__name__.removesuffix('Document')}", "", " ".join(str(kind.__doc__).split()), "")
        yield from _fields(kind)


def _documents() -> Iterator[type[msgspec.Struct]]:
    yield document.SessionDocument
    for one in vars(document).values():
        if (
            isinstance(one, type)
            and issubclass(one, document.Doc)
            and one not in (document.Doc, document.SessionDocument)
        ):
            yield one


def _numbers() -> Iterator[str]:
    words = LANGUAGES["en"]
    told = {**words.trouble_why, **words.notices, **words.link_why}
    yield from (
        "# Numbers and faults",
        "",
        MADE,
        "",
        "What each number on the screen wants: [hardware](../../hardware/README.md).",
    )
    yield from ("", "| number | kind | on the screen |", "|---|---|---|")
    yield from (
        f"| {number} | `{what}` | {_cell(told[what])} |"
        for what, number in sorted(NUMBERS.items(), key=lambda one: one[1])
    )
    yield from ("", "Faults of the load cell, as a session's `signal.faults` counts them ([why](load-cell.md)):", "")
    yield from (f"- `{kind}`" for kind in FaultKind)


def _fields(kind: type[msgspec.Struct]) -> Iterator[str]:
    yield from ("| field | what it is |", "|---|---|")
    for field in msgspec.structs.fields(kind):
        optional = "" if field.required else f", or left out: `{json.dumps(_plain(field.default))}`"
        yield f"| `{field.encode_name}` | {_kind(msgspec.json.schema(field.type))}{optional} |"


def _kind(schema: dict[str, Any]) -> str:
    """Say a JSON Schema in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        found = schema.get("$defs", {}).get(name, {})
        if "enum" in found:
            return _one_of(found["enum"])
        return str(name).removesuffix("Document")
    if "enum" in schema:
        return _one_of(schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind({**one, "$defs": schema.get("$defs", {})}) for one in schema["anyOf"]))
    kind = schema.get("type", "anything")
    if kind == "array":
        items = schema.get("items", schema.get("prefixItems", [{}]))
        one = items if isinstance(items, dict) else items[0]
        return f"list of {_kind({**one, '$defs': schema.get('$defs', {})})}"
    words = {
        "string": "text",
        "boolean": "true or false",
        "integer": "whole number",
        "null": "null",
        "object": "object",
    }
    low, high = schema.get("minimum", schema.get("exclusiveMinimum")), schema.get("maximum")
    high = None if high is not None and high >= 2**31 - 1 else high
    limits = (
        f" {low:g} to {high:g}" if low is not None and high is not None else f" from {low:g}" if low is not None else ""
    )
    return f"{words.get(kind, kind)}{limits}"


def _one_of(values: list[object]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _plain(value: object) -> object:
    return None if value is msgspec.NODEFAULT else value.value if isinstance(value, enum.Enum) else value


def _first(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split())


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def main(folder: Path) -> None:
    """Write them."""
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
