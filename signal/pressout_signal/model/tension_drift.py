"""Two signs of lost posture that levels and times show, on top of the turned trunk that the network names."""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import Final

from pressout_signal.events import DriftKind, TensionDrift

# What 0.10 m toward the anchor is as a share of the patient's range: the line travels 0.10-0.26 m in a press and
# 0.35-0.55 m in a row, so that the least share is 0.38 of a press and 0.18 of a row.
CREEP_SHARE: Final = {False: 0.35, True: 0.17}
# It stays there for so long, within so much of the range.
STAYS_S, STEADY_SHARE = 1.0, 0.06
# "Less than a third of the patient's usual one", known from so many returns; what ticks add to a quick one is a tenth.
FAST_SHARE, RETURNS_KNOWN = 0.44, 2
# What the rules say of the same signs, whose shares were measured; this model's own were not yet.
CONFIDENCE: Final = {DriftKind.STANCE_CREEP: 0.97, DriftKind.UNCONTROLLED_RETURN: 0.96}


class DriftMonitor:
    """One line's levels at rest and this patient's returns. Changes in place; one pipeline owns it."""

    __slots__ = ("creep_share", "low_since_s", "range_n", "reference_n", "returns_s")

    def __init__(self, *, row: bool) -> None:
        """Begin with nothing known."""
        self.creep_share = CREEP_SHARE[row]
        self.reference_n: float | None = None
        self.range_n = 0.0
        self.low_since_s: float | None = None
        self.returns_s: deque[float] = deque(maxlen=8)

    def slack(self) -> None:
        """Hear that the line was let go: the next stance is another."""
        self.reference_n = self.low_since_s = None

    def counted(self, chest_n: float, hold_n: float) -> None:
        """Hear of a repetition's tensions in newtons: a level that changes slowly is followed."""
        rise_n = max(hold_n - chest_n, 0.0)
        self.range_n = rise_n if self.range_n == 0.0 else self.range_n + 0.4 * (rise_n - self.range_n)
        if self.reference_n is None or chest_n > self.reference_n:
            self.reference_n = chest_n
        elif self.reference_n - chest_n < 0.85 * self.creep_share * self.range_n:
            self.reference_n += 0.3 * (chest_n - self.reference_n)

    def returned(self, return_start_s: float, took_s: float, now_s: float) -> tuple[TensionDrift, ...]:
        """Hear when a return began and how long it took; say whether the line took the handle back."""
        if len(self.returns_s) < RETURNS_KNOWN or took_s > FAST_SHARE * median(self.returns_s):
            self.returns_s.append(took_s)
            return ()
        return (_drift(DriftKind.UNCONTROLLED_RETURN, return_start_s, now_s, self.range_n),)

    def rested(self, t_s: float, tension_n: float, smooth_n: float) -> tuple[TensionDrift, ...]:
        """Take a tick at rest, its tension and the mean of those before it; say whether the stance has crept.

        Where it is lower than it was at a later rest too, it has stayed so in between.
        """
        if self.reference_n is None or abs(tension_n - smooth_n) > STEADY_SHARE * self.range_n:
            return ()
        drop_n = self.reference_n - smooth_n
        if drop_n <= self.creep_share * self.range_n:
            self.low_since_s = None
        elif self.low_since_s is None:
            self.low_since_s = t_s
        elif t_s - self.low_since_s > STAYS_S:
            began_s = self.low_since_s
            self.low_since_s, self.reference_n = None, smooth_n
            return (_drift(DriftKind.STANCE_CREEP, began_s, t_s, drop_n),)
        return ()


def _drift(kind: DriftKind, t_s: float, now_s: float, drop_n: float) -> TensionDrift:
    return TensionDrift(kind=kind, t_s=t_s, said_at_s=now_s, drop_n=drop_n, confidence=CONFIDENCE[kind])
