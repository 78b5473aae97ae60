"""The uplink's loop: outbox to broker, the clinic's own answer to inbox. A PUBACK is no answer."""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from pressout_device.cellbook import CellBook
from pressout_device.config import Config
from pressout_device.errors import JournalError
from pressout_device.identity import device_of
from pressout_device.journal import spool
from pressout_device.uplink.delivery import IN_FLIGHT, Delivery
from pressout_link.broker import Broker
from pressout_link.connection import Arrived, Connection, Publication
from pressout_session.document import SCHEMA
from pressout_session.wire import (
    Ack,
    StationEvent,
    StationState,
    Status,
    ack_topic,
    digest,
    event_topic,
    info_topic,
    session_topic,
    status_topic,
)

logger = logging.getLogger(__name__)

LOOK_S = 0.2


class Courier:
    """Carries finished sessions to the clinic.

    Parameters
    ----------
    broker : Broker
        The clinic's.
    site_id, station_id : str
        Whose sessions these are.
    outbox, inbox : Path
        The station's folders: read from one, write to the other.
    info : dict
        What the station is, for the retained `info` topic: versions and capabilities.
    """

    def __init__(
        self, broker: Broker, station: tuple[str, str], *, outbox: Path, inbox: Path, info: dict[str, str]
    ) -> None:
        self._site_id, self._station_id = station
        self._outbox = outbox
        self._inbox = inbox
        self._tls = broker.tls
        self._delivery = Delivery()
        # Answered, and not yet taken out of the outbox by the station: each with when its file was written.
        self._answered: dict[str, int] = {}
        self._said: dict[int, str] = {}  # events that the broker may not have yet, by their token
        self._unmarked: set[str] = set()  # events that it has, and whose mark could not be written yet
        self._reported: bytes | None = None
        self._link: spool.Link | None = None
        self._connection = Connection(
            broker,
            f"pressout-{self._site_id}-{self._station_id}",
            topics=(ack_topic(self._site_id, self._station_id, "+"),),
            will=self._status(StationState.LOST, 0),
            greetings=(
                Publication(info_topic(self._site_id, self._station_id), msgspec.json.encode(info), retained=True),
            ),
        )

    def run(self, stopped: Callable[[], bool]) -> None:
        """Carry until `stopped()`."""
        while not stopped():
            self._connection.tend()
            self._send()
            self._say_events()
            self._say_link()
            self._receive()
        self._connection.close(self._status(StationState.OFFLINE, len(spool.documents(self._outbox))))

    def _send(self) -> None:
        waiting = spool.documents(self._outbox)
        self._answered = {name: at for name, at in self._answered.items() if name in waiting}
        unanswered = [name for name in waiting if self._answered.get(name) != self._written_at(name)]
        if not self._connection.connected:
            self._delivery = self._delivery.lost_connection()
            self._reported = None
            self._said.clear()
            return
        self._report(len(unanswered))
        self._delivery, names = self._delivery.due(unanswered, time.monotonic())
        for name in names:
            try:
                payload = (self._outbox / name).read_bytes()
            except OSError as error:
                if not isinstance(error, FileNotFoundError):  # the station may have taken it out meanwhile
                    logger.warning("%s cannot be read and waits: %s", name, error)
                continue
            topic = session_topic(self._site_id, self._station_id, spool.session_of(name))
            self._connection.publish(Publication(topic, payload))

    def _say_link(self) -> None:
        """Tell the station's staff how the way to the clinic is, when that changes."""
        connected = self._connection.connected
        link = spool.Link(connected=connected, trouble="" if connected else self._connection.trouble or "")
        if link == self._link:
            return
        try:
            spool.place(self._inbox, spool.LINK, msgspec.json.encode(link))
            self._link = link
        except OSError as error:
            logger.debug("what the link is like cannot be told yet: %s", error)

    def _say_events(self) -> None:
        """Say what the station says beside its sessions, and mark what the broker has."""
        while not self._connection.taken.empty():
            name = self._said.pop(self._connection.taken.get(), None)
            if name is not None:
                self._unmarked.add(name)
        for name in tuple(self._unmarked):
            self._mark_taken(name)
        if not self._connection.connected:
            return
        for name in spool.events(self._outbox):
            if len(self._said) >= IN_FLIGHT:
                return
            if name in self._unmarked or name in self._said.values() or (self._inbox / f"taken.{name}").exists():
                continue
            try:
                payload = (self._outbox / name).read_bytes()
                event = msgspec.json.decode(payload, type=StationEvent)
            except OSError:
                continue  # the station took it out meanwhile, or it may be readable the next time
            except (msgspec.MsgspecError, ValueError):
                self._unmarked.add(name)  # nobody could read it there either
                continue
            topic = event_topic(self._site_id, self._station_id, event.kind)
            self._said[self._connection.publish(Publication(topic, payload))] = name

    def _mark_taken(self, name: str) -> None:
        try:
            spool.place(self._inbox, f"taken.{name}", b"")
            self._unmarked.discard(name)
        except OSError as error:
            logger.debug("an event that was said cannot be marked so yet: %s", error)

    def _receive(self) -> None:
        """Take the clinic's answers for a moment; this wait is also the loop's pace."""
        try:
            self._answer(self._connection.arrived.get(timeout=LOOK_S))
            while True:
                self._answer(self._connection.arrived.get_nowait())
        except queue.Empty:
            return

    def _answer(self, message: Arrived) -> None:
        session_id = message.topic.rsplit("/", 1)[-1]
        try:
            ack = msgspec.json.decode(message.payload, type=Ack)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            logger.warning("an ack that cannot be read was ignored: %s", error)
            self._connection.acknowledge(message)
            return
        try:
            for name in spool.documents(self._outbox):
                if spool.session_of(name) == session_id and self._is_answer_to(ack, name):
                    self._hand_over(name, spool.Answer(session_id, ack))
        except OSError as error:
            # Unacknowledged, it comes again; and what it answers is sent again.
            logger.warning("the clinic's answer cannot be written to the inbox: %s", error)
            return
        self._connection.acknowledge(message)

    def _hand_over(self, name: str, answer: spool.Answer) -> None:
        spool.place(self._inbox, f"ack.{name}", msgspec.json.encode(answer))
        self._delivery = self._delivery.answered(name)
        self._answered[name] = self._written_at(name)
        logger.info("session %s: %s", answer.session_id, answer.ack.result)

    def _written_at(self, name: str) -> int:
        try:
            return (self._outbox / name).stat().st_mtime_ns
        except OSError:
            return 0

    def _is_answer_to(self, ack: Ack, name: str) -> bool:
        """Tell whether these are the bytes that were answered: the document may have been revised meanwhile."""
        try:
            return digest((self._outbox / name).read_bytes()) == ack.sha256
        except OSError:
            return False

    def _report(self, backlog: int) -> None:
        status = self._status(StationState.READY, backlog)
        if status.payload != self._reported:
            self._connection.publish(status)
            self._reported = status.payload

    def _status(self, state: StationState, backlog: int) -> Publication:
        status = Status(state=state, backlog=backlog, tls=self._tls)
        return Publication(status_topic(self._site_id, self._station_id), msgspec.json.encode(status), retained=True)


def courier_of(config: Config) -> Courier:
    """Build the uplink of a station.

    Raises
    ------
    PressoutError
        If no broker is configured, or the station's folders are not there.
    """
    outbox, inbox = config.folder / "outbox", config.folder / "inbox"
    for folder in (outbox, inbox):
        if not folder.is_dir():
            raise JournalError(f"{folder}: found no such folder, expected the station's; start the station once")
    device = device_of(CellBook(config.folder).life(config.load_cell.load_cell_id))
    info = {
        "software_version": device.software_version,
        "schema": SCHEMA,
        "load_cell_id": device.load_cell_id,
        "calibration_id": device.calibration_id,
    }
    station = (config.station.site_id, config.station.station_id)
    return Courier(config.the_broker(), station, outbox=outbox, inbox=inbox, info=info)
