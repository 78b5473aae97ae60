"""Labelled recordings from clinics, as examples: a trace, and beside it NAME.truth.json with what really happened."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pressout_fit.examples import Examples, OneExample, added, figures_of, stretches, ticked, together
from pressout_fit.patients import Truth
from pressout_signal.model.ticks import TICK_S
from pressout_signal.traces import Trace

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
    return figures.astype(np.float16), truth, share.astype(np.float16)


def _labelled(told: dict[str, Any], at_s: NDArray[np.float64]) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Give what was true at each time; where only tops are known, no more than that it was held there is said."""
    repetitions = told["reps"]
    dated = all("press_out_start_s" in one for one in repetitions)
    truth = np.full(len(at_s), Truth.REST if dated else -1, np.int8)
    share = np.zeros(len(at_s))
    for start_s, end_s in told.get("partials", []):
        truth[(at_s >= start_s) & (at_s < end_s)] = Truth.ATTEMPT
    for one in repetitions:
        if not dated:
            truth[np.abs(at_s - one["top_s"]) < TICK_S] = Truth.HOLD
            continue
        bounds = [one[f"{name}_s"] for name in ("press_out_start", "hold_start", "return_start", "return_end")]
        for value, start_s, end_s in zip((Truth.OUT, Truth.HOLD, Truth.BACK), bounds[:-1], bounds[1:], strict=True):
            truth[(at_s >= start_s) & (at_s < end_s)] = value
        share = np.maximum(share, np.interp(at_s, bounds, (0.05, 0.95, 0.95, 0.05), left=0.0, right=0.0))
    return truth, share
