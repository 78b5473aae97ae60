"""Sample clock of the chip: when conversions end, known from looking, foretold in between. Pure.

The chip shows only a level. A reader that looks every now and then knows that a conversion ended *between* two looks;
one that looks late does not even know which. Conversions come as regularly as the chip's oscillator, so the last one
that was seen tells when the others ended, and when it is safe to read: a read-out across the end of a conversion
gives ones in place of bits, and none of the chip's own signs need show it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

# The shortest period there can be while it is unknown: 80 a second, from an oscillator that is a fifth too fast.
SHORTEST_S = 0.0104
# How far one period may be from the usual one: an RC oscillator wanders slowly, and is not known better than a look.
WANDER = 0.01
# A period this different is another period: the strap was changed, or the board.
ANOTHER = 0.05
# The usual period follows the measured ones over about twenty.
FOLLOW = 0.05
# Beyond this many periods the foretold ends cover half of all time.
FORETOLD_PERIODS = 20


@dataclass(frozen=True, slots=True)
class Edge:
    """The end of a conversion: it was after `after_s` and no later than `by_s`."""

    after_s: float
    by_s: float

    @property
    def t_s(self) -> float:
        """The best single moment for it."""
        return 0.5 * (self.after_s + self.by_s)


@dataclass(frozen=True, slots=True)
class SampleClock:
    """The last end of a conversion that is known, and the usual time from one to the next.

    Parameters
    ----------
    last : Edge, optional
        None after a fault, until a conversion has been seen to end.
    period_s : float, optional
        None until three conversions in a row were seen to end.
    doubted_s : float, optional
        A period that does not fit the usual one, until a second one like it.
    seen : int
        How many periods the usual one stands on.
    """

    last: Edge | None = None
    period_s: float | None = None
    doubted_s: float | None = None
    seen: int = 0

    @property
    def known_period_s(self) -> float | None:
        """The usual period, once it stands on three."""
        return self.period_s if self.seen >= 3 else None

    def saw(self, edge: Edge) -> SampleClock:
        """Take an end that was watched for: the line was high ever since the frame before it."""
        if self.last is None:
            return replace(self, last=edge)
        found_s = edge.t_s - self.last.t_s
        usual_s = self.period_s
        if usual_s is None:
            return replace(self, last=edge, period_s=found_s, seen=1)
        if abs(found_s - usual_s) <= ANOTHER * usual_s:
            weight = max(FOLLOW, 1.0 / (self.seen + 1))
            return SampleClock(edge, usual_s + weight * (found_s - usual_s), None, self.seen + 1)
        if self.doubted_s is not None and abs(found_s - self.doubted_s) <= ANOTHER * self.doubted_s:
            return SampleClock(edge, found_s, None, 2)
        return replace(self, last=edge, doubted_s=found_s)

    def foretold(self, now_s: float) -> Edge | None:
        """Give the latest end that may have been before `now_s`, or None where that cannot be told.

        It may also be still to come: then `by_s` lies after `now_s`.
        """
        period_s = self.known_period_s
        if self.last is None or period_s is None:
            return None
        shortest_s, longest_s = period_s * (1.0 - WANDER), period_s * (1.0 + WANDER)
        periods = int((now_s - self.last.after_s) / shortest_s)
        if not 1 <= periods <= FORETOLD_PERIODS:
            return None
        return Edge(self.last.after_s + periods * shortest_s, self.last.by_s + periods * longest_s)

    def stands_on(self, edge: Edge) -> SampleClock:
        """Take an end that was foretold and not seen: it carries the rhythm on and teaches it nothing."""
        return replace(self, last=edge)

    def safe_until_s(self, edge: Edge) -> float:
        """Give the earliest moment at which the conversion after the one that ended at `edge` may end."""
        period_s = self.known_period_s
        return edge.after_s + (SHORTEST_S if period_s is None else period_s * (1.0 - WANDER))

    def broken(self) -> SampleClock:
        """Forget when the last conversion ended, not how long one takes."""
        return replace(self, last=None, doubted_s=None)
