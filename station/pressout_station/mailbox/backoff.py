"""Backoff: what failed is tried again, later each time, and said once."""

from __future__ import annotations

from dataclasses import dataclass, field

FIRST_S, LONGEST_S = 0.5, 60.0


@dataclass(slots=True)
class Backoff:
    """What failed, by name, and when it may be tried again."""

    _due_s: dict[str, float] = field(default_factory=dict)
    _wait_s: dict[str, float] = field(default_factory=dict)

    def is_due(self, name: str, now_s: float) -> bool:
        """Whether it may be tried: it has not failed, or long enough ago."""
        return now_s >= self._due_s.get(name, now_s)

    def failed(self, name: str, now_s: float) -> bool:
        """Put it off; say whether that is news.

        >>> patience = Backoff()
        >>> patience.failed("a", 0.0), patience.is_due("a", 0.4), patience.is_due("a", 0.5), patience.failed("a", 0.5)
        (True, False, True, False)
        """
        news = name not in self._wait_s
        self._wait_s[name] = FIRST_S if news else min(2.0 * self._wait_s[name], LONGEST_S)
        self._due_s[name] = now_s + self._wait_s[name]
        return news

    def worked(self, name: str) -> None:
        """Forget that it ever failed."""
        self._due_s.pop(name, None)
        self._wait_s.pop(name, None)
