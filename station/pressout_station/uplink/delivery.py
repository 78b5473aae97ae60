"""Delivery schedule. Pure: oldest first, a bounded number in flight, again when no answer came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

IN_FLIGHT = 20
# How long the clinic usually takes is learned; until then, and at least, this is waited for an answer.
ANSWER_S = 4.0
# A clinic that is slow because it has much to do must not get everything twice: as with TCP (RFC 6298), the usual time
# several times over, and twice as long with each attempt.
TIMES_USUAL = 4.0
FOLLOWS = 0.125
LONGEST_S = 300.0
# What was in flight whenever the broker hung up, so often, may be what it hangs up on: such are sent last, and alone.
SUSPECT_AFTER = 3
# It hangs up on sight: what was sent longer before is not why.
AT_SIGHT_S = 2.0


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
    hung_up: Mapping[str, int] = field(default_factory=dict)
    hung_up_s: float = 0.0

    def due(self, waiting: Sequence[str], now_s: float) -> tuple[Delivery, tuple[str, ...]]:
        """Give what to send now, of the names `waiting` (oldest first), and the state after sending it."""
        still = set(waiting)
        held = tuple(one for one in self.sent if one.name in still)
        again = tuple(one for one in held if now_s - one.at_s >= self._patience_s(one.times))
        flying = {one.name for one in held}
        fresh = [name for name in waiting if name not in flying]
        lately = any(now_s - one.at_s < ANSWER_S for one in held)
        chosen = self._chosen(fresh, IN_FLIGHT - len(flying), now_s, alone=not lately)
        sent = (
            *(one for one in held if one not in again),
            *(replace(one, at_s=now_s, times=one.times + 1) for one in again),
            *(Sent(name, now_s, now_s, 1) for name in chosen),
        )
        return replace(self, sent=sent), (*(one.name for one in again), *chosen)

    def _chosen(self, fresh: Sequence[str], room: int, now_s: float, *, alone: bool) -> list[str]:
        """Choose what to send for the first time: oldest first, but one place is kept for the newest.

        What the broker may hang up on goes when it is `alone`: nothing else was sent just now.
        """
        sound = [name for name in fresh if name not in self.suspects]
        if sound or not alone or room <= 0 or not fresh:
            return sound[:room] if len(sound) <= room else [*sound[: room - 1], sound[-1]] if room > 0 else []
        suspect = min(fresh, key=lambda name: self.hung_up[name])
        patience_s = min(ANSWER_S * 2.0 ** (self.hung_up[suspect] - SUSPECT_AFTER), LONGEST_S)
        return [suspect] if now_s - self.hung_up_s >= patience_s else []

    @property
    def guilty(self) -> frozenset[str]:
        """What the broker hung up on even when it came alone."""
        return frozenset(name for name, times in self.hung_up.items() if times > SUSPECT_AFTER)

    @property
    def suspects(self) -> frozenset[str]:
        """What the broker may hang up on."""
        return frozenset(name for name, times in self.hung_up.items() if times >= SUSPECT_AFTER)

    def answered(self, name: str, now_s: float) -> Delivery:
        """Forget what the clinic has answered, and learn from it how long that takes."""
        usual_s = self.usual_s
        for one in self.sent:
            # Of what was sent more than once nobody knows which one was answered (P. Karn and C. Partridge, 1987).
            if one.name == name and one.times == 1:
                usual_s += (1.0 if usual_s == 0.0 else FOLLOWS) * (now_s - one.at_s - usual_s)
        left = {other: times for other, times in self.hung_up.items() if other != name}
        return replace(self, sent=tuple(one for one in self.sent if one.name != name), usual_s=usual_s, hung_up=left)

    def unanswered_s(self, now_s: float) -> float:
        """For how long what is in flight has gone without an answer, since it was sent first; 0 where nothing is."""
        return max((now_s - one.first_s for one in self.sent), default=0.0)

    def lost_connection(self, now_s: float) -> Delivery:
        """Take all that is in flight for unsent: it may be gone, or be what the broker left for."""
        if not self.sent:
            return self
        fresh = [one.name for one in self.sent if now_s - one.at_s <= AT_SIGHT_S]
        counted = {**self.hung_up, **{name: self.hung_up.get(name, 0) + 1 for name in fresh}}
        return replace(self, sent=(), hung_up=counted, hung_up_s=now_s)

    def _patience_s(self, times: int) -> float:
        """How long an answer is waited for, the `times`-th time."""
        return min(max(ANSWER_S, TIMES_USUAL * self.usual_s) * 2.0 ** (times - 1), LONGEST_S)
