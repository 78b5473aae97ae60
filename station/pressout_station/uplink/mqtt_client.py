"""The uplink's loop: outbox to broker, the clinic's own answer to inbox. A PUBACK is no answer.

It sleeps until the station rings, something arrives, or something is to be sent again.
"""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from pressout_device.clock import Every
from pressout_device.errors import JournalError
from pressout_device.storage import atomic_files
from pressout_device.storage.calibration_log import CalibrationLog
from pressout_link.broker import Broker
from pressout_link.connection import Connection, ConnectionConfig
from pressout_link.messages import Publication, ReceivedMessage
from pressout_session.document import SCHEMA
from pressout_session.error_sentences import why
from pressout_session.inbound import LARGEST_BYTES
from pressout_session.wire import (
    Info,
    StationState,
    ack_topic,
    erase_topic,
    info_topic,
    prescription_topic,
    session_topic,
)
from pressout_station.config import Config
from pressout_station.identity import device_of
from pressout_station.mailbox import spool
from pressout_station.mailbox.wakeup import WakeUp
from pressout_station.uplink.delivery import Delivery
from pressout_station.uplink.events import EventDelivery
from pressout_station.uplink.inbound import InboundHandler
from pressout_station.uplink.outbox_index import OutboxIndex
from pressout_station.uplink.status_publisher import StatusPublisher

logger = logging.getLogger(__name__)

# Without a ring or an arrival it looks up so often: what is in flight may have to be sent again.
PACE_S = 0.5
# What MQTT puts around a topic and a payload, at most: lengths, token, properties.
PACKET_BYTES = 64
# Another station of our name is answered so often.
INFO_EVERY_S = 30.0
LIVE_EVERY_S = 0.2


