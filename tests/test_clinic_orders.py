"""What the clinic sends to its stations and what it forgets: kept until answered, said again when asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from brokers import SecureBroker
from builders import a_document, an_event, an_order
from couriers import Folders, clinic, eventually, heard, listening, turning
from pressout_clinic import forgetting, orders
from pressout_clinic.fleet import fleet
from pressout_clinic.prescribing import answers, audit, erasure_answers
from pressout_clinic.rejected import set_aside
from pressout_clinic.stations import Message
from pressout_clinic.store import Store
from pressout_clinic.subscriber import answered
from pressout_clinic.tables import ERASURES, METADATA, REJECTED
from pressout_device.commands import cli
from pressout_device.journal import spool
from pressout_device.journal.bell import ring
from pressout_session.document import SessionDocument, encode
from pressout_session.orders import Erasure, PrescriptionOrder, Request, Wanted
from pressout_session.wire import (
    Ack,
    AckResult,
    EventKind,
    digest,
    event_topic,
    request_topic,
    session_topic,
    status_topic,
)

S3 = ("north", "s3")
PATIENT = "471922"
ITEM = {
    "kind": "cabled",
    "exercise": "pallof_press",
    "resistance": "tubing",
    "target_n": 45.0,
    "tolerance_n": 8.0,
    "sets": 2,
    "reps": 10,
    "hold_s": 2.0,
    "first_side": "left",
}


def command(store: Store, *words: str) -> Result:
    return CliRunner().invoke(cli, ["clinic", words[0], "--database", store.url, *words[1:]])


def prescribed(store: Store, folder: Path, *to: str, **more: object) -> Result:
    file = folder / "dose.json"
    file.write_text(json.dumps({"patient_ref": PATIENT, "items": [ITEM], **more}))
    return command(store, "prescribe", *(word for name in to for word in ("--to", name)), str(file))


def says(store: Store, kind: EventKind, number: int = 1, **more: object) -> None:
    event = msgspec.structs.replace(an_event(number), kind=kind, **more)
    store.hear([Message(event_topic(*S3, kind), msgspec.json.encode(event))])


def asks(store: Store, wanted: Wanted, since: str | None = None) -> list[bytes]:
    """Give what a station is told when it asks, once all that was new has been said."""
    store.said(store.to_say())
    request = Request(at="2026-03-01T09:30:00Z", since=since)
    store.hear([Message(request_topic(*S3, wanted), msgspec.json.encode(request))])
    return [order.payload for order in store.to_say()]


def takes(store: Store, document: SessionDocument, payload: bytes | None = None) -> AckResult:
    topic = session_topic(document.site_id, document.station_id, document.session_id)
    (ack,) = answered(store, [(topic, payload or encode(document))])
    return ack.result


def test_a_dose_is_the_next_version_of_what_the_patient_has(store: Store, tmp_path: Path) -> None:
    for version in (1, 2):
        assert f"version {version}: for 1 station" in prescribed(store, tmp_path, "north/s3").output

    (order,) = [msgspec.json.decode(payload, type=PrescriptionOrder) for payload in asks(store, Wanted.PRESCRIPTIONS)]
    assert (order.version, order.items[0].reps) == (2, 10)


def test_what_was_said_is_not_said_again_unless_a_station_asks(store: Store, tmp_path: Path) -> None:
    prescribed(store, tmp_path, "north/s3")
    (order,) = store.to_say()
    store.said([order])

    assert store.to_say() == []
    assert asks(store, Wanted.PRESCRIPTIONS) == [order.payload]


def test_a_station_gets_what_is_newer_than_it_knows_and_what_it_never_answered(store: Store, tmp_path: Path) -> None:
    prescribed(store, tmp_path, "north/s3", prescription_id="rx-1", set_at="2026-03-01T08:00:00Z")
    assert len(asks(store, Wanted.PRESCRIPTIONS, since="2026-03-02T08:00:00Z")) == 1
    says(store, EventKind.PRESCRIBED, what="version 1", about="rx-1")

    assert asks(store, Wanted.PRESCRIPTIONS, since="2026-03-02T08:00:00Z") == []
    assert len(asks(store, Wanted.PRESCRIPTIONS, since="2026-02-02T08:00:00Z")) == 1
    assert len(asks(store, Wanted.PRESCRIPTIONS)) == 1


def test_what_a_station_answers_is_recorded_by_version(store: Store, tmp_path: Path) -> None:
    for _ in range(2):
        prescribed(store, tmp_path, "north/s3", prescription_id="rx-1")
    says(store, EventKind.PRESCRIBED, what="version 1", about="rx-1")
    says(store, EventKind.PRESCRIPTION_REFUSED, 2, what="version 2: what holds here is newer", about="rx-1")

    assert answers(store.engine, "rx-1", 1) == [("north/s3", "holds")]
    assert answers(store.engine, "rx-1", 2) == [("north/s3", "what holds here is newer")]


def test_a_refusal_of_one_version_says_nothing_of_the_next_and_what_is_replaced_is_no_open_order(
    store: Store, tmp_path: Path
) -> None:
    for _ in range(3):
        prescribed(store, tmp_path, "north/s3", prescription_id="rx-1")
    says(store, EventKind.PRESCRIPTION_REFUSED, what="version 1: what holds here is newer", about="rx-1")
    says(store, EventKind.PRESCRIBED, 2, what="version 3", about="rx-1")

    found = [answers(store.engine, "rx-1", version)[0][1] for version in (1, 2, 3)]
    assert found == ["what holds here is newer", "replaced by version 3", "holds"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"patient_ref": "471923"}, "last digit"),
        ({"items": []}, "items"),
        ({"items": [{**ITEM, "target_n": 4500.0}]}, "newtons"),
        ({"version": 1, "prescription_id": "rx-1"}, "expected more than 1"),
        ({"patient_ref": "Mary Smith"}, "patient_ref"),
    ],
)
def test_a_dose_that_no_station_would_take_is_refused_in_a_sentence(
    store: Store, tmp_path: Path, more: dict[str, object], reason: str
) -> None:
    prescribed(store, tmp_path, "north/s3", prescription_id="rx-1")

    result = prescribed(store, tmp_path, "north/s3", **more)

    assert result.exit_code == 1
    assert reason in str(result.exception)
    assert len(asks(store, Wanted.PRESCRIPTIONS)) == 1


def test_a_dose_for_a_site_is_for_every_station_that_is_known_there(store: Store, tmp_path: Path) -> None:
    takes(store, a_document(1))
    takes(store, msgspec.structs.replace(a_document(2), station_id="s4"))
    takes(store, msgspec.structs.replace(a_document(3), site_id="south"))

    assert "for 2 stations" in prescribed(store, tmp_path, "north").output
    assert prescribed(store, tmp_path, "west").exit_code == 1


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
        forgetting.emptied(store.engine)

    said = whole(store).replace("4719220", "")
    assert PATIENT not in said
    assert store.count() == 1
    assert len(set_aside(store.engine, 9)) == 1
    assert erasure_answers(store.engine, erase_id) == [("north/s3", "1 sessions")]
    acts = [(act, about, what) for _at, act, about, what in audit(store.engine)]
    assert acts[-1] == ("erased", erase_id, "1 sessions, 1 stations asked")


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
    (asked,) = [msgspec.json.decode(payload, type=Erasure) for payload in asks(store, Wanted.ERASURES, "2999-01-01")]
    assert (asked.patient_ref, order.payload) == (PATIENT, msgspec.json.encode(asked))

    says(store, EventKind.ERASED, what="1 sessions", about=asked.erase_id)

    assert asks(store, Wanted.ERASURES) == []


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


def test_a_database_that_was_typed_wins_over_the_environments(tmp_path: Path) -> None:
    stores = [Store(f"sqlite:///{tmp_path}/{name}.db") for name in "ab"]
    for one in stores:
        takes(one, a_document(1))

    result = CliRunner(env={"PRESSOUT_DATABASE": stores[0].url}).invoke(
        cli, ["clinic", "--database", stores[1].url, "erase", PATIENT]
    )

    assert result.exit_code == 0
    assert [one.count() for one in stores] == [1, 0]
    assert CliRunner(env={"PRESSOUT_DATABASE": stores[0].url}).invoke(cli, ["clinic", "gaps"]).exit_code == 0
    for one in stores:
        one.close()


def test_a_session_that_was_reassigned_to_an_erased_patient_falls_to_nobody_else(store: Store) -> None:
    takes(store, msgspec.structs.replace(a_document(1), patient_ref="530863"))
    takes(store, msgspec.structs.replace(a_document(1), revision=2, seq=2))
    takes(store, msgspec.structs.replace(a_document(2), patient_ref="530863", seq=3))

    assert "1 session," in command(store, "erase", PATIENT).output
    assert store.count() == 1
    assert command(store, "gaps").exit_code == 0


def test_more_orders_than_a_connection_holds_are_said_in_portions(store: Store, tmp_path: Path) -> None:
    takes(store, a_document(1))
    with store.engine.begin() as connection:
        for number in range(orders.MOST_AT_ONCE + 50):
            order = an_order(prescription_id=f"rx-{number}", patient_ref=f"p-{number}")
            orders.prescribe(connection, order, [S3])
    command(store, "erase", PATIENT)

    first = store.to_say()
    assert (first[0].table, len(first)) == ("erasures", 1 + orders.MOST_AT_ONCE)
    store.said(first)
    assert len(store.to_say()) == 50


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


def test_what_was_rejected_can_be_looked_at_and_tried_again(store: Store) -> None:
    broken = encode(a_document(1))[:-1]
    takes(store, a_document(1), broken)
    (one,) = set_aside(store.engine, 9)

    assert command(store, "rejected", "--show", one.sha256).stdout_bytes == broken
    assert command(store, "rejected", "--replay", "all").output == "1 session to be tried again by a worker\n"
    assert set_aside(store.engine, 9)[0].replay
    assert "document:" in command(store, "rejected").output


def test_a_name_that_is_no_database_makes_none(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["clinic", "fleet", "--database", f"sqlite:///{tmp_path}/slip.db"])

    assert "found no file" in str(result.exception)
    assert not (tmp_path / "slip.db").exists()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[SecureBroker]:
    made = SecureBroker(tmp_path / "broker")
    made.start()
    yield made
    made.kill()


@pytest.mark.service
def test_a_dose_reaches_the_station_and_its_answer_the_clinic_and_a_replay_is_answered(
    broker: SecureBroker, store: Store, tmp_path: Path
) -> None:
    folders = Folders(tmp_path)
    station = folders.courier(broker.client("north/s3"))
    takes(store, a_document(1), encode(a_document(1))[:-1])
    takes(store, a_document(2), encode(msgspec.structs.replace(a_document(2), end_reason="done")))
    ear = listening(broker.client("north/s3"), "pressout/v1/north/s3/ack/+")
    with store.engine.begin() as connection:  # as if today's version knew what yesterday's did not
        connection.execute(
            REJECTED.update().values(payload=encode(a_document(1)), sha256=digest(encode(a_document(1))))
        )

    with clinic(broker.client("clinic"), store.url), turning(station.run):
        eventually(lambda: len(fleet(store.engine, datetime.now(UTC))) == 1)
        assert prescribed(store, tmp_path, "north/s3", prescription_id="rx-1").exit_code == 0
        command(store, "rejected", "--replay", "all")
        eventually(lambda: any(name.startswith("prescription.") for name in spool.waiting(folders.inbox)))
        event = msgspec.structs.replace(an_event(), kind=EventKind.PRESCRIBED, what="version 1", about="rx-1")
        spool.place(folders.outbox, spool.event_name(event.event_id), msgspec.json.encode(event))
        ring(folders.inbox)
        eventually(lambda: answers(store.engine, "rx-1", 1) == [("north/s3", "holds")])
        eventually(lambda: store.count() == 2)
        acks = [msgspec.json.decode(payload, type=Ack) for _topic, payload in heard(ear)]
    ear.close()

    assert [ack.result for ack in acks] == [AckResult.STORED]
    assert set_aside(store.engine, 9) == []
