"""An uplink between two folders, turning on a thread of its own, and what it left there."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from builders import SESSION_ID, a_document, an_info
from pressout_clinic.store import Store
from pressout_clinic.subscriber import Subscriber
from pressout_device.storage import atomic_files
from pressout_link.broker import Broker
from pressout_link.connection import Connection
from pressout_session.document import encode
from pressout_session.wire import Info, digest
from pressout_station.mailbox import spool
from pressout_station.mailbox.wakeup import ring
from pressout_station.uplink.mqtt_client import Uplink

NUMBERS = itertools.count()


class Folders:
    """An outbox and an inbox."""

    def __init__(self, folder: Path) -> None:
        self.outbox, self.inbox = folder / "outbox", folder / "inbox"
        for each in (self.outbox, self.inbox):
            each.mkdir(parents=True, exist_ok=True)

    def finish(self, session: int) -> str:
        """Put a session's document into the outbox."""
        document = encode(a_document(session))
        name = spool.document_name(session, SESSION_ID.format(session), 1, digest(document))
        atomic_files.place(self.outbox, name, document)
        ring(self.inbox)
        return name

    def answers(self) -> list[spool.Answer]:
        """Give what the clinic answered, as the station finds it."""
        names = [name for name in atomic_files.waiting(self.inbox) if name.startswith("acks.")]
        return [answer for name in names for answer in atomic_files.read(self.inbox / name, list[spool.Answer]) or []]

    def link(self) -> spool.Link:
        """Give what the uplink says of itself."""
        path = self.inbox / spool.LINK
        return (atomic_files.read(path, spool.Link) if path.exists() else None) or spool.Link()

    def courier(self, broker: Broker, info: Info | None = None) -> Uplink:
        """Give an uplink over these folders."""
        return Uplink(broker, ("north", "s3"), outbox=self.outbox, inbox=self.inbox, info=info or an_info())


@contextmanager
def turning(run: Callable[[Callable[[], bool]], None]) -> Iterator[None]:
    """Let something run until the block ends."""
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
    """Wait until something is true."""
    until_s = time.monotonic() + 25.0
    while not true():
        assert time.monotonic() < until_s
        time.sleep(0.02)


@contextmanager
def clinic(broker: Broker, database: Path | str) -> Iterator[None]:
    """Let a clinic's subscriber run until the block ends; the block begins when it listens."""
    made: list[Subscriber] = []

    def run(stopped: Callable[[], bool]) -> None:
        store = Store(database if isinstance(database, str) else f"sqlite:///{database}")
        try:
            made.append(Subscriber(broker, store, "1"))
            made[0].run(stopped)
        finally:
            store.close()

    with turning(run):
        eventually(lambda: bool(made) and made[0].connected)
        yield


def stored(database: Path) -> int:
    """How many sessions the clinic has."""
    store = Store(f"sqlite:///{database}")
    try:
        return store.count()
    finally:
        store.close()


def listening(broker: Broker, *topics: str) -> Connection:
    """Give a connection that hears some topics."""
    connection = Connection(broker, f"listener-{next(NUMBERS)}", topics=topics)

    def connected() -> bool:
        connection.tend()
        return connection.connected

    eventually(connected)
    return connection


def heard(connection: Connection) -> list[tuple[str, bytes]]:
    """Give what it has heard since the last call."""
    found = []
    while not connection.arrived.empty():
        message = connection.arrived.get()
        connection.acknowledge(message)
        found.append((message.topic, message.payload))
    return found
