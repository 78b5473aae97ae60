"""Whole reports and documents as someone last read them: `make golden` rewrites them, a test compares.

A report is what `pressout analyze` tells of a trace; a document is what the clinic gets of a visit. Between them they
hold every number that is told of a repetition, a set and a session.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from builders import a_prescription, an_item, an_origin, simulated
from golden import TRACES
from pressout_session.course import Course
from pressout_session.document_builder import document_of
from pressout_session.exchange import fhir
from pressout_session.exercises import Side
from pressout_session.facts import (
    AnyFact,
    ClockCorrected,
    Closed,
    EndReason,
    Opened,
    PainReported,
    Rated,
    Reassigned,
    SessionVoided,
    SetClosed,
    SignalSeen,
)
from pressout_session.prescription import Item, TimedItem
from pressout_session.record import folded
from pressout_session.visit import Visit
from pressout_session.visit_corrections import added, side_swapped, undone
from pressout_signal.events import Movement, Resistance
from pressout_signal.pipeline import pipeline_for
from pressout_signal.samples import Sample
from pressout_signal.trace_format import Trace
from pressout_signal.trace_report import TraceReport

FOLDER = Path(__file__).parent / "goldens"
# Of how far the handle is out, every so manieth is kept.
EVERY = 15
BEGAN_S = 100.0
PLANK = TimedItem(exercise="side_plank", reps=2, duration_s=20.0, first_side=Side.RIGHT)


def reports() -> Iterator[tuple[str, dict[str, Any]]]:
    """Give what is told of each trace, and of its first half: there a set is open."""
    for path in sorted(TRACES.glob("*.csv")):
        with path.open(encoding="utf-8") as lines:
            trace = Trace(lines)
            samples = list(trace)
        movement = Movement.ROW if "row" in trace.head["exercise"] else Movement.PRESS
        for name, some in ((path.stem, samples), (f"{path.stem}-half", samples[: len(samples) * 2 // 5])):
            report = TraceReport(curve=[])
            report.listen(pipeline_for(Resistance(trace.head["resistance"]), movement), some)
            told = report.as_json(name)
            told["out_share"] = told["out_share"][::EVERY]
            yield name, told


def documents() -> Iterator[tuple[str, dict[str, Any]]]:
    """Give documents of visits in which all was done that can be done, and each as FHIR."""
    origin = replace(an_origin(7), pain_flag_from=6)
    for name, facts in (("corrected", _corrected()), ("rows", _rows()), ("interrupted", _interrupted())):
        document = document_of(folded(facts), origin)
        yield name, msgspec.to_builtins(document)
        yield f"{name}-fhir", fhir.bundle(document)


def _opened(*items: Item) -> Opened:
    return Opened(
        t_s=BEGAN_S,
        session_id="01900000-0000-7000-8000-000000000009",
        patient_ref="471922",
        prescription=a_prescription(*items),
        wall_time="2026-03-01T09:00:00.250Z",
        boot_id="boot",
        device=replace(an_origin().device, load_cell_id="another"),
    )


def _lived(opened: Opened, resistance: Resistance, movement: Movement, *, until_s: float = 1e9) -> list[AnyFact]:
    """Give the facts of a simulated patient's visit, from its opening."""
    samples, _patient = simulated(resistance, movement, seed=7)
    pipeline, visit = pipeline_for(resistance, movement), Visit(Course.of(opened.prescription))
    facts: list[AnyFact] = [opened]
    for sample in samples:
        if sample.t_s > until_s:
            break
        pipeline, events = pipeline.step(Sample(sample.t_s + BEGAN_S, sample.tension_n))
        for event in events:
            visit, kept = visit.heard(event)
            facts.extend(kept)
        for deed in _deeds(visit, facts):
            visit, kept = deed(visit, sample.t_s + BEGAN_S)
            facts.extend(kept)
    seen = SignalSeen(
        t_s=facts[-1].t_s, samples=len(samples), faults={"spike": 2}, sample_rate_hz=79.9, zero_drift_n=0.3, noise_n=0.1
    )
    return [*facts, seen]


def _deeds(visit: Visit, facts: list[AnyFact]) -> Iterator[Any]:
    """Correct the first set as soon as it is closed, and ask for more in the second."""
    if isinstance(facts[-1], SetClosed) and sum(isinstance(fact, SetClosed) for fact in facts) == 1:
        yield undone
        yield undone
        yield added
        yield side_swapped
        yield side_swapped
        yield lambda now, t_s: now.dosed(t_s, 0, replace(now.prescription.items[0], target_n=44.0), "t-9")


def _corrected() -> list[AnyFact]:
    facts = _lived(_opened(an_item(reps=6, stroke_s=1.0)), Resistance.TUBING, Movement.PRESS)
    end_s = facts[-1].t_s + 3.5
    return [
        *facts,
        Rated(t_s=end_s, effort=4, pain=6),
        Closed(t_s=end_s, reason=EndReason.DONE),
        Reassigned(t_s=end_s + 60.0, patient_ref="530863", therapist_ref="t-7"),
        ClockCorrected(t_s=end_s + 90.0, by_s=1_800.1234),
    ]


def _rows() -> list[AnyFact]:
    item = an_item(exercise="half_kneeling_row", resistance=Resistance.CABLE, target_n=60.0, reps=6)
    facts = _lived(_opened(item, PLANK), Resistance.CABLE, Movement.ROW)
    visit = Visit(Course.of(a_prescription(item, PLANK)).after().after())
    end_s = facts[-1].t_s + 2.0
    visit, done = visit.timed_done(end_s, 2, 20.0)
    facts += [*done, *visit.timed_done(end_s + 30.0, 1, 20.0)[1]]
    return [*facts, PainReported(t_s=end_s + 40.0), Closed(t_s=end_s + 41.0, reason=EndReason.SIGNED_OUT)]


def _interrupted() -> list[AnyFact]:
    facts = _lived(_opened(an_item(reps=6)), Resistance.TUBING, Movement.PRESS, until_s=30.0)[:-1]
    end_s = facts[-1].t_s
    voided = SessionVoided(t_s=end_s + 50.0, therapist_ref="t-7")
    return [*facts, Closed(t_s=end_s, reason=EndReason.INTERRUPTED), voided]


def write() -> None:
    """Write all of them."""
    FOLDER.mkdir(exist_ok=True)
    for kind, told in (("report", reports()), ("document", documents())):
        for name, one in told:
            text = json.dumps(one, indent=1, sort_keys=True)
            (FOLDER / f"{kind}-{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
