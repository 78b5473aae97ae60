"""How long this patient's press-outs, holds, returns and rests are: by it a turned trunk can be told from a return.

A trunk that turns and comes back looks like a return, a rest and a press-out. Alone it can be one; in a patient who
holds for fifteen seconds and rests for three, a "return" after six that is up again at once is none. The network weighs
that; here it is only remembered.
"""

from __future__ import annotations

import math
from typing import Final

# A longer rest is a pause, from which nothing is learned.
PAUSE_S: Final = 15.0
SHORTEST_S: Final = 0.05
# How much of what is new a mean takes in, at least.
TAKES_IN: Final = 0.25
COUNT: Final = 5


class Habits:
    """Running means of the logarithms of four durations. Changes in place; one pipeline owns it."""

    __slots__ = ("figures", "known", "means", "rests")

    def __init__(self) -> None:
        """Begin with a patient nobody knows."""
        self.known = self.rests = 0
        self.means = [0.0] * 4
        # What the network is shown, `COUNT` figures: nothing of what is not known, and how much is.
        self.figures = [0.0] * COUNT

    def learn(self, out_s: float, hold_s: float, back_s: float, rest_s: float) -> None:
        """Learn from a repetition and the rest before it, in seconds."""
        self.known += 1
        for place, took_s in enumerate((out_s, hold_s, back_s)):
            self._mean(place, took_s, self.known)
        if rest_s < PAUSE_S:
            self.rests += 1
            self._mean(3, rest_s, self.rests)
        self.figures = [*self.means, self.known / (self.known + 2.0)]

    def _mean(self, place: int, took_s: float, known: int) -> None:
        new = math.log(max(took_s, SHORTEST_S))
        self.means[place] += max(TAKES_IN, 1.0 / known) * (new - self.means[place])
