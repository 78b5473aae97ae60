"""The clinic's store, the same on SQLite and on PostgreSQL: once, typed, and never half."""

from __future__ import annotations

import json
import random
import sqlite3
import string
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select

from builders import a_document, an_event
from pressout_clinic.database import StoreError
from pressout_clinic.projections import rows_of
from pressout_clinic.stations import Message
from pressout_clinic.store import Store
from pressout_clinic.subscriber import answered
from pressout_clinic.tables import DOCUMENTS, METADATA, REJECTED, REPETITIONS, STATIONS, TYPED
from pressout_session.document import SessionDocument, decode, encode
from pressout_session.wire import AckResult, session_topic

EVENT = {**msgspec.to_builtins(an_event()), "journal_id": "journal"}


def arrived(*documents: SessionDocument) -> list[tuple[str, bytes]]:
    return [(session_topic(one.site_id, one.station_id, one.session_id), encode(one)) for one in documents]


def counted(store: Store, table: Any) -> int:
    with store.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_a_session_is_stored_with_every_repetition_and_only_once(store: Store) -> None:
    for result in (AckResult.STORED, AckResult.DUPLICATE):
        acks = answered(store, arrived(a_document(1, 3), a_document(2, 4)))
        assert [ack.result for ack in acks] == [result, result]

    assert store.count() == 2
    assert counted(store, REPETITIONS) == 7


def test_the_typed_rows_say_what_the_document_says(store: Store) -> None:
    document = a_document(1, 3)
    answered(store, arrived(document))

    with store.engine.connect() as connection:
        for table in TYPED:
            order = list(table.primary_key)
            found = [dict(row) for row in connection.execute(select(table).order_by(*order)).mappings()]
            wanted = rows_of(document)[table.name]
            assert [{name: row[name] for name in row} for row in found] == [
                {column.name: one[column.name] for column in table.columns} for one in wanted
            ]
        (kept,) = connection.execute(select(DOCUMENTS.c.document)).one()
    assert decode(kept if isinstance(kept, bytes) else msgspec.json.encode(kept)) == document


def test_the_same_twice_in_one_batch_is_stored_once_and_another_under_its_name_refused(store: Store) -> None:
    other = arrived(a_document(1, 5))
    acks = answered(store, [*arrived(a_document(1, 3), a_document(1, 3)), *other])

    assert [ack.result for ack in acks] == [AckResult.STORED, AckResult.DUPLICATE, AckResult.REJECTED]
    assert counted(store, REPETITIONS) == 3
    assert counted(store, REJECTED) == 1


def test_one_that_will_not_fit_the_tables_takes_no_other_with_it(store: Store) -> None:
    bad = json.loads(encode(a_document(2)))
    bad["end_reason"] = "a\0b"
    (topic, _payload) = arrived(a_document(2))[0]

    acks = answered(store, [*arrived(a_document(1)), (topic, json.dumps(bad).encode()), *arrived(a_document(3))])

    assert [acks[0].result, acks[2].result] == [AckResult.STORED, AckResult.STORED]
    assert store.count() in (2, 3)  # SQLite takes a zero letter, PostgreSQL does not
    assert (acks[1].result is AckResult.REJECTED) == (counted(store, REJECTED) == 1)


def spoilt(change: Callable[[dict[str, Any]], None]) -> bytes:
    told = json.loads(encode(a_document(2)))
    change(told)
    return json.dumps(told).encode()


LONG = "".join(random.Random(1).choices(string.ascii_letters, k=40_000))