class Uplink:
    """Carries finished sessions to the clinic.

    Parameters
    ----------
    broker : Broker
        The clinic's.
    station : tuple of str
        Site and station: whose sessions these are.
    outbox, inbox : Path
        The station's folders: read from one, write to the other.
    info : Info
        What the station is, for the retained `info` topic.
    """

    def __init__(self, broker: Broker, station: tuple[str, str], *, outbox: Path, inbox: Path, info: Info) -> None:
        self._station = station
        self._outbox, self._inbox = outbox, inbox
        self._info = Publication(info_topic(*station), msgspec.json.encode(info), retained=True)
        self._info_due = Every(INFO_EVERY_S)
        self._live_due = Every(LIVE_EVERY_S)
        self._bell = WakeUp(inbox)
        self._shelf = OutboxIndex(outbox)
        self._delivery = Delivery()
        self._too_large: set[str] = set()
        # What could not be handed over yet. The broker gives no more than these before they are acknowledged, and gives
        # them again only on another connection: they are tried again from here.
        self._unsafe: list[ReceivedMessage] = []
        self._hearing = InboundHandler(station, outbox, inbox, info.serial)
        self._saying = StatusPublisher(station, outbox, inbox, tls=broker.tls, serial=info.serial)
        self._announcements = EventDelivery(station, outbox, inbox)
        self._connection = Connection(
            broker,
            # With the computer's own number in it, a copied card does not throw the other out time and again; with
            # the mark, no other station can.
            f"pressout-{'-'.join(station)}-{info.serial[-16:]}{broker.mark()}",
            topics=(
                ack_topic(*station, "+"),
                prescription_topic(*station, "+"),
                erase_topic(*station, "+"),
                info_topic(*station),
            ),
            will=self._saying.status(StationState.LOST, self._hearing, 0),
            manner=ConnectionConfig(
                greetings=lambda: (self._info, *self._saying.requests(self._hearing.since)),
                woken=self._bell.wake,
                largest_bytes=2 * LARGEST_BYTES,
            ),
        )

    def run(self, stopped: Callable[[], bool]) -> None:
        """Carry until `stopped()`."""
        rung = True
        live: list[bytes] = []
        while not stopped():
            self._connection.tend()
            self._shelf.look(rung=rung)
            self._look_on(live)
            self._send()
            self._announcements.say(self._connection, look=rung)
            self._saying.turn(
                self._connection, self._hearing, len(self._shelf.waiting), self._delivery, too_large=self._kept_back
            )
            rung, live = self._bell.wait(PACE_S)
            self._receive()
        waiting = len(self._shelf.waiting)
        self._connection.close(self._saying.status(StationState.OFFLINE, self._hearing, waiting))
        self._bell.close()

    def _send(self) -> None:
        if not self._connection.connected:
            self._delivery = self._delivery.lost_connection(time.monotonic())
            self._too_large.clear()  # another broker, or this one once it is set up again, may take them
            return
        waiting = [name for name in self._shelf.waiting if name not in self._too_large]
        self._delivery, names = self._delivery.due(waiting, time.monotonic())
        for name in names:
            try:
                payload = (self._outbox / name).read_bytes()
            except FileNotFoundError:
                continue  # the station has taken it out meanwhile, or puts it there again
            except OSError as error:
                logger.warning("%s cannot be read: %s", name, error)
                self._ask_anew(name)
                continue
            if spool.is_altered(name, payload):
                self._ask_anew(name)
                continue
            topic = session_topic(*self._station, spool.session_of(name))
            most = self._connection.largest_bytes
            if most is not None and len(payload) + len(topic) + PACKET_BYTES > most:
                logger.warning("%s has %d bytes, and the broker takes %d: it waits", name, len(payload), most)
                self._too_large.add(name)
                continue
            self._connection.publish(Publication(topic, payload))

    @property
    def _kept_back(self) -> int:
        """How many sessions are, or may be, larger than the broker takes."""
        return len(self._too_large | (self._delivery.guilty & set(self._shelf.waiting)))

    def _ask_anew(self, name: str) -> None:
        """Ask the station for a document that is not what it put there, and send nothing of it until it is."""
        logger.error("%s is not what was put there, and is asked for anew", name)
        written_at = self._shelf.written_at(name)  # before: it may be written anew at once
        try:
            atomic_files.place(self._inbox, f"{spool.ALTERED}.{name}", b"")
        except OSError as error:
            logger.warning("%s cannot be asked for anew yet: %s", name, error)
            return
        self._shelf.answered({name}, written_at)

    def _look_on(self, live: list[bytes]) -> None:
        """Pass on what happens at the station now: the last of it, and not more often than is allowed."""
        if live and self._connection.connected and self._live_due.due(time.monotonic()):
            self._connection.publish(self._saying.live(live[-1]))

    def _receive(self) -> None:
        """Take what has arrived."""
        if not self._connection.connected:
            self._unsafe.clear()  # they come again, under numbers of their own
        messages = list(self._unsafe)
        try:
            while True:
                messages.append(self._connection.arrived.get_nowait())
        except queue.Empty:
            pass
        if not messages:
            return
        heard = self._hearing.take(messages, self._shelf)
        safe = {message.token for message in heard.safe}
        self._unsafe = [message for message in messages if message.token not in safe]
        for name in heard.answered:
            self._delivery = self._delivery.answered(name, time.monotonic())
        self._shelf.answered(heard.answered)
        for message in heard.safe:
            self._connection.acknowledge(message)
        if self._hearing.must_say_info and self._info_due.due(time.monotonic()):
            self._hearing.must_say_info = False
            self._connection.publish(self._info)


def uplink_of(config: Config) -> Uplink:
    """Build the uplink of a station.

    Raises
    ------
    PressoutError
        If no broker is configured, or the station's folders are not there or not for this user to write.
    """
    outbox, inbox = config.folder / "outbox", config.folder / "inbox"
    for folder in (outbox, inbox):
        if not folder.is_dir():
            raise JournalError(f"{folder}: found no such folder, expected the station's; start the station once")
    atomic_files.sweep(inbox)
    device = device_of(CalibrationLog(config.folder).life(config.load_cell.load_cell_id))
    live = config.broker is not None and config.broker.live
    info = Info(
        serial=device.serial,
        software_version=device.software_version,
        schema=SCHEMA,
        load_cell_id=device.load_cell_id,
        calibration_id=device.calibration_id,
        capabilities=("prescriptions", "erasures", *(("live",) if live else ())),
    )
    station = (config.station.site_id, config.station.station_id)
    try:
        return Uplink(config.the_broker(), station, outbox=outbox, inbox=inbox, info=info)
    except PermissionError as error:
        raise JournalError(f"{inbox}: found {why(error)}, expected a folder that this user may write") from error
