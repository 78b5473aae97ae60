"""Projection of a document to the rows of the typed tables. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from pressout_clinic.tables import DRIFT_EVENTS, ITEMS, REPETITIONS, SESSION_FACTS, SETS, TIMED
from pressout_session.document import SessionDocument
from pressout_session.prescription import CabledItem

Row = dict[str, Any]


def rows_of(document: SessionDocument) -> dict[str, list[Row]]:
    """Give what a document says, by table."""
    key = {"session_id": document.session_id, "revision": document.revision}
    return {
        SESSION_FACTS.name: [{**key, **_facts(document)}],
        ITEMS.name: [{**key, **row} for row in _items(document)],
        SETS.name: [{**key, **row} for row in _sets(document)],
        REPETITIONS.name: [{**key, **row} for row in _repetitions(document)],
        DRIFT_EVENTS.name: [{**key, **row} for row in _drift(document)],
        TIMED.name: [{**key, "number": n, **msgspec.to_builtins(one)} for n, one in enumerate(document.timed, 1)],
    }


def _facts(document: SessionDocument) -> Row:
    device, clock = document.device, document.clock
    return {
        "ended_at": document.ended_at,
        "end_reason": document.end_reason,
        "therapist_ref": document.therapist_ref,
        "clock_synchronised": clock.synchronised,
        "clock_corrected_by_s": clock.corrected_by_s,
        "serial": device.serial,
        "software_version": device.software_version,
        "algorithm_version": device.algorithm_version,
        "load_cell_id": device.load_cell_id,
        "calibration_id": device.calibration_id,
        "sample_rate_hz": device.sample_rate_hz,
        "effort": document.effort,
        "pain": document.pain,
        "voided": document.voided,
        "samples": document.signal.samples,
        "faults": sum(document.signal.faults.values()),
        "zero_drift_n": document.signal.zero_drift_n,
        "noise_n": document.signal.noise_n,
    }


def _items(document: SessionDocument) -> Iterator[Row]:
    for place, item in enumerate(document.prescription.items):
        cabled = item if isinstance(item, CabledItem) else None
        yield {
            "item": place,
            "kind": "timed" if cabled is None else "cabled",
            "exercise": item.exercise,
            "resistance": None if cabled is None else str(cabled.resistance),
            "target_n": None if cabled is None else cabled.target_n,
            "tolerance_n": None if cabled is None else cabled.tolerance_n,
            "sets": None if cabled is None else cabled.sets,
            "reps": item.reps,
            "hold_s": None if cabled is None else cabled.hold_s,
            "duration_s": getattr(item, "duration_s", None),
            "first_side": str(item.first_side),
        }


def _sets(document: SessionDocument) -> Iterator[Row]:
    for number, held in enumerate(document.sets, start=1):
        yield {
            "set_number": number,
            "item": held.item,
            "side": str(held.side),
            "start_s": held.start_s,
            "duration_s": held.duration_s,
            "rest_before_s": held.rest_before_s,
            "count": held.count,
            "added": held.added,
            "partials": len(held.partials),
            "peak_n": held.peak_n,
            "mean_n": held.mean_n,
            "chest_n": held.chest_n,
            "hold_n": held.hold_n,
            "time_under_tension_s": held.time_under_tension_s,
        }


def _repetitions(document: SessionDocument) -> Iterator[Row]:
    for number, held in enumerate(document.sets, start=1):
        # Their place among the set's: what a station wrote as `rep` need not be unique.
        for place, rep in enumerate(held.reps, start=1):
            yield {
                "set_number": number,
                "rep": place,
                "press_out_start_s": rep.press_out_start_s,
                "hold_start_s": rep.hold_start_s,
                "return_start_s": rep.return_start_s,
                "return_end_s": rep.return_end_s,
                "counted_at_s": rep.counted_at_s,
                "chest_n": rep.chest_n,
                "hold_n": rep.hold_n,
                "peak_n": rep.peak_n,
                "impulse_n_s": rep.impulse_n_s,
                "voided": rep.voided,
            }


def _drift(document: SessionDocument) -> Iterator[Row]:
    for number, held in enumerate(document.sets, start=1):
        for place, one in enumerate(held.drift, start=1):
            yield {"set_number": number, "number": place, **msgspec.to_builtins(one)}
