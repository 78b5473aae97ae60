"""Brokers as clinics have them: at several addresses, behind 443, with limits, without retained messages."""

from __future__ import annotations

import socket
import ssl
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import prerequisites
from brokers import MOSQUITTO, free_port
from builders import SESSION_ID, a_document
from host_packages import need
from pressout_device.shutdown import begun
from pressout_device.storage import atomic_files
from pressout_link.attempts import NEXT_ADDRESS_S, NO_ANSWER_S, RETAIN_NOT_SUPPORTED, Attempts
from pressout_link.broker import Broker, BrokerAddressError, broker_at
from pressout_session.document import encode
from pressout_session.error_codes import LinkTrouble
from pressout_session.wire import digest
from pressout_station.mailbox import spool
from uplinks import Folders, clinic, eventually, stored, turning

FIRST = Broker(host="one.example", port=8883, tls=True)
SECOND = replace(FIRST, host="two.example")


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


class PlainBroker:
    """A mosquitto on the loopback address, with lines of its own in its configuration."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()

    def start(self, *lines: str) -> Broker:
        """Start it."""
        text = f"listener {self.port} 127.0.0.1\nallow_anonymous true\nuser root\nlog_type none\n"
        (self.folder / "own.conf").write_text(text + "\n".join(lines) + "\n")
        self.process = begun([MOSQUITTO, "-c", str(self.folder / "own.conf")])
        eventually(lambda: listens(self.port))
        return broker_at(f"mqtt://127.0.0.1:{self.port}", allow_plain=True)


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
    except OSError:
        return False
    return True


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[PlainBroker]:
    need(prerequisites.MOSQUITTO)
    broker = PlainBroker(tmp_path)
    yield broker
    broker.process.kill()
    broker.process.wait()


# ---- how an attempt is changed ---------------------------------------------------------------------------


def test_the_addresses_are_tried_in_turn_and_the_first_comes_again() -> None:
    attempts, tried, now_s = Attempts((FIRST, SECOND)), [], 1.0
    for _ in range(4):
        attempts.begun(now_s)
        tried.append(attempts.broker.host)
        assert attempts.change(now_s + NEXT_ADDRESS_S - 0.1) is None
        now_s += NEXT_ADDRESS_S + 0.1
        assert attempts.change(now_s) is not None

    assert tried == ["one.example", "two.example"] * 2


@pytest.mark.parametrize("hangs_up", [True, False])
def test_an_address_where_something_else_listens_gives_way_to_the_next(hangs_up: bool) -> None:
    attempts, now_s, tried = Attempts((FIRST, SECOND)), 1.0, set()
    while now_s < 60.0:  # each change of version begins an attempt of its own
        attempts.begun(now_s)
        attempts.reached(now_s)
        tried.add(attempts.broker.host)
        if hangs_up:
            attempts.hung_up(now_s, was_connected=False)
        now_s += 3.5
        attempts.change(now_s)

    assert tried == {"one.example", "two.example"}


def test_one_address_is_never_changed_and_who_was_connected_gets_time_to_come_back() -> None:
    alone = Attempts((FIRST,))
    alone.begun(1.0)
    assert alone.change(1e6) is None

    two = Attempts((FIRST, SECOND))
    two.begun(1.0)
    two.welcomed(retains=True)
    two.hung_up(1_000.0, was_connected=True)
    assert two.change(1_000.0 + NEXT_ADDRESS_S - 0.1) is None
    assert two.change(1_000.0 + NEXT_ADDRESS_S + 0.1) == "at two.example:8883"


def test_a_broker_that_says_nothing_or_hangs_up_is_greeted_in_the_older_version_and_a_known_one_is_not() -> None:
    silent = Attempts((FIRST,))
    silent.begun(0.0)
    silent.reached(1.0)
    assert silent.change(1.0 + NO_ANSWER_S + 0.1) == "in version 3.1.1"

    leaving = Attempts((FIRST,))
    leaving.hung_up(1.0, was_connected=False)
    assert (leaving.change(1.0), leaving.newest) == ("in version 3.1.1", False)

    known = Attempts((FIRST,))
    known.welcomed(retains=True)
    known.reached(5.0)
    assert known.change(500.0) is None


def test_a_broker_that_keeps_nothing_for_newcomers_is_greeted_without_once() -> None:
    attempts = Attempts((FIRST,))

    assert attempts.turned_away(RETAIN_NOT_SUPPORTED, "Retain not supported")
    assert attempts.change(0.0) is not None
    assert not attempts.retains
    assert not attempts.turned_away(RETAIN_NOT_SUPPORTED, "Retain not supported")  # it is something else, then
    assert attempts.change(0.0) is None


@pytest.mark.parametrize(
    ("url", "tls", "port", "path"),
    [
        ("mqtts://b.example", True, 8883, None),
        ("wss://b.example", True, 443, "/mqtt"),
        ("wss://b.example:9001/ws/clinic", True, 9001, "/ws/clinic"),
        ("ws://b.example", False, 80, "/mqtt"),
    ],
)
def test_an_address_says_how_the_broker_is_reached(url: str, tls: bool, port: int, path: str | None) -> None:
    broker = broker_at(url, allow_plain=True)

    assert (broker.tls, broker.port, broker.path) == (tls, port, path)


@pytest.mark.parametrize("also", ["mqtt://b.example", "ws://b.example", "http://b.example", "mqtts://u:p@b.example"])
def test_no_address_lets_in_what_the_first_may_not(also: str) -> None:
    with pytest.raises(BrokerAddressError):
        broker_at("mqtts://a.example", also=(also,))


def test_an_authority_that_a_clinic_made_years_ago_is_taken_as_before() -> None:
    context = FIRST.context()

    assert context is not None
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


# ---- over real ones --------------------------------------------------------------------------------------


def test_a_session_gets_through_where_the_first_address_is_dead(
    plain: PlainBroker, folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pressout_link.attempts.NEXT_ADDRESS_S", 0.5)
    there = plain.start()
    folders.finish(1)
    dead = replace(there, port=free_port(), others=(there,))

    with clinic(there, tmp_path / "clinic.db"), turning(folders.courier(dead).run):
        eventually(lambda: len(folders.answers()) == 1)


WEB = """
listeners:
  default: {{type: ws, bind: "127.0.0.1:{port}"}}
