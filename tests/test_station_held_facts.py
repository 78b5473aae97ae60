"""A visit between sign-in and the first thing done, and a line tugged in passing: nothing is mixed up or lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from msgspec.structs import replace

from builders import a_prescription, an_item, facts_of_a_session
from controllers import Desk
from pressout_session.document import Clock
from pressout_session.exercises import Side
from pressout_session.facts import DoseChanged, Opened, PainReported, TimedCounted, TimedDone
from pressout_session.prescription import TimedItem
from pressout_session.record import folded
from pressout_session.visit import Visit
from pressout_session.visit_corrections import added
from pressout_signal.samples import Sample
from pressout_station.controller.held_facts import dated_by_now
from pressout_station.controller.presence import ANSWER_S, ASK_AFTER_S

GONE_S = ASK_AFTER_S + ANSWER_S


@pytest.mark.parametrize("tug_s", [0.35, 0.45, 0.55, 0.8])
def test_a_line_that_is_tugged_and_let_go_is_known_to_be_slack_whatever_dose_is_asked(tug_s: float) -> None:
    desk = Desk()
    desk.writer.prescriptions["471922"] = a_prescription(an_item(reps=9))
    desk.feel([Sample(n / 80, 0.0) for n in range(80)])
    desk.controller.begin("471922")
    desk.feel([Sample(n / 80, 30.0 if n < 80 * (2.0 + tug_s) else 0.0) for n in range(160, 400)])

    assert desk.controller.visit is not None
    assert not desk.controller.visit.taut
    desk.clock.time_s += GONE_S + 60.0
    assert desk.controller.forgotten


LUNGES = TimedItem(exercise="lateral_rotational_lunge", reps=9, duration_s=0.0, first_side=Side.LEFT)


def test_what_was_tapped_beside_the_line_is_kept_when_a_therapist_asks_for_more_on_the_line() -> None:
    desk = Desk()
    desk.writer.prescriptions["471922"] = a_prescription(an_item(reps=1), LUNGES)
    desk.controller.begin("471922")
    visit = desk.controller.visit
    assert visit is not None
    desk.controller.visit = msgspec.structs.replace(visit, course=visit.course.after().after())
    for _ in range(5):
        desk.clock.time_s += 2.0
        desk.controller.tapped(Visit.timed_tapped)

    desk.controller.dose(0, an_item(reps=1, sets=2), "t-1")

    kinds = [type(fact) for fact in desk.facts("session-1")]
    assert kinds == [Opened, *[TimedCounted] * 5, TimedDone, DoseChanged]
    assert folded(desk.facts("session-1")).timed[0].reps == 5


def test_another_dose_before_anything_was_done_leaves_no_session_behind_and_goes_on_in_its_order() -> None:
    desk = Desk()
    desk.controller.begin("471922")
    visit = desk.controller.visit
    assert visit is not None
    desk.controller.visit = msgspec.structs.replace(visit, course=visit.course.after())

    desk.controller.dose(0, an_item(reps=2), "t-1")

    assert desk.facts("session-1") == []
    desk.controller.tapped(added)
    assert desk.controller.visit.prescription.items[0] == an_item(reps=2)
    desk.controller.report_pain()
    assert [type(fact) for fact in desk.facts("session-1")] == [Opened, DoseChanged, PainReported]


def test_who_signs_in_before_the_time_is_known_and_begins_after_it_began_when_they_did() -> None:
    clock = Clock(synchronised=False)
    opened = facts_of_a_session()[0]
    assert isinstance(opened, Opened)
    held = (replace(opened, t_s=100.0, wall_time="2020-01-01T00:00:00.000Z", clock=clock),)

    assert dated_by_now(held, 160.0, clock) == held
    (dated,) = dated_by_now(held, 160.0, Clock(synchronised=True))
    assert isinstance(dated, Opened)
    assert abs(datetime.fromisoformat(dated.wall_time) - (datetime.now(UTC) - timedelta(seconds=60))) < timedelta(
        1 / 24
    )
    assert dated.clock == Clock(synchronised=True)
    sure = (replace(held[0], clock=Clock(synchronised=True)),)
    assert dated_by_now(sure, 160.0, Clock(synchronised=True)) == sure
