"""Receives what stations say, stores it, and only then answers: the broker, and the station. Says the clinic's orders.

Any number of these work side by side: the broker shares the sessions out among them, the database keeps each once.
"""

from __future__ import annotations

import functools
import logging
import queue
import time
from collections.abc import Callable

import msgspec

from pressout_clinic.order_publisher import OrderPublisher
from pressout_clinic.rejected import replayed, to_replay
from pressout_clinic.stations import Message
from pressout_clinic.store import IncomingMessage, Store, StoreError
from pressout_clinic.validation import checked
from pressout_link.broker import Broker
from pressout_link.connection import Connection, ConnectionConfig
from pressout_link.messages import Publication, ReceivedMessage
from pressout_session.wire import ROOT, Ack, AckResult, ack_topic, address_of, spoken_in

logger = logging.getLogger(__name__)

# Workers of one clinic share these where the broker can (MQTT 5); the store makes any of them enough. The group's name
# is for nobody else to know: mosquitto 2.0 deals a share to whoever joins, and drops what they may not hear.
NEVER_KEPT = tuple(f"{ROOT}/+/+/{kind}/+" for kind in ("session", "event", "request"))
SESSIONS, *SHARED = (f"$share/ingest{{mark}}/{topic}" for topic in NEVER_KEPT)
# What a broker keeps for newcomers cannot be shared: each worker hears it.
KEPT = tuple(f"{ROOT}/+/+/{kind}" for kind in ("status", "info"))
# A broker goes on giving a share to a worker that is gone but remembered. Sessions are said again by their stations, so
# that the share is given to others soon; what stations say but once is kept for as long as it takes.
REMEMBERED_S = 300
# One commit for so many: a disk that is asked once is much faster than one that is asked fifty times. The broker hands
# over no more than these before they are answered, so that a slow database costs time and no memory.
MOST_AT_ONCE = 50
# A database that is away is tried again so often.
AGAIN_S = 1.0


class Subscriber:
    """One worker of the clinic.

    Parameters
    ----------
    broker : Broker
        Where the stations publish.
    store : Store
        Where sessions go.
    worker : str
        A stable name: the broker keeps this worker's share for it while it is away.
    """

    def __init__(self, broker: Broker, store: Store, worker: str) -> None:
        self._store = store
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        ring = functools.partial(self._bell.put, None)
        mark = broker.mark()
        name = f"pressout-clinic-{worker}{mark}"
        shared = tuple(topic.format(mark=mark) for topic in SHARED)
        soon = ConnectionConfig(woken=ring, remembered_s=REMEMBERED_S)
        self._sessions = Connection(broker, name, topics=(SESSIONS.format(mark=mark),), manner=soon)
        others = ConnectionConfig(woken=ring, looked_through=NEVER_KEPT)
        self._others = Connection(broker, f"{name}-events", topics=(*shared, *KEPT), manner=others)
        self._speaking = OrderPublisher(self._others, store)

    @property
    def connected(self) -> bool:
        """Whether anything can arrive."""
        return self._sessions.connected and self._others.connected

    def run(self, stopped: Callable[[], bool]) -> None:
        """Take messages, as many at once as there are, until `stopped()`; an unanswered one comes again."""
        while not stopped():
            self._tend()
            self._wait()
            self._insisting(functools.partial(self._take, _arrived(self._sessions)), stopped)
            self._insisting(functools.partial(self._hear, _arrived(self._others)), stopped)
            self._insisting(self._turn, stopped)
        self._sessions.close()
        self._others.close()

    def _tend(self) -> None:
        self._sessions.tend()
        self._others.tend()

    def _wait(self) -> None:
        """Wait until something has arrived, or for a moment."""
        if not (self._sessions.arrived.empty() and self._others.arrived.empty()):
            return
        try:
            self._bell.get(timeout=0.2)
            while True:
                self._bell.get_nowait()
        except queue.Empty:
            pass

    def _insisting(self, do: Callable[[], None], stopped: Callable[[], bool]) -> None:
        """Do something that needs the database, as often as it takes."""
        while True:
            try:
                do()
            except StoreError as error:
                logger.error("%s; what came waits", error)
                if stopped():
                    return
                self._tend()
                time.sleep(AGAIN_S)
            else:
                return

    def _take(self, messages: list[ReceivedMessage]) -> None:
        """Store sessions and answer for them."""
        messages = _let_go(self._sessions, messages)
        if not messages:
            return
        arrived = [(message.topic, message.payload) for message in messages]
        acks = answered(self._store, arrived)
        noted(arrived, acks)
        for message, ack in zip(messages, acks, strict=True):
            self._answer(message.topic, ack)
            self._sessions.acknowledge(message)

    def _hear(self, messages: list[ReceivedMessage]) -> None:
        """Keep what stations say of themselves, and what they ask for."""
        messages = _let_go(self._others, messages)
        if not messages:
            return
        heard = [Message(message.topic, message.payload, message.retained) for message in messages]
        self._store.hear(heard)
        for message in messages:
            self._others.acknowledge(message)

    def _turn(self) -> None:
        """Say what nobody has said yet, and try again what someone asked to be tried again."""
        if not self._speaking.due():
            return
        self._speaking.turn()
        waiting = to_replay(self._store.engine)
        if waiting:
            acks = answered(self._store, waiting)
            noted(waiting, acks)
            replayed(self._store.engine, acks)
            for (topic, _payload), ack in zip(waiting, acks, strict=True):
                self._answer(topic, ack)

    def _answer(self, topic: str, ack: Ack) -> None:
        address = address_of(topic)
        if address is not None:
            where = ack_topic(address.site_id, address.station_id, address.session_id)
            self._sessions.publish(Publication(where, msgspec.json.encode(ack)))


