"""The network and its training, in JAX: two gated recurrent layers (Cho 2014), read out at several lags.

It is trained as it is used. One read-out is evidence for the walk through the table of places, and what is held against
it is what that walk believes at each tick: where the patient is, and whether the count until now is right. A turn taken
for a return costs at every tick until the walk knows better, a boundary that is a tick off costs next to nothing. Three
more read-outs name the places later, for dating.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import NDArray

from pressout_fit.examples import Examples
from pressout_fit.phase_walk import completed, surprise
from pressout_fit.recurrent_layer import layer
from pressout_signal.model import patient_habits
from pressout_signal.model.features import COUNT, KIND
from pressout_signal.model.phase_walk import NAMED, TRUE

# How many ticks ago it is that each read-out dates, and the evidence for the walk, on tubing and a stack.
LAGS = (2, 6, 20)
WALK_LAGS = (1, 3)
# The rare ones are weighed up, or a turn of the trunk is a return to the network.
WEIGHTS = np.array([0.6, 0.8, 1.0, 0.8, 1.0, 1.5, 2.0, 1.5], np.float32)
# What counts for what in the loss: each read-out for dating, the walk at each tick, the walk's whole way, `out_share`.
SHARES, AT_TICKS, WHOLE_WAY, OUT_SHARE = (0.5, 0.5, 0.3), 1.0, 2.0, 0.1

Tree = dict[str, Any]
Floats = NDArray[np.float64]


def fresh(seed: int, units: int) -> Tree:
    """Give weights that know nothing."""
    rng = np.random.default_rng(seed)
    sizes = (COUNT + patient_habits.COUNT, units)
    tree: Tree = {}
    for place, size in enumerate(sizes):
        tree[f"in{place}"] = rng.normal(0.0, size**-0.5, (size, 3 * units)).astype(np.float32)
        tree[f"back{place}"] = rng.normal(0.0, units**-0.5, (units, 3 * units)).astype(np.float32)
        bias = np.zeros(3 * units, np.float32)
        bias[units : 2 * units] = -1.0  # keep, at first
        tree[f"bias{place}"] = bias
    outputs = (1 + len(LAGS)) * NAMED + 2
    tree["out"] = rng.normal(0.0, 0.1, (2 * units, outputs)).astype(np.float32)
    tree["out_bias"] = np.zeros(outputs, np.float32)
    return tree


def outputs(tree: Tree, figures: jax.Array, memory: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, Any]:
    """Run over a stretch of sessions.

    Parameters
    ----------
    figures : array, shape (n_sessions, n_ticks, what it is shown)
    memory : pair of arrays, shape (n_sessions, units)
        What each layer remembers of what came before.

    Returns
    -------
    array, shape (n_sessions, n_ticks, (1 + len(LAGS)) * NAMED + 2), and the memory after it
    """
    shown = jnp.swapaxes(figures, 0, 1) @ tree["in0"] + tree["bias0"]
    low_last, low = layer(tree["back0"], memory[0], shown)
    high_last, high = layer(tree["back1"], memory[1], low @ tree["in1"] + tree["bias1"])
    both = jnp.concatenate([low, high], axis=2)
    return jnp.swapaxes(both @ tree["out"] + tree["out_bias"], 0, 1), (low_last, high_last)


def loss(tree: Tree, memory: Any, stretch: Any) -> tuple[jax.Array, Any]:
    """Give the mean surprise a tick: of the walk, of the read-outs for dating, and of how far out the handle is now.

    `memory` is what each layer remembers and what the walk believes of what came before; `stretch` is what `Lanes.next`
    gives.
    """
    figures, truth, odd, share = stretch
    *memory, believed = memory
    given, memory = outputs(tree, figures.astype(jnp.float32), memory)
    count, most = figures.shape[1], max(LAGS)
    stack = figures[:, :1, KIND] > 0.0
    tubing_lag, stack_lag = WALK_LAGS

    def then(values: jax.Array, lag: int) -> jax.Array:
        return values[:, most - lag : most - lag + count].astype(jnp.int32)

    true, is_odd = (jnp.where(stack, then(values, stack_lag), then(values, tubing_lag)) for values in (truth, odd))
    at_ticks, whole_way, believed = surprise(tree["moves"], given[..., :NAMED], true, is_odd, believed)
    total = AT_TICKS * at_ticks + WHOLE_WAY * whole_way
    weights = jnp.asarray(WEIGHTS)
    for place, lag in enumerate(LAGS, start=1):
        logs = jax.nn.log_softmax(given[..., place * NAMED : (place + 1) * NAMED])
        true = then(truth, lag)
        picked = jnp.take_along_axis(logs, jnp.maximum(true, 0)[..., None], axis=2)[..., 0]
        weighed = jnp.where(true >= 0, weights[jnp.maximum(true, 0)], 0.0)
        total += -(picked * weighed).sum() / (weighed.sum() + 1.0) * SHARES[place - 1]
    way, doubt = given[..., -2], jnp.clip(given[..., -1], -4.0, 2.0)
    known = truth[:, most:] >= 0
    missed = 0.5 * jnp.exp(-2.0 * doubt) * (share.astype(jnp.float32) - way) ** 2 + doubt
    total += OUT_SHARE * jnp.where(known, missed, 0.0).sum() / (known.sum() + 1.0)
    return total, ((*memory, believed), jnp.stack([at_ticks, whole_way * count]))


class Lanes:
    """Stretches of sessions, lane by lane: each lane runs through one session after another, out of step."""

    def __init__(self, data: Examples, lanes: int, stretch: int, rng: np.random.Generator) -> None:
        """Begin each lane somewhere."""
        self.data, self.stretch, self.rng = data, stretch, rng
        self.odd = completed(data.truth)
        self.session = rng.integers(len(data.truth), size=lanes)
        self.parts = data.truth.shape[1] // stretch
        self.part = rng.integers(self.parts, size=lanes)
        self.offsets = np.arange(-max(LAGS), stretch)

    def next(self) -> tuple[Any, ...]:
        """Give which lanes begin a session, and their figures, truth, `completed` and share.

        Truth and `completed` begin `max(LAGS)` ticks before the figures; -1 is nothing known.
        """
        ended = self.part >= self.parts
        self.session[ended] = self.rng.integers(len(self.data.truth), size=int(ended.sum()))
        self.part[ended] = 0
        ticks = self.part[:, None] * self.stretch + self.offsets
        then = self.session[:, None], np.maximum(ticks, 0)
        truth = np.where(ticks >= 0, self.data.truth[then], -1)
        now = ticks[:, max(LAGS) :]
        figures, share = self.data.figures[self.session[:, None], now], self.data.share[self.session[:, None], now]
        begins = self.part == 0
        self.part += 1
        return begins, (figures, truth.astype(np.int8), self.odd[then], share)


LANES, STRETCH, RATE = 48, 220, 4e-3


def trained(data: Examples, moves: Floats, *, seed: int, units: int, updates: int) -> Tree:
    """Train on the data by so many updates, from these chances of moves; the learning rate falls to nothing at the end.

    One core each for half of the lanes: run with XLA_FLAGS as `make fit` does.
    """
    cores = jax.local_device_count()
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.scale_by_adam(b2=0.995))

    @partial(jax.pmap, axis_name="cores", donate_argnums=(0, 1, 2))
    def step(tree: Tree, state: Any, memory: Any, shown: Any, speed: Any) -> Any:
        begins, stretch = shown
        memory = jax.tree.map(lambda one: jnp.where(begins[:, None], 0.0, one), memory)
        (value, (memory, walked)), slope = jax.value_and_grad(loss, has_aux=True)(tree, memory, stretch)
        slope, value = jax.lax.pmean((slope, jnp.array([value, *walked])), "cores")
        change, state = optimiser.update(slope, state)
        return jax.tree.map(lambda old, by: old - speed * by, tree, change), state, memory, value

    def everywhere(value: Any) -> Any:
        return jax.tree.map(lambda one: jnp.stack([one] * cores), value)

    known = np.log(np.maximum(moves[:TRUE, :TRUE], 1e-5)).astype(np.float32)
    start = jax.tree.map(jnp.asarray, {**fresh(seed, units), "moves": known})
    tree, state = everywhere(start), everywhere(optimiser.init(start))
    memory = tuple(jnp.zeros((cores, LANES // cores, size)) for size in (units, units, 2 * TRUE))
    feed = Lanes(data, LANES, STRETCH, np.random.default_rng(seed))
    began, values = time.monotonic(), []
    for done in range(updates):
        speed = RATE * min(1.0, (done + 1) / 100) * (0.5 + 0.5 * np.cos(np.pi * done / updates))
        shown = jax.tree.map(lambda part: part.reshape(cores, LANES // cores, *part.shape[1:]), feed.next())
        tree, state, memory, value = step(tree, state, memory, shown, np.full(cores, speed, np.float32))
        values.append(value[0])
        if (done + 1) % 250 == 0:
            whole, at_ticks, way = np.mean([np.asarray(one) for one in values], axis=0)
            values = []
            passed_s = time.monotonic() - began
            said = f"{done + 1} of {updates} updates, {passed_s:.0f} s, loss {whole:.4f}"
            print(f"{said}, the walk's {at_ticks:.4f} a tick, {way:.3f} a stretch", flush=True)
    return {name: np.asarray(one[0]) for name, one in tree.items()}
