"""Ports to the world, as protocols: clock and load cell. Each promise is what a fake must keep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from pressout_signal.samples import Fault, Reading


class MonotonicClock(Protocol):
    """Seconds on one monotonic axis, and a way to wait."""

    def now_s(self) -> float:
        """Give the seconds since an origin that does not move."""
        ...

    def sleep(self, duration_s: float) -> None:
        """Return no sooner than `duration_s` later on this clock."""
        ...


class LoadCell(Protocol):
    """A load cell's amplifier, whichever wires lead to it."""

    def readings(self, wait_s: float) -> Iterator[Reading | Fault | None]:
        """Yield each conversion as it ends, or the fault that stood in its place.

        Never waits longer than `wait_s` before it yields: None says that nothing ended in that time.
        A value that failed a check is never yielded as a reading.
        """
        ...

    def close(self) -> None:
        """Give the pins back."""
        ...
