"""Labelled recordings: a set's readings and what really happened in it, without anything of the person.

One form for all: a trace, and beside it NAME.truth.json. Out of a journal the corrections that somebody made at the
screen (undone, added, wrong side) are the labels; a fresh recording is labelled by what the pipeline heard, for whoever
was there to put right. `docs/how-to/contribute-a-recording.md` says what becomes of them.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pressout_device.errors import JournalError, TraceFileError
from pressout_device.storage.trace_files import lines_of
from pressout_session.error_sentences import why
from pressout_session.record import Record, SetRecord
from pressout_signal import algorithm
from pressout_signal.trace_format import Trace, TraceError
from pressout_station.journal.replay import folded_as_far_as_it_goes
from pressout_station.writer.raw_traces import FOLDER, NAME

BOUNDARIES = ("press_out_start_s", "hold_start_s", "return_start_s", "return_end_s")
# Of a trace's head this much leaves: which line it was, and how fast. Nothing says whose, where, when or which cell.
KEPT = ("rate_hz", "resistance", "exercise", "target_n")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A recording: its trace's text, and its truth."""

    trace: str
    truth: dict[str, Any]

    @property
    def name(self) -> str:
        """Give a name that says nothing but that this is another recording."""
        return hashlib.sha256(self.trace.encode()).hexdigest()[:12]

    def write(self, folder: Path) -> Path:
        """Write both into a folder; give the truth's place."""
        folder.mkdir(parents=True, exist_ok=True)
        trace = folder / f"{self.name}.csv.gz"
        trace.write_bytes(gzip.compress(self.trace.encode(), mtime=0))
        truth = folder / f"{self.name}.truth.json"
        truth.write_text(json.dumps(self.truth, indent=1) + "\n", encoding="utf-8")
        return truth


def out_of(journal: Path, patients: Sequence[str], consent: str) -> Iterator[Labelled]:
    """Give what a station kept of the sets of some patients, those who agreed. The journal is only read.

    Raises
    ------
    JournalError
        If it is no journal.
    """
    raw = journal.parent / FOLDER
    files = sorted(path for path in raw.iterdir() if NAME.fullmatch(path.name)) if raw.is_dir() else []
    try:
        with closing(sqlite3.connect(f"file:{journal.resolve()}?mode=ro", uri=True)) as db:
            for path in files:
                found = NAME.fullmatch(path.name)
                assert found is not None  # they were chosen so
                rows = db.execute("SELECT place, fact FROM facts WHERE session_id = ? ORDER BY place", (found[1],))
                record = folded_as_far_as_it_goes(found[1], rows.fetchall())
                labelled = _of_a_set(path, record, int(found[2]), patients, consent)
                if labelled is not None:
                    yield labelled
    except sqlite3.Error as error:
        raise JournalError(f"{journal}: found {why(error)}, expected a journal.db") from error


def _of_a_set(path: Path, record: Record, number: int, patients: Sequence[str], consent: str) -> Labelled | None:
    known = record.opened is not None and not record.voided and number <= len(record.sets)
    if not known or (record.patient_ref or (record.opened and record.opened.patient_ref)) not in patients:
        return None
    try:
        with lines_of(path) as lines:
            trace = Trace(lines)
            samples = list(trace)
    except (TraceError, TraceFileError):
        return None  # cut short with the power; the others are whole
    held = record.sets[number - 1]
    began_s = samples[0].t_s
    reps = [
        {name: round(getattr(one.repetition, name) - began_s, 3) for name in BOUNDARIES}
        for one in held.repetitions
        if not one.voided
    ]
    partials = [[round(one.start_s - began_s, 3), round(one.end_s - began_s, 3)] for one in held.partials]
    truth = _truth(trace.head, reps, partials, consent) | {"corrections": list(_corrections(held, began_s))}
    head = "".join(f"# {key}: {trace.head[key]}\n" for key in KEPT if key in trace.head)
    rows = "".join(f"{t_s - began_s:.4f},{tension_n:.3f}\n" for t_s, tension_n in samples)
    return Labelled(f"{head}t_s,tension_n\n{rows}", truth)


def _corrections(held: SetRecord, began_s: float) -> Iterator[dict[str, Any]]:
    """Give what somebody put right: at the screen it is the patient's word or a therapist's, and which is not known."""
    for one in held.repetitions:
        if one.voided:
            start_s = round(one.repetition.press_out_start_s - began_s, 3)
            yield {"what": "undone", "by": "patient or therapist", "press_out_start_s": start_s}
    yield from ({"what": "added", "by": "patient or therapist"} for _ in range(held.added))


def _truth(
    head: Mapping[str, str], reps: list[dict[str, float]], partials: list[list[float]], consent: str
) -> dict[str, Any]:
    target = head.get("target_n")
    return {
        "resistance": head.get("resistance", "tubing"),
        "exercise": head.get("exercise", "pallof_press"),
        "target_n": None if target is None else float(target),
        "rate_hz": float(head.get("rate_hz", 80.0)),
        "reps": reps,
        "partials": partials,
        "algorithm_version": algorithm.VERSION,
        "consent": consent,
    }


def proposed(path: Path, head: Mapping[str, str], told: Mapping[str, Any], consent: str) -> Path:
    """Write beside a recorded trace what the pipeline told of it, to be put right by whoever was there."""
    reps = [{name: one[name] for name in BOUNDARIES} for one in told["reps"]]
    partials = [[one["start_s"], one["end_s"]] for one in told["partials"]]
    truth = _truth(head, reps, partials, consent) | {"corrections": []}
    place = path.with_name(path.name.removesuffix(".gz").removesuffix(".csv") + ".truth.json")
    place.write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
    return place
