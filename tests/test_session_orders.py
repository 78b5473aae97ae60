"""What the clinic asks of a station: which order is the newer one, which is none, and what no topic is."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from builders import SESSION_ID, a_prescription, an_erasure, an_item, an_order
from pressout_session.exercises import Side
from pressout_session.inbound import RejectedMessage, came
from pressout_session.orders import supersedes
from pressout_session.prescription import Prescription, TimedItem
from pressout_session.wire import Ack, AckResult, ack_topic, address_of, erase_topic, prescription_topic, spoken_in

STATION = ("north", "s3")
EARLIER, NOON, LATER = (f"2026-03-02T{hour}:00:00Z" for hour in (8, 12, 16))
EARLIER = EARLIER.replace("T8", "T08")


def known(version: int = 2, set_by: str | None = "t-42", set_at: str | None = NOON) -> Prescription:
    """Give what the clinic sent before, which nobody has accepted yet."""
    return msgspec.structs.replace(an_order(version, set_by=set_by).prescription(), set_at=set_at)


def set_here(set_at: str | None = NOON) -> Prescription:
    """Give the same, as a therapist has changed it at the station since."""
    return msgspec.structs.replace(known(), set_by="t-1", accepted_by="t-1", set_at=set_at)


# ---- which is the newer one ------------------------------------------------------------------------------


def test_any_order_holds_where_nothing_is_known() -> None:
    assert supersedes(an_order(), None)


@pytest.mark.parametrize("set_by", ["t-42", None])
def test_a_greater_version_that_nobody_has_accepted_replaces_a_smaller_one_whatever_the_clocks_say(
    set_by: str | None,
) -> None:
    assert supersedes(an_order(3, set_at=EARLIER, set_by=set_by), known(2, set_by=set_by))


@pytest.mark.parametrize("version", [1, 2])
def test_a_version_that_is_no_greater_is_stale_however_late_it_was_set(version: int) -> None:
    assert not supersedes(an_order(version, set_at=LATER), known(2))
    assert not supersedes(an_order(version, set_at=LATER), set_here())


@pytest.mark.parametrize(("set_at", "newer"), [(EARLIER, False), (NOON, False), (LATER, True)])
def test_over_what_a_therapist_has_set_here_only_a_later_order_stands(set_at: str, newer: bool) -> None:
    assert supersedes(an_order(3, set_at=set_at), set_here()) is newer


@pytest.mark.parametrize(("set_at", "newer"), [(EARLIER, False), (NOON, False), (LATER, True)])
def test_of_two_prescriptions_the_one_that_was_set_later_stands(set_at: str, newer: bool) -> None:
    assert supersedes(an_order(1, prescription_id="rx-2", set_at=set_at), known(2)) is newer


def test_what_was_set_nobody_knows_when_is_older_than_any_order() -> None:
    assert supersedes(an_order(set_at=EARLIER), a_prescription())
    assert supersedes(an_order(3, set_at=EARLIER), set_here(set_at=None))


# ---- what is refused -------------------------------------------------------------------------------------


def test_an_order_with_nothing_on_the_line_is_refused_before_anyone_applies_it() -> None:
    plain = json.loads(msgspec.json.encode(an_order()))
    plank = TimedItem(exercise="side_plank", reps=3, duration_s=30.0, first_side=Side.LEFT)
    both = json.loads(msgspec.json.encode(an_order(items=(plank, an_item()))))
    plain["items"] = both["items"][:1]

    said = came(prescription_topic(*STATION, "rx-1"), json.dumps(plain).encode(), STATION)

    assert isinstance(said, RejectedMessage)
    assert "on the line" in said.reason


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"set_at": "2026-02-30T10:00:00Z"}, "set_at"),
        ({"set_at": "2026-03-02T25:00:00Z"}, "set_at"),
        ({"items": [{"target_n": 1e308}]}, "target_n"),
        ({"items": [{"tolerance_n": 1e308}]}, "tolerance_n"),
        ({"items": [{"tubing": "blue" * 100}]}, "tubing"),
        ({"items": [{}] * 21}, "items"),
    ],
)
def test_an_order_that_cannot_be_is_refused_at_the_door(changed: dict[str, Any], named: str) -> None:
    plain = json.loads(msgspec.json.encode(an_order()))
    items = [{**plain["items"][0], **item} for item in changed.get("items", [{}])]
    payload = json.dumps({**plain, **changed, "items": items}).encode()

    said = came(prescription_topic(*STATION, "rx-1"), payload, STATION)

    assert isinstance(said, RejectedMessage)
    assert named in said.reason


@pytest.mark.parametrize(("target_n", "taken"), [(4.9, False), (5.0, True), (500.0, True), (500.1, False)])
def test_a_target_is_one_that_the_touchscreen_could_set(target_n: float, taken: bool) -> None:
    plain = json.loads(msgspec.json.encode(an_order()))
    plain["items"][0]["target_n"] = target_n

    said = came(prescription_topic(*STATION, "rx-1"), json.dumps(plain).encode(), STATION)

    assert isinstance(said, RejectedMessage) is not taken


def test_an_erasure_on_a_day_that_is_none_is_refused_at_the_door() -> None:
    payload = msgspec.json.encode(an_erasure()).replace(b"2026-03-02", b"2026-02-30")

    assert isinstance(came(erase_topic(*STATION, "er-1"), payload, STATION), RejectedMessage)


def test_over_a_dose_that_was_set_on_a_day_that_is_none_any_later_order_stands() -> None:
    assert supersedes(an_order(3, set_at=EARLIER), set_here(set_at="2026-02-30T10:00:00Z"))


def test_an_erasure_that_goes_by_another_name_than_its_topic_is_refused() -> None:
    payload = msgspec.json.encode(an_erasure())

    assert isinstance(came(erase_topic(*STATION, "er-2"), payload, STATION), RejectedMessage)
    assert came(erase_topic(*STATION, "er-1"), payload, STATION) == an_erasure()


def test_an_answer_that_the_broker_had_kept_is_not_believed() -> None:
    topic = ack_topic(*STATION, SESSION_ID.format(1))
    payload = msgspec.json.encode(Ack(revision=1, sha256="0" * 64, result=AckResult.STORED))

    assert isinstance(came(topic, payload, STATION, retained=True), RejectedMessage)
    assert not isinstance(came(topic, payload, STATION), RejectedMessage)


@pytest.mark.parametrize(
    "topic",
    [
        "pressout/v1//s3/session/0190",
        "pressout/v1/north//session/0190",
        "pressout/v1/north/s3//0190",
        "pressout/v1/north/s3/session/",
        "pressout/v1/north/s3/session/0190/",
        "/pressout/v1/north/s3/session",
        "pressout/v1//s3/status",
    ],
)
def test_a_topic_with_an_empty_part_is_none_of_ours(topic: str) -> None:
    assert spoken_in(topic) is None
    assert address_of(topic) is None
