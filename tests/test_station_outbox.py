"""What lies between journal and broker: corrections go out at once, torn files are written again, old word is none."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from builders import SESSION_ID, an_erasure, an_item, an_order, facts_of_a_session
from journals import damage
from pressout_device.storage import atomic_files
from pressout_link.messages import ReceivedMessage
from pressout_session.document import decode, encode
from pressout_session.document_builder import document_of
from pressout_session.facts import Reassigned, SessionVoided
from pressout_session.record import folded
from pressout_session.wire import Ack, AckResult, ack_topic, digest, erase_topic, prescription_topic
from pressout_station.mailbox import spool
from pressout_station.uplink.inbound import InboundHandler, Since
from pressout_station.uplink.outbox_index import ANSWERED_S, OutboxIndex
from pressout_station.writer import maintenance
from pressout_station.writer.writer import Writer
from stations import FIRST, a_writer, keep, order, origin, wait_for
from uplinks import Folders

STATION = ("north", "s3")


def sent(folder: Path) -> list[bytes]:
    return [(folder / "outbox" / name).read_bytes() for name in spool.documents(folder / "outbox")]


def answered(folder: Path, sha256: str, result: AckResult) -> None:
    """Let the clinic answer for some bytes of the first session."""
    ack = Ack(revision=1, sha256=sha256, result=result)
    atomic_files.place(folder / "inbox", spool.acks_name(1), msgspec.json.encode([spool.Answer(FIRST, ack)]))


# ---- what goes out ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "correction",
    [
        Reassigned(t_s=900.0, patient_ref="471926", therapist_ref="MR"),
        SessionVoided(t_s=900.0, therapist_ref="MR"),
    ],
)
def test_a_correction_of_a_closed_session_is_a_new_document_at_once(
    tmp_path: Path, correction: Reassigned | SessionVoided
) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session())

    keep(writer, [correction])

    corrected = document_of(folded([*facts_of_a_session(), correction]), origin("journal", 2))
    first, second = sent(tmp_path)
    assert second == encode(corrected)
    assert (first, corrected.revision) == (encode(document_of(folded(facts_of_a_session()), origin("journal", 1))), 2)
    writer.close()


def test_a_document_that_was_torn_in_the_outbox_is_written_again_at_the_next_start(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(2))
    writer.close()
    (name,) = spool.documents(tmp_path / "outbox")
    (whole,) = sent(tmp_path)
    (tmp_path / "outbox" / name).write_bytes(whole[: len(whole) // 2])

    a_writer(tmp_path).close()

    assert sent(tmp_path) == [whole]


@pytest.mark.parametrize("of", ["what lies there", "what went out before it was damaged"])
def test_a_document_that_the_clinic_cannot_read_is_written_again_from_the_journal(tmp_path: Path, of: str) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(2))
    (name,) = spool.documents(tmp_path / "outbox")
    (whole,) = sent(tmp_path)
    altered = whole.replace(b'"', b"?", 1)
    (tmp_path / "outbox" / name).write_bytes(altered)

    answered(tmp_path, digest(altered) if of == "what lies there" else "0" * 64, AckResult.REJECTED)
    wait_for(writer, lambda _told: not atomic_files.waiting(tmp_path / "inbox"))

    assert sent(tmp_path) == [whole]
    writer.close()


# ---- what comes in ---------------------------------------------------------------------------------------


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


def hearing(folders: Folders) -> InboundHandler:
    return InboundHandler(STATION, folders.outbox, folders.inbox, "1234")


def heard(handler: InboundHandler, folders: Folders, topic: str, said: object, *, retained: bool = False) -> set[str]:
    """Let a message come; give the documents that it answers."""
    shelf = OutboxIndex(folders.outbox)
    shelf.look(rung=True)
    message = ReceivedMessage(topic, msgspec.json.encode(said), retained, qos=1, token=1)
    taken = handler.take([message], shelf)
    assert taken.safe == [message]
    return taken.answered


def test_an_answer_that_the_broker_had_kept_leaves_its_document_waiting(folders: Folders) -> None:
    name = folders.finish(1)
    ack = Ack(revision=1, sha256=digest((folders.outbox / name).read_bytes()), result=AckResult.STORED)
    handler, topic = hearing(folders), ack_topic(*STATION, SESSION_ID.format(1))

    assert heard(handler, folders, topic, ack, retained=True) == set()
    assert (handler.refused, folders.answers()) == (1, [])

    assert heard(handler, folders, topic, ack) == {name}
    assert [one.session_id for one in folders.answers()] == [SESSION_ID.format(1)]


def test_an_older_order_that_comes_late_does_not_turn_back_what_is_asked_for_after_an_absence(
    folders: Folders,
) -> None:
    handler = hearing(folders)
    for version in (3, 2):
        heard(handler, folders, prescription_topic(*STATION, "rx-1"), an_order(version))
    for at in ("2026-03-05T08:00:00Z", "2026-03-04T08:00:00Z"):
        heard(handler, folders, erase_topic(*STATION, "er-1"), msgspec.structs.replace(an_erasure(), at=at))

    newest = Since(an_order(3).set_at, "2026-03-05T08:00:00Z")
    assert (handler.since, hearing(folders).since) == (newest, newest)


def test_an_order_in_the_inbox_that_no_therapist_could_set_is_dropped_and_not_applied(tmp_path: Path) -> None:
    writer: Writer = a_writer(tmp_path)
    impossible = msgspec.to_builtins(an_order())
    impossible["items"][0]["target_n"] = 4_000.0
    order(tmp_path, "prescription.rx-1.1", impossible)
    order(tmp_path, "prescription.rx-2.2", an_order(patient_ref="530863", items=(an_item(target_n=50.0),)))

    wait_for(writer, lambda _told: not atomic_files.waiting(tmp_path / "inbox"))

    assert list(writer.prescriptions) == ["530863"]
    writer.close()


def test_orders_keep_their_order_though_the_clock_is_set_back_between_them(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = hearing(folders)
    for now_ns, topic, order_ in (
        (9_000, prescription_topic(*STATION, "rx-1"), an_order(1)),
        (1_000, erase_topic(*STATION, "er-1"), an_erasure()),
        (2_000, prescription_topic(*STATION, "rx-1"), an_order(2)),
    ):
        monkeypatch.setattr(time, "time_ns", lambda now_ns=now_ns: now_ns)
        heard(handler, folders, topic, order_)

    names = sorted(atomic_files.waiting(folders.inbox), key=spool.came_at)
    assert [name.split(".")[1] for name in names] == ["rx-1", "er-1", "rx-1"]


def test_what_was_answered_and_lies_there_still_is_sent_again_after_a_while(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = folders.finish(1)
    shelf = OutboxIndex(folders.outbox)
    shelf.look(rung=True)
    shelf.answered({name})
    began_s = time.monotonic()
    for later_s, waiting in ((ANSWERED_S - 5.0, []), (ANSWERED_S + 5.0, [name])):
        monkeypatch.setattr(time, "monotonic", lambda later_s=later_s: began_s + later_s)
        shelf.look(rung=True)

        assert shelf.waiting == waiting


def test_a_correction_after_one_that_the_card_has_lost_is_a_document_of_its_own(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session())
    keep(writer, [Reassigned(t_s=900.0, patient_ref="471926", therapist_ref="MR")])
    writer.close()
    with closing(sqlite3.connect(tmp_path / "journal.db", isolation_level=None)) as db:
        lost = "UPDATE facts SET fact = CAST(replace(fact, '\"reassigned\"', '\"seassigned\"') AS BLOB)"
        assert db.execute(f"{lost} WHERE CAST(fact AS TEXT) LIKE '%\"reassigned\"%'").rowcount == 1

    writer = a_writer(tmp_path)
    keep(writer, [SessionVoided(t_s=950.0, therapist_ref="MR")])
    wait_for(writer, lambda _told: len(sent(tmp_path)) == 3)
    writer.close()

    last = decode(sent(tmp_path)[-1])
    assert (last.revision, last.voided) == (3, True)


@pytest.mark.parametrize("gone", ["taken away", "renamed"])
def test_what_is_gone_from_the_outbox_while_it_waits_is_put_there_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    monkeypatch.setattr(maintenance, "HOUSEKEEPING_S", 0.05)
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session())
    (name,) = spool.documents(tmp_path / "outbox")
    document = tmp_path / "outbox" / name
    document.unlink() if gone == "taken away" else document.rename(document.with_suffix(".jso"))

    wait_for(writer, lambda _told: document.exists())
    writer.close()


def test_a_station_whose_journal_was_salvaged_is_told_all_orders_again(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session())
    writer.close()
    atomic_files.place(tmp_path / "inbox", spool.SINCE, msgspec.json.encode(Since("2026-03-01T09:30:00.000000Z", None)))
    damage(tmp_path / "journal.db", 0)

    writer = a_writer(tmp_path)
    wait_for(writer, lambda _told: not (tmp_path / "inbox" / spool.SINCE).exists())
    writer.close()

    assert hearing(Folders(tmp_path)).since == Since()


def test_two_corrections_that_are_kept_together_are_one_document(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session())
    with closing(sqlite3.connect(tmp_path / "journal.db", isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")  # the disk is busy: both wait
        for patient_ref in ("471926", "203513"):
            writer.keep(FIRST, Reassigned(t_s=900.0, patient_ref=patient_ref, therapist_ref="MR"))
        time.sleep(0.3)
        db.execute("ROLLBACK")
    wait_for(writer, lambda _told: len(sent(tmp_path)) >= 2)
    writer.close()

    assert [decode(one).revision for one in sent(tmp_path)] == [1, 3]