@pytest.mark.parametrize(
    "payload",
    [
        spoilt(lambda told: told["sets"][0].update(count=2**40)),
        spoilt(lambda told: told["signal"].update(samples=2**70)),
        spoilt(lambda told: told.update(started_at=LONG)),
        encode(a_document(2))[:-1] + b',"of_tomorrow":' + b"[" * 985 + b"]" * 985 + b"}",
    ],
    ids=["a count", "a tally", "a time", "nesting"],
)
def test_a_sound_looking_message_that_no_table_holds_stops_no_worker(store: Store, payload: bytes) -> None:
    (topic, _payload) = arrived(a_document(2))[0]

    acks = answered(store, [*arrived(a_document(1)), (topic, payload), *arrived(a_document(3))])

    assert [acks[0].result, acks[2].result] == [AckResult.STORED, AckResult.STORED]
    assert (acks[1].result is AckResult.REJECTED) == (counted(store, REJECTED) == 1)


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("pressout/v1/north/s3/status", b'{"state": "ready", "backlog": %d}' % 2**70),
        ("pressout/v1/north/s3/event/overload", msgspec.json.encode({**EVENT, "at": "x" * 20_000_000})),
        ("pressout/v1/north/s3/event/erased", msgspec.json.encode({**EVENT, "kind": "erased", "seqs": [2**70]})),
    ],
    ids=["a number", "a size", "a place"],
)
def test_nothing_that_a_station_says_of_itself_stops_a_worker(store: Store, topic: str, payload: bytes) -> None:
    store.hear([Message(topic, payload), Message("pressout/v1/north/s4/status", b'{"state": "ready"}')])

    assert counted(store, REJECTED) == 1
    assert counted(store, STATIONS) >= 1


def test_workers_side_by_side_store_each_once(url: str) -> None:
    documents = [a_document(session, 4) for session in range(1, 9)]
    results: list[AckResult] = []

    def work(step: int) -> None:
        mine = Store(url)
        for first in range(0, 8, 2):
            batch = documents[first : first + 2][::step]
            results.extend(ack.result for ack in answered(mine, arrived(*batch)))
        mine.close()

    workers = [threading.Thread(target=work, args=(step,)) for step in (1, -1)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(results) == sorted([AckResult.STORED] * 8 + [AckResult.DUPLICATE] * 8)
    store = Store(url)
    assert counted(store, REPETITIONS) == 32
    store.close()


def test_a_database_of_the_first_version_is_brought_up_to_date_and_filled(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "clinic.db")
    old.executescript(
        """
        CREATE TABLE documents (session_id TEXT NOT NULL, revision INTEGER NOT NULL, site_id TEXT NOT NULL,
            station_id TEXT NOT NULL, journal_id TEXT NOT NULL, seq INTEGER NOT NULL, patient_ref TEXT NOT NULL,
            started_at TEXT NOT NULL, sha256 TEXT NOT NULL, document BLOB NOT NULL,
            stored_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ')), PRIMARY KEY (session_id, revision));
        CREATE INDEX documents_by_patient ON documents (patient_ref, started_at);
        CREATE VIEW sessions AS SELECT * FROM documents AS d
            WHERE revision = (SELECT max(revision) FROM documents WHERE session_id = d.session_id);
        CREATE TABLE rejected (sha256 TEXT PRIMARY KEY, topic TEXT NOT NULL, reason TEXT NOT NULL,
            payload BLOB NOT NULL, rejected_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ')));
        PRAGMA user_version = 1;
        """
    )
    document = a_document(1, 3)
    old.execute(
        "INSERT INTO documents (session_id, revision, site_id, station_id, journal_id, seq, patient_ref, started_at,"
        " sha256, document) VALUES (?, 1, 'north', 's3', 'journal', 1, '471922', ?, 'x', ?)",
        (document.session_id, document.started_at, encode(document)),
    )
    old.commit()
    old.close()

    for _ in range(2):
        store = Store(f"sqlite:///{tmp_path}/clinic.db")
        assert store.count() == 1
        assert counted(store, REPETITIONS) == 3
        store.close()


def test_a_database_that_is_away_is_said_so_and_its_password_is_not() -> None:
    with pytest.raises(StoreError, match="expected a PostgreSQL that answers") as found:
        Store("postgresql://clinic:a-secret@127.0.0.1:1/clinic")

    assert "a-secret" not in str(found.value)


def test_a_migrated_database_is_as_the_tables_say(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": store.engine.dialect.name != "sqlite"})

        assert compare_metadata(context, METADATA) == []
