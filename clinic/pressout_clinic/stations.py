"""Station registry: status, software, events and answers to orders, as stations say them.

All of it may come twice and late; the newest stands. Nothing here is about a session.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, and_, or_, select, update

from pressout_clinic import orders
from pressout_clinic.missing_sequences import explain
from pressout_clinic.tables import DOCUMENTS, EVENTS, STATIONS
from pressout_clinic.upsert import insert_new
from pressout_clinic.validation import Rejection
from pressout_session.document_builder import rfc3339
from pressout_session.orders import OrderKind, Request
from pressout_session.wire import EventKind, Info, Spoken, StationEvent, Status, spoken_in

logger = logging.getLogger(__name__)

# An event that names a thousand places in a sequence is 10 kB.
LARGEST_BYTES = 256 * 1024
Kind = TypeVar("Kind", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Message:
    """What came beside sessions: where, its bytes, and whether the broker had kept it."""

    topic: str
    payload: bytes
    retained: bool = False


def heard(connection: Connection, message: Message) -> Rejection | None:
    """Keep what a station says, or give why nobody can make sense of it."""
    spoken = spoken_in(message.topic)
    if spoken is None:
        return Rejection(f"topic: found {message.topic[:80]!r}, expected one of a station's")
    if len(message.payload) > LARGEST_BYTES:
        return Rejection(f"size: found {len(message.payload)} bytes, expected at most {LARGEST_BYTES}")
    try:
        match spoken.kind:
            case "status":
                _status(connection, spoken, _read(message, Status), retained=message.retained)
            case "info":
                _info(connection, spoken, _read(message, Info))
            case "event":
                _event(connection, spoken, _read(message, StationEvent))
            case "request":
                orders.wanted(connection, spoken, OrderKind(spoken.name), _read(message, Request).since)
            case _:
                return Rejection(f"topic: found {spoken.kind!r}, expected status, info, event or request")
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors; nesting is bounded by Python
        return Rejection(f"{spoken.kind}: {str(error)[:200]}")
    return None


def stations_known(connection: Connection) -> list[orders.Station]:
    """Give every station that has ever said something and is not retired."""
    heard = select(STATIONS.c.site_id, STATIONS.c.station_id)
    stored = select(DOCUMENTS.c.site_id, DOCUMENTS.c.station_id)
    retired = heard.where(STATIONS.c.retired_at.is_not(None))
    found = {(site_id, station_id) for site_id, station_id in connection.execute(heard.union(stored))}
    return sorted(found - {(site_id, station_id) for site_id, station_id in connection.execute(retired)})


def _read(message: Message, kind: type[Kind]) -> Kind:
    return msgspec.json.decode(message.payload, type=kind)


def _status(connection: Connection, spoken: Spoken, status: Status, *, retained: bool) -> None:
    """Note how a station is. What the broker had kept is news only where it differs from what is known."""
    here = _known(connection, spoken)
    told = {name: value for name, value in msgspec.structs.asdict(status).items() if name != "state"}
    connection.execute(update(STATIONS).where(here).values(**told))
    state = str(status.state)
    changed = or_(STATIONS.c.state.is_(None), STATIONS.c.state != state)
    connection.execute(update(STATIONS).where(here, changed).values(state=state, state_since=_now(), heard_at=_now()))
    if not retained:
        connection.execute(update(STATIONS).where(here).values(heard_at=_now(), retired_at=None))


def _info(connection: Connection, spoken: Spoken, info: Info) -> None:
    here = _known(connection, spoken)
    # Of the first that is heard of nobody knows since when it holds.
    changed = STATIONS.c.calibration_id != info.calibration_id
    connection.execute(update(STATIONS).where(here, changed).values(calibration_since=_now()))
    connection.execute(
        update(STATIONS)
        .where(here)
        .values(
            serial=info.serial,
            software_version=info.software_version,
            load_cell_id=info.load_cell_id,
            calibration_id=info.calibration_id,
        )
    )


def _event(connection: Connection, spoken: Spoken, event: StationEvent) -> None:
    if event.kind != spoken.name:
        raise ValueError(f"kind: found {event.kind} on a topic of {spoken.name}, expected the same")
    _known(connection, spoken)
    row = {
        "event_id": event.event_id,
        "site_id": spoken.site_id,
        "station_id": spoken.station_id,
        "kind": str(event.kind),
        "at": event.at,
        "what": event.what,
        "about": event.about,
        "heard_at": _now(),
    }
    fresh = connection.execute(insert_new(connection, EVENTS).returning(EVENTS.c.event_id), [row]).first()
    if fresh is None:
        return  # it came twice
    match event.kind:
        case EventKind.ERASED:
            if event.journal_id is not None and not _of_others(connection, spoken, event.journal_id):
                explain(connection, event.journal_id, event.seqs)
            orders.erased(connection, spoken, event)
        case EventKind.PRESCRIBED | EventKind.PRESCRIPTION_REFUSED:
            orders.prescribed(connection, spoken, event)
        case _:
            logger.info("%s/%s: %s, %s", spoken.site_id, spoken.station_id, event.kind, event.what)


def _of_others(connection: Connection, spoken: Spoken, journal_id: str) -> bool:
    """Whether a journal is one that another station writes: its gaps are not this one's to explain."""
    asked = select(DOCUMENTS.c.site_id, DOCUMENTS.c.station_id).where(DOCUMENTS.c.journal_id == journal_id).distinct()
    writers = {(site_id, station_id) for site_id, station_id in connection.execute(asked)}
    if not writers or (spoken.site_id, spoken.station_id) in writers:  # one that was given another name is in it
        return False
    logger.warning("%s/%s: speaks for a journal of another station", spoken.site_id, spoken.station_id)
    return True


def _known(connection: Connection, spoken: Spoken) -> Any:  # noqa: ANN401
    """Make sure that the station has its row; give the condition that finds it."""
    here = and_(STATIONS.c.site_id == spoken.site_id, STATIONS.c.station_id == spoken.station_id)
    if connection.execute(select(STATIONS.c.site_id).where(here)).first() is None:
        row = {"site_id": spoken.site_id, "station_id": spoken.station_id, "heard_at": _now()}
        connection.execute(insert_new(connection, STATIONS), [row])
    return here


def _now() -> str:
    return rfc3339(datetime.now(UTC))
