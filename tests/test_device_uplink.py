"""The uplink against a real broker with TLS and rules: who gets in, what is said when not, who hears whom."""

from __future__ import annotations

import itertools
import logging
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from brokers import SecureBroker, certificates, free_port
from builders import SESSION_ID, a_document, an_info
from couriers import Folders, clinic, eventually, stored, turning
from pressout_device.journal import spool
from pressout_link.broker import Broker
from pressout_link.connection import Connection, Publication
from pressout_session.document import encode
from pressout_session.troubles import LinkTrouble
from pressout_session.wire import (
    ROOT,
    Ack,
    AckResult,
    StationState,
    Status,
    ack_topic,
    digest,
    info_topic,
    session_topic,
    status_topic,
)

pytestmark = pytest.mark.service
NUMBERS = itertools.count()
SECRET = "a-long-secret-of-nobody"


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[SecureBroker]:
    made = SecureBroker(tmp_path / "broker")
    made.start()
    yield made
    made.kill()


def listening(broker: Broker, *topics: str) -> Connection:
    connection = Connection(broker, f"listener-{next(NUMBERS)}", topics=topics)
    eventually(lambda: connection.connected)
    return connection


def heard(connection: Connection) -> list[tuple[str, bytes]]:
    found = []
    while not connection.arrived.empty():
        message = connection.arrived.get()
        connection.acknowledge(message)
        found.append((message.topic, message.payload))
    return found


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


def test_the_certificates_stand_up_to_the_strictest_check(tmp_path: Path) -> None:
    certificates(tmp_path, "authority")
    certificates(tmp_path, "broker", "127.0.0.1", "localhost")
    context = ssl.create_default_context(cafile=str(tmp_path / "authority.pem"))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "broker.pem", tmp_path / "broker.key")

    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = context.wrap_bio(there, back, server_hostname="localhost")
    theirs = server.wrap_bio(back, there, server_side=True)
    done: set[str] = set()
    for _ in range(6):
        for name, end in (("ours", ours), ("theirs", theirs)):
            try:
                end.do_handshake()
                done.add(name)
            except ssl.SSLWantReadError:
                continue

    assert done == {"ours", "theirs"}


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


# ---- what is in the way ------------------------------------------------------------------------------


def trouble_of(folders: Folders, broker: Broker, expected: LinkTrouble) -> spool.Link:
    name = folders.finish(1)
    with turning(folders.courier(broker).run):
        eventually(lambda: folders.link().trouble is expected)
        link = folders.link()
    assert spool.documents(folders.outbox) == [name]  # nothing is dropped
    assert folders.answers() == []
    return link


def test_a_broker_of_another_authority_gets_nothing(broker: SecureBroker, folders: Folders, tmp_path: Path) -> None:
    certificates(tmp_path / "other", "authority")
    stranger = replace(broker.client("north/s3"), ca_file=str(tmp_path / "other" / "authority.pem"))

    assert "ca_file" in trouble_of(folders, stranger, LinkTrouble.WRONG_AUTHORITY).details


def test_a_certificate_that_has_run_out_is_said_so_and_the_clock_is_named(
    broker: SecureBroker, folders: Folders
) -> None:
    broker.kill()
    broker.run_out()
    broker.start()

    link = trouble_of(folders, broker.client("north/s3"), LinkTrouble.CERTIFICATE_DATES)

    assert "clock" in link.details


def test_a_certificate_for_another_name_is_said_so(tmp_path: Path, folders: Folders) -> None:
    broker = SecureBroker(tmp_path / "broker", names=("elsewhere.example",))
    broker.start()

    link = trouble_of(folders, broker.client("north/s3"), LinkTrouble.WRONG_HOST)

    broker.kill()
    assert "127.0.0.1" in link.details


def test_a_revoked_station_is_out_and_keeps_what_it_has(broker: SecureBroker, folders: Folders) -> None:
    known = broker.client("north/s3")
    certificates(broker.folder, "revoke", "north/s3")
    broker.kill()
    broker.start()

    trouble_of(folders, known, LinkTrouble.CERTIFICATE_REFUSED)


def test_a_station_without_a_certificate_is_out(broker: SecureBroker, folders: Folders) -> None:
    bare = replace(broker.client("north/s3"), certificate_file=None, key_file=None)

    trouble_of(folders, bare, LinkTrouble.CERTIFICATE_REFUSED)


def test_a_wrong_password_is_said_so_and_never_told(
    tmp_path: Path, folders: Folders, caplog: pytest.LogCaptureFixture
) -> None:
    broker = SecureBroker(tmp_path / "broker", "mosquitto-passwords.conf")
    broker.passwords(north_s3="the right one", clinic="theirs")
    broker.start()

    with caplog.at_level(logging.DEBUG):
        link = trouble_of(folders, broker.user("north/s3", SECRET), LinkTrouble.REFUSED)
        folders.finish(2)
        with (
            clinic(broker.user("clinic", "theirs"), tmp_path / "clinic.db"),
            turning(folders.courier(broker.user("north/s3", "the right one")).run),
        ):
            eventually(lambda: len(folders.answers()) == 2)
    broker.kill()

    assert "password" in link.details
    assert "refuse us" in caplog.text
    assert SECRET not in caplog.text + str([path.read_bytes() for path in folders.inbox.iterdir() if path.is_file()])


def test_a_broker_that_is_away_and_one_that_speaks_no_tls_are_told_apart(
    tmp_path: Path, folders: Folders, broker: SecureBroker
) -> None:
    known = broker.client("north/s3")
    trouble_of(folders, replace(known, port=free_port()), LinkTrouble.UNREACHABLE)
    trouble_of(folders, replace(known, host="no-such-host.invalid"), LinkTrouble.NAME_UNKNOWN)
    plain = tmp_path / "plain.conf"
    port = free_port()
    plain.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n")
    made = SecureBroker(tmp_path / "plain")
    (made.folder / "mosquitto.conf").write_text(plain.read_text())
    made.port = port
    made.start()

    trouble_of(folders, replace(known, port=port), LinkTrouble.NO_TLS)
    made.kill()


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
    spool.place(folders.outbox, spool.STATION, msgspec.json.encode(spool.StationSaid(in_session=True)))

    def occupied() -> bool:
        said.extend(heard(listener))
        states = [msgspec.json.decode(payload, type=Status).state for topic, payload in said if "status" in topic]
        return StationState.IN_SESSION in states

    with turning(folders.courier(broker.client("north/s3")).run):
        eventually(occupied)
    listener.close()

    assert any(topic.endswith("/info") and b'"serial":"1234"' in payload for topic, payload in said)
    assert b"patient" not in b"".join(payload for _topic, payload in said)


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
    name = spool.document_name(1, SESSION_ID.format(1), 1)
    spool.place(folders.outbox, name, b'{"schema": "of nobody"}')
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
