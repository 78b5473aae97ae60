"""What is measured in a repetition, in a set, and between two sides: against values known beforehand."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from builders import a_repetition
from pressout_signal.events import Travel
from pressout_signal.measures import RecentTension, held
from pressout_signal.samples import Sample
from pressout_signal.summaries import difference, one_against_other, summarised, trend, values


def a_hold(
    drift_n_per_s: float = 0.0, wobble: tuple[float, float] = (0.0, 1.0), tremor: tuple[float, float] = (0.0, 9.0)
) -> list[Sample]:
    """Four seconds at 50 N, with swings given as amplitude (N) and frequency (Hz)."""
    return [
        Sample(
            n / 80,
            50.0
            + drift_n_per_s * n / 80
            + sum(size * math.sin(2 * math.pi * hz * n / 80) for size, hz in (wobble, tremor)),
        )
        for n in range(320)
    ]


@given(slope=st.floats(-3.0, 3.0))
def test_the_drift_of_a_hold_is_its_slope(slope: float) -> None:
    hold = held(a_hold(slope))

    assert hold is not None
    assert hold.drift_n_per_s == pytest.approx(slope, abs=1e-6)
    assert hold.drift_n == pytest.approx(slope * 319 / 80, abs=1e-6)


@pytest.mark.parametrize("hz", [8.0, 9.0, 10.0, 11.0])
def test_tremor_is_seen_as_tremor_and_not_as_wobble(hz: float) -> None:
    hold = held(a_hold(tremor=(0.5, hz)))

    assert hold is not None
    assert hold.tremor_n is not None
    assert hold.tremor_n == pytest.approx(0.5 / math.sqrt(2), rel=0.15)
    assert hold.wobble_n < 0.1


@pytest.mark.parametrize("hz", [0.5, 1.0, 1.5])
def test_wobble_is_seen_as_wobble_and_little_of_it_as_tremor(hz: float) -> None:
    hold = held(a_hold(wobble=(0.5, hz)))

    assert hold is not None
    assert hold.tremor_n is not None
    assert hold.wobble_n == pytest.approx(0.5 / math.sqrt(2), rel=0.2)
    assert hold.tremor_n < 0.25 * hold.wobble_n


def test_a_hold_of_a_slow_cell_has_no_tremor() -> None:
    hold = held(a_hold()[::8])

    assert hold is not None
    assert hold.tremor_n is None


def test_no_hold_at_all_is_none() -> None:
    assert held(a_hold()[:10]) is None


def test_time_under_tension_is_what_the_repetitions_lasted() -> None:
    one = a_repetition()

    summary = summarised([one, one])

    assert summary.time_under_tension_s == pytest.approx(2 * (one.return_end_s - one.press_out_start_s))
    assert summary.tempo_loss is None


@given(st.lists(st.floats(0.5, 3.0), min_size=4, max_size=20), st.floats(1.1, 10.0))
def test_fatigue_is_a_share_and_knows_no_unit(series: list[float], factor: float) -> None:
    loss, scaled = trend(series), trend([factor * value for value in series])

    assert loss is not None
    assert scaled is not None
    assert scaled.value == pytest.approx(loss.value, rel=1e-6, abs=1e-9)
    assert loss.low <= loss.value <= loss.high


def test_a_steady_set_shows_no_fatigue_nineteen_times_out_of_twenty() -> None:
    random = np.random.default_rng(4)
    estimates = [trend(np.exp(random.normal(0.0, 0.12, 10)).tolist()) for _ in range(400)]
    crying_wolf = sum(one is None or not one.low <= 0.0 <= one.high for one in estimates)

    assert 8 <= crying_wolf <= 36  # 20 expected


def test_the_difference_of_two_sides_is_covered_nineteen_times_out_of_twenty() -> None:
    random = np.random.default_rng(5)
    missed = 0
    for _ in range(400):
        found = difference(random.normal(2.0, 0.3, 8).tolist(), random.normal(1.5, 0.1, 6).tolist())
        assert found is not None
        missed += not found.low <= 0.5 <= found.high

    assert 8 <= missed <= 36


@given(st.lists(st.floats(0.5, 3.0), min_size=2, max_size=12), st.lists(st.floats(0.5, 3.0), min_size=2, max_size=12))
def test_left_less_right_is_minus_right_less_left(left: list[float], right: list[float]) -> None:
    one, other = difference(left, right), difference(right, left)

    assert one is not None
    assert other is not None
    assert one.value == pytest.approx(-other.value)
    assert one.low == pytest.approx(-other.high)


def test_what_a_line_cannot_show_is_left_out() -> None:
    found = one_against_other([a_repetition(), a_repetition()], [a_repetition(), a_repetition()])

    assert "hold_s" in found
    assert "velocity_m_per_s" not in found
    assert values([a_repetition()], "travel_m") == []


def test_a_stack_that_goes_slower_is_a_loss() -> None:
    def at(speed: float) -> Travel:
        return Travel(
            out_m=0.2,
            out_sd_m=0.02,
            back_m=0.2,
            back_sd_m=0.02,
            out_peak_m_per_s=speed,
            out_peak_sd_m_per_s=0.02,
            back_peak_m_per_s=speed,
            back_peak_sd_m_per_s=0.02,
        )

    summary = summarised([replace(a_repetition(), travel=at(0.4 * 0.95**n)) for n in range(10)])

    assert summary.velocity_loss is not None
    assert summary.velocity_loss.value == pytest.approx(1 - 0.95**9, abs=0.01)
    assert 0.0 < summary.velocity_loss.low <= summary.velocity_loss.high


def test_the_spread_of_tempo_is_the_deviation_over_the_mean() -> None:
    each = [replace(a_repetition(), press_out_start_s=0.0, return_end_s=lasted_s) for lasted_s in (2.0, 4.0, 6.0)]

    assert summarised(each).tempo_spread == pytest.approx(2.0 / 4.0)
    assert summarised(each[:2]).tempo_spread is None


def test_the_impulse_is_tension_times_time_and_the_peak_the_most_of_it() -> None:
    recent = RecentTension(deque(Sample(n / 80, 40.0 + 20.0 * (12.0 <= n / 80 <= 13.0)) for n in range(80 * 20)))

    measured = recent.measured(a_repetition())  # from 10 to 14 s, held from 11 to 13

    assert measured.impulse_n_s == pytest.approx(4.0 * 40.0 + 1.0 * 20.0, abs=0.5)
    assert (measured.chest_n, measured.peak_n) == (40.0, 60.0)
    assert measured.hold_n == pytest.approx(50.0, abs=0.2)
