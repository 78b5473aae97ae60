"""Doses that a card altered: nobody is given a target that no therapist set, and both ends are told."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from builders import a_prescription, an_item, an_order
from journals import damage
from pressout_session.wire import EventKind
from pressout_station.audit_log import Act, Audit
from pressout_station.config_sections import ClinicDoses
from pressout_station.journal.prescriptions import Prescriptions
from pressout_station.journal.tables import Journal
from stations import a_writer, events, new_id, wait_for

HEAVIER = "UPDATE prescriptions SET prescription = CAST(replace(prescription, '\"reps\":6', '\"reps\":9') AS BLOB)"
OLDER = "UPDATE prescriptions SET checksum = NULL"


def a_journal_with_a_dose(folder: Path) -> Path:
    path = folder / "journal.db"
    journal = Journal(path, new_id)
    Prescriptions(journal).keep("471922", a_prescription(an_item(reps=6)))
    journal.close()
    return path


def reps_asked(path: Path) -> list[int]:
    journal = Journal(path, new_id)
    try:
        return [one.items[0].reps for one in Prescriptions(journal).known.values()]
    finally:
        journal.close()


@pytest.mark.parametrize(
    ("happened", "asked"),
    [((), [6]), ((HEAVIER,), []), ((OLDER,), [6]), ((OLDER, HEAVIER), [9])],
    ids=["nothing", "altered", "of before there were checksums", "of before, and nobody can tell"],
)
@pytest.mark.parametrize("salvaged", [False, True])
def test_a_dose_that_is_not_as_it_was_written_is_given_to_nobody(
    tmp_path: Path, happened: tuple[str, ...], asked: list[int], salvaged: bool
) -> None:
    path = a_journal_with_a_dose(tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for sql in happened:
            assert db.execute(sql).rowcount == 1
    if salvaged:
        damage(path, 0)

    assert reps_asked(path) == asked


def test_a_dose_that_was_altered_is_told_once_and_holds_again_when_it_is_set_anew(tmp_path: Path) -> None:
    path = a_journal_with_a_dose(tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(HEAVIER)

    writer = a_writer(tmp_path)
    assert "471922" not in writer.prescriptions
    wait_for(writer, lambda _told: bool(events(tmp_path)))
    writer.prescribe("471922", a_prescription(an_item(reps=7)))
    writer.close()
    a_writer(tmp_path).close()

    (told,) = events(tmp_path)
    assert (told.kind, told.what, told.altered) == (EventKind.RECORDS_DAMAGED, "doses altered", 1)
    assert [one.after for one in Audit(tmp_path).all() if one.act is Act.DOSES_ALTERED] == ["1"]
    assert reps_asked(path) == [7]


def test_another_dose_that_is_altered_later_is_told_as_well(tmp_path: Path) -> None:
    path = a_journal_with_a_dose(tmp_path)
    for number in (1, 2):
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute(HEAVIER)
        writer = a_writer(tmp_path)
        wait_for(writer, lambda _told, number=number: len(events(tmp_path)) == number)  # type: ignore[misc]
        writer.prescribe("471922", a_prescription(an_item(reps=7)))  # set anew
        writer.prescribe("530863", a_prescription(an_item(reps=6)))
        writer.close()

    assert [one.altered for one in events(tmp_path)] == [1, 1]


def test_a_version_that_comes_again_with_another_dose_is_refused_and_not_taken_for_what_holds(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db", new_id)
    doses = Prescriptions(journal)
    held, other = an_order(2), an_order(2, items=(an_item(reps=9),))

    assert doses.ordered(held, ClinicDoses.SHOWN) == ""
    assert doses.ordered(held, ClinicDoses.SHOWN) == ""  # it came twice
    assert "newer" in doses.ordered(other, ClinicDoses.SHOWN)
    assert doses.known["471922"].items == held.items
    journal.close()


def test_a_checksum_that_the_card_made_something_else_of_stops_no_start(tmp_path: Path) -> None:
    path = a_journal_with_a_dose(tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("UPDATE prescriptions SET checksum = x'5f05'")

    assert reps_asked(path) == []
