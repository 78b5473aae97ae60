"""Labelled recordings from clinics, as examples: a trace, and beside it NAME.truth.json with what really happened."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.scoring import BOUNDARIES
from pressout_fit.examples import Examples, OneExample, added, example, figures_of, stretches, ticked, together
from pressout_fit.labels import labels
from pressout_signal.model.phase_walk import Place
from pressout_signal.model.resampler import TICK_S
from pressout_signal.trace_format import Trace

# Together they weigh as much as this share of the simulated ones: few real patients against many drawn ones.
WEIGHT = 0.1


def with_recordings(data: Examples, folder: Path) -> Examples:
    """Give the examples with a folder's recordings among them, each as often as their weight asks for.

    Raises
    ------
    FileNotFoundError
        If there is none in the folder.
    """
    found = sorted(folder.glob("*.truth.json"))
    if not found:
        raise FileNotFoundError(f"found no *.truth.json in {folder}, expected labelled recordings; see the how-to")
    parts = [part for file in found for part in stretches(_recording(file))]
    often = max(round(WEIGHT * len(data.truth) / len(parts)), 1)
    return added(data, together(parts * often))


def _recording(file: Path) -> OneExample:
    told = json.loads(file.read_text(encoding="utf-8"))
    trace_file = next(path for path in file.parent.glob(file.name.removesuffix(".truth.json") + ".csv*"))
    opened = gzip.open if trace_file.suffix == ".gz" else open
    with opened(trace_file, "rt", encoding="utf-8") as lines:
        ticks = ticked(Trace(lines))
    figures = figures_of(ticks, stack=told["resistance"] == "cable", row=told["exercise"] == "half_kneeling_row")
    at_s = np.array([tick.t_s - 0.5 * TICK_S for tick in ticks])
    truth, share = _labelled(told, at_s)
    return example(figures, truth, share, len(truth))


def _labelled(told: dict[str, Any], at_s: NDArray[np.float64]) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Give what was true at each time; where only tops are known, no more than that it was held there is said."""
    repetitions = told["reps"]
    if all("press_out_start_s" in one for one in repetitions):
        return labels(at_s, [[one[name] for name in BOUNDARIES] for one in repetitions], told.get("partials", []))
    truth = np.full(len(at_s), -1, np.int8)
    for one in repetitions:
        truth[np.abs(at_s - one["top_s"]) < TICK_S] = Place.HOLD
    return truth, np.zeros(len(at_s))
