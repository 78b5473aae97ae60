"""Families of patients beyond the one that detectors are tuned on: each is a drawn person with some troubles."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from bench.people import Cell, Person, drawn
from pressout_device.simulation.line import Stack, Tubing
from pressout_signal.events import Resistance

Random = np.random.Generator
Trouble = Callable[[Random, Person], Person]


Range = tuple[float, float]
LEFT: Range = (0.0, 0.0)


def tempo(out: Range = LEFT, hold: Range = LEFT, rest: Range = LEFT) -> Trouble:
    """Give a trouble in which strokes, holds or rests take between so many seconds, where they are not left."""

    def put(random: Random, person: Person) -> Person:
        usual = person.tempo
        out_s = random.uniform(*out) or usual.out_s
        back_s = usual.back_s * out_s / usual.out_s
        hold_s, rest_s = random.uniform(*hold) or usual.hold_s, random.uniform(*rest) or usual.rest_s
        return replace(person, tempo=replace(usual, out_s=out_s, back_s=back_s, hold_s=hold_s, rest_s=rest_s))

    return put


def short_reach(low_m: float = 0.22, high_m: float = 0.36) -> Trouble:
    """Give a trouble in which the handle goes no further than this."""
    return lambda random, person: replace(person, body=replace(person.body, reach_m=random.uniform(low_m, high_m)))


def shaky(sway: float = 2.5, tremor: float = 4.0) -> Trouble:
    """Give a trouble in which body and hands sway and tremble so many times as much."""

    def put(_random: Random, person: Person) -> Person:
        line = person.line
        if isinstance(line, Stack):
            line = replace(line, tremor=line.tremor * tremor)
        body = replace(person.body, sway_m=person.body.sway_m * sway, tremor=person.body.tremor * tremor)
        return replace(person, body=body, line=line)

    return put


def uneven(spread: float = 0.3, reach_spread: float = 0.12) -> Trouble:
    """Give a trouble in which no stroke is like the one before."""

    def put(_random: Random, person: Person) -> Person:
        body = replace(person.body, reach_spread=reach_spread)
        return replace(person, tempo=replace(person.tempo, spread=spread), body=body)

    return put


def more(**chances: float) -> Trouble:
    """Give a trouble in which these things happen so often."""
    return lambda _random, person: replace(person, chances=replace(person.chances, **chances))


def _set_down(_random: Random, person: Person) -> Person:
    return replace(person, sets_down=isinstance(person.line, Stack))


def _at_10_hz(_random: Random, person: Person) -> Person:
    cell: Cell = replace(person.cell, rate_hz=10.0, noise_n=0.4 * person.cell.noise_n)
    return replace(person, cell=cell)


def weighing(low_n: float, high_n: float) -> Trouble:
    """Give a trouble in which the line pulls this hard at the chest."""

    def put(random: Random, person: Person) -> Person:
        target_n = float(math.exp(random.uniform(math.log(low_n), math.log(high_n))))
        by = target_n / person.target_n
        line: Tubing | Stack
        match person.line:
            case Stack() as stack:
                line = replace(stack, weight_n=target_n)
            case Tubing() as tubing:
                line = replace(tubing, stiffness_n_per_m=tubing.stiffness_n_per_m * by)
        return replace(person, target_n=target_n, line=line)

    return put


FAMILIES: dict[str, tuple[Trouble, ...]] = {
    "usual": (),
    "quick": (tempo(out=(0.4, 0.8), hold=(0.1, 0.5), rest=(0.2, 0.8)),),
    "slow": (tempo(out=(2.5, 4.0)),),
    "isometric": (tempo(hold=(10.0, 30.0)),),
    "long rests": (tempo(rest=(6.0, 20.0)),),
    "short reach": (short_reach(),),
    "shaky": (shaky(),),
    "uneven": (uneven(),),
    "shuffling": (more(shuffle=0.4),),
    "many attempts": (more(partial=0.3),),
    "turned": (more(rotation=0.25),),
    "frail": (short_reach(0.30, 0.45), shaky(2.0, 3.0), uneven(0.25, 0.10), more(shuffle=0.25, long_rest=0.1)),
    "light": (weighing(8.0, 16.0),),
    "heavy": (weighing(120.0, 300.0),),
    "set down": (_set_down,),
    "10 a second": (_at_10_hz,),
}


def person(family: str, resistance: Resistance, seed: int) -> Person:
    """Draw somebody of a family; the same seed gives the same."""
    random = np.random.default_rng((seed, 11))
    who = drawn(resistance, seed)
    for trouble in FAMILIES[family]:
        who = trouble(random, who)
    return who
