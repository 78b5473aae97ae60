"""A journal's log: damage in its middle hides nothing behind it, and a torn end is no damage."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders import facts_of_a_session
from journals import PAGE, sessions_in
from pressout_station.journal import damaged_pages, salvage
from pressout_station.journal.tables import Journal
from stations import FIRST, new_id


def test_a_wrong_byte_in_the_log_costs_the_frame_that_it_is_in(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal(path, new_id)
    journal.rows("PRAGMA wal_autocheckpoint = 0")
    facts = facts_of_a_session(30)
    for fact in facts:
        journal.keep([(FIRST, fact)])
    log = path.with_name("journal.db-wal")
    held = bytearray(log.read_bytes())
    journal.close()
    held[len(held) // 3] ^= 0xFF
    path.write_bytes(path.read_bytes()[: 2 * PAGE])
    log.write_bytes(held)

    found = [row for row in damaged_pages.rows(path) if len(row) == 4 and row[0] == FIRST]

    # Everything after it is in newer copies of the same page, each whole.
    assert len(found) == len(facts)


def a_log(folder: Path) -> Path:
    """Give a log with thirty transactions in it, and nothing of them in the file beside it."""
    journal = Journal(folder / "journal.db", new_id)
    journal.settle()
    journal.rows("PRAGMA wal_autocheckpoint = 0")
    for fact in facts_of_a_session(30):
        journal.keep([(FIRST, fact)])
    copies = {name: (folder / name).read_bytes() for name in ("journal.db", "journal.db-wal")}
    journal.close()
    for name, held in copies.items():
        (folder / name).write_bytes(held)
    return folder / "journal.db-wal"


@pytest.mark.parametrize("at", [8, 40, 5_000, 60_000])
def test_a_log_damaged_in_its_middle_is_read_on_behind_the_damage_and_told(tmp_path: Path, at: int) -> None:
    log = a_log(tmp_path)
    held = bytearray(log.read_bytes())
    held[at] ^= 0x40
    log.write_bytes(held)
    assert damaged_pages.log_is_damaged(log)

    assert sessions_in(tmp_path / "journal.db") == {FIRST: len(facts_of_a_session(30))}
    assert len(salvage.untold(tmp_path / "journal.db")) == 1


def test_a_log_that_a_power_cut_tore_at_its_end_is_not_damaged(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    held = bytearray(log.read_bytes())
    held[-2_000:] = bytes(2_000)
    log.write_bytes(held)

    assert not damaged_pages.log_is_damaged(log)
    assert sessions_in(tmp_path / "journal.db") == {FIRST: len(facts_of_a_session(30)) - 1}


def test_a_log_that_was_just_begun_anew_over_an_older_one_is_not_damaged(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    held = bytearray(log.read_bytes())
    held[16] ^= 0x01  # the next log's salt, whose header alone had reached the disk
    held[24:32] = damaged_pages._sum(damaged_pages._order(bytes(held)), bytes(8), bytes(held[:24]))
    log.write_bytes(held)

    assert not damaged_pages.log_is_damaged(log)


def test_what_was_not_committed_is_not_taken_from_a_log(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal(path, new_id)
    journal.keep([(FIRST, facts_of_a_session()[0])])
    journal._db.execute("PRAGMA cache_size = 1")
    journal._db.execute("BEGIN")
    for place in range(2, 400):  # so much that it goes to the log before it is committed
        journal._db.execute("INSERT INTO facts VALUES (?, ?, ?, NULL)", (FIRST, place, b"x" * 500))
    (tmp_path / "copy.db").write_bytes(path.read_bytes())
    (tmp_path / "copy.db-wal").write_bytes(path.with_name("journal.db-wal").read_bytes())
    journal._db.execute("ROLLBACK")
    journal.close()

    assert [row[1] for row in damaged_pages.rows(tmp_path / "copy.db") if row[0] == FIRST] == [1]
