"""What a person is told who wrote something wrong: what was found, what is accepted, and never how we are made."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_document, an_order
from pressout_session.document import SessionDocument, decode, encode
from pressout_session.error_sentences import accepted, mistake, shown, why
from pressout_session.orders import PrescriptionOrder

# Words of a parser's or of Python's own, which tell nobody what to do.
PRIVATE = re.compile(r"\[Errno|\bint\b|\bstr\b|\bfloat\b|\bbool\b|\bdict\b|Invalid enum|regex|NoneType|`|\$\.|Struct")
LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4)
ANYTHING = st.one_of(LEAVES, st.lists(LEAVES, max_size=2), st.dictionaries(st.text(max_size=3), LEAVES, max_size=2))


def changed(document: Any, place: list[str], value: object) -> Any:
    """Give a document with another value at a place."""
    copy = json.loads(json.dumps(document))
    at = copy
    for step in place[:-1]:
        at = at[int(step)] if isinstance(at, list) else at[step]
    at[place[-1]] = value
    return copy


def places(part: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Give the place of every field of a document."""
    if isinstance(part, dict):
        return [place for key, one in part.items() for place in [(*path, key), *places(one, (*path, key))]]
    if isinstance(part, list):
        return [place for number, one in enumerate(part[:1]) for place in places(one, (*path, str(number)))]
    return []


class Box(msgspec.Struct):
    """Something in a list."""

    seq: int


class Shelf(msgspec.Struct):
    """A list."""

    items: list[Box]


WHOLE = json.loads(encode(a_document()))


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (["seq"], "a", "seq: found 'a', expected a whole number from 1 to 2147483647"),
        (["seq"], -1, "seq: found -1, expected a whole number from 1 to 2147483647"),
        (["sets", "0", "side"], "up", "sets[0].side: found 'up', expected one of left, right"),
        (["sets"], 3, "sets: found 3, expected a list"),
        (["site_id"], "a b", "site_id: found 'a b', expected 1 to 64 letters of A to Z, a to z, 0 to 9, and . _ : -"),
        (["prescription", "items", "0", "kind"], "x", "prescription.items[0].kind: found 'x', expected one of cabled"),
    ],
)
def test_a_document_is_told_where_it_is_wrong_and_what_would_be_right(
    place: list[str], value: object, said: str
) -> None:
    wrong = changed(WHOLE, place, value)

    with pytest.raises(msgspec.ValidationError) as caught:
        decode(json.dumps(wrong).encode())

    assert mistake(caught.value, SessionDocument, wrong).startswith(said)


def test_a_field_that_is_missing_is_named_with_what_it_would_be() -> None:
    without = {name: value for name, value in WHOLE.items() if name != "seq"}

    with pytest.raises(msgspec.ValidationError) as caught:
        decode(json.dumps(without).encode())

    assert mistake(caught.value, SessionDocument) == "seq: found nothing, expected a whole number from 1 to 2147483647"


@given(place=st.sampled_from(places(WHOLE)), value=ANYTHING)
def test_whatever_is_wrong_with_a_session_no_word_of_it_is_ours_alone(place: tuple[str, ...], value: object) -> None:
    wrong = changed(WHOLE, list(place), value)

    try:
        decode(json.dumps(wrong).encode())
    except msgspec.ValidationError as error:
        for told in (mistake(error, SessionDocument, wrong), mistake(error, SessionDocument)):
            shown_away = re.sub(r"'[^']*'|\"[^\"]*\"", "", told)
            assert not PRIVATE.search(shown_away), told
            assert "expected" in told


@pytest.mark.parametrize("payload", [b"", b"{", b"\xff", b"[" * 5_000, b"null", b"3"])
def test_what_is_no_document_at_all_is_said_so(payload: bytes) -> None:
    with pytest.raises((ValueError, RecursionError)) as caught:
        decode(payload)

    assert "found" in mistake(caught.value, SessionDocument)
    assert not PRIVATE.search(mistake(caught.value, SessionDocument))


def test_a_sentence_that_a_type_of_ours_says_is_passed_on_as_it_is() -> None:
    order = changed(msgspec.to_builtins(an_order()), ["items", "0", "target_n"], 9_999.0)

    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(order, PrescriptionOrder)

    assert "newtons" in mistake(caught.value, PrescriptionOrder, order)


def test_of_a_part_that_is_not_there_nothing_was_found() -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert({"items": [{"seq": "a"}]}, type=Shelf)

    assert mistake(caught.value, Shelf, {"items": [{"seq": "a"}]}).startswith("items[0].seq: found 'a'")
    assert mistake(caught.value, Shelf, {"items": []}).startswith("items[0].seq: found")


def test_an_error_of_the_system_is_said_without_its_number() -> None:
    assert why(PermissionError(13, "Permission denied", "/etc/x")) == "Permission denied"
    assert why(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")).startswith("bytes that are no UTF-8")


def test_values_are_shown_as_whoever_wrote_them_knows_them() -> None:
    values: list[object] = [None, True, 0, 0.5, "x", [], {}]
    assert [shown(one) for one in values] == [
        *("nothing", "true", "0", "0.5", "'x'", "a list", "a group of fields"),
    ]
    assert len(shown("x" * 10_000)) < 80


def test_a_type_that_may_be_several_things_says_them_all() -> None:
    assert accepted(int | bool) == "a whole number or true or false"
    assert accepted(float | None) == "a number"
