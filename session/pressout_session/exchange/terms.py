"""The terms of exchange: standard codes where there are any, and the local code system where there are none.

IEEE 11073-10442 (strength fitness equipment) has its terms in partition 129, so that a code is 129 * 65536 + term;
LOINC and SNOMED CT name the exercise, and none of them has a code for what a line's tension says. The local ones are
published in docs/reference/fhir-codes.json.
"""

from __future__ import annotations

from typing import Any, Final

from pressout_session.exercises import EXERCISES, Side
from pressout_signal.events import DriftKind

MDC: Final = "urn:iso:std:iso:11073:10101"
LOINC: Final = "http://loinc.org"
SNOMED: Final = "http://snomed.info/sct"
UCUM: Final = "http://unitsofmeasure.org"
# Names of ours that need no domain: they are the same for every clinic.
LOCAL: Final = "urn:uuid:3f0b2c1e-6c0e-4a53-9a43-5d2f3c1b7a10"
PATIENTS: Final = "urn:uuid:5b1d6c0a-7f0d-4f0e-8a6b-0d6f0c9d2b21"
THERAPISTS: Final = "urn:uuid:5b1d6c0a-7f0d-4f0e-8a6b-0d6f0c9d2b22"
STATIONS: Final = "urn:uuid:5b1d6c0a-7f0d-4f0e-8a6b-0d6f0c9d2b23"
LOAD_CELLS: Final = "urn:uuid:5b1d6c0a-7f0d-4f0e-8a6b-0d6f0c9d2b24"
PRESCRIPTIONS: Final = "urn:uuid:5b1d6c0a-7f0d-4f0e-8a6b-0d6f0c9d2b25"
PARTS: Final = "urn:uuid:5b1d6c0a-7f0d-4f0e-8a6b-0d6f0c9d2b26"
# IEEE Std 11073-10442, nomenclature annex: partition 129 (personal health device, fitness).
PARTITION: Final = 129 * 65_536
SET, REPETITION_COUNT, RESISTANCE, LATERALITY = (PARTITION + term for term in (200, 202, 203, 205))
SIDES: Final = {Side.RIGHT: PARTITION + 1_201, Side.LEFT: PARTITION + 1_202}

DRIFTS: Final = tuple(str(kind) for kind in DriftKind)
# What was measured or counted: what it is called, what it is, and its UCUM unit.
MEASURES: Final = {
    "target": ("Prescribed tension", "Tension prescribed at the start position (tubing) or of the stack (cable).", "N"),
    "tolerance": ("Tolerance of the prescribed tension", "Half the width of the band around it.", "N"),
    "prescribed-repetitions": ("Prescribed repetitions", "Repetitions prescribed for the set.", "{repetitions}"),
    "added": ("Repetitions added by hand", "Of the repetitions, those that a person added.", "{repetitions}"),
    "partials": ("Attempts", "Press-outs that turned back before half way; not repetitions.", "{attempts}"),
    "peak-tension": ("Peak tension", "Greatest tension in the line during a repetition that counts.", "N"),
    "mean-tension": ("Mean tension", "Mean tension in the line over the repetitions that count.", "N"),
    "chest-tension": ("Tension at the chest", "Mean tension at the start position.", "N"),
    "hold-tension": ("Tension in the hold", "Mean tension while the handle was held out.", "N"),
    "duration": ("Duration of the set", "From taking up the tension to letting it go.", "s"),
    "rest-before": ("Rest before the set", "Time since the set before it ended.", "s"),
    "time-under-tension": ("Time under tension", "Time from press-out to return, over the set.", "s"),
    str(DriftKind.ROTATION): (
        "Tension drift: rotation",
        "Times the tension fell in a hold as when the line turns the trunk. A sign, no diagnosis.",
        "{events}",
    ),
    str(DriftKind.STANCE_CREEP): (
        "Tension drift: stance creep",
        "Times the tension at the chest had crept away over several repetitions.",
        "{events}",
    ),
    str(DriftKind.UNCONTROLLED_RETURN): (
        "Tension drift: uncontrolled return",
        "Times the line took the handle back faster than it was let.",
        "{events}",
    ),
    "effort": ("Perceived effort", "How hard it was, 0 to 10, as tapped by the patient afterwards.", "{score}"),
    "pain": ("Pain", "How much it hurt, 0 to 10, as tapped by the patient afterwards.", "{score}"),
}
OTHERS: Final = {
    "station": ("Exercise station", "A load cell in line with a cable or tubing, and a screen beside it."),
    "line-tension": ("Line tension", "Force along the line at the load cell."),
    "timed-exercise": ("Exercise beside the line", "A timed or tapped exercise that no cell measures."),
    "cabled-set": ("Set on the line", "Repetitions on one side between taking up the tension and letting it go."),
    "side": ("Side", "The side of the body that faced the machine."),
}


def code_system() -> dict[str, Any]:
    """Give the local code system, as a FHIR resource to be published."""
    measures = {code: (display, text) for code, (display, text, _unit) in MEASURES.items()}
    exercises = {name: (name.replace("_", " ").capitalize(), "An exercise of Pressout's.") for name in EXERCISES}
    every = {**measures, **OTHERS, **exercises}
    concepts = [{"code": code, "display": display, "definition": text} for code, (display, text) in every.items()]
    return {
        "resourceType": "CodeSystem",
        "url": LOCAL,
        "name": "PressoutTerms",
        "title": "What Pressout measures and has no standard code",
        "status": "active",
        "experimental": False,
        "publisher": "Pressout",
        "caseSensitive": True,
        "content": "complete",
        "count": len(concepts),
        "concept": concepts,
    }


def local(code: str) -> dict[str, Any]:
    """Give a concept of ours."""
    display = MEASURES[code][0] if code in MEASURES else OTHERS[code][0]
    return {"coding": [{"system": LOCAL, "code": code, "display": display}]}


def exercise(name: str) -> dict[str, Any]:
    """Give an exercise as a concept."""
    display = name.replace("_", " ").capitalize()
    return {"coding": [{"system": LOCAL, "code": name, "display": display}], "text": display}


def mdc(code: int, text: str) -> dict[str, Any]:
    """Give a concept of IEEE 11073, in words beside its number."""
    return {"coding": [{"system": MDC, "code": str(code)}], "text": text}


def quantity(value: float, unit: str) -> dict[str, Any]:
    """Give a quantity in a UCUM unit."""
    return {"value": value, "unit": unit.strip("{}"), "system": UCUM, "code": unit}


def measured(code: str, value: float | None) -> list[dict[str, Any]]:
    """Give a component for a measure of ours, or none where it was not measured."""
    if value is None:
        return []
    return [{"code": local(code), "valueQuantity": quantity(value, MEASURES[code][2])}]
