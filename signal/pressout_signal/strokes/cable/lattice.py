"""The likeliest story so far, found by going through time once and never back (a segmental Viterbi search).

For each place and each of the last four seconds the best story that was there then is kept; every tick each kind of
stroke of each length that could have ended now is tried on it.
"""

from __future__ import annotations

import math

from pressout_signal.strokes.cable.fits import NOWHERE_M, RULER, Fits, mismatch
from pressout_signal.strokes.cable.habits import Habits, Limits
from pressout_signal.strokes.cable.rings import ROOM, Ring
from pressout_signal.strokes.cable.stories import KINDS, MIRRORED, PLACES, SOURCES, Kind, Place, Story, Stroke
from pressout_signal.strokes.cable.templates import DURATIONS_S, LENGTHS, SPAN, WHITENING
from pressout_signal.strokes.cable.ticks import TICK_S
from pressout_signal.strokes.cable.underway import UnderWay

NEVER = -1e9
# A stroke so many nats below the best story does not become likely within a tick.
FAR = -15.0
# Where in the ring of each kind's source the tick lies at which a stroke of each length began.
BEGAN = SOURCES[:, None] * ROOM + LENGTHS - 1
ALL_PLACES = tuple(Place)
# The places that are left by a stroke which brings back what went out.
MIRRORED_FROM = (Place.OUT, Place.PART)


