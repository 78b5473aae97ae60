"""Sessions as others understand them: FHIR with its codes, tables, and back in again without loss."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from builders import an_item
from javascript import needs_node, node
from pressout_cli.main import cli
from pressout_cli.records.exporter import rows, written
from pressout_clinic.audit_log import audit
from pressout_clinic.store import Store
from pressout_clinic.subscriber import answered
from pressout_session.document import SessionDocument, TimedDocument, decode, encode
from pressout_session.exchange import terms
from pressout_session.exchange.fhir import bundle
from pressout_session.exercises import Side
from pressout_session.prescription import Prescription, TimedItem
from pressout_session.wire import AckResult, session_topic
from visits import a_visit, moved

VISIT = a_visit(3, an_item(sets=2, reps=5))
WHOLE = msgspec.structs.replace(
    VISIT,
    prescription=Prescription(
        prescription_id="rx-1",
        items=(an_item(sets=2, reps=5), TimedItem(exercise="bird_dog", reps=10, duration_s=10.0, first_side=Side.LEFT)),
    ),
    timed=(TimedDocument(item=1, side=Side.LEFT, reps=10, duration_s=100.0, done_at_s=300.0),),
    therapist_ref="t-42",
    voided=True,
    end_reason="interrupted",
)
# What FACTS of the field say: IEEE 11073-10442 in partition 129.
MDC = {str(129 * 65536 + term) for term in (200, 202, 203, 205, 1201, 1202)}
KNOWN = {
    terms.MDC: MDC,
    terms.LOINC: {"73985-4"},
    terms.SNOMED: {"229065009"},
    terms.UCUM: {"N"},
    terms.LOCAL: {concept["code"] for concept in terms.code_system()["concept"]},
    "http://terminology.hl7.org/CodeSystem/observation-category": {"therapy"},
}


def resources(document: SessionDocument, kind: str) -> list[dict[str, Any]]:
    found = [entry["resource"] for entry in bundle(document)["entry"]]
    return [resource for resource in found if resource["resourceType"] == kind]


def everywhere(value: Any, name: str) -> list[Any]:
    """Give every value of a name, however deep."""
    if isinstance(value, list):
        return [found for one in value for found in everywhere(one, name)]
    if not isinstance(value, dict):
        return []
    here = [value[name]] if name in value else []
    return here + [found for one in value.values() for found in everywhere(one, name)]


def component(observation: dict[str, Any], code: str) -> Any:
    (found,) = [
        part for part in observation["component"] if code in [coding["code"] for coding in part["code"]["coding"]]
    ]
    return found


@pytest.mark.service
@needs_node
def test_bundles_are_valid_r4_and_what_is_wrong_with_one_is_found() -> None:
    wrong = json.loads(json.dumps(bundle(VISIT)))
    wrong["entry"][4]["resource"]["status"] = "finished"
    wrong["entry"][3]["resource"]["colour"] = "red"
    told = [bundle(VISIT), bundle(WHOLE), terms.code_system(), wrong]

    found = node("fhir.js", "\n".join(json.dumps(one) for one in told)).splitlines()

    assert found[:3] == ["[]", "[]", "[]"]
    assert "finished" in found[3]
    assert "colour" in found[3]


@pytest.mark.parametrize("document", [VISIT, WHOLE])
def test_every_code_is_a_standards_or_is_published(document: SessionDocument) -> None:
    codings = [coding for found in everywhere(bundle(document), "coding") for coding in found]

    assert codings
    assert [one for one in codings if one["code"] not in KNOWN[one["system"]]] == []


def test_every_unit_is_one_of_ucum() -> None:
    units = {one["code"] for one in everywhere(bundle(VISIT), "valueQuantity")}

    assert units == {"N", "s", "{repetitions}", "{attempts}", "{events}", "{score}"}


def test_every_reference_leads_to_a_resource_of_the_bundle() -> None:
    made = bundle(WHOLE)

    assert set(everywhere(made, "reference")) <= {entry["fullUrl"] for entry in made["entry"]}


def test_a_set_says_what_the_document_says() -> None:
    for held, observation in zip(VISIT.sets, resources(VISIT, "Observation"), strict=False):
        assert component(observation, "8454346")["valueQuantity"]["value"] == held.count
        assert component(observation, "8454347")["valueQuantity"]["value"] == 40.0
        side = component(observation, "8454349")["valueCodeableConcept"]["coding"][0]["code"]
        assert side == {Side.RIGHT: "8455345", Side.LEFT: "8455346"}[held.side]
        assert component(observation, "hold-tension")["valueQuantity"] == {
            "value": held.hold_n,
            "unit": "N",
            "system": "http://unitsofmeasure.org",
            "code": "N",
        }


def test_an_order_says_when_and_by_whom_it_was_set_where_that_is_known() -> None:
    set_by = msgspec.structs.replace(VISIT.prescription, set_at="2026-03-01T08:00:00Z", set_by="t-42")
    unsigned = msgspec.structs.replace(VISIT.prescription, set_at=None, set_by=None)

    (signed,) = resources(msgspec.structs.replace(VISIT, prescription=set_by), "ServiceRequest")
    (plain,) = resources(msgspec.structs.replace(VISIT, prescription=unsigned), "ServiceRequest")

    assert signed["authoredOn"] == "2026-03-01T08:00:00Z"
    assert "requester" in signed
    assert not {"authoredOn", "requester"} & set(plain)


def test_a_repeated_import_changes_nothing_and_a_correction_replaces() -> None:
    corrected = msgspec.structs.replace(VISIT, revision=2, voided=True)
    first, second = bundle(VISIT), bundle(corrected)

    assert bundle(VISIT) == first
    assert [entry["request"] for entry in first["entry"]] == [entry["request"] for entry in second["entry"]]
    assert {entry["request"]["method"] for entry in first["entry"]} == {"PUT"}
    assert resources(corrected, "Procedure")[0]["status"] == "entered-in-error"


def test_two_patients_of_one_station_share_nothing_but_station_and_cell() -> None:
    bundles = [bundle(moved(VISIT, number, patient_ref=f"{number}")) for number in (1, 2)]
    first, second = ({entry["fullUrl"] for entry in one["entry"]} for one in bundles)

    assert len(first & second) == 2


def filled(store: Store, *documents: SessionDocument) -> None:
    arrived = [(session_topic(one.site_id, one.station_id, one.session_id), encode(one)) for one in documents]
    assert {ack.result for ack in answered(store, arrived)} == {AckResult.STORED}


def test_an_export_holds_the_newest_revision_of_what_was_chosen_and_is_written_down(store: Store) -> None:
    filled(
        store,
        moved(VISIT, 1),
        msgspec.structs.replace(moved(VISIT, 1), revision=2, seq=9, effort=9),
        moved(VISIT, 2, patient_ref="000000"),
        moved(VISIT, 40),
    )

    result = CliRunner().invoke(cli, ["export", "--patient", "471922", "--until", "2026-03-20", store.url])

    (one,) = [decode(line.encode()) for line in result.output.splitlines()]
    assert (one.revision, one.effort) == (2, 9)
    assert audit(store.engine)[-1][1] == "exported"


def test_an_export_can_be_taken_in_again_and_twice(store: Store, tmp_path: Path) -> None:
    filled(store, moved(VISIT, 1), moved(VISIT, 2))
    file = tmp_path / "sessions.jsonl"
    CliRunner().invoke(cli, ["export", "--output", str(file), store.url])
    other = f"sqlite:///{tmp_path}/other.db"

    assert CliRunner().invoke(cli, ["clinic", "import", "--database", other, str(file)]).output == (
        "2 stored, 0 duplicate, 0 rejected\n"
    )
    assert CliRunner().invoke(cli, ["clinic", "import", "--database", store.url, str(file)]).output == (
        "0 stored, 2 duplicate, 0 rejected\n"
    )


def test_a_file_that_is_none_of_ours_is_rejected_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_bytes(b"{}\nnonsense\n" + encode(VISIT) + b"\n")

    result = CliRunner().invoke(cli, ["clinic", "import", "--database", f"sqlite:///{tmp_path}/c.db", str(file)])

    assert result.exit_code == 1
    assert "1 stored, 0 duplicate, 2 rejected" in result.output


def test_a_table_has_a_row_a_repetition_in_csv_and_in_parquet(store: Store, tmp_path: Path) -> None:
    filled(store, moved(VISIT, 1), moved(VISIT, 2))
    file = tmp_path / "reps.parquet"
    text = CliRunner().invoke(cli, ["export", "--format", "csv", store.url]).output
    CliRunner().invoke(cli, ["export", "--format", "parquet", "--output", str(file), store.url])
    table = pq.read_table(file)

    expected = [
        dict(zip(text.splitlines()[0].split(","), row, strict=True))
        for one in (1, 2)
        for row in rows(moved(VISIT, one))
    ]
    assert table.to_pylist() == expected
    assert len(text.splitlines()) == 1 + len(expected)


def test_parquet_is_not_for_a_terminal() -> None:
    assert CliRunner().invoke(cli, ["export", "--format", "parquet", "x.db"]).exit_code == 2


def test_fhir_comes_a_bundle_a_line() -> None:
    out = io.StringIO()

    assert written([encode(VISIT), encode(WHOLE)], "fhir", out) == 2
    assert [json.loads(line) for line in out.getvalue().splitlines()] == [bundle(VISIT), bundle(WHOLE)]
