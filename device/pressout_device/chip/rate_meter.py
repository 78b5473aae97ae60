"""Rate meter: how many conversions a second there are, whatever is missing."""

from __future__ import annotations

# The measured rate follows over about ten seconds at 80 a second.
FOLLOWS = 1.0 / 800.0
# So many long intervals in a row are another rate, and not readings that are missing.
ANOTHER_RATE_AFTER = 5


class RateMeter:
    """The usual time between two readings. Changes in place; its conditioning owns it.

    Parameters
    ----------
    rate_hz : float
        As strapped.
    """

    def __init__(self, rate_hz: float) -> None:
        self._strapped_hz = rate_hz
        self.last_s: float | None = None
        self._period_s: float | None = None
        self._long = 0

    @property
    def measured_hz(self) -> float | None:
        """Readings a second, of the last ten seconds or so; None before there were two."""
        return None if self._period_s is None else 1.0 / self._period_s

    def take(self, t_s: float) -> None:
        """Take when a reading was."""
        last_s, self.last_s = self.last_s, t_s
        if last_s is None or t_s <= last_s:
            return
        found_s, usual_s = t_s - last_s, self._period_s
        if usual_s is None:
            self._period_s = found_s if found_s < 1.5 / self._strapped_hz else None
            self._long += self._period_s is None
        elif found_s < 1.5 * usual_s:
            self._long = 0
            self._period_s = usual_s + FOLLOWS * (found_s - usual_s)
        else:
            self._long += 1  # one is missing between them; but not time after time
        if self._long >= ANOTHER_RATE_AFTER:
            self._period_s = found_s
