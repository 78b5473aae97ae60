"""One wrong bit in a journal's text, unseen by SQLite's own check: the station starts and counts all the same."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from builders import SESSION_ID, facts_of_a_session
from pressout_station.journal.tables import Journal
from stations import a_writer, keep, new_id

FIRST_SESSION = "(SELECT min(session_id) FROM facts)"
BITS = {
    "the journal's name": "UPDATE journal SET journal_id = CAST(x'3031FF' AS TEXT)",
    "a fact's session": f"UPDATE facts SET session_id = CAST(x'FF01' AS TEXT) WHERE session_id = {FIRST_SESSION}",
    "a waiting document's session": "UPDATE documents SET session_id = CAST(x'FF02' AS TEXT) WHERE seq = 1",
    "a document's digest": "UPDATE documents SET sha256 = CAST(x'FF' || substr(sha256, 2) AS TEXT) WHERE seq = 1",
    "a document's patient": "UPDATE documents SET patient_ref = CAST(x'FF' AS TEXT) WHERE seq = 1",
    "a rejection's reason": "UPDATE documents SET answer='rejected', reason = CAST(x'FFFE' AS TEXT) WHERE seq = 1",
    "a prescription's patient": "INSERT INTO prescriptions VALUES (CAST(x'34FF' AS TEXT), x'7b7d', NULL)",
    "a prescription that is a number": "INSERT INTO prescriptions VALUES ('471922', 5, NULL)",
    "a fact that is a number": "UPDATE facts SET fact = 7 WHERE place = 2",
    "a fact's session that is a number": f"UPDATE facts SET session_id = 5 WHERE session_id = {FIRST_SESSION}",
    "the next place that is text": "UPDATE journal SET next_seq = 'x'",
}


@pytest.mark.parametrize("sql", BITS.values(), ids=BITS.keys())
def test_a_station_starts_and_keeps_what_comes_whatever_its_journals_text_has_become(tmp_path: Path, sql: str) -> None:
    writer = a_writer(tmp_path)
    for number in (1, 2):
        keep(writer, facts_of_a_session(3, number), SESSION_ID.format(number))
    assert writer.close()
    db = sqlite3.connect(tmp_path / "journal.db")
    db.execute("PRAGMA ignore_check_constraints = 1")
    db.execute(sql)
    db.commit()
    db.close()

    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session(4, 3), SESSION_ID.format(3))
    assert writer.close()

    journal = Journal(tmp_path / "journal.db", new_id)
    kept = journal.rows("SELECT count(*) FROM facts WHERE session_id = ?", (SESSION_ID.format(3),))
    journal.close()
    assert kept[0][0] == len(facts_of_a_session(4, 3))
