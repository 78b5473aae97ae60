"""What could stop a station for good, or leave what was to be forgotten: none of it does."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest

from brokers import SecureBroker
from builders import SESSION_ID, an_erasure, an_order, facts_of_a_session
from pressout_device.errors import JournalError
from pressout_device.storage import atomic_files
from pressout_link.messages import Publication
from pressout_session.facts import SetOpened, encode
from pressout_session.wire import Ack, AckResult, EventKind, ack_topic, digest
from pressout_station.journal import erasure, salvage
from pressout_station.journal.tables import Journal
from pressout_station.mailbox import spool
from stations import FIRST, a_writer, events, keep, new_id, order
from uplinks import Folders, eventually, listening, turning


def filled(folder: Path, reps: int = 2) -> Journal:
    journal = Journal(folder / "journal.db", new_id)
    journal.keep([(FIRST, fact) for fact in facts_of_a_session(reps)])
    return journal


def test_repetitions_outlive_the_opening_of_their_set_and_the_station_starts(tmp_path: Path) -> None:
    filled(tmp_path).close()
    db = sqlite3.connect(tmp_path / "journal.db")
    place = next(
        number
        for number, fact in enumerate(facts_of_a_session(2), start=1)
        if encode(fact) and isinstance(fact, SetOpened)
    )
    db.execute("UPDATE facts SET fact = 'torn' WHERE place = ?", (place,))
    db.commit()
    db.close()

    writer = a_writer(tmp_path)
    assert writer.alive
    writer.close()
    (document,) = spool.documents(tmp_path / "outbox")
    sets = msgspec.json.decode((tmp_path / "outbox" / document).read_bytes())["sets"]
    assert [held["count"] for held in sets] == [2]


def test_an_erasure_that_comes_twice_deletes_nothing_since_and_answers_the_same(
    tmp_path: Path,
) -> None:
    journal = filled(tmp_path)
    first = erasure.erase(journal, "er-1", "471922", "2026-03-02T08:00:00Z")
    journal.keep([(SESSION_ID.format(2), fact) for fact in facts_of_a_session(2, 2)])

    assert erasure.erase(journal, "er-1", "471922", "2026-03-02T09:00:00Z") == first
    assert journal.unfinished() == [SESSION_ID.format(2)]


def test_an_erasure_is_not_answered_while_someone_reads_the_journals_log(tmp_path: Path) -> None:
    journal = filled(tmp_path)
    reader = sqlite3.connect(f"file:{tmp_path / 'journal.db'}?mode=ro", uri=True)
    reading = reader.execute("SELECT fact FROM facts")
    reading.fetchone()

    assert erasure.erase(journal, "er-1", "471922", "2026-03-02T08:00:00Z").sessions == 1
    with pytest.raises(JournalError, match="someone reading"):
        journal.settle()
    reading.close()
    reader.close()

    journal.settle()
    assert b"471922" not in b"".join(path.read_bytes() for path in tmp_path.glob("journal.db*"))


def test_who_is_signed_in_and_has_done_nothing_yet_is_erased_when_they_leave(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    writer.occupied("530863")
    atomic_files.place(tmp_path / "inbox", "erase.er-1.1.json", msgspec.json.encode(an_erasure()))
    dose = an_order(set_at="2026-03-03T08:00:00Z")
    atomic_files.place(tmp_path / "inbox", "prescription.rx-1.2.json", msgspec.json.encode(dose))
    keep(writer, facts_of_a_session(2))
    writer.occupied(None)

    eventually(lambda: len(spool.events(tmp_path / "outbox")) == 2)
    writer.close()

    assert spool.documents(tmp_path / "outbox") == []
    journal = Journal(tmp_path / "journal.db", new_id)
    assert len(journal.rows("SELECT * FROM prescriptions")) == 1  # the dose came after the erasure, and stays


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    writer.close()
    for folder in ("outbox", "raw"):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / ".erase.er-1.1.json.part").write_bytes(b"471922")

    a_writer(tmp_path).close()
    (tmp_path / "outbox" / "taken").mkdir()
    with pytest.raises(OSError, match="directory"):
        atomic_files.place(tmp_path / "outbox", "taken", b"471922")

    assert list(tmp_path.rglob(".*.part")) == []


def test_a_damaged_journal_that_is_not_taken_over_yet_is_dropped_by_no_erasure(tmp_path: Path) -> None:
    filled(tmp_path).close()
    aside = salvage.set_aside(tmp_path / "journal.db")

    with pytest.raises(JournalError, match="not taken over"):
        erasure.drop_set_aside(tmp_path, "471922")
    assert aside.exists()


def test_a_journal_whose_mending_fails_once_is_mended_the_next_time(tmp_path: Path) -> None:
    class Once(Journal):
        """A journal whose disk is full when the old file is first taken over."""

        failed = False

        def _take_over(self, aside: Path) -> None:
            if not Once.failed:
                Once.failed = True
                raise JournalError("no space")
            super()._take_over(aside)

    journal = Once(tmp_path / "journal.db", new_id)
    facts = facts_of_a_session(3)
    journal.keep([(FIRST, fact) for fact in facts[:3]])
    with pytest.raises(JournalError):
        journal.mend()

    journal.keep([(FIRST, fact) for fact in facts[3:]])

    assert journal.record(FIRST).opened is not None
    assert [held.count for held in journal.record(FIRST).sets] == [3]


@pytest.mark.service
def test_answers_that_could_not_be_written_are_taken_in_when_there_is_room_again(tmp_path: Path) -> None:
    broker = SecureBroker(tmp_path / "broker")
    broker.start()
    folders = Folders(tmp_path)
    names = [folders.finish(session) for session in range(1, 9)]
    clinic = listening(broker.client("clinic"), "pressout/v1/+/+/session/+")
    # The inbox is a link, which can lead nowhere for a while: a disk that takes nothing.
    away = tmp_path / "elsewhere"
    folders.inbox.rename(away)
    folders.inbox.symlink_to(away)
    with turning(folders.courier(broker.client("north/s3")).run):
        eventually(lambda: clinic.arrived.qsize() >= len(names))
        folders.inbox.unlink()
        for name in names:
            payload = (folders.outbox / name).read_bytes()
            ack = Ack(revision=1, sha256=digest(payload), result=AckResult.STORED)
            topic = ack_topic("north", "s3", spool.session_of(name))
            clinic.publish(Publication(topic, msgspec.json.encode(ack)))
        eventually(lambda: clinic.taken.qsize() == len(names))
        folders.inbox.symlink_to(away)
        eventually(lambda: len(folders.answers()) == len(names))
    clinic.close()
    broker.kill()


def test_a_file_beyond_all_measure_in_the_inbox_is_dropped_and_holds_up_nothing(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    with (tmp_path / "inbox" / "prescription.x.1.json").open("wb") as file:
        file.truncate(100_000_000_000)
    order(tmp_path, "prescription.y.2", an_order())
    eventually(lambda: not atomic_files.waiting(tmp_path / "inbox"))

    assert [one.kind for one in events(tmp_path)] == [EventKind.PRESCRIBED]
    writer.close()
