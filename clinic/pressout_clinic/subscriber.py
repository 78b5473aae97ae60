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

from pressout_clinic.intake import checked
from pressout_clinic.rejected import replayed, to_replay
from pressout_clinic.speaking import Speaking
from pressout_clinic.stations import Message
from pressout_clinic.store import Incoming, Store, StoreError
from pressout_link.broker import Broker
from pressout_link.connection import Arrived, Connection, Publication
from pressout_session.wire import ROOT, Ack, AckResult, ack_topic, address_of

logger = logging.getLogger(__name__)

# Workers of one clinic share these where the broker can (MQTT 5); the store makes any of them enough.
SHARED = tuple(f"$share/ingest/{ROOT}/+/+/{kind}/+" for kind in ("session", "event", "request"))
# What a broker keeps for newcomers cannot be shared: each worker hears it.
KEPT = tuple(f"{ROOT}/+/+/{kind}" for kind in ("status", "info"))
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
        self._connection = Connection(broker, f"pressout-clinic-{worker}", topics=(*SHARED, *KEPT))
        self._speaking = Speaking(self._connection, store)

    @property
    def connected(self) -> bool:
        """Whether sessions can arrive."""
        return self._connection.connected

    def run(self, stopped: Callable[[], bool]) -> None:
        """Take messages, as many at once as there are, until `stopped()`; an unanswered one comes again."""
        while not stopped():
            self._connection.tend()
            messages = self._arrived()
            sessions = [message for message in messages if address_of(message.topic) is not None]
            others = [message for message in messages if address_of(message.topic) is None]
            self._insisting(functools.partial(self._take, sessions), stopped)
            self._insisting(functools.partial(self._hear, others), stopped)
            self._insisting(self._turn, stopped)
        self._connection.close()

    def _arrived(self) -> list[Arrived]:
        messages: list[Arrived] = []
        try:
            messages.append(self._connection.arrived.get(timeout=0.2))
            while len(messages) < MOST_AT_ONCE:
                messages.append(self._connection.arrived.get_nowait())
        except queue.Empty:
            pass
        return messages

    def _insisting(self, do: Callable[[], None], stopped: Callable[[], bool]) -> None:
        """Do something that needs the database, as often as it takes."""
        while True:
            try:
                do()
            except StoreError as error:
                logger.error("%s; what came waits", error)
                if stopped():
                    return
                self._connection.tend()
                time.sleep(AGAIN_S)
            else:
                return

    def _take(self, messages: list[Arrived]) -> None:
        """Store sessions and answer for them."""
        if not messages:
            return
        acks = answered(self._store, [(message.topic, message.payload) for message in messages])
        for message, ack in zip(messages, acks, strict=True):
            self._answer(message.topic, ack)
            self._connection.acknowledge(message)

    def _hear(self, messages: list[Arrived]) -> None:
        """Keep what stations say of themselves, and give them what they ask for."""
        if not messages:
            return
        heard = [Message(message.topic, message.payload, message.retained) for message in messages]
        for order in self._store.hear(heard):
            self._connection.publish(Publication(order.topic, order.payload))
        for message in messages:
            self._connection.acknowledge(message)

    def _turn(self) -> None:
        """Say what nobody has said yet, and try again what someone asked to be tried again."""
        if not self._speaking.due():
            return
        self._speaking.turn()
        waiting = to_replay(self._store.engine)
        if waiting:
            acks = answered(self._store, waiting)
            replayed(self._store.engine, acks)
            for (topic, _payload), ack in zip(waiting, acks, strict=True):
                self._answer(topic, ack)

    def _answer(self, topic: str, ack: Ack) -> None:
        address = address_of(topic)
        if address is not None:
            where = ack_topic(address.site_id, address.station_id, address.session_id)
            self._connection.publish(Publication(where, msgspec.json.encode(ack)))


def answered(store: Store, arrived: list[tuple[str, bytes]]) -> list[Ack]:
    """Store what is sound, set aside what is not, and give the answers for the stations.

    Raises
    ------
    StoreError
        If the database cannot be written; then nothing is stored and nothing may be answered.
    """
    incoming = [Incoming(topic, payload, checked(topic, payload)) for topic, payload in arrived]
    acks = store.take(incoming)
    for one, ack in zip(incoming, acks, strict=True):
        if ack.result is AckResult.REJECTED:
            logger.warning("rejected %d bytes on %s: %s", len(one.payload), one.topic[:100], ack.reason)
        else:
            logger.info("%s revision %d: %s", one.topic.rsplit("/", 1)[-1], ack.revision, ack.result)
    return acks
