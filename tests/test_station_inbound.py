"""Whatever comes by network, however hostile: refused in a sentence and counted, or carried out once; never a crash."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers import SecureBroker
from builders import SESSION_ID, an_erasure, an_order
from pressout_device.storage import atomic_files
from pressout_link.connection import Connection
from pressout_link.messages import Publication
from pressout_session.inbound import LARGEST_BYTES, AckCame, RejectedMessage, came
from pressout_session.orders import Erasure, PrescriptionOrder
from pressout_session.wire import (
    Ack,
    AckResult,
    Info,
    ack_topic,
    erase_topic,
    info_topic,
    prescription_topic,
)
from uplinks import Folders, eventually, turning

STATION = ("north", "s3")
KINDS = ("ack", "prescription", "erase", "info", "live", "", "x")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)


def known_fields() -> st.SearchStrategy[dict[str, object]]:
    names = [*an_order().__struct_fields__, *an_erasure().__struct_fields__, "sha256", "revision", "result", "reason"]
    sane = json.loads(msgspec.json.encode(an_order()))
    values = JSON | st.sampled_from(list(sane.values()))
    return st.dictionaries(st.sampled_from(names), values, max_size=9)


@given(
    kind=st.sampled_from(KINDS),
    name=st.sampled_from(["+", "#", "..", "../../x", SESSION_ID.format(1), "rx-1", "\u202e", ""]) | st.text(max_size=9),
    payload=st.binary(max_size=200) | (JSON | known_fields()).map(lambda value: json.dumps(value).encode()),
    retained=st.booleans(),
)
def test_whatever_arrives_is_understood_or_refused_in_a_sentence(
    kind: str, name: str, payload: bytes, retained: bool
) -> None:
    said = came(f"pressout/v1/north/s3/{kind}/{name}", payload, STATION, retained=retained)

    match said:
        case RejectedMessage(reason=reason):
            assert 0 < len(reason) < 400
        case Info():
            assert kind == "info"
        case _:
            assert not retained
            assert isinstance(said, AckCame | PrescriptionOrder | Erasure)


@pytest.mark.parametrize(
    "payload",
    [b"[" * 60_000, b'{"a":' * 10_000, b"9" * 60_000, b'"' + b"\\u0000" * 9_000 + b'"', b"\xff\xfe", b"", b"null"],
)
@pytest.mark.parametrize("kind", ["ack", "prescription", "erase", "info/x"])
def test_deep_long_and_broken_payloads_are_refused(kind: str, payload: bytes) -> None:
    assert isinstance(came(f"pressout/v1/north/s3/{kind}/rx-1", payload, STATION), RejectedMessage)


def test_what_is_too_large_is_refused_unread() -> None:
    said = came(prescription_topic(*STATION, "rx-1"), b" " * (LARGEST_BYTES + 1), STATION)

    assert said == RejectedMessage(f"size: found {LARGEST_BYTES + 1} bytes, expected at most {LARGEST_BYTES}")


def test_another_stations_messages_are_none_of_ours() -> None:
    payload = msgspec.json.encode(an_order())

    assert isinstance(came(prescription_topic("north", "s4", "rx-1"), payload, STATION), RejectedMessage)
    assert isinstance(came(prescription_topic(*STATION, "rx-2"), payload, STATION), RejectedMessage)
    assert came(prescription_topic(*STATION, "rx-1"), payload, STATION) == an_order()


def test_what_a_stranger_had_the_broker_keep_is_refused() -> None:
    for topic, asked in (
        (prescription_topic(*STATION, "rx-1"), an_order()),
        (erase_topic(*STATION, "er-1"), an_erasure()),
    ):
        assert isinstance(came(topic, msgspec.json.encode(asked), STATION, retained=True), RejectedMessage)


def test_a_target_that_no_therapist_could_set_is_refused() -> None:
    plain = json.loads(msgspec.json.encode(an_order()))
    plain["items"][0]["target_n"] = 4_000.0

    said = came(prescription_topic(*STATION, "rx-1"), json.dumps(plain).encode(), STATION)

    assert isinstance(said, RejectedMessage)
    assert "500 newtons" in said.reason


def test_a_reason_shows_no_control_characters_and_is_cut() -> None:
    ack = Ack(revision=1, sha256="0" * 64, result=AckResult.REJECTED, reason="\x1b[2J\u202e" + "x" * 5_000)

    said = came(ack_topic(*STATION, SESSION_ID.format(1)), msgspec.json.encode(ack), STATION)

    assert isinstance(said, AckCame)
    assert said.ack.reason is not None
    assert said.ack.reason.isprintable()
    assert len(said.ack.reason) <= 500


# ---- over a real broker --------------------------------------------------------------------------------


@pytest.fixture
def sender(broker: SecureBroker) -> Iterator[Connection]:
    made = Connection(broker.client("clinic"), "sender")
    eventually(lambda: made.connected)
    yield made
    made.close()


HOSTILE = (
    b"",
    b"\xff",
    b"null",
    b"[" * 20_000,
    b"x" * (LARGEST_BYTES + 1),
    b'{"schema":"pressout.prescription/1"}',
    '{"schema":"pressout.erase/1","erase_id":"\u202e","patient_ref":"' + "💪" * 50 + '","at":"now"}',
    b'{"revision":1,"sha256":7,"result":"stored"}',
)


@pytest.mark.service
def test_a_flood_of_rubbish_on_every_topic_is_counted_and_nothing_else_happens(
    broker: SecureBroker, sender: Connection, tmp_path: Path
) -> None:
    folders = Folders(tmp_path)
    topics = [
        ack_topic(*STATION, SESSION_ID.format(1)),
        prescription_topic(*STATION, "rx-1"),
        erase_topic(*STATION, "er-1"),
    ]
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with turning(folders.courier(broker.client("north/s3")).run):
        eventually(lambda: folders.link().connected)
        for payload in HOSTILE:
            for topic in topics:
                raw = payload if isinstance(payload, bytes) else payload.encode()
                sender.publish(Publication(topic, raw))
                sender.publish(Publication(topic, raw, fleeting=True))
        for number in range(3_000):
            sender.publish(Publication(topics[0], b"%d" % number, fleeting=True))
        order = an_order()
        sender.publish(Publication(prescription_topic(*STATION, "rx-1"), msgspec.json.encode(order)))
        eventually(lambda: bool(atomic_files.waiting(folders.inbox)))
        eventually(lambda: folders.link().refused >= len(HOSTILE) * len(topics))

    (name,) = atomic_files.waiting(folders.inbox)
    assert name.startswith("prescription.rx-1.")
    assert atomic_files.read(folders.inbox / name, PrescriptionOrder) == order
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 64 * 1024


@pytest.mark.service
def test_a_retained_order_of_a_stranger_is_not_carried_out(
    broker: SecureBroker, sender: Connection, tmp_path: Path
) -> None:
    folders = Folders(tmp_path)
    topic = erase_topic(*STATION, "er-1")
    sender.publish(Publication(topic, msgspec.json.encode(an_erasure()), retained=True))
    sender.publish(Publication(info_topic(*STATION), b"not an info", retained=True))
    sender.publish(Publication(prescription_topic(*STATION, "rx-9"), b"{}"))

    with turning(folders.courier(broker.client("north/s3")).run):
        eventually(lambda: folders.link().refused >= 1)

    assert atomic_files.waiting(folders.inbox) == []
