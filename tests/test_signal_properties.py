"""What the pipeline promises whatever it hears: memory that can be kept and stays small, faults that move nothing."""

from __future__ import annotations

import pickle
import random

import pytest

from builders import Trace, heard, repetitions, simulated
from pressout_signal.calibration import Calibration
from pressout_signal.events import Event, Movement, Resistance
from pressout_signal.pipeline import Pipeline, pipeline_for
from pressout_signal.samples import Fault, Reading, Sample

KINDS = [(resistance, movement) for resistance in Resistance for movement in Movement]
EITHER = pytest.mark.parametrize(("resistance", "movement"), KINDS, ids=[f"{r}-{m}" for r, m in KINDS])
SESSIONS = {kind: simulated(*kind, reps=5, seed=3)[0] for kind in KINDS}
TARGET_N = {Resistance.TUBING: 40.0, Resistance.CABLE: 60.0}


def told(pipeline: Pipeline, samples: list[Sample]) -> tuple[Pipeline, list[Event]]:
    said: list[Event] = []
    for sample in samples:
        pipeline, events = pipeline.step(sample)
        said.extend(events)
    return pipeline, said


def remembered(pipeline: Pipeline) -> int:
    """Give how many bytes a pipeline remembers, the fitted weights apart."""
    detector = pipeline.detector
    parts = (
        pipeline.despiker,
        pipeline.tautness,
        pipeline.sets,
        pipeline.recent,
        detector.boundaries,
        detector.features,
    )
    return len(pickle.dumps(parts))


@pytest.mark.long
def test_what_is_remembered_does_not_grow_over_a_day() -> None:
    # A day of repetitions, a rest of some minutes between the sets; at ten samples a second, so that it is over soon.
    trace = Trace(rate_hz=10.0).taken_up().repetition().repetition().repetition().let_go()
    pipeline = pipeline_for(Resistance.TUBING, Movement.PRESS)
    sizes = []
    for hour in range(24):
        for again in range(10):
            shift_s = 3600.0 * hour + 360.0 * again
            pipeline, said = told(pipeline, [Sample(s.t_s + shift_s, s.tension_n) for s in trace.samples])
            assert len(repetitions(said)) == 3
        sizes.append(remembered(pipeline))

    assert max(sizes[1:]) < 1.2 * sizes[1]


def test_a_days_samples_on_a_stack_stay_in_the_same_memory() -> None:
    samples = SESSIONS[Resistance.CABLE, Movement.PRESS]
    span_s = samples[-1].t_s + 20.0
    pipeline = pipeline_for(Resistance.CABLE, Movement.PRESS)
    sizes = []
    for day in (0.0, 100_000.0, 1_000_000.0):
        pipeline, _ = told(pipeline, [Sample(s.t_s + day + span_s, s.tension_n) for s in samples])
        sizes.append(remembered(pipeline))

    assert max(sizes) < 1.3 * sizes[0]


def test_a_cell_mounted_the_other_way_round_tells_the_same_story() -> None:
    upright = Calibration(zero_counts=1_000, counts_per_newton=4_000)
    mirrored = Calibration(zero_counts=-1_000, counts_per_newton=-4_000)
    counts = [
        (sample.t_s, round(1_000 + 4_000 * sample.tension_n)) for sample in Trace().taken_up().repetition().samples
    ]

    said = heard([upright.sample(Reading(t_s, count)) for t_s, count in counts])

    assert repetitions(said)
    assert heard([mirrored.sample(Reading(t_s, -count)) for t_s, count in counts]) == said


@EITHER
@pytest.mark.parametrize("seed", range(3))
def test_corrupted_samples_move_no_boundary_by_more_than_their_own_length(
    resistance: Resistance, movement: Movement, seed: int
) -> None:
    clean = SESSIONS[resistance, movement]
    lies = random.Random(seed)
    dirty = [Sample(sample.t_s, lies.uniform(-400.0, 900.0)) if lies.random() < 1 / 400 else sample for sample in clean]

    before = repetitions(heard(clean, resistance, movement))
    after = repetitions(heard(dirty, resistance, movement))

    # A stack's boundaries are found on a grid of 0.05 s and of durations 17 % apart.
    give_s = 0.03 if resistance is Resistance.TUBING else 0.25
    assert len(after) == len(before)
    for one, other in zip(before, after, strict=True):
        for name in ("press_out_start_s", "hold_start_s", "return_start_s", "return_end_s"):
            assert abs(getattr(one, name) - getattr(other, name)) < 1 / 80 + give_s


@EITHER
def test_stalls_of_two_hundred_milliseconds_invent_nothing_and_lose_nothing(
    resistance: Resistance, movement: Movement
) -> None:
    clean = SESSIONS[resistance, movement]
    stalled = [sample for sample in clean if sample.t_s % 3.7 > 0.2]

    before = repetitions(heard(clean, resistance, movement))
    said = heard(stalled, resistance, movement)

    assert len(repetitions(said)) == len(before)
    assert [fault for fault in said if isinstance(fault, Fault)]
    give_s = 0.03 if resistance is Resistance.TUBING else 0.25
    for one, other in zip(before, repetitions(said), strict=True):
        for name in ("press_out_start_s", "hold_start_s", "return_start_s", "return_end_s"):
            assert abs(getattr(one, name) - getattr(other, name)) < 0.2 + give_s
