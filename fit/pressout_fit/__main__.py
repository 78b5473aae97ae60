"""`make fit`: draw sessions, train the network on them, choose when to say what, score on others, write the weights.

Everything comes from fixed seeds. What was reached stands on the model card, `docs/reference/model.md`.
"""

from __future__ import annotations

import os

# Each core runs half of the lanes; must be said before JAX is read.
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false --xla_force_host_platform_device_count=2")

import argparse
import datetime
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np

from pressout_fit import bench_sessions, weights
from pressout_fit.examples import added, digest, drawn, wide
from pressout_fit.moves import moves, with_late_twins
from pressout_fit.phase_walk import chances
from pressout_fit.recordings import with_recordings
from pressout_fit.thresholds import chosen
from pressout_fit.training import LAGS, WALK_LAGS, WEIGHTS, Tree, trained
from pressout_signal.model import fitted_model

# Sessions drawn of each kind of line, by the wide simulator and by the bench's; steps of training; the network's width.
SESSIONS, SECOND, UPDATES, UNITS, SEED = 6_000, 700, 22_000, 80, 1
FIRST_SEED = 100_000


def main() -> None:
    """Fit, and write what was fitted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=SESSIONS, help="drawn of each kind of line")
    parser.add_argument("--second", type=int, default=SECOND, help="the same, by the bench's simulator")
    parser.add_argument("--updates", type=int, default=UPDATES, help="steps of training")
    parser.add_argument("--seed", type=int, default=SEED, help="of the network and of the order of the lanes")
    parser.add_argument("--recordings", type=Path, help="a folder of labelled recordings, taken in besides")
    parser.add_argument("--network", type=Path, help="where the trained network lies, or is put")
    place = Path(fitted_model.__file__).with_name(fitted_model.NAME)
    parser.add_argument("--out", type=Path, default=place, help="where the weights are written")
    asked = parser.parse_args()
    data = drawn(wide, range(FIRST_SEED, FIRST_SEED + asked.sessions))
    if asked.second:
        data = added(data, drawn(bench_sessions.played_example, range(asked.second)))
    if asked.recordings is not None:
        data = with_recordings(data, asked.recordings)
    print(f"fit: {len(data.truth)} sessions, {digest(data)}", flush=True)
    seen = moves(data.truth)
    tree = _network(asked.network, lambda: trained(data, seen, seed=asked.seed, units=UNITS, updates=asked.updates))
    card = {
        "made": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "sessions": len(data.truth),
        "recordings": asked.recordings is not None,
        "updates": asked.updates,
        "seed": asked.seed,
        "data": digest(data),
        "versions": {name: version(name) for name in ("jax", "numpy", "optax", "scipy")},
    }
    walked = np.asarray(chances(tree.pop("moves")), np.float64)
    given = weights.Given(tree, with_late_twins(walked), LAGS, WALK_LAGS, tuple(map(float, WEIGHTS)))
    settings, reached = chosen(given)
    weights.write(asked.out, given, settings, {**card, **reached})
    print(f"fit: written into {asked.out}")


def _network(file: Path | None, train: Callable[[], Tree]) -> Tree:
    """Train, or take what was trained before: half an hour is not lost to a mistake in what comes after it."""
    if file is not None and file.exists():
        with np.load(file) as arrays:
            return {name: arrays[name] for name in arrays.files}
    tree = train()
    if file is not None:
        np.savez(file, **tree)
    return tree


if __name__ == "__main__":
    main()
