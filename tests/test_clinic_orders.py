"""What the clinic sends to its stations: kept until answered, said again when asked."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from brokers import SecureBroker
from builders import a_document, an_event, an_order
from desk import ITEM, PATIENT, S3, asks, command, prescribed, says, takes
from pressout_cli.main import cli
from pressout_clinic import orders
from pressout_clinic.fleet import fleet
from pressout_clinic.prescriptions import answers
from pressout_clinic.rejected import set_aside
from pressout_clinic.store import Store
from pressout_clinic.tables import REJECTED
from pressout_device.storage import atomic_files
from pressout_session.document import encode
from pressout_session.orders import OrderKind, PrescriptionOrder
from pressout_session.wire import (
    Ack,
    AckResult,
    EventKind,
    digest,
)
from pressout_station.mailbox import spool
from pressout_station.mailbox.wakeup import ring
from uplinks import Folders, clinic, eventually, heard, listening, turning


def test_a_dose_is_the_next_version_of_what_the_patient_has(store: Store, tmp_path: Path) -> None:
    for version in (1, 2):
        assert f"version {version}: for 1 station" in prescribed(store, tmp_path, "north/s3").output

    (order,) = [
        msgspec.json.decode(payload, type=PrescriptionOrder) for payload in asks(store, OrderKind.PRESCRIPTIONS)
    ]
    assert (order.version, order.items[0].reps) == (2, 10)


def test_what_was_said_is_not_said_again_unless_a_station_asks(store: Store, tmp_path: Path) -> None:
    prescribed(store, tmp_path, "north/s3")
    (order,) = store.to_say()
    store.said([order])

    assert store.to_say() == []
    assert asks(store, OrderKind.PRESCRIPTIONS) == [order.payload]


def test_a_station_gets_what_is_newer_than_it_knows_and_what_it_never_answered(store: Store, tmp_path: Path) -> None:
    prescribed(store, tmp_path, "north/s3", prescription_id="rx-1", set_at="2026-03-01T08:00:00Z")
    assert len(asks(store, OrderKind.PRESCRIPTIONS, since="2026-03-02T08:00:00Z")) == 1
    says(store, EventKind.PRESCRIBED, what="version 1", about="rx-1")

    assert asks(store, OrderKind.PRESCRIPTIONS, since="2026-03-02T08:00:00Z") == []
    assert len(asks(store, OrderKind.PRESCRIPTIONS, since="2026-02-02T08:00:00Z")) == 1
    assert len(asks(store, OrderKind.PRESCRIPTIONS)) == 1


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
    assert len(asks(store, OrderKind.PRESCRIPTIONS)) == 1


def test_a_dose_for_a_site_is_for_every_station_that_is_known_there(store: Store, tmp_path: Path) -> None:
    takes(store, a_document(1))
    takes(store, msgspec.structs.replace(a_document(2), station_id="s4"))
    takes(store, msgspec.structs.replace(a_document(3), site_id="south"))

    assert "for 2 stations" in prescribed(store, tmp_path, "north").output
    assert prescribed(store, tmp_path, "west").exit_code == 1


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


def test_a_station_that_asks_for_a_thousand_keeps_no_other_waiting(store: Store) -> None:
    with store.engine.begin() as connection:
        for number in range(2 * orders.MOST_AT_ONCE):
            orders.prescribe(connection, an_order(prescription_id=f"rx-{number}", patient_ref=f"p-{number}"), [S3])
        later = an_order(prescription_id="rx-other", set_at="2026-03-09T08:00:00Z")
        orders.prescribe(connection, later, [("north", "s4")])

    first = store.to_say()

    assert len(first) == orders.MOST_AT_ONCE
    assert any(order.key["station_id"] == "s4" for order in first)


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
        eventually(lambda: any(name.startswith("prescription.") for name in atomic_files.waiting(folders.inbox)))
        event = msgspec.structs.replace(an_event(), kind=EventKind.PRESCRIBED, what="version 1", about="rx-1")
        atomic_files.place(folders.outbox, spool.event_name(event.event_id), msgspec.json.encode(event))
        ring(folders.inbox)
        eventually(lambda: answers(store.engine, "rx-1", 1) == [("north/s3", "holds")])
        eventually(lambda: store.count() == 2)
        acks = [msgspec.json.decode(payload, type=Ack) for _topic, payload in heard(ear)]
    ear.close()

    assert [ack.result for ack in acks] == [AckResult.STORED]
    assert set_aside(store.engine, 9) == []


def test_a_prescriptions_number_is_one_patients(store: Store, tmp_path: Path) -> None:
    assert prescribed(store, tmp_path, "north/s3", prescription_id="rx-1").exit_code == 0

    refused = prescribed(store, tmp_path, "north/s3", prescription_id="rx-1", patient_ref="P-2")

    assert refused.exit_code != 0
    assert "another patient's" in str(refused.exception)
