"""What no frame shows: pulses on the clock line, chips that begin anew; and that a true step is read all the same."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import adversity
from chips import WAYS, Bench, faults, readings
from pressout_device.chip.fault_injection import Moments
from pressout_device.chip.plausibility import Plausibility
from pressout_device.clock import VirtualClock
from pressout_signal.samples import Fault, FaultKind, Reading

PERIOD_S = 1 / 80


@pytest.mark.parametrize("what", adversity.ADVERSITIES)
def test_what_no_frame_shows_becomes_no_number(what: str) -> None:
    outcome = adversity.under(what, "spi", 6_000)

    assert outcome.wrong == 0
    assert outcome.happened > 20  # it happened
    assert sum(outcome.faults.values()) < 3 * outcome.happened  # and cost no more than it must


def test_a_chip_on_another_gain_is_put_right_and_read_on() -> None:
    bench = Bench("spi", VirtualClock())
    bench.read(40)
    bench.chip.clock_spikes = Moments(every_s=1e6, first_s=bench.clock.time_s + 0.002)  # between two frames

    items = bench.read_for(1.0)

    assert bench.chip.clock_spikes.passed_by == 1
    assert 0 < sum(faults(items).values()) <= 2
    assert len(readings(items)) >= 80 - 12  # it settles twice


@pytest.mark.parametrize("way", WAYS)
def test_a_line_that_is_let_go_at_once_is_read_from_its_first_conversion(way: str) -> None:
    bench = Bench(way, VirtualClock(), lambda t_s: t_s + 60.0 * (t_s < 1.0))

    items = bench.read_for(2.0)

    assert not faults(items)
    times_s = [one.t_s for one in readings(items)]
    assert max(late - early for early, late in pairwise(times_s)) == pytest.approx(PERIOD_S, abs=0.001)


SEEN = [8_000, 8_020, 7_990, 8_010, 8_000, 8_030, 8_000, 7_980, 8_010] * 4


def steady(counts: list[int]) -> Plausibility:
    """Give what has seen noise around 8 000, and then these."""
    plausible = Plausibility()
    for place, value in enumerate([*SEEN, *counts]):
        plausible.take(Reading(place * PERIOD_S, value), PERIOD_S)
    return plausible


def told(plausible: Plausibility, *counts: int) -> list[list[int | FaultKind]]:
    """Give what is said at each of further values."""
    said = []
    for place, value in enumerate(counts, start=len(SEEN)):
        items = plausible.take(Reading(place * PERIOD_S, value), PERIOD_S)
        said.append([item.kind if isinstance(item, Fault) else item.counts for item in items])
    return said


def test_a_value_alone_is_a_fault_and_the_next_a_reading() -> None:
    assert told(steady([]), 16_000, 8_020) == [[], [FaultKind.NOISY_LINE, 8_020]]


def test_at_first_a_value_is_far_that_differs_by_an_eighth_and_a_thousand() -> None:
    plausible = Plausibility()
    said = [
        len(plausible.take(Reading(place * PERIOD_S, value), PERIOD_S))
        for place, value in enumerate([16_000, 17_900, 15_700, 7_850, 15_800])
    ]

    assert said == [1, 1, 1, 0, 2]  # the fourth is kept back, and a fault with the fifth


@pytest.mark.parametrize(("step", "is_kept_back"), [(3 * 30, False), (3 * 30 + 1, True)])
@pytest.mark.parametrize("pause", [1, 5])
def test_a_value_is_far_beyond_three_times_the_largest_step_for_each_conversion_of_a_pause(
    step: int, is_kept_back: bool, pause: int
) -> None:
    plausible = steady([])
    assert plausible.last is not None
    value = plausible.last.counts + step * pause
    later = Reading((len(SEEN) - 1 + pause) * PERIOD_S, value)

    assert (plausible.take(later, PERIOD_S) == []) is is_kept_back


def test_two_that_fit_nothing_are_faults_and_doubt_the_chip() -> None:
    assert told(steady([]), 16_000, 0, 8_000) == [[], [FaultKind.NOISY_LINE, FaultKind.OUT_OF_STEP], [8_000]]


@pytest.mark.parametrize(
    "counts", [(4_000, 3_990, 4_005, 4_010), (7_000, 4_000, 0, -500), (16_000, 17_000, 18_000, 18_500)]
)
def test_a_step_that_three_more_go_on_from_is_believed_whole(counts: tuple[int, ...]) -> None:
    assert told(steady([]), *counts) == [[], [], [], list(counts)]


def test_what_is_kept_back_when_the_chip_is_late_is_a_fault_and_at_the_amplifiers_end_a_reading() -> None:
    late, ended = steady([16_000]), steady([16_000])

    assert [item.kind for item in late.late() if isinstance(item, Fault)] == [FaultKind.NOISY_LINE]
    assert [item.counts for item in ended.at_the_end() if isinstance(item, Reading)] == [16_000]
    assert late.held == ended.held == []


@given(seed=st.integers(0, 10_000), wrong=st.integers(-9_000, 25_000).filter(lambda value: abs(value - 8_000) > 1_500))
def test_a_wrong_value_amid_noise_is_never_a_reading_and_costs_no_other(seed: int, wrong: int) -> None:
    noise = random.Random(seed)
    quiet = [8_000 + round(noise.gauss(0.0, 50.0)) for _ in range(80)]
    plausible = Plausibility()

    said = [
        item.kind if isinstance(item, Fault) else item.counts
        for place, value in enumerate([*quiet[:40], wrong, *quiet[40:]])
        for item in plausible.take(Reading(place * PERIOD_S, value), PERIOD_S)
    ]

    assert said == [*quiet[:40], FaultKind.NOISY_LINE, *quiet[40:]]


@given(st.lists(st.integers(-9_000, 9_000), min_size=1, max_size=60))
def test_each_value_is_said_once_and_in_its_place(values: list[int]) -> None:
    plausible = steady([])
    items: list[Reading | Fault] = []
    for place, value in enumerate(values, start=len(SEEN)):
        items.extend(plausible.take(Reading(place * PERIOD_S, value), PERIOD_S))
    items.extend(plausible.late())

    assert [item.t_s for item in items] == [place * PERIOD_S for place in range(len(SEEN), len(SEEN) + len(values))]
