"""Habits of the patient: usual durations, by which a turned trunk can be told from a return.

A trunk that turns and comes back looks like a return, a rest and a press-out. Alone it can be one; in a patient who
holds for fifteen seconds and rests for three, a "return" after six that is up again at once is none. The network weighs
that; here it is only remembered. What is not alike from one repetition to the next is no habit: a repetition that was
missed makes two into a long one, and who believed that would miss the next.
"""

from __future__ import annotations

import math
from collections import deque
from statistics import median
from typing import Final

# A longer rest is a pause, from which nothing is learned.
PAUSE_S: Final = 15.0
SHORTEST_S: Final = 0.05
# So many repetitions are remembered, and from so many on there is a habit; the least and most that are shown as known.
REMEMBERED, FEWEST = 7, 2
# A habit's durations lie within this of their median, as a mean of logarithms: patients vary by 6 to 20 %.
ALIKE: Final = 0.35
COUNT: Final = 5


class PatientHabits:
    """Medians of the logarithms of four durations. Changes in place; one pipeline owns it."""

    __slots__ = ("figures", "known", "took")

    def __init__(self) -> None:
        """Begin with a patient nobody knows."""
        self.known = 0
        self.took: tuple[deque[float], ...] = tuple(deque(maxlen=REMEMBERED) for _ in range(4))
        # What the network is shown, `COUNT` figures: nothing of what is not known, and how much is.
        self.figures = [0.0] * COUNT

    def learn(self, out_s: float, hold_s: float, back_s: float, rest_s: float) -> None:
        """Learn from a repetition and the rest before it, in seconds."""
        self.known += 1
        for place, took_s in enumerate((out_s, hold_s, back_s, rest_s)):
            if place < 3 or took_s < PAUSE_S:
                self.took[place].append(math.log(max(took_s, SHORTEST_S)))
        self.figures = [*map(_usual, self.took), self.known / (self.known + 2.0)] if self._alike else [0.0] * COUNT

    @property
    def _alike(self) -> bool:
        holds = self.took[1]
        if len(holds) < FEWEST:
            return False
        middle = median(holds)
        return sum(abs(one - middle) for one in holds) / len(holds) < ALIKE


def _usual(took: deque[float]) -> float:
    return median(took) if took else 0.0
