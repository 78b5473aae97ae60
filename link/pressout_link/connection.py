"""One MQTT connection: version 5 where the broker speaks it, 3.1.1 otherwise. The only file that imports paho.

Paho's thread never decides anything: it puts what arrived into a queue, and the owner's loop takes it out.
A publication is not delivery; whoever needs to know waits for the other end's own answer.
"""

from __future__ import annotations

import logging
import queue
import random
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from pressout_link.attempts import Attempts
from pressout_link.broker import Broker
from pressout_link.connect_errors import Obstacle, looked_at, not_subscribed, refused
from pressout_link.messages import Publication, ReceivedMessage

logger = logging.getLogger(__name__)

SHARE = "$share/"
KEEPALIVE_S = 30
# Not more than this many publications unacknowledged in either direction: memory stays bounded.
RECEIVE_MAXIMUM = 50
LARGEST_PAYLOAD = 4 * 1024 * 1024
# MQTT 5, 3.1.2.11.2: a session that does not expire.
FOR_EVER = 0xFFFFFFFF
# What comes at QoS 0 has no such bound: beyond this many unread, more of it is dropped.
MOST_UNREAD = 1_000
# And of each no more than this is kept, in bytes: what is said at QoS 0 is short.
MOST_FLEETING = 16 * 1024
# Who tries again after a broker was gone does so at a moment of their own, so that not all come at once.
FIRST_DELAY_S, LAST_DELAY_S = (1, 5), (30, 90)
# How paho calls the end of a connection by a packet that it cannot read.
UNREADABLE = "Protocol error"
# How often the reason of a missing connection is looked for.
LOOK_EVERY_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionConfig:
    """How a connection behaves: what it says whenever it comes about, whom it wakes, how large a message may be.

    `woken` is called by another thread, when something has arrived or changed. `remembered_s` is for how long the
    broker (version 5) keeps our session, and what waits in it, once we are gone. What it keeps for newcomers at the
    topics `looked_through` comes on every connection, at QoS 0; at shared topics it does not come (version 5).
    """

    greetings: Callable[[], Sequence[Publication]] = tuple
    woken: Callable[[], None] = lambda: None
    largest_bytes: int = LARGEST_PAYLOAD
    remembered_s: int = FOR_EVER
    looked_through: Sequence[str] = ()


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
        broker speaks version 5, even where we no longer do, and listened to whole where it does not.
    will : Publication, optional
        What the broker says if we vanish.
    manner : ConnectionConfig
        How it behaves.
    """

    def __init__(
        self,
        broker: Broker,
        client_id: str,
        *,
        topics: Sequence[str] = (),
        will: Publication | None = None,
        manner: ConnectionConfig | None = None,
    ) -> None:
        self._attempts = Attempts(broker.in_turn())
        self._client_id = client_id
        self._topics = topics
        self._will = will
        self._manner = manner or ConnectionConfig()
        self._context = broker.context()
        self.arrived: queue.SimpleQueue[ReceivedMessage] = queue.SimpleQueue()
        self.taken: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.connected = False
        self.obstacle: Obstacle | None = None
        self.dropped = 0
        self.largest_bytes: int | None = None
        self._closing = False
        self._look_s = 0.0
        self._listening: int | None = None
        self._client = self._begun()

    def tend(self) -> None:
        """Do what paho's thread must not: try another address or version where this one gets no answer.

        To be called now and then.
        """
        self._look_what_is_wrong()
        if not self._reads():
            if self.connected:
                self._lost("a packet that cannot be read", unreadable=True)
            self._client.loop_stop()
            self._client = self._begun()
        if self.connected:
            return
        changed = self._attempts.change(time.monotonic())
        if changed is not None:
            logger.info("no answer to this greeting, trying %s", changed)
            self._client.loop_stop()
            self._client = self._begun()

    def _reads(self) -> bool:
        """Whether paho's thread lives: what it does not expect ends it, and nothing says so."""
        name = f"paho-mqtt-client-{self._client_id}"
        return any(thread.name == name for thread in threading.enumerate())

    def _look_what_is_wrong(self) -> None:
        """Find out why no connection came about: paho does not say."""
        now_s = time.monotonic()
        if self.connected or not self._attempts.failed or now_s < self._look_s:
            return
        self._look_s = now_s + LOOK_EVERY_S
        found = looked_at(self._attempts.broker, self._context)
        if found is not None and found != self.obstacle and not self.connected:
            self.obstacle = found
            logger.warning("%s; what is to be sent waits", found.details)

    @property
    def shares(self) -> bool:
        """Whether the broker's protocol has shared subscriptions (version 5)."""
        return self._attempts.newest

    def publish(self, publication: Publication) -> int:
        """Say something at QoS 1, and give its token.

        Nothing is known of its fate: wait for an answer, or say it again. The token comes out of `taken` when the
        broker has it, which for advice will do.
        """
        qos = 0 if publication.fleeting else 1
        return self._client.publish(publication.topic, publication.payload, qos, self._retained(publication)).mid

    def _retained(self, publication: Publication) -> bool:
        return publication.retained and self._attempts.retains

    def acknowledge(self, message: ReceivedMessage) -> None:
        """Tell the broker that `message` is safe and need not come again."""
        self._client.ack(message.token, message.qos)

    def close(self, farewell: Publication | None = None, patience_s: float = 2.0) -> None:
        """Say `farewell`, if there is one and anyone to hear it, and disconnect."""
        if farewell is not None and self.connected:
            said = self._client.publish(farewell.topic, farewell.payload, qos=1, retain=self._retained(farewell))
            said.wait_for_publish(patience_s)
        self._closing = True
        self._client.disconnect()
        self._client.loop_stop()

    def _begun(self) -> mqtt.Client:
        broker = self._attempts.broker
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            protocol=MQTTProtocolVersion.MQTTv5 if self.shares else MQTTProtocolVersion.MQTTv311,
            clean_session=None if self.shares else False,
            manual_ack=True,
            transport="tcp" if broker.path is None else "websockets",
        )
        if broker.path is not None:
            client.ws_set_options(broker.path)
        self._attempts.begun(time.monotonic())
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_connect_fail = self._on_connect_fail
        client.on_socket_open = self._on_socket_open
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        client.max_queued_messages_set(10 * RECEIVE_MAXIMUM)
        client.max_inflight_messages_set(RECEIVE_MAXIMUM)
        client.reconnect_delay_set(random.randint(*FIRST_DELAY_S), random.randint(*LAST_DELAY_S))
        if broker.username:
            client.username_pw_set(broker.username, broker.password)
        if self._context is not None:
            client.tls_set_context(self._context)
        if self._will is not None:
            client.will_set(self._will.topic, self._will.payload, qos=1, retain=self._retained(self._will))
        properties: Properties | None = None
        if self.shares:
            properties = Properties(PacketTypes.CONNECT)
            properties.ReceiveMaximum = RECEIVE_MAXIMUM
            properties.MaximumPacketSize = self._manner.largest_bytes
            # Without this a broker forgets the session, and what waits in it, as soon as we are gone.
            properties.SessionExpiryInterval = self._manner.remembered_s
        client.connect_async(
            broker.host,
            broker.port,
            keepalive=KEEPALIVE_S,
            clean_start=False if self.shares else mqtt.MQTT_CLEAN_START_FIRST_ONLY,
            properties=properties,
        )
        client.loop_start()
        return client

    def _on_connect(self, client: mqtt.Client, _data: object, _flags: object, code: ReasonCode, props: object) -> None:
        if code.is_failure:
            if not self._attempts.turned_away(code.value, str(code)):
                found = refused(str(code).lower())
                if found != self.obstacle:
                    self.obstacle = found
                    logger.warning("%s; what is to be sent waits", found.details)
            return
        self._attempts.welcomed(retains=getattr(props, "RetainAvailable", 1) == 1)
        self.obstacle, self._look_s = None, 0.0
        self.largest_bytes = getattr(props, "MaximumPacketSize", None)
        self._listen(client)
        for greeting in self._manner.greetings():
            client.publish(greeting.topic, greeting.payload, qos=1, retain=self._retained(greeting))
        self.connected = True
        self._manner.woken()
        broker = self._attempts.broker
        logger.info("connected to %s:%d (MQTT %s)", broker.host, broker.port, "5" if self.shares else "3.1.1")

    def _listen(self, client: mqtt.Client) -> None:
        """Ask for the topics. A shared one says whether a message is left to be kept; others, whether it was kept.

        A broker that fell back from version 5 shares with whoever asks, and may have forgotten the topics meanwhile.
        """
        if self._topics and self.shares:
            asked = [(one, SubscribeOptions(qos=1, retainAsPublished=one.startswith(SHARE))) for one in self._topics]
            self._listening = client.subscribe(asked)[1]
        elif self._topics:
            whole = not self._attempts.fell_back
            topics = [one.split("/", 2)[2] if whole and one.startswith(SHARE) else one for one in self._topics]
            self._listening = client.subscribe([(one, 1) for one in topics])[1]
        if self._manner.looked_through and self.shares:
            client.subscribe([(topic, SubscribeOptions(qos=0)) for topic in self._manner.looked_through])
            client.unsubscribe(list(self._manner.looked_through))

    def _on_subscribe(
        self, _client: mqtt.Client, _data: object, token: int, codes: Sequence[ReasonCode], _props: object
    ) -> None:
        if token != self._listening:
            return
        deaf_to = [topic for topic, code in zip(self._topics, codes, strict=False) if code.is_failure]
        if deaf_to:
            self.obstacle = not_subscribed(deaf_to)
            logger.warning("%s", self.obstacle.details)
            self._manner.woken()

    def _on_disconnect(
        self, _client: mqtt.Client, _data: object, _flags: object, code: ReasonCode, _props: object
    ) -> None:
        self._lost(str(code), unreadable=str(code) == UNREADABLE)

    def _lost(self, why: str, *, unreadable: bool) -> None:
        if self.connected and not self._closing:
            logger.warning("lost the broker (%s); what is to be sent waits", why)
        self._attempts.hung_up(time.monotonic(), was_connected=self.connected, unreadable=unreadable)
        self.connected = False
        self._manner.woken()

    def _on_socket_open(self, _client: mqtt.Client, _data: object, opened: object) -> None:
        self._attempts.reached(time.monotonic())
        if isinstance(opened, socket.socket):  # small packets do not wait to travel together
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _on_connect_fail(self, _client: mqtt.Client, _data: object) -> None:
        self._attempts.failed = True

    def _on_publish(self, _client: mqtt.Client, _data: object, token: int, code: ReasonCode, _props: object) -> None:
        if not code.is_failure:
            self.taken.put(token)
            self._manner.woken()

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        if message.qos == 0 and self.arrived.qsize() >= MOST_UNREAD:
            self.dropped += 1
            return
        payload = bytes(message.payload if message.qos else message.payload[:MOST_FLEETING])
        self.arrived.put(ReceivedMessage(message.topic, payload, message.retain, message.qos, message.mid))
        self._manner.woken()
