"""Damage to what SQLite looks things up in: seen at the start, or mended while the station runs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from builders import a_prescription, an_item, facts_of_a_session
from journals import PAGE
from pressout_device.errors import DamagedError
from pressout_device.storage import atomic_files
from pressout_session.document import decode
from pressout_session.wire import EventKind
from pressout_station.journal.tables import Journal
from pressout_station.mailbox import spool
from stations import a_writer, events, keep, wait_for

INDEXES = ("documents_by_patient", "documents_by_digest", "documents_waiting", "documents_rejected")
MADE_BY_SQLITE = ("sqlite_autoindex_documents_1", "sqlite_autoindex_documents_2")


def counts_at_the_clinic(folder: Path) -> dict[int, int]:
    """Give the repetitions of each document that goes out, by its place in the sequence."""
    sent = [decode((folder / "outbox" / name).read_bytes()) for name in spool.documents(folder / "outbox")]
    return {one.seq: sum(held.count for held in one.sets) for one in sent}


def led_astray(journal: Path, name: str) -> None:
    """Let a running journal look for a table or an index where there is another."""
    with closing(sqlite3.connect(journal)) as db:
        ((version,),) = db.execute("PRAGMA schema_version")
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_schema SET rootpage = 2 WHERE name = ?", (name,))
        db.commit()
        db.execute(f"PRAGMA schema_version = {version + 1}")


@pytest.mark.parametrize("index", [*INDEXES, *MADE_BY_SQLITE])
def test_another_page_in_the_place_of_an_indexs_costs_nothing(tmp_path: Path, index: str) -> None:
    writer = a_writer(tmp_path)
    for number in (1, 2, 3):
        keep(writer, facts_of_a_session(number, number), f"01900000-0000-7000-8000-{number:012d}")
    writer.close()
    path = tmp_path / "journal.db"
    whole = path.read_bytes()
    with closing(sqlite3.connect(path)) as db:
        ((root,),) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (index,))

    for other in range(len(whole) // PAGE):
        for beside in tmp_path.glob("journal.db-*"):
            beside.unlink()
        held = bytearray(whole)
        held[(root - 1) * PAGE : root * PAGE] = whole[other * PAGE : (other + 1) * PAGE]
        path.write_bytes(held)

        a_writer(tmp_path).close()

        assert counts_at_the_clinic(tmp_path) == {1: 1, 2: 2, 3: 3}, other


def test_an_index_that_breaks_while_the_station_runs_is_mended_without_a_restart(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(2))
    wait_for(writer, lambda _told: bool(atomic_files.waiting(tmp_path / "outbox")))
    led_astray(tmp_path / "journal.db", "documents_waiting")

    wait_for(writer, lambda _told: any((tmp_path / "damaged").glob("*.db")))
    keep(writer, facts_of_a_session(3, 2), "01900000-0000-7000-8000-000000000002")
    writer.close()
    again = a_writer(tmp_path)
    wait_for(again, lambda _told: bool(events(tmp_path)))
    again.close()

    assert sorted(counts_at_the_clinic(tmp_path).values()) == [2, 3]
    assert [one.kind for one in events(tmp_path)] == [EventKind.RECORDS_DAMAGED]


def test_damage_that_only_the_saving_of_a_dose_meets_is_mended_and_the_dose_saved(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(2))
    wait_for(writer, lambda _told: bool(atomic_files.waiting(tmp_path / "outbox")))
    led_astray(tmp_path / "journal.db", "prescriptions")

    writer.prescribe("471922", a_prescription(an_item(target_n=55.0)))
    wait_for(writer, lambda _told: any((tmp_path / "damaged").glob("*.db")))
    assert writer.close()

    again = a_writer(tmp_path)
    assert again.prescriptions["471922"].first_on_the_line.target_n == 55.0
    again.close()
    assert counts_at_the_clinic(tmp_path) == {1: 2}


def test_whoever_meets_damage_leaves_it_known_until_it_is_mended(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db", lambda: "01900000-0000-7000-8000-000000000001")
    led_astray(tmp_path / "journal.db", "prescriptions")
    assert not journal.broken

    with pytest.raises(DamagedError):
        journal.rows("SELECT * FROM prescriptions")
    assert journal.broken
    journal.mend()

    assert not journal.broken
    assert journal.rows("SELECT * FROM prescriptions") == []
    journal.close()
