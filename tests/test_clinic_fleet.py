"""What the clinic knows of its stations: how they are, what they need, what of theirs is missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select, update

from builders import a_document, an_event, an_info, event_id
from pressout_clinic import erasure
from pressout_clinic.fleet import StationStatus, fleet
from pressout_clinic.missing_sequences import gaps
from pressout_clinic.rejected import set_aside
from pressout_clinic.stations import Message
from pressout_clinic.store import Store
from pressout_clinic.subscriber import answered
from pressout_clinic.tables import EVENTS, STATIONS
from pressout_session.document import SessionDocument, encode
from pressout_session.wire import (
    EventKind,
    StationState,
    Status,
    event_topic,
    info_topic,
    session_topic,
    status_topic,
)

S3 = ("north", "s3")
NOW = datetime.now(UTC)
LATER = NOW + timedelta(hours=2)


def says(store: Store, state: StationState, *, retained: bool = False, **more: Any) -> None:
    status = Status(state=state, **more)
    store.hear([Message(status_topic(*S3), msgspec.json.encode(status), retained)])


def happens(store: Store, kind: EventKind, **more: object) -> None:
    event = msgspec.structs.replace(an_event(), kind=kind, **more)
    store.hear([Message(event_topic(*S3, kind), msgspec.json.encode(event))])


def takes(store: Store, *documents: SessionDocument) -> None:
    arrived = [(session_topic(one.site_id, one.station_id, one.session_id), encode(one)) for one in documents]
    answered(store, arrived)


def at(seq: int, **changes: object) -> SessionDocument:
    return msgspec.structs.replace(a_document(seq), seq=seq, **changes)


def only(store: Store, now: datetime = NOW) -> StationStatus:
    (station,) = fleet(store.engine, now)
    return station


def test_a_station_that_is_well_needs_nothing(store: Store) -> None:
    says(store, StationState.READY, backlog=2)
    takes(store, at(1))

    assert list(only(store, LATER).needs(LATER)) == []
    assert only(store).last_stored_at


def test_a_station_that_vanished_is_silent_after_an_hour_and_not_before(store: Store) -> None:
    says(store, StationState.READY)
    says(store, StationState.LOST)

    assert list(only(store).needs(NOW)) == []
    assert "silent since" in next(only(store).needs(LATER))


def test_since_when_a_station_is_silent_is_when_it_was_first_heard_to_be(store: Store) -> None:
    says(store, StationState.LOST)
    long_ago = "2020-01-01T00:00:00.000Z"
    with store.engine.begin() as connection:
        connection.execute(update(STATIONS).values(state_since=long_ago))

    for retained in (False, True):
        says(store, StationState.LOST, retained=retained, backlog=3)
        assert only(store).state_since == long_ago

    says(store, StationState.READY)
    assert only(store).state_since != long_ago


def test_what_the_broker_had_kept_does_not_make_a_silent_station_look_fresh(store: Store) -> None:
    says(store, StationState.LOST)
    before = only(store)
    says(store, StationState.LOST, retained=True)

    assert only(store) == before


@pytest.mark.parametrize(
    ("told", "needed"),
    [
        ({"backlog": 40}, "40 sessions wait there"),
        ({"rejected": 1}, "1 sessions rejected"),
        ({"clone": "77"}, "another computer goes by this name (77)"),
        ({"tls": False}, "not encrypted"),
    ],
)
def test_what_a_station_says_of_itself_is_told(store: Store, told: dict[str, Any], needed: str) -> None:
    says(store, StationState.READY, **told)

    assert list(only(store).needs(NOW)) == [needed]


def test_a_calibration_is_due_until_there_is_a_new_one(store: Store) -> None:
    store.hear([Message(info_topic(*S3), msgspec.json.encode(an_info()))])
    says(store, StationState.READY)
    happens(store, EventKind.CALIBRATION_DUE, at="2999-01-01T00:00:00.000Z")
    assert list(only(store).needs(NOW)) == ["calibration due"]

    happens(store, EventKind.CALIBRATION_DUE, event_id=event_id(2), at="2026-01-01T00:00:00.000Z")
    store.hear([Message(info_topic(*S3), msgspec.json.encode(msgspec.structs.replace(an_info(), calibration_id="c2")))])
    with store.engine.begin() as connection:
        connection.execute(EVENTS.delete().where(EVENTS.c.event_id == event_id(1)))

    assert list(only(store).needs(NOW)) == []


def test_a_cell_whose_zero_moves_in_visit_after_visit_is_told(store: Store) -> None:
    says(store, StationState.READY)
    drifting = [
        msgspec.structs.replace(one, signal=msgspec.structs.replace(one.signal, zero_drift_n=drift_n))
        for one, drift_n in ((at(1), -1.5), (at(2), 1.7), (at(3), None))
    ]
    takes(store, *drifting)

    assert list(only(store).needs(NOW)) == ["zero drifts by 1.6 N a visit"]


def test_this_weeks_sensor_faults_are_counted_and_each_once(store: Store) -> None:
    says(store, StationState.READY)
    for _ in range(2):
        happens(store, EventKind.SENSOR_FAULT, at=NOW.isoformat())

    assert list(only(store).needs(NOW)) == ["1 sensor faults this week"]
    assert list(only(store, NOW + timedelta(days=8)).needs(NOW)) == []


def test_a_place_that_never_came_is_a_gap_unless_it_was_erased_at_the_station(store: Store) -> None:
    says(store, StationState.READY)
    takes(store, at(2), at(5))
    happens(store, EventKind.ERASED, about="er-1", journal_id="journal", seqs=(3,))

    assert [(gap.first, gap.last, gap.station_id) for gap in gaps(store.engine)] == [(1, 1, "s3"), (4, 4, "s3")]
    assert list(only(store).needs(NOW)) == []  # the last hour's may be under way
    assert list(only(store, LATER).needs(LATER)) == ["2 sessions missing in its sequence"]


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        (status_topic(*S3), b'{"state": "asleep"}'),
        (status_topic(*S3), b"[" * 100_000),
        (info_topic(*S3), b"{}"),
        (event_topic(*S3, EventKind.OVERLOAD), msgspec.json.encode(msgspec.structs.replace(an_event(), kind="erased"))),
        (event_topic(*S3, EventKind.OVERLOAD), b" " * 300_000),
        ("pressout/v1/north/s3/request/moon", b'{"at": "2026-03-01T09:30:00Z"}'),
        ("pressout/v1/north/s3/live", b"{}"),
        ("elsewhere", b"{}"),
    ],
)
def test_what_makes_no_sense_is_set_aside_with_its_reason(store: Store, topic: str, payload: bytes) -> None:
    store.hear([Message(topic, payload)])

    (one,) = set_aside(store.engine, 10)
    assert one.topic == topic
    assert one.reason


def test_a_letter_that_a_database_cannot_hold_stops_nobody(store: Store) -> None:
    happens(store, EventKind.PIN_LOCKOUT, what="a\0b")
    happens(store, EventKind.PIN_LOCKOUT, event_id=event_id(2), what="AB")

    with store.engine.connect() as connection:
        count = connection.execute(select(func.count()).select_from(EVENTS)).scalar_one()
    assert count + len(set_aside(store.engine, 10)) == 2


def test_the_fleet_is_a_table_too(store: Store) -> None:
    says(store, StationState.READY, backlog=3)

    with store.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT station_id, backlog, calibration_due FROM fleet").one()
    assert (row[0], row[1], bool(row[2])) == ("s3", 3, False)


def test_a_loss_keeps_its_station_when_what_came_after_it_is_erased(store: Store) -> None:
    says(store, StationState.READY)
    takes(store, at(1, patient_ref="530863"), at(3))
    erasure.erase(store.engine, "er-1", "471922")

    assert [(gap.first, gap.last, gap.station_id) for gap in gaps(store.engine)] == [(2, 2, "s3")]
    assert "1 sessions missing in its sequence" in list(only(store).needs(NOW))


def test_a_calibration_that_was_due_before_anyone_listened_is_due(store: Store) -> None:
    happens(store, EventKind.CALIBRATION_DUE, at="2026-01-01T00:00:00.000Z")
    says(store, StationState.READY)
    store.hear([Message(info_topic(*S3), msgspec.json.encode(an_info()))])

    assert list(only(store).needs(NOW)) == ["calibration due"]
