"""Was it a return, or did the trunk turn in the hold? By tension alone they are alike; what is unusual tells.

Evidence is the logarithm of odds (nats), a weighted sum of what was seen as a share of what this patient does. The
weights are a logistic regression over 2 019 returns and turns of 130 practice and simulated sessions, 92 of them turns,
checked by leaving out a fifth of the sessions at a time. So the probability that belongs to it is calibrated.
"""

from __future__ import annotations

import math
from typing import Final

from msgspec import Struct

from pressout_signal.strokes.cable.habits import Habits
from pressout_signal.strokes.cable.stories import Kind, Stroke
from pressout_signal.strokes.cable.ticks import TICK_S

PRIOR: Final = -4.6
"""Turns are one in twenty of what looks like a return; one at its usual time, tempo and travel is one in a hundred."""
EARLY: Final = 4.2
"""A nat of hold less than usual: a turn interrupts the hold."""
QUICK: Final = 2.9
"""A turn is quicker than the return, which is done with care,"""
FAR: Final = 2.0
"""and at 10 degrees and more often goes further: this for travel against what is usual,"""
UNEQUAL: Final = 1.2
"""and this against what just went out."""
LOST, LOST_AFTER = 10.0, 0.6
"""Of 16 sudden turns one came later than this share of the hold, of 41 lines that took the handle back one earlier."""
BACK_SOON: Final = 3.0
"""Risen again before a rest was due, as a trunk that turns back: 8 in 36 doubtful turns, 2 in 224 doubtful returns."""
SOON: Final = 0.6
"""Of the usual rest."""
SAID: Final = -0.7
"""What is said is likelier than one in three: a cue that is missed costs twice one that was not due."""
SUREST: Final = 0.8
"""Nothing that was said with stronger evidence was truer than this."""
DOUBTFUL: Final = -3.5
DOUBTFUL_S: Final = 2.0
"""A doubt is kept for as long as a cue still helps."""
# The same for a stroke after it that is no new repetition: 14 in 2 026. -5 was fitted for the first; -4.2 lets none of
# the product's own simulated turns be counted twice.
AGAIN, DOUBT, SOONER, BRIEF, BRISK = -4.2, 0.8, 3.4, 4.0, 1.7
# Beyond these a share (its logarithm) says nothing more: strokes of all lengths are in the tails.
HOLDS, TEMPOS, WAYS = (-1.5, 0.5), (-0.9, 0.5), (-0.7, 0.7)


class Turn(Struct, frozen=True):
    """A stroke that was counted as a return and may be a turn of the trunk, with the evidence (nats) that it is."""

    home: Stroke
    evidence: float
    said: bool = False

    @property
    def probability(self) -> float:
        """How likely it is a turn; never surer than what was said with the strongest evidence turned out to be."""
        return min(1.0 / (1.0 + math.exp(-self.evidence)), SUREST)


def evidence(habits: Habits, out: Stroke, home: Stroke, hold_share: float, *, sudden: bool) -> float:
    """Give the evidence that what was counted was a turn, at the time it is counted; none before holds are known.

    So `sudden` a return is a turn or the line taking the handle back, which happens at the end of a hold.
    """
    if not habits.known:
        return -math.inf
    if sudden:
        return -LOST * _within(math.log(hold_share / LOST_AFTER), (-0.4, 0.4))
    way = math.log(max(home.travel_m, 0.005))
    return (
        PRIOR
        - EARLY * _within(math.log(hold_share), HOLDS)
        - QUICK * _within(math.log(home.duration_s) - habits.back_s.mean, TEMPOS)
        + FAR * _within(way - habits.travel.mean, WAYS)
        + UNEQUAL * _within(way - math.log(max(out.travel_m, 0.005)), WAYS)
    )


def same_repetition(habits: Habits, turn: Turn, out: Stroke, hold_share: float) -> bool:
    """Tell whether what followed was the trunk turning back and the return that was due: already counted.

    It follows sooner than a rest, is held for less than a hold and rises quicker than a press.
    """
    rest_s = max((out.start - turn.home.end) * TICK_S, 0.0) + 0.1
    return (
        AGAIN
        + DOUBT * _within(turn.evidence, (-5.0, 3.0))
        - SOONER * _within(math.log(rest_s) - habits.still_in_s.mean, (-2.0, 1.0))
        - BRIEF * _within(math.log(hold_share), HOLDS)
        - BRISK * _within(math.log(out.duration_s) - habits.out_s.mean, TEMPOS)
    ) > 0.0


def risen(habits: Habits, turn: Turn, stroke: Stroke) -> float:
    """Give the evidence in a stroke that the likeliest story has after a doubtful return."""
    rest_s = (stroke.start - turn.home.end) * TICK_S + 0.1
    soon = rest_s < SOON * math.exp(habits.still_in_s.mean)
    return BACK_SOON if stroke.kind is Kind.RECOVERED and soon else 0.0


def _within(value: float, limits: tuple[float, float]) -> float:
    return min(max(value, limits[0]), limits[1])
