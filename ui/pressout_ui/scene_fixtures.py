"""A state of the screen for each picture of the gallery; bench and tests look at the same ones."""

from __future__ import annotations

import math
from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from pressout_session.course import Course
from pressout_session.error_codes import LinkTrouble, Notice, Trouble
from pressout_session.exercises import Side
from pressout_session.history import PastVisit
from pressout_session.patient_codes import GUEST
from pressout_session.prescription import Prescription, TimedItem
from pressout_session.record import Record, folded
from pressout_session.timed_progress import TimedProgress
from pressout_session.visit import Visit
from pressout_session.wire import AckResult
from pressout_signal.calibration_steps import Point, Wizard
from pressout_signal.events import Phase, Resistance
from pressout_signal.samples import Reading, Sample
from pressout_signal.steady_load import Load, Reason, Refusal
from pressout_ui.app import Screen
from pressout_ui.app_state import AppState
from pressout_ui.fixture_values import (
    CODE,
    TARGET_N,
    a_drift,
    a_live_set,
    a_past_visit,
    a_programme,
    a_record,
    an_item,
)
from pressout_ui.scenes.idle import Idle
from pressout_ui.scenes.rating import Rating, RatingQuestion
from pressout_ui.scenes.rest import Rest
from pressout_ui.scenes.set_up import SetUp
from pressout_ui.scenes.staff.calibrate import Calibrate
from pressout_ui.scenes.staff.dose import Dose
from pressout_ui.scenes.staff.guests import Guests
from pressout_ui.scenes.staff.menu import Menu
from pressout_ui.scenes.staff.more import More
from pressout_ui.scenes.staff.pin import Pin
from pressout_ui.scenes.staff.programme import Programme
from pressout_ui.scenes.staff.reports import Network, Sensor, Visits
from pressout_ui.scenes.staff.settings import SettingsScene
from pressout_ui.scenes.still_here import StillHere
from pressout_ui.scenes.summary import Summary
from pressout_ui.scenes.timed import Timed
from pressout_ui.scenes.today import Today
from pressout_ui.scenes.trouble import InTrouble
from pressout_ui.scenes.who import Who
from pressout_ui.scenes.wipe import Wipe
from pressout_ui.staff import LinkState, SensorFigures


def scenes() -> Iterator[tuple[str, Screen]]:
    """Give every picture's name and screen."""
    record, visit = a_record(15, 7)
    known = AppState(station="3", now_s=100.2, patient_ref=CODE, visit=visit, record=record)
    press_out, hold = a_live_set(Phase.PRESS_OUT, 0.55), a_live_set(Phase.HOLD, 1.0)
    standing = tuple(Sample(99.5 + place / 80, TARGET_N) for place in range(50))
    yield "01-idle", Screen(AppState(station="3", now_s=1.0), Idle())
    yield "02-who", Screen(AppState(station="3"), Who("4719"))
    yield "02-here", Screen(AppState(station="3", here=("471922", "203518", "118204")), Who())
    fresh = replace(known, record=Record(), visit=Visit(Course.of(visit.course.prescription)))
    yield "03-further", Screen(fresh, SetUp(tuple(s._replace(tension_n=14.7) for s in standing)))
    yield "03-closer", Screen(fresh, SetUp(tuple(s._replace(tension_n=48.0) for s in standing)))
    other_side = replace(fresh, visit=Visit(Course.of(visit.course.prescription).after()))
    yield "03-further-right", Screen(other_side, SetUp(tuple(s._replace(tension_n=14.7) for s in standing)))
    yield "04-ready", Screen(fresh, SetUp(standing, in_since_s=98.0))
    stack = Prescription(prescription_id="gallery", items=(an_item(Resistance.CABLE),))
    on_stack = replace(fresh, visit=Visit(Course.of(stack)))
    yield "05-stack", Screen(on_stack, SetUp(tuple(s._replace(tension_n=24.5) for s in standing)))
    yield "06-start", Screen(known, a_live_set(Phase.REST, 0.0))
    yield "07-press-out", Screen(known, press_out)
    yield "08-hold", Screen(known, hold)
    yield "09-return", Screen(known, a_live_set(Phase.RETURN, 0.6))
    yield "10-posture-cue", Screen(known, replace(hold, cue=a_drift(), cue_s=100.0))
    last_three, later = a_record(15, 13)
    yield "11-last-three", Screen(replace(known, record=last_three, visit=later), press_out)
    yield "12-fix", Screen(known, replace(press_out, fixing=True))
    first, turning = a_record(15, None)
    rested = folded([first.opened] if first.opened else [])
    rested = Record(opened=rested.opened, sets=(msgspec.structs.replace(first.sets[0], end_s=58.0),))
    yield (
        "13-rest",
        Screen(replace(known, record=rested, visit=Visit(turning.course.after(), counted=15)), Rest(58.0, Side.LEFT)),
    )
    doubtful = msgspec.structs.replace(rested.sets[0], count_probability=0.5, other_count=14)
    resting = replace(known, visit=Visit(turning.course.after(), counted=15))
    yield "13-rest-doubt", Screen(replace(resting, record=replace(rested, sets=(doubtful,))), Rest(58.0, Side.LEFT))
    yield "13-pause", paused(known)
    yield from ending_scenes(known, fresh)
    yield from staff_scenes(fresh)
    over_a_set = replace(known, initials="MR", therapists=("MR", "AK"), touched_s=known.now_s)
    yield "32-menu-set", Screen(over_a_set, Menu(), before=hold)
    yield "33-dose-set", Screen(over_a_set, Dose(an_item(), 0), before=replace(hold, cue=a_drift(), cue_s=100.0))


