"""What a story about a stack is made of: places the handle can be in, and strokes between them."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np

from pressout_signal.strokes.cable.ticks import TICK_S


class Place(IntEnum):
    """Where the handle is, as far as a story goes.

    DONE is IN with a repetition that has not been announced; LATE is out again after a turn that looked like a return;
    AFTER is IN, as seen from there.
    """

    SET_UP = 0
    IN = 1
    OUT = 2
    DONE = 3
    PART = 4
    LATE = 5
    AFTER = 6


PLACES: Final = 6
"""Those that a story can be in; AFTER is only left from."""


class Kind(IntEnum):
    """A kind of stroke; the whole ones first."""

    OUTWARD = 0
    HOMEWARD = 1
    AGAIN = 2
    TRIED = 3
    GAVE_UP = 4
    RECOVERED = 5
    LATE_HOME = 6
    SETTLED = 7


WHOLE: Final = slice(0, 3)
"""Strokes of the patient's whole range."""
MIRRORED: Final = slice(1, 5, 3)
"""Strokes that bring back what went out: HOMEWARD from OUT, GAVE_UP from PART."""

# From, to, and whether the line goes back.
KINDS: Final = (
    (Place.IN, Place.OUT, 0),
    (Place.OUT, Place.DONE, 1),
    (Place.DONE, Place.OUT, 0),
    (Place.IN, Place.PART, 0),
    (Place.PART, Place.IN, 1),
    (Place.AFTER, Place.LATE, 0),
    (Place.LATE, Place.IN, 1),
    (Place.AFTER, Place.IN, 1),
)
SOURCES: Final = np.array([source for source, _to, _back in KINDS])
TARGETS: Final = tuple(to for _source, to, _back in KINDS)
BACK: Final = np.array([back for _source, _to, back in KINDS])

# Of a minimum jerk's time, 5 % of its way are done at 0.189, and 95 % at 1 - 0.189.
FIVE_PERCENT: Final = 0.189


class Stroke(NamedTuple):
    """A stroke that a story holds: ticks of its start and end, offset (m/s^2), travel of the line and its s.d. (m)."""

    kind: Kind
    start: int
    end: int
    duration_s: float
    offset: float
    travel_m: float
    travel_sd_m: float

    def at_s(self, share_of_time: float) -> float:
        """Give when a share of its time had passed, in seconds from tick 0."""
        return (self.end + 0.5) * TICK_S - self.duration_s * (1.0 - share_of_time)


class Story(NamedTuple):
    """A story: since which tick the handle has been where it is, and the strokes not yet told."""

    since: int
    strokes: tuple[Stroke, ...]

    def untold(self) -> Stroke | None:
        """Give the first return that completes a repetition, if there is one."""
        return next((stroke for stroke in self.strokes if TARGETS[stroke.kind] is Place.DONE), None)

    def with_stroke(self, stroke: Stroke) -> Story:
        """Give the story that goes on with a stroke."""
        return Story(stroke.end, (*self.strokes, stroke))

    def without(self, count: int) -> Story:
        """Give the story without its first strokes."""
        return Story(self.since, self.strokes[count:])


def held_s(out: Stroke, home: Stroke) -> float:
    """Give the hold, from 95 % of the way out to 5 % of the way back, at least a tick."""
    rests_s = (home.start - out.end) * TICK_S
    return max(rests_s + FIVE_PERCENT * (out.duration_s + home.duration_s), TICK_S)
