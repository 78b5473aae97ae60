"""Sessions out of a journal or a clinic's database, as JSON lines or as a table of repetitions."""

from __future__ import annotations

import csv
import json
import logging
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pressout_device.clock import wall_time
from pressout_device.errors import JournalError
from pressout_session.document import SessionDocument, decode
from pressout_session.document_builder import rfc3339
from pressout_session.error_sentences import why
from pressout_session.exchange.fhir import bundle
from pressout_session.wire import digest
from pressout_station.audit_log import Act, Audit, entry

logger = logging.getLogger(__name__)

COLUMNS = (
    *("session_id", "revision", "started_at", "site_id", "station_id", "patient_ref"),
    *("exercise", "side", "set", "rep"),
    *("press_out_start_s", "hold_start_s", "return_start_s", "return_end_s"),
    *("chest_n", "hold_n", "peak_n", "impulse_n_s", "voided"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFilter:
    """Which sessions: begun from `since` on and before `until` (RFC 3339, or the beginning of one), of one patient."""

    since: str | None = None
    until: str | None = None
    patient_ref: str | None = None

    def takes(self, document: SessionDocument) -> bool:
        """Tell whether a session is among them."""
        return (
            (self.since is None or document.started_at >= self.since)
            and (self.until is None or document.started_at < self.until)
            and self.patient_ref in (None, document.patient_ref)
        )


def sessions_in(path: Path, chosen: SessionFilter | None = None) -> Iterator[bytes]:
    """Give the newest revision of every session in a file, or of those chosen, oldest first. The file is only read.

    Raises
    ------
    JournalError
        If it is neither a journal nor a clinic's database.
    """
    if not path.is_file():
        found = "a folder" if path.is_dir() else "no such file"
        raise JournalError(f"{path}: found {found}, expected a journal.db or a clinic's database")
    try:
        # Read-only; `immutable` is not said, since a station may be writing to it.
        with closing(sqlite3.connect(f"file:{path.resolve()}?mode=ro", uri=True)) as db:
            rows = db.execute(
                "SELECT session_id, document, sha256 FROM documents AS d WHERE revision ="
                " (SELECT max(revision) FROM documents WHERE session_id = d.session_id) ORDER BY session_id"
            )
            for session_id, document, sha256 in rows:
                if digest(bytes(document)) != sha256:
                    logger.error("session %s is not as it was written, and is left out", session_id)
                elif chosen is None or chosen.takes(decode(document)):
                    yield document
    except sqlite3.Error as error:
        raise JournalError(f"{path}: found {why(error)}, expected a journal.db or a clinic's database") from error
    except ValueError as error:
        raise JournalError(
            f"{path}: found a session that cannot be read ({why(error)}), expected one of ours"
        ) from error


def noted(path: Path, what: str) -> None:
    """Write down, in a station's audit or a clinic's, that sessions were exported, and by which user of the computer.

    Raises
    ------
    JournalError
        If that cannot be done: what cannot be written down is not exported.
    """
    who = f"uid {os.getuid()}"
    if (path.parent / "outbox").is_dir():
        Audit(path.parent).add(entry(Act.EXPORTED, who=who, after=what))
    elif _is_clinics(path):
        try:
            with closing(sqlite3.connect(f"file:{path.resolve()}?mode=rw", uri=True)) as db, db:
                row = (rfc3339(wall_time()), "exported", who, what)
                db.execute("INSERT INTO audit (at, act, about, what) VALUES (?, ?, ?, ?)", row)
        except sqlite3.Error as error:
            raise JournalError(
                f"{path}: found {why(error)}, expected to write into its audit that sessions were exported"
            ) from error


def _is_clinics(path: Path) -> bool:
    with closing(sqlite3.connect(f"file:{path.resolve()}?mode=ro", uri=True)) as db:
        return bool(db.execute("SELECT 1 FROM sqlite_master WHERE name = 'audit'").fetchone())


def written(documents: Iterable[bytes], form: str, out: IO[str]) -> int:
    """Write documents and give their number: `json` and `fhir` a line each, `csv` a row a repetition.

    In the rows times are in s since the session began, tensions in N.
    """
    table = csv.writer(out, lineterminator="\n")
    if form == "csv":
        table.writerow(COLUMNS)
    count = 0
    for payload in documents:
        count += 1
        match form:
            case "csv":
                table.writerows(rows(decode(payload)))
            case "fhir":
                out.write(json.dumps(bundle(decode(payload)), ensure_ascii=False) + "\n")
            case _:
                out.write(payload.decode() + "\n")
    return count


def rows(document: SessionDocument) -> Iterator[list[object]]:
    """Give a row a repetition, as `COLUMNS` says."""
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
