"""Status publisher: retained status, requests, and the state of the link for staff."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from pressout_device.clock import Every, wall_time
from pressout_device.storage import atomic_files
from pressout_link.connection import Connection
from pressout_link.messages import Publication
from pressout_session.document_builder import rfc3339
from pressout_session.error_codes import LinkTrouble
from pressout_session.orders import OrderKind, Request
from pressout_session.wire import StationState, Status, live_topic, request_topic, status_topic
from pressout_station.mailbox import spool
from pressout_station.uplink.delivery import Delivery
from pressout_station.uplink.inbound import InboundHandler, Since

logger = logging.getLogger(__name__)

# A broker that takes sessions, and a clinic that has not answered for one of them for so long.
UNANSWERED_S = 60.0
# Nobody needs to know sooner, and a flood of messages must not become one of files.
AT_MOST_EVERY_S = 0.5


class StatusPublisher:
    """The uplink's voice.

    Parameters
    ----------
    station : tuple of str
        Site and station.
    outbox, inbox : Path
        The station's folders.
    tls : bool
        Whether the way is encrypted.
    serial : str
        This computer's.
    """

    def __init__(self, station: tuple[str, str], outbox: Path, inbox: Path, *, tls: bool, serial: str) -> None:
        self._station = station
        self._outbox, self._inbox = outbox, inbox
        self._tls = tls
        self._serial = serial
        self._reported: bytes | None = None
        self._link: spool.Link | None = None
        self._due = Every(AT_MOST_EVERY_S)

    def turn(
        self, connection: Connection, hearing: InboundHandler, waiting: int, delivery: Delivery, *, too_large: int
    ) -> None:
        """Say how the station and the link are, when that has changed: so many sessions wait, so many are too large."""
        if not connection.connected:
            self._reported = None
        if not self._due.due(time.monotonic()):
            return
        if connection.connected:
            state = StationState.IN_SESSION if self._of_station().in_session else StationState.READY
            status = self.status(state, hearing, waiting)
            if status.payload != self._reported:
                connection.publish(status)
                self._reported = status.payload
        self._say_link(self._link_now(connection, hearing, delivery, too_large))

    def status(self, state: StationState, hearing: InboundHandler, backlog: int) -> Publication:
        """Give the retained status."""
        status = Status(
            state=state,
            backlog=backlog,
            tls=self._tls,
            serial=self._serial,
            rejected=self._of_station().rejected,
            refused=hearing.refused,
            clone=hearing.clone,
        )
        return Publication(status_topic(*self._station), msgspec.json.encode(status), retained=True)

    def requests(self, since: Since) -> Iterator[Publication]:
        """Give what is asked for after an absence: the broker may have forgotten what waited for us."""
        for wanted, known in ((OrderKind.PRESCRIPTIONS, since.prescriptions), (OrderKind.ERASURES, since.erasures)):
            request = Request(at=rfc3339(wall_time()), since=known)
            yield Publication(request_topic(*self._station, wanted), msgspec.json.encode(request))

    def live(self, said: bytes) -> Publication:
        """Give what happens now."""
        return Publication(live_topic(*self._station), said, fleeting=True)

    def _of_station(self) -> spool.StationSaid:
        try:
            return atomic_files.read(self._outbox / spool.STATION, spool.StationSaid) or spool.StationSaid()
        except OSError:
            return spool.StationSaid()

    def _link_now(
        self, connection: Connection, hearing: InboundHandler, delivery: Delivery, too_large: int
    ) -> spool.Link:
        kind: LinkTrouble | None = None
        details = ""
        longest_s = delivery.unanswered_s(time.monotonic())
        if connection.obstacle is not None:  # it may let us in and not let us hear
            kind, details = connection.obstacle.kind, connection.obstacle.details
        elif not connection.connected:
            pass
        elif hearing.clone is not None:
            kind, details = LinkTrouble.CLONED, f"serials {self._serial} and {hearing.clone}"
        elif too_large:
            kind, details = LinkTrouble.TOO_LARGE, f"{too_large} sessions wait for a broker that takes larger messages"
        elif longest_s > UNANSWERED_S:
            kind, details = LinkTrouble.UNANSWERED, f"the oldest in flight for {longest_s / 60.0:.0f} min"
        return spool.Link(
            connected=connection.connected,
            trouble=kind,
            details=details,
            plain=not self._tls,
            refused=hearing.refused,
            answered_at=hearing.answered_at,
        )

    def _say_link(self, link: spool.Link) -> None:
        """Tell the station's staff how the way to the clinic is."""
        if link == self._link:
            return
        try:
            atomic_files.place(self._inbox, spool.LINK, msgspec.json.encode(link))
            self._link = link
        except OSError as error:
            logger.debug("what the link is like cannot be told yet: %s", error)