plugins:
  amqtt.plugins.authentication.AnonymousAuthPlugin: {{allow_anonymous: true}}
"""


def test_a_session_gets_through_by_web_sockets(folders: Folders, tmp_path: Path) -> None:
    web = broker_at(f"ws://127.0.0.1:{free_port()}/mqtt", allow_plain=True)
    (tmp_path / "web.yaml").write_text(WEB.format(port=web.port))
    process = begun([str(Path(sys.executable).with_name("amqtt")), "-c", str(tmp_path / "web.yaml")])
    eventually(lambda: listens(web.port))
    folders.finish(1)

    with clinic(web, tmp_path / "clinic.db"), turning(folders.courier(web).run):
        eventually(lambda: len(folders.answers()) == 1)

    assert stored(tmp_path / "clinic.db") == 1
    process.kill()
    process.wait()


def test_a_broker_without_retained_messages_gets_the_sessions_all_the_same(
    plain: PlainBroker, folders: Folders, tmp_path: Path
) -> None:
    there = plain.start("retain_available false")
    folders.finish(1)

    with clinic(there, tmp_path / "clinic.db"), turning(folders.courier(there).run):
        eventually(lambda: len(folders.answers()) == 1)
        assert folders.link().trouble is None


@pytest.mark.parametrize("said", ["max_packet_size 9000", "message_size_limit 9000"])
def test_a_session_larger_than_the_broker_takes_waits_with_a_number_and_holds_up_no_other(
    plain: PlainBroker, folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setattr("pressout_station.uplink.delivery.SUSPECT_AFTER", 1)
    monkeypatch.setattr("pressout_station.uplink.delivery.ANSWER_S", 0.5)
    monkeypatch.setattr("pressout_station.uplink.delivery.AT_SIGHT_S", 20.0)  # however slow this computer is
    monkeypatch.setattr("pressout_link.connection.FIRST_DELAY_S", (1, 1))
    monkeypatch.setattr("pressout_link.connection.LAST_DELAY_S", (1, 1))
    there = plain.start(said)
    payload = encode(a_document(1)) + b" " * 20_000
    atomic_files.place(folders.outbox, spool.document_name(1, SESSION_ID.format(1), 1, digest(payload)), payload)
    for number in (2, 3):
        folders.finish(number)

    with clinic(there, tmp_path / "clinic.db"), turning(folders.courier(there).run):
        eventually(lambda: len({one.session_id for one in folders.answers()}) == 2)
        eventually(lambda: folders.link().trouble in (LinkTrouble.TOO_LARGE, LinkTrouble.UNANSWERED))

    assert {one.session_id for one in folders.answers()} == {SESSION_ID.format(2), SESSION_ID.format(3)}
    assert len(spool.documents(folders.outbox)) == 3  # nothing is dropped
