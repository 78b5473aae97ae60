"""Journals to be damaged."""

from __future__ import annotations

import os
from pathlib import Path

from builders import facts_of_a_session
from pressout_station.journal.tables import Journal
from stations import new_id

PAGE = 4096


def session_id(number: int) -> str:
    # Names as a year of use makes them: a minute or more between two.
    return f"019{number:05x}-0000-7000-8000-{number:012d}"


def a_full_journal(folder: Path, sessions: int = 40) -> Path:
    path = folder / "journal.db"
    journal = Journal(path, new_id)
    for number in range(1, sessions + 1):
        journal.keep([(session_id(number), fact) for fact in facts_of_a_session(12)])
    journal.close()
    return path


def sessions_in(path: Path) -> dict[str, int]:
    journal = Journal(path, new_id)
    found = dict(journal.rows("SELECT session_id, count(*) FROM facts GROUP BY session_id"))
    journal.close()
    return found


def damage(path: Path, page: int) -> None:
    with open(path, "r+b") as file:
        file.seek(page * PAGE)
        file.write(os.urandom(PAGE))
