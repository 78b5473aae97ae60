"""From outbox to clinic over a real broker: nothing lost, nothing twice, and no trust in the broker's word."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import SESSION_ID, a_document
from pressout_clinic.intake import Rejection, checked
from pressout_clinic.store import Store, StoreError, database_path
from pressout_clinic.subscriber import Subscriber, answered
from pressout_device.embedded import EmbeddedBroker
from pressout_device.journal import spool
from pressout_device.uplink.courier import Courier
from pressout_device.uplink.delivery import ANSWER_S, IN_FLIGHT, Delivery
from pressout_link.broker import Broker, broker_at
from pressout_link.connection import Connection, Publication
from pressout_session.document import encode
from pressout_session.wire import AckResult, ack_topic, digest, session_topic

TOPIC = session_topic("north", "s3", SESSION_ID.format(1))
PAYLOAD = encode(a_document())


# ---- what may be stored ------------------------------------------------------------------------------


def test_a_sound_document_is_stored_and_the_same_again_is_a_duplicate(tmp_path: Path) -> None:
    store = Store(tmp_path / "clinic.db")

    assert [answered(store, TOPIC, PAYLOAD).result for _ in range(2)] == [AckResult.STORED, AckResult.DUPLICATE]
    assert store.count() == 1


def test_an_answer_names_the_very_bytes_it_answers(tmp_path: Path) -> None:
    assert answered(Store(tmp_path / "clinic.db"), TOPIC, PAYLOAD).sha256 == digest(PAYLOAD)


def test_other_content_under_a_stored_revision_is_rejected_and_set_aside(tmp_path: Path) -> None:
    store = Store(tmp_path / "clinic.db")
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
        spoilt(revision=2**40),
        spoilt(sets=[{**json.loads(PAYLOAD)["sets"][0], "item": 7}]),
        spoilt(patient_ref="Mary Smith, born 1950"),
        b" " * (3 * 1024 * 1024),
    ],
)
def test_hostile_payloads_are_rejected_with_a_reason_and_nothing_breaks(tmp_path: Path, payload: bytes) -> None:
    ack = answered(Store(tmp_path / "clinic.db"), TOPIC, payload)

    assert ack.result is AckResult.REJECTED
    assert ack.reason


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_intake(payload: bytes) -> None:
    assert isinstance(checked(TOPIC, payload), Rejection)


def test_a_file_that_is_no_database_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "clinic.db").write_bytes(b"not a database at all" * 50)

    with pytest.raises(StoreError, match="expected an SQLite file"):
        Store(tmp_path / "clinic.db")


def test_a_database_of_another_kind_is_refused() -> None:
    with pytest.raises(StoreError, match="sqlite"):
        database_path("mysql://x")


# ---- which to send when ------------------------------------------------------------------------------


@given(waiting=st.integers(0, 200))
def test_never_more_than_twenty_are_in_flight_and_the_newest_is_among_them(waiting: int) -> None:
    names = [f"{number:010d}" for number in range(waiting)]

    _, sending = Delivery().due(names, 0.0)

    assert len(sending) == min(waiting, IN_FLIGHT)
    if names:
        assert names[-1] in sending
        assert names[0] in sending


def test_what_is_not_answered_is_sent_again_and_what_is_answered_is_not() -> None:
    delivery, _ = Delivery().due(["a", "b"], 0.0)
    delivery = delivery.answered("a")

    assert delivery.due(["b"], ANSWER_S - 1.0)[1] == ()
    assert delivery.due(["b"], ANSWER_S)[1] == ("b",)


def test_a_lost_connection_makes_everything_unsent() -> None:
    delivery, _ = Delivery().due(["a", "b"], 0.0)

    assert delivery.lost_connection().due(["a", "b"], 0.1)[1] == ("a", "b")


# ---- over a real broker ---------------------------------------------------------------------------------


class Folders:
    """An outbox and an inbox."""

    def __init__(self, folder: Path) -> None:
        self.outbox, self.inbox = folder / "outbox", folder / "inbox"
        self.outbox.mkdir()
        self.inbox.mkdir()

    def finish(self, session: int) -> str:
        """Put a session's document into the outbox."""
        name = spool.document_name(session, SESSION_ID.format(session), 1)
        spool.place(self.outbox, name, encode(a_document(session)))
        return name

    def courier(self, broker: Broker) -> Courier:
        """Give an uplink over these folders."""
        return Courier(broker, ("north", "s3"), outbox=self.outbox, inbox=self.inbox, info={})


