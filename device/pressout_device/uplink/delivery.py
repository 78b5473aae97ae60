"""Which document to send when: pure. Oldest first, a bounded number in flight, again when no answer came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

IN_FLIGHT = 20
# The clinic stores before it answers; after this long without an answer a document is sent again.
ANSWER_S = 10.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """What has been sent and not answered: names, each with when it was sent and how often.

    The newest is never starved: the last of the places in flight is its.
    """

    sent: tuple[tuple[str, float, int], ...] = ()

    def due(self, waiting: Sequence[str], now_s: float) -> tuple[Delivery, tuple[str, ...]]:
        """Give what to send now, of the names `waiting` (oldest first), and the state after sending it."""
        still = set(waiting)
        held = tuple(entry for entry in self.sent if entry[0] in still)
        flying = {name for name, _at_s, _times in held}
        again = tuple(name for name, at_s, times in held if now_s - at_s >= _patience_s(times))
        room = IN_FLIGHT - len(flying)
        fresh = [name for name in waiting if name not in flying]
        # Oldest first, but one place is kept for the newest.
        chosen = fresh[:room] if len(fresh) <= room else [*fresh[: room - 1], fresh[-1]] if room > 0 else []
        times_of = {name: times for name, _at_s, times in held}
        sending = (*again, *chosen)
        kept = tuple(entry for entry in held if entry[0] not in again)
        sent = (*kept, *((name, now_s, times_of.get(name, 0) + 1) for name in sending))
        return Delivery(sent), sending

    def unanswered_s(self, now_s: float) -> float:
        """For how long what is in flight has gone without an answer, since it was sent first; 0 where nothing is."""
        return max((now_s - at_s + _before_s(times) for _name, at_s, times in self.sent), default=0.0)

    def answered(self, name: str) -> Delivery:
        """Forget what the clinic has answered."""
        return replace(self, sent=tuple(entry for entry in self.sent if entry[0] != name))

    def lost_connection(self) -> Delivery:
        """Take all that is in flight for unsent: what was on the way may be gone."""
        return Delivery()


def _patience_s(times: int) -> float:
    """How long an answer is waited for, the `times`-th time."""
    return ANSWER_S * min(2.0 ** (times - 1), 32.0)


def _before_s(times: int) -> float:
    """How long was waited already before the `times`-th time."""
    return sum(_patience_s(earlier) for earlier in range(1, times))
