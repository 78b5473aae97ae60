"""Forward pass through the table of places and moves: where the patient can be, and what may follow what.

The walk goes forward only: it holds how likely each place is, given all that was shown until now, and whether a
repetition has been completed that was not yet said. What was said is never unsaid: once a repetition has been said, the
places that had it still under way become their late twins, whose return counts nothing.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Place(IntEnum):
    """Where the patient is."""

    AWAY = 0
    REST = 1
    OUT = 2
    HOLD = 3
    RETURN = 4
    ATTEMPT = 5
    TURNING = 6
    TURNED = 7
    TURNED_RETURN = 8
    LATE_HOLD = 9
    LATE_RETURN = 10
    LATE_TURNING = 11
    LATE_TURNED = 12


# The network names so many; the simulator's truth has one more, and the rest are the late twins.
NAMED: Final = 8
TRUE: Final = 9
# No evidence that the network gives makes a place impossible.
LEAST: Final = 1e-5
P = Place
# From where to where; staying is always possible. A pair that is not here cannot be.
MOVES: Final = {
    P.AWAY: (P.REST, P.OUT, P.ATTEMPT),
    # To be turned without having gone out is to see, later, that what was taken for a return was a turn.
    P.REST: (P.AWAY, P.OUT, P.ATTEMPT, P.LATE_TURNED),
    P.OUT: (P.HOLD, P.RETURN, P.AWAY, P.LATE_TURNED),
    P.HOLD: (P.RETURN, P.TURNING, P.AWAY),
    P.RETURN: (P.REST, P.AWAY, P.OUT, P.ATTEMPT, P.TURNED),
    P.ATTEMPT: (P.REST, P.AWAY, P.OUT),
    P.TURNING: (P.TURNED, P.TURNED_RETURN),
    P.TURNED: (P.TURNED_RETURN, P.AWAY),
    P.TURNED_RETURN: (P.REST, P.AWAY, P.OUT, P.ATTEMPT),
    P.LATE_HOLD: (P.LATE_RETURN, P.LATE_TURNING, P.AWAY, P.REST),
    P.LATE_RETURN: (P.REST, P.AWAY, P.OUT),
    P.LATE_TURNING: (P.LATE_TURNED, P.LATE_RETURN),
    P.LATE_TURNED: (P.LATE_RETURN, P.AWAY),
}
# Leaving these for these completes a repetition.
BACK: Final = (P.RETURN, P.TURNED_RETURN)
HOME: Final = (P.REST, P.AWAY, P.OUT, P.ATTEMPT)
# What the network calls each place.
NAME_OF: Final = np.array(
    [*range(NAMED), P.RETURN, P.HOLD, P.RETURN, P.TURNING, P.TURNED],
)
# What a place becomes when its repetition is said while it still seems under way.
LATE: Final = {
    P.OUT: P.LATE_HOLD,
    P.HOLD: P.LATE_HOLD,
    P.RETURN: P.LATE_RETURN,
    P.TURNING: P.LATE_TURNING,
    P.TURNED: P.LATE_TURNED,
    P.TURNED_RETURN: P.LATE_RETURN,
}
TURNS: Final = np.array([P.TURNING, P.TURNED, P.TURNED_RETURN, P.LATE_TURNING, P.LATE_TURNED])
COUNT: Final = len(Place)


def walked_matrix(chances: Floats) -> Floats:
    """Give the moves of one tick with the flag of a completed repetition, shape (2 COUNT, 2 COUNT).

    `chances`, shape (COUNT, COUNT), are those of each move a tick; what MOVES does not have is zero.
    """
    both = np.zeros((2 * COUNT, 2 * COUNT))
    for flag in (0, 1):
        for source in Place:
            for target in (source, *MOVES[source]):
                completes = source in BACK and target in HOME
                both[source + COUNT * flag, target + COUNT * (1 if completes else flag)] = chances[source, target]
    return both


def said_matrix() -> Floats:
    """Give what saying a repetition does to the likelihoods: they are as if it had been completed, shape as above."""
    both = np.zeros((2 * COUNT, 2 * COUNT))
    for place in Place:
        both[COUNT + place, place] = 1.0
        both[place, LATE.get(place, place)] = 1.0
    return both


SAID: Final = said_matrix()


class Walk:
    """How likely each place is, and whether a repetition waits to be said. Changes in place; one pipeline owns it."""

    __slots__ = ("likely", "matrix")

    def __init__(self, chances: Floats) -> None:
        """Begin away."""
        self.matrix = walked_matrix(chances)
        self.likely = np.zeros(2 * COUNT)
        self.likely[Place.AWAY] = self.likely[Place.REST] = 0.5

    def step(self, opinion: Floats) -> float:
        """Take the network's opinion of one tick, shape (NAMED,); give how likely a repetition waits to be said."""
        likely = self.likely @ self.matrix
        likely *= opinion[_BOTH]
        likely /= likely.sum()
        self.likely = likely
        return float(likely[COUNT:].sum())

    def say(self) -> None:
        """Go on as if the repetition that waits had been completed."""
        self.likely = self.likely @ SAID

    def deny(self) -> None:
        """Go on as if none had been completed: what seemed one cannot have been."""
        self.likely[:COUNT] += self.likely[COUNT:]
        self.likely[COUNT:] = 0.0

    @property
    def places(self) -> Floats:
        """How likely each place is, shape (COUNT,)."""
        together: Floats = self.likely[:COUNT] + self.likely[COUNT:]
        return together


_BOTH: Final = np.concatenate([NAME_OF, NAME_OF])
