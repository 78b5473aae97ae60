"""A disk, an order or a clock that fails for a while: nothing else waits for it, and nothing overtakes it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from builders import a_calibration, a_prescription, an_erasure, an_item, an_order, facts_of_a_session
from pressout_device.errors import JournalError
from pressout_device.storage import atomic_files
from pressout_session.document import Clock
from pressout_session.facts import Closed, EndReason
from pressout_session.wire import EventKind
from pressout_station.audit_log import Act, entry
from pressout_station.journal import documents, erasure
from pressout_station.journal.clock_correction import WallClock
from pressout_station.journal.prescriptions import Prescriptions
from pressout_station.journal.tables import Journal
from pressout_station.mailbox import spool
from pressout_station.writer.mailbox import Mailbox
from pressout_station.writer.writer import Writer
from stations import FIRST, FakeWall, a_writer, answer, events, everything, keep, new_id, order
from uplinks import eventually

PATIENT = "471922"


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    made = a_writer(tmp_path)
    yield made
    made.close()


def done_with_all(folder: Path) -> None:
    eventually(lambda: not atomic_files.waiting(folder / "inbox"))


def kinds(folder: Path) -> list[EventKind]:
    return [one.kind for one in events(folder)]


@pytest.fixture
def bereft(tmp_path: Path) -> Iterator[Writer]:
    """Give a station whose journal is gone, with what it had made ready to send."""
    made = a_writer(tmp_path)
    keep(made, facts_of_a_session(1))
    made.close()
    for left in tmp_path.glob("journal.db*"):
        left.unlink()
    made = a_writer(tmp_path)
    yield made
    made.close()


def refuse_once(monkeypatch: pytest.MonkeyPatch, times: int = 1) -> list[int]:
    """Let erasures fail for some time."""
    left, real = [times], erasure.drop_set_aside

    def sometimes(folder: Path, patient_ref: str) -> None:
        if left[0]:
            left[0] -= 1
            raise JournalError("again soon")
        real(folder, patient_ref)

    monkeypatch.setattr(erasure, "drop_set_aside", sometimes)
    return left


def test_an_order_that_failed_is_not_overtaken_by_the_next_for_its_patient(
    writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_once(monkeypatch)
    order(tmp_path, "erase.x.1", an_erasure())
    order(tmp_path, "prescription.x.2", an_order())
    done_with_all(tmp_path)

    assert kinds(tmp_path) == [EventKind.ERASED, EventKind.PRESCRIBED]
    assert PATIENT in writer.prescriptions


def test_a_dose_that_cannot_be_kept_holds_back_no_erasure_and_does_not_bring_the_patient_back(
    writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_patient_ref: str, _prescription: object) -> None:
        raise JournalError("no room for it")

    monkeypatch.setattr(writer._shelves.doses, "keep", refused)
    order(tmp_path, "prescription.x.1", an_order())
    order(tmp_path, "erase.x.2", an_erasure())
    done_with_all(tmp_path)

    assert kinds(tmp_path) == [EventKind.ERASED]
    assert PATIENT not in writer.prescriptions


def test_an_erasure_is_answered_when_the_log_is_empty_and_its_dose_is_forgotten_before(
    writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order(tmp_path, "prescription.x.1", an_order())
    done_with_all(tmp_path)
    journal, busy = writer._shelves.journal, [True]
    real = journal.settle

    def settle_or_not() -> None:
        if busy[0]:
            raise JournalError("someone reads it")
        real()

    monkeypatch.setattr(journal, "settle", settle_or_not)
    order(tmp_path, "erase.x.2", an_erasure())
    eventually(lambda: PATIENT not in writer.prescriptions)
    assert kinds(tmp_path) == [EventKind.PRESCRIBED]

    busy[0] = False
    done_with_all(tmp_path)
    assert sorted(kinds(tmp_path)) == [EventKind.ERASED, EventKind.PRESCRIBED]


def test_orders_that_fail_hold_up_no_answer_and_are_not_tried_without_end(
    writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(writer, facts_of_a_session(1))
    left = refuse_once(monkeypatch, 1_000)
    for number in range(5):
        erasure = msgspec.structs.replace(an_erasure(f"p{number}"), erase_id=f"er-{number}")
        order(tmp_path, f"erase.er.{number + 1}", erasure)
    answer(tmp_path, number=100)

    eventually(lambda: not spool.documents(tmp_path / "outbox"))
    assert left[0] > 900


def test_answers_that_cannot_be_read_are_tried_later_and_the_rest_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(1))
    writer.close()
    for number in range(1, 5):
        atomic_files.place(tmp_path / "inbox", spool.acks_name(number), b"[]")
    answer(tmp_path, number=100)
    asked: list[str] = []

    def read(path: Path, kind: type[object]) -> object:
        asked.append(path.name)
        if len(path.read_bytes()) == len(b"[]"):
            raise OSError("input/output error")
        return msgspec.json.decode(path.read_bytes(), type=kind)

    monkeypatch.setattr(atomic_files, "read", read)
    journal = Journal(tmp_path / "journal.db", new_id)
    exchange = Mailbox(journal, tmp_path / "outbox", tmp_path / "inbox")
    assert [exchange.arrivals(None, now_s)[1] for now_s in (0.0, 0.1, 0.2)] == [True, False, False]
    assert documents.waiting(journal) == []
    assert len(asked) == 5  # each of the unreadable ones once
    exchange.arrivals(None, 1.0)
    assert len(asked) == 9
    journal.close()


def test_an_erasure_waits_for_what_the_disk_has_not_taken(
    writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, full = writer._shelves.journal, [True]
    real = journal.keep

    def keep_or_not(facts: object) -> None:
        if full[0]:
            raise JournalError("disk full")
        real(facts)  # type: ignore[arg-type]

    monkeypatch.setattr(journal, "keep", keep_or_not)
    for fact in facts_of_a_session(2):
        writer.keep(FIRST, fact)
    order(tmp_path, "erase.x.1", an_erasure())
    eventually(lambda: writer._tending._put_off != {})
    assert atomic_files.waiting(tmp_path / "inbox")

    full[0] = False
    done_with_all(tmp_path)
    writer.close()
    assert PATIENT.encode() not in everything(tmp_path)


@pytest.mark.parametrize("shelf", [("doses", "keep"), ("journal", "keep"), ("audit", "add"), ("book", "write")])
def test_whoever_closes_with_something_unsaved_is_not_told_that_all_was_saved(
    tmp_path: Path, shelf: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_what: object) -> None:
        raise JournalError("disk full")

    writer = a_writer(tmp_path)
    place, way = shelf
    monkeypatch.setattr(getattr(writer._shelves, place), way, refuse)
    writer.prescribe(PATIENT, a_prescription())
    writer.keep(FIRST, facts_of_a_session(1)[0])
    writer.audit(entry(Act.SHUT_DOWN))
    writer.note(a_calibration())

    assert not writer.close()
    assert (PATIENT in Prescriptions(Journal(tmp_path / "journal.db", new_id)).known) is (place != "doses")


def test_a_dose_is_changed_under_nobody_and_weighed_when_they_have_gone(writer: Writer, tmp_path: Path) -> None:
    keep(writer, facts_of_a_session(1, closed=False))
    order(tmp_path, "prescription.x.1", an_order())
    eventually(lambda: writer._tending._put_off != {})
    assert PATIENT not in writer.prescriptions

    keep(writer, [Closed(t_s=100.0, reason=EndReason.DONE)])
    done_with_all(tmp_path)
    assert writer.prescriptions[PATIENT].items == an_order().items


def test_what_a_therapist_set_during_a_visit_is_not_lost_to_an_older_order_that_came_meanwhile(
    writer: Writer, tmp_path: Path
) -> None:
    order(tmp_path, "prescription.x.1", an_order())
    done_with_all(tmp_path)
    writer.occupied(PATIENT)
    order(tmp_path, "prescription.x.2", an_order(2, items=(an_item(target_n=20.0),)))
    set_here = msgspec.structs.replace(
        writer.prescriptions[PATIENT], set_by="AB", accepted_by="AB", set_at="2027-01-01T09:00:00Z"
    )
    eventually(lambda: writer._tending._put_off != {})
    writer.prescribe(PATIENT, set_here)
    writer.occupied(None)
    done_with_all(tmp_path)

    assert writer.prescriptions[PATIENT] == set_here
    assert EventKind.PRESCRIPTION_REFUSED in kinds(tmp_path)  # and the clinic knows


def test_a_document_that_the_journal_has_lost_leaves_with_the_clinics_answer(bereft: Writer, tmp_path: Path) -> None:
    assert len(spool.documents(tmp_path / "outbox")) == 1
    answer(tmp_path)
    eventually(lambda: not spool.documents(tmp_path / "outbox"))
    assert bereft.alive


def test_a_document_that_the_journal_has_lost_leaves_when_its_patient_is_forgotten(
    bereft: Writer, tmp_path: Path
) -> None:
    order(tmp_path, "erase.er-1.1", an_erasure())
    done_with_all(tmp_path)
    bereft.close()
    assert PATIENT.encode() not in everything(tmp_path)


def test_a_fact_that_cannot_be_read_is_forgotten_with_its_patient(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(1))
    writer.close()
    db = sqlite3.connect(tmp_path / "journal.db")
    db.execute(
        "UPDATE facts SET fact = CAST(replace(CAST(fact AS TEXT), 'pallof_press', 'gone_press') AS BLOB)"
        " WHERE place = 1"
    )
    db.commit()
    db.close()

    writer = a_writer(tmp_path)
    order(tmp_path, "erase.x.1", an_erasure())
    done_with_all(tmp_path)
    writer.close()
    assert PATIENT.encode() not in everything(tmp_path)


def test_a_clock_that_is_set_between_two_looks_is_put_right_at_the_next(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db", new_id)
    journal.keep([(FIRST, fact) for fact in facts_of_a_session(1, clock=Clock(synchronised=False))])
    right = FakeWall().moment
    asked = iter([right._replace(synchronised=False), right])
    clock = WallClock(lambda: next(asked))

    assert clock.corrections(journal) == []
    clock.done()
    assert len(clock.corrections(journal)) == 1
    journal.close()
