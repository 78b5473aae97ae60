"""Sessions out of the clinic's database: the newest revision of each, oldest first, a few in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlalchemy import Engine, select

from pressout_clinic.audit_log import noted
from pressout_clinic.database import said_plainly
from pressout_clinic.store import Store
from pressout_clinic.subscriber import answered
from pressout_clinic.tables import SESSIONS
from pressout_session.document import decode
from pressout_session.wire import Ack, session_topic

# So many are fetched at once.
MOST_AT_ONCE = 200


def sessions(
    engine: Engine, since: str | None = None, until: str | None = None, patient_ref: str | None = None
) -> Iterator[bytes]:
    """Give the documents of sessions begun from `since` on and before `until`, of one patient or of all.

    Raises
    ------
    StoreError
        If the database cannot be read.
    """
    asked = select(SESSIONS.c.document).order_by(SESSIONS.c.started_at, SESSIONS.c.session_id)
    if since is not None:
        asked = asked.where(SESSIONS.c.started_at >= since)
    if until is not None:
        asked = asked.where(SESSIONS.c.started_at < until)
    if patient_ref is not None:
        asked = asked.where(SESSIONS.c.patient_ref == patient_ref)
    with said_plainly(engine), engine.connect().execution_options(yield_per=MOST_AT_ONCE) as connection:
        for (document,) in connection.execute(asked):
            # PostgreSQL gives it taken apart, and not in the order in which it was written.
            yield document if isinstance(document, bytes) else msgspec.json.encode(document)


def exported(engine: Engine, who: str, what: str) -> None:
    """Write down that sessions were exported, by which user of the computer.

    Raises
    ------
    StoreError
        If that cannot be done.
    """
    with said_plainly(engine), engine.begin() as connection:
        noted(connection, "exported", who, what)


def taken_in(store: Store, documents: list[bytes]) -> list[Ack]:
    """Store documents that came by another way than the network: a backup's, or a station's own export.

    Raises
    ------
    StoreError
        If the database cannot be written.
    """
    arrived = []
    for payload in documents:
        try:
            read = decode(payload)
            topic = session_topic(read.site_id, read.station_id, read.session_id)
        except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
            topic = session_topic("import", "import", "unreadable")
        arrived.append((topic, payload))
    return answered(store, arrived)
