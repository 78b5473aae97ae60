"""`make fit`: draw sessions, train the network on them, choose when to say what, score on others, write the weights.

Everything comes from fixed seeds; a second run reaches the same within its own spread (`docs/reference/model.md`).
"""

from __future__ import annotations

import os

# Each core runs half of the lanes; must be said before JAX is read.
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false --xla_force_host_platform_device_count=2")

import argparse
import datetime
from importlib.metadata import version
from pathlib import Path

from pressout_fit import second_law, weights
from pressout_fit.choosing import chosen
from pressout_fit.examples import added, digest, drawn, wide
from pressout_fit.moves import moves, shares
from pressout_fit.recordings import with_recordings
from pressout_fit.training import LAGS, WEIGHTS, trained
from pressout_signal.model import fitted
from pressout_signal.model.places import NAMED

# Sessions drawn of each kind of line, by the wide simulator and by the bench's; steps of training; the network's width.
SESSIONS, SECOND, UPDATES, UNITS, SEED = 6_000, 600, 11_000, 64, 1
FIRST_SEED = 100_000


def main() -> None:
    """Fit, and write what was fitted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=SESSIONS, help="drawn of each kind of line")
    parser.add_argument("--second", type=int, default=SECOND, help="the same, by the bench's simulator")
    parser.add_argument("--updates", type=int, default=UPDATES, help="steps of training")
    parser.add_argument("--seed", type=int, default=SEED, help="of the network and of the order of the lanes")
    parser.add_argument("--recordings", type=Path, help="a folder of labelled recordings, taken in besides")
    place = Path(fitted.__file__).with_name(fitted.NAME)
    parser.add_argument("--out", type=Path, default=place, help="where the weights are written")
    asked = parser.parse_args()
    data = drawn(wide, range(FIRST_SEED, FIRST_SEED + asked.sessions))
    if asked.second:
        data = added(data, drawn(second_law.example, range(asked.second)))
    if asked.recordings is not None:
        data = with_recordings(data, asked.recordings)
    print(f"fit: {len(data.truth)} sessions, {digest(data)}", flush=True)
    tree = trained(data, seed=asked.seed, units=UNITS, updates=asked.updates)
    card = {
        "made": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "sessions": len(data.truth),
        "recordings": asked.recordings is not None,
        "updates": asked.updates,
        "seed": asked.seed,
        "data": digest(data),
        "versions": {name: version(name) for name in ("jax", "numpy", "optax", "scipy")},
    }
    given = weights.Given(tree, moves(data.truth), shares(data.truth, NAMED), LAGS, tuple(map(float, WEIGHTS)))
    settings, scores = chosen(given)
    weights.write(asked.out, given, settings, {**card, "scores": scores})
    print(f"fit: written into {asked.out}")


if __name__ == "__main__":
    main()
