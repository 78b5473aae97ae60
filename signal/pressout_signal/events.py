"""Events of the signal. Past tense, small, and never taken back.

Times are on the sample clock, in seconds. `said_at_s` is the time of the sample that made the
pipeline say it; the other times lie before it, because a movement is known only after it began.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from pressout_signal.samples import Fault


class Resistance(StrEnum):
    """The kind of line, as the therapist says it."""

    TUBING = "tubing"
    CABLE = "cable"


class Movement(StrEnum):
    """What the exercise does with the handle, as far as tension is concerned."""

    PRESS = "press"
    ROW = "row"


class Phase(StrEnum):
    """A phase of a repetition, as tension shows it."""

    REST = "rest"
    PRESS_OUT = "press_out"
    HOLD = "hold"
    RETURN = "return"


class DriftKind(StrEnum):
    """A sign of lost posture (never the zero drift of the cell, never a diagnosis)."""

    ROTATION = "rotation"
    STANCE_CREEP = "stance_creep"
    UNCONTROLLED_RETURN = "uncontrolled_return"


class PhaseEntered(Struct, frozen=True, kw_only=True):
    """A phase began at `t_s`; this was known at `said_at_s`."""

    t_s: float
    said_at_s: float
    phase: Phase


class Hold(Struct, frozen=True, kw_only=True):
    """How a hold went: its straight line through time, and what was left beside it (newtons rms).

    `wobble_n` is slower than 2.5 Hz: sway, breathing, corrections. `tremor_n` is faster than 6 Hz, the converter's
    noise included; None where the cell is too slow to see it.
    """

    drift_n: float
    drift_n_per_s: float
    drift_share: float
    wobble_n: float
    tremor_n: float | None


class Travel(Struct, frozen=True, kw_only=True):
    """How far and how fast a stack's line went, out and back: metres and metres a second, each with one s.d.

    From the double integration of each stroke's own inertia, which needs neither friction nor the cell's zero.
    """

    out_m: float
    out_sd_m: float
    back_m: float
    back_sd_m: float
    out_peak_m_per_s: float
    out_peak_sd_m_per_s: float
    back_peak_m_per_s: float
    back_peak_sd_m_per_s: float


class RepetitionCompleted(Struct, frozen=True, kw_only=True):
    """One press-out, its hold if any, and its return.

    Boundaries are those of a stroke: 5 % and 95 % of the way out, 5 % and 95 % of the way back.
    `counted_at_s` is the sample at which it was announced. Tensions in newtons, impulse in N s
    from `press_out_start_s` to `return_end_s`. `hold` is None where the hold was too short to say anything of it,
    `travel` where the line is no stack. `number` counts from 1 within the set; 0 is not yet numbered.
    """

    press_out_start_s: float
    hold_start_s: float
    return_start_s: float
    return_end_s: float
    counted_at_s: float
    chest_n: float
    hold_n: float
    peak_n: float
    impulse_n_s: float
    hold: Hold | None = None
    travel: Travel | None = None
    set_number: int = 0
    number: int = 0


class PartialSeen(Struct, frozen=True, kw_only=True):
    """An attempt that turned back before half way: recorded, shown, not counted."""

    start_s: float
    end_s: float
    said_at_s: float
    set_number: int = 0


class TensionDrift(Struct, frozen=True, kw_only=True):
    """A sign of lost posture that began at `t_s` and cost `drop_n` newtons; `confidence` is 0 to 1.

    `number` is the repetition of the set that it concerns, which may already be counted; None between repetitions.
    """

    kind: DriftKind
    t_s: float
    said_at_s: float
    drop_n: float
    confidence: float
    set_number: int = 0
    number: int | None = None


class LineTaken(Struct, frozen=True, kw_only=True):
    """The line became taut at `t_s`: the handle was picked up, or the stack lifted."""

    t_s: float
    said_at_s: float


class LineLetGo(Struct, frozen=True, kw_only=True):
    """The line became slack at `t_s`. A set ends only when it stays so."""

    t_s: float
    said_at_s: float


class SetStarted(Struct, frozen=True, kw_only=True):
    """The tension was taken up at `t_s`; said with the first thing that happened in the set."""

    t_s: float
    said_at_s: float
    number: int


class SetEnded(Struct, frozen=True, kw_only=True):
    """The tension was let go at `t_s`.

    `count_probability` is how likely its count is exactly right, `other_count` the likeliest other; None is not known.
    """

    t_s: float
    said_at_s: float
    number: int
    count_probability: float | None = None
    other_count: int | None = None


class SetCount(NamedTuple):
    """How likely a set's count is exactly right, and the likeliest other count."""

    probability: float
    other: int


Event: TypeAlias = (
    PhaseEntered
    | RepetitionCompleted
    | PartialSeen
    | TensionDrift
    | LineTaken
    | LineLetGo
    | SetStarted
    | SetEnded
    | Fault
)
