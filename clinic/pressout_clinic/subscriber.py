"""Receives session documents, stores them, and only then answers: the broker, and the station."""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Callable

import msgspec

from pressout_clinic.intake import checked
from pressout_clinic.store import Incoming, Store, StoreError
from pressout_link.broker import Broker
from pressout_link.connection import Arrived, Connection, Publication
from pressout_session.wire import ROOT, Ack, AckResult, ack_topic, address_of

logger = logging.getLogger(__name__)

TOPIC = f"{ROOT}/+/+/session/+"
# Workers of one clinic share this subscription where the broker can (MQTT 5); the store makes any of them enough.
SHARED_TOPIC = f"$share/ingest/{TOPIC}"
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
        self._connection = Connection(broker, f"pressout-clinic-{worker}", topics=(SHARED_TOPIC,))

    @property
    def connected(self) -> bool:
        """Whether sessions can arrive."""
        return self._connection.connected

    def run(self, stopped: Callable[[], bool]) -> None:
        """Take messages, as many at once as there are, until `stopped()`; an unanswered one comes again."""
        while not stopped():
            self._connection.tend()
            messages = self._arrived()
            while messages and not self._took(messages) and not stopped():
                time.sleep(AGAIN_S)
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

    def _took(self, messages: list[Arrived]) -> bool:
        """Store some messages and answer for them; say whether that was possible."""
        try:
            acks = answered(self._store, [(message.topic, message.payload) for message in messages])
        except StoreError as error:
            logger.error("%s; %d sessions wait", error, len(messages))
            return False
        for message, ack in zip(messages, acks, strict=True):
            address = address_of(message.topic)
            if address is not None:
                topic = ack_topic(address.site_id, address.station_id, address.session_id)
                self._connection.publish(Publication(topic, msgspec.json.encode(ack)))
            self._connection.acknowledge(message)
        return True


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
