"""Signs of lost posture on tubing: what a way back, and what follows it, say about the trunk.

A turned trunk and a return both lower the tension, and a turn of about 20 degrees ends where a return does. So each
way back that ends near the chest's level is counted, and evidence is gathered: was it quicker than this patient's
returns, was the hold cut short, did it miss the chest's level, is there a dip that comes back (the handle brought in by
a turned trunk, which then turns back), and does a rise follow sooner and quicker than a press would?

All levels are shares: of the patient's own rise from chest to hold (`range`), of the therapist's target, or of a
stroke. All times are seconds. So a light band, a strong patient and a cell at 10 samples a second are treated alike.
"""

from __future__ import annotations

import math

from msgspec import Struct

from pressout_signal.events import DriftKind, Movement, TensionDrift
from pressout_signal.strokes.tubing.ticks import BOX_S, Way


class Limits(Struct, frozen=True, kw_only=True):
    """Limits of one kind of movement; the reasons stand beside the numbers."""

    counts: float
    """Share of the usual rise from which an attempt is a repetition (half to 70 % of the way may be either)."""
    first_rise: float
    """Least rise while no range is known, a share of the chest's tension: presses add 8-40 N, rows 20-90, to 18-60."""
    creep: float
    """What 0.10 m is as a share of the range: the line travels 0.10-0.26 m in a press, 0.35-0.55 m in a row."""
    out: tuple[float, float]
    """5 % and 95 % of the way out: so many widths (time from 20 to 80 % of the rise) before and after its middle."""
    back: tuple[float, float]
    """The same for the way back. A minimum jerk on a straight line (a row) gives 0.90 for all four; in a press the
    line is sqrt(d^2 + x^2) long, flat near the chest, and tension says less of the first and last of the way."""

    rise: float = 0.2  # of the range: more than sway, breath and shuffling do
    fall: float = 0.3  # of the hold: a trunk turned by 3 degrees stays within it
    turned: float = (
        0.38  # of the hold: 0.08 m (10 degrees at arm's length) against 0.26 m of travel is 0.31, usually more
    )
    rubbing: float = 0.02  # of the tension: loading and unloading differ by 2-7 %, and so does a small turn's start
    turned_s: float = 0.12  # a return that pauses on its way goes on sooner; a cue may wait for it
    level: float = 0.3  # of the range: where a way back may end and be a return
    arrived: float = 0.25  # the same above the chest, where a return must still come down
    steady: float = 0.06  # of the range: residue of tremor, sway and relaxation within `steady_s`
    steady_s: float = 0.25
    stopped: float = 0.15  # of the stroke's top speed: slower than that, it has ended
    slack: float = 0.05  # of the target: above zero drift (0.6 N), below the least tension at the chest after creep
    cue: float = (
        4.0  # nats of evidence: with one turning in 20 repetitions, three in four cues are right at log(20) + 1
    )
    merge: float = 4.0  # the same, before a rise is believed to be the trunk turning back and no press
    aftermath_s: float = 2.5  # what a turned trunk does next, it does within this


LIMITS = {
    Movement.PRESS: Limits(counts=0.45, first_rise=0.1, creep=0.35, out=(1.2, 0.83), back=(0.72, 1.38)),
    Movement.ROW: Limits(counts=0.55, first_rise=0.3, creep=0.17, out=(0.85, 0.97), back=(0.84, 0.95)),
}


def sharpened_s(width_s: float) -> float:
    """Give a width (20 to 80 %) without what smoothing added to it: a box shows a jump 0.6 of itself wide."""
    return math.sqrt(max(width_s * width_s - (0.6 * BOX_S) ** 2, 0.02**2))


# Shares of what was said that were true, on simulated and practice sessions: constants, the evidence at which one in
# two was, and the share where the trunk was seen to turn back.
CONFIDENCE = {DriftKind.ROTATION: 0.9, DriftKind.STANCE_CREEP: 0.97, DriftKind.UNCONTROLLED_RETURN: 0.96}
EVEN = 4.0
RISEN = 0.8


def surprise(deviations: float, base: float, most: float) -> float:
    """Give the evidence, in nats, of a value so many standard deviations on the suspicious side of what is usual.

    The log of a broad alternative over a normal density: `base` is what the alternative's breadth costs, and what is
    said against it by a usual value; `most` caps it, because tails are never normal.
    """
    z = max(deviations, 0.0)
    return min(0.5 * z * z - base, most)


