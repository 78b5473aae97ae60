"""Values for what shows or measures the screen: an item, a repetition, a record, a trace, a past visit."""

from __future__ import annotations

import math

from msgspec.structs import replace

from pressout_session.course import Course
from pressout_session.exercises import Side
from pressout_session.facts import AnyFact, Closed, DriftKept, EndReason, Opened, RepetitionKept, SetClosed, SetOpened
from pressout_session.history import PastVisit
from pressout_session.prescription import CabledItem, Item, Prescription, TimedItem
from pressout_session.programmes import Work
from pressout_session.record import Record, folded
from pressout_session.visit import Visit
from pressout_signal.events import DriftKind, Phase, RepetitionCompleted, Resistance, TensionDrift
from pressout_ui.app_state import G_M_PER_S2
from pressout_ui.scenes.flood_edge import FloodEdge
from pressout_ui.scenes.live_set import LiveSet, TracePoint

TARGET_N = 4.0 * G_M_PER_S2
CODE = "471922"


def an_item(resistance: Resistance = Resistance.TUBING) -> CabledItem:
    """Give 15 presses a side at 4 kg, held for 3 s."""
    return CabledItem(
        exercise="pallof_press",
        resistance=resistance,
        target_n=TARGET_N,
        tolerance_n=0.15 * TARGET_N,
        sets=1,
        reps=15,
        hold_s=3.0,
        first_side=Side.LEFT,
    )


def a_programme() -> Work:
    """Give a bird dog, a half-kneeling press and a stirred pot, twice round."""
    press = replace(an_item(), exercise="half_kneeling_pallof_press")
    beside = (
        TimedItem(exercise="bird_dog", reps=10, duration_s=10.0, first_side=Side.LEFT),
        TimedItem(exercise="stir_the_pot", reps=1, duration_s=30.0, first_side=Side.LEFT),
    )
    return Work((beside[0], press, beside[1]), rounds=2)


def a_repetition(start_s: float, number: int, hold_s: float = 3.1) -> RepetitionCompleted:
    """Give a repetition that began at `start_s`."""
    return RepetitionCompleted(
        press_out_start_s=start_s,
        hold_start_s=start_s + 1.1,
        return_start_s=start_s + 1.1 + hold_s,
        return_end_s=start_s + 2.4 + hold_s,
        counted_at_s=start_s + 2.5 + hold_s,
        chest_n=TARGET_N,
        hold_n=TARGET_N * 1.5,
        peak_n=TARGET_N * 1.55,
        impulse_n_s=190.0,
        set_number=1,
        number=number,
    )


def a_record(left: int, right: int | None, *, item: Item | None = None, closed: bool = False) -> tuple[Record, Visit]:
    """Give the record and visit of a session with so many repetitions a side; None is a side not begun."""
    prescription = Prescription(prescription_id="gallery", items=(item or an_item(), an_item()))
    if item is None:
        prescription = Prescription(prescription_id="gallery", items=(an_item(),))
    facts: list[AnyFact] = [
        Opened(
            t_s=0.0,
            session_id="01900000-0000-7000-8000-000000000000",
            patient_ref=CODE,
            prescription=prescription,
            wall_time="2026-01-01T09:42:00Z",
            boot_id="gallery",
        )
    ]
    course = Course.of(prescription)
    t_s = 10.0
    for side, count in ((Side.LEFT, left), (Side.RIGHT, right)):
        if count is None:
            continue
        facts.append(SetOpened(t_s=t_s, item=0, side=side))
        for number in range(1, count + 1):
            held = a_repetition(t_s, number, 3.1 if side is Side.LEFT else 2.7)
            facts.append(RepetitionKept(t_s=held.counted_at_s, repetition=held))
            if side is Side.RIGHT and number in (9, 13):
                facts.append(DriftKept(t_s=t_s, drift=a_drift(number)))
            t_s += 6.5
        if right is not None and side is Side.LEFT:
            facts.append(SetClosed(t_s=t_s))
            course = course.after()
    if closed:
        facts.extend((SetClosed(t_s=t_s), Closed(t_s=t_s + 9.0, reason=EndReason.DONE)))
        course = course.after()
    return folded(facts), Visit(course, set_open=not closed, counted=1)


def a_drift(number: int = 7) -> TensionDrift:
    """Give a rotation in repetition `number`."""
    return TensionDrift(
        kind=DriftKind.ROTATION, t_s=99.0, said_at_s=99.5, drop_n=7.0, confidence=0.9, set_number=1, number=number
    )


def a_trace(until: Phase) -> tuple[TracePoint, ...]:
    """Give the last fifteen seconds of tension, ending within the phase `until`."""
    end = {Phase.PRESS_OUT: 0.6, Phase.HOLD: 2.0, Phase.RETURN: 4.6, Phase.REST: 5.6}[until]
    points = []
    for step in range(181):
        t_s = step / 12.0
        at_s = (end - (15.0 - t_s)) % 6.0
        if at_s < 1.1:
            phase, share = Phase.PRESS_OUT, 0.5 - 0.5 * math.cos(math.pi * at_s / 1.1)
        elif at_s < 4.1:
            phase, share = Phase.HOLD, 1.0 - 0.05 * math.log1p(at_s - 1.1)
        elif at_s < 5.3:
            phase, share = Phase.RETURN, 0.5 + 0.5 * math.cos(math.pi * (at_s - 4.1) / 1.2)
        else:
            phase, share = Phase.REST, 0.0
        points.append(TracePoint(t_s, TARGET_N * (1.0 + 0.5 * share), phase))
    return tuple(points)


def a_live_set(phase: Phase, level: float) -> LiveSet:
    """Give the set in a phase, at a level."""
    edge = FloodEdge(level=level, rises=phase in (Phase.PRESS_OUT, Phase.HOLD), farthest=level)
    return LiveSet(phase=phase, phase_s=99.0, edge=edge, trace=a_trace(phase), last=a_repetition(80.0, 6))


def a_past_visit(number: int) -> PastVisit:
    """Give a visit of a patient who is getting on."""
    return PastVisit(
        session_id=f"01900000-0000-7000-8000-{number:012d}",
        started_at=f"2026-01-{2 + 3 * number:02d}T09:{10 + number}:00.000Z",
        done=min(30, 25 + number),
        asked=30,
        chest_n=TARGET_N * (0.86 + 0.02 * number),
        pulls=(("pallof_press", "tubing", TARGET_N * (0.86 + 0.02 * number)),),
        hold_left_s=2.5 + 0.08 * number,
        hold_right_s=2.1 + 0.08 * number,
        reminders=max(2, 9 - number),
        target_n=TARGET_N,
    )
