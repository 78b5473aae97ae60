"""What happens to samples before anyone looks for strokes: calibration, the guard, slack and sets, traces."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import Trace as Told
from builders import heard, repetitions
from pressout_signal.calibration import Calibration
from pressout_signal.despike import Despiker, DespikerLimits
from pressout_signal.events import LineLetGo, LineTaken, SetEnded, SetStarted
from pressout_signal.samples import Fault, FaultKind, Reading, Sample
from pressout_signal.trace_format import Trace, TraceError

HEADER = "t_s,tension_n"


def guarded(samples: list[Sample]) -> tuple[list[Sample], list[Fault]]:
    guard = Despiker(DespikerLimits())
    believed: list[Sample] = []
    faults: list[Fault] = []
    for sample in samples:
        guard, passed, found = guard.step(sample)
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


def test_an_ordinary_sample_passes_at_once() -> None:
    guard = Despiker(DespikerLimits())
    for sample in steady():
        guard, believed, _ = guard.step(sample)

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
