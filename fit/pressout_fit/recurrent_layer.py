"""A gated recurrent layer (Cho 2014) in JAX, with its slopes written out.

Left to itself, JAX adds up the slope of the recurrent weights tick by tick. Here all that can be done for a whole
stretch at once is, which takes a little over half as long; the slopes are the same.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp


def _sigmoid(values: jax.Array) -> jax.Array:
    return 0.5 * jnp.tanh(0.5 * values) + 0.5


@jax.custom_vjp
def layer(back: jax.Array, memory: jax.Array, inside: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Run over a stretch.

    Parameters
    ----------
    back : array, shape (units, 3 * units)
        What the memory is multiplied with: for the gates that reset and renew, and for the candidate.
    memory : array, shape (n_sessions, units)
        What was remembered before the stretch.
    inside : array, shape (n_ticks, n_sessions, 3 * units)
        What comes from below.

    Returns
    -------
    two arrays, shapes as `memory` and (n_ticks, n_sessions, units)
        What is remembered after the stretch, and at each tick.
    """
    return _forward(back, memory, inside)[0]


def _forward(back: jax.Array, memory: jax.Array, inside: jax.Array) -> tuple[tuple[jax.Array, jax.Array], Any]:
    units = back.shape[0]

    def step(before: jax.Array, now: jax.Array) -> tuple[jax.Array, Any]:
        hidden = before @ back
        gates = _sigmoid(now[:, : 2 * units] + hidden[:, : 2 * units])
        candidate = jnp.tanh(now[:, 2 * units :] + gates[:, :units] * hidden[:, 2 * units :])
        after = before + gates[:, units:] * (candidate - before)
        return after, (after, gates, candidate, hidden[:, 2 * units :])

    last, (each, gates, candidate, hidden) = jax.lax.scan(step, memory, inside)
    return (last, each), (back, memory, each, gates, candidate, hidden)


def _backward(kept: Any, slopes: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array, jax.Array]:
    back, memory, each, gates, candidate, hidden = kept
    units = back.shape[0]
    before = jnp.concatenate([memory[None], each[:-1]])
    reset, new = gates[..., :units], gates[..., units:]
    by_new = (candidate - before) * new * (1.0 - new)
    by_candidate = new * (1.0 - candidate * candidate)
    by_reset = hidden * reset * (1.0 - reset)
    back_again = back.T

    def step(slope: jax.Array, now: tuple[jax.Array, ...]) -> tuple[jax.Array, Any]:
        here, by_new, by_candidate, by_reset, reset, keep = now
        slope = slope + here
        of_candidate = slope * by_candidate
        of_hidden = jnp.concatenate([of_candidate * by_reset, slope * by_new, of_candidate * reset], axis=1)
        return slope * keep + of_hidden @ back_again, (of_hidden, of_candidate)

    factors = (slopes[1], by_new, by_candidate, by_reset, reset, 1.0 - new)
    of_memory, (of_hidden, of_candidate) = jax.lax.scan(step, slopes[0], factors, reverse=True)
    of_back = before.reshape(-1, units).T @ of_hidden.reshape(-1, 3 * units)
    return of_back, of_memory, jnp.concatenate([of_hidden[..., : 2 * units], of_candidate], axis=2)


layer.defvjp(_forward, _backward)
