"""Signal statistics of a session: samples believed, faults by kind, rate, noise, and how far the zero went."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from statistics import median

from pressout_session.facts import SignalSeen
from pressout_signal.samples import Fault

# The noise is asked for once in so many samples, and the middle of the last so many is told: of an hour and more.
NOISE_EVERY, NOISES = 80, 4_000


class SignalStats:
    """A tally that begins anew with each session.

    Parameters
    ----------
    measured_hz : callable
        Gives the measured rate, or None where nobody knows it yet.
    zero_n : callable
        Gives where the zero was last taken, from the calibrated one; None where it is not followed.
    noise_n : callable
        Gives the noise of the last seconds, rms, or None where nobody knows it yet.
    """

    def __init__(
        self,
        measured_hz: Callable[[], float | None],
        zero_n: Callable[[], float | None] = lambda: None,
        noise_n: Callable[[], float | None] = lambda: None,
    ) -> None:
        self._measured_hz = measured_hz
        self._zero_n = zero_n
        self._noise_n = noise_n
        self.begin()

    def begin(self) -> None:
        """Begin with nothing."""
        self._samples = 0
        self._noises_n: deque[float] = deque(maxlen=NOISES)
        self._faults: Counter[str] = Counter()
        self._began_n = self._zero_n()

    def sample(self) -> None:
        """Count a sample that was believed."""
        self._samples += 1
        if self._samples % NOISE_EVERY == 0 and (noise_n := self._noise_n()) is not None:
            self._noises_n.append(noise_n)

    def fault(self, fault: Fault) -> None:
        """Count a fault."""
        self._faults[str(fault.kind)] += 1

    def seen(self, t_s: float) -> SignalSeen:
        """Say what it was; also at every set's end, for a session that nobody closes."""
        found_hz = self._measured_hz()
        rate_hz = None if found_hz is None else round(found_hz, 2)
        zero_n = self._zero_n()
        drift_n = None if zero_n is None or self._began_n is None else round(zero_n - self._began_n, 3)
        return SignalSeen(
            t_s=t_s,
            samples=self._samples,
            faults=dict(self._faults),
            sample_rate_hz=rate_hz,
            zero_drift_n=drift_n,
            noise_n=round(median(self._noises_n), 3) if self._noises_n else None,
        )
