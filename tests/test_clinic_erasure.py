"""Whom the clinic forgets: everywhere, once and for all, whoever answers when."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select, update

from builders import a_document, an_event
from desk import PATIENT, S3, asks, command, prescribed, says, takes
from pressout_clinic import erasure
from pressout_clinic.audit_log import audit
from pressout_clinic.fleet import fleet
from pressout_clinic.missing_sequences import explain
from pressout_clinic.prescriptions import erasure_answers
from pressout_clinic.rejected import set_aside
from pressout_clinic.stations import Message
from pressout_clinic.store import Store
from pressout_clinic.tables import ERASURES, EXPLAINED, METADATA
from pressout_session.document import encode
from pressout_session.document_builder import rfc3339
from pressout_session.orders import Erasure, OrderKind
from pressout_session.wire import (
    AckResult,
    EventKind,
    event_topic,
    status_topic,
)


def whole(store: Store) -> str:
    """Give everything that the database says, and on SQLite everything that its files hold."""
    with store.engine.connect() as connection:
        said = [str(row) for table in METADATA.sorted_tables for row in connection.execute(select(table))]
    path = store.engine.url.database or ""
    if store.engine.dialect.name == "sqlite":
        said += [Path(path + end).read_bytes().decode("latin-1") for end in ("", "-wal") if Path(path + end).exists()]
    return "\n".join(said)


def test_an_erased_patient_is_nowhere_and_the_others_are_all_there(store: Store, tmp_path: Path) -> None:
    other = msgspec.structs.replace(a_document(2), patient_ref="4719220", seq=2)
    takes(store, a_document(1))
    takes(store, other)
    takes(store, a_document(1), encode(a_document(1)).replace(b'"count":2', b'"count":"two"'))
    takes(store, other, encode(other)[:-1])
    prescribed(store, tmp_path, "north/s3", prescription_id="rx-1")
    assert f"{PATIENT}'" in whole(store)

    result = command(store, "erase", PATIENT)
    erase_id = result.output.split(":")[0]
    assert "1 session, 1 prescription and 1 rejected message deleted here; asked 1 station" in result.output
    says(store, EventKind.ERASED, what="1 sessions", about=erase_id, journal_id="journal", seqs=())
    if store.engine.dialect.name == "sqlite":
        erasure.emptied(store.engine)

    said = whole(store).replace("4719220", "")
    assert PATIENT not in said
    assert store.count() == 1
    assert len(set_aside(store.engine, 9)) == 1
    assert erasure_answers(store.engine, erase_id) == [("north/s3", "1 sessions")]
    acts = [(act, about, what) for _at, act, about, what in audit(store.engine)]
    assert acts[-2:] == [
        ("erased", erase_id, "1 sessions, 1 stations asked"),
        ("erasure completed", erase_id, "1 stations"),
    ]


def test_what_was_erased_does_not_come_back_with_a_late_copy(store: Store) -> None:
    takes(store, a_document(1))
    command(store, "erase", PATIENT)

    assert takes(store, a_document(1)) is AckResult.REJECTED
    late = msgspec.structs.replace(a_document(2), seq=2)
    assert takes(store, late) is AckResult.REJECTED  # begun before it was asked for
    after = msgspec.structs.replace(a_document(3), seq=3, started_at="2999-01-01T09:00:00.000Z")
    assert takes(store, after) is AckResult.STORED
    assert (store.count(), set_aside(store.engine, 9)) == (1, [])


def test_a_station_is_asked_to_erase_until_it_has(store: Store) -> None:
    takes(store, a_document(1))
    command(store, "erase", PATIENT)
    (order,) = store.to_say()
    store.said([order])
    (asked,) = [msgspec.json.decode(payload, type=Erasure) for payload in asks(store, OrderKind.ERASURES, "2999-01-01")]
    assert (asked.patient_ref, order.payload) == (PATIENT, msgspec.json.encode(asked))

    says(store, EventKind.ERASED, what="1 sessions", about=asked.erase_id)

    assert asks(store, OrderKind.ERASURES) == []


def test_a_retired_station_is_waited_for_no_more(store: Store) -> None:
    takes(store, a_document(1))
    says(store, EventKind.OVERLOAD)
    command(store, "erase", PATIENT)

    assert command(store, "retire", "north/s3").exit_code == 0
    assert command(store, "retire", "north/s9").exit_code == 1
    with store.engine.connect() as connection:
        assert connection.execute(select(ERASURES.c.patient_ref)).scalars().all() == [None]


def test_a_retired_station_is_asked_nothing_and_seen_nowhere_until_it_speaks_again(store: Store) -> None:
    takes(store, a_document(1))
    status = Message(status_topic(*S3), b'{"state": "lost"}', retained=True)
    store.hear([status])
    for _ in range(2):
        assert command(store, "retire", "north/s3").exit_code == 0
    store.hear([status])

    assert fleet(store.engine, datetime.now(UTC)) == []
    assert "asked 0 stations" in command(store, "erase", PATIENT).output
    store.hear([Message(status_topic(*S3), b'{"state": "ready"}')])
    assert len(fleet(store.engine, datetime.now(UTC))) == 1


def test_a_broken_document_of_an_erased_patient_is_not_set_aside_again(store: Store) -> None:
    takes(store, a_document(1))
    command(store, "erase", PATIENT)

    assert takes(store, a_document(2), encode(a_document(2))[:-1]) is AckResult.REJECTED
    assert set_aside(store.engine, 9) == []


def test_two_stations_that_answer_at_once_leave_nobody_named(url: str) -> None:
    store = Store(url)
    for number, station in ((1, "s3"), (2, "s4")):
        takes(store, msgspec.structs.replace(a_document(number), station_id=station, seq=number))
    erase_id = command(store, "erase", PATIENT).output.split(":")[0]

    def answer(station: str, number: int) -> None:
        mine = Store(url)
        event = msgspec.structs.replace(an_event(number), kind=EventKind.ERASED, about=erase_id, what="1 sessions")
        mine.hear([Message(event_topic("north", station, EventKind.ERASED), msgspec.json.encode(event))])
        mine.close()

    both = [threading.Thread(target=answer, args=one) for one in (("s3", 1), ("s4", 2))]
    for one in both:
        one.start()
    for one in both:
        one.join()

    with store.engine.connect() as connection:
        assert connection.execute(select(ERASURES.c.patient_ref)).scalars().all() == [None, None]
    store.close()


def test_a_session_that_was_reassigned_to_an_erased_patient_falls_to_nobody_else(store: Store) -> None:
    takes(store, msgspec.structs.replace(a_document(1), patient_ref="530863"))
    takes(store, msgspec.structs.replace(a_document(1), revision=2, seq=2))
    takes(store, msgspec.structs.replace(a_document(2), patient_ref="530863", seq=3))

    assert "1 session," in command(store, "erase", PATIENT).output
    assert store.count() == 1
    assert command(store, "gaps").exit_code == 0


@pytest.mark.parametrize("reference", ["47 1922", "471923", ""])
def test_nobody_is_asked_to_forget_what_can_be_no_one(store: Store, reference: str) -> None:
    takes(store, a_document(1))

    assert command(store, "erase", reference).exit_code == 1
    assert store.to_say() == []


def test_old_sessions_are_dropped_and_are_no_gap(store: Store) -> None:
    takes(store, msgspec.structs.replace(a_document(1), seq=1))
    takes(store, msgspec.structs.replace(a_document(2), seq=2, started_at="2999-01-01T09:00:00.000Z"))

    assert command(store, "drop", "--older-than", "30").output == "1 session dropped\n"
    assert store.count() == 1
    assert command(store, "gaps").exit_code == 0


def ago(hours: float) -> str:
    return rfc3339(datetime.now(UTC) - timedelta(hours=hours))


def test_a_place_that_was_freed_belongs_to_whoever_comes_later_and_to_nobody_who_came_before(store: Store) -> None:
    """A card that was put back to before an erasure gives places again that are gone here."""
    takes(store, msgspec.structs.replace(a_document(1), seq=1))
    says(store, EventKind.ERASED, about="er-1", journal_id="journal", seqs=(1, 2))
    with store.engine.begin() as connection:
        connection.execute(update(EXPLAINED).values(explained_at=ago(2.0)))
    other = msgspec.structs.replace(a_document(2), seq=2, patient_ref="530863")
    later = msgspec.structs.replace(other, started_at=ago(1.0), ended_at=ago(0.9))
    unsure = msgspec.structs.replace(later.clock, synchronised=False)

    assert takes(store, other) is AckResult.REJECTED
    # Nor is a station believed whose clock nobody set, or that speaks of tomorrow.
    assert takes(store, msgspec.structs.replace(later, clock=unsure)) is AckResult.REJECTED
    assert (
        takes(store, msgspec.structs.replace(later, started_at=ago(-20.0), ended_at=ago(-21.0))) is AckResult.REJECTED
    )
    assert takes(store, later) is AckResult.STORED
    assert command(store, "gaps").exit_code == 0


def test_a_station_that_was_given_another_name_still_speaks_for_its_journal(store: Store) -> None:
    takes(store, msgspec.structs.replace(a_document(1), seq=1, station_id="before"))
    takes(store, msgspec.structs.replace(a_document(3), seq=3))
    assert command(store, "gaps").exit_code == 1

    says(store, EventKind.ERASED, about="er-1", journal_id="journal", seqs=(2,))

    assert command(store, "gaps").exit_code == 0


def test_a_place_that_is_freed_again_is_freed_as_of_then(store: Store) -> None:
    with store.engine.begin() as connection:
        explain(connection, "journal", (7,))
        connection.execute(update(EXPLAINED).values(explained_at="2020-01-01T00:00:00.000Z"))
        explain(connection, "journal", (7,))
        (at,) = connection.execute(select(EXPLAINED.c.explained_at)).one()

    assert at > "2021"


def test_a_station_cannot_speak_for_the_journal_of_another(store: Store) -> None:
    takes(store, msgspec.structs.replace(a_document(1), seq=1, site_id="north", station_id="s4"))

    says(store, EventKind.ERASED, about="er-1", journal_id="journal", seqs=tuple(range(1, 50)))

    later = msgspec.structs.replace(a_document(2), seq=2, site_id="north", station_id="s4")
    assert takes(store, later) is AckResult.STORED


def test_a_new_database_is_its_users_alone(tmp_path: Path) -> None:
    umask = os.umask(0o022)
    try:
        store = Store(f"sqlite:///{tmp_path}/clinic.db")
        takes(store, a_document(1))
        rights = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
        store.close()
    finally:
        os.umask(umask)

    assert set(rights) >= {"clinic.db", "clinic.db-wal"}
    assert set(rights.values()) == {0o600}


def test_a_session_that_is_found_to_be_a_forgotten_patients_goes_with_what_it_was_taken_for(store: Store) -> None:
    before = msgspec.structs.replace(a_document(1), patient_ref="530863")
    takes(store, before)
    says(store, EventKind.PAIN_REPORTED)  # the station is known
    command(store, "erase", PATIENT)

    corrected = msgspec.structs.replace(before, patient_ref=PATIENT, revision=2, seq=2)
    assert takes(store, corrected) is AckResult.REJECTED

    assert store.count() == 0
    assert "530863" not in whole(store)
