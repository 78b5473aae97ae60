"""The uplink against a real broker with TLS and rules: who gets in, what is said when not, who hears whom."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec
import pytest

from brokers import SecureBroker
from builders import SESSION_ID, a_document, an_info
from pressout_cli.demo.broker import EmbeddedBroker
from pressout_device.storage import atomic_files
from pressout_link.broker import broker_at
from pressout_link.connection import Connection
from pressout_link.messages import Publication, ReceivedMessage
from pressout_session.document import encode
from pressout_session.error_codes import LinkTrouble
from pressout_session.wire import (
    ROOT,
    Ack,
    AckResult,
    Live,
    StationState,
    Status,
    ack_topic,
    digest,
    info_topic,
    live_topic,
    session_topic,
    status_topic,
)
from pressout_station.mailbox import spool
from pressout_station.mailbox.wakeup import ring
from pressout_station.uplink.inbound import InboundHandler
from pressout_station.uplink.outbox_index import OutboxIndex
from uplinks import Folders, clinic, eventually, heard, listening, stored, turning

pytestmark = pytest.mark.service


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


def test_a_session_goes_all_the_way_with_certificates_and_rules(
    broker: SecureBroker, folders: Folders, tmp_path: Path
) -> None:
    folders.finish(1)

    with (
        clinic(broker.client("clinic"), tmp_path / "clinic.db"),
        turning(folders.courier(broker.client("north/s3")).run),
    ):
        eventually(lambda: len(folders.answers()) == 1)

    assert folders.answers()[0].ack.result is AckResult.STORED
    assert stored(tmp_path / "clinic.db") == 1


def test_a_station_neither_writes_nor_hears_anothers_topics(broker: SecureBroker) -> None:
    everything = listening(broker.client("clinic"), f"{ROOT}/+/+/session/+")
    own, other = (
        listening(broker.client(name), ack_topic("north", "s3", "+"), f"{ROOT}/#", "#")
        for name in ("north/s3", "north/s4")
    )

    for station, sender in ((("north", "s3"), own), (("north", "s3"), other)):
        sender.publish(Publication(session_topic(*station, SESSION_ID.format(1)), sender._client_id.encode()))
    everything.publish(Publication(ack_topic("north", "s3", SESSION_ID.format(1)), b"{}"))
    own.publish(Publication(session_topic("north", "s3", SESSION_ID.format(2)), b"last"))
    sessions: list[tuple[str, bytes]] = []
    acks: list[tuple[str, bytes]] = []

    def all_there() -> bool:
        sessions.extend(heard(everything))
        acks.extend(heard(own))
        return any(payload == b"last" for _topic, payload in sessions) and len(acks) > 0

    eventually(all_there)

    assert {topic.split("/")[3] for topic, _payload in sessions} == {"s3"}
    assert len(sessions) == 2  # both are the station's own
    assert heard(other) == []
    for connection in (everything, own, other):
        connection.close()


# ---- what is said ------------------------------------------------------------------------------------


def statuses(listener: Connection) -> list[Status]:
    return [msgspec.json.decode(payload, type=Status) for topic, payload in heard(listener) if "status" in topic]


def test_two_stations_of_one_name_both_say_so(broker: SecureBroker, tmp_path: Path) -> None:
    one, other = Folders(tmp_path / "one"), Folders(tmp_path / "other")
    known = broker.client("north/s3")
    listener = listening(broker.client("clinic"), status_topic("north", "s3"))
    said: list[Status] = []

    def both() -> bool:
        said.extend(statuses(listener))
        pairs = {(status.serial, status.clone) for status in said}
        return {("aa", "bb"), ("bb", "aa")} <= pairs

    with turning(one.courier(known, an_info("aa")).run), turning(other.courier(known, an_info("bb")).run):
        eventually(both)
        eventually(lambda: {one.link().trouble, other.link().trouble} == {LinkTrouble.CLONED})
    listener.close()


def test_a_computer_that_was_replaced_is_no_copy(broker: SecureBroker, folders: Folders, tmp_path: Path) -> None:
    known = broker.client("north/s3")
    with turning(folders.courier(known, an_info("old")).run):
        eventually(lambda: folders.link().connected)
    folders.finish(1)

    with (
        clinic(broker.client("clinic"), tmp_path / "clinic.db"),
        turning(folders.courier(known, an_info("new")).run),
    ):
        eventually(lambda: len(folders.answers()) == 1)
        eventually(lambda: folders.link().connected)
        assert folders.link().trouble is None


def test_whoever_is_at_the_station_is_in_its_status_and_nothing_else_of_them(
    broker: SecureBroker, folders: Folders
) -> None:
    listener = listening(broker.client("clinic"), status_topic("north", "s3"), info_topic("north", "s3"))
    said: list[tuple[str, bytes]] = []
    atomic_files.place(folders.outbox, spool.STATION, msgspec.json.encode(spool.StationSaid(in_session=True)))

    def occupied() -> bool:
        said.extend(heard(listener))
        states = [msgspec.json.decode(payload, type=Status).state for topic, payload in said if "status" in topic]
        return StationState.IN_SESSION in states

    with turning(folders.courier(broker.client("north/s3")).run):
        eventually(occupied)
    listener.close()

    assert any(topic.endswith("/info") and b'"serial":"1234"' in payload for topic, payload in said)
    assert b"patient" not in b"".join(payload for _topic, payload in said)


def test_a_way_that_is_not_encrypted_says_so_to_everyone(tmp_path: Path, folders: Folders) -> None:
    embedded = EmbeddedBroker(tmp_path)
    plain = broker_at(embedded.url, allow_plain=True)
    listener = listening(plain, status_topic("north", "s3"))
    with turning(folders.courier(plain).run):
        said: list[Status] = []

        def ready() -> bool:
            said.extend(statuses(listener))
            return any(one.state is StationState.READY for one in said)

        eventually(ready)
        eventually(lambda: folders.link().connected)
    listener.close()
    embedded.close()

    assert not any(one.tls for one in said)
    assert folders.link().plain


def test_what_happens_now_is_passed_on_at_most_five_times_a_second(broker: SecureBroker, folders: Folders) -> None:
    listener = listening(broker.client("clinic"), live_topic("north", "s3"))
    live = msgspec.json.encode(
        Live(session_id=SESSION_ID.format(1), side="left", count=3, phase="hold", tension_n=56.0)
    )
    with turning(folders.courier(broker.client("north/s3")).run):
        eventually(lambda: folders.link().connected)
        began_s = time.monotonic()
        heard_at: list[tuple[str, bytes]] = []

        def a_few() -> bool:
            ring(folders.inbox, live)
            heard_at.extend(heard(listener))
            return len(heard_at) >= 4

        eventually(a_few)
        took_s = time.monotonic() - began_s
    listener.close()

    assert took_s >= 3 * 0.2 - 0.05
    assert {payload for _topic, payload in heard_at} == {live}


def test_after_an_absence_a_station_asks_for_what_it_may_have_missed(broker: SecureBroker, folders: Folders) -> None:
    listener = listening(broker.client("clinic"), f"{ROOT}/+/+/request/+")
    asked: list[tuple[str, bytes]] = []

    def both() -> bool:
        asked.extend(heard(listener))
        return {topic.rsplit("/", 1)[1] for topic, _payload in asked} == {"prescriptions", "erasures"}

    with turning(folders.courier(broker.client("north/s3")).run):
        eventually(both)
    listener.close()


def test_a_rejected_session_does_not_hold_up_the_others(broker: SecureBroker, folders: Folders, tmp_path: Path) -> None:
    nonsense = b'{"schema": "of nobody"}'
    name = spool.document_name(1, SESSION_ID.format(1), 1, digest(nonsense))
    atomic_files.place(folders.outbox, name, nonsense)
    folders.finish(2)

    with (
        clinic(broker.client("clinic"), tmp_path / "clinic.db"),
        turning(folders.courier(broker.client("north/s3")).run),
    ):
        eventually(lambda: len(folders.answers()) == 2)

    results = {answer.session_id: answer.ack for answer in folders.answers()}
    assert results[SESSION_ID.format(2)].result is AckResult.STORED
    assert results[SESSION_ID.format(1)].result is AckResult.REJECTED
    assert results[SESSION_ID.format(1)].reason


def test_a_broker_that_was_killed_and_a_clinic_that_comes_late_lose_nothing(
    broker: SecureBroker, folders: Folders, tmp_path: Path
) -> None:
    with turning(folders.courier(broker.client("north/s3")).run):
        eventually(lambda: folders.link().connected)
        broker.kill()
        for session in range(1, 6):
            folders.finish(session)
        broker.start()
        with clinic(broker.client("clinic"), tmp_path / "clinic.db"):
            eventually(lambda: len(folders.answers()) == 5)

    assert stored(tmp_path / "clinic.db") == 5


def test_an_answer_that_is_replayed_for_ever_makes_no_file(broker: SecureBroker, folders: Folders) -> None:
    folders.finish(1)
    sender = listening(broker.client("clinic"), status_topic("north", "s3"))
    ack = Ack(revision=1, sha256=digest(encode(a_document(1))), result=AckResult.STORED)
    again = Publication(ack_topic("north", "s3", SESSION_ID.format(1)), msgspec.json.encode(ack))

    with turning(folders.courier(broker.client("north/s3")).run):
        eventually(lambda: folders.link().connected)
        for _ in range(50):
            sender.publish(again)
        eventually(lambda: len(folders.answers()) > 0)
        sender.publish(Publication(ack_topic("north", "s3", SESSION_ID.format(1)), b"the last"))
        eventually(lambda: folders.link().refused == 1)
    sender.close()

    assert len(folders.answers()) == 1


def test_what_waits_again_after_it_was_answered_is_answered_again(folders: Folders) -> None:
    name = folders.finish(1)
    shelf, inbound = OutboxIndex(folders.outbox), InboundHandler(("north", "s3"), folders.outbox, folders.inbox, "here")
    ack = Ack(revision=1, sha256=digest((folders.outbox / name).read_bytes()), result=AckResult.DUPLICATE)
    message = ReceivedMessage(
        ack_topic("north", "s3", SESSION_ID.format(1)), msgspec.json.encode(ack), retained=False, qos=1, token=1
    )

    for _ in range(3):  # each time the card loses what the station was told
        shelf.look(rung=True)
        shelf.answered(inbound.take([message, message], shelf).answered)
        assert len(folders.answers()) == 1
        for file in folders.inbox.glob("acks.*"):
            file.unlink()
        os.utime(folders.outbox / name, ns=(0, shelf.written_at(name) + 1_000_000))
