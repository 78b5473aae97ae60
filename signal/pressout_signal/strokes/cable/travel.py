"""How far and how fast the stack's line went in a repetition: metres at the handle, and how sure they are."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from pressout_signal.events import Travel
from pressout_signal.strokes.cable.stories import Stroke
from pressout_signal.strokes.cable.templates import place

# The fit's own s.d. knows of noise only. People are no minimum jerk, friction is not constant and ringing is not white:
# on simulated sessions the fitted travel was off by this share of itself besides (one s.d.).
MODEL_SHARE: Final = 0.14
# Strokes are found a little longer than they were, and travel goes with the square of that: true over fitted travel,
# median of simulated sessions.
TRUE_SHARE: Final = {False: 0.92, True: 0.79}
# Durations are tried 17 % apart: half of that, evenly spread.
GRID_SHARE: Final = 0.17 / math.sqrt(12.0)


def _fastest(*, row: bool) -> float:
    """Give the top speed of a stroke of one metre in one second."""
    share = np.linspace(0.0, 1.0, 401)
    return float(np.gradient(place(share, row=row, back=False), share).max())


FASTEST: Final = {row: _fastest(row=row) for row in (False, True)}


def travel_of(out: Stroke, home: Stroke, *, row: bool, pulley_ratio: float) -> Travel:
    """Give the travel of a repetition's two strokes.

    A stack on a pulley of 2:1 is felt with half its mass, so that the same travel shows half: the ratio restores it.
    """
    (out_m, out_sd_m, out_speed, out_speed_sd), (back_m, back_sd_m, back_speed, back_speed_sd) = (
        _way(stroke, FASTEST[row], TRUE_SHARE[row] * pulley_ratio) for stroke in (out, home)
    )
    return Travel(
        out_m=out_m,
        out_sd_m=out_sd_m,
        back_m=back_m,
        back_sd_m=back_sd_m,
        out_peak_m_per_s=out_speed,
        out_peak_sd_m_per_s=out_speed_sd,
        back_peak_m_per_s=back_speed,
        back_peak_sd_m_per_s=back_speed_sd,
    )


def _way(stroke: Stroke, fastest: float, ratio: float) -> tuple[float, float, float, float]:
    """Give travel, its s.d., top speed and its s.d."""
    travel_m = max(stroke.travel_m, 0.0) * ratio
    sd_m = math.hypot(stroke.travel_sd_m * ratio, MODEL_SHARE * travel_m)
    speed = fastest * travel_m / stroke.duration_s
    return travel_m, sd_m, speed, math.hypot(fastest * sd_m / stroke.duration_s, GRID_SHARE * speed)
