"""Travel and speed of a stack's line in a repetition: metres at the handle, and how sure they are.

A stroke begins and ends at rest, so what its tension is above the weight is inertia and friction: over one stroke
`g (T - W) / W` is fitted by a constant, which takes friction and the cell's zero, and by the acceleration of a minimum
jerk (Flash and Hogan 1985) along the line, whose size is the travel. The line of a press is sqrt(d^2 + x^2) long.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pressout_signal.events import RepetitionCompleted, Travel
from pressout_signal.samples import Sample

Array = NDArray[np.float64]
Between = Callable[[float, float], Sequence[Sample]]
G_M_PER_S2: Final = 9.80665
# A minimum jerk has done 5 % of its way after this share of its time, and 95 % as long before its end.
FIVE_PERCENT: Final = 0.189
# The press's profile: the anchor this far to the side for a handle that moves by one; only the ratio matters.
ANCHOR: Final = 1.5
# Boundaries are dated a little off: these are tried around them, and what fits best is taken.
LONGER: Final = (0.8, 0.9, 1.0, 1.12, 1.25)
LATER_SHARE: Final = (-0.1, -0.05, 0.0, 0.05, 0.1)
# Until this share of a stroke's time friction turns over, and tells more of what was before.
ONSET: Final = 0.08
FEWEST_SAMPLES: Final = 6
# True over fitted travel, median of simulated sessions, and how far single ones lie from it: people are no minimum
# jerk, and friction is not constant.
TRUE_SHARE: Final = {False: 1.17, True: 1.01}
SD_SHARE: Final = 0.25


class FittedStroke(NamedTuple):
    """Travel in metres, and top speed in metres a second."""

    travel_m: float
    top_m_per_s: float


def travel_of(one: RepetitionCompleted, between: Between, *, row: bool, pulley_ratio: float) -> Travel | None:
    """Give the travel of a repetition's two strokes, or None where there are too few samples.

    A stack on a pulley of 2:1 is felt with half its mass, so that the same travel shows half: the ratio restores it.
    """
    out = _stroke(between, one.press_out_start_s, one.hold_start_s, row=row, back=False)
    back = _stroke(between, one.return_start_s, one.return_end_s, row=row, back=True)
    if out is None or back is None:
        return None
    ratio = TRUE_SHARE[row] * pulley_ratio
    (out_m, out_top), (back_m, back_top) = ((each.travel_m * ratio, each.top_m_per_s * ratio) for each in (out, back))
    return Travel(
        out_m=out_m,
        out_sd_m=SD_SHARE * out_m,
        back_m=back_m,
        back_sd_m=SD_SHARE * back_m,
        out_peak_m_per_s=out_top,
        out_peak_sd_m_per_s=SD_SHARE * out_top,
        back_peak_m_per_s=back_top,
        back_peak_sd_m_per_s=SD_SHARE * back_top,
    )


def way(share: Array, *, row: bool, back: bool) -> Array:
    """Give the share of the line's way done at shares of a stroke's time."""
    at = share**3 * (10.0 - 15.0 * share + 6.0 * share * share)
    if row:
        return at
    at = 1.0 - at if back else at
    line = (np.sqrt(ANCHOR**2 + at**2) - ANCHOR) / (np.sqrt(ANCHOR**2 + 1.0) - ANCHOR)
    return np.asarray(1.0 - line if back else line)


class _Shape(NamedTuple):
    share: Array
    acceleration: Array
    fastest: float


def _shape(*, row: bool, back: bool) -> _Shape:
    share = np.linspace(0.0, 1.0, 401)
    speed = np.gradient(way(share, row=row, back=back), share)
    return _Shape(share, (-1.0 if back else 1.0) * np.gradient(speed, share), float(speed.max()))


SHAPES: Final = {(row, back): _shape(row=row, back=back) for row in (False, True) for back in (False, True)}


def _stroke(between: Between, start_s: float, end_s: float, *, row: bool, back: bool) -> FittedStroke | None:
    """Fit one stroke of which 5 % to 95 % lie between these times."""
    shape = SHAPES[row, back]
    middle_s, usual_s = 0.5 * (start_s + end_s), (end_s - start_s) / (1.0 - 2.0 * FIVE_PERCENT)
    around = between(middle_s - 0.8 * usual_s, middle_s + 0.8 * usual_s)
    if usual_s <= 0.0 or len(around) < 2 * FEWEST_SAMPLES:
        return None
    t_s, tension_n = np.array(around).T
    weight_n = float(tension_n.mean())
    if weight_n <= 0.0:
        return None
    lifted = G_M_PER_S2 * (tension_n / weight_n - 1.0)
    best, least = None, np.inf
    for longer in LONGER:
        whole_s = usual_s * longer
        for later in LATER_SHARE:
            share = (t_s - middle_s - later * usual_s) / whole_s + 0.5
            inside = (share > ONSET) & (share < 1.0)
            if inside.sum() < FEWEST_SAMPLES:
                continue
            basis = np.interp(share[inside], shape.share, shape.acceleration) / whole_s**2
            centred, seen = basis - basis.mean(), lifted[inside] - lifted[inside].mean()
            travel_m = float(centred @ seen) / max(float(centred @ centred), 1e-12)
            left = float(np.mean((seen - travel_m * centred) ** 2)) / max(float(np.mean(seen**2)), 1e-12)
            if travel_m > 0.0 and left < least:
                best, least = FittedStroke(travel_m, shape.fastest * travel_m / whole_s), left
    return best
