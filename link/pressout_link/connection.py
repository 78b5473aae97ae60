"""One MQTT connection: version 5 where the broker speaks it, 3.1.1 otherwise. The only file that imports paho.

Paho's thread never decides anything: it puts what arrived into a queue, and the owner's loop takes it out.
A publication is not delivery; whoever needs to know waits for the other end's own answer.
"""

from __future__ import annotations

import logging
import queue
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from pressout_link.broker import Broker

logger = logging.getLogger(__name__)

KEEPALIVE_S = 30
# A broker that has been reached and says nothing for this long does not know the version it was greeted in.
NO_ANSWER_S = 3.0
# Not more than this many publications unacknowledged in either direction: memory stays bounded.
RECEIVE_MAXIMUM = 50
LARGEST_PAYLOAD = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message, and what is needed to acknowledge it once it is safe."""

    topic: str
    payload: bytes
    retained: bool
    qos: int
    token: int


@dataclass(frozen=True, slots=True)
class Publication:
    """Something to say: topic, payload, and whether the broker keeps it for newcomers."""

    topic: str
    payload: bytes
    retained: bool = False


class Connection:
    """Connects, stays connected, and queues what arrives.

    Parameters
    ----------
    broker : Broker
        Where to, and with what right.
    client_id : str
        Stable: a broker keeps what is unacknowledged for this name.
    topics : sequence of str
        What to listen to, at QoS 1, on every connection. A shared one (`$share/GROUP/...`) is shared where the
        broker speaks version 5, and listened to whole where it does not.
    will : Publication, optional
        What the broker says if we vanish.
    greetings : sequence of Publication
        What to say on every connection.
    """

    def __init__(
        self,
        broker: Broker,
        client_id: str,
        *,
        topics: Sequence[str] = (),
        will: Publication | None = None,
        greetings: Sequence[Publication] = (),
    ) -> None:
        self._broker = broker
        self._client_id = client_id
        self._topics = topics
        self._will = will
        self._greetings = greetings
        self._context = broker.context()
        self.arrived: queue.SimpleQueue[Arrived] = queue.SimpleQueue()
        self.taken: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.connected = False
        self.trouble: str | None = None
        self._version = MQTTProtocolVersion.MQTTv5
        self._ever_connected = False
        self._refused_version = False
        self._answered_us = False
        self._closing = False
        self._reached_s: float | None = None
        self._told_trouble: str | None = None
        self._client = self._begun()

    def tend(self) -> None:
        """Do what paho's thread must not: fall back to 3.1.1 where 5 gets no answer. Call it now and then."""
        if self.trouble != self._told_trouble:
            self._told_trouble = self.trouble
            if self.trouble is not None:
                logger.warning("%s; what is to be sent waits", self.trouble + self._why())
        unheard = self._reached_s is not None and time.monotonic() - self._reached_s > NO_ANSWER_S
        if (self._refused_version or unheard) and not self._ever_connected:
            self._refused_version = False
            self._reached_s = None
            older = self._version is MQTTProtocolVersion.MQTTv5
            self._version = MQTTProtocolVersion.MQTTv311 if older else MQTTProtocolVersion.MQTTv5
            logger.info("no answer to the protocol version, trying %s", self._version.name)
            self._client.loop_stop()
            self._client = self._begun()

    def _why(self) -> str:
        """Say why no connection came about: paho does not."""
        try:
            with socket.create_connection((self._broker.host, self._broker.port), timeout=3.0) as plain:
                if self._context is not None:
                    self._context.wrap_socket(plain, server_hostname=self._broker.host).close()
        except (OSError, ValueError) as error:
            return f" ({error})"
        return ""

    @property
    def shares(self) -> bool:
        """Whether the broker's protocol has shared subscriptions (version 5)."""
        return self._version is MQTTProtocolVersion.MQTTv5

    def publish(self, publication: Publication) -> int:
        """Say something at QoS 1, and give its token.

        Nothing is known of its fate: wait for an answer, or say it again. The token comes out of `taken` when the
        broker has it, which for advice will do.
        """
        return self._client.publish(publication.topic, publication.payload, qos=1, retain=publication.retained).mid

    def acknowledge(self, message: Arrived) -> None:
        """Tell the broker that `message` is safe and need not come again."""
        self._client.ack(message.token, message.qos)

    def close(self, farewell: Publication | None = None, patience_s: float = 2.0) -> None:
        """Say `farewell`, if there is one and anyone to hear it, and disconnect."""
        if farewell is not None and self.connected:
            said = self._client.publish(farewell.topic, farewell.payload, qos=1, retain=farewell.retained)
            said.wait_for_publish(patience_s)
        self._closing = True
        self._client.disconnect()
        self._client.loop_stop()

    def _begun(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            protocol=self._version,
            clean_session=None if self.shares else False,
            manual_ack=True,
        )
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_connect_fail = self._on_connect_fail
        client.on_socket_open = self._on_socket_open
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.max_queued_messages_set(10 * RECEIVE_MAXIMUM)
        client.max_inflight_messages_set(RECEIVE_MAXIMUM)
        client.reconnect_delay_set(min_delay=1, max_delay=60)
        if self._broker.username:
            client.username_pw_set(self._broker.username, self._broker.password)
        if self._context is not None:
            client.tls_set_context(self._context)
        if self._will is not None:
            client.will_set(self._will.topic, self._will.payload, qos=1, retain=self._will.retained)
        properties: Properties | None = None
        if self.shares:
            properties = Properties(PacketTypes.CONNECT)
            properties.ReceiveMaximum = RECEIVE_MAXIMUM
            properties.MaximumPacketSize = LARGEST_PAYLOAD
            # Without this a broker forgets the session, and what waits in it, as soon as we are gone.
            properties.SessionExpiryInterval = 0xFFFFFFFF
        client.connect_async(
            self._broker.host,
            self._broker.port,
            keepalive=KEEPALIVE_S,
            clean_start=False if self.shares else mqtt.MQTT_CLEAN_START_FIRST_ONLY,
            properties=properties,
        )
        client.loop_start()
        return client

    def _on_connect(self, client: mqtt.Client, _data: object, _flags: object, code: ReasonCode, _props: object) -> None:
        self._answered_us = True
        self._reached_s = None
        if code.is_failure:
            self.trouble = f"the broker refused us: {code}"
            self._refused_version = "protocol" in str(code).lower()
            return
        self.trouble = None
        self._ever_connected = True
        if self._topics:
            client.subscribe([(topic if self.shares else _unshared(topic), 1) for topic in self._topics])
        for greeting in self._greetings:
            client.publish(greeting.topic, greeting.payload, qos=1, retain=greeting.retained)
        self.connected = True
        logger.info("connected to %s:%d (%s)", self._broker.host, self._broker.port, self._version.name)

    def _on_disconnect(
        self, _client: mqtt.Client, _data: object, _flags: object, code: ReasonCode, _props: object
    ) -> None:
        if self.connected and not self._closing:
            logger.warning("lost the broker (%s); what is to be sent waits", code)
        elif not (self.connected or self._ever_connected or self._answered_us):
            # Some 3.1.1 brokers answer a version 5 greeting by hanging up, without a word.
            self._refused_version = True
        self._reached_s = None
        self.connected = False

    def _on_socket_open(self, _client: mqtt.Client, _data: object, _socket: object) -> None:
        self._reached_s = time.monotonic()

    def _on_connect_fail(self, _client: mqtt.Client, _data: object) -> None:
        self.trouble = f"no connection to the broker at {self._broker.host}:{self._broker.port}"

    def _on_publish(self, _client: mqtt.Client, _data: object, token: int, code: ReasonCode, _props: object) -> None:
        if not code.is_failure:
            self.taken.put(token)

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self.arrived.put(Arrived(message.topic, bytes(message.payload), message.retain, message.qos, message.mid))


def _unshared(topic: str) -> str:
    return topic.split("/", 2)[2] if topic.startswith("$share/") else topic
