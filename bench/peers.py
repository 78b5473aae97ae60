"""What else counts repetitions from a force, at its best: for the same sessions as we are measured on.

Neither was made for this. Both say only from where to where a repetition lasted, and see the whole recording at once
or need no rest to confirm it; that is to their advantage.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import product
from statistics import median
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks, peak_widths

from bench.scoring import Score, Span, counted_only
from bench.sessions import Session
from pressout_signal.samples import Sample

GRID_HZ = 20.0
Even: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]


def evenly(samples: Sequence[Sample]) -> Even:
    """Give times (s) and tensions (N) at 20 a second, each the median of its surroundings: no corrupted sample."""
    t_s, tension_n = np.array(samples).T
    at_s = np.arange(t_s[0], t_s[-1], 1.0 / GRID_HZ)
    edges = np.searchsorted(t_s, [at_s - 0.06, at_s + 0.06])
    seen = [
        float(np.median(tension_n[a:b])) if b > a else float(tension_n[min(a, len(t_s) - 1)])
        for a, b in zip(*edges, strict=True)
    ]
    return at_s, np.convolve(seen, np.ones(3) / 3, "same")


def peaks(even: Even, target_n: float, prominence: float, apart_s: float) -> list[Span]:
    """`scipy.signal.find_peaks`, offline: prominence as a share of the target, a least distance; width at 90 %."""
    at_s, tension_n = even
    need_n = prominence * target_n
    tops, _ = find_peaks(tension_n, prominence=need_n, distance=max(apart_s * GRID_HZ, 1.0))
    _, _, left, right = peak_widths(tension_n, tops, rel_height=0.9)
    return [(at_s[0] + a / GRID_HZ, at_s[0] + b / GRID_HZ) for a, b in zip(left, right, strict=True)]


def reversals(samples: Sequence[Sample], scale: float) -> list[Span]:
    """Find reversals as they come, after the pull-up detector in Grip Connect's public repository (BSD-2-Clause).

    Its rules, written anew: smoothing of 120 ms, load as the median while nothing happens; rise of 0.18, fall of 0.12,
    a reversal of 0.055 of the load, with its floors in kilograms (5, 2.5, 18 for the peak), and 0.65 to 9 s. Its forces
    are those of a body that hangs; `scale` brings ours there. Its checks of impulse and dismount are left out.
    """
    return list(_cycles(samples, scale / 9.81))


def _cycles(samples: Sequence[Sample], kg_per_n: float) -> Iterator[Span]:
    smooth = high = low = trough = load = 0.0
    trough_s = low_s = last_s = samples[0].t_s
    rising = idle = True
    peaked, resting = False, deque([0.0], maxlen=240)
    for t_s, tension_n in samples:
        dt_s, last_s = t_s - last_s, t_s
        smooth += dt_s / (0.12 + dt_s) * (tension_n * kg_per_n - smooth)
        if idle and smooth > 18.0:
            resting.append(smooth)
            load = median(resting)
        turn, rise, fall = max(2.5, 0.055 * load), max(5.0, 0.18 * load), max(5.0, 0.12 * load)
        if rising:
            high = max(high, smooth)
            if high - smooth >= turn:
                peaked = high - trough >= rise and high >= max(18.0, 1.03 * load)
                rising, low, low_s, idle = False, smooth, t_s, False
            continue
        if smooth < low:
            low, low_s = smooth, t_s
        unloaded = smooth <= max(6.0, 0.12 * load)
        if unloaded or smooth - low >= turn:
            if peaked and high - low >= fall and 0.65 <= low_s - trough_s <= 9.0:
                yield trough_s, low_s
            rising, high, trough, trough_s, peaked, idle = True, smooth, low, low_s, False, unloaded


Settings: TypeAlias = dict[tuple[str, str], Score]


def counted(session: Session) -> Settings:
    """Score both on one session with every setting that is tried, by peer and setting."""
    even, target_n = evenly(session.samples), session.person.target_n
    return {
        **{
            ("scipy.signal.find_peaks", f"prominence {share} of the target, {apart_s} s apart"): counted_only(
                session, peaks(even, target_n, share, apart_s)
            )
            for share, apart_s in product((0.05, 0.1, 0.15, 0.2, 0.3), (0.5, 1.0, 2.0))
        },
        **{
            ("reversals, after Grip Connect", f"force scaled by {scale:g}"): counted_only(
                session, reversals(session.samples, scale)
            )
            for scale in (1.0, 5.0, 10.0, 20.0)
        },
    }


def best(scores: Settings) -> dict[str, tuple[str, Score]]:
    """Give of each peer the setting that counted these very sessions best: in hindsight, to its advantage."""
    found: dict[str, tuple[str, Score]] = {}
    for (peer, setting), score in scores.items():
        if peer not in found or _merit(score) > _merit(found[peer][1]):
            found[peer] = setting, score
    return found


def _merit(score: Score) -> tuple[float, float]:
    return score.share("exact", "sessions"), score.share("found", "done") * score.share("found", "said")
