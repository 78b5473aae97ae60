"""The walk through the table of places, in JAX: what it believes of a truth that is known, so that it can be trained.

It is `model.phase_walk.Walk` without the late twins, which are there for what has been said; here nothing is said. Each
place is there twice, for an even and for an odd count, so that a wrong count is wrong until the stretch ends.
"""

from __future__ import annotations

from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pressout_signal.model.phase_walk import BACK, HOME, LEAST, MOVES, NAME_OF, NAMED, TRUE, Place

# The walk may be so many ticks early or late.
TOLERATED = 1
# What is held against an opinion that is as wrong as can be; a way that is more wrong than this costs ever less more.
MOST_WRONG, LOST_WAY = 1e-6, 30.0
# How much more a tick of a turned trunk counts: they are rare.
TURNED_COUNTS = 2.0
# Which moves can be, shape (TRUE, TRUE), and which of them complete a repetition.
ALLOWED: Final = np.array(
    [
        [source == target or target in MOVES[source] for target in Place if target < TRUE]
        for source in Place
        if source < TRUE
    ]
)
COMPLETES: Final = np.zeros((TRUE, TRUE), bool)
COMPLETES[np.ix_(BACK, HOME)] = True
# No repetition is under way; one is, and the way back ends it.
AT_HOME: Final = np.array([Place.AWAY, Place.REST, Place.ATTEMPT])
UNDER_WAY: Final = np.isin(range(TRUE), (Place.HOLD, Place.RETURN, Place.TURNING, Place.TURNED, Place.TURNED_RETURN))
# What each of the 2 * TRUE states is called by the network.
CALLED: Final = np.concatenate([NAME_OF[:TRUE], NAME_OF[:TRUE]])


def completed(truth: NDArray[np.int8]) -> NDArray[np.int8]:
    """Give whether an odd count of repetitions has been completed at each tick, shape as `truth`."""
    ended = (truth[:, :-1] == Place.RETURN) & np.isin(truth[:, 1:], HOME)
    return np.pad(np.cumsum(ended, axis=1) % 2, ((0, 0), (1, 0))).astype(np.int8)


def chances(moves: jax.Array) -> jax.Array:
    """Give the chances of the moves a tick, from whatever numbers; what the table does not have is nothing."""
    return jax.nn.softmax(jnp.where(ALLOWED, moves, -jnp.inf), axis=1)


def taken_up(believed: jax.Array, truth: jax.Array, odd: jax.Array) -> jax.Array:
    """Give the states that a walk goes on from: its belief where it is, its count forgiven as far as it is over.

    Who believes in a hold while the patient rests has yet to count what has ended. Who believes in a rest while the
    patient holds has counted it already or has yet to see it; that is kept as it is.

    Parameters
    ----------
    believed : array, shape (n_sessions, 2 * TRUE)
    truth, odd : arrays, shape (n_sessions,)

    Returns
    -------
    array, shape (n_sessions, 2 * TRUE)
    """
    at_home, is_out = jnp.isin(truth, AT_HOME)[:, None], (truth == Place.OUT)[:, None]
    behind = (at_home & UNDER_WAY) | (is_out & np.isin(range(TRUE), BACK))
    kept = jnp.isin(truth, np.flatnonzero(UNDER_WAY))[:, None] & np.isin(range(TRUE), AT_HOME)
    even, uneven = believed[:, :TRUE], believed[:, TRUE:]
    is_odd = behind ^ (odd[:, None] == 1)
    states = jnp.where(kept, even, (even + uneven) * ~is_odd), jnp.where(kept, uneven, (even + uneven) * is_odd)
    return jnp.concatenate(states, axis=1)


def surprise(
    moves: jax.Array, evidence: jax.Array, truth: jax.Array, odd: jax.Array, believed: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Give how surprised the walk is by the truth, in natural logarithms a tick.

    Parameters
    ----------
    moves : array, shape (TRUE, TRUE)
        As `chances` takes them.
    evidence : array, shape (n_sessions, n_ticks, NAMED)
        Logarithms.
    truth, odd : arrays, shape (n_sessions, n_ticks)
        A place for each tick, -1 where it is not known, and `completed`.
    believed : array, shape (n_sessions, 2 * TRUE)
        What the walk believed before; nothing at all where a session begins, which then begins with the truth.

    Returns
    -------
    two numbers and an array, shape as `believed`
        Of each tick as it is walked, of the whole way as it is seen at its end, and what is believed then.
    """
    move = chances(moves)
    stays, counts = jnp.where(COMPLETES, 0.0, move), jnp.where(COMPLETES, move, 0.0)
    both = jnp.block([[stays, counts], [counts, stays]])
    shown = jnp.exp(evidence - evidence.max(axis=2, keepdims=True)) + LEAST
    true = _true(truth, odd)

    def step(
        before: tuple[jax.Array, jax.Array], now: tuple[jax.Array, jax.Array]
    ) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
        likely, bound = before
        opinion, right = now
        likely, bound = (likely @ both) * opinion, (bound @ both) * opinion * right + 1e-20
        likely_sum, bound_sum = likely.sum(axis=1, keepdims=True), bound.sum(axis=1, keepdims=True)
        likely, bound = likely / likely_sum, bound / bound_sum
        tick = -jnp.log((likely * right).sum(axis=1) + MOST_WRONG)
        way = jnp.log(likely_sum[:, 0]) - jnp.log(bound_sum[:, 0])
        return (likely, bound), jnp.stack([tick, way])

    right = true[:, 0] / true[:, 0].sum(axis=1, keepdims=True)
    begins = believed.sum(axis=1, keepdims=True) == 0.0
    first = jnp.where(begins, right, taken_up(believed, truth[:, 0], odd[:, 0]))
    ticks = jnp.swapaxes(shown[..., CALLED], 0, 1), jnp.swapaxes(true, 0, 1)
    (believed, _), held = jax.lax.scan(step, (first, right), ticks)
    weights = jnp.where(jnp.isin(truth.T, jnp.asarray([Place.TURNING, Place.TURNED])), TURNED_COUNTS, 1.0)
    way = LOST_WAY * jnp.log1p(jnp.maximum(held[:, 1].sum(axis=0), 0.0) / LOST_WAY)
    return (weights * held[:, 0]).mean(), way.mean() / truth.shape[1], jax.lax.stop_gradient(believed)


def _true(truth: jax.Array, odd: jax.Array) -> jax.Array:
    """Give which states would be right at each tick, shape (n_sessions, n_ticks, 2 * TRUE)."""
    named = jnp.where(truth[..., None] >= 0, jax.nn.one_hot(truth, NAMED), 1.0)
    right = jnp.concatenate([named[..., NAME_OF[:TRUE]] * (odd == parity)[..., None] for parity in (0, 1)], axis=2)
    right = jnp.where((truth >= 0)[..., None], right, 1.0)
    padded = jnp.pad(right, ((0, 0), (TOLERATED, TOLERATED), (0, 0)), mode="edge")
    count = truth.shape[1]
    return jnp.stack([padded[:, by : by + count] for by in range(2 * TOLERATED + 1)]).max(axis=0)
