"""Sentences about mistakes, for a person: found, expected; no errno, no Python type, no library's own wording.

Pure: types and errors in, words out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import inspect

# How a library passes on what the system said.
ERRNO = re.compile(r"\[errno -?\d+\] ", re.IGNORECASE)
# How msgspec says where in a document it is, and what it found there.
PLACE = re.compile(r" - at `(?:key in )?\$\.?(.*?)`$")
ITS_OWN = ("Expected `", "Object ", "Invalid ")
GOT = re.compile(r"got `(\w+)`")
KINDS = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a group of fields",
    "null": "nothing",
}
LONGEST_SHOWN = 60
# A place in a list or a group that msgspec does not number.
ANY = "ANY"


def why(error: Exception) -> str:
    """Say what an error of the edge found: the system's words without its number, a parser's without its class.

    >>> why(FileNotFoundError(2, "No such file or directory", "/x"))
    'No such file or directory'
    """
    if isinstance(error, OSError) and error.strerror:
        return without_errno(error.strerror)
    if isinstance(error, UnicodeDecodeError):
        return f"bytes that are no UTF-8 text (at byte {error.start})"
    return without_errno(str(error))


def without_errno(said: str) -> str:
    """Give what a library passes on of the system's words, without their number."""
    return ERRNO.sub("", said)


def shown(value: object) -> str:
    """Give a value as whoever wrote it may know it again.

    >>> shown("stone"), shown(True), shown(None), shown([1])
    ("'stone'", 'true', 'nothing', 'a list')
    """
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case list() | tuple():
            return "a list"
        case dict():
            return "a group of fields"
        case str():
            return repr(value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}...")
        case float():
            return f"{value:g}"
        case _:
            return str(value)[:LONGEST_SHOWN]


def accepted(kind: Any) -> str:  # noqa: ANN401 (any type that a field can have)
    """Say what a type accepts.

    >>> from typing import Annotated, Literal
    >>> accepted(Literal["kg", "lb"]), accepted(Annotated[int, msgspec.Meta(ge=1, le=20)] | None)
    ('one of kg, lb', 'a whole number from 1 to 20')
    """
    return _said(inspect.type_info(kind))


def mistake(error: Exception, kind: type[msgspec.Struct], written: object = None) -> str:
    """Say what is wrong with a document that should have been a `kind`: where, what was found, what was expected.

    Parameters
    ----------
    error : Exception
        What msgspec raised.
    kind : type
        What the document should have been.
    written : object
        The document as plain values, if there is one: then what was found there can be shown.
    """
    text = str(error)
    if isinstance(error, RecursionError):
        return "found groups within groups without end, expected a document of ours"
    if not isinstance(error, msgspec.ValidationError):
        return f"found no JSON ({text.removeprefix('JSON is malformed: ')}), expected a document of ours"
    if not text.startswith(ITS_OWN):
        return PLACE.sub("", text)  # said by a type of ours, as a sentence
    place = PLACE.search(text)
    path = "" if place is None else place.group(1)
    missing = re.match(r"Object missing required field `(\w+)`", text)
    if missing is not None:
        path = f"{path}.{missing.group(1)}".lstrip(".")
    wanted = _at(inspect.type_info(kind), _steps(path))
    expected = "another value" if wanted is None else _said(wanted)
    found = "nothing" if missing is not None else _found(text, written, path)
    said = f"found {found}, expected {expected}"
    return f"{path}: {said}" if path else said


def _found(text: str, written: object, path: str) -> str:
    value = written
    for step in _steps(path):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            value = None
    if value is not None:
        return shown(value)
    named = re.match(r"Invalid (?:enum )?value (.*?)(?: - at|$)", text)
    if named is not None:
        return named.group(1)
    got = GOT.search(text)
    return KINDS.get(got.group(1), "something else") if got is not None else "something else"


def _steps(path: str) -> list[str]:
    """Take a path apart; a place in a list is a step as well.

    >>> _steps("sets[0].side"), _steps("known[...]")
    (['sets', '0', 'side'], ['known', 'ANY'])
    """
    return re.findall(r"[^.\[\]]+", path.replace("[...]", f".{ANY}"))


def _at(info: inspect.Type, steps: list[str]) -> inspect.Type | None:
    """Give the type at a place, or None where there is no such place."""
    if not steps:
        return info
    info, step, rest = _bare(info), steps[0], steps[1:]
    found: list[inspect.Type | None] = []
    match info:
        case inspect.UnionType(types=types):
            found = [_at(one, steps) for one in types]
        case inspect.StructType(tag_field=str(name), tag=tag) if name == step:
            found = [inspect.LiteralType((str(tag),))]
        case inspect.StructType(fields=fields):
            found = [_at(field.type, rest) for field in fields if field.encode_name == step]
        case inspect.CollectionType(item_type=item):
            found = [_at(item, rest)]
        case inspect.DictType(value_type=item):
            found = [_at(item, rest)]
        case _:
            return None
    known = tuple(one for one in found if one is not None)
    return known[0] if len(known) == 1 else inspect.UnionType(known) if known else None


def _bare(info: inspect.Type) -> inspect.Type:
    return _bare(info.type) if isinstance(info, inspect.Metadata) else info


def _accepted(info: inspect.Type) -> Iterator[str]:
    match info:
        case inspect.Metadata(type=inner, extra_json_schema={"description": str(words)}):
            yield words if isinstance(_bare(inner), inspect.StrType) else _said(inner)
        case inspect.Metadata(type=inner):
            yield from _accepted(inner)
        case inspect.UnionType(types=types):
            literals = [value for one in types if isinstance(one, inspect.LiteralType) for value in one.values]
            if literals:
                yield _one_of(literals)
            for one in types:
                if not isinstance(one, inspect.NoneType | inspect.LiteralType):
                    yield from _accepted(one)
        case inspect.EnumType(cls=cls):
            yield _one_of(member.value for member in cls)
        case inspect.LiteralType(values=values):
            yield _one_of(values)
        case inspect.BoolType():
            yield "true or false"
        case inspect.IntType(ge=low, le=high):
            yield f"a whole number{between(low, high)}"
        case inspect.FloatType(ge=low, le=high):
            yield f"a number{between(low, high)}"
        case inspect.StrType():
            yield "a text"
        case inspect.CollectionType() | inspect.TupleType():
            yield "a list"
        case inspect.StructType() | inspect.DictType():
            yield "a group of fields"
        case _:
            yield "another value"


def _said(info: inspect.Type) -> str:
    return " or ".join(dict.fromkeys(_accepted(info)))


def _one_of(values: Iterable[object]) -> str:
    each = [str(value) for value in values]
    return each[0] if len(each) == 1 else f"one of {', '.join(each)}"


def between(low: float | None, high: float | None) -> str:
    """Say what numbers there are, behind the word for them.

    >>> between(1, 20), between(0.5, None), between(None, None)
    (' from 1 to 20', ' of 0.5 or more', '')
    """
    least, most = (f"{bound:g}" if isinstance(bound, float) else str(bound) for bound in (low, high))
    match low, high:
        case None, None:
            return ""
        case _, None:
            return f" of {least} or more"
        case None, _:
            return f" of {most} or less"
        case _:
            return f" from {least} to {most}"
