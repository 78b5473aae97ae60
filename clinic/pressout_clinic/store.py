"""The clinic's store: each revision of a session once, typed rows and all; aside, with its reason, what will not do.

Many are stored together, in one transaction: all of them or none. Any number of workers may do so side by side.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import msgspec
from sqlalchemy import Connection, delete, func, select, tuple_
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from pressout_clinic import erasure, orders
from pressout_clinic.database import StoreError, opened, said_plainly
from pressout_clinic.orders import Order
from pressout_clinic.projections import Row, rows_of
from pressout_clinic.stations import Message, heard
from pressout_clinic.tables import DOCUMENTS, REJECTED, TYPED
from pressout_clinic.upsert import fill, insert_new
from pressout_clinic.validation import Rejection
from pressout_session.document import SessionDocument
from pressout_session.document_builder import rfc3339
from pressout_session.wire import Ack, AckResult, EventKind, digest

__all__ = ["IncomingMessage", "Store", "StoreError"]

logger = logging.getLogger(__name__)

# What a single message may cause, sound as it looks: numbers and letters that no column holds, nesting without end.
ITS_OWN = (ValueError, OverflowError, RecursionError)
POISONOUS = (SQLAlchemyError, *ITS_OWN)


@dataclass(frozen=True)
class IncomingMessage:
    """What came: where, its bytes, and what they are."""

    topic: str
    payload: bytes
    read: SessionDocument | Rejection

    @cached_property
    def sha256(self) -> str:
        """The digest of its bytes, which is asked for more than once."""
        return digest(self.payload)


class Store:
    """The clinic's database.

    Parameters
    ----------
    url : str
        `sqlite:///FILE` (made if it is not there) or `postgresql://...`.

    Raises
    ------
    StoreError
        If it cannot be opened, is no database, or was written by a newer version.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = opened(url)

    def take(self, incoming: Sequence[IncomingMessage]) -> list[Ack]:
        """Store what will do and set aside what will not; give the answers, which hold when this returns.

        The same revision with the same bytes is a duplicate; with other bytes it is rejected, since what was stored
        is never rewritten.

        Raises
        ------
        StoreError
            If the database cannot be written; then nothing of it was stored.
        """
        with said_plainly(self.engine):
            acks = self._take(incoming)
            if any(ack.reason == erasure.FORGOTTEN for ack in acks):
                erasure.emptied(self.engine)
        return acks

    def _take(self, incoming: Sequence[IncomingMessage]) -> list[Ack]:
        try:
            with self.engine.begin() as connection:
                return _taken(connection, incoming)
        except POISONOUS as error:
            reason = _poison(error)
            if reason is None:
                raise
            if len(incoming) > 1:
                # One of them fits the schema and not the tables: it must not take the others with it.
                return [ack for one in incoming for ack in self._take([one])]
            aside = IncomingMessage(incoming[0].topic, incoming[0].payload, Rejection(reason))
            with self.engine.begin() as connection:
                return _taken(connection, [aside])

    def hear(self, messages: Sequence[Message]) -> None:
        """Keep what stations say beside sessions. What makes no sense is set aside.

        Raises
        ------
        StoreError
            If the database cannot be written; then it is to be heard again.
        """
        with said_plainly(self.engine):
            for message in messages:
                found = self._heard(message)
                if found is not None:
                    size = len(message.payload)
                    logger.warning("set aside %d bytes on %s: %s", size, message.topic[:100], found.reason)
                    with self.engine.begin() as connection:
                        _rejected(connection, IncomingMessage(message.topic, message.payload, found), 0, found.reason)
                elif message.topic.endswith(f"/event/{EventKind.ERASED}"):
                    erasure.emptied(self.engine)

    def _heard(self, message: Message) -> Rejection | None:
        try:
            with self.engine.begin() as connection:
                return heard(connection, message)
        except POISONOUS as error:
            reason = _poison(error)
            if reason is None:
                raise
            return Rejection(reason)

    def to_say(self) -> list[Order]:
        """Give the orders that no worker has said yet.

        Raises
        ------
        StoreError
            If the database cannot be read.
        """
        with said_plainly(self.engine), self.engine.connect() as connection:
            return orders.unsaid(connection)

    def said(self, told: Sequence[Order]) -> None:
        """Note that the broker has some orders.

        Raises
        ------
        StoreError
            If that cannot be written; then they are said again.
        """
        with said_plainly(self.engine), self.engine.begin() as connection:
            orders.said(connection, told)

    def count(self) -> int:
        """How many sessions are stored, each counted once whatever its revisions."""
        with said_plainly(self.engine), self.engine.connect() as connection:
            count = connection.execute(select(func.count(func.distinct(DOCUMENTS.c.session_id)))).scalar_one()
        return int(count)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def _poison(error: Exception) -> str | None:
    """Give why a message can never be stored, or None where it is the database that cannot store anything now."""
    cause = getattr(error, "orig", None) or error
    # SQLSTATE class 54: beyond what the database can hold at all, such as a key of many kilobytes.
    beyond = str(getattr(cause, "sqlstate", None) or "").startswith("54")
    its_own = isinstance(error, (DataError, IntegrityError)) or isinstance(cause, ITS_OWN)
    return f"database: {str(cause).splitlines()[0]}" if beyond or its_own else None


