"""Calibration by someone with a bag of weights: right where it can be, refused with what to do where it cannot."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressout_signal.calibration import Calibration
from pressout_signal.calibration_steps import G_M_PER_S2, Wizard, checked
from pressout_signal.samples import Fault, FaultKind, Reading
from pressout_signal.steady_load import Load, Reason, SteadyLoad

SPAN, ZERO, NOISE = 4_400.0, 88_000.0, 550.0
Counts = Callable[[float, float], float]


def straight(mass_kg: float, _t_s: float) -> float:
    return ZERO + SPAN * G_M_PER_S2 * mass_kg


def hung(wizard: Wizard, counts: Counts = straight, noise: float = NOISE) -> Wizard:
    """Do what the wizard asks, once: hang it, and read until it is content or refuses."""
    gauss = random.Random(len(wizard.points)).gauss
    mass_kg = wizard.mass_kg
    assert mass_kg is not None
    wizard = wizard.hangs()
    for number in range(80 * 30):
        if wizard.steadying is None:
            break
        wizard = wizard.step(Reading(number / 80, round(counts(mass_kg, number / 80) + gauss(0.0, noise))))
    return wizard


def through(masses_kg: tuple[float, ...], counts: Counts = straight, noise: float = NOISE) -> Wizard:
    """Follow the wizard to its end, or to its first refusal."""
    wizard = Wizard(masses_kg)
    while wizard.found is None and wizard.refusal is None:
        wizard = hung(wizard, counts, noise)
    return wizard


def refused(wizard: Wizard) -> Reason:
    assert wizard.refusal is not None
    assert "found" in wizard.refusal.sentence
    assert "expected" in wizard.refusal.sentence
    return wizard.refusal.reason


def test_a_known_mass_gives_zero_and_span() -> None:
    found = through((5.0,)).found

    assert found is not None
    assert found.calibration.counts_per_newton == pytest.approx(SPAN, rel=0.002)
    assert found.calibration.zero_counts == pytest.approx(ZERO, abs=100)
    assert found.linearity_pct is None
    assert found.noise_n == pytest.approx(NOISE / SPAN, rel=0.15)


@given(
    span=st.floats(1_200.0, 9_000.0).map(lambda span: span * (-1) ** int(span)),
    zero=st.floats(-500_000.0, 500_000.0),
    masses_kg=st.lists(st.floats(10.0, 30.0), min_size=1, max_size=3).map(tuple),
)
def test_whatever_the_cell_its_span_is_found(span: float, zero: float, masses_kg: tuple[float, ...]) -> None:
    found = through(masses_kg, lambda mass_kg, _t: zero + span * G_M_PER_S2 * mass_kg, noise=50.0).found

    assert found is not None
    assert found.calibration.counts_per_newton == pytest.approx(span, rel=0.001)


def test_the_wizard_asks_for_nothing_then_each_mass_then_nothing() -> None:
    asked = []
    wizard = Wizard((5.0, 10.0))
    while wizard.mass_kg is not None:
        asked.append(wizard.mass_kg)
        wizard = hung(wizard)

    assert asked == [0.0, 5.0, 10.0, 0.0]


def test_several_masses_show_how_straight_the_cell_is() -> None:
    def bent(mass_kg: float, t_s: float) -> float:
        return straight(mass_kg, t_s) - 30.0 * mass_kg**2

    found = through((5.0, 10.0, 15.0), bent).found

    assert found is not None
    assert found.linearity_pct == pytest.approx(0.12, abs=0.03)  # of a quarter per cent, what a straight line leaves
    assert found.resolution_n > 0.1


def test_the_same_mass_on_the_way_up_and_down_shows_hysteresis() -> None:
    steps: list[float] = []

    def sticky(mass_kg: float, t_s: float) -> float:
        if t_s == 0.0:
            steps.append(mass_kg)
        coming_down = len(steps) > 3
        return straight(mass_kg, t_s) + (3_000.0 if coming_down and mass_kg else 0.0)

    found = through((5.0, 10.0, 5.0), sticky).found

    assert found is not None
    assert found.hysteresis_pct == pytest.approx(0.7, abs=0.1)


def test_the_same_mass_that_was_another_one_the_second_time_is_refused() -> None:
    wizard = hung(hung(Wizard((5.0, 5.0))))
    wizard = hung(wizard, lambda mass_kg, t_s: straight(0.8 * mass_kg, t_s))

    assert refused(hung(wizard)) is Reason.RISE_AND_FALL


def test_a_load_that_swings_is_waited_for() -> None:
    def swinging(mass_kg: float, t_s: float) -> float:
        return straight(mass_kg * (1.0 + (0.05 if t_s < 8.0 else 0.0) * (-1) ** int(2.3 * t_s)), t_s)

    found = through((5.0,), swinging).found

    assert found is not None
    assert found.calibration.counts_per_newton == pytest.approx(SPAN, rel=0.002)


@pytest.mark.parametrize(
    ("masses_kg", "counts", "reason"),
    [
        ((0.1,), straight, Reason.NEAR_NOISE),
        ((1.5,), straight, Reason.SPAN_TOO_SMALL),
        ((5.0,), lambda mass_kg, _t: 8_000_000.0 if mass_kg else ZERO, Reason.SATURATED),
        ((5.0,), lambda mass_kg, t_s: straight(mass_kg, t_s) + 3_000 * t_s, Reason.MOVING),
        ((5.0, 10.0, 15.0), lambda m, t_s: straight(m * (0.9 if m == 10.0 else 1.0), t_s), Reason.OFF_THE_LINE),
        ((5.0, 10.0), lambda m, t_s: straight(m * (0.972 if m == 10.0 else 1.0), t_s), Reason.OFF_THE_LINE),
        ((5.0, 10.0), lambda m, t_s: straight(-m if m == 10.0 else m, t_s), Reason.OFF_THE_LINE),
    ],
)
def test_what_cannot_be_right_is_refused(masses_kg: tuple[float, ...], counts: Counts, reason: Reason) -> None:
    assert refused(through(masses_kg, counts)) is reason


def test_something_left_on_the_line_is_refused() -> None:
    wizard = hung(hung(Wizard((5.0,))))

    assert refused(hung(wizard, lambda _m, t_s: straight(0.1, t_s))) is Reason.NOT_EMPTY_AGAIN


def test_a_refused_step_is_done_again_and_what_was_measured_before_stays() -> None:
    wizard = hung(Wizard((5.0,)))
    refused(hung(wizard, lambda m, t_s: straight(m, t_s) + 3_000 * t_s))

    again = hung(hung(hung(wizard, lambda m, t_s: straight(m, t_s) + 3_000 * t_s)))

    assert again.found is not None


def test_a_silent_or_saturated_cell_ends_the_step_in_words() -> None:
    _, silent = SteadyLoad().step(Fault(0.5, FaultKind.SILENT))
    steadying = SteadyLoad()
    said = None
    for number in range(80):
        steadying, said = steadying.step(Fault(number / 80, FaultKind.SATURATED))
        if said is not None:
            break

    assert getattr(silent, "reason", None) is Reason.SILENT
    assert getattr(said, "reason", None) is Reason.SATURATED


def load(counts: float) -> Load:
    return Load(counts, NOISE, 50.0)


@pytest.mark.parametrize(("off", "good"), [(1.0, True), (1.008, True), (0.97, False)])
def test_a_check_with_one_mass_says_whether_the_calibration_holds(off: float, good: bool) -> None:
    calibration = Calibration(zero_counts=ZERO + 9_999, counts_per_newton=SPAN)

    check = checked(load(ZERO), load(straight(5.0 * off, 0.0)), 5.0, calibration)

    assert check.good is good
    assert check.off_pct == pytest.approx(100 * (off - 1), abs=0.01)
