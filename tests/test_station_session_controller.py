"""What the station counts and for whom: nothing lost for want of a sign-in, nothing kept of an empty visit."""

from __future__ import annotations

import msgspec
import pytest

from builders import a_prescription, an_item, simulated
from controllers import Desk
from pressout_session.exercises import Side
from pressout_session.facts import (
    Closed,
    EndReason,
    Opened,
    RepetitionKept,
    SetClosed,
)
from pressout_session.patient_codes import GUEST
from pressout_session.prescription import TimedItem
from pressout_session.record import folded
from pressout_session.visit_corrections import undone
from pressout_signal.events import LineLetGo, LineTaken, Resistance
from pressout_signal.samples import Fault, FaultKind, Sample
from pressout_station.controller.presence import ANSWER_S, ASK_A_GUEST_AFTER_S, ASK_AFTER_S

GONE_S = ASK_AFTER_S + ANSWER_S


@pytest.fixture(scope="module")
def session() -> list[Sample]:
    return simulated(Resistance.TUBING, seed=1)[0]


def test_both_sides_of_a_session_are_kept(session: list[Sample]) -> None:
    desk = Desk()
    desk.controller.begin("471922")
    desk.feel(session)
    desk.controller.end(EndReason.DONE)

    record = folded(desk.facts("session-1"))
    assert (record.count(Side.LEFT), record.count(Side.RIGHT)) == (6, 6)
    assert isinstance(desk.facts("session-1")[-1], Closed)


def test_tensions_that_are_handed_over_late_and_all_at_once_are_counted_as_ever(session: list[Sample]) -> None:
    told = []
    for late_s in (0.0, 200.0):  # as after a pause of the whole machine
        desk = Desk()
        desk.controller.begin("471922", since_s=0.0)
        desk.clock.time_s += late_s
        for sample in session:
            desk.clock.time_s = max(desk.clock.time_s, sample.t_s + late_s)
            desk.controller.take(sample)
        desk.controller.end(EndReason.DONE)
        told.append([fact for fact in desk.facts("session-1") if isinstance(fact, RepetitionKept | SetClosed)])

    in_time, late = told
    assert late == in_time
    assert sum(isinstance(fact, RepetitionKept) for fact in late) == 12


def test_letting_go_with_the_dose_done_ends_the_set_whatever_page_is_shown(session: list[Sample]) -> None:
    desk = Desk()  # no screen at all
    desk.controller.begin("471922")
    sure = []
    for sample in session:
        desk.clock.time_s = max(desk.clock.time_s, sample.t_s)
        events = desk.controller.take(sample)
        if any(isinstance(event, LineLetGo) for event in events) and desk.controller.visit is not None:
            sure.append((desk.controller.visit.set_open, desk.controller.visit.turn_count))

    assert (False, 6) in sure
    closed = [fact for fact in desk.facts("session-1") if isinstance(fact, SetClosed)]
    assert all(fact.count_probability is not None for fact in closed)


def test_whoever_signs_in_with_the_line_in_hand_ends_no_set_before_letting_go(session: list[Sample]) -> None:
    desk = Desk(reps=3)
    for sample in session:  # as the screen signs a guest in: when the line is taken
        desk.clock.time_s = max(desk.clock.time_s, sample.t_s)
        if (
            any(isinstance(event, LineTaken) for event in desk.controller.take(sample))
            and desk.controller.visit is None
        ):
            desk.controller.begin(GUEST)
    desk.controller.end(EndReason.DONE)

    record = folded(desk.facts("session-1"))
    assert [(held.side, held.count) for held in record.sets] == [(Side.LEFT, 6), (Side.RIGHT, 6)]


def test_letting_go_before_the_dose_is_done_goes_on_with_the_same_side(session: list[Sample]) -> None:
    desk = Desk(reps=10)
    desk.controller.begin("471922")
    desk.feel(session)
    desk.controller.end(EndReason.SIGNED_OUT)

    record = folded(desk.facts("session-1"))
    # The simulated patient turned round after six, without a tap: nobody can feel that.
    assert [(held.side, held.count, held.goes_on) for held in record.sets] == [
        (Side.LEFT, 6, False),
        (Side.LEFT, 6, True),
    ]


def test_a_visit_in_which_nothing_happened_leaves_nothing_behind() -> None:
    desk = Desk()
    desk.controller.begin("471922")
    desk.controller.end(EndReason.SIGNED_OUT)

    assert desk.writer.kept == []


def test_repetitions_with_nobody_signed_in_are_a_guests(session: list[Sample]) -> None:
    desk = Desk()
    desk.feel(session)

    opened = desk.facts("session-1")[0]
    assert isinstance(opened, Opened)
    assert opened.patient_ref == "guest"
    assert sum(isinstance(fact, RepetitionKept) for fact in desk.facts("session-1")) == 12


