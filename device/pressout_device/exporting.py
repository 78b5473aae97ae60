"""Sessions out of a journal or a clinic's database, as JSON lines or as a table of repetitions."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from pressout_device.errors import JournalError
from pressout_session.document import SessionDocument, decode

COLUMNS = (
    *("session_id", "revision", "started_at", "site_id", "station_id", "patient_ref"),
    *("exercise", "side", "set", "rep"),
    *("press_out_start_s", "hold_start_s", "return_start_s", "return_end_s"),
    *("chest_n", "hold_n", "peak_n", "impulse_n_s", "voided"),
)


def sessions_in(path: Path) -> Iterator[bytes]:
    """Give the newest revision of every session in a file, oldest first. The file is only read.

    Raises
    ------
    JournalError
        If it is neither a journal nor a clinic's database.
    """
    if not path.is_file():
        raise JournalError(f"{path}: found no such file, expected a journal.db or a clinic's database")
    try:
        # Read-only; `immutable` is not said, since a station may be writing to it.
        db = sqlite3.connect(f"file:{path.resolve()}?mode=ro", uri=True)
        rows = db.execute(
            "SELECT document FROM documents AS d WHERE revision ="
            " (SELECT max(revision) FROM documents WHERE session_id = d.session_id) ORDER BY session_id"
        )
        for (document,) in rows:
            yield document
        db.close()
    except sqlite3.Error as error:
        raise JournalError(f"{path}: found {error}, expected a journal.db or a clinic's database") from error


def as_csv(documents: Iterable[bytes]) -> str:
    """Give a table with a row a repetition (times in s since the session began, tensions in N)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for payload in documents:
        writer.writerows(_rows(decode(payload)))
    return out.getvalue()


def _rows(document: SessionDocument) -> Iterator[list[object]]:
    head = [
        document.session_id,
        document.revision,
        document.started_at,
        document.site_id,
        document.station_id,
        document.patient_ref,
    ]
    for number, held in enumerate(document.sets, start=1):
        exercise = document.prescription.items[held.item].exercise
        for rep in held.reps:
            times = [rep.press_out_start_s, rep.hold_start_s, rep.return_start_s, rep.return_end_s]
            tensions = [rep.chest_n, rep.hold_n, rep.peak_n, rep.impulse_n_s]
            yield [*head, exercise, str(held.side), number, rep.rep, *times, *tensions, rep.voided]
