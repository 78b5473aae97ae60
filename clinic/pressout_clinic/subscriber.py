"""Receives session documents, stores them, and only then answers: the broker, and the station."""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable

import msgspec

from pressout_clinic.intake import Rejection, checked
from pressout_clinic.store import Store
from pressout_link.broker import Broker
from pressout_link.connection import Arrived, Connection, Publication
from pressout_session.wire import ROOT, Ack, AckResult, ack_topic, address_of, digest

logger = logging.getLogger(__name__)

TOPIC = f"{ROOT}/+/+/session/+"
# Workers of one clinic share this subscription where the broker can (MQTT 5); the store makes any of them enough.
SHARED_TOPIC = f"$share/ingest/{TOPIC}"


# One commit for so many: a disk that is asked once is much faster than one that is asked fifty times.
MOST_AT_ONCE = 50


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
            if messages := self._arrived():
                self._take(messages)
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

    def _take(self, messages: list[Arrived]) -> None:
        """Store some messages, all in one transaction, and answer for them when it is safe."""
        with self._store.together():
            acks = [answered(self._store, message.topic, message.payload) for message in messages]
        for message, ack in zip(messages, acks, strict=True):
            address = address_of(message.topic)
            if address is not None:
                topic = ack_topic(address.site_id, address.station_id, address.session_id)
                self._connection.publish(Publication(topic, msgspec.json.encode(ack)))
            self._connection.acknowledge(message)


def answered(store: Store, topic: str, payload: bytes) -> Ack:
    """Store what is sound, set aside what is not, and give the answer for the station."""
    document = checked(topic, payload)
    sha256 = digest(payload)
    if isinstance(document, Rejection):
        store.set_aside(topic, payload, document.reason)
        logger.warning("rejected %d bytes: %s", len(payload), document.reason)
        return Ack(revision=0, sha256=sha256, result=AckResult.REJECTED, reason=document.reason)
    try:
        result = store.keep(document, payload)
    except (ValueError, OverflowError) as error:
        # It fits the schema and not the table: a person must look, and the queue must go on.
        store.set_aside(topic, payload, str(error))
        return Ack(revision=document.revision, sha256=sha256, result=AckResult.REJECTED, reason=str(error))
    reason = None
    if result is AckResult.REJECTED:
        reason = f"revision {document.revision} is already stored with other content; send it as a new revision"
        store.set_aside(topic, payload, reason)
    logger.info("session %s revision %d: %s", document.session_id, document.revision, result)
    return Ack(revision=document.revision, sha256=sha256, result=result, reason=reason)
