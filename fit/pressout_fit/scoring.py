"""How a fitted model does on sessions that it never saw: what the weights file names, and tests hold it to."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from bench.scoring import Score, heard, scored
from bench.sessions import Truth
from pressout_fit.motions import RATE_HZ
from pressout_fit.sessions import Session, session
from pressout_signal.events import Event, Movement, Resistance
from pressout_signal.model.fitted_model import FittedModel
from pressout_signal.model.phase_walk import Place
from pressout_signal.pipeline import Pipeline, pipeline_for
from pressout_signal.samples import Sample


@dataclass(slots=True)
class Deeds:
    """What was done whole within a session."""

    repetitions: list[Truth] = field(default_factory=list)
    partials: list[tuple[float, float]] = field(default_factory=list)
    creeps_s: list[float] = field(default_factory=list)


def done_in(made: Session) -> Deeds:
    """Give the repetitions and attempts that were done whole within a session."""
    deeds = Deeds()
    begun_s: dict[Place, float] = {}
    before, turned_until_s, since_s = Place.AWAY, None, 0.0
    for place, value in enumerate([*made.truth.tolist(), int(Place.AWAY)]):
        if value == before:
            continue
        now_s = place / RATE_HZ
        match before:
            case Place.TURNING:
                turned_until_s = now_s
            case Place.ATTEMPT:
                deeds.partials.append((since_s, now_s))
            case Place.RETURN if Place.OUT in begun_s and place < len(made.truth):
                times = (begun_s[Place.OUT], begun_s[Place.HOLD], begun_s[Place.RETURN], now_s)
                deeds.repetitions.append(Truth(*times, rotation_until_s=turned_until_s))
                begun_s = {}
            case _:
                pass
        if value in (Place.OUT, Place.AWAY):
            begun_s, turned_until_s = {}, None
        begun_s.setdefault(Place(value), now_s)
        if value == Place.RETURN:
            begun_s.setdefault(Place.HOLD, now_s)
        before, since_s = Place(value), now_s
    return deeds


def pipeline_of(made: Session, fitted: FittedModel) -> Pipeline:
    """Give a pipeline that has heard nothing, for this session's line and movement."""
    patient = made.patient
    resistance = Resistance.CABLE if patient.stack else Resistance.TUBING
    return pipeline_for(resistance, Movement.PRESS if patient.press else Movement.ROW, model=fitted)


def said_of(made: Session, fitted: FittedModel) -> list[Event]:
    """Give what a fresh pipeline says of a session."""
    samples = map(Sample, made.t_s.tolist(), made.tension_n.tolist())
    return heard(pipeline_of(made, fitted), samples)


def _one(seed: int, *, stack: bool, fitted: FittedModel) -> Score:
    made = session(seed, stack=stack)
    return scored(str(seed), done_in(made), said_of(made, fitted))


def held_out(seeds: Iterable[int], fitted: FittedModel, *, stack: bool) -> Score:
    """Score a model on sessions of these seeds."""
    total = Score()
    with ProcessPoolExecutor(2) as pool:
        for one in pool.map(partial(_one, stack=stack, fitted=fitted), seeds, chunksize=4):
            total += one
    return total
