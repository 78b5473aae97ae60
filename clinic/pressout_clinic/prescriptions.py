"""A prescription from a file to the stations that it is for, and what they have answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Engine, Table, select

from pressout_clinic import orders
from pressout_clinic.audit_log import noted
from pressout_clinic.database import said_plainly
from pressout_clinic.stations import stations_known
from pressout_clinic.tables import ERASURES, PRESCRIPTIONS
from pressout_link.bounded_files import bounded_json
from pressout_link.identifiers import uuid7
from pressout_session.document import Reference
from pressout_session.document_builder import rfc3339
from pressout_session.error_sentences import accepted, mistake, shown, why
from pressout_session.orders import PRESCRIPTION_SCHEMA, PrescriptionOrder
from pressout_session.patient_codes import CODE_LENGTH, checked


class OrderError(ValueError, OSError):
    """An order that no station would take."""


def prescribe(engine: Engine, file: Path, to: Sequence[str]) -> tuple[PrescriptionOrder, list[orders.Station]]:
    """Write down a dose for some stations (`SITE/STATION`), or for all that are known of a `SITE`.

    Raises
    ------
    OrderError
        If the file is no prescription, or no station is meant.
    StoreError
        If the database cannot be written.
    """
    try:
        told = bounded_json(file, object)
    except (OSError, ValueError) as error:
        raise OrderError(f"{file}: found {why(error)}, expected a prescription in JSON") from error
    if not isinstance(told, dict):
        raise OrderError(f"{file}: found no JSON object, expected a prescription")
    with said_plainly(engine), engine.begin() as connection:
        stations = _meant(stations_known(connection), to)
        last = orders.prescription_of(connection, str(told.get("patient_ref")))
        whole: dict[str, Any] = {
            "schema": PRESCRIPTION_SCHEMA,
            "prescription_id": last or uuid7(),
            "set_at": rfc3339(datetime.now(UTC)),
            **told,
        }
        newest = orders.newest_version(connection, str(whole["prescription_id"]))
        whole.setdefault("version", (newest or 0) + 1)
        try:
            order = msgspec.convert(whole, PrescriptionOrder)
            _possible(order.patient_ref)
            orders.prescribe(connection, order, stations)
        except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
            raise OrderError(f"{file}: {_said(error, whole)}") from error
        what = f"version {order.version} for {len(stations)} stations"
        noted(connection, "prescribed", order.prescription_id, what)
    return order, stations


def answers(engine: Engine, prescription_id: str, version: int) -> list[tuple[str, str | None]]:
    """Give what each station has answered to a prescription, or None where it has not.

    Raises
    ------
    StoreError
        If the database cannot be read.
    """
    return _answers(engine, PRESCRIPTIONS, prescription_id=prescription_id, version=version)


def erasure_answers(engine: Engine, erase_id: str) -> list[tuple[str, str | None]]:
    """Give what each station has answered to an erasure, or None where it has not.

    Raises
    ------
    StoreError
        If the database cannot be read.
    """
    return _answers(engine, ERASURES, erase_id=erase_id)


def _answers(engine: Engine, table: Table, **key: str | int) -> list[tuple[str, str | None]]:
    asked = select(table.c.site_id, table.c.station_id, table.c.answer)
    here = [table.c[name] == value for name, value in key.items()]
    with said_plainly(engine), engine.connect() as connection:
        rows = connection.execute(asked.where(*here).order_by(table.c.site_id, table.c.station_id)).all()
    return [(f"{site_id}/{station_id}", answer) for site_id, station_id, answer in rows]


def _meant(known: Sequence[orders.Station], to: Sequence[str]) -> list[orders.Station]:
    meant: set[orders.Station] = set()
    for name in to:
        site_id, slash, station_id = name.partition("/")
        there = [(site_id, station_id)] if slash else [one for one in known if one[0] == site_id]
        if not there or not all(part and not set("/+#\0") & set(part) for one in there for part in one):
            raise OrderError(f"--to {name}: found no station there, expected SITE/STATION, or a SITE of the fleet")
        meant.update(there)
    return sorted(meant)


def erasable(patient_ref: str) -> None:
    """Refuse to forget what cannot be anyone: every station would refuse it, and never answer.

    Raises
    ------
    OrderError
        If it is no reference, or a code with a slip in it.
    """
    try:
        msgspec.convert(patient_ref, Reference)
    except msgspec.ValidationError as error:
        raise OrderError(f"patient: found {shown(patient_ref)}, expected a code: {accepted(Reference)}") from error
    try:
        _possible(patient_ref)
    except ValueError as error:
        raise OrderError(str(error)) from error


def _said(error: Exception, whole: dict[str, Any]) -> str:
    ours = isinstance(error, msgspec.ValidationError | RecursionError)
    return mistake(error, PrescriptionOrder, whole) if ours else str(error)


def _possible(patient_ref: str) -> None:
    """Refuse a code that nobody can type in at a station: its last digit betrays a slip."""
    if len(patient_ref) == CODE_LENGTH and patient_ref.isdecimal() and not checked(patient_ref):
        raise ValueError(f"patient_ref: found {patient_ref}, whose last digit does not fit; expected a code as issued")
