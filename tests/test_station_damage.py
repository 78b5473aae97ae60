"""Damage to the card: what can be read is saved, what was altered is known, and both are told."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import SESSION_ID, facts_of_a_session
from journals import PAGE, a_full_journal, damage, sessions_in
from pressout_device.storage import atomic_files
from pressout_session.document import decode, encode
from pressout_session.document_builder import document_of
from pressout_session.record import folded
from pressout_session.wire import AckResult, EventKind
from pressout_station import identity
from pressout_station.audit_log import Act, Audit
from pressout_station.journal import damaged_pages, documents, salvage
from pressout_station.journal.clock_correction import WallClock
from pressout_station.journal.tables import Journal
from pressout_station.mailbox import spool
from pressout_station.writer.maintenance import Maintenance, Present
from pressout_station.writer.messages import LinkReport
from pressout_station.writer.raw_traces import Budget
from pressout_station.writer.storage import Rules, open_storage
from stations import FakeWall, a_writer, answer, events, keep, new_id, origin, wait_for


def facts_in(path: Path) -> int:
    return sum(sessions_in(path).values())


def rewritten(path: Path, sql: str) -> None:
    """Alter a journal as a card does: without the station knowing."""
    with closing(sqlite3.connect(path)) as db:
        db.execute(sql)
        db.commit()


# ---- what can be read is saved ---------------------------------------------------------------------------


@pytest.mark.parametrize("byte", range(20))
def test_a_wrong_byte_in_the_files_header_costs_no_fact(tmp_path: Path, byte: int) -> None:
    path = a_full_journal(tmp_path, 10)
    whole = facts_in(path)
    held = bytearray(path.read_bytes())
    held[byte] ^= 0x55
    path.write_bytes(held)

    assert facts_in(path) == whole


@pytest.mark.parametrize("page", [0, 1, 2])
def test_a_page_of_what_sqlite_finds_its_way_by_costs_no_more_than_what_is_on_it(tmp_path: Path, page: int) -> None:
    path = a_full_journal(tmp_path)
    whole = facts_in(path)
    damage(path, page)

    assert facts_in(path) >= whole - 4  # an inner page holds some facts of its own


def test_a_file_that_was_cut_short_keeps_what_is_left_of_it(tmp_path: Path) -> None:
    path = a_full_journal(tmp_path)
    whole = facts_in(path)
    pages = path.stat().st_size // PAGE
    os.truncate(path, (pages - 5) * PAGE + 17)

    assert facts_in(path) >= whole * (pages - 6) / pages - 4


class Worn:
    """A file on a card that does not give one of its pages any more."""

    def __init__(self, file: BinaryIO, page: int) -> None:
        self.file, self.page = file, page

    def seek(self, *to: int) -> int:
        """Go somewhere."""
        return self.file.seek(*to)

    def read(self, size: int = -1) -> bytes:
        """Read, or fail as a card does."""
        if self.file.tell() == self.page * PAGE:
            raise OSError(errno.EIO, "Input/output error")
        return self.file.read(size)


def test_a_sector_that_cannot_be_read_costs_what_is_on_it_and_no_start(tmp_path: Path) -> None:
    path = a_full_journal(tmp_path)
    with path.open("rb") as file:
        pages = damaged_pages._Pages(Worn(file, 3), {})  # type: ignore[arg-type]
        lost = pages[4]
        found = pages[5]

    assert lost == bytes(PAGE)
    assert found != bytes(PAGE)


def test_a_document_longer_than_a_page_is_read_whole(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(40))
    writer.close()
    journal = Journal(tmp_path / "journal.db", new_id)
    (whole,) = documents.all_documents(journal)
    journal.close()
    damage(tmp_path / "journal.db", 0)

    journal = Journal(tmp_path / "journal.db", new_id)
    assert (documents.all_documents(journal), len(whole) > PAGE) == ([whole], True)
    journal.close()


@given(data=st.data())
def test_any_bytes_give_rows_or_none_and_never_an_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("d") / "d.db"
    pages = [
        bytes([data.draw(st.sampled_from([2, 10, 13])), *data.draw(st.binary(min_size=7, max_size=80))]).ljust(
            PAGE, b"\x11"
        )
        for _ in range(2)
    ]
    path.write_bytes(b"".join(pages))

    assert isinstance(list(damaged_pages.rows(path)), list)


def test_an_erasure_that_was_carried_out_stays_carried_out_through_a_salvage(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db", new_id)
    with journal.change() as db:
        db.execute("INSERT INTO erasures VALUES ('er-1', '2026-03-01T09:00:00Z', 2, '[7]')")
    journal.close()
    damage(tmp_path / "journal.db", 0)

    journal = Journal(tmp_path / "journal.db", new_id)
    assert journal.rows("SELECT * FROM erasures") == [("er-1", "2026-03-01T09:00:00Z", 2, "[7]")]
    journal.close()


# ---- what was altered is known ---------------------------------------------------------------------------


def test_a_fact_that_was_altered_on_the_card_is_counted_told_and_said_in_its_sessions_document(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(3, closed=False))
    writer.close()
    rewritten(
        tmp_path / "journal.db",
        "UPDATE facts SET fact = CAST(replace(CAST(fact AS TEXT), '\"hold_n\":5', '\"hold_n\":1') AS BLOB)"
        " WHERE place = (SELECT min(place) FROM facts WHERE CAST(fact AS TEXT) LIKE '%\"hold_n\":5%')",
    )

    writer = a_writer(tmp_path)
    wait_for(writer, lambda _told: bool(events(tmp_path)))
    writer.close()
    a_writer(tmp_path).close()  # and is told once

    (told,) = events(tmp_path)
    (name,) = spool.documents(tmp_path / "outbox")
    document = decode((tmp_path / "outbox" / name).read_bytes())
    assert (told.kind, told.altered, told.number) == (EventKind.RECORDS_DAMAGED, 1, "4F-44")
    assert (document.altered_facts, sum(one.count for one in document.sets)) == (1, 3)
    assert [one.after for one in Audit(tmp_path).all() if one.act is Act.ALTERED] == ["1"]


def test_altered_facts_are_looked_for_only_while_no_repetition_could_wait_for_it(tmp_path: Path) -> None:
    rewritten(a_full_journal(tmp_path, 2), "UPDATE facts SET checksum = checksum + 1 WHERE place = 3")
    (tmp_path / "outbox").mkdir()
    (tmp_path / "inbox").mkdir()
    rules = Rules(origin_of=origin, wall_clock=WallClock(FakeWall()), new_id=identity.new_id)
    maintenance = Maintenance(open_storage(tmp_path, new_id, Budget()), rules)

    list(maintenance.turn(Present("471922", frozenset(), unsaved=False)))
    assert events(tmp_path) == []

    list(maintenance.turn(Present(None, frozenset(), unsaved=False)))
    assert [one.altered for one in events(tmp_path)] == [2]


def test_a_fact_whose_session_was_altered_is_nobodys(tmp_path: Path) -> None:
    path = a_full_journal(tmp_path, 2)
    whole = sessions_in(path)
    first = min(whole)
    stray = first[:-1] + "9"
    rewritten(path, f"UPDATE facts SET session_id = '{stray}' WHERE session_id = '{first}' AND place = 3")
    damage(path, 0)

    assert sessions_in(path) == {**whole, first: whole[first] - 1}


def test_a_salvage_is_told_to_the_clinic_once_and_to_staff_for_as_long_as_the_file_lies_there(tmp_path: Path) -> None:
    path = a_full_journal(tmp_path, 3)
    whole = facts_in(path)
    damage(path, 0)

    writer = a_writer(tmp_path)
    told = wait_for(writer, lambda told: bool(events(tmp_path)) and any(isinstance(one, LinkReport) for one in told))
    writer.close()
    again = a_writer(tmp_path)
    wait_for(again, lambda told: any(isinstance(one, LinkReport) for one in told))
    again.close()

    (event,) = events(tmp_path)
    (link,) = [one for one in told if isinstance(one, LinkReport)][-1:]
    (aside,) = (tmp_path / salvage.FOLDER).glob("*.db")
    assert (event.kind, event.facts, event.altered, event.what) == (EventKind.RECORDS_DAMAGED, whole, 0, aside.name)
    assert link.damaged_on == f"{aside.name[:4]}-{aside.name[4:6]}-{aside.name[6:8]}"
    aside.unlink()
    assert salvage.last_damage(path) is None


def test_no_place_in_the_sequence_is_given_twice_whatever_its_counter_has_become(tmp_path: Path) -> None:
    for number in (1, 2):
        writer = a_writer(tmp_path)
        keep(writer, facts_of_a_session(2, number), SESSION_ID.format(number))
        writer.close()
        rewritten(tmp_path / "journal.db", "UPDATE journal SET next_seq = 1")

    names = spool.documents(tmp_path / "outbox")
    assert [decode((tmp_path / "outbox" / name).read_bytes()).seq for name in names] == [1, 2]


# ---- a document that was altered -------------------------------------------------------------------------

ALTERED = "UPDATE documents SET document = CAST(replace(CAST(document AS TEXT), '471922', '471923') AS BLOB)"


def test_a_document_that_was_altered_on_the_card_goes_out_as_its_facts_have_it(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(2))
    writer.close()
    (name,) = spool.documents(tmp_path / "outbox")
    whole = (tmp_path / "outbox" / name).read_bytes()
    (tmp_path / "outbox" / name).unlink()
    rewritten(tmp_path / "journal.db", ALTERED)

    a_writer(tmp_path).close()

    assert (tmp_path / "outbox" / name).read_bytes() == whole
    assert whole == encode(document_of(folded(facts_of_a_session(2)), origin("journal", 1)))


def test_a_document_that_was_altered_with_its_facts_is_not_sent_and_shown_as_rejected(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(2))
    writer.close()
    for name in spool.documents(tmp_path / "outbox"):
        (tmp_path / "outbox" / name).unlink()
    rewritten(tmp_path / "journal.db", ALTERED)
    rewritten(tmp_path / "journal.db", "DELETE FROM facts WHERE place = 1")

    writer = a_writer(tmp_path)
    told = wait_for(writer, lambda told: any(isinstance(one, LinkReport) for one in told))
    writer.close()

    (link,) = [one for one in told if isinstance(one, LinkReport)][-1:]
    assert (link.waiting, link.rejected, "altered" in link.last_rejected[0].reason) == (0, 1, True)
    assert spool.documents(tmp_path / "outbox") == []


def test_what_the_uplink_finds_altered_in_the_outbox_is_put_there_anew(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(2))
    (name,) = spool.documents(tmp_path / "outbox")
    whole = (tmp_path / "outbox" / name).read_bytes()
    (tmp_path / "outbox" / name).write_bytes(whole.replace(b"471922", b"471923"))

    atomic_files.place(tmp_path / "inbox", f"{spool.ALTERED}.{name}", b"")
    wait_for(writer, lambda _told: not atomic_files.waiting(tmp_path / "inbox"))
    writer.close()

    assert (tmp_path / "outbox" / name).read_bytes() == whole


def test_what_an_earlier_station_put_out_makes_room_for_the_same_under_its_new_name(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(2))
    writer.close()
    (name,) = spool.documents(tmp_path / "outbox")
    (tmp_path / "outbox" / name).rename(tmp_path / "outbox" / ".".join([*name.split(".")[:3], "json"]))

    writer = a_writer(tmp_path)
    assert spool.documents(tmp_path / "outbox") == [name]
    answer(tmp_path, AckResult.STORED)
    wait_for(writer, lambda _told: not spool.documents(tmp_path / "outbox"))
    writer.close()