class Usual:
    """A duration that is usual for this patient: mean of its logarithm, trusted as it becomes known."""

    __slots__ = ("mean", "seen")

    def __init__(self, guess_s: float | None = None) -> None:
        self.seen = 0.0 if guess_s is None else 0.5
        self.mean = math.log(guess_s or 1.0)

    def excess(self, duration_s: float) -> float:
        """Give the log of how much longer than usual it is, shrunk while little is known."""
        return (math.log(max(duration_s, 0.02)) - self.mean) * self.seen / (self.seen + 0.7)

    def learn(self, duration_s: float) -> None:
        """Learn from one more; an odd one moves it by no more than 0.3 (35 %) of a share."""
        new = math.log(max(duration_s, 0.02)) - self.mean
        self.seen += 1.0
        self.mean += new if self.seen <= 1.5 else max(-0.3, min(0.3, new)) * max(0.2, 1.0 / self.seen)


class Habits:
    """How this patient moves: widths out and back, hold, pause, and how exactly the chest level is met again."""

    __slots__ = ("back", "hold", "miss", "out", "pause")

    # Standard deviations of log durations from one repetition to the next: patients repeat themselves to 12-20 %.
    BACK, HOLD, OUT, PAUSE = 0.15, 0.15, 0.2, 0.12

    def __init__(self) -> None:
        self.out, self.back, self.hold = Usual(), Usual(), Usual()
        self.pause = Usual(2.0)
        self.miss = 0.006  # mean square, shares of the range: 8 %, hysteresis (2-7 %) and sway

    def missed(self, share: float, base: float, most: float) -> float:
        """Give the evidence of ending `share` of the range away from the chest's level."""
        return surprise(abs(share) / math.sqrt(self.miss), base, most)

    def quicker(self, usual: Usual, duration_s: float, spread: float, base: float, most: float) -> float:
        """Give the evidence of `duration_s` being shorter than usual."""
        return surprise(-usual.excess(duration_s) / spread, base, most)


class Aftermath(Struct, kw_only=True):
    """What is known since a way back has ended."""

    since_s: float
    back: Way
    began_s: float
    chest_n: float
    floor_n: float
    end_n: float
    range_n: float
    evidence: float
    missed: float = 0.0
    dip: float = 0.0
    dipped: float = 0.0
    said: bool = False
    fast: bool = False


