"""Whole visits as documents, from the product's own code: a simulated patient, the pipeline, the visit, the record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from builders import an_item, an_origin, simulated
from pressout_session.course import Course
from pressout_session.document import SessionDocument
from pressout_session.document_builder import document_of, rfc3339
from pressout_session.facts import AnyFact, Closed, EndReason, Opened, Rated, SignalSeen
from pressout_session.prescription import CabledItem, Prescription
from pressout_session.record import folded
from pressout_session.visit import Visit
from pressout_signal.pipeline import pipeline_for

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def a_visit(
    seed: int = 0, item: CabledItem | None = None, *, effort: int | None = 5, pain: int | None = 2
) -> SessionDocument:
    """Give the document of what a simulated patient did."""
    dose = item or an_item()
    asked: Any = {"target_n": dose.target_n, "reps": dose.reps, "sets": dose.sets, "hold_s": dose.hold_s, "seed": seed}
    samples, patient = simulated(dose.resistance, dose.movement, **asked)
    prescription = Prescription(prescription_id="rx-1", items=(dose,), set_by="t-42", set_at="2026-03-01T08:00:00Z")
    facts: list[AnyFact] = [
        Opened(
            t_s=0.0,
            session_id="01900000-0000-7000-8000-000000000000",
            patient_ref="471922",
            prescription=prescription,
            wall_time=rfc3339(BEGAN),
            boot_id="boot",
        )
    ]
    pipeline, visit = pipeline_for(dose.resistance, dose.movement), Visit(Course.of(prescription))
    for sample in samples:
        pipeline, events = pipeline.step(sample)
        for event in events:
            visit, kept = visit.heard(event)
            facts.extend(kept)
    end_s = patient.duration_s
    facts.append(SignalSeen(t_s=end_s, samples=len(samples), faults={}, sample_rate_hz=80.0, zero_drift_n=0.0))
    facts += [Rated(t_s=end_s, effort=effort, pain=pain), Closed(t_s=end_s, reason=EndReason.DONE)]
    return document_of(folded(facts), an_origin())


def moved(document: SessionDocument, number: int, began: datetime | None = None, **changes: Any) -> SessionDocument:
    """Give the same visit as another: the `number`th of its journal, at another time, or so many days later."""
    at = began or BEGAN + timedelta(days=number)
    length = datetime.fromisoformat(document.ended_at) - datetime.fromisoformat(document.started_at)
    usual = {
        "session_id": f"01900000-0000-7000-8000-{number:012d}",
        "seq": number,
        "started_at": rfc3339(at),
        "ended_at": rfc3339(at + length),
    }
    return msgspec.structs.replace(document, **{**usual, **changes})
