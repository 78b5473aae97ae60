"""The journal and its writer: what was told to be kept is there after a kill, a full disk, a damaged file."""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from builders import SESSION_ID, a_prescription, an_event, an_order, event_id, facts_of_a_session
from pressout_device.errors import JournalError
from pressout_device.storage import atomic_files
from pressout_session.document import decode
from pressout_session.facts import Reassigned
from pressout_session.wire import Ack, AckResult, digest
from pressout_station.journal.acks import counts
from pressout_station.journal.tables import Journal
from pressout_station.mailbox import spool
from pressout_station.writer.messages import AckArrived, Kept, NotKept, VisitsRead
from stations import FIRST, a_writer, keep, new_id, wait_for


def test_a_fact_is_told_to_be_kept_only_when_another_reader_finds_it(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(closed=False))

    rows = sqlite3.connect(tmp_path / "journal.db").execute("SELECT count(*) FROM facts").fetchone()

    assert rows == (len(facts_of_a_session(closed=False)),)
    writer.close()


def test_a_closed_session_lands_in_the_outbox_once(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(3))
    writer.close()

    (name,) = atomic_files.waiting(tmp_path / "outbox")
    document = decode((tmp_path / "outbox" / name).read_bytes())
    assert (document.session_id, document.seq, document.sets[0].count) == (FIRST, 1, 3)