def _arrived(connection: Connection) -> list[ReceivedMessage]:
    """Take what has arrived, and no more than is good for one commit."""
    messages: list[ReceivedMessage] = []
    while len(messages) < MOST_AT_ONCE and not connection.arrived.empty():
        messages.append(connection.arrived.get())
    return messages


def _let_go(connection: Connection, messages: list[ReceivedMessage]) -> list[ReceivedMessage]:
    """Let the broker forget what it keeps for newcomers and must not; give what is to be heard.

    What is `NEVER_KEPT` is for nobody who comes later: it only fills the broker, and a full one does not start again.
    """
    heard = []
    for message in messages:
        spoken = spoken_in(message.topic)
        never_kept = spoken is None or spoken.name != ""
        if never_kept and message.retained and message.payload:
            connection.publish(Publication(message.topic, b"", retained=True, fleeting=True))
        # Where workers share, what lay there or came while it was looked through comes to whose share it is as well;
        # what is empty is the forgetting itself.
        twice = message.qos == 0 and connection.shares
        if never_kept and (twice or (message.retained and not message.payload)):
            connection.acknowledge(message)
        else:
            heard.append(message)
    return heard


def answered(store: Store, arrived: list[tuple[str, bytes]]) -> list[Ack]:
    """Store what is sound, set aside what is not, and give the answers for the stations.

    Raises
    ------
    StoreError
        If the database cannot be written; then nothing is stored and nothing may be answered.
    """
    incoming = [IncomingMessage(topic, payload, checked(topic, payload)) for topic, payload in arrived]
    return store.take(incoming)


def noted(arrived: list[tuple[str, bytes]], acks: list[Ack]) -> None:
    """Write into the log what became of what arrived: whoever asked for it otherwise is told otherwise."""
    for (topic, payload), ack in zip(arrived, acks, strict=True):
        if ack.result is AckResult.REJECTED:
            logger.warning("rejected %d bytes on %s: %s", len(payload), topic[:100], ack.reason)
        else:
            logger.info("%s revision %d: %s", topic.rsplit("/", 1)[-1], ack.revision, ack.result)
