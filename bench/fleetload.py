"""A thousand stations as the broker sees them: each its own connection and acks, and documents until they are answered.

One thread turns all of them. What a station sends is a visit made by the product's own code (tests/visits.py), under
its own name; it sends a session again when nobody has answered for `AGAIN_S`, as the uplink does.
"""

from __future__ import annotations

import random
import selectors
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from pressout_session.document import SessionDocument, encode
from pressout_session.wire import Ack, AckResult, ack_topic, session_topic

AGAIN_S = 8.0
PATIENCE_S = 900.0
SITE = "load"


@dataclass(slots=True)
class Flying:
    """A session on its way: since when, and when it was said last."""

    since_s: float
    said_s: float
    topic: str
    payload: bytes


@dataclass(slots=True)
class Outcome:
    """What became of the sessions: how long answers took, in s, and what they were."""

    sent: int = 0
    took_s: float = 0.0
    waits_s: list[float] = field(default_factory=list)
    rejected: int = 0

    @property
    def rate(self) -> float:
        """Answered sessions a second."""
        return len(self.waits_s) / self.took_s


class Station:
    """One station's connection."""

    def __init__(self, port: int, name: str, told: Callable[[str, Ack], None]) -> None:
        self.name = name
        self.flying: dict[str, Flying] = {}
        self.ready = False
        self.again_s = 0.0
        self._port = port
        self._told = told
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"load-{name}", clean_session=True)
        self.client.on_connect = self._on_connect
        self.client.on_subscribe = self._on_subscribe
        self.client.on_message = self._on_message
        self.client.on_disconnect = self._on_disconnect

    def connect(self) -> bool:
        """Go to the broker; say whether there was one."""
        try:
            self.client.connect("127.0.0.1", self._port, keepalive=120)
        except OSError:
            self.again_s = time.monotonic() + random.uniform(0.3, 1.0)
            return False
        return True

    def say(self, session_id: str, flying: Flying) -> None:
        """Publish a session."""
        flying.said_s = time.monotonic()
        self.client.publish(flying.topic, flying.payload, qos=1)
        self.flying[session_id] = flying

    def _on_connect(self, client: mqtt.Client, *_rest: object) -> None:
        client.subscribe(ack_topic(SITE, self.name, "+"), qos=1)

    def _on_subscribe(self, *_rest: object) -> None:
        self.ready = True
        for session_id, flying in self.flying.items():
            self.say(session_id, flying)

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self._told(message.topic.rpartition("/")[2], msgspec.json.decode(message.payload, type=Ack))

    def _on_disconnect(self, *_rest: object) -> None:
        self.ready = False
        self.again_s = time.monotonic() + random.uniform(0.3, 1.0)


class Load:
    """Many stations, turned by one thread.

    Parameters
    ----------
    port : int
        The broker's, without TLS.
    stations : int
        How many.
    templates : list of SessionDocument
        What they send, under names and numbers of their own.
    """

    def __init__(self, port: int, stations: int, templates: list[SessionDocument]) -> None:
        self._templates = templates
        self._number = 0
        self._outcome = Outcome()
        self.stations = [Station(port, f"s{number}", self._told_by(number)) for number in range(stations)]
        self._selector = selectors.DefaultSelector()
        self._registered: dict[int, Any] = {}
        self._misc_s = 0.0

    def connect(self) -> None:
        """Connect all; returns when every one hears its acks."""
        for station in self.stations:
            station.connect()
            self._turn(0.0)
        until_s = time.monotonic() + 60.0
        while not all(station.ready for station in self.stations):
            assert time.monotonic() < until_s, "not every station could connect"
            self._turn(0.05)

    def send(self, sessions: int, rate: float | None = None, meanwhile: Callable[[], None] = lambda: None) -> Outcome:
        """Send sessions, each station one after the other, or `rate` a second in all; until all are answered."""
        self._outcome = Outcome()
        began_s = time.monotonic()
        idle = deque(self.stations)
        while len(self._outcome.waits_s) < sessions:
            now_s = time.monotonic()
            assert now_s - began_s < PATIENCE_S, f"{sessions - len(self._outcome.waits_s)} sessions unanswered"
            allowed = sessions if rate is None else min(sessions, int((now_s - began_s) * rate) + 1)
            for _ in range(min(len(idle), 200)):
                if self._outcome.sent >= allowed:
                    break
                station = idle.popleft()
                idle.append(station)
                if station.ready and (rate is not None or not station.flying):
                    self._begin(station)
            self._turn(0.002)
            meanwhile()
        self._outcome.took_s = time.monotonic() - began_s
        return self._outcome

    def _begin(self, station: Station) -> None:
        self._number += 1
        self._outcome.sent += 1
        session_id, payload = self._document(station.name)
        now_s = time.monotonic()
        station.say(session_id, Flying(now_s, now_s, session_topic(SITE, station.name, session_id), payload))

    def _document(self, name: str) -> tuple[str, bytes]:
        session_id = f"01900000-0000-7000-8000-{self._number:012d}"
        template = self._templates[self._number % len(self._templates)]
        told = {"session_id": session_id, "site_id": SITE, "station_id": name, "journal_id": f"journal-{name}"}
        return session_id, encode(msgspec.structs.replace(template, seq=self._number, **told))

    def _told_by(self, number: int) -> Callable[[str, Ack], None]:
        def told(session_id: str, ack: Ack) -> None:
            flying = self.stations[number].flying.pop(session_id, None)
            if flying is not None:
                self._outcome.waits_s.append(time.monotonic() - flying.since_s)
                self._outcome.rejected += ack.result is AckResult.REJECTED

        return told

    def _turn(self, wait_s: float) -> None:
        """Let every connection do what it has to."""
        for key, events in self._selector.select(wait_s):
            station: Station = key.data
            if events & selectors.EVENT_READ:
                station.client.loop_read(50)
            if events & selectors.EVENT_WRITE:
                station.client.loop_write()
        now_s = time.monotonic()
        if now_s > self._misc_s:
            self._misc_s = now_s + 0.2
            for station in self.stations:
                self._tend(station, now_s)
        self._watch()

    def _tend(self, station: Station, now_s: float) -> None:
        client = station.client
        if client.socket() is None:
            station.ready = False
            if now_s > station.again_s:
                station.connect()
            return
        client.loop_misc()
        if station.ready:
            for session_id, flying in list(station.flying.items()):
                if now_s - flying.said_s > AGAIN_S:
                    station.say(session_id, flying)

    def _watch(self) -> None:
        """Watch the connections that there are; first let go of those that are gone, whose numbers others may have."""
        for station in self.stations:
            known = self._registered.get(id(station))
            if known is not None and known[0] is not station.client.socket():
                self._selector.unregister(known[0])
                del self._registered[id(station)]
        for station in self.stations:
            found = station.client.socket()
            if found is None:
                continue
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if station.client.want_write() else 0)
            known = self._registered.get(id(station))
            if known is None:
                self._selector.register(found, wanted, station)
            elif known[1] != wanted:
                self._selector.modify(found, wanted, station)
            self._registered[id(station)] = (found, wanted)