def _taken(connection: Connection, incoming: Sequence[IncomingMessage]) -> list[Ack]:
    documents: dict[tuple[str, int], IncomingMessage] = {}
    for one in incoming:
        if isinstance(one.read, SessionDocument):
            # Of two with the same name in one batch the first is stored, as it would be if they had come apart.
            documents.setdefault((one.read.session_id, one.read.revision), one)
    fresh, gone = _stored(connection, documents)
    held = _digests(connection, [key for key in documents if key not in fresh and key not in gone])
    held |= {key: documents[key].sha256 for key in fresh}
    acks = []
    for one in incoming:
        if isinstance(one.read, Rejection):
            acks.append(_rejected(connection, one, 0, one.read.reason))
            continue
        key = (one.read.session_id, one.read.revision)
        sha256 = one.sha256
        if key in gone:
            # Not set aside either: nothing of it is to be kept.
            acks.append(Ack(revision=key[1], sha256=sha256, result=AckResult.REJECTED, reason=gone[key]))
            continue
        if held[key] != sha256 and not _says_the_same(connection, one):
            reason = f"revision {key[1]} is already stored with other content; send it as a new revision"
            acks.append(_rejected(connection, one, key[1], reason))
            continue
        result = AckResult.STORED if key in fresh else AckResult.DUPLICATE
        fresh.discard(key)  # the same once more among them is a duplicate
        acks.append(Ack(revision=key[1], sha256=sha256, result=result))
    return acks


def _says_the_same(connection: Connection, one: IncomingMessage) -> bool:
    """Tell whether what is stored says the same in other bytes, as an export of PostgreSQL's does."""
    assert isinstance(one.read, SessionDocument)
    key = (one.read.session_id, one.read.revision)
    asked = select(DOCUMENTS.c.document).where(DOCUMENTS.c.session_id == key[0], DOCUMENTS.c.revision == key[1])
    found = connection.execute(asked).scalar_one()
    known = msgspec.json.decode(found) if isinstance(found, bytes) else found
    return bool(known == msgspec.json.decode(one.payload))


def _stored(
    connection: Connection, documents: dict[tuple[str, int], IncomingMessage]
) -> tuple[set[tuple[str, int]], dict[tuple[str, int], str]]:
    """Insert what is new, with its typed rows; give which it was, and what must not be here, with the reason."""
    if not documents:
        return set(), {}
    now = rfc3339(datetime.now(UTC))
    # In the order of their keys: two workers with the same ones wait for each other and do not lock each other out.
    rows = [_row(connection, documents[key], now) for key in sorted(documents)]
    statement = insert_new(connection, DOCUMENTS).returning(DOCUMENTS.c.session_id, DOCUMENTS.c.revision)
    fresh = {(session_id, revision) for session_id, revision in connection.execute(statement, rows)}
    read = {key: one.read for key, one in documents.items() if isinstance(one.read, SessionDocument)}
    # After the insertion: an erasure that came between is seen, one that comes later waits and finds them.
    gone = erasure.gone(connection, [read[key] for key in fresh])
    if gone:
        columns = tuple_(DOCUMENTS.c.session_id, DOCUMENTS.c.revision)
        connection.execute(delete(DOCUMENTS).where(columns.in_(list(gone))))
        fresh -= gone.keys()
        for key in (key for key, reason in gone.items() if reason == erasure.FORGOTTEN):
            erasure.drop_earlier(connection, *key)
    typed: dict[str, list[Row]] = {table.name: [] for table in TYPED}
    for key in sorted(fresh):
        for name, found in rows_of(read[key]).items():
            typed[name].extend(found)
    for table in TYPED:
        if typed[table.name]:
            fill(connection, table, typed[table.name])
    return fresh, gone


def _row(connection: Connection, one: IncomingMessage, now: str) -> Row:
    read = one.read
    assert isinstance(read, SessionDocument)
    binary = connection.dialect.name == "sqlite"
    return {
        "session_id": read.session_id,
        "revision": read.revision,
        "site_id": read.site_id,
        "station_id": read.station_id,
        "journal_id": read.journal_id,
        "seq": read.seq,
        "patient_ref": read.patient_ref,
        "started_at": read.started_at,
        "sha256": one.sha256,
        "document": one.payload if binary else msgspec.json.decode(one.payload),
        "stored_at": now,
    }


def _digests(connection: Connection, keys: list[tuple[str, int]]) -> dict[tuple[str, int], str]:
    if not keys:
        return {}
    columns = (DOCUMENTS.c.session_id, DOCUMENTS.c.revision)
    found = connection.execute(select(*columns, DOCUMENTS.c.sha256).where(tuple_(*columns).in_(keys)))
    return {(session_id, revision): sha256 for session_id, revision, sha256 in found}


def _rejected(connection: Connection, one: IncomingMessage, revision: int, reason: str) -> Ack:
    """Keep what was rejected, once, with the reason; not where it names someone who is to be forgotten."""
    sha256 = one.sha256
    if erasure.names_someone_gone(connection, one.payload):
        return Ack(revision=revision, sha256=sha256, result=AckResult.REJECTED, reason=erasure.GONE)
    row = {
        "sha256": sha256,
        "topic": one.topic.replace("\0", " "),
        "reason": reason.replace("\0", " "),
        "payload": one.payload,
        "rejected_at": rfc3339(datetime.now(UTC)),
    }
    connection.execute(insert_new(connection, REJECTED), [row])
    return Ack(revision=revision, sha256=sha256, result=AckResult.REJECTED, reason=reason)
