"""Statistics over repetitions: tempo and steadiness of a set, fatigue across it, one side against the other.

Every difference is given with the interval that it lies in nineteen times out of twenty, because six repetitions
of a person differ by chance alone. Pure functions of what was counted; nothing is remembered.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean, stdev, variance
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from pressout_signal.events import RepetitionCompleted

Measure = Callable[[RepetitionCompleted], float | None]

MEASURES: Final[Mapping[str, Measure]] = MappingProxyType(
    {
        "press_out_s": lambda one: one.hold_start_s - one.press_out_start_s,
        "hold_s": lambda one: one.return_start_s - one.hold_start_s,
        "return_s": lambda one: one.return_end_s - one.return_start_s,
        "chest_n": lambda one: one.chest_n,
        "hold_n": lambda one: one.hold_n,
        "peak_n": lambda one: one.peak_n,
        "impulse_n_s": lambda one: one.impulse_n_s,
        "drift_n_per_s": lambda one: None if one.hold is None else one.hold.drift_n_per_s,
        "wobble_n": lambda one: None if one.hold is None else one.hold.wobble_n,
        "tremor_n": lambda one: None if one.hold is None else one.hold.tremor_n,
        "travel_m": lambda one: None if one.travel is None else one.travel.out_m,
        "velocity_m_per_s": lambda one: None if one.travel is None else one.travel.out_peak_m_per_s,
    }
)
"""What is compared, by name, with its unit; None where a repetition does not have it."""


class Estimate(Struct, frozen=True):
    """A value, and the interval that it lies in with a probability of 95 %."""

    value: float
    low: float
    high: float


class SetSummary(Struct, frozen=True, kw_only=True):
    """A set as a whole.

    Parameters
    ----------
    time_under_tension_s : float
        From each press-out's start to its return's end, added up.
    tempo_spread : float or None
        Standard deviation of the repetitions' durations over their mean: 0.1 is regular. None below three.
    tempo_loss, velocity_loss, wobble_gain : Estimate or None
        Share by which press-outs took longer, the stack went slower and holds wobbled more at the set's end than at its
        beginning, by a straight line through the logarithms. None below four repetitions.
    """

    repetitions: int
    time_under_tension_s: float
    tempo_spread: float | None
    tempo_loss: Estimate | None
    velocity_loss: Estimate | None
    wobble_gain: Estimate | None


def values(repetitions: Sequence[RepetitionCompleted], name: str) -> list[float]:
    """Give one measure of every repetition that has it.

    Raises
    ------
    KeyError
        If `name` is not among `MEASURES`.
    """
    measure = MEASURES[name]
    return [value for one in repetitions if (value := measure(one)) is not None]


def summarised(repetitions: Sequence[RepetitionCompleted]) -> SetSummary:
    """Sum a set up."""
    lasted_s = [one.return_end_s - one.press_out_start_s for one in repetitions]
    slower = trend(values(repetitions, "velocity_m_per_s"))
    return SetSummary(
        repetitions=len(repetitions),
        time_under_tension_s=sum(lasted_s),
        tempo_spread=stdev(lasted_s) / fmean(lasted_s) if len(lasted_s) > 2 else None,
        tempo_loss=trend(values(repetitions, "press_out_s")),
        velocity_loss=None if slower is None else Estimate(-slower.value, -slower.high, -slower.low),
        wobble_gain=trend(values(repetitions, "wobble_n")),
    )


def trend(series: Sequence[float]) -> Estimate | None:
    """Give the share by which a positive quantity grew from first to last; None for fewer than four.

    Least squares through the logarithms, so that 20 % more and 20 % less weigh alike.

    >>> trend([1.0, 1.0, 1.1, 1.1, 1.2, 1.2]).value > 0.15
    True
    """
    count = len(series)
    if count < 4 or min(series) <= 0.0:
        return None
    logs = [math.log(value) for value in series]
    middle, mean = 0.5 * (count - 1), fmean(logs)
    spread = sum((place - middle) ** 2 for place in range(count))
    slope = sum((place - middle) * (log - mean) for place, log in enumerate(logs)) / spread
    left = sum((log - mean - slope * (place - middle)) ** 2 for place, log in enumerate(logs))
    error = math.sqrt(left / (count - 2) / spread) * student_95(count - 2)
    return Estimate(*(math.expm1((count - 1) * value) for value in (slope, slope - error, slope + error)))


def difference(one: Sequence[float], other: Sequence[float]) -> Estimate | None:
    """Give by how much the mean of `one` lies above that of `other` (Welch 1947); None where either has fewer than two.

    >>> difference([10.0, 11.0, 12.0], [10.0, 11.0, 12.0]).value
    0.0
    """
    if len(one) < 2 or len(other) < 2:
        return None
    value = fmean(one) - fmean(other)
    a, b = variance(one) / len(one), variance(other) / len(other)
    if a + b == 0.0:
        return Estimate(value, value, value)
    freedom = (a + b) ** 2 / (a * a / (len(one) - 1) + b * b / (len(other) - 1))
    error = student_95(freedom) * math.sqrt(a + b)
    return Estimate(value, value - error, value + error)


def one_against_other(one: Sequence[RepetitionCompleted], other: Sequence[RepetitionCompleted]) -> dict[str, Estimate]:
    """Give one side less the other, for every measure that both have at least twice."""
    found = {name: difference(values(one, name), values(other, name)) for name in MEASURES}
    return {name: estimate for name, estimate in found.items() if estimate is not None}


def student_95(freedom: float) -> float:
    """Give the two-sided 95 % point of Student's t.

    Exact for one and two degrees of freedom, Cornish and Fisher's expansion (1937) above: within 1 % from three on.

    >>> [round(student_95(freedom), 2) for freedom in (1, 2, 3, 10, 1000)]
    [12.71, 4.3, 3.16, 2.23, 1.96]
    """
    if freedom < 1.5:
        return 12.706
    if freedom < 2.5:
        return 4.303
    z = 1.959964
    terms = (
        (z**3 + z) / 4.0,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96.0,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384.0,
    )
    return z + sum(term / freedom ** (power + 1) for power, term in enumerate(terms))
