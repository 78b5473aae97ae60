"""Erasure and retention in the clinic's database: a patient to be forgotten, sessions that are old enough.

What was deleted is overwritten where the database can (SQLite), and the places that it leaves in the journals'
sequences are kept, so that they are no loss and nothing of it is stored again. The audit says that it was done.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, or_, select, text, tuple_, update

from pressout_clinic import orders
from pressout_clinic.audit_log import noted
from pressout_clinic.database import said_plainly
from pressout_clinic.missing_sequences import explain
from pressout_clinic.stations import stations_known
from pressout_clinic.tables import (
    DOCUMENTS,
    ERASURES,
    EVENTS,
    EXPLAINED,
    PRESCRIPTIONS,
    REJECTED,
    SESSIONS,
    STATIONS,
    TYPED,
)
from pressout_clinic.upsert import insert_new
from pressout_session.document import SessionDocument
from pressout_session.document_builder import rfc3339

# What a station is told of a session that comes when it should be gone.
GONE = "gone: found a session that was to be forgotten here, expected none; it was not kept"
FORGOTTEN = "gone: found a session of somebody who was to be forgotten here, expected none; it was not kept"
# So many rejected payloads are looked through at once.
PAYLOADS = 100


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """What an erasure did here, and which stations it was sent to."""

    sessions: int
    rejected: int
    prescriptions: int
    stations: tuple[orders.Station, ...]


def erase(engine: Engine, erase_id: str, patient_ref: str) -> ErasureReport:
    """Forget a patient here, and ask every station that the clinic knows to do so.

    Raises
    ------
    StoreError
        If the database cannot be written; then nothing was deleted.
    """
    with _deleting(engine) as connection:
        stations = stations_known(connection)
        # All of a session that is the patient's as it stands, and whatever else names them: an earlier revision that is
        # someone else's must not become the newest.
        theirs = select(SESSIONS.c.session_id).where(SESSIONS.c.patient_ref == patient_ref)
        keys = connection.execute(theirs).scalars().all()
        sessions = _delete(connection, or_(DOCUMENTS.c.patient_ref == patient_ref, DOCUMENTS.c.session_id.in_(keys)))
        rejected = _delete_rejected(connection, patient_ref)
        mine = PRESCRIPTIONS.c.patient_ref == patient_ref
        ids = connection.execute(select(PRESCRIPTIONS.c.prescription_id).where(mine).distinct()).scalars().all()
        connection.execute(delete(PRESCRIPTIONS).where(mine))
        connection.execute(delete(EVENTS).where(EVENTS.c.about.in_(ids)))
        if stations:
            orders.ask_to_erase(connection, erase_id, patient_ref, stations)
        noted(connection, "erased", erase_id, f"{sessions} sessions, {len(stations)} stations asked")
    return ErasureReport(sessions, rejected, len(ids), tuple(stations))


def drop_older(engine: Engine, before: str) -> int:
    """Drop the sessions that began before a moment; give how many.

    Raises
    ------
    StoreError
        If the database cannot be written; then nothing was deleted.
    """
    with _deleting(engine) as connection:
        sessions = _delete(connection, DOCUMENTS.c.started_at < before)
        connection.execute(delete(EVENTS).where(EVENTS.c.at < before))
        noted(connection, "dropped", f"before {before}", f"{sessions} sessions")
    return sessions


def drop_station(engine: Engine, station: orders.Station) -> bool:
    """Expect nothing of a station any more: it is out of the fleet, and nobody waits for its answers.

    Raises
    ------
    StoreError
        If the database cannot be written.
    """
    here = (STATIONS.c.site_id == station[0], STATIONS.c.station_id == station[1])
    open_ones = (
        ERASURES.c.site_id == station[0],
        ERASURES.c.station_id == station[1],
        ERASURES.c.answered_at.is_(None),
    )
    with said_plainly(engine), engine.begin() as connection:
        now = rfc3339(datetime.now(UTC))
        row = {"site_id": station[0], "station_id": station[1], "heard_at": now}
        if station in stations_known(connection):
            connection.execute(insert_new(connection, STATIONS), [row])
        marked = connection.execute(update(STATIONS).where(*here).values(retired_at=now)).rowcount
        waiting = connection.execute(select(ERASURES.c.erase_id).where(*open_ones)).scalars().all()
        answer = "the station was retired without an answer"
        connection.execute(update(ERASURES).where(*open_ones).values(answered_at=now, answer=answer))
        for erase_id in waiting:
            orders.forget_whom(connection, erase_id)
        noted(connection, "retired", "/".join(station), f"{len(waiting)} erasures unanswered")
    return bool(marked or waiting)


def gone(connection: Connection, documents: Sequence[SessionDocument]) -> dict[tuple[str, int], str]:
    """Give which of some documents must not be stored (again), each with the reason."""
    found: dict[tuple[str, int], str] = {}
    asked = select(ERASURES.c.patient_ref, ERASURES.c.asked_at).where(ERASURES.c.patient_ref.is_not(None)).distinct()
    erasures = connection.execute(asked).all()
    places = [(one.journal_id, one.seq) for one in documents]
    known = connection.execute(
        select(EXPLAINED).where(tuple_(EXPLAINED.c.journal_id, EXPLAINED.c.seq).in_(places))
    ).all()
    gone_at = {(journal_id, seq): at for journal_id, seq, at in known}
    for one in documents:
        forgotten = any(ref == one.patient_ref and one.started_at <= at for ref, at in erasures)
        place = one.journal_id, one.seq
        if forgotten or (place in gone_at and not _began_after(one, gone_at[place])):
            found[one.session_id, one.revision] = FORGOTTEN if forgotten else GONE
    return found


def drop_earlier(connection: Connection, session_id: str, revision: int) -> None:
    """Drop the revisions before one that is to be forgotten: it is that patient's, whosever it was taken for."""
    _delete(connection, and_(DOCUMENTS.c.session_id == session_id, DOCUMENTS.c.revision < revision))