class Lattice:
    """All stories worth keeping about one stack in one hand.

    `scores[place, ago]` is the log-probability of the best story that is in a place `ago` ticks ago, `leave` the same
    with what its stay there costs, if it ends then.
    """

    def __init__(self, *, row: bool, limits: Limits, habits: Habits) -> None:
        self.limits = limits
        self.habits = habits
        self.fits = Fits(row=row, limits=limits)
        self.under_way = UnderWay(row=row, limits=limits)
        self.levels, self.whitened = Ring(0.0), Ring(0.0)
        self.begin(0, 0.0)
        self.told_end = -1000
        self.turned_before = 0.0
        self.expect()

    def begin(self, now: int, level: float) -> None:
        """Begin anew: the line has just become taut, and whatever was before is over."""
        self.scores, self.leave = Ring(NEVER, PLACES), Ring(NEVER, PLACES + 1)
        self.unrest = Ring(0.0)  # nats: what rest would have cost in each tick
        # Of the last stroke of each: log of travel (m), log of duration (s), offset (m/s^2).
        self.outs = Ring(0.0, 3, len(MIRRORED_FROM))
        self.stories: list[list[Story | None]] = [[None] * SPAN for _ in range(PLACES)]
        self.present = [NEVER] * PLACES
        self.present[Place.SET_UP] = self.scores.latest[Place.SET_UP, 0] = 0.0
        self.stories[Place.SET_UP][0] = Story(now, ())
        self.begun = now
        self.nearest = 0.0  # nats that the best stroke lies above the best story
        self.levels.latest[:] = level
        self.whitened.latest[:] = (1.0 - WHITENING) * level

    def expect(self) -> None:
        """Set the priors from what is known of the patient."""
        self.fits.expect(self.habits)
        self.under_way.outdated()
        out, still = self.habits.still_out_s, self.habits.still_in_s
        self.still_out, self.still_in = (out.mean, out.sd), (still.mean, still.sd)
        self.slower = self.habits.back_s.mean - self.habits.out_s.mean

    def step(self, now: int, level: float) -> None:
        """Take tick `now`: its level is the tension's excess over the weight, in m/s^2."""
        before = float(self.levels.latest[0])
        self.levels.push(level)
        self.whitened.push(level - WHITENING * before)
        self.habits.levels.add(level)
        if now % (10 if self.habits.learned < 3 else 40) == 0:
            self.expect()
        present, here = self._stayed(now, level, before)
        # Where no stroke comes near, every other tick is enough.
        if self.nearest > FAR or now % 2 == 0:
            self._moved(now, present, here)
        self._remember(now, present, here)

    def _stayed(self, now: int, level: float, before: float) -> tuple[list[float], list[Story | None]]:
        """Let every story stay where it is for one more tick; or end its setting up."""
        limits = self.limits
        rest = _student(level - before, limits.rest_step)
        over = max(level - self.fits.high, self.fits.low - level, 0.0) / limits.beyond
        rest -= min(0.5 * over * over, 4.0)
        set_up = max(_student(level - before, limits.set_up_step) - limits.shuffle_price, rest) - limits.set_up_price
        self.unrest.push(-rest)
        scores = self.present
        present = [score + rest for score in scores]
        present[Place.SET_UP] += set_up - rest
        here = [stories[0] for stories in self.stories]
        taut_s = (now - self.begun) * TICK_S
        hasty = 1.0 + limits.settle_cost * math.exp(-taut_s / limits.settle_s)
        settled = scores[Place.SET_UP] + rest - hasty
        if settled > present[Place.IN]:
            present[Place.IN] = settled
            here[Place.IN] = Story(now, ())
        return present, here

    def _moved(self, now: int, present: list[float], here: list[Story | None]) -> None:
        """Try every kind of stroke that ends now; put the better stories in their places."""
        candidates, fitted = self.fits.scores(self.levels.latest, self.whitened.latest)
        candidates += self.leave.room.ravel().take(BEGAN + self.leave.at)
        out = self.outs.room.take(self.outs.at + LENGTHS - 1, axis=2)
        candidates[MIRRORED] -= mismatch(fitted, out, self.slower, self.limits)
        best = candidates.argmax(1)
        scores = candidates[range(len(KINDS)), best].tolist()
        self.nearest = max(scores) - max(present)
        for kind, at in enumerate(best.tolist()):
            source, to, back = KINDS[kind]
            score = scores[kind]
            if score <= present[to] or score <= 0.1 * NEVER:
                continue
            length = int(LENGTHS[at])
            story = self.stories[Place.IN if source is Place.AFTER else source][length - 1]
            if story is not None:
                offset, travel_m = float(fitted.offset[back, at]), float(fitted.travel_m[back, at])
                sd_m = float(fitted.travel_sd_m[back, at])
                stroke = Stroke(Kind(kind), now - length, now, float(DURATIONS_S[at]), offset, travel_m, sd_m)
                present[to] = score
                here[to] = story.with_stroke(stroke)

    def _remember(self, now: int, present: list[float], here: list[Story | None]) -> None:
        self.scores.push(present)
        self.present = present
        leave = [NEVER] * (PLACES + 1)
        for place, story in enumerate(here):
            stories = self.stories[place]
            stories.insert(0, story)
            stories.pop()
            if story is not None:
                leave[place] = present[place] + self._stay(place, (now - story.since) * TICK_S)
        leave[Place.AFTER] = self._after(now, present, here)
        self.leave.push(leave)
        self.outs.push(list(zip(*[_way(here[place]) for place in MIRRORED_FROM], strict=True)))

    def _after(self, now: int, present: list[float], here: list[Story | None]) -> float:
        """Give what it is worth to be in after what was told as a return and may have been a turn."""
        home = here[Place.IN]
        if home is None or abs(home.since - self.told_end) >= 10:
            return NEVER
        return present[Place.IN] + self._stay(Place.AFTER, (now - self.told_end) * TICK_S)

    def _turned(self, hold_share: float) -> float:
        """Give the log-probability that what looked like a return was a turn: not after a full hold."""
        if len(self.habits.hold_s.seen) < 2:
            return -self.limits.unknown_hold
        return -self.limits.full_hold * min(max((hold_share - 0.6) / 0.3, 0.0), 1.0)

    def _stay(self, place: int, stay_s: float) -> float:
        """Give the log-probability of leaving a place after so long."""
        if place == Place.PART:
            return -0.5 * (stay_s / 0.3) ** 2
        if place == Place.LATE:
            return -0.5 * (stay_s / 3.0) ** 2
        if place == Place.AFTER:
            return self.turned_before - 0.5 * (stay_s / self.limits.after_s) ** 2
        return _stayed_for(self.still_out if place == Place.OUT else self.still_in, stay_s)

    # ---- what is sure enough to be said ----------------------------------------------------------

    def likeliest(self) -> tuple[Place, Story | None]:
        """Give where the likeliest story is now, and the story."""
        place = ALL_PLACES[self.present.index(max(self.present))]
        return place, self.stories[place][0]

    def told(self, now: int, *, force: bool = False) -> tuple[Stroke, Stroke, float] | None:
        """Give the repetition (out, home, hold as a share of the usual) that is sure enough; forget what denies it."""
        limits, order = self.limits, self.present
        best, story = self.likeliest()
        home = None if story is None or not story.strokes else story.untold()
        if story is None or home is None:
            return None
        if not force:
            if self.unrest.latest[:4].sum() > limits.restless:
                # Something is under way that no story can tell before it is over.
                return None
            rivals = [order[place] for place in ALL_PLACES[:PLACES] if self._denies(place)]
            if rivals and order[best] - max(rivals) < limits.margin:
                return None
            if order[best] - self.under_way.score(self) < limits.over:
                return None
        before = story.strokes[: story.strokes.index(home)]
        out = next(stroke for stroke in reversed(before) if KINDS[stroke.kind][1] is Place.OUT)
        self.told_end = home.end
        share = self.habits.hold_share(out, home)
        self.turned_before = self._turned(share)
        self._forget_without(home, now)
        return out, home, share

    def _denies(self, place: Place) -> bool:
        story = self.stories[place][0]
        return place not in (Place.DONE, Place.SET_UP) and (story is None or story.untold() is None)

    def _forget_without(self, home: Stroke, now: int) -> None:
        """Keep only the stories that hold the repetition that is being told, without it."""
        scores, leave, stories = self.scores.latest.copy(), self.leave.latest.copy(), self.stories
        kept, left = self.scores.latest, self.leave.latest
        kept[:], left[:] = NEVER, NEVER
        self.stories = [[None] * SPAN for _ in range(PLACES)]
        for place in range(PLACES):
            to = Place.IN if place == Place.DONE else Place(place)
            for ago in range(min(SPAN, now - home.end + 1)):
                story = stories[place][ago]
                same = None if story is None else story.untold()
                if story is None or same is None or abs(same.end - home.end) * TICK_S >= 0.5:
                    continue
                if scores[place, ago] <= kept[to, ago]:
                    continue
                kept[to, ago], left[to, ago] = scores[place, ago], leave[place, ago]
                if to is Place.IN:
                    since_s = (now - ago - home.end) * TICK_S
                    left[Place.AFTER, ago] = scores[place, ago] + self._stay(Place.AFTER, since_s)
                self.stories[to][ago] = story.without(story.strokes.index(same) + 1)
        self.present = kept[:, 0].tolist()

    def tried(self, now: int) -> tuple[Stroke, Stroke] | None:
        """Give an attempt (out and back again) that every likely story holds and that is a second old; forget it."""
        place, story = self.likeliest()
        if place is not Place.IN or story is None or (now - story.since) * TICK_S < 1.0:
            return None
        if len(story.strokes) < 2:
            return None
        at = next((at for at, stroke in enumerate(story.strokes) if stroke.kind is Kind.GAVE_UP), None)
        rivals = max(self.present[other] for other in range(PLACES) if other not in (Place.SET_UP, Place.IN))
        if not at or self.present[Place.IN] - rivals < self.limits.attempt_margin:
            return None
        found = story.strokes[at - 1], story.strokes[at]
        for stories in self.stories:
            for ago, other in enumerate(stories):
                if other is not None and len(other.strokes) > at and other.strokes[at].kind is Kind.GAVE_UP:
                    stories[ago] = other.without(at + 1)
        return found

    def doubt(self, now: int) -> None:
        """Forget habits made of one or two repetitions that nothing has resembled since: they were none."""
        quiet_s = (now - max(self.told_end, self.begun)) * TICK_S
        if 0 < self.habits.learned < 4 and quiet_s > self.limits.stale_s:
            self.habits.forget()
            self.expect()

    def learn(self, out: Stroke, home: Stroke, rest_s: float | None) -> None:
        """Take a repetition into the patient's habits."""
        self.habits.learn(out, home, rest_s)
        self.expect()


def _way(story: Story | None) -> tuple[float, float, float]:
    """Give of a story's last stroke the logarithms of its travel (m) and duration (s), and its offset (m/s^2)."""
    if story is None or not story.strokes:
        return 0.0, 0.0, 0.0
    last = story.strokes[-1]
    return math.log(max(last.travel_m, NOWHERE_M)), math.log(last.duration_s), last.offset


def _student(step: float, scale: float) -> float:
    """Give the log-density of a step under a Student t with three degrees of freedom: a walk with rare jumps."""
    share = step / scale
    return -2.0 * math.log1p(share * share / 3.0) - math.log(scale) - 1.0 - RULER


def _stayed_for(usual: tuple[float, float], stay_s: float) -> float:
    """Give the log-probability of a stay; far from what is usual it falls slowly, for people do pause."""
    mean, sd = usual
    deviations = (math.log(stay_s + 0.1) - mean) / sd
    return max(-0.5 * deviations * deviations, -3.0 - 0.3 * abs(deviations)) - math.log(sd)