def test_the_log_knows_sessions_and_nobodys_reference(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        writer = a_writer(tmp_path)
        keep(writer, facts_of_a_session(3, closed=False))
        writer.close()
        atomic_files.place(tmp_path / "inbox", "prescription.rx-1.json", msgspec.json.encode(an_order()))
        writer = a_writer(tmp_path)
        wait_for(writer, lambda _told: not atomic_files.waiting(tmp_path / "inbox"))
        writer.close()

    assert FIRST in caplog.text
    assert "471922" not in caplog.text


def test_seq_has_no_gaps(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    for session in (1, 2, 3):
        keep(writer, facts_of_a_session(1, session), SESSION_ID.format(session))
    writer.close()

    documents = [
        decode((tmp_path / "outbox" / name).read_bytes()) for name in atomic_files.waiting(tmp_path / "outbox")
    ]
    assert [document.seq for document in documents] == [1, 2, 3]


def test_a_session_that_nobody_closed_is_closed_as_interrupted_and_sent(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(2, closed=False))
    writer.close()

    a_writer(tmp_path).close()

    (name,) = atomic_files.waiting(tmp_path / "outbox")
    document = decode((tmp_path / "outbox" / name).read_bytes())
    assert (document.end_reason, document.sets[0].count) == ("interrupted", 2)


def test_a_document_that_vanished_from_the_outbox_is_put_back(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(2))
    writer.close()
    (name,) = atomic_files.waiting(tmp_path / "outbox")
    before = (tmp_path / "outbox" / name).read_bytes()
    (tmp_path / "outbox" / name).unlink()

    a_writer(tmp_path).close()

    assert (tmp_path / "outbox" / name).read_bytes() == before


def test_the_clinics_answer_empties_the_outbox_and_stays_in_the_journal(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(2))
    (name,) = atomic_files.waiting(tmp_path / "outbox")
    payload = (tmp_path / "outbox" / name).read_bytes()
    ack = Ack(revision=1, sha256=digest(payload), result=AckResult.STORED)

    atomic_files.place(tmp_path / "inbox", spool.acks_name(1), msgspec.json.encode([spool.Answer(FIRST, ack)]))
    told = wait_for(writer, lambda news: any(isinstance(one, AckArrived) for one in news))

    assert AckArrived(FIRST, AckResult.STORED, None) in told
    wait_for(writer, lambda _told: not atomic_files.waiting(tmp_path / "inbox"))
    assert atomic_files.waiting(tmp_path / "outbox") == []
    writer.close()
    assert counts(Journal(tmp_path / "journal.db", new_id)) == (1, 1)


def test_an_answer_to_other_bytes_is_no_answer(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(2))
    ack = Ack(revision=1, sha256="0" * 64, result=AckResult.STORED)

    atomic_files.place(tmp_path / "inbox", spool.acks_name(1), msgspec.json.encode([spool.Answer(FIRST, ack)]))
    wait_for(writer, lambda _told: not atomic_files.waiting(tmp_path / "inbox"))

    assert len(atomic_files.waiting(tmp_path / "outbox")) == 1
    writer.close()


def test_rubbish_in_the_inbox_harms_nothing(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    (tmp_path / "inbox" / "acks.rubbish").write_bytes(b"\x00not json")
    (tmp_path / "inbox" / "prescription.rubbish.json").write_bytes(b"[" * 5_000)

    wait_for(writer, lambda _told: not atomic_files.waiting(tmp_path / "inbox"))

    assert writer.alive
    writer.close()


def test_a_correction_is_sent_as_a_new_revision_even_after_a_kill(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session())
    writer.close()
    # The fact is on disk, and then the power goes before its document is made.
    journal = Journal(tmp_path / "journal.db", new_id)
    journal.keep([(FIRST, Reassigned(t_s=900.0, patient_ref="471926", therapist_ref="MR"))])
    journal.close()

    a_writer(tmp_path).close()

    sent = [decode((tmp_path / "outbox" / name).read_bytes()) for name in spool.documents(tmp_path / "outbox")]
    assert [(one.revision, one.patient_ref, one.seq) for one in sent] == [(1, "471922", 1), (2, "471926", 2)]


def test_a_patients_last_visits_are_found_by_their_last_revision(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    for session in range(1, 4):
        keep(writer, facts_of_a_session(session=session), SESSION_ID.format(session))
    keep(writer, [Reassigned(t_s=900.0, patient_ref="471926", therapist_ref="MR")], SESSION_ID.format(2))
    writer.ask("471922")
    writer.ask("471926")

    found = wait_for(writer, lambda told: sum(isinstance(t, VisitsRead) for t in told) == 2)
    read = [one for one in found if isinstance(one, VisitsRead)]
    visits = {one.patient_ref: [visit.session_id for visit in one.visits] for one in read}

    assert visits == {"471922": [SESSION_ID.format(1), SESSION_ID.format(3)], "471926": [SESSION_ID.format(2)]}
    writer.close()


def test_what_a_patient_is_to_do_outlives_the_station(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    writer.prescribe("471926", a_prescription())
    writer.close()

    again = a_writer(tmp_path)

    assert again.prescriptions == {"471926": a_prescription()}
    again.close()


def test_what_the_broker_has_of_the_events_leaves_the_outbox_and_nothing_else_does(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session())
    for number in (1, 2):
        writer.tell(an_event(number))
    names = [spool.event_name(event_id(number)) for number in (1, 2)]
    atomic_files.place(tmp_path / "inbox", f"taken.{names[0]}", b"")
    atomic_files.place(tmp_path / "inbox", f"taken.{spool.documents(tmp_path / 'outbox')[0]}", b"")

    writer.close()

    assert spool.events(tmp_path / "outbox") == names[1:]
    assert len(spool.documents(tmp_path / "outbox")) == 1
    assert atomic_files.waiting(tmp_path / "inbox") == []


def test_events_that_nobody_takes_make_room_for_newer_ones(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    for number in range(spool.MOST_EVENTS + 5):
        writer.tell(an_event(number))

    writer.close()

    left = spool.events(tmp_path / "outbox")
    assert len(left) == spool.MOST_EVENTS
    assert left[-1] == spool.event_name(event_id(spool.MOST_EVENTS + 4))


def test_what_the_disk_refuses_waits_in_memory_and_is_kept_later(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    journal = writer._shelves.journal
    keep(writer, facts_of_a_session(1, closed=False))
    (page_count,) = journal._db.execute("PRAGMA page_count").fetchone()
    journal._db.execute(f"PRAGMA max_page_count = {page_count}")
    many = [facts_of_a_session(1, closed=False)[-1]] * 200

    for fact in many:
        writer.keep(FIRST, fact)
    refused = wait_for(writer, lambda told: any(isinstance(one, NotKept) for one in told))
    assert "full" in next(one.reason for one in refused if isinstance(one, NotKept))
    journal._db.execute("PRAGMA max_page_count = 1000000")

    kept = wait_for(writer, lambda told: sum(isinstance(one, Kept) for one in told) == len(many))
    assert len(kept) >= len(many)
    assert writer.close()


def test_a_journal_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    Journal(tmp_path / "journal.db", new_id).close()
    db = sqlite3.connect(tmp_path / "journal.db")
    db.execute("PRAGMA user_version = 99")
    db.execute("CREATE TABLE of_a_newer_version (what)")
    db.close()

    with pytest.raises(JournalError, match="newer"):
        Journal(tmp_path / "journal.db", new_id)


KEEPER = """
import sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from builders import facts_of_a_session
from stations import FIRST, a_writer
from pressout_station.writer.messages import Kept
writer = a_writer(Path({folder!r}))
for fact in facts_of_a_session(60):
    writer.keep(FIRST, fact)
    told = []
    while not any(isinstance(one, Kept) for one in told):
        told = writer.told()
    print(type(fact).__name__, flush=True)
"""


@pytest.mark.service
@pytest.mark.parametrize("lines", [1, 2, 7, 30, 61, 63])
def test_whatever_was_told_to_be_kept_survives_a_kill(tmp_path: Path, lines: int) -> None:
    code = KEEPER.format(tests=str(Path(__file__).parent), folder=str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        seen = [process.stdout.readline().strip() for _ in range(lines)]
        os.kill(process.pid, signal.SIGKILL)

    a_writer(tmp_path).close()

    (name,) = atomic_files.waiting(tmp_path / "outbox")
    document = decode((tmp_path / "outbox" / name).read_bytes())
    assert sum(held.count for held in document.sets) >= seen.count("RepetitionKept")