@contextmanager
def turning(run: Callable[[Callable[[], bool]], None]) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(stop.is_set,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20.0)
        assert not thread.is_alive()


def eventually(true: Callable[[], bool]) -> None:
    until_s = time.monotonic() + 25.0
    while not true():
        assert time.monotonic() < until_s
        time.sleep(0.02)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    started = EmbeddedBroker(tmp_path)
    yield started
    started.close()


def plain(broker: EmbeddedBroker) -> Broker:
    return broker_at(broker.url, allow_plain=True)


@contextmanager
def clinic(broker: EmbeddedBroker, database: Path) -> Iterator[None]:
    def run(stopped: Callable[[], bool]) -> None:
        store = Store(database)
        try:
            Subscriber(plain(broker), store, "1").run(stopped)
        finally:
            store.close()

    with turning(run):
        yield


def stored(database: Path) -> int:
    store = Store(database)
    try:
        return store.count()
    finally:
        store.close()


@pytest.mark.service
def test_finished_sessions_reach_the_clinic_and_its_answers_the_inbox(
    broker: EmbeddedBroker, folders: Folders, tmp_path: Path
) -> None:
    names = [folders.finish(session) for session in (1, 2, 3)]

    with clinic(broker, tmp_path / "clinic.db"), turning(folders.courier(plain(broker)).run):
        eventually(lambda: len(spool.waiting(folders.inbox)) == 3)

    answers = [answer for _, answer in spool.answers(folders.inbox)]
    assert {answer.session_id for answer in answers if answer} == {spool.session_of(name) for name in names}
    assert {answer.ack.result for answer in answers if answer} == {AckResult.STORED}
    assert stored(tmp_path / "clinic.db") == 3


@pytest.mark.service
def test_a_broker_that_takes_it_is_no_clinic_that_has_it(
    broker: EmbeddedBroker, folders: Folders, tmp_path: Path
) -> None:
    folders.finish(1)
    with turning(folders.courier(plain(broker)).run):
        listener = Connection(plain(broker), "listener", topics=(TOPIC,))
        eventually(lambda: not listener.arrived.empty())
        listener.close()
        assert spool.waiting(folders.inbox) == []

        with clinic(broker, tmp_path / "clinic.db"):
            eventually(lambda: len(spool.waiting(folders.inbox)) == 1)


@pytest.mark.service
def test_a_broker_that_goes_away_and_comes_back_loses_nothing(folders: Folders, tmp_path: Path) -> None:
    first = EmbeddedBroker(tmp_path)
    port = first.port
    with turning(folders.courier(plain(first)).run):
        eventually(lambda: True)
        first.close()
        folders.finish(1)
        second = EmbeddedBroker(tmp_path, port)
        with clinic(second, tmp_path / "clinic.db"):
            eventually(lambda: len(spool.waiting(folders.inbox)) == 1)
        second.close()


@pytest.mark.service
def test_acks_that_cannot_be_read_and_strays_in_the_outbox_stop_nothing(
    broker: EmbeddedBroker, folders: Folders, tmp_path: Path
) -> None:
    (folders.outbox / "notes.txt").write_text("a stray")
    folders.finish(1)
    stranger = Connection(plain(broker), "stranger")
    eventually(lambda: stranger.connected)
    with turning(folders.courier(plain(broker)).run):
        for rubbish in (b"\xff", b"[" * 5_000, b'{"result": 7}', b""):
            stranger.publish(Publication(ack_topic("north", "s3", SESSION_ID.format(1)), rubbish))
        wrong = {"revision": 1, "sha256": "0" * 64, "result": "stored", "reason": None}
        stranger.publish(Publication(ack_topic("north", "s3", SESSION_ID.format(1)), msgspec.json.encode(wrong)))
        with clinic(broker, tmp_path / "clinic.db"):
            eventually(lambda: len(spool.waiting(folders.inbox)) == 1)
    stranger.close()

    ((_, answer),) = spool.answers(folders.inbox)
    assert answer is not None
    assert answer.ack.sha256 == digest(encode(a_document(1)))


@pytest.mark.service
def test_a_station_says_that_it_is_there_and_when_it_goes(broker: EmbeddedBroker, folders: Folders) -> None:
    listener = Connection(plain(broker), "listener", topics=("pressout/v1/north/s3/status",))
    states: list[str] = []

    def heard(state: str) -> bool:
        while not listener.arrived.empty():
            states.append(json.loads(listener.arrived.get().payload)["state"])
        return state in states

    with turning(folders.courier(plain(broker)).run):
        eventually(lambda: heard("ready"))
    eventually(lambda: heard("offline"))
    listener.close()
