"""What the clinic stores, and what it refuses: by schema, by identity, by revision; hostile bytes harm nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import SESSION_ID, a_document
from pressout_clinic.database import StoreError, database_path
from pressout_clinic.store import Store
from pressout_clinic.subscriber import answered as answered_all
from pressout_clinic.validation import Rejection, checked
from pressout_session.document import encode
from pressout_session.wire import Ack, AckResult, digest, session_topic

TOPIC = session_topic("north", "s3", SESSION_ID.format(1))
PAYLOAD = encode(a_document())


def answered(store: Store, topic: str, payload: bytes) -> Ack:
    (ack,) = answered_all(store, [(topic, payload)])
    return ack


def test_a_sound_document_is_stored_and_the_same_again_is_a_duplicate(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/clinic.db")

    assert [answered(store, TOPIC, PAYLOAD).result for _ in range(2)] == [AckResult.STORED, AckResult.DUPLICATE]
    assert store.count() == 1


def test_an_answer_names_the_very_bytes_it_answers(tmp_path: Path) -> None:
    assert answered(Store(f"sqlite:///{tmp_path}/clinic.db"), TOPIC, PAYLOAD).sha256 == digest(PAYLOAD)


def test_other_content_under_a_stored_revision_is_rejected_and_set_aside(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/clinic.db")
    answered(store, TOPIC, PAYLOAD)

    ack = answered(store, TOPIC, encode(a_document(reps=3)))

    assert ack.result is AckResult.REJECTED
    assert "new revision" in str(ack.reason)


def test_a_station_cannot_speak_for_another() -> None:
    found = checked(session_topic("north", "s4", SESSION_ID.format(1)), PAYLOAD)

    assert isinstance(found, Rejection)
    assert "identity" in found.reason


def spoilt(**changes: object) -> bytes:
    return json.dumps({**json.loads(PAYLOAD), **changes}).encode()


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b"{}",
        b"null",
        PAYLOAD[:-1],
        spoilt(seq=2**63),
        spoilt(started_at="yesterday"),
        spoilt(ended_at="2026-02-30T09:00:00Z"),
        spoilt(ended_at="2026-03-01T09:00:00+01:00"),
        spoilt(revision=2**40),
        spoilt(sets=[{**json.loads(PAYLOAD)["sets"][0], "item": 7}]),
        spoilt(patient_ref="Mary Smith, born 1950"),
        b" " * (3 * 1024 * 1024),
    ],
)
def test_hostile_payloads_are_rejected_with_a_reason_and_nothing_breaks(tmp_path: Path, payload: bytes) -> None:
    ack = answered(Store(f"sqlite:///{tmp_path}/clinic.db"), TOPIC, payload)

    assert ack.result is AckResult.REJECTED
    assert ack.reason


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_intake(payload: bytes) -> None:
    assert isinstance(checked(TOPIC, payload), Rejection)


def test_a_file_that_is_no_database_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "clinic.db").write_bytes(b"not a database at all" * 50)

    with pytest.raises(StoreError, match="expected an SQLite file"):
        Store(f"sqlite:///{tmp_path}/clinic.db")


def test_a_database_of_another_kind_is_refused() -> None:
    with pytest.raises(StoreError, match="sqlite"):
        database_path("mysql://x")