def paused(known: AppState) -> Screen:
    """Give the screen of a patient who let go after 7 of 15."""
    half, visit = a_record(7, None)
    sets = (msgspec.structs.replace(half.sets[0], end_s=88.0),)
    record = Record(opened=half.opened, sets=sets)
    waiting = Visit(Course.of(visit.course.prescription), counted=7, left=False)
    return Screen(replace(known, record=record, visit=waiting), Rest(88.0, Side.LEFT))


def ending_scenes(known: AppState, fresh: AppState) -> Iterator[tuple[str, Screen]]:
    """Give the pictures of what is beside the line and after the sets."""
    bird_dog = TimedItem(exercise="bird_dog", reps=10, duration_s=10.0, first_side=Side.LEFT)
    mat = Prescription(prescription_id="gallery", items=(bird_dog, an_item()))
    running = TimedProgress(done=2, since_s=fresh.now_s - 4.3)
    yield "14-timed", Screen(replace(fresh, visit=Visit(Course.of(mat), timed=running)), Timed())
    for exercise, duration_s in (("stir_the_pot", 30.0), ("side_plank", 30.0), ("lateral_rotational_lunge", 0.0)):
        beside = replace(bird_dog, exercise=exercise, duration_s=duration_s)
        asked = Prescription(prescription_id="gallery", items=(beside, an_item()))
        yield f"14-timed-{exercise.split('_')[0]}", Screen(replace(fresh, visit=Visit(Course.of(asked))), Timed())
    whole, over = a_record(15, 15, closed=True)
    done = replace(known, record=whole, visit=over, answer=AckResult.STORED)
    yield "15-summary", Screen(done, Summary(100.0))
    yield "15-farewell", Screen(done, Summary(100.0, farewell=True))
    yield "16-trouble", Screen(known, InTrouble(Trouble.SENSOR_SILENT))
    mistake = "station.toml: dose.1.exercise: found 'palof_press', expected one of pallof_press, half_kneeling_row"
    yield "16-misconfigured", Screen(AppState(station="?"), InTrouble(Trouble.MISCONFIGURED, mistake))
    yield "17-today", Screen(fresh, Today())
    yield "17-today-again", Screen(replace(fresh, visits=(a_past_visit(7),), visits_of=CODE), Today())
    sent = Prescription(prescription_id="gallery", items=(an_item(),), from_clinic=True, version=2)
    yield "17-today-clinic", Screen(replace(fresh, visit=Visit(Course.of(sent))), Today())
    work = a_programme()
    circuit = Prescription(prescription_id="gallery", items=work.items, rounds=work.rounds)
    going_on = replace(fresh, visit=Visit(replace(Course.of(circuit), place=2)))
    yield "17-today-programme", Screen(going_on, Today())
    yield "18-effort", Screen(done, Rating(RatingQuestion.EFFORT, 100.0))
    yield "19-pain", Screen(done, Rating(RatingQuestion.PAIN, 100.0, chosen=2))
    yield "20-wipe", Screen(replace(fresh, visit=None, patient_ref=None), Wipe(94.0))
    yield "22-still-here", Screen(known, StillHere())
    yield "21-night", Screen(AppState(station="3", now_s=700.0), Idle(0.0))
    yield "21-night-notice", Screen(AppState(station="3", now_s=700.0, notice=Notice.RECORDS_DAMAGED), Idle(0.0))


