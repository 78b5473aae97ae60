"""Damage to what a journal begins with: its log's first sector, an empty file, a name, a number, one bit of a type."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from builders import facts_of_a_session
from journals import session_id, sessions_in
from pressout_session.facts import Reassigned
from pressout_station.journal import salvage
from pressout_station.journal.damaged_pages import FRAME_HEADER, LOG_HEADER, PAGE, log_is_damaged
from pressout_station.journal.tables import Journal
from stations import FIRST, a_writer, events, keep, new_id, recorded, wait_for

KEPT = 2 * len(facts_of_a_session(3))
Damage = Callable[[bytearray], None]
Loss = Callable[[Path], object]


def flipped(at: int, bit: int = 1) -> Damage:
    def damage(held: bytearray) -> None:
        held[at] ^= bit

    return damage


def zeroed(count: int) -> Damage:
    def damage(held: bytearray) -> None:
        held[:count] = bytes(count)

    return damage


def after_a_power_cut(tmp_path: Path) -> Path:
    """Give a journal as the card holds it when the power goes: two sessions of three, all in the log."""
    lived, cut = tmp_path / "lived", tmp_path / "cut"
    lived.mkdir()
    cut.mkdir()
    writer = a_writer(lived)
    for number in (1, 2):
        keep(writer, facts_of_a_session(3), session_id(number))
    for name in ("journal.db", "journal.db-wal"):
        (cut / name).write_bytes((lived / name).read_bytes())
    writer.close()
    return cut / "journal.db"


@pytest.mark.parametrize("damage", [flipped(3), zeroed(512), zeroed(4096), zeroed(LOG_HEADER), flipped(20)])
def test_a_log_whose_beginning_is_damaged_keeps_what_was_committed_in_it(tmp_path: Path, damage: Damage) -> None:
    journal = after_a_power_cut(tmp_path)
    log = journal.with_name("journal.db-wal")
    held = bytearray(log.read_bytes())
    damage(held)
    log.write_bytes(held)

    assert sum(sessions_in(journal).values()) == KEPT


@pytest.mark.parametrize("lost", [lambda journal: journal.write_bytes(b""), lambda journal: journal.unlink()])
def test_a_journal_that_is_gone_or_empty_leaves_its_log_to_be_read(
    tmp_path: Path, lost: Callable[[Path], None]
) -> None:
    journal = after_a_power_cut(tmp_path)
    lost(journal)

    assert sum(sessions_in(journal).values()) == KEPT


def test_a_first_transaction_that_a_power_cut_tore_is_left_out_and_the_journal_is_sound(tmp_path: Path) -> None:
    log = after_a_power_cut(tmp_path).with_name("journal.db-wal")
    held = bytearray(log.read_bytes())
    frame = FRAME_HEADER + PAGE
    commits = [at for at in range(LOG_HEADER, len(held), frame) if any(held[at + 4 : at + 8])]
    first = next(at for at in commits if at > LOG_HEADER)  # the end of the first transaction of several frames
    held = held[: first + frame]
    held[LOG_HEADER : LOG_HEADER + frame] = bytes(frame)
    log.write_bytes(held)

    assert not log_is_damaged(log)


@pytest.mark.parametrize(
    "altered",
    [
        "PRAGMA user_version = 2053",
        "UPDATE sqlite_schema SET sql = replace(sql, 'fact BLOB', 'facu BLOB')",
        "UPDATE sqlite_schema SET sql = CAST(replace(sql, 'fact BLOB', x'e6616374' || ' BLOB') AS TEXT)",
        "UPDATE facts SET fact = CAST(fact AS TEXT) WHERE place = 2",
        "UPDATE facts SET fact = 7 WHERE place = 1 AND session_id LIKE '%1'",
        "UPDATE documents SET document = CAST(document AS TEXT)",
    ],
)
def test_one_altered_bit_of_a_table_a_number_or_a_type_stops_no_start(tmp_path: Path, altered: str) -> None:
    writer = a_writer(tmp_path)
    for number in (1, 2):
        keep(writer, facts_of_a_session(3), session_id(number))
    writer.close()
    with closing(sqlite3.connect(tmp_path / "journal.db")) as db:
        db.execute("PRAGMA writable_schema = ON")
        db.execute(altered)
        db.commit()

    again = a_writer(tmp_path)
    keep(again, facts_of_a_session(1), session_id(3))
    wait_for(again, lambda _told: bool(events(tmp_path)))
    assert again.alive
    again.close()

    assert sum(sessions_in(tmp_path / "journal.db").values()) >= KEPT // 2 + len(facts_of_a_session(1))


def test_a_document_that_became_a_text_while_the_station_runs_doubles_nobodys_facts(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    facts = facts_of_a_session(2)
    keep(writer, facts)
    with closing(sqlite3.connect(tmp_path / "journal.db")) as db:
        db.execute("UPDATE documents SET document = CAST(document AS TEXT)")
        db.commit()

    keep(writer, [Reassigned(t_s=facts[-1].t_s + 1.0, patient_ref="471922", therapist_ref="t-1")])
    keep(writer, facts_of_a_session(2), session_id(2))
    assert writer.close()

    assert [held.count for held in recorded(tmp_path, session_id(2)).sets] == [2]
    assert len(recorded(tmp_path, FIRST).corrections) == 1


def test_a_mending_that_was_cut_short_goes_on_with_the_log_that_it_had_not_moved_yet(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db", new_id)
    journal.keep([(session_id(1), fact) for fact in facts_of_a_session(2)])
    kept = len(journal.rows("SELECT * FROM facts"))
    log = (tmp_path / "journal.db-wal").read_bytes()
    (tmp_path / salvage.FOLDER).mkdir()
    (tmp_path / "journal.db").rename(tmp_path / salvage.FOLDER / "20261129-120000-000.db")
    journal.close()
    (tmp_path / "journal.db-wal").write_bytes(log)

    journal.mend()

    assert len(journal.rows("SELECT * FROM facts")) == kept
    assert len(list((tmp_path / salvage.FOLDER).glob("*.db"))) == 1
    journal.close()


def test_names_of_what_is_set_aside_are_never_used_twice_and_follow_on_whatever_the_clock_says(tmp_path: Path) -> None:
    folder = tmp_path / salvage.FOLDER
    folder.mkdir()
    (folder / "20270101-000000-007.taken").touch()  # of one whose journal an erasure has dropped
    (tmp_path / "journal.db").write_bytes(b"no journal")

    aside = salvage.set_aside(tmp_path / "journal.db")

    assert aside.name.endswith("-008.db")
    assert salvage.pending(tmp_path / "journal.db") == [aside]


@pytest.mark.parametrize("second", ["sound", "torn"])
def test_a_log_whose_header_and_first_frames_are_damaged_is_read_by_those_that_are_whole(
    tmp_path: Path, second: str
) -> None:
    journal = after_a_power_cut(tmp_path)
    log = journal.with_name("journal.db-wal")
    held = bytearray(log.read_bytes())
    held[3] ^= 1  # the order of bytes
    held[LOG_HEADER + FRAME_HEADER + 50] ^= 1
    if second == "torn":
        held[LOG_HEADER + 2 * FRAME_HEADER + PAGE + 50] ^= 1
    log.write_bytes(held)

    kept = sum(sessions_in(journal).values())

    assert kept == KEPT


def test_a_log_of_which_only_a_damaged_first_transaction_is_there_is_damaged(tmp_path: Path) -> None:
    log = after_a_power_cut(tmp_path).with_name("journal.db-wal")
    held = bytearray(log.read_bytes())
    frame = FRAME_HEADER + PAGE
    held = held[: LOG_HEADER + frame]
    assert not log_is_damaged(log)
    held[-1] ^= 1
    held[LOG_HEADER + 4 : LOG_HEADER + 8] = b"\0\0\0\1"
    log.write_bytes(held)

    assert not log_is_damaged(log)  # torn by the cut: nobody was told of it
