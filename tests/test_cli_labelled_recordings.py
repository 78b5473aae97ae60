"""Labelled recordings: what leaves a station for the fitting of the model, and what must not."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np

from builders import SESSION_ID, facts_of_a_session
from pressout_cli.records.labelled_recordings import proposed
from pressout_fit.examples import Examples
from pressout_fit.recordings import with_recordings
from pressout_session.facts import RepetitionKept, RepetitionVoided
from pressout_signal.model import features, patient_habits
from pressout_signal.model.phase_walk import Place
from pressout_station.audit_log import Act, Audit
from pressout_station.identity import new_id
from pressout_station.journal.tables import Journal
from pressout_station.writer.raw_traces import Budget, RawTraces, SetTrace
from shell import pressout

CONSENT = "agreed on paper, form 3"
HEAD = {
    "zero_counts": "1000",
    "counts_per_newton": "400",
    "rate_hz": "80",
    "load_cell_id": "cell-7",
    "resistance": "tubing",
    "exercise": "pallof_press",
    "target_n": "40",
    "session_id": SESSION_ID.format(1),
    "set": "1",
}


def a_station(folder: Path, *, voided: bool = False) -> Path:
    """Give the journal of a station that kept the raw readings of one set."""
    journal = Journal(folder / "journal.db", new_id)
    facts = facts_of_a_session(3, closed=not voided)
    if voided:
        facts.append(RepetitionVoided(t_s=40.0))
    journal.keep([(SESSION_ID.format(1), fact) for fact in facts])
    journal.close()
    times_s = tuple(5.0 + 0.0125 * n for n in range(3000))
    trace = SetTrace(SESSION_ID.format(1), 1, HEAD, times_s, tuple(9000 + n % 7 for n in range(3000)))
    RawTraces(folder, Budget()).keep(trace)
    return folder / "journal.db"


def taken(journal: Path, folder: Path, *words: str) -> tuple[dict[str, Any], str]:
    """Take the recordings out; give the one truth and the text of its trace."""
    done = pressout("recordings", "--consent", CONSENT, "--output", str(folder), *words, str(journal))
    assert done.returncode == 0, done.stderr
    (truth,) = folder.glob("*.truth.json")
    (trace,) = folder.glob("*.csv.gz")
    return json.loads(truth.read_text()), gzip.decompress(trace.read_bytes()).decode()


def test_a_set_leaves_with_what_was_counted_on_the_traces_own_clock(tmp_path: Path) -> None:
    truth, trace = taken(a_station(tmp_path), tmp_path / "out", "--patient", "471922")

    assert len(truth["reps"]) == 3
    kept = next(fact for fact in facts_of_a_session(3) if isinstance(fact, RepetitionKept))
    assert truth["reps"][0]["press_out_start_s"] == kept.repetition.press_out_start_s - 5.0
    assert truth["consent"] == CONSENT
    assert "t_s,tension_n" in trace
    assert "\n0.0000,20." in trace


def test_nothing_says_whose_when_or_where_it_was(tmp_path: Path) -> None:
    truth, trace = taken(a_station(tmp_path), tmp_path / "out", "--patient", "471922")

    for said in (json.dumps(truth), trace, *(path.name for path in (tmp_path / "out").iterdir())):
        for secret in ("471922", SESSION_ID.format(1), "cell-7", "2026-03", "boot"):
            assert secret not in said


def test_a_repetition_that_was_undone_is_a_label(tmp_path: Path) -> None:
    truth, _ = taken(a_station(tmp_path, voided=True), tmp_path / "out", "--patient", "471922")

    assert len(truth["reps"]) == 2
    assert [one["what"] for one in truth["corrections"]] == ["undone"]


def test_only_those_who_agreed_are_taken_and_it_is_written_down(tmp_path: Path) -> None:
    journal = a_station(tmp_path)
    (tmp_path / "outbox").mkdir()  # as a station's own folder has it

    done = pressout(
        "recordings", "--consent", CONSENT, "--output", str(tmp_path / "out"), "--patient", "1", str(journal)
    )

    assert done.stdout.startswith("0 recordings")
    assert not (tmp_path / "out").exists()
    assert any(one.act == Act.EXPORTED and CONSENT in one.after for one in Audit(tmp_path).all())


def test_a_fresh_recording_is_labelled_by_what_was_heard_for_somebody_to_put_right(tmp_path: Path) -> None:
    trace, head = tmp_path / "one.csv", {"resistance": "cable", "exercise": "half_kneeling_row"}
    told = {"reps": [], "partials": [{"start_s": 1.0, "end_s": 2.0}]}

    truth = json.loads(proposed(trace, head, told, CONSENT).read_text())

    assert truth["resistance"] == "cable"
    assert truth["partials"] == [[1.0, 2.0]]
    assert truth["consent"] == CONSENT


def test_a_labelled_recording_is_what_the_fitting_takes_in(tmp_path: Path) -> None:
    taken(a_station(tmp_path), tmp_path / "out", "--patient", "471922")
    nothing = Examples(
        np.zeros((1, 2200, features.COUNT + patient_habits.COUNT), np.float16),
        np.zeros((1, 2200), np.int8),
        np.zeros((1, 2200), np.float16),
    )

    data = with_recordings(nothing, tmp_path / "out")

    assert len(data.truth) == 2
    assert {Place.OUT, Place.HOLD, Place.RETURN, Place.REST} <= set(data.truth[1].tolist())
