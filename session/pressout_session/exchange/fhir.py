"""A session as an HL7 FHIR R4 bundle: prescription, procedure, an observation a set, station and load cell. Pure.

Each resource has an identifier and is sent as a conditional update, so that the same bundle once more changes nothing,
and a correction (a greater revision) replaces what it corrects. Whose it is, is said by the clinic's own reference.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from pressout_session.document import SessionDocument, SetDocument, TimedDocument, dose_at
from pressout_session.document_builder import rfc3339
from pressout_session.exchange import terms
from pressout_session.exchange.terms import local, mdc, measured, quantity
from pressout_session.exercises import Side
from pressout_session.prescription import CabledItem, Item

Resource = dict[str, Any]
RFC_3986: Final = "urn:ietf:rfc3986"
# Resources of one bundle name each other by these; they follow from the identifiers.
NAMES: Final = uuid.UUID("5b1d6c0a-7f0d-4f0e-8a6b-0d6f0c9d2b20")
# What ended a session before its work was done.
STOPPED: Final = frozenset({"interrupted", "idle", "shut_down", "not_me"})


def bundle(document: SessionDocument) -> Resource:
    """Give the transaction that makes a session known to a FHIR server."""
    resources = [_device(document), _metric(document), _request(document), _procedure(document)]
    resources += [_set(document, number, held) for number, held in enumerate(document.sets, start=1)]
    resources += [_timed(document, number, done) for number, done in enumerate(document.timed, start=1)]
    resources += _ratings(document)
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "timestamp": document.ended_at,
        "entry": [_entry(resource) for resource in resources],
    }


def _entry(resource: Resource) -> Resource:
    (identifier,) = resource["identifier"]
    where = f"{resource['resourceType']}?identifier={identifier['system']}|{identifier['value']}"
    return {
        "fullUrl": _url(resource["resourceType"], identifier),
        "resource": resource,
        "request": {"method": "PUT", "url": where},
    }


def _identifier(system: str, value: str) -> Resource:
    return {"system": system, "value": value}


def _url(kind: str, identifier: Resource) -> str:
    name = f"{kind} {identifier['system']} {identifier['value']}"
    return f"urn:uuid:{uuid.uuid5(NAMES, name)}"


def _reference(kind: str, identifier: Resource) -> Resource:
    return {"reference": _url(kind, identifier), "type": kind}


def _subject(document: SessionDocument) -> Resource:
    return {"type": "Patient", "identifier": _identifier(terms.PATIENTS, document.patient_ref)}


def _station(document: SessionDocument) -> Resource:
    return _identifier(terms.STATIONS, f"{document.site_id}/{document.station_id}")


def _cell(document: SessionDocument) -> Resource:
    return _identifier(terms.LOAD_CELLS, document.device.load_cell_id)


def _prescription(document: SessionDocument) -> Resource:
    # A station's own default is given to many: with the patient's reference it is theirs.
    return _identifier(terms.PRESCRIPTIONS, f"{document.prescription.prescription_id}/{document.patient_ref}")


def _session(document: SessionDocument) -> Resource:
    return _identifier(RFC_3986, f"urn:uuid:{document.session_id}")


def _device(document: SessionDocument) -> Resource:
    device = document.device
    return {
        "resourceType": "Device",
        "identifier": [_station(document)],
        "status": "active",
        "serialNumber": device.serial,
        "deviceName": [{"name": f"Pressout {document.site_id}/{document.station_id}", "type": "user-friendly-name"}],
        "type": local("station"),
        "version": [
            {"type": {"text": "software"}, "value": device.software_version},
            {"type": {"text": "algorithm"}, "value": device.algorithm_version},
        ],
    }


def _metric(document: SessionDocument) -> Resource:
    calibration: Resource = {"type": "two-point", "state": "calibrated"}
    if document.device.calibrated_at is not None:
        calibration["time"] = document.device.calibrated_at
    return {
        "resourceType": "DeviceMetric",
        "identifier": [_cell(document)],
        "type": local("line-tension"),
        "unit": {"coding": [{"system": terms.UCUM, "code": "N", "display": "newton"}]},
        "source": _reference("Device", _station(document)),
        "operationalStatus": "on",
        "category": "measurement",
        "calibration": [calibration],
    }


def _request(document: SessionDocument) -> Resource:
    prescription = document.prescription
    request: Resource = {
        "resourceType": "ServiceRequest",
        "identifier": [_prescription(document)],
        "status": "active",
        "intent": "order",
        "code": _exercise_therapy(),
        "orderDetail": [_ordered(item) for item in prescription.items],
        "subject": _subject(document),
    }
    if prescription.set_at is not None:
        request["authoredOn"] = prescription.set_at
    if prescription.set_by is not None:
        request["requester"] = _therapist(prescription.set_by)
    return request


def _ordered(item: Item) -> Resource:
    return {**terms.exercise(item.exercise), "text": item.in_short}


def _therapist(reference: str) -> Resource:
    return {"type": "Practitioner", "identifier": _identifier(terms.THERAPISTS, reference)}


def _exercise_therapy() -> Resource:
    return {"coding": [{"system": terms.SNOMED, "code": "229065009", "display": "Exercise therapy"}]}


def _procedure(document: SessionDocument) -> Resource:
    status = "stopped" if document.end_reason in STOPPED else "completed"
    procedure: Resource = {
        "resourceType": "Procedure",
        "identifier": [_session(document)],
        "basedOn": [_reference("ServiceRequest", _prescription(document))],
        "status": "entered-in-error" if document.voided else status,
        "code": _exercise_therapy(),
        "subject": _subject(document),
        "performedPeriod": {"start": document.started_at, "end": document.ended_at},
        "usedReference": [_reference("Device", _station(document))],
    }
    if status == "stopped":
        procedure["statusReason"] = {"text": document.end_reason}
    if document.therapist_ref is not None:
        procedure["performer"] = [{"actor": _therapist(document.therapist_ref)}]
    return procedure


def _observation(document: SessionDocument, part: str, code: Resource) -> Resource:
    """Give what every observation of a session says."""
    status = "entered-in-error" if document.voided else "amended" if document.revision > 1 else "final"
    therapy = {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "therapy"}
    return {
        "resourceType": "Observation",
        "identifier": [_identifier(terms.PARTS, f"{document.session_id}/{part}")],
        "partOf": [_reference("Procedure", _session(document))],
        "status": status,
        "category": [{"coding": [{**therapy, "display": "Therapy"}]}],
        "code": code,
        "subject": _subject(document),
    }


def _set(document: SessionDocument, number: int, held: SetDocument) -> Resource:
    item = document.prescription.items[held.item]
    dose = dose_at(document, held.item, held.start_s)
    drift = Counter(one.kind for one in held.drift)
    prescribed: list[Resource] = []
    if isinstance(dose, CabledItem):
        prescribed = [
            {"code": mdc(terms.RESISTANCE, "resistance"), "valueQuantity": quantity(dose.target_n, "N")},
            *measured("tolerance", dose.tolerance_n),
            *measured("prescribed-repetitions", dose.reps),
        ]
    code = {
        "coding": [
            {"system": terms.MDC, "code": str(terms.SET)},
            {"system": terms.LOINC, "code": "73985-4", "display": "Exercise activity"},
            *local("cabled-set")["coding"],
        ]
    }
    return {
        **_observation(document, f"set/{number}", code),
        "effectivePeriod": {
            "start": _moment(document, held.start_s),
            "end": _moment(document, held.start_s + held.duration_s),
        },
        "device": _reference("DeviceMetric", _cell(document)),
        "component": [
            {
                "code": mdc(terms.REPETITION_COUNT, "repetition count"),
                "valueQuantity": quantity(held.count, "{repetitions}"),
            },
            *prescribed,
            *_side(held.side),
            {"code": local("cabled-set"), "valueCodeableConcept": terms.exercise(item.exercise)},
            *measured("added", held.added),
            *measured("partials", len(held.partials)),
            *measured("peak-tension", held.peak_n),
            *measured("mean-tension", held.mean_n),
            *measured("chest-tension", held.chest_n),
            *measured("hold-tension", held.hold_n),
            *measured("duration", held.duration_s),
            *measured("rest-before", held.rest_before_s),
            *measured("time-under-tension", held.time_under_tension_s),
            *(part for kind in terms.DRIFTS for part in measured(kind, drift[kind])),
        ],
    }


def _timed(document: SessionDocument, number: int, done: TimedDocument) -> Resource:
    item = document.prescription.items[done.item]
    return {
        **_observation(document, f"timed/{number}", local("timed-exercise")),
        "effectiveDateTime": _moment(document, done.done_at_s),
        "component": [
            {
                "code": mdc(terms.REPETITION_COUNT, "repetition count"),
                "valueQuantity": quantity(done.reps, "{repetitions}"),
            },
            *_side(done.side),
            {"code": local("timed-exercise"), "valueCodeableConcept": terms.exercise(item.exercise)},
            *measured("duration", done.duration_s),
        ],
    }


def _ratings(document: SessionDocument) -> Iterator[Resource]:
    for code, value in (("effort", document.effort), ("pain", document.pain)):
        if value is not None:
            yield {
                **_observation(document, code, local(code)),
                "effectiveDateTime": document.ended_at,
                "valueQuantity": quantity(value, terms.MEASURES[code][2]),
            }


def _side(side: Side) -> Iterator[Resource]:
    yield {"code": mdc(terms.LATERALITY, "laterality"), "valueCodeableConcept": mdc(terms.SIDES[side], str(side))}


def _moment(document: SessionDocument, after_s: float) -> str:
    return rfc3339(datetime.fromisoformat(document.started_at) + timedelta(seconds=after_s))
