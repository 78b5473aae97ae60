"""Delivery schedule. Pure: oldest first, a bounded number in flight, again when no answer came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

IN_FLIGHT = 20
# How long the clinic usually takes is learned; until then, and at least, this is waited for an answer.
ANSWER_S = 4.0
# A clinic that is slow because it has much to do must not get everything twice: as with TCP (RFC 6298), the usual time
# several times over, and twice as long with each attempt.
TIMES_USUAL = 4.0
FOLLOWS = 0.125
LONGEST_S = 300.0


@dataclass(frozen=True, slots=True)
class Sent:
    """A document that is in flight: since when, since when first, and how often it was sent."""

    name: str
    at_s: float
    first_s: float
    times: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """What has been sent and not answered, and how long an answer usually takes.

    The newest is never starved: the last of the places in flight is its.
    """

    sent: tuple[Sent, ...] = ()
    usual_s: float = 0.0

    def due(self, waiting: Sequence[str], now_s: float) -> tuple[Delivery, tuple[str, ...]]:
        """Give what to send now, of the names `waiting` (oldest first), and the state after sending it."""
        still = set(waiting)
        held = tuple(one for one in self.sent if one.name in still)
        again = tuple(one for one in held if now_s - one.at_s >= self._patience_s(one.times))
        flying = {one.name for one in held}
        room = IN_FLIGHT - len(flying)
        fresh = [name for name in waiting if name not in flying]
        # Oldest first, but one place is kept for the newest.
        chosen = fresh[:room] if len(fresh) <= room else [*fresh[: room - 1], fresh[-1]] if room > 0 else []
        sent = (
            *(one for one in held if one not in again),
            *(replace(one, at_s=now_s, times=one.times + 1) for one in again),
            *(Sent(name, now_s, now_s, 1) for name in chosen),
        )
        return replace(self, sent=sent), (*(one.name for one in again), *chosen)

    def answered(self, name: str, now_s: float) -> Delivery:
        """Forget what the clinic has answered, and learn from it how long that takes."""
        usual_s = self.usual_s
        for one in self.sent:
            # Of what was sent more than once nobody knows which one was answered (P. Karn and C. Partridge, 1987).
            if one.name == name and one.times == 1:
                usual_s += (1.0 if usual_s == 0.0 else FOLLOWS) * (now_s - one.at_s - usual_s)
        return Delivery(tuple(one for one in self.sent if one.name != name), usual_s)

    def unanswered_s(self, now_s: float) -> float:
        """For how long what is in flight has gone without an answer, since it was sent first; 0 where nothing is."""
        return max((now_s - one.first_s for one in self.sent), default=0.0)

    def lost_connection(self) -> Delivery:
        """Take all that is in flight for unsent: what was on the way may be gone."""
        return replace(self, sent=())

    def _patience_s(self, times: int) -> float:
        """How long an answer is waited for, the `times`-th time."""
        return min(max(ANSWER_S, TIMES_USUAL * self.usual_s) * 2.0 ** (times - 1), LONGEST_S)
