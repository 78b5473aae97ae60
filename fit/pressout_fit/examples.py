"""Sessions as the network is trained on them: the figures of each tick, and what was true then."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pressout_fit.motions import RATE_HZ
from pressout_fit.patient_habits import habits
from pressout_fit.sessions import LONGEST_S, Session, session
from pressout_signal.despike import Despiker, DespikerLimits
from pressout_signal.model.features import COUNT, Features
from pressout_signal.model.resampler import TICK_S, Resampler, Tick
from pressout_signal.samples import Sample


@dataclass(frozen=True, slots=True)
class Examples:
    """Sessions of equal length, padded at their ends.

    Parameters
    ----------
    figures : ndarray of float16, shape (n_sessions, n_ticks, what the network is shown)
    truth : ndarray of int8, shape (n_sessions, n_ticks)
        A `Place` at the middle of each tick; -1 where the session is over.
    share : ndarray of float16, shape (n_sessions, n_ticks)
        How far out the handle is.
    """

    figures: NDArray[np.float16]
    truth: NDArray[np.int8]
    share: NDArray[np.float16]


def ticked(samples: Iterable[tuple[float, float]]) -> list[Tick]:
    """Give the ticks of samples, guarded as on a station."""
    despiker, ticks, ended = Despiker(DespikerLimits()), Resampler(), []
    for t_s, tension_n in samples:
        despiker, believed, _ = despiker.step(Sample(t_s, tension_n))
        for each in believed:
            ended += ticks.step(each)
    return ended


def figures_of(ticks: Iterable[Tick], *, stack: bool, row: bool) -> NDArray[np.float32]:
    """Give what the network is shown of the line, shape (n_ticks, COUNT)."""
    features = Features(stack=stack, row=row)
    return np.array([features.step(tick) for tick in ticks], np.float32).reshape(-1, COUNT)


# A shorter rest of a session teaches nothing: fifteen seconds.
SHORTEST_TICKS = 300

# Figures, truth and share of one session, of the types that `Examples` has.
OneExample: TypeAlias = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]


def example(figures: NDArray[np.float32], truth: NDArray[np.int8], share: NDArray[np.float64], seed: int) -> OneExample:
    """Give a session as the network is shown it: the patient's habits beside the line's figures."""
    shown = np.concatenate([figures, habits(truth, seed)], axis=1)
    return shown.astype(np.float16), truth, share.astype(np.float16)


def of_session(made: Session, seed: int) -> OneExample:
    """Give a session's figures, truth and share, a tick each."""
    ticks = ticked(zip(made.t_s.tolist(), made.tension_n.tolist(), strict=True))
    figures = figures_of(ticks, stack=made.patient.stack, row=not made.patient.press)
    at = np.array([(tick.t_s - 0.5 * TICK_S) * RATE_HZ for tick in ticks]).astype(int).clip(0, len(made.truth) - 1)
    return example(figures, made.truth[at], made.share[at], seed)


def drawn(job: Callable[[tuple[int, bool]], OneExample], seeds: Sequence[int], processes: int = 2) -> Examples:
    """Draw a session of each kind of line for each seed, several at once."""
    jobs = [(seed, stack) for stack in (False, True) for seed in seeds]
    with ProcessPoolExecutor(processes) as pool:
        return together([part for one in pool.map(job, jobs, chunksize=16) for part in stretches(one)])


def wide(job: tuple[int, bool]) -> OneExample:
    """Give one session of the wide simulator: its seed, and whether its line is a stack's."""
    return of_session(session(job[0], stack=job[1]), job[0])


def stretches(one: OneExample) -> list[OneExample]:
    """Cut a session into stretches of equal length; the last is padded, and left out where there is little of it."""
    length = int(LONGEST_S / TICK_S)
    cut = []
    for begin in range(0, len(one[0]), length):
        shown, truth, share = (array[begin : begin + length] for array in one)
        if begin and len(shown) < SHORTEST_TICKS:
            continue
        pad = length - len(shown)
        given = np.pad(shown, ((0, pad), (0, 0))), np.pad(truth, (0, pad), constant_values=-1), np.pad(share, (0, pad))
        cut.append(given)
    return cut


def together(parts: Sequence[OneExample]) -> Examples:
    """Give stretches as one."""
    return Examples(*(np.stack([part[place] for part in parts]) for place in range(3)))


def added(data: Examples, more: Examples) -> Examples:
    """Give both."""
    return Examples(
        np.concatenate([data.figures, more.figures]),
        np.concatenate([data.truth, more.truth]),
        np.concatenate([data.share, more.share]),
    )


def digest(data: Examples) -> str:
    """Give a short name of exactly this data."""
    whole = hashlib.sha256()
    for array in (data.figures, data.truth, data.share):
        whole.update(np.ascontiguousarray(array).tobytes())
    return whole.hexdigest()[:16]
