"""The zero is followed while nobody pulls, never under load, never far; too much tension is said at once."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressout_signal.calibration import Calibration
from pressout_signal.samples import Reading
from pressout_signal.zero_tracking import (
    Overloaded,
    OverloadOver,
    Said,
    ScaleLimits,
    Tared,
    ZeroChanged,
    ZeroState,
    ZeroTracker,
)

CELL = Calibration(zero_counts=88_000, counts_per_newton=4_400)
NOISE_N = 0.125


def a_scale(**of: object) -> ZeroTracker:
    return ZeroTracker(calibration=CELL, limits=ScaleLimits(limit_n=785.0), **of)  # type: ignore[arg-type]


def after(
    scale: ZeroTracker,
    tension_n: Callable[[float], float],
    duration_s: float,
    *,
    begin_s: float = 0.0,
    noise_n: float = NOISE_N,
) -> tuple[ZeroTracker, list[Said]]:
    gauss = random.Random(7).gauss
    said: list[Said] = []
    for number in range(round(80 * duration_s)):
        t_s = begin_s + number / 80
        counts = CELL.zero_counts + CELL.counts_per_newton * (tension_n(t_s) + gauss(0.0, noise_n))
        scale, _sample, more = scale.step(Reading(t_s, round(counts)))
        said.extend(more)
    return scale, said


def tares(said: list[Said]) -> list[Tared]:
    return [one for one in said if isinstance(one, Tared)]


def states(said: list[Said]) -> list[ZeroState]:
    return [one.state for one in said if isinstance(one, ZeroChanged)]


def test_a_slack_and_quiet_line_is_tared_by_itself() -> None:
    scale, said = after(a_scale(), lambda _t: 0.4, 5.0)

    assert scale.zero_n == pytest.approx(0.4, abs=0.05)
    assert tares(said)[0].t_s == pytest.approx(3.0, abs=0.6)
    _, sample, _ = scale.step(Reading(6.0, round(CELL.zero_counts + CELL.counts_per_newton * 40.4)))
    assert sample.tension_n == pytest.approx(40.0, abs=0.05)


@pytest.mark.parametrize("load_n", [2.5, 10.0, 40.0, 160.0])
def test_a_load_is_never_tared_however_quiet(load_n: float) -> None:
    scale, said = after(a_scale(), lambda _t: load_n, 120.0)

    assert not tares(said)
    assert scale.zero_n == 0.0


@given(load_n=st.floats(-300.0, 300.0), noise_n=st.floats(0.0, 0.25))
def test_whatever_hangs_there_the_zero_stays_within_two_newtons(load_n: float, noise_n: float) -> None:
    scale, _said = after(a_scale(), lambda _t: load_n, 15.0, noise_n=noise_n)

    assert abs(scale.zero_n) <= 2.0


def test_a_zero_that_creeps_is_followed_two_newtons_and_then_asked_about() -> None:
    scale, said = after(a_scale(), lambda t_s: t_s / 100.0, 400.0)

    assert max(abs(tared.zero_n) for tared in tares(said)) <= 2.0
    assert states(said)[-1] is ZeroState.ASKED
    assert abs(scale.zero_n) <= 2.0


def test_a_hand_that_rests_on_the_handle_for_a_moment_does_not_move_the_zero_far() -> None:
    scale, said = after(a_scale(), lambda t_s: 1.5 if 2.0 < t_s < 8.0 else 0.0, 10.0)

    assert abs(scale.zero_n) < 0.1
    assert not tares(said)


def test_a_moving_line_is_not_empty() -> None:
    _scale, said = after(a_scale(), lambda t_s: 1.0 + 0.4 * (-1) ** int(t_s), 30.0)

    assert not tares(said)


def test_a_person_may_say_that_the_line_is_empty_when_the_station_asks() -> None:
    scale, said = after(a_scale(), lambda _t: 6.0, 40.0)
    assert states(said) == [ZeroState.ASKED]

    scale, told = scale.emptied(41.0)

    assert tares(list(told))[0].asked
    assert scale.zero_n == pytest.approx(6.0, abs=0.05)
    scale, said = after(scale, lambda _t: 6.4, 5.0, begin_s=42.0)
    assert scale.zero_n == pytest.approx(6.4, abs=0.05)


@pytest.mark.parametrize(
    ("tension_n", "said"), [(lambda _t: 50.0, "to be empty"), (lambda t_s: 9.0 * (t_s % 1), "moving")]
)
def test_nobodys_word_tares_a_loaded_or_moving_line(tension_n: Callable[[float], float], said: str) -> None:
    scale, _said = after(a_scale(), tension_n, 40.0)

    with pytest.raises(ValueError, match=said):
        scale.emptied(41.0)


def test_a_zero_that_moved_after_an_overload_is_a_bent_cell_and_no_word_mends_it() -> None:
    scale, _said = after(a_scale(), lambda t_s: 900.0 if 1.0 < t_s < 1.2 else 0.0, 3.0)

    scale, said = after(scale, lambda _t: 6.0, 40.0, begin_s=3.0)

    assert states(said)[-1] is ZeroState.BENT
    with pytest.raises(ValueError, match="calibrate it anew"):
        scale.emptied(50.0)


def test_a_weight_taken_off_again_ends_the_question() -> None:
    scale, said = after(a_scale(), lambda t_s: 6.0 if t_s < 40.0 else 0.0, 50.0)

    assert states(said) == [ZeroState.ASKED, ZeroState.WARMING]
    assert abs(scale.zero_n) < 0.1


def test_warming_up_is_over_when_the_zero_has_been_steady_for_a_minute() -> None:
    _scale, said = after(a_scale(), lambda t_s: 0.6 * min(t_s / 120.0, 1.0), 220.0)

    steady = [one.t_s for one in said if isinstance(one, ZeroChanged) and one.state is ZeroState.STEADY]
    assert len(steady) == 1
    assert 150.0 < steady[0] < 200.0


def test_an_overload_is_said_within_two_readings_and_its_peak_when_it_is_over() -> None:
    _scale, said = after(
        a_scale(), lambda t_s: 900.0 if 1.0 <= t_s < 1.5 else 1_000.0 if t_s < 2.0 and t_s > 1.0 else 0.0, 3.0
    )

    began, over = [one for one in said if isinstance(one, Overloaded | OverloadOver)]
    assert isinstance(began, Overloaded)
    assert began.t_s - 1.0 < 2.5 / 80
    assert isinstance(over, OverloadOver)
    assert over.peak_n == pytest.approx(1_000.0, abs=1.0)


def test_one_corrupted_reading_is_no_overload() -> None:
    _scale, said = after(a_scale(), lambda t_s: 1_500.0 if abs(t_s - 1.0) < 0.001 else 0.0, 3.0)

    assert not [one for one in said if isinstance(one, Overloaded)]


def test_an_overload_is_said_again_only_after_the_tension_has_fallen_to_half_the_limit() -> None:
    pulls = (900.0, 600.0, 900.0, 300.0, 900.0)
    _scale, said = after(a_scale(), lambda t_s: pulls[int(t_s)], 5.0)

    overloads = [one for one in said if isinstance(one, Overloaded | OverloadOver)]
    assert [(isinstance(one, Overloaded), int(one.t_s)) for one in overloads] == [(True, 0), (False, 3), (True, 4)]


def test_corrupted_readings_far_apart_are_no_overload_together() -> None:
    _scale, said = after(a_scale(), lambda t_s: 1_500.0 if t_s % 1.0 < 0.001 else 0.0, 4.0)

    assert not [one for one in said if isinstance(one, Overloaded)]


def test_one_corrupted_reading_right_after_an_overload_is_no_second_one() -> None:
    pulls = iter((900.0, 900.0, 300.0, 1_500.0))
    _scale, said = after(a_scale(), lambda _t: next(pulls, 0.0), 1.0)

    assert len([one for one in said if isinstance(one, Overloaded)]) == 1
