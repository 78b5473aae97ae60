"""Order book: prescriptions and erasures sent to stations, kept until they have answered.

A command writes an order down; a worker says it; the station's own event answers it. After an absence a station asks,
and gets what it may have missed. Whatever is said twice is harmless: an older order never stands over a newer one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Select, Table, func, or_, select, update

from pressout_clinic.audit_log import noted
from pressout_clinic.tables import ERASURES, PRESCRIPTIONS
from pressout_clinic.upsert import insert_new
from pressout_session.document_builder import rfc3339
from pressout_session.orders import Erasure, OrderKind, PrescriptionOrder
from pressout_session.wire import EventKind, Spoken, StationEvent, erase_topic, prescription_topic

Station = tuple[str, str]
# So many are said at once; the others when the broker has these.
MOST_AT_ONCE = 200
# A version is less than 2**31.
MOST_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Order:
    """Something to say to a station, and where it is kept."""

    topic: str
    payload: bytes
    table: str
    key: dict[str, Any]


def prescribe(connection: Connection, order: PrescriptionOrder, stations: Sequence[Station]) -> None:
    """Write down what a patient is to do at some stations.

    Raises
    ------
    ValueError
        If the same or a greater version of this prescription is there already, since a station would not take it.
    """
    of_this_id = PRESCRIPTIONS.c.prescription_id == order.prescription_id
    whose = set(connection.execute(select(PRESCRIPTIONS.c.patient_ref).where(of_this_id).distinct()).scalars())
    if whose - {order.patient_ref}:
        raise ValueError(
            f"prescription_id: found {order.prescription_id!r}, which is another patient's, expected one of its own"
        )
    latest = newest_version(connection, order.prescription_id)
    if latest is not None and latest >= order.version:
        raise ValueError(
            f"version: found {order.version}, expected more than {latest}, which was given to {order.prescription_id}"
        )
    rows = [
        {
            "prescription_id": order.prescription_id,
            "version": order.version,
            "site_id": site_id,
            "station_id": station_id,
            "patient_ref": order.patient_ref,
            "payload": msgspec.json.encode(order),
            "set_at": order.set_at,
        }
        for site_id, station_id in stations
    ]
    connection.execute(PRESCRIPTIONS.insert(), rows)


def newest_version(connection: Connection, prescription_id: str) -> int | None:
    """Give the greatest version of a prescription, or None where there is none."""
    found = select(func.max(PRESCRIPTIONS.c.version)).where(PRESCRIPTIONS.c.prescription_id == prescription_id)
    newest: int | None = connection.execute(found).scalar_one()
    return newest


def prescription_of(connection: Connection, patient_ref: str) -> str | None:
    """Give the id of the prescription that a patient was given last."""
    found = (
        select(PRESCRIPTIONS.c.prescription_id)
        .where(PRESCRIPTIONS.c.patient_ref == patient_ref)
        .order_by(PRESCRIPTIONS.c.set_at.desc())
        .limit(1)
    )
    return connection.execute(found).scalar_one_or_none()


def ask_to_erase(connection: Connection, erase_id: str, patient_ref: str, stations: Sequence[Station]) -> None:
    """Write down that some stations are to forget a patient."""
    now = rfc3339(datetime.now(UTC))
    rows = [
        {
            "erase_id": erase_id,
            "site_id": site_id,
            "station_id": station_id,
            "patient_ref": patient_ref,
            "asked_at": now,
        }
        for site_id, station_id in stations
    ]
    connection.execute(insert_new(connection, ERASURES), rows)


def unsaid(connection: Connection) -> list[Order]:
    """Give what is to be said: whom to forget first, and each station's in the order in which it was asked for.

    Every station's first comes before anyone's second: one that asks for a thousand again keeps no other waiting.
    """
    erasures = select(ERASURES).where(ERASURES.c.sent_at.is_(None), ERASURES.c.answered_at.is_(None))
    prescriptions = select(PRESCRIPTIONS).where(PRESCRIPTIONS.c.sent_at.is_(None))
    in_turn = _in_turn(erasures, ERASURES, ERASURES.c.asked_at)
    found = [_erasure(row) for row in connection.execute(in_turn).mappings()]
    in_turn = _in_turn(prescriptions, PRESCRIPTIONS, PRESCRIPTIONS.c.set_at, PRESCRIPTIONS.c.version)
    return found + [_prescription(row) for row in connection.execute(in_turn).mappings()]


def _in_turn(asked: Select[Any], table: Table, *by: Column[Any]) -> Select[Any]:
    station = table.c.site_id, table.c.station_id
    return asked.order_by(func.row_number().over(partition_by=station, order_by=by), *by).limit(MOST_AT_ONCE)


def said(connection: Connection, told: Sequence[Order]) -> None:
    """Note that the broker has some orders."""
    for order in told:
        table = _TABLES[order.table]
        here = [table.c[name] == value for name, value in order.key.items()]
        connection.execute(update(table).where(*here).values(sent_at=rfc3339(datetime.now(UTC))))


def wanted(connection: Connection, spoken: Spoken, kind: OrderKind, since: str | None) -> None:
    """Have a station told again what it asks for: what it has not answered, and what is newer than it knows.

    The workers say it in portions, as they say what is new: a thousand at once would not go through a connection.
    """
    if kind is OrderKind.ERASURES:
        here = (ERASURES.c.site_id == spoken.site_id, ERASURES.c.station_id == spoken.station_id)
        connection.execute(update(ERASURES).where(*here, ERASURES.c.answered_at.is_(None)).values(sent_at=None))
        return
    table = PRESCRIPTIONS
    newer = table.alias()
    newest = (
        select(func.max(newer.c.version))
        .where(
            newer.c.prescription_id == table.c.prescription_id,
            newer.c.site_id == table.c.site_id,
            newer.c.station_id == table.c.station_id,
        )
        .scalar_subquery()
    )
    asked = update(table).where(
        table.c.site_id == spoken.site_id, table.c.station_id == spoken.station_id, table.c.version == newest
    )
    if since is not None:
        asked = asked.where(or_(table.c.set_at > since, table.c.answered_at.is_(None)))
    connection.execute(asked.values(sent_at=None))


def prescribed(connection: Connection, spoken: Spoken, event: StationEvent) -> None:
    """Note what a station says of one version of a prescription: that it holds, or why not (`version N: why`)."""
    table = PRESCRIPTIONS
    here = (
        table.c.prescription_id == event.about,
        table.c.site_id == spoken.site_id,
        table.c.station_id == spoken.station_id,
    )
    said, _, reason = event.what.partition(": ")
    number = said.removeprefix("version ")
    if not number.isdecimal() or len(number) > MOST_DIGITS:
        return  # nobody can tell which one it is about
    version = int(number)
    answer = reason if event.kind is EventKind.PRESCRIPTION_REFUSED else "holds"
    connection.execute(
        update(table).where(*here, table.c.version == version).values(answered_at=event.at, answer=answer)
    )
    if event.kind is EventKind.PRESCRIBED:
        older = (table.c.version < version, table.c.answered_at.is_(None))
        replaced = f"replaced by version {version}"
        connection.execute(update(table).where(*here, *older).values(answered_at=event.at, answer=replaced))


def erased(connection: Connection, spoken: Spoken, event: StationEvent) -> None:
    """Note that a station has forgotten; when the last one has, the clinic forgets whom it was about, too."""
    here = (ERASURES.c.erase_id == event.about, ERASURES.c.site_id == spoken.site_id)
    # The last two may answer at the same moment, to two workers: they go one after the other.
    everyone = select(ERASURES.c.station_id).where(ERASURES.c.erase_id == event.about)
    connection.execute(everyone.order_by(ERASURES.c.site_id, ERASURES.c.station_id).with_for_update()).all()
    connection.execute(
        update(ERASURES)
        .where(*here, ERASURES.c.station_id == spoken.station_id, ERASURES.c.answered_at.is_(None))
        .values(answered_at=event.at, answer=event.what)
    )
    forget_whom(connection, str(event.about))


def forget_whom(connection: Connection, erase_id: str) -> None:
    """Of an erasure that every station has answered keep only that it was done."""
    mine = ERASURES.c.erase_id == erase_id
    waiting = select(func.count()).select_from(ERASURES).where(mine, ERASURES.c.answered_at.is_(None))
    if connection.execute(waiting).scalar_one() == 0:
        named = (mine, ERASURES.c.patient_ref.is_not(None))
        if count := connection.execute(update(ERASURES).where(*named).values(patient_ref=None)).rowcount:
            noted(connection, "erasure completed", erase_id, f"{count} stations")


def _prescription(row: Any) -> Order:  # noqa: ANN401
    key = {name: row[name] for name in ("prescription_id", "version", "site_id", "station_id")}
    topic = prescription_topic(row["site_id"], row["station_id"], row["prescription_id"])
    return Order(topic, bytes(row["payload"]), PRESCRIPTIONS.name, key)


def _erasure(row: Any) -> Order:  # noqa: ANN401
    asked = Erasure(
        schema="pressout.erase/1", erase_id=row["erase_id"], patient_ref=row["patient_ref"], at=row["asked_at"]
    )
    key = {name: row[name] for name in ("erase_id", "site_id", "station_id")}
    topic = erase_topic(row["site_id"], row["station_id"], row["erase_id"])
    return Order(topic, msgspec.json.encode(asked), ERASURES.name, key)


_TABLES: dict[str, Table] = {PRESCRIPTIONS.name: PRESCRIPTIONS, ERASURES.name: ERASURES}
