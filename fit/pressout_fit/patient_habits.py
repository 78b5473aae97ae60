"""What a station would know of a patient's habits at each tick: learned from the truth, a second late, not exactly."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pressout_signal.model.patient_habits import COUNT, PatientHabits
from pressout_signal.model.phase_walk import HOME, Place
from pressout_signal.model.resampler import TICK_S

# So long after a return has ended a station has learned from it.
LEARNED_AFTER = 20
# A station dates by so much off, misses one repetition in so many, takes two for one in so many, and of one session in
# so many knows nothing.
DATED_OFF, MISSED, MERGED, UNKNOWN = 0.08, 0.03, 0.04, 0.12


class Took(NamedTuple):
    """How many ticks the parts of a repetition took, the rest before it, and at which tick it ended."""

    out: int
    hold: int
    back: int
    rest: int
    end: int


def repetitions(truth: NDArray[np.int8]) -> Iterator[Took]:
    """Give a session's repetitions, in the order in which they ended."""
    bounds = [0, *(np.flatnonzero(np.diff(truth)) + 1).tolist(), len(truth)]
    out: tuple[int, int] | None = None
    last_end = -len(truth)
    for start, end in pairwise(bounds):
        match truth[start]:
            case Place.OUT:
                out = start, end
            case Place.RETURN if out is not None and end < len(truth) and truth[end] in HOME:
                yield Took(out[1] - out[0], start - out[1], end - start, out[0] - last_end, end)
                out, last_end = None, end
            case Place.AWAY | Place.REST | Place.ATTEMPT:
                out = None
            case _:
                pass


def habits(truth: NDArray[np.int8], seed: int) -> NDArray[np.float32]:
    """Give the figures of `PatientHabits` at each tick, shape (n_ticks, COUNT)."""
    rng = np.random.default_rng(seed)
    shown = np.zeros((len(truth), COUNT), np.float32)
    known = PatientHabits()
    if rng.random() < UNKNOWN:
        return shown
    for one in _merged(repetitions(truth), rng):
        if rng.random() < MISSED:
            continue
        off = np.exp(rng.normal(0.0, DATED_OFF, 4))
        known.learn(*(float(took * TICK_S * by) for took, by in zip(one[:4], off, strict=True)))
        shown[one.end + LEARNED_AFTER :] = known.figures
    return shown


def _merged(each: Iterator[Took], rng: np.random.Generator) -> Iterator[Took]:
    """Take two for one, now and then: what lay between their holds seems to be a hold."""
    before: Took | None = None
    for one in each:
        whole = one
        if before is not None:
            between = before.back + one.rest + one.out
            whole = Took(before.out, before.hold + between + one.hold, one.back, before.rest, one.end)
        before = whole if rng.random() < MERGED else None
        if before is None:
            yield whole
