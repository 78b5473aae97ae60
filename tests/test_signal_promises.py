"""What the pipeline promises whatever it hears: memory that can be kept and stays small, faults that move nothing."""

from __future__ import annotations

import pickle
import random
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import Trace, heard, repetitions, simulated
from pressout_signal.calibration import Calibration
from pressout_signal.events import Event, Movement, Resistance
from pressout_signal.memory import FORM, MemoryLost, restored, saved
from pressout_signal.pipeline import Pipeline
from pressout_signal.samples import Fault, Reading, Sample
from pressout_signal.strokes import pipeline_for

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


@EITHER
@given(places=st.lists(st.integers(100, 5_000), min_size=1, max_size=4))
@settings(max_examples=6)
def test_a_pipeline_that_was_saved_and_restored_tells_the_same_story_to_the_bit(
    resistance: Resistance, movement: Movement, places: list[int]
) -> None:
    samples = SESSIONS[resistance, movement]
    pipeline = pipeline_for(resistance, movement, TARGET_N[resistance])
    said: list[Event] = []
    for begin, end in zip([0, *sorted(places)], [*sorted(places), len(samples)], strict=True):
        pipeline, more = told(restored(saved(pipeline)), samples[begin:end])
        said.extend(more)

    assert said == heard(samples, resistance, movement, TARGET_N[resistance])


def test_what_is_remembered_does_not_grow_over_a_day() -> None:
    # A day of repetitions, a rest of some minutes between the sets; at ten samples a second, so that it is over soon.
    trace = Trace(rate_hz=10.0).taken_up().repetition().repetition().repetition().let_go()
    pipeline = pipeline_for(Resistance.TUBING, Movement.PRESS, 40.0)
    sizes = []
    for hour in range(24):
        for again in range(10):
            shift_s = 3600.0 * hour + 360.0 * again
            pipeline, said = told(pipeline, [Sample(s.t_s + shift_s, s.tension_n) for s in trace.samples])
            assert len(repetitions(said)) == 3
        sizes.append(len(saved(pipeline)))

    assert max(sizes[1:]) < 1.2 * sizes[1]


def test_a_days_samples_on_a_stack_stay_in_the_same_memory() -> None:
    samples = SESSIONS[Resistance.CABLE, Movement.PRESS]
    span_s = samples[-1].t_s + 20.0
    pipeline = pipeline_for(Resistance.CABLE, Movement.PRESS, 60.0)
    sizes = []
    for day in (0.0, 100_000.0, 1_000_000.0):
        pipeline, _ = told(pipeline, [Sample(s.t_s + day + span_s, s.tension_n) for s in samples])
        sizes.append(len(saved(pipeline)))

    assert max(sizes) < 1.3 * sizes[0]


@pytest.mark.parametrize("memory", [b"", b"nothing of ours", FORM, FORM + b"1234", FORM + b"12345678"])
def test_a_memory_that_is_damaged_is_refused_in_a_sentence(memory: bytes) -> None:
    with pytest.raises(MemoryLost, match=r"found .*, expected .*; begin anew"):
        restored(memory)


def test_one_changed_byte_is_noticed() -> None:
    memory = bytearray(saved(pipeline_for(Resistance.CABLE, Movement.PRESS, 60.0)))
    memory[len(memory) // 2] ^= 1

    with pytest.raises(MemoryLost, match="damaged"):
        restored(bytes(memory))


def test_a_memory_made_by_somebody_else_runs_nothing() -> None:
    class Attack:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return pytest.fail, ("it ran",)

    body = zlib.compress(pickle.dumps(Attack()))

    with pytest.raises(MemoryLost, match="has no place in a pipeline"):
        restored(FORM + zlib.crc32(body).to_bytes(4, "big") + body)


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

    before = repetitions(heard(clean, resistance, movement, TARGET_N[resistance]))
    after = repetitions(heard(dirty, resistance, movement, TARGET_N[resistance]))

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

    before = repetitions(heard(clean, resistance, movement, TARGET_N[resistance]))
    said = heard(stalled, resistance, movement, TARGET_N[resistance])

    assert len(repetitions(said)) == len(before)
    assert [fault for fault in said if isinstance(fault, Fault)]
    give_s = 0.03 if resistance is Resistance.TUBING else 0.25
    for one, other in zip(before, repetitions(said), strict=True):
        for name in ("press_out_start_s", "hold_start_s", "return_start_s", "return_end_s"):
            assert abs(getattr(one, name) - getattr(other, name)) < 0.2 + give_s
