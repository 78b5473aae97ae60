"""From what speaks against a set's count to how likely it is exact: a logistic curve, fitted by Newton's method."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pressout_fit.scoring import done_in, pipeline_of
from pressout_fit.sessions import session
from pressout_signal.events import RepetitionCompleted, SetEnded, SetStarted
from pressout_signal.model.count_certainty import FEATURES
from pressout_signal.model.fitted_model import FittedModel
from pressout_signal.samples import Sample

Floats = NDArray[np.float64]
# Pulls the slopes toward nothing: a few dozen sets must not make a cliff.
RIDGE = 1.0
# Where one step of probability ends and the next begins.
STEPS = (0.0, 0.5, 0.8, 0.9, 0.95, 1.01)


def sets_of(seed: int, *, stack: bool, fitted: FittedModel) -> list[tuple[list[float], bool]]:
    """Give, for each set of one session, what speaks against its count, and whether it is exact."""
    made = session(seed, stack=stack)
    pipeline = pipeline_of(made, fitted)
    detector = pipeline.detector
    done = done_in(made).repetitions
    starts: dict[int, float] = {}
    said: dict[int, int] = {}
    found: list[tuple[list[float], bool]] = []
    features: list[float] = []
    for t_s, tension_n in zip(made.t_s.tolist(), made.tension_n.tolist(), strict=True):
        if pipeline.sets.open:
            features = detector.certainty.features
        pipeline, events = pipeline.step(Sample(t_s, tension_n))
        for event in events:
            match event:
                case SetStarted():
                    starts[event.number] = event.t_s
                case RepetitionCompleted():
                    said[event.set_number] = said.get(event.set_number, 0) + 1
                case SetEnded():
                    within = [one for one in done if starts[event.number] - 1.0 <= one.return_end_s <= event.t_s + 1.0]
                    if event.count_probability is not None:
                        found.append((features, len(within) == said.get(event.number, 0)))
                case _:
                    pass
    return found


def _every_set(seeds: Iterable[int], fitted: FittedModel) -> list[tuple[list[float], bool]]:
    """Give what `sets_of` gives, of sessions of both kinds of line."""
    rows: list[tuple[list[float], bool]] = []
    with ProcessPoolExecutor(2) as pool:
        for stack in (False, True):
            for more in pool.map(partial(sets_of, stack=stack, fitted=fitted), seeds, chunksize=4):
                rows += more
    return rows


def reliability(seeds: Iterable[int], fitted: FittedModel) -> list[dict[str, float]]:
    """Give, for steps of probability, how many sets were said with it, how likely, and how many were exact."""
    told = []
    for features, exact in _every_set(seeds, fitted):
        if features:
            height = float(np.dot(fitted.curve, [1.0, *features]))
            told.append((1.0 / (1.0 + np.exp(-height)), float(exact)))
    sure, right = np.array(told).reshape(-1, 2).T
    steps = []
    for low, high in pairwise(STEPS):
        inside = (sure >= low) & (sure < high)
        if inside.any():
            said, exact_share = round(float(sure[inside].mean()), 3), round(float(right[inside].mean()), 3)
            steps.append({"from": low, "sets": int(inside.sum()), "said": said, "exact": exact_share})
    return steps


def curve(seeds: Iterable[int], fitted: FittedModel) -> tuple[float, ...]:
    """Fit the curve on sets of both kinds of line; give its intercept and slopes."""
    rows = _every_set(seeds, fitted)
    shown = np.array([[1.0, *features] for features, _ in rows if features]).reshape(-1, FEATURES + 1)
    exact = np.array([float(right) for features, right in rows if features])
    return tuple(float(slope) for slope in _doubtful(shown, exact))


def _doubtful(shown: Floats, exact: Floats) -> Floats:
    """Fit so that no doubt ever speaks for a count: a slope that would is nothing. The last figure is no doubt."""
    slopes, used = np.zeros(shown.shape[1]), np.arange(shown.shape[1])
    while True:
        slopes[:] = 0.0
        slopes[used] = _newton(shown[:, used], exact)
        wrong = [place for place in used if 0 < place < len(slopes) - 1 and slopes[place] > 0.0]
        if not wrong:
            return slopes
        used = np.setdiff1d(used, wrong)


def _newton(shown: Floats, exact: Floats) -> Floats:
    slopes = np.zeros(shown.shape[1])
    for _ in range(30):
        likely = 1.0 / (1.0 + np.exp(-shown @ slopes))
        bend = (shown * (likely * (1.0 - likely))[:, None]).T @ shown + RIDGE * np.eye(len(slopes))
        slopes += np.linalg.solve(bend, shown.T @ (exact - likely) - RIDGE * slopes)
    return slopes
