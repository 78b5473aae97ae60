"""Every trap that a counter of repetitions has fallen into, on a weight stack; three on tubing (more: its strokes)."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from builders import Trace, heard, repetitions
from pressout_signal.events import (
    DriftKind,
    Event,
    Movement,
    PartialSeen,
    Resistance,
    TensionDrift,
    Travel,
)
from pressout_signal.pipeline import pipeline_for
from pressout_signal.samples import Sample
from stacks import FAR_M, Carried


def on_a_stack(carried: Carried, rate_hz: float = 80.0) -> list[Event]:
    movement = Movement.ROW if carried.row else Movement.PRESS
    return heard(carried.samples(rate_hz), Resistance.CABLE, movement)


def counted(carried: Carried, rate_hz: float = 80.0) -> int:
    return len(repetitions(on_a_stack(carried, rate_hz)))


@pytest.mark.parametrize("reps", [1, 2, 3, 8])
def test_the_first_and_the_last_repetition_of_a_set(reps: int) -> None:
    assert counted(Carried().lifted().repetitions(reps).let_go()) == reps


def test_the_last_repetition_is_counted_by_its_return_and_not_by_what_follows() -> None:
    carried = Carried().lifted().repetitions(5, rest_s=6.0)

    *_, last = repetitions(on_a_stack(carried))

    assert last.counted_at_s < last.return_end_s + 0.9


def test_no_hold_at_all() -> None:
    assert counted(Carried().lifted().repetitions(6, hold_s=0.0).let_go()) == 6


def test_a_hold_of_thirty_seconds() -> None:
    carried = Carried().lifted().repetitions(3).repetition(hold_s=30.0).repetitions(3).let_go()

    assert counted(carried) == 7


@pytest.mark.parametrize("stroke_s", [0.6, 3.0])
def test_slow_presses_and_quick_ones(stroke_s: float) -> None:
    assert counted(Carried().lifted().repetitions(6, out_s=stroke_s, back_s=stroke_s).let_go()) == 6


@pytest.mark.parametrize("rest_s", [0.1, 20.0])
def test_taut_rests_of_a_tenth_and_of_twenty_seconds(rest_s: float) -> None:
    carried = Carried().lifted().repetitions(3).repetition(rest_s=rest_s).repetitions(3).let_go()

    assert counted(carried) == 7


def test_a_partial_in_the_middle() -> None:
    told = on_a_stack(Carried().lifted().repetitions(4).partial().repetitions(3).let_go())

    assert len(repetitions(told)) == 7
    assert len([event for event in told if isinstance(event, PartialSeen)]) <= 1


def test_a_stack_set_down_between_repetitions() -> None:
    down = replace(Carried(), floor_m=-0.03).lifted().repetitions(6)

    assert counted(down) == 6


def test_a_pause_at_mid_stroke() -> None:
    carried = Carried().lifted().repetitions(4)
    halfway = carried.script.at._replace(reach_m=0.35)
    carried.script.move(0.9, halfway)
    carried.script.stay(0.4)
    carried.repetition().repetitions(2).let_go()

    assert counted(carried) in {carried.done, carried.done + 1}


def test_a_cough_in_the_hold() -> None:
    clean = Carried().lifted().repetitions(6).let_go()
    third = repetitions(on_a_stack(clean))[2]
    middle_s = 0.5 * (third.hold_start_s + third.return_start_s)
    coughed = [Sample(s.t_s, s.tension_n * (1.0 + 0.08 * (abs(s.t_s - middle_s) < 0.1))) for s in clean.samples()]

    told = heard(coughed, Resistance.CABLE, Movement.PRESS)

    assert len(repetitions(told)) == 6


def test_drift_of_the_zero_by_a_newton_over_ten_minutes() -> None:
    samples = [
        Sample(s.t_s, s.tension_n + s.t_s / 600.0)
        for s in Carried().lifted().repetitions(15, rest_s=5.0).let_go().samples()
    ]

    told = heard(samples, Resistance.CABLE, Movement.PRESS)

    assert len(repetitions(told)) == 15
    assert not [event for event in told if isinstance(event, TensionDrift)]


def test_one_corrupted_sample_exactly_at_a_phase_change() -> None:
    samples = Carried().lifted().repetitions(5).let_go().samples()
    before = repetitions(heard(samples, Resistance.CABLE, Movement.PRESS))
    for one in before:
        for at_s in (one.press_out_start_s, one.hold_start_s, one.return_start_s, one.return_end_s):
            place = next(n for n, sample in enumerate(samples) if sample.t_s >= at_s)
            samples[place] = Sample(samples[place].t_s, -900.0)

    assert len(repetitions(heard(samples, Resistance.CABLE, Movement.PRESS))) == len(before) == 5


def test_a_stall_of_two_hundred_milliseconds_in_mid_stroke() -> None:
    samples = Carried().lifted().repetitions(5).let_go().samples()
    strokes = repetitions(heard(samples, Resistance.CABLE, Movement.PRESS))
    middles_s = [0.5 * (one.press_out_start_s + one.hold_start_s) for one in strokes]
    kept = [sample for sample in samples if all(abs(sample.t_s - at_s) > 0.1 for at_s in middles_s)]

    assert len(repetitions(heard(kept, Resistance.CABLE, Movement.PRESS))) == 5


def test_ten_samples_a_second() -> None:
    assert counted(Carried().lifted().repetitions(6).let_go(), rate_hz=10.0) == 6


@pytest.mark.parametrize(
    "resistance",
    [
        pytest.param(
            Resistance.TUBING,
            marks=pytest.mark.xfail(strict=True, reason="a slow turn to the other side can count; limits.md"),
        ),
        Resistance.CABLE,
    ],
)
def test_side_changed_without_slack_in_between(resistance: Resistance) -> None:
    if resistance is Resistance.TUBING:
        trace = Trace().taken_up().repetition().repetition().repetition()
        turned = trace.to(34.0, 1.2).to(46.0, 1.4).to(40.0, 1.0).hold(2.0)
        told = heard(turned.repetition().repetition().repetition().samples)
    else:
        carried = Carried().lifted().repetitions(3)
        carried.script.move(1.5, carried.script.at._replace(distance_m=carried.script.at.distance_m - 0.06))
        carried.script.move(1.5, carried.script.at._replace(distance_m=carried.script.at.distance_m + 0.06))
        told = on_a_stack(carried.rest(2.0).repetitions(3).let_go())

    assert len(repetitions(told)) == 6
    assert {one.set_number for one in repetitions(told)} == {1}


def test_a_patient_twice_as_strong_as_the_one_before() -> None:
    light = Carried().lifted().repetitions(4).let_go().samples()
    heavy = Carried(weight_n=120.0).lifted().repetitions(4).let_go().samples()
    after = [Sample(s.t_s + light[-1].t_s + 1.0, s.tension_n) for s in heavy]

    # The pin was moved, and nobody told the station.
    assert len(repetitions(heard([*light, *after], Resistance.CABLE, Movement.PRESS))) == 8


@pytest.mark.parametrize("weight_n", [25.0, 60.0, 140.0])
def test_another_pin_than_prescribed(weight_n: float) -> None:
    assert counted(Carried(weight_n=weight_n).lifted().repetitions(5).let_go()) == 5


def test_tension_near_the_cells_limit() -> None:
    # A cell of 200 N on a stack of 160: the first push of a quick press is cut off.
    samples = Carried(weight_n=160.0).lifted().repetitions(5, out_s=0.9, back_s=0.9).let_go().samples()
    limited = [Sample(s.t_s, min(s.tension_n, 185.0)) for s in samples]

    assert len(repetitions(heard(limited, Resistance.CABLE, Movement.PRESS))) == 5


@pytest.mark.long
def test_nothing_at_all_for_an_hour_then_a_set() -> None:
    idle = [Sample(n / 10, 0.1) for n in range(1, 36_000)]
    samples = Carried().lifted().repetitions(4).let_go().samples()
    after = [Sample(s.t_s + 3_600.0, s.tension_n) for s in samples]

    told = heard([*idle, *after], Resistance.CABLE, Movement.PRESS)

    assert len(repetitions(told)) == 4


def test_standing_with_the_stack_in_hand_for_two_minutes_is_no_repetition() -> None:
    told = on_a_stack(Carried().lifted().rest(120.0).let_go())

    assert repetitions(told) == []
    assert not [event for event in told if isinstance(event, TensionDrift) and event.kind is DriftKind.ROTATION]


def test_rows_on_a_stack() -> None:
    rows = Carried(row=True).lifted().repetitions(6, reach_m=0.45, out_s=1.0, back_s=1.2).let_go()

    assert counted(rows) == 6


def test_repetitions_follow_each_other() -> None:
    told = repetitions(on_a_stack(Carried().lifted().repetitions(8).let_go()))

    for one, other in pairwise(told):
        assert one.return_end_s <= other.press_out_start_s + 0.1


@pytest.mark.parametrize("ratio", [1, 2])
def test_a_stacks_travel_is_given_in_metres_and_holds_within_three_deviations(ratio: int) -> None:
    carried = Carried(pulley=ratio).lifted().repetitions(6).let_go()
    true_m = math.hypot(FAR_M, 0.6) - FAR_M
    pipeline = pipeline_for(Resistance.CABLE, Movement.PRESS, float(ratio))
    travels: list[Travel | None] = []
    for sample in carried.samples():
        pipeline, events = pipeline.step(sample)
        travels.extend(one.travel for one in repetitions(events))

    assert len(travels) == 6
    for travel in travels:
        assert travel is not None
        assert abs(travel.out_m - true_m) < 3.0 * travel.out_sd_m
        assert travel.out_sd_m < 0.4 * travel.out_m


@pytest.mark.xfail(strict=True, reason="a pause in the middle of a stroke can lose it; docs/explanation/limits.md")
def test_on_tubing_a_pause_at_mid_stroke() -> None:
    paused = Trace().taken_up().repetition().repetition().to(48.0, 0.7).hold(0.4).to(56.0, 0.7).hold(1.5).to(40.0, 1.1)

    assert len(repetitions(heard(paused.hold(1.2).repetition().let_go().samples))) == 4


def test_on_tubing_a_cough_in_the_hold() -> None:
    coughed = Trace().taken_up().repetition().repetition().to(56.0, 1.0).hold(0.8).to(59.0, 0.1).to(56.0, 0.1)

    assert len(repetitions(heard(coughed.hold(0.8).to(40.0, 1.1).hold(1.2).repetition().let_go().samples))) == 4


def test_on_tubing_tension_near_the_cells_limit() -> None:
    trace = Trace().taken_up().repetition(30.0).repetition(30.0).repetition(30.0)
    limited = [Sample(s.t_s, min(s.tension_n, 68.0)) for s in trace.samples]

    assert len(repetitions(heard(limited))) == 3
