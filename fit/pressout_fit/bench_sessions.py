"""Sessions by the bench's simulator, whose patients, friction and elastic were written apart from the wide one's.

A model that has seen two laws of motion leans less on either.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.people import Person
from bench.scoring import BOUNDARIES
from bench.sessions import Session as Played
from bench.sessions import session as played
from pressout_fit.examples import OneExample, example, figures_of, ticked
from pressout_fit.labels import labels
from pressout_signal.events import Movement, Resistance
from pressout_signal.model.phase_walk import Place
from pressout_signal.model.resampler import TICK_S

# The bench's figures are of seeds from 9 000 on; these are far from them.
FIRST_SEED = 2_000_000
# How long a turning lasts at most and at least; between the two it is not known whether it had begun.
TURNING_S = (1.0, 0.4)


def played_example(job: tuple[int, bool]) -> OneExample:
    """Give one session: its seed, and whether its line is a stack's."""
    seed, stack = job
    made = played(Resistance.CABLE if stack else Resistance.TUBING, FIRST_SEED + seed)
    person: Person = made.person
    ticks = ticked(made.samples)
    figures = figures_of(ticks, stack=stack, row=person.movement is Movement.ROW)
    at_s = np.array([tick.t_s - 0.5 * TICK_S for tick in ticks])
    tension_n = np.array([tick.tension_n for tick in ticks])
    truth, share = _truth(made, at_s)
    slack = tension_n < 0.1 * np.quantile(tension_n, 0.9)
    truth[slack & (truth == Place.REST)] = Place.AWAY
    return example(figures, truth, share, seed)


def _truth(made: Played, at_s: NDArray[np.float64]) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    bounds = [[getattr(one, name) for name in BOUNDARIES] for one in made.repetitions]
    truth, share = labels(at_s, bounds, made.partials)
    held = truth == Place.HOLD
    for one in made.repetitions:
        if one.rotation_until_s is not None:
            longest_s, shortest_s = (one.rotation_until_s - each for each in TURNING_S)
            truth[held & (at_s >= longest_s) & (at_s < shortest_s)] = -1
            truth[held & (at_s >= shortest_s) & (at_s < one.rotation_until_s)] = Place.TURNING
            truth[held & (at_s >= one.rotation_until_s) & (at_s < one.return_start_s)] = Place.TURNED
    return truth, share
