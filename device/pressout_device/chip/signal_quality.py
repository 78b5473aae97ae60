"""Quality of a load cell's signal while it is used: noise, mains hum, a dead bridge, a cable that half works.

What a patient does moves slowly from one reading to the next; noise does not. So noise is told from second differences,
in which a stroke all but vanishes, by their median, which a cough or a bump does not move.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pressout_signal.samples import Fault, FaultKind, Reading

Floats = NDArray[np.float64]
# It is looked at once in so many readings, over so many: one and two seconds at 80 a second.
LOOK_EVERY, LOOKED_AT = 80, 160
# What is found so often in a row is so; what is not found so often is over.
IN_A_ROW = 3
# A white noise of one standard deviation has a median absolute second difference of this.
SECOND_DIFFERENCE: Final = 0.6745 * math.sqrt(6.0)
# A well station has 0.04 to 0.25 N rms, and a trembling patient looks like one newton of it.
NOISY_N = 1.5
# The converter alone has 50 counts of noise, rms (data sheet, gain 128, 80 a second); where no current flows, far less.
DEAD_COUNTS = 4.0
# The lead is an aerial for the mains, of either frequency: this much of all that is quick is at one of them.
MAINS_HZ: Final = (50.0, 60.0)
HUM_SHARE = 0.6
# Faults in this share of what is heard within a minute, and a wire is about to break.
LOOSE_SHARE, LOOSE_OVER = 0.05, 60 * 80
# These say that a conversion did not arrive as it was; the others are of the computer, or of the line.
OF_THE_CABLE: Final = (FaultKind.OUT_OF_STEP, FaultKind.NOISY_LINE, FaultKind.STUCK_HIGH, FaultKind.SATURATED)


class SignalFlaw(StrEnum):
    """What is wrong with a signal that can be read."""

    DEAD = "dead"
    """The bridge has no current: it says nothing but the amplifier's own zero."""
    HUM = "hum"
    """The mains are in it."""
    NOISY = "noisy"
    """It moves by more than any patient trembles."""
    LOOSE = "loose"
    """Now and then conversions arrive broken, for minutes on end."""


@dataclass(frozen=True, slots=True)
class Noise:
    """White noise and the mains' hum, in counts, rms; and how much of all that is quick the hum is."""

    noise_counts: float
    hum_counts: float
    hum_share: float


def noise_of(counts: Floats, rate_hz: float) -> Noise:
    """Measure the noise of readings at a rate, shape (n,), three at least."""
    bends = np.diff(counts, 2)
    noise = float(np.median(np.abs(bends))) / SECOND_DIFFERENCE
    hum, share = max((_tone(bends, mains_hz, rate_hz) for mains_hz in MAINS_HZ), key=lambda found: found[1])
    return Noise(noise, hum, share)


def _tone(bends: Floats, tone_hz: float, rate_hz: float) -> tuple[float, float]:
    """Give a tone's strength in the readings, rms, and its share of what is in their second differences."""
    turns = (tone_hz / rate_hz) % 1.0
    if not min(turns, 1.0 - turns) > 0.1:
        return 0.0, 0.0  # as slow as a patient, once it is sampled: nobody can tell
    places = np.arange(len(bends))
    window = np.hanning(len(bends))
    wave = np.exp(-2.0j * math.pi * turns * places)
    strength = 2.0 * abs(np.dot(bends * window, wave)) / window.sum()  # the amplitude in the second differences
    power = float(np.mean(bends * bends))
    share = 0.5 * strength * strength / power if power > 0.0 else 0.0
    return float(strength / (4.0 * math.sin(math.pi * turns) ** 2) / math.sqrt(2.0)), min(share, 1.0)


class SignalQuality:
    """The signal's flaws, as they come and go. Changes in place; its conditioning owns it.

    Parameters
    ----------
    counts_per_newton : float
        Of the calibration that holds.
    rate_hz : float
        As configured, until it was measured.
    """

    def __init__(self, counts_per_newton: float, rate_hz: float) -> None:
        self.counts_per_newton = abs(counts_per_newton)
        self.rate_hz = rate_hz
        self.flaws: frozenset[SignalFlaw] = frozenset()
        self.noise_n: float | None = None
        self._counts: deque[int] = deque(maxlen=LOOKED_AT)
        self._since = 0
        self._seen: dict[SignalFlaw, int] = dict.fromkeys(SignalFlaw, 0)
        self._broken: deque[bool] = deque(maxlen=LOOSE_OVER)
        self._broken_count = 0

    def take(self, item: Reading | Fault) -> None:
        """Take what the load cell said."""
        broken = isinstance(item, Fault) and item.kind in OF_THE_CABLE
        if broken or isinstance(item, Reading):
            if len(self._broken) == LOOSE_OVER:
                self._broken_count -= self._broken[0]
            self._broken.append(broken)
            self._broken_count += broken
        if isinstance(item, Fault):
            return
        self._counts.append(item.counts)
        self._since += 1
        if self._since >= LOOK_EVERY and len(self._counts) == LOOKED_AT:
            self._since = 0
            self._look()

    def _look(self) -> None:
        counts = np.array(self._counts, np.float64)
        noise = noise_of(counts, self.rate_hz)
        self.noise_n = noise.noise_counts / self.counts_per_newton
        dead = noise.noise_counts < DEAD_COUNTS and np.ptp(counts) < 2.0 * DEAD_COUNTS
        hum = noise.hum_share > HUM_SHARE and noise.hum_counts > NOISY_N * self.counts_per_newton
        found = {
            SignalFlaw.DEAD: bool(dead),
            SignalFlaw.HUM: hum,
            SignalFlaw.NOISY: self.noise_n > NOISY_N and not hum,
            SignalFlaw.LOOSE: self._broken_count > LOOSE_SHARE * LOOSE_OVER,
        }
        flaws = set(self.flaws)
        for flaw, is_found in found.items():
            # Counted up while it is found and down while it is not: what comes and goes changes nothing.
            self._seen[flaw] = min(self._seen[flaw] + 1, IN_A_ROW) if is_found else max(self._seen[flaw] - 1, 0)
            if self._seen[flaw] == IN_A_ROW:
                flaws.add(flaw)
            elif self._seen[flaw] == 0:
                flaws.discard(flaw)
        self.flaws = frozenset(flaws)
