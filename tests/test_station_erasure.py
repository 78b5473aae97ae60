"""What the station forgets: delivered sessions after a time, and at once whoever the clinic says to forget."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from builders import SESSION_ID, an_erasure, an_order, facts_of_a_session
from journals import damage
from pressout_session.document import decode
from pressout_session.document_builder import rfc3339
from pressout_session.facts import Closed, EndReason, Reassigned
from pressout_session.wire import Ack, AckResult, EventKind, StationEvent, digest
from pressout_station import identity
from pressout_station.audit_log import Act, Audit
from pressout_station.journal import acks, documents, erasure
from pressout_station.journal.clock_correction import WallClock
from pressout_station.journal.tables import Journal
from pressout_station.mailbox import spool
from pressout_station.writer.messages import Forgotten, VisitsRead
from pressout_station.writer.raw_traces import Budget, RawTraces, SetTrace
from pressout_station.writer.storage import Rules, open_storage
from pressout_station.writer.writer import Writer
from stations import (
    FIRST,
    MORNING,
    FakeWall,
    a_writer,
    answer,
    events,
    everything,
    keep,
    new_id,
    order,
    origin,
    wait_for,
)

ANOTHER = "530863"


def a_trace(session_id: str = FIRST, number: int = 1, samples: int = 800) -> SetTrace:
    head = {"zero_counts": "0", "counts_per_newton": "4400", "rate_hz": "80"}
    times_s = tuple(n / 80 for n in range(samples))
    counts = tuple((n * 7919) % 100_003 for n in range(samples))
    return SetTrace(session_id=session_id, number=number, head=head, times_s=times_s, counts=counts)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    made = a_writer(tmp_path)
    keep(made, facts_of_a_session(3))
    keep(made, facts_of_a_session(2, 2, patient_ref=ANOTHER), SESSION_ID.format(2))
    yield made
    made.close()


def test_nothing_of_a_patient_who_is_to_be_forgotten_is_left_anywhere(writer: Writer, tmp_path: Path) -> None:
    for session in (1, 2):
        writer.trace(a_trace(SESSION_ID.format(session)))
    writer.prescribe("471922", facts_of_a_session()[0].prescription)  # type: ignore[union-attr]
    wait_for(writer, lambda _told: len(list((tmp_path / "raw").glob("*"))) == 2)
    assert b"471922" in everything(tmp_path)

    order(tmp_path, "erase.er-1", an_erasure())
    told = wait_for(writer, lambda told: any(isinstance(one, Forgotten) for one in told))
    writer.close()

    # Nor is their code a key beside the keypad any more: what is in memory of them goes by this word.
    assert [one.patient_ref for one in told if isinstance(one, Forgotten)] == ["471922"]
    assert b"471922" not in everything(tmp_path)
    assert FIRST.encode() not in everything(tmp_path)
    assert ANOTHER.encode() in everything(tmp_path)
    (said,) = events(tmp_path)
    assert (said.kind, said.about, said.seqs) == (EventKind.ERASED, "er-1", (1,))
    assert [one.about for one in Audit(tmp_path).all()] == ["er-1"]


def test_a_session_that_became_anothers_keeps_its_numbers_and_loses_the_name(writer: Writer, tmp_path: Path) -> None:
    keep(writer, [Reassigned(t_s=900.0, patient_ref=ANOTHER, therapist_ref="MR")])

    order(tmp_path, "erase.er-1", an_erasure())
    wait_for(writer, lambda _told: bool(events(tmp_path)))
    writer.close()

    assert b"471922" not in everything(tmp_path)
    sent = [decode((tmp_path / "outbox" / name).read_bytes()) for name in spool.documents(tmp_path / "outbox")]
    assert {(one.session_id, one.patient_ref) for one in sent} == {
        (FIRST, ANOTHER),
        (SESSION_ID.format(2), ANOTHER),
    }


def test_whoever_is_at_the_station_is_forgotten_when_they_have_gone(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(2, closed=False))

    order(tmp_path, "erase.er-1", an_erasure())
    writer.ask("471922")
    wait_for(writer, lambda told: any(isinstance(one, VisitsRead) for one in told))
    assert writer._shelves.journal.record(FIRST).count(facts_of_a_session()[1].side) == 2  # type: ignore[union-attr]
    keep(writer, [Closed(t_s=100.0, reason=EndReason.DONE)])
    wait_for(writer, lambda _told: bool(events(tmp_path)))
    writer.close()

    assert b"471922" not in everything(tmp_path)


def test_a_dose_that_was_sent_before_its_patient_was_to_be_forgotten_goes_with_them(tmp_path: Path) -> None:
    for name in ("outbox", "inbox"):
        (tmp_path / name).mkdir()
    order(tmp_path, "prescription.rx-1.00000000000000000001", an_order())
    order(tmp_path, "erase.er-1.00000000000000000002", an_erasure())

    writer = a_writer(tmp_path)
    wait_for(writer, lambda _told: len(events(tmp_path)) == 2)
    writer.close()

    assert b"471922" not in everything(tmp_path)


def test_an_erasure_that_comes_twice_is_done_twice_and_harms_nothing(writer: Writer, tmp_path: Path) -> None:
    for number in (1, 2):
        order(tmp_path, f"erase.er-1.{number}", an_erasure())
        wait_for(writer, lambda _told, number=number: len(events(tmp_path)) == number)  # type: ignore[misc]

    assert len(spool.documents(tmp_path / "outbox")) == 1


def test_an_erasure_whose_answer_the_card_has_altered_is_answered_all_the_same(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db", new_id)
    erasure.erase(journal, "e-1", "471922", "2026-03-01T08:00:00Z")
    with journal.change() as db:
        db.execute("UPDATE erasures SET lost_seqs = '{1]'")

    assert erasure.done(journal, "e-1") == erasure.ErasedSessions(0, {})
    journal.close()


def test_delivered_sessions_leave_after_their_time_and_others_never(tmp_path: Path) -> None:
    wall = FakeWall()
    writer = a_writer(tmp_path, wall, keep_days=30.0)
    keep(writer, facts_of_a_session(3))
    writer.trace(a_trace())
    answer(tmp_path)
    wait_for(writer, lambda _told: not spool.documents(tmp_path / "outbox"))
    keep(writer, facts_of_a_session(2, 2), SESSION_ID.format(2))
    writer.close()

    for days, left in ((29, 2), (31, 1)):
        later = FakeWall(wall.moment._replace(wall=MORNING + timedelta(days=days)))
        again = a_writer(tmp_path, later, keep_days=30.0)
        again.ask("471922")
        wait_for(again, lambda told: any(isinstance(one, VisitsRead) for one in told))
        again.close()
        assert len(documents.all_documents(Journal(tmp_path / "journal.db", new_id))) == left

    assert [one.act for one in Audit(tmp_path).all()] == [Act.DROPPED]
    assert list((tmp_path / "raw").iterdir()) == []
    assert len(spool.documents(tmp_path / "outbox")) == 1


@pytest.mark.parametrize(
    ("first_days", "second_days", "second", "leaves"),
    [
        (100, 100, AckResult.STORED, True),
        (1, 100, AckResult.DUPLICATE, True),
        (100, None, AckResult.STORED, False),
        (None, 100, AckResult.STORED, False),
        (100, 1, AckResult.STORED, False),
        (100, 100, AckResult.REJECTED, False),
    ],
)
def test_a_session_leaves_only_when_the_clinic_has_had_its_last_revision_for_long(
    tmp_path: Path, first_days: int | None, second_days: int | None, second: AckResult, leaves: bool
) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(3))
    keep(writer, [Reassigned(t_s=900.0, patient_ref=ANOTHER, therapist_ref="MR")])
    writer.close()
    journal = Journal(tmp_path / "journal.db", new_id)
    answers = ((first_days, AckResult.STORED), (second_days, second))
    for document, (days, result) in zip(documents.all_documents(journal), answers, strict=True):
        if days is not None:
            ack = Ack(revision=1, sha256=digest(document), result=result)
            acks.answered(journal, [ack], rfc3339(MORNING - timedelta(days=days)))

    assert erasure.old_sessions(journal, MORNING, 30.0) == ([FIRST] if leaves else [])
    journal.close()


def test_a_clock_that_nobody_vouches_for_drops_nothing(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(3))
    answer(tmp_path)
    wait_for(writer, lambda _told: not spool.documents(tmp_path / "outbox"))
    writer.close()
    unsure = FakeWall()
    unsure.moment = unsure.moment._replace(wall=MORNING + timedelta(days=9_999), synchronised=False)

    again = a_writer(tmp_path, unsure, keep_days=1.0)
    again.ask("471922")
    wait_for(again, lambda told: any(isinstance(one, VisitsRead) and one.visits for one in told))
    again.close()


# ---- raw readings ---------------------------------------------------------------------------------------


def test_raw_readings_stay_within_their_budget_and_the_delivered_go_first(tmp_path: Path) -> None:
    traces = RawTraces(tmp_path, Budget(size_bytes=10**9))
    for session in range(1, 6):
        traces.keep(a_trace(SESSION_ID.format(session)))
    one = traces.all()[0].stat().st_size
    waiting = {SESSION_ID.format(session) for session in (1, 2)}

    RawTraces(tmp_path, Budget(size_bytes=3 * one)).trim(waiting, None)
    assert [path.name[35] for path in traces.all()] == ["1", "2", "5"]

    RawTraces(tmp_path, Budget(size_bytes=one)).trim(waiting, None)
    assert [path.name[35] for path in traces.all()] == ["2"]


def test_raw_readings_that_are_too_old_go_once_they_are_delivered(tmp_path: Path) -> None:
    traces = RawTraces(tmp_path, Budget(days=90.0))
    for session in (1, 2):
        traces.keep(a_trace(SESSION_ID.format(session)))
    later = MORNING.now(tz=MORNING.tzinfo) + timedelta(days=91)

    traces.trim({FIRST}, later)

    assert [path.name[:36] for path in traces.all()] == [FIRST]


def test_a_disk_without_room_costs_the_raw_readings_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "raw").write_text("no folder")

    RawTraces(tmp_path, Budget()).keep(a_trace())

    assert RawTraces(tmp_path, Budget()).all() == []


def test_an_erasure_takes_out_of_the_outbox_what_is_of_its_patient_and_leaves_all_others(
    writer: Writer, tmp_path: Path
) -> None:
    order(tmp_path, "erase.er-1", an_erasure())
    wait_for(writer, lambda told: any(isinstance(one, Forgotten) for one in told))

    assert [spool.session_of(name) for name in spool.documents(tmp_path / "outbox")] == [SESSION_ID.format(2)]


def test_places_that_an_erasure_frees_are_those_of_the_journal_that_gave_them(tmp_path: Path) -> None:
    names = itertools.count(1)

    def erased() -> list[StationEvent]:
        return [one for one in events(tmp_path) if one.kind is EventKind.ERASED]

    def a_station() -> Writer:
        shelves = open_storage(tmp_path, lambda: f"journal-{next(names)}", Budget())
        return Writer(shelves, Rules(origin_of=origin, wall_clock=WallClock(FakeWall()), new_id=identity.new_id))

    for name in ("outbox", "inbox"):
        (tmp_path / name).mkdir()
    writer = a_station()
    keep(writer, facts_of_a_session(3))
    writer.close()
    damage(tmp_path / "journal.db", 0)
    writer = a_station()
    keep(writer, facts_of_a_session(2, 2, patient_ref=ANOTHER), SESSION_ID.format(2))
    order(tmp_path, "erase.er-1", an_erasure())
    wait_for(writer, lambda _told: len(erased()) == 2)
    writer.close()

    (kept,) = spool.documents(tmp_path / "outbox")
    other = decode((tmp_path / "outbox" / kept).read_bytes())
    assert {one.journal_id: one.seqs for one in erased()} == {"journal-1": (1,), other.journal_id: ()}
    assert (other.patient_ref, other.seq) == (ANOTHER, 1)


def test_a_correction_of_what_was_erased_meanwhile_brings_nothing_of_it_back(writer: Writer, tmp_path: Path) -> None:
    order(tmp_path, "erase.er-1", an_erasure())
    wait_for(writer, lambda told: any(isinstance(one, Forgotten) for one in told))

    keep(writer, [Reassigned(t_s=99.0, patient_ref="471922", therapist_ref="t-1")])
    writer.close()

    assert b"471922" not in everything(tmp_path)