def test_what_is_kept_late_of_one_patient_is_not_shown_to_the_next(session: list[Sample]) -> None:
    desk = Desk()
    desk.controller.begin("471922")
    desk.feel(session[: len(session) // 2])
    desk.controller.end(EndReason.DONE)
    desk.controller.begin("555550")

    desk.controller.told()

    assert desk.controller.pending_writes.record.sets == ()


def test_the_record_is_what_the_writer_has_told(session: list[Sample]) -> None:
    desk = Desk()
    desk.controller.begin("471922")
    desk.feel(session[: len(session) // 2])
    assert desk.controller.pending_writes.record.count(Side.LEFT) == 0

    desk.controller.told()

    assert desk.controller.pending_writes.record.count(Side.LEFT) == 6


def test_what_the_disk_is_late_with_is_shown_all_the_same(session: list[Sample]) -> None:
    desk = Desk()
    desk.controller.begin("471922")
    desk.feel(session[: len(session) // 2])
    desk.clock.time_s += 1.0

    assert desk.controller.pending_writes.late
    assert desk.controller.pending_writes.shown.count(Side.LEFT) == 6
    assert desk.controller.pending_writes.record.count(Side.LEFT) == 0
    desk.controller.told()
    assert not desk.controller.pending_writes.late
    assert desk.controller.pending_writes.shown == desk.controller.pending_writes.record


def test_a_session_that_nobody_signs_out_of_is_asked_for_after_ten_minutes_and_forgotten_a_minute_later(
    session: list[Sample],
) -> None:
    desk = Desk()
    desk.controller.begin("471922")
    desk.feel(session)
    assert not desk.controller.forgotten

    end_s = session[-1].t_s
    desk.feel([Sample(end_s + n, 0.0) for n in range(1, int(ASK_AFTER_S))])
    assert (desk.controller.absent, desk.controller.forgotten) == (True, False)
    desk.feel([Sample(end_s + n, 0.0) for n in range(int(ASK_AFTER_S), int(GONE_S))])
    assert desk.controller.forgotten


def test_a_guest_who_walked_away_frees_the_station_sooner() -> None:
    desk = Desk()
    desk.controller.begin(GUEST)
    desk.feel([Sample(float(n), 0.0) for n in range(int(ASK_A_GUEST_AFTER_S) + 3)])
    assert (desk.controller.absent, desk.controller.forgotten) == (True, False)

    desk.controller.present()
    assert not desk.controller.absent


def test_whoever_taps_a_correction_is_there(session: list[Sample]) -> None:
    desk = Desk()
    desk.controller.begin("471922")
    desk.feel(session)
    desk.feel([Sample(session[-1].t_s + n, 0.0) for n in range(1, int(ASK_AFTER_S))])
    assert desk.controller.absent

    desk.controller.tapped(undone)

    assert not desk.controller.absent


def test_a_computer_that_is_behind_with_its_readings_forgets_nobody(session: list[Sample]) -> None:
    desk = Desk()
    desk.controller.begin("471922")
    desk.clock.time_s = 170.0

    desk.feel(session[: len(session) // 2])

    assert not desk.controller.forgotten


def test_a_sensor_that_died_with_the_line_taut_holds_no_session_open_for_ever(session: list[Sample]) -> None:
    desk = Desk()
    desk.controller.begin("471922")
    desk.feel(session[: len(session) // 3])
    desk.controller.take(Fault(desk.clock.time_s, FaultKind.SILENT))

    desk.clock.time_s += GONE_S + 10.0

    assert desk.controller.forgotten


def test_what_the_sensor_did_is_kept_with_the_session(session: list[Sample]) -> None:
    desk = Desk()
    desk.controller.begin("471922")
    desk.feel(session)
    desk.controller.take(Fault(desk.clock.time_s, FaultKind.OUT_OF_STEP))
    desk.controller.end(EndReason.DONE)

    signal = folded(desk.facts("session-1")).signal
    assert signal is not None
    assert signal.samples == len(session)
    assert signal.faults["out_of_step"] == 1
    assert signal.sample_rate_hz == 80.12  # the chip's own rate: what was missing does not lower it


def test_whoever_takes_the_handle_later_is_not_taken_for_who_was_here_last(session: list[Sample]) -> None:
    desk = Desk()
    desk.controller.begin("471922")
    desk.feel(session[:200])
    desk.controller.end(EndReason.SIGNED_OUT)

    later = [sample._replace(t_s=sample.t_s + 900.0) for sample in session]
    desk.feel(later)

    opened = [fact.patient_ref for _owner, fact in desk.writer.kept if isinstance(fact, Opened)]
    assert opened[-1] == GUEST


@pytest.mark.parametrize("reason", [EndReason.NOT_ME, EndReason.SIGNED_OUT, EndReason.IDLE])
def test_whoever_was_signed_out_is_nobody_even_with_the_line_in_hand(reason: EndReason) -> None:
    desk = Desk()
    desk.controller.begin("471922")
    desk.controller.end(reason)

    assert desk.controller.patient_ref == GUEST


def test_a_prescribed_rest_and_an_exercise_beside_the_line_are_no_absence() -> None:
    long_rest = msgspec.structs.replace(an_item(reps=6), rest_s=300.0)
    planks = TimedItem(exercise="side_plank", reps=10, duration_s=30.0, first_side=Side.LEFT)
    for prescription, allowed_s in ((a_prescription(long_rest), 300.0), (a_prescription(planks, an_item()), 300.0)):
        desk = Desk()
        desk.writer.prescriptions["471922"] = prescription
        desk.controller.begin("471922")
        desk.feel([Sample(n / 4, 0.0) for n in range(int(4 * (GONE_S + allowed_s - 20.0)))])
        assert not desk.controller.forgotten
        last_s = desk.clock.time_s
        desk.feel([Sample(last_s + n / 4, 0.0) for n in range(1, 200)])
        assert desk.controller.forgotten


def test_a_second_change_in_a_running_set_keeps_the_first(session: list[Sample]) -> None:
    desk = Desk()
    desk.controller.begin("471922")
    assert desk.controller.visit is not None
    for sample in session:
        desk.feel([sample])
        if desk.controller.visit.counted:
            break

    item = desk.controller.visit.course.prescription.first_on_the_line
    harder = msgspec.structs.replace(item, target_n=50.0)
    desk.controller.dose(0, harder, "t-1")
    assert desk.controller.visit.course.prescription.first_on_the_line == item
    desk.controller.dose(
        0, msgspec.structs.replace(desk.controller.visit.prescription.first_on_the_line, reps=9), "t-1"
    )

    last = desk.writer.prescriptions["471922"].first_on_the_line
    assert (last.target_n, last.reps) == (50.0, 9)
