"""A signal that can be read and is not well: noise, hum, a dead bridge, a loose cable; each is told."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

import pytest

from pressout_device.chip.signal_quality import SignalFlaw, SignalQuality
from pressout_device.diagnosis import DEAD, HUM, WELL, Diagnosis
from pressout_device.reading_tally import Tally
from pressout_signal.calibration import Calibration
from pressout_signal.samples import Fault, FaultKind, Reading

SPAN = 4_400.0
HZ = 80.0


def readings(seconds: float, *, noise_n: float = 0.1, **others: float) -> Iterator[Reading]:
    """Give a line that a patient presses every 3 s, with white noise, and a tone or a drift where they are said."""
    rng = random.Random(4)
    for place in range(round(seconds * HZ)):
        t_s = place / HZ
        tension_n = others.get("tension_n", 40.0) + others.get("press_n", 20.0) * math.sin(2.0 * math.pi * t_s / 3.0)
        tension_n += others.get("tone_n", 0.0) * math.sin(2.0 * math.pi * others.get("tone_hz", 50.0) * t_s)
        tension_n += others.get("drift_n_per_s", 0.0) * t_s + rng.gauss(0.0, noise_n)
        yield Reading(t_s, round(88_000 + SPAN * tension_n))


def flaws_of(items: Iterator[Reading | Fault] | Iterator[Reading]) -> SignalQuality:
    quality = SignalQuality(SPAN, HZ)
    for item in items:
        quality.take(item)
    return quality


@pytest.mark.parametrize("noise_n", [0.04, 0.25, 1.0])
def test_a_patient_who_presses_on_a_noisy_line_is_no_flaw_and_the_noise_is_told_without_the_patient(
    noise_n: float,
) -> None:
    quality = flaws_of(readings(20.0, noise_n=noise_n))

    assert quality.flaws == frozenset()
    assert quality.noise_n == pytest.approx(noise_n, rel=0.25)


def test_a_patient_who_trembles_by_five_newtons_is_no_flaw() -> None:
    assert flaws_of(readings(20.0, tone_n=5.0, tone_hz=9.0)).flaws == frozenset()


@pytest.mark.parametrize(
    ("line", "flaw"),
    [
        ({"noise_n": 4.0}, SignalFlaw.NOISY),
        ({"tone_n": 4.0, "tone_hz": 50.0}, SignalFlaw.HUM),
        ({"tone_n": 4.0, "tone_hz": 60.0}, SignalFlaw.HUM),
        ({"noise_n": 0.0003, "press_n": 0.0}, SignalFlaw.DEAD),
    ],
)
def test_each_flaw_is_found_within_five_seconds_and_is_over_five_seconds_after_it(
    line: dict[str, float], flaw: SignalFlaw
) -> None:
    quality = flaws_of(readings(6.0, **line))
    assert quality.flaws == {flaw}

    for item in readings(6.0):
        quality.take(Reading(6.0 + item.t_s, item.counts))

    assert quality.flaws == frozenset()


def test_a_cough_or_a_bump_of_a_second_is_no_flaw() -> None:
    quality = flaws_of(readings(6.0))
    for item in (*readings(1.0, noise_n=6.0), *readings(1.0)):
        quality.take(item)

    assert quality.flaws == frozenset()


@pytest.mark.parametrize(("broken_in_a_hundred", "loose"), [(1, False), (8, True)])
def test_a_cable_is_loose_where_more_than_one_conversion_in_twenty_arrives_broken(
    broken_in_a_hundred: int, loose: bool
) -> None:
    rng = random.Random(1)
    heard: list[Reading | Fault] = [
        Fault(item.t_s, FaultKind.NOISY_LINE) if rng.random() < broken_in_a_hundred / 100 else item
        for item in readings(120.0)
    ]

    assert (SignalFlaw.LOOSE in flaws_of(iter(heard)).flaws) == loose


def test_a_computer_that_is_late_is_no_loose_cable() -> None:
    late = [
        Fault(item.t_s, FaultKind.ACROSS_CONVERSION) if place % 5 == 0 else item
        for place, item in enumerate(readings(120.0))
    ]

    assert flaws_of(iter(late)).flaws == frozenset()


# ---- `pressout diagnose` says the same of a line that hangs still -----------------------------------------


def diagnosed(**line: float) -> Diagnosis:
    tally = Tally()
    for item in readings(10.0, press_n=0.0, **line):
        tally.hear(item)
    return tally.diagnosis(
        configured_hz=HZ, calibration=Calibration(zero_counts=88_000.0, counts_per_newton=SPAN), late_s=[0.001]
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({}, WELL),
        ({"noise_n": 0.0003}, DEAD),
        ({"tone_n": 2.0, "tone_hz": 50.0}, HUM),
        ({"noise_n": 4.0}, "more than noise does"),
        ({"drift_n_per_s": 0.2}, "The reading went +2.0 N with nothing moving"),
        ({"drift_n_per_s": -0.1}, "The reading went -1.0 N with nothing moving"),
        ({"drift_n_per_s": 0.03}, WELL),
    ],
)
def test_a_diagnosis_says_what_is_wrong_with_a_signal_that_can_be_read(line: dict[str, float], said: str) -> None:
    assert said in diagnosed(**line).verdict


def test_a_diagnosis_has_the_noise_the_hum_and_the_drift_in_newtons() -> None:
    told = diagnosed(tone_n=2.0, tone_hz=50.0, drift_n_per_s=0.1).entries()

    assert float(told["hum_n"]) == pytest.approx(2.0 / math.sqrt(2.0), rel=0.05)
    assert float(told["drift_n"]) == pytest.approx(1.0, abs=0.1)
    assert float(diagnosed(noise_n=0.2).entries()["quick_noise_n"]) == pytest.approx(0.2, rel=0.1)
