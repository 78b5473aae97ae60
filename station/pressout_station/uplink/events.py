"""Events on their way: advice to whoever looks after the station. The broker's word is enough for them."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from pressout_device.storage import atomic_files
from pressout_link.connection import Connection
from pressout_link.messages import Publication
from pressout_session.wire import StationEvent, event_topic
from pressout_station.mailbox import spool
from pressout_station.uplink.delivery import IN_FLIGHT

logger = logging.getLogger(__name__)


class EventDelivery:
    """Says what the station says beside its sessions, and marks what the broker has.

    Parameters
    ----------
    station : tuple of str
        Site and station.
    outbox, inbox : Path
        The station's folders.
    """

    def __init__(self, station: tuple[str, str], outbox: Path, inbox: Path) -> None:
        self._station = station
        self._outbox, self._inbox = outbox, inbox
        self._waiting: list[str] = []
        self._said: dict[int, str] = {}  # what the broker may not have yet, by its token
        self._unmarked: set[str] = set()  # what it has, and whose mark could not be written yet

    def say(self, connection: Connection, *, look: bool) -> None:
        """Say what waits; `look` for it in the outbox first."""
        while not connection.taken.empty():
            name = self._said.pop(connection.taken.get(), None)
            if name is not None:
                self._unmarked.add(name)
        for name in tuple(self._unmarked):
            self._mark(name)
        if not connection.connected:
            self._said.clear()
            return
        if look or not self._said:
            self._waiting = spool.events(self._outbox)
        for name in self._waiting:
            if len(self._said) >= IN_FLIGHT:
                return
            if name in self._unmarked or name in self._said.values() or (self._inbox / f"taken.{name}").exists():
                continue
            try:
                event = atomic_files.read(self._outbox / name, StationEvent)
            except OSError:
                continue  # the station took it out meanwhile, or it may be readable the next time
            if event is None:
                self._unmarked.add(name)  # nobody could read it there either
                continue
            topic = event_topic(*self._station, event.kind)
            self._said[connection.publish(Publication(topic, msgspec.json.encode(event)))] = name

    def _mark(self, name: str) -> None:
        try:
            atomic_files.place(self._inbox, f"taken.{name}", b"")
            self._unmarked.discard(name)
        except OSError as error:
            logger.debug("an event that was said cannot be marked so yet: %s", error)
