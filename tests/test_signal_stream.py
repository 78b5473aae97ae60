"""What happens to samples before anyone looks for strokes: calibration, the guard, slack and sets, traces."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import Trace as Told
from builders import heard, repetitions, simulated
from pressout_signal.calibration import Calibration
from pressout_signal.despike import Despiker, DespikerLimits
from pressout_signal.events import LineLetGo, LineTaken, Movement, Resistance, SetEnded, SetStarted
from pressout_signal.pipeline import pipeline_for
from pressout_signal.samples import Fault, FaultKind, Reading, Sample
from pressout_signal.trace_format import Trace, TraceError

HEADER = "t_s,tension_n"


def guarded(samples: list[Sample]) -> tuple[list[Sample], list[Fault]]:
    despiker = Despiker(DespikerLimits())
    believed: list[Sample] = []
    faults: list[Fault] = []
    for sample in samples:
        despiker, passed, found = despiker.step(sample)
        believed.extend(passed)
        faults.extend(found)
    return believed, faults


def steady(count: int = 200, tension_n: float = 40.0) -> list[Sample]:
    return [Sample(n / 80, tension_n + 0.1 * math.sin(n)) for n in range(count)]


def test_a_cell_mounted_the_other_way_round_is_a_negative_span() -> None:
    cell = Calibration(zero_counts=100, counts_per_newton=-50)

    assert cell.sample(Reading(0.0, -900)).tension_n == 20.0


def test_a_span_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="calibrate"):
        Calibration(zero_counts=0, counts_per_newton=0)


@given(place=st.integers(60, 190), value_n=st.floats(-2000, 2000).filter(lambda n: abs(n - 40) > 5))
def test_one_corrupted_sample_is_a_spike_and_no_tension(place: int, value_n: float) -> None:
    samples = steady()
    samples[place] = Sample(samples[place].t_s, value_n)

    believed, faults = guarded(samples)

    assert [fault.kind for fault in faults] == [FaultKind.SPIKE]
    assert max(sample.tension_n for sample in believed) < 41


def test_a_handle_that_is_dropped_is_no_spike() -> None:
    samples = [*steady(), *(Sample(2.5 + n / 80, 0.0) for n in range(100))]

    believed, faults = guarded(samples)

    assert faults == []
    assert len(believed) == 300


def test_a_jump_that_stays_is_the_lines_and_one_that_comes_back_is_none() -> None:
    flat = [Sample(n / 80, 40.0) for n in range(100)]
    stays = [Sample(1.25 + n / 80, 60.0) for n in range(10)]
    comes_back = [Sample(1.25, 60.0), *(Sample(1.25 + n / 80, 40.0) for n in range(1, 10))]

    assert guarded([*flat, *stays]) == ([*flat, *stays], [])
    assert guarded([*flat, *comes_back]) == ([*flat, *comes_back[1:]], [Fault(1.25, FaultKind.SPIKE)])


def test_a_small_step_that_is_half_taken_back_is_no_spike() -> None:
    steps = [*(Sample(n / 80, 40.0) for n in range(100)), Sample(1.25, 40.8), Sample(1.2625, 40.2)]

    assert guarded(steps) == (steps, [])


@pytest.mark.parametrize("jump_n", [0.0, 30.0])
@pytest.mark.parametrize("place", [0, 1, 100])
def test_of_two_samples_of_one_moment_only_the_first_is_believed(place: int, jump_n: float) -> None:
    samples = [Sample(n / 80, 40.0) for n in range(110)]
    twice = Sample(samples[place].t_s, 40.0 + jump_n)

    believed, faults = guarded([*samples[: place + 1], twice, *samples[place + 1 :]])

    assert believed == samples
    assert faults == [Fault(twice.t_s, FaultKind.OUT_OF_STEP)]


def test_a_moment_that_comes_again_while_a_jump_is_held_back_ends_nothing() -> None:
    samples = [*steady(100), Sample(1.25, 80.0), Sample(1.25, 80.0), Sample(1.2625, 80.0)]

    believed, faults = guarded(samples)

    assert believed == [*samples[:101], samples[-1]]
    assert faults == [Fault(1.25, FaultKind.OUT_OF_STEP)]


def test_an_ordinary_sample_passes_at_once() -> None:
    despiker = Despiker(DespikerLimits())
    for sample in steady():
        despiker, believed, _ = despiker.step(sample)

        assert believed == (sample,)


def test_a_stall_is_a_gap_with_its_length() -> None:
    late = [Sample(sample.t_s + 0.2, sample.tension_n) for sample in steady()[100:]]

    _, (gap,) = guarded([*steady(100), *late])

    assert gap.kind is FaultKind.GAP
    assert gap.duration_s == pytest.approx(0.2125)


def test_one_lost_frame_is_no_gap() -> None:
    samples = steady()

    assert guarded([*samples[:100], *samples[101:]])[1] == []


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e6])
def test_what_is_no_tension_is_a_fault(value: float) -> None:
    believed, (fault,) = guarded([*steady(10), Sample(1.0, value)])

    assert fault.kind is FaultKind.SATURATED
    assert len(believed) == 10


def test_time_that_runs_backwards_is_a_fault() -> None:
    _, (fault,) = guarded([*steady(10), Sample(0.05, 40.0)])

    assert fault.kind is FaultKind.OUT_OF_STEP


def test_a_line_is_taken_up_and_let_go() -> None:
    told = heard(Told().taken_up().let_go().samples)

    assert [type(event) for event in told if isinstance(event, LineTaken | LineLetGo)] == [LineTaken, LineLetGo]


def test_taking_the_handle_up_and_letting_it_go_is_no_set() -> None:
    told = heard(Told().taken_up().let_go().samples)

    assert not [event for event in told if isinstance(event, SetStarted | SetEnded)]


def test_a_set_ends_after_eight_seconds_of_slack_and_is_dated_back() -> None:
    done = Told().taken_up().repetition().repetition().to(0.0, 1.2)
    told = heard(done.hold(9.0).samples)

    (ended,) = [event for event in told if isinstance(event, SetEnded)]
    assert ended.t_s == pytest.approx(done.now_s, abs=0.5)
    assert ended.said_at_s == pytest.approx(ended.t_s + 8.0, abs=0.1)


def test_the_next_set_begins_when_the_line_is_taken_again() -> None:
    told = heard(Told().taken_up().repetition().repetition().let_go().taken_up().repetition().samples)

    taken = [event.t_s for event in told if isinstance(event, LineTaken)]
    assert [event.t_s for event in told if isinstance(event, SetStarted)] == taken


def test_a_set_that_was_ended_by_a_tap_with_the_line_in_hand_is_followed_by_one_from_then_on() -> None:
    pipeline = pipeline_for(Resistance.TUBING, Movement.PRESS)
    done = Told().taken_up().repetition().repetition()
    started: list[SetStarted] = []
    for sample in done.repetition().repetition().samples:
        pipeline, events = pipeline.step(sample)
        if sample.t_s == done.now_s:
            pipeline, ended = pipeline.end_set(sample.t_s)
            assert [event.t_s for event in ended if isinstance(event, SetEnded)] == [done.now_s]
        started.extend(event for event in events if isinstance(event, SetStarted))

    assert [event.number for event in started] == [1, 2]
    assert started[1].t_s == done.now_s


def test_a_taut_rest_of_two_minutes_never_ends_a_set() -> None:
    told = heard(Told().taken_up().repetition().repetition().hold(120.0).repetition().samples)

    assert {one.set_number for one in repetitions(told)} == {1}


def test_a_short_slack_is_the_same_set() -> None:
    paused = Told().taken_up().repetition().repetition().to(0.0, 1.0).hold(4.0).to(40.0, 1.5).hold(2.0)

    assert {one.set_number for one in repetitions(heard(paused.repetition().samples))} == {1}


def test_repetitions_are_numbered_anew_in_every_set() -> None:
    twice = Told().taken_up().repetition().repetition().let_go().taken_up().repetition()

    assert [(one.set_number, one.number) for one in repetitions(heard(twice.samples))] == [(1, 1), (1, 2), (2, 1)]


def test_a_trace_of_counts_is_calibrated_by_its_head() -> None:
    trace = Trace(["# zero_counts: 1000", "# counts_per_newton: 400", "t_s,counts", "0.0,5000"])

    assert [sample.tension_n for sample in trace] == [10.0]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "found no header"),
        (["hello, world"], "is this a trace"),
        ([HEADER], "no usable line"),
        ([HEADER, "a,b"], "no usable line"),
        (["t_s,counts", "0,1"], "without a usable calibration"),
    ],
)
def test_what_is_no_trace_is_refused_in_a_sentence(lines: list[str], said: str) -> None:
    with pytest.raises(TraceError, match=said):
        list(Trace(lines))


def test_bad_lines_are_numbered_and_skipped() -> None:
    trace = Trace([HEADER, "0.1,1", "0.2", "0.2,nan", "0.05,2", "0.25,x", "0.3,3"])

    assert [sample.tension_n for sample in trace] == [1.0, 3.0]
    assert [bad.number for bad in trace.bad_lines] == [3, 4, 5, 6]


def test_the_bad_line_says_what_was_wrong() -> None:
    trace = Trace([HEADER, "0.1,1", "0.1,2"])
    list(trace)

    assert "expected it to increase" in trace.bad_lines[0].reason


def test_how_sure_a_count_is_is_known_of_an_open_set_and_of_no_other() -> None:
    pipeline = pipeline_for(Resistance.TUBING, Movement.PRESS)
    known: dict[bool, set[bool]] = {True: set(), False: set()}
    for sample in simulated(Resistance.TUBING, reps=2)[0]:
        pipeline, _events = pipeline.step(sample)
        known[pipeline.sets.open].add(pipeline.open_count is not None)

    assert known == {True: {True}, False: {False}}