def staff_scenes(fresh: AppState) -> Iterator[tuple[str, Screen]]:
    """Give every picture of the therapist's way."""
    inside = replace(fresh, initials="MR", therapists=("MR", "AK"), touched_s=fresh.now_s)
    visits = tuple(a_past_visit(number) for number in range(8))
    with_visits = replace(inside, visits=visits, visits_of=CODE)
    yield "30-pin", Screen(inside, Pin("MR", typed="123", tries_left=5))
    yield "31-initials", Screen(inside, Pin())
    yield "32-menu", Screen(inside, Menu())
    yield "33-dose", Screen(with_visits, Dose(an_item(), 0))
    sent = Prescription(prescription_id="gallery", items=(an_item(),), from_clinic=True, version=2)
    theirs = replace(with_visits, visit=Visit(Course.of(sent)))
    yield "33-dose-clinic", Screen(theirs, Dose(an_item(), 0))
    yield "34-dose-asking", Screen(with_visits, Dose(an_item(Resistance.CABLE), 0, asking=True, leaving=True))
    yield "35-more", Screen(inside, More(Dose(msgspec.structs.replace(an_item(), tubing="green"), 0)))
    yield "36-visits", Screen(with_visits, Visits())
    yield "37-calibrate", Screen(inside, Calibrate())
    settling = tuple(
        Reading(n / 40, round(200_000 * (1.0 + 0.5 * math.exp(-n / 60) * math.cos(n / 6)))) for n in range(240)
    )
    empty = Wizard((5.0,), points=(Point(0.0, Load(0.0, 40.0, 5.0)),))
    yield "38-hang", Screen(inside, Calibrate(wizard=empty.hangs(), seen=settling))
    refused = replace(empty, refusal=Refusal(Reason.OFF_THE_LINE, 3.0))
    yield "39-again", Screen(inside, Calibrate(wizard=refused, seen=settling))
    yield from telling_scenes(inside, settling, visits)


def telling_scenes(
    inside: AppState, settling: tuple[Reading, ...], visits: tuple[PastVisit, ...]
) -> Iterator[tuple[str, Screen]]:
    """Give the pictures of what the station tells staff of itself."""
    figures = SensorFigures(
        measured_hz=80.1,
        configured_hz=80.0,
        tension_n=39.2,
        noise_n=0.12,
        faults=1,
        zero_n=0.3,
        calibrated="2026-01-02 MR",
        well=True,
    )
    yield "40-sensor", Screen(replace(inside, sensor=figures), Sensor(settling))
    away = LinkState(
        waiting=12,
        trouble=LinkTrouble.CERTIFICATE_DATES,
        details="broker broker.example:8883: found certificate has expired, expected one that is valid today; check "
        "this computer's clock too",
        rejected=1,
        reasons=("identity: found north/s9 in the document, expected north/s3 as in the topic",),
        damaged_on="2026-03-02",
    )
    yield "41-network", Screen(replace(inside, link=away), Network())
    well = LinkState(connected=True, plain=True)
    yield "41-network-plain", Screen(replace(inside, link=well), Network())
    yield "42-guests", Screen(replace(inside, visits=visits, visits_of=GUEST), Guests())
    yield "43-whose", Screen(inside, Guests(visits[0].session_id, "471"))
    yield "44-settings", Screen(inside, SettingsScene())
    work = a_programme()
    yield "45-programme", Screen(inside, Programme(work, work))
    yield "45-programme-picked", Screen(inside, Programme(work, work, picked=0, leaving=True))
    yield "45-programme-press", Screen(inside, Programme(work, work, picked=1))
    yield "45-programme-add", Screen(inside, Programme(work, work, adding=True))
