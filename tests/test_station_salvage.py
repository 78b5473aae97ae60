"""A damaged journal: set aside as it is, read as far as it can be, and the station works on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import SESSION_ID, facts_of_a_session
from journals import PAGE, a_full_journal, damage, session_id, sessions_in
from pressout_device.errors import JournalError
from pressout_session.wire import Ack, AckResult, digest
from pressout_station.journal import documents, salvage
from pressout_station.journal.acks import answered
from pressout_station.journal.migrations import migrate
from pressout_station.journal.tables import Journal
from pressout_station.mailbox import spool
from stations import FIRST, a_writer, keep, new_id


def test_a_file_that_is_no_journal_is_set_aside_as_it_is_and_the_station_works_on(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"this is not a database" * 1_000)

    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session())
    writer.close()

    (aside,) = (tmp_path / salvage.FOLDER).glob("*.db")
    assert aside.read_bytes().startswith(b"this is not a database")
    assert len(spool.documents(tmp_path / "outbox")) == 1


def test_a_damaged_page_costs_what_is_on_it_and_no_more(tmp_path: Path) -> None:
    path = a_full_journal(tmp_path)
    whole = sessions_in(path)
    pages = path.stat().st_size // PAGE
    lost = []

    for page in range(3, pages, max(1, pages // 12)):
        copy = tmp_path / str(page)
        copy.mkdir()
        (copy / "journal.db").write_bytes(path.read_bytes())
        damage(copy / "journal.db", page)
        left = sessions_in(copy / "journal.db")
        lost.append(sum(whole.values()) - sum(left.values()))

    # A leaf holds about twenty facts; an inner page hides the leaves below it.
    assert sorted(lost)[len(lost) // 2] <= 30, lost
    assert max(lost) < sum(whole.values()), lost


@given(pages=st.lists(st.integers(0, 200), min_size=1, max_size=8))
def test_whatever_is_damaged_the_journal_opens_and_holds_nothing_that_was_not_kept(
    tmp_path_factory: pytest.TempPathFactory, pages: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("j")
    path = a_full_journal(folder, 6)
    whole = sessions_in(path)
    for page in pages:
        damage(path, page % (path.stat().st_size // PAGE))

    left = sessions_in(path)

    assert all(left[one] <= whole[one] for one in left)


def test_what_the_clinic_has_is_not_sent_again_after_a_salvage(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    for number in (1, 2):
        keep(writer, facts_of_a_session(3, number), session_id(number))
    writer.close()
    journal = Journal(tmp_path / "journal.db", new_id)
    known = documents.all_documents(journal)[0]
    answered(journal, [Ack(revision=1, sha256=digest(known), result=AckResult.STORED)], None)
    journal.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    journal.close()
    for name in spool.documents(tmp_path / "outbox"):
        (tmp_path / "outbox" / name).unlink()
    damage(tmp_path / "journal.db", 1)  # the first page after the list of tables

    writer = a_writer(tmp_path)
    writer.close()

    assert [spool.session_of(name) for name in spool.documents(tmp_path / "outbox")] in (
        [session_id(2)],
        [session_id(1), session_id(2)],  # where the damaged page was the documents' own
    )
    assert (tmp_path / salvage.FOLDER).is_dir()


def test_a_power_cut_while_a_damaged_file_is_moved_loses_none_of_it(tmp_path: Path) -> None:
    path = a_full_journal(tmp_path, 5)
    whole = sessions_in(path)
    live = sqlite3.connect(path)  # so that its log stays beside it
    live.execute("PRAGMA wal_autocheckpoint = 0")
    live.execute(
        "INSERT INTO facts SELECT session_id, place + 1000, fact, NULL FROM facts WHERE session_id = ?",
        (session_id(1),),
    )
    live.commit()
    (tmp_path / salvage.FOLDER).mkdir()
    # The first step is done, and then the power goes.
    (tmp_path / salvage.FOLDER / "20260301-093000-000.db").write_bytes(path.read_bytes())
    log = path.with_name("journal.db-wal").read_bytes()
    live.close()
    for part in tmp_path.glob("journal.db*"):
        part.unlink()
    path.with_name("journal.db-wal").write_bytes(log)

    left = sessions_in(path)

    assert left == {**whole, session_id(1): 2 * whole[session_id(1)]}


def test_a_journal_is_taken_over_once(tmp_path: Path) -> None:
    path = a_full_journal(tmp_path, 5)
    damage(path, 4)
    left = sessions_in(path)

    again = sessions_in(path)

    assert again == left
    assert salvage.pending(path) == []


def test_a_journal_that_breaks_while_the_station_runs_is_mended_and_the_repetition_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db", new_id)
    facts = [(FIRST, fact) for fact in facts_of_a_session(40, closed=False)]
    journal.keep(facts[:-1])
    journal.settle()
    for page in range(1, (tmp_path / "journal.db").stat().st_size // PAGE):
        damage(tmp_path / "journal.db", page)
    journal._db.execute("PRAGMA shrink_memory")

    journal.keep(facts[-1:])

    assert journal.rows("SELECT count(*) FROM facts") == [(1,)]  # the damage was everywhere else
    assert len(list((tmp_path / salvage.FOLDER).glob("*.db"))) == 1
    journal.close()


def test_a_journal_of_a_newer_version_is_refused_and_left_where_it_is(tmp_path: Path) -> None:
    Journal(tmp_path / "journal.db", new_id).close()
    db = sqlite3.connect(tmp_path / "journal.db")
    db.execute("PRAGMA user_version = 99")
    db.execute("CREATE TABLE of_a_newer_version (what)")
    db.close()

    with pytest.raises(JournalError, match="newer"):
        Journal(tmp_path / "journal.db", new_id)

    assert not (tmp_path / salvage.FOLDER).exists()


@pytest.mark.parametrize("session_id", ["0190zz!!-odd", "zzz", "0190000g-0000-7000-8000-000000000002"])
@pytest.mark.parametrize("place", [2, "'two'", 2**62])
def test_keys_and_places_that_damage_made_up_end_no_salvage(tmp_path: Path, session_id: str, place: int | str) -> None:
    old = sqlite3.connect(tmp_path / "old.db", isolation_level=None)
    migrate(old, "old")
    for number in (1, 2, 3):
        old.execute("INSERT INTO facts VALUES (?, 1, x'7b7d', NULL)", (SESSION_ID.format(number),))
    old.execute("UPDATE facts SET session_id = ? WHERE session_id = ?", (session_id, SESSION_ID.format(2)))
    old.execute(f"INSERT INTO facts VALUES (?, {place}, 7, NULL)", (SESSION_ID.format(3),))
    old.close()
    new = sqlite3.connect(":memory:", isolation_level=None)
    migrate(new, "new")

    salvage.take_over(tmp_path / "old.db", new)

    kept = new.execute("SELECT session_id, place FROM facts ORDER BY 1").fetchall()
    assert kept == [(SESSION_ID.format(1), 1), (SESSION_ID.format(3), 1)]
    new.close()
