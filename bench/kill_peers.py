"""Two other uplinks for the same station, as they are usually written, for comparison under the same kills.

`python -m bench.kill_peers plain CONFIG` publishes what it finds and takes it for sent, as a program does that calls
`publish()` and goes on; `puback CONFIG` keeps it until the broker has acknowledged it. Both speak QoS 1 over TLS with a
session that the broker keeps. The station is told in both cases that its session is stored.
"""

from __future__ import annotations

import queue
import sys
import time
from pathlib import Path

import msgspec

from pressout_device.storage import atomic_files
from pressout_link.connection import Connection
from pressout_link.messages import Publication
from pressout_session.wire import Ack, AckResult, digest, session_topic
from pressout_station import config
from pressout_station.mailbox import spool


class Peer:
    """An uplink that believes its library, or the broker.

    Parameters
    ----------
    settings : Config
        The station's.
    trusts : str
        `plain`: a publication is delivered when it is made; `puback`: when the broker says so.
    """

    def __init__(self, settings: config.Config, trusts: str) -> None:
        self._station = (settings.station.site_id, settings.station.station_id)
        self._outbox, self._inbox = settings.folder / "outbox", settings.folder / "inbox"
        self._trusts = trusts
        self._flying: dict[int, tuple[str, bytes]] = {}
        self._sent: set[str] = set()
        self._connection = Connection(settings.the_broker(), f"peer-{'-'.join(self._station)}")

    def run(self) -> None:
        """Go on until killed."""
        while True:
            self._connection.tend()
            if self._connection.connected:
                self._send()
            try:
                while True:
                    name, payload = self._flying.pop(self._connection.taken.get(timeout=0.05), ("", b""))
                    if name and self._trusts == "puback":
                        self._believe(name, payload)
            except queue.Empty:
                pass

    def _send(self) -> None:
        for name in spool.documents(self._outbox):
            if name in self._sent:
                continue
            payload = (self._outbox / name).read_bytes()
            topic = session_topic(*self._station, spool.session_of(name))
            self._flying[self._connection.publish(Publication(topic, payload))] = (name, payload)
            self._sent.add(name)
            if self._trusts == "plain":
                self._believe(name, payload)

    def _believe(self, name: str, payload: bytes) -> None:
        ack = Ack(revision=1, sha256=digest(payload), result=AckResult.STORED)
        answer = [spool.Answer(spool.session_of(name), ack)]
        atomic_files.place(self._inbox, spool.acks_name(time.time_ns()), msgspec.json.encode(answer))


if __name__ == "__main__":
    Peer(config.read(Path(sys.argv[2])), sys.argv[1]).run()
