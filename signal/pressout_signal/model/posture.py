"""Two signs of lost posture that levels and times show, on top of the turned trunk that the network names."""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import Final

from pressout_signal.events import DriftKind, RepetitionCompleted, TensionDrift
from pressout_signal.model.ticks import TICK_S

# What 0.10 m toward the anchor is as a share of the patient's range: the line travels 0.10-0.26 m in a press and
# 0.35-0.55 m in a row (PHYSICS of the exercise; the lower share of a press is 0.38, of a row 0.18).
CREEP_SHARE: Final = {False: 0.35, True: 0.17}
# It stays there for so long, within so much of the range.
STAYS_S, STEADY_SHARE = 1.0, 0.06
# "Less than a third of the patient's usual one", known from so many returns; a third, and half a tick of doubt.
FAST_SHARE, RETURNS_KNOWN = 0.36, 2
# Shares of what was said that were true on simulated sessions.
CONFIDENCE: Final = {DriftKind.STANCE_CREEP: 0.97, DriftKind.UNCONTROLLED_RETURN: 0.96}


class Posture:
    """One line's levels at rest and this patient's returns. Changes in place; one pipeline owns it."""

    __slots__ = ("creep_share", "low_ticks", "range_n", "reference_n", "returns_s")

    def __init__(self, *, row: bool) -> None:
        """Begin with nothing known."""
        self.creep_share = CREEP_SHARE[row]
        self.reference_n: float | None = None
        self.range_n = 0.0
        self.low_ticks = 0
        self.returns_s: deque[float] = deque(maxlen=8)

    def slack(self) -> None:
        """Hear that the line was let go: the next stance is another."""
        self.reference_n = None
        self.low_ticks = 0

    def counted(self, one: RepetitionCompleted, chest_n: float, hold_n: float) -> tuple[TensionDrift, ...]:
        """Hear of a repetition and its tensions in newtons; say whether the line took the handle back."""
        rise_n = max(hold_n - chest_n, 0.0)
        self.range_n = rise_n if self.range_n == 0.0 else self.range_n + 0.4 * (rise_n - self.range_n)
        if self.reference_n is None or chest_n > self.reference_n:
            self.reference_n = chest_n
        elif self.reference_n - chest_n < 0.85 * self.creep_share * self.range_n:
            self.reference_n += 0.3 * (chest_n - self.reference_n)
        took_s = one.return_end_s - one.return_start_s
        known = len(self.returns_s) >= RETURNS_KNOWN
        fast = known and took_s < FAST_SHARE * median(self.returns_s)
        if not fast:
            self.returns_s.append(took_s)
            return ()
        return (_drift(DriftKind.UNCONTROLLED_RETURN, one.return_start_s, rise_n),)

    def rested(self, t_s: float, tension_n: float, smooth_n: float) -> tuple[TensionDrift, ...]:
        """Take a tick at rest, its tension and the mean of those before it; say whether the stance has crept."""
        if self.reference_n is None or self.range_n <= 0.0:
            return ()
        drop_n = self.reference_n - smooth_n
        if drop_n <= self.creep_share * self.range_n or abs(tension_n - smooth_n) > STEADY_SHARE * self.range_n:
            self.low_ticks = 0
            return ()
        self.low_ticks += 1
        if self.low_ticks * TICK_S < STAYS_S:
            return ()
        self.low_ticks, self.reference_n = 0, smooth_n
        return (_drift(DriftKind.STANCE_CREEP, t_s - STAYS_S - 0.5, drop_n),)


def _drift(kind: DriftKind, t_s: float, drop_n: float) -> TensionDrift:
    return TensionDrift(kind=kind, t_s=t_s, said_at_s=t_s, drop_n=drop_n, confidence=CONFIDENCE[kind])
