"""Events on their way to the broker: each once, whatever of them cannot be read or marked just then."""

from __future__ import annotations

import queue
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from builders import an_event, event_id
from pressout_device.storage import atomic_files
from pressout_link.messages import Publication
from pressout_station.mailbox import spool
from pressout_station.uplink.delivery import IN_FLIGHT
from pressout_station.uplink.events import EventDelivery
from uplinks import Folders


@dataclass
class FakeConnection:
    """A broker that takes what it is told to take."""

    connected: bool = True
    said: list[Publication] = field(default_factory=list)
    taken: queue.SimpleQueue[int] = field(default_factory=queue.SimpleQueue)

    def publish(self, publication: Publication) -> int:
        """Take it, and give its token."""
        self.said.append(publication)
        return len(self.said)

    def take(self, *tokens: int) -> None:
        """Say that these have come."""
        for token in tokens:
            self.taken.put(token)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


def put(folders: Folders, *numbers: int) -> None:
    for number in numbers:
        event = an_event(number)
        atomic_files.place(folders.outbox, spool.event_name(event.event_id), msgspec.json.encode(event))


def marked(folders: Folders) -> list[str]:
    return sorted(name for name in atomic_files.waiting(folders.inbox) if name.startswith("taken."))


def delivery(folders: Folders) -> EventDelivery:
    return EventDelivery(("north", "s3"), folders.outbox, folders.inbox)


def test_an_event_is_said_once_and_marked_when_the_broker_has_it(folders: Folders) -> None:
    put(folders, 1)
    one, broker = delivery(folders), FakeConnection()
    for _ in range(3):
        one.say(broker, look=True)  # type: ignore[arg-type]
    assert len(broker.said) == 1
    assert marked(folders) == []

    broker.take(1)
    one.say(broker, look=True)  # type: ignore[arg-type]

    assert marked(folders) == [f"taken.{spool.event_name(event_id(1))}"]
    one.say(broker, look=True)  # type: ignore[arg-type]
    assert len(broker.said) == 1


def test_an_event_that_cannot_be_read_keeps_no_other_waiting(folders: Folders) -> None:
    (folders.outbox / spool.event_name(event_id(1))).mkdir()
    put(folders, 2)
    broker = FakeConnection()

    delivery(folders).say(broker, look=True)  # type: ignore[arg-type]

    assert [msgspec.json.decode(one.payload)["event_id"] for one in broker.said] == [event_id(2)]


def test_what_is_no_event_is_marked_and_never_said(folders: Folders) -> None:
    (folders.outbox / spool.event_name(event_id(1))).write_bytes(b"{")
    one, broker = delivery(folders), FakeConnection()
    one.say(broker, look=True)  # type: ignore[arg-type]
    one.say(broker, look=True)  # type: ignore[arg-type]

    assert broker.said == []
    assert len(marked(folders)) == 1


def test_an_event_whose_mark_cannot_be_written_is_marked_later_and_not_said_again(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folders, 1)
    one, broker = delivery(folders), FakeConnection()
    one.say(broker, look=True)  # type: ignore[arg-type]
    broker.take(1)
    with monkeypatch.context() as full:

        def refuse(*_: object) -> None:
            raise OSError(28, "No space left on device")

        full.setattr(atomic_files, "place", refuse)
        one.say(broker, look=True)  # type: ignore[arg-type]
        one.say(broker, look=True)  # type: ignore[arg-type]
    assert (len(broker.said), marked(folders)) == (1, [])

    one.say(broker, look=True)  # type: ignore[arg-type]

    assert (len(broker.said), len(marked(folders))) == (1, 1)


def test_no_more_are_in_flight_than_may_be(folders: Folders) -> None:
    put(folders, *range(1, IN_FLIGHT + 6))
    one, broker = delivery(folders), FakeConnection()
    one.say(broker, look=True)  # type: ignore[arg-type]
    assert len(broker.said) == IN_FLIGHT

    broker.take(1, 2)
    one.say(broker, look=True)  # type: ignore[arg-type]

    assert len(broker.said) == IN_FLIGHT + 2


def test_what_was_in_flight_when_the_connection_was_lost_is_said_again(folders: Folders) -> None:
    put(folders, 1)
    one, broker = delivery(folders), FakeConnection()
    one.say(broker, look=True)  # type: ignore[arg-type]
    broker.connected = False
    one.say(broker, look=False)  # type: ignore[arg-type]
    assert len(broker.said) == 1
    broker.connected = True

    one.say(broker, look=False)  # type: ignore[arg-type]

    assert len(broker.said) == 2


def test_what_was_marked_by_an_uplink_before_this_one_is_not_said(folders: Folders) -> None:
    put(folders, 1)
    atomic_files.place(folders.inbox, f"taken.{spool.event_name(event_id(1))}", b"")
    broker = FakeConnection()

    delivery(folders).say(broker, look=True)  # type: ignore[arg-type]

    assert broker.said == []
