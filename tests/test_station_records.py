"""What the station keeps beside counts: the right time, the clinic's doses, who did what, each set's raw readings."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from builders import SESSION_ID, a_prescription, an_item, an_order, facts_of_a_session
from pressout_clinic.store import Store
from pressout_device.storage import atomic_files
from pressout_session.document import Clock, SessionDocument, decode
from pressout_session.facts import Closed, EndReason
from pressout_session.wire import EventKind, StationEvent
from pressout_signal.samples import Fault, FaultKind, Reading
from pressout_signal.trace_format import Trace
from pressout_station.audit_log import Act, Audit, entry, started_with
from pressout_station.config_sections import ClinicDoses
from pressout_station.controller.raw_recorder import LONGEST_S, RawRecorder
from pressout_station.journal.prescriptions import Prescriptions
from pressout_station.journal.recent_visits import past_visits
from pressout_station.journal.tables import Journal
from pressout_station.mailbox import spool
from pressout_station.writer.raw_traces import Budget, RawTraces, SetTrace
from shell import one_sentence, pressout
from stations import FIRST, MORNING, FakeWall, a_writer, keep, new_id, recorded, wait_for

UNSURE = Clock(synchronised=False)


def documents(folder: Path) -> list[SessionDocument]:
    return [decode((folder / "outbox" / name).read_bytes()) for name in spool.documents(folder / "outbox")]


# ---- the time ---------------------------------------------------------------------------------------


def booted_wrong() -> FakeWall:
    """Give a computer that thinks it is 1970 (the session began at 5 s of this boot, at nine)."""
    wall = FakeWall()
    wall.moment = wall.moment._replace(synchronised=False)
    return wall


def test_a_session_that_began_before_the_time_was_known_is_put_right_when_it_is(tmp_path: Path) -> None:
    wall = booted_wrong()
    writer = a_writer(tmp_path, wall)
    keep(writer, facts_of_a_session(2, closed=False, clock=UNSURE))

    # Its opening said 09:00:00 at 5 s; now it is truly 09:30:00 at 1 000 s, so it began at 09:13:25.
    wall.moment = wall.moment._replace(synchronised=True)
    wait_for(writer, lambda _told: recorded(tmp_path, FIRST).clock_corrected is not None)
    keep(writer, [Closed(t_s=1_010.0, reason=EndReason.DONE)])
    writer.close()

    (sent,) = documents(tmp_path)
    assert sent.started_at == "2026-03-01T09:13:25.000Z"
    assert sent.clock == Clock(synchronised=False, corrected_by_s=805.0)
    assert sent.revision == 1


def test_a_session_that_was_sent_already_is_put_right_by_a_revision(tmp_path: Path) -> None:
    wall = booted_wrong()
    writer = a_writer(tmp_path, wall)
    keep(writer, facts_of_a_session(2, clock=UNSURE))

    wall.moment = wall.moment._replace(synchronised=True)
    wait_for(writer, lambda _told: len(documents(tmp_path)) == 2)
    writer.close()

    assert [(one.revision, one.started_at[11:19]) for one in documents(tmp_path)] == [(1, "09:00:00"), (2, "09:13:25")]


def test_it_is_put_right_once_even_over_a_restart_and_never_from_another_boot(tmp_path: Path) -> None:
    writer = a_writer(tmp_path, booted_wrong())
    keep(writer, facts_of_a_session(2, clock=UNSURE))
    keep(writer, facts_of_a_session(2, 2, clock=UNSURE), SESSION_ID.format(2))
    writer.close()
    other_boot = FakeWall()
    other_boot.moment = other_boot.moment._replace(boot_id="another")
    for wall in (other_boot, FakeWall(), FakeWall()):
        again = a_writer(tmp_path, wall)
        expected = 2 if wall is other_boot else 4
        wait_for(again, lambda _told, expected=expected: len(documents(tmp_path)) == expected)  # type: ignore[misc]
        again.close()

    assert len(documents(tmp_path)) == 4


# ---- the clinic's doses ---------------------------------------------------------------------------------


@pytest.fixture
def doses(tmp_path: Path) -> Iterator[Prescriptions]:
    journal = Journal(tmp_path / "journal.db", new_id)
    yield Prescriptions(journal)
    journal.close()


def test_a_dose_from_the_clinic_holds_and_is_shown_as_the_clinics(doses: Prescriptions) -> None:
    assert doses.ordered(an_order(), ClinicDoses.SHOWN) == ""

    known = doses.known["471922"]
    assert known.unaccepted
    assert known.first_on_the_line.target_n == 55.0


def test_an_older_dose_never_stands_over_a_newer_one_whatever_comes_last(doses: Prescriptions) -> None:
    assert doses.ordered(an_order(version=3), ClinicDoses.SHOWN) == ""

    assert doses.ordered(an_order(version=2), ClinicDoses.SHOWN) == "what holds here is newer"
    assert doses.ordered(an_order(version=3), ClinicDoses.SHOWN) == ""  # it came twice
    assert doses.ordered(an_order(version=4, prescription_id="rx-0", set_at="2026-03-01T08:00:00Z"), ClinicDoses.SHOWN)
    assert doses.known["471922"].version == 3


def test_what_a_therapist_set_here_later_stands_and_what_they_set_before_does_not(doses: Prescriptions) -> None:
    here = msgspec.structs.replace(a_prescription(an_item()), set_by="t-1", accepted_by="t-1")
    for set_at, answer in (("2026-03-02T09:00:00.000Z", "what holds here is newer"), ("2026-03-02T07:00:00.000Z", "")):
        doses.keep("471922", msgspec.structs.replace(here, set_at=set_at))

        assert doses.ordered(an_order(), ClinicDoses.SHOWN) == answer


def test_a_site_may_trust_the_clinic_or_refuse_its_doses(doses: Prescriptions) -> None:
    assert doses.ordered(an_order(), ClinicDoses.REFUSED)
    assert doses.known == {}
    assert doses.ordered(an_order(), ClinicDoses.TRUSTED) == ""

    assert not doses.known["471922"].unaccepted


def test_the_clinic_hears_what_became_of_its_dose(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    said: list[StationEvent] = []

    for version, kind in ((2, EventKind.PRESCRIBED), (1, EventKind.PRESCRIPTION_REFUSED)):
        atomic_files.place(
            tmp_path / "inbox", f"prescription.rx-1.{version}.json", msgspec.json.encode(an_order(version))
        )
        wait_for(writer, lambda _told, version=version: len(spool.events(tmp_path / "outbox")) == 3 - version)  # type: ignore[misc]
        read = (
            atomic_files.read(tmp_path / "outbox" / name, StationEvent)
            for name in sorted(spool.events(tmp_path / "outbox"))
        )
        said = [one for one in read if one is not None]
        assert (said[-1].kind, said[-1].about) == (kind, "rx-1")
    writer.close()

    assert [one.act for one in Audit(tmp_path).all()] == [Act.DOSE_RECEIVED, Act.DOSE_REFUSED]
    assert b"471922" not in (tmp_path / "audit.jsonl").read_bytes()


# ---- who did what -----------------------------------------------------------------------------------------


def test_what_was_written_down_is_there_after_a_torn_line_and_read_in_order(tmp_path: Path) -> None:
    audit = Audit(tmp_path)
    audit.add(entry(Act.TARED, about="A"))
    with open(tmp_path / "audit.jsonl", "ab") as file:
        file.write(b'{"at":"2026')

    audit.add(entry(Act.PIN_WRONG, who="t-1"), entry(Act.PIN_RIGHT, who="t-1"))

    assert [one.act for one in audit.all()] == [Act.TARED, Act.PIN_WRONG, Act.PIN_RIGHT]


def test_another_version_and_another_configuration_are_written_down_once(tmp_path: Path) -> None:
    audit = Audit(tmp_path)
    for version, configuration in (("0.1", b"a"), ("0.1", b"a"), ("0.2", b"a"), ("0.2", b"b")):
        audit.add(*started_with(audit, version, configuration))

    assert [(one.act, one.after) for one in audit.all() if one.act is Act.UPDATED] == [
        (Act.UPDATED, "0.1"),
        (Act.UPDATED, "0.2"),
    ]
    assert sum(one.act is Act.CONFIGURED for one in audit.all()) == 2


# ---- raw readings ---------------------------------------------------------------------------------------


def test_a_sets_raw_readings_are_a_trace_that_can_be_read_again(tmp_path: Path) -> None:
    kept: list[SetTrace] = []
    raw_recorder = RawRecorder(lambda: {"zero_counts": "100.0", "counts_per_newton": "10"}, kept.append)
    for n in range(8_000):
        spoilt = n % 1_000 == 7
        raw_recorder.heard(Fault(n / 80, next(iter(FaultKind))) if spoilt else Reading(n / 80, 100 + 10 * (n % 50)))

    raw_recorder.set_over(FIRST, 2, 60.0, an_item())
    RawTraces(tmp_path, Budget()).keep(kept[0])

    (path,) = RawTraces(tmp_path, Budget()).all()
    trace = Trace(gzip.decompress(path.read_bytes()).decode().splitlines())
    samples = list(trace)
    assert path.name == f"{FIRST}.02.csv.gz"
    assert len(samples) == 8_000 - 50 * 80 - 4
    assert samples[0].t_s == 50.0
    assert {round(sample.tension_n) for sample in samples} == set(range(50))
    assert trace.head["exercise"] == "pallof_press"


def test_the_raw_readings_in_memory_are_bounded() -> None:
    raw_recorder = RawRecorder(dict, lambda _trace: None)
    for n in range(400_000):
        raw_recorder.heard(Reading(n / 80, n))

    assert len(raw_recorder._times_s) <= 80 * LONGEST_S + 4_096


# ---- out of the journal -----------------------------------------------------------------------------------


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    writer = a_writer(tmp_path)
    for session, ref in ((1, "471922"), (2, "530863"), (3, "471922")):
        day = MORNING + timedelta(days=session)
        facts = facts_of_a_session(2, session, patient_ref=ref)
        facts[0] = msgspec.structs.replace(facts[0], wall_time=day.isoformat())
        keep(writer, facts, SESSION_ID.format(session))
    writer.close()
    return tmp_path / "journal.db"


def test_sessions_are_exported_by_time_and_patient_and_that_is_written_down(journal: Path) -> None:
    everything = pressout("export", journal)
    later = pressout("export", "--since", "2026-03-03", "--patient", "471922", journal)
    table = pressout("export", "--format", "csv", "--until", "2026-03-03", journal)

    assert len(everything.stdout.splitlines()) == 3
    assert [json.loads(line)["session_id"] for line in later.stdout.splitlines()] == [SESSION_ID.format(3)]
    assert {row["session_id"] for row in csv.DictReader(io.StringIO(table.stdout))} == {SESSION_ID.format(1)}
    noted = [one for one in Audit(journal.parent).all() if one.act is Act.EXPORTED]
    assert [one.after for one in noted] == ["3 sessions as json", "1 sessions as json", "1 sessions as csv"]
    assert b"471922" not in (journal.parent / "audit.jsonl").read_bytes()


def test_a_document_that_the_card_has_altered_is_left_out_of_exports_and_charts(journal: Path) -> None:
    with closing(sqlite3.connect(journal, isolation_level=None)) as db:
        altered = "UPDATE documents SET document = CAST(replace(document, '\"count\":2', '\"count\":9') AS BLOB)"
        assert db.execute(f"{altered} WHERE session_id = ?", (SESSION_ID.format(3),)).rowcount == 1

    told = pressout("export", journal)

    assert {json.loads(line)["session_id"] for line in told.stdout.splitlines()} == {
        SESSION_ID.format(number) for number in (1, 2)
    }
    assert SESSION_ID.format(3) in told.stderr
    assert [one.session_id for one in past_visits(Journal(journal, new_id), "471922", 8)] == [SESSION_ID.format(1)]


def test_an_export_out_of_a_clinics_file_is_in_the_clinics_audit_or_is_none(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'clinic.db'}")
    store.engine.dispose()
    told = pressout("export", tmp_path / "clinic.db")

    assert told.returncode == 0, told.stderr
    with closing(sqlite3.connect(tmp_path / "clinic.db")) as db:
        noted = db.execute("SELECT act, about, what FROM audit").fetchall()
        db.execute("DROP TABLE audit")
        db.execute("CREATE VIEW audit AS SELECT 1 AS at")
        db.commit()
    assert noted == [("exported", f"uid {os.getuid()}", "0 sessions as json")]
    refused = pressout("export", tmp_path / "clinic.db")
    assert (refused.returncode, "audit" in refused.stderr) == (1, True)


def test_a_moment_that_is_none_is_wrong_usage(journal: Path) -> None:
    result = pressout("export", "--since", "last week", journal)

    assert result.returncode == 2
    assert "expected a day" in result.stderr


def test_people_can_read_the_audit_and_how_the_uplink_is(config_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "station"
    assert "folders of a station" in one_sentence(pressout("uplink", "--status", "--config", config_file))
    for name in ("outbox", "inbox"):
        (folder / name).mkdir(parents=True)
    Audit(folder).add(entry(Act.DOSE_SET, who="t-1", about="s", before="a", after="b"))

    audit = pressout("audit", "--config", config_file)
    status = pressout("uplink", "--status", "--config", config_file)

    assert re.search(r"dose_set  t-1  s  a -> b", audit.stdout)
    assert "waiting   0 sessions" in status.stdout
    assert "4F-60 no uplink" in status.stdout