class Posture:
    """Watches one patient's returns and rests."""

    __slots__ = ("aftermath", "habits", "limits", "low_since_s", "odd_back_s", "pause_s", "reference_n")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.habits = Habits()
        self.aftermath: Aftermath | None = None
        self.pause_s = self.odd_back_s = math.inf
        self.reference_n: float | None = None
        self.low_since_s: float | None = None

    def weigh(self, after: Aftermath, out: Way, hold_s: float, share: float, ended: bool) -> None:
        """Weigh a way back that has just been counted, and learn from it if nothing speaks against it."""
        habits, back_s = self.habits, sharpened_s(after.back.width_s)
        quick = habits.quicker(habits.back, back_s, habits.BACK, 1.0, 6.0)
        short = habits.quicker(
            habits.hold, hold_s, habits.HOLD, 1.0, 1.0
        )  # a stopwatch is no posture sensor: 1 at most
        after.missed = habits.missed(share if ended else 0.0, 0.5, 4.0)
        # The line takes the handle back when the return is due, in less than a third of its time (plus what smoothing
        # adds); a turning cuts the hold short, and no trunk turns in less than 0.3.
        ratio = math.exp(habits.back.excess(back_s))
        after.fast = ratio < 0.3 or (ratio < 0.4 and short < 0.9)
        if after.fast:
            quick = 0.0
        after.evidence = quick + short + after.missed
        # Twice the same is how this patient returns, whatever the first ones were like.
        again = 0.8 < back_s / self.odd_back_s < 1.25
        self.odd_back_s = back_s if quick > 1.0 else math.inf
        if again and quick > 1.0 and after.missed < 1.0 and not after.fast:
            habits.back = Usual(back_s)
            after.evidence -= quick
        if after.evidence < 1.0 and not after.said and not after.fast:
            miss = (after.end_n - after.chest_n) / after.range_n
            if abs(miss) < self.limits.level:
                habits.miss += 0.2 * (miss * miss - habits.miss)
            habits.back.learn(back_s)
            habits.hold.learn(hold_s)
            habits.out.learn(out.width_s)
            if self.pause_s < 6.0:  # longer ones are rests, not pauses
                habits.pause.learn(self.pause_s)

    def follow(self, t_s: float, tension_n: float, now_s: float) -> list[TensionDrift]:
        """Follow the line at rest for a few seconds after a return."""
        after = self.aftermath
        if after is None:
            return []
        said = []
        since_s = t_s - after.since_s
        share = (tension_n - after.floor_n) / after.range_n
        after.dip = min(after.dip, share)
        if since_s < 1.6 and share > 0.5 * after.dip:
            after.dipped = max(after.dipped, self.habits.missed(after.dip, 0.5, 5.0))
        if not after.said and after.evidence + max(after.dipped - after.missed, 0.0) > self.limits.cue:
            said.append(self.rotation(after, now_s))
        if after.fast and since_s > 0.35:
            after.fast = False
            if not after.said:
                after.evidence = -1.0  # explained
                said.append(
                    drift(
                        DriftKind.UNCONTROLLED_RETURN,
                        after.began_s,
                        now_s,
                        after.range_n,
                        CONFIDENCE[DriftKind.UNCONTROLLED_RETURN],
                    )
                )
        if since_s > self.limits.aftermath_s:
            self.aftermath = None
        return said

    def rotation(self, after: Aftermath, now_s: float, *, risen: bool = False) -> TensionDrift:
        """Say that it was a turning; `risen`, because the trunk has turned back."""
        after.said = True
        share = after.evidence + after.dipped
        return drift(
            DriftKind.ROTATION,
            after.began_s,
            now_s,
            (1.0 - after.dip) * after.range_n,
            RISEN if risen else min(1.0 / (1.0 + math.exp(0.5 * (EVEN - share))), CONFIDENCE[DriftKind.ROTATION]),
        )

    def turning_back(self, out: Way, chest_n: float, hole_s: float) -> Aftermath | None:
        """Give the aftermath that this rise belongs to, if it is the trunk turning back and no press."""
        after, self.aftermath = self.aftermath, None
        if after is None or hole_s > after.back.last_s or self.pause_s > 3.0:
            return None
        habits = self.habits
        off = abs(chest_n - after.chest_n) / after.range_n
        of_rise = (
            habits.quicker(habits.pause, self.pause_s, habits.PAUSE, 2.0, 5.0)
            + habits.quicker(habits.out, out.width_s, habits.OUT, 1.0, 2.0)
            + habits.missed(off, 1.0, 3.0)
        )
        # Both must speak for it: a return that only looked odd is followed by presses as usual.
        return after if after.evidence + of_rise > self.limits.merge and of_rise > 0.5 else None

    def refer(self, chest_n: float, range_n: float) -> None:
        """Take the level from which a counted repetition began as the reference for creep; slow change is followed."""
        if self.reference_n is None or chest_n > self.reference_n:
            self.reference_n = chest_n
        elif self.reference_n - chest_n < 0.85 * self.limits.creep * range_n:
            self.reference_n += 0.3 * (chest_n - self.reference_n)

    def creep(self, t_s: float, tension_n: float, range_n: float | None, now_s: float) -> list[TensionDrift]:
        """Compare a steady taut line at rest with where repetitions began: lower for a second is stance creep."""
        if self.reference_n is None or range_n is None:
            return []
        drop_n = self.reference_n - tension_n
        if drop_n <= self.limits.creep * range_n:
            self.low_since_s = None
        elif self.low_since_s is None:
            self.low_since_s = t_s
        elif t_s - self.low_since_s > 1.0:
            began_s = self.low_since_s - 0.5  # steady only half a second after it got there
            self.reference_n, self.low_since_s = tension_n, None
            return [drift(DriftKind.STANCE_CREEP, began_s, now_s, drop_n, CONFIDENCE[DriftKind.STANCE_CREEP])]
        return []


def drift(kind: DriftKind, t_s: float, now_s: float, drop_n: float, confidence: float) -> TensionDrift:
    """Make the event."""
    return TensionDrift(kind=kind, t_s=t_s, said_at_s=now_s, drop_n=drop_n, confidence=confidence)