def _began_after(document: SessionDocument, gone_at: str | None) -> bool:
    """Whether a session began after its place was freed: an older copy of the card has given the place again.

    A station's word for that is believed where its clock was right, and not of a time that has not come.
    """
    now = rfc3339(datetime.now(UTC))
    return gone_at is not None and document.clock.synchronised and gone_at < document.started_at <= now


@contextmanager
def _deleting(engine: Engine) -> Iterator[Connection]:
    """Delete in one transaction, beside which no worker stores anything, and leave nothing of it in the files."""
    with said_plainly(engine):
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                # The workers finish what they are storing, and begin nothing until this is done.
                connection.execute(text("LOCK TABLE documents, rejected IN SHARE ROW EXCLUSIVE MODE"))
            yield connection
        emptied(engine)


def _delete(connection: Connection, condition: ColumnElement[bool]) -> int:
    """Delete documents and what follows from them; remember only their places in the sequences."""
    keys = connection.execute(
        select(DOCUMENTS.c.session_id, DOCUMENTS.c.revision, DOCUMENTS.c.journal_id, DOCUMENTS.c.seq).where(condition)
    ).all()
    if not keys:
        return 0
    for journal in {journal_id for _session, _revision, journal_id, _seq in keys}:
        explain(connection, journal, sorted({seq for _session, _revision, of, seq in keys if of == journal}))
    chosen = select(DOCUMENTS.c.session_id, DOCUMENTS.c.revision).where(condition)
    for one in reversed(TYPED):
        connection.execute(delete(one).where(tuple_(one.c.session_id, one.c.revision).in_(chosen)))
    connection.execute(delete(DOCUMENTS).where(condition))
    return len({session_id for session_id, *_rest in keys})


def names_someone_gone(connection: Connection, payload: bytes) -> bool:
    """Tell whether a payload, whole or broken, names a patient whom not every station has forgotten yet."""
    asked = select(ERASURES.c.patient_ref).where(ERASURES.c.patient_ref.is_not(None)).distinct()
    return any(_naming(patient_ref).search(payload) for patient_ref in connection.execute(asked).scalars())


def _naming(patient_ref: str) -> re.Pattern[bytes]:
    return re.compile(rb'"' + re.escape(patient_ref.encode()) + rb"(?![A-Za-z0-9._:-])")


def _delete_rejected(connection: Connection, patient_ref: str) -> int:
    """Delete what was set aside and names a patient, whole or broken."""
    named = _naming(patient_ref)
    last, found = "", 0
    while True:
        rows = connection.execute(
            select(REJECTED.c.sha256, REJECTED.c.payload)
            .where(REJECTED.c.sha256 > last)
            .order_by(REJECTED.c.sha256)
            .limit(PAYLOADS)
        ).all()
        if not rows:
            return found
        last = rows[-1].sha256
        ours = [sha256 for sha256, payload in rows if named.search(payload)]
        connection.execute(delete(REJECTED).where(REJECTED.c.sha256.in_(ours)))
        found += len(ours)


def emptied(engine: Engine) -> None:
    """Leave nothing of it in the files where that is the database's to do."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            # Deleted pages are overwritten as they are freed (secure_delete); the log of changes is emptied here.
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
            return
        for one in (DOCUMENTS, REJECTED, PRESCRIPTIONS, ERASURES, EVENTS):
            connection.execute(text(f'VACUUM "{one.name}"'))
