"""The likeliest story so far, found by going through time once and never back (a segmental Viterbi search).

For each place and each of the last four seconds the best story that was there then is kept; every tick each kind of
stroke of each length that could have ended now is tried on it.
"""

from __future__ import annotations

import math

import numpy as np

from pressout_signal.strokes.cable.fits import RULER, Fits
from pressout_signal.strokes.cable.habits import Habit, Habits, Limits
from pressout_signal.strokes.cable.stories import KINDS, PLACES, SOURCES, Kind, Place, Story, Stroke
from pressout_signal.strokes.cable.templates import DURATIONS_S, LENGTHS, SPAN, WHITENING, Array
from pressout_signal.strokes.cable.ticks import TICK_S

NEVER = -1e9


class Lattice:
    """All stories worth keeping about one stack in one hand.

    `scores[place, ago]` is the log-probability of the best story that is in a place `ago` ticks ago, `leave` the same
    with what its stay there costs, if it ends then.
    """

    def __init__(self, *, row: bool, limits: Limits, habits: Habits) -> None:
        self.limits = limits
        self.habits = habits
        self.fits = Fits(row=row, limits=limits)
        self.levels = np.zeros(SPAN)  # newest first
        self.whitened = np.zeros(SPAN)
        self.begin(0, 0.0)
        self.told_end = -1000
        self.turned_before = 0.0
        self.fits.expect(habits)

    def begin(self, now: int, level: float) -> None:
        """Begin anew: the line has just become taut, and whatever was before is over."""
        self.scores = np.full((PLACES, SPAN), NEVER)
        self.leave = np.full((PLACES + 1, SPAN), NEVER)
        self.stories: list[list[Story | None]] = [[None] * SPAN for _ in range(PLACES)]
        self.scores[Place.SET_UP, 0] = 0.0
        self.stories[Place.SET_UP][0] = Story(now, ())
        self.begun = now
        self.levels[:] = level
        self.whitened[:] = (1.0 - WHITENING) * level

    def step(self, now: int, level: float) -> None:
        """Take tick `now`: its level is the tension's excess over the weight, in m/s^2."""
        before = float(self.levels[0])
        for ring, value in ((self.levels, level), (self.whitened, level - WHITENING * before)):
            ring[1:] = ring[:-1]
            ring[0] = value
        self.habits.levels.add(level)
        if now % (10 if self.habits.learned < 3 else 40) == 0:
            self.fits.expect(self.habits)
        present, here = self._stayed(now, level, before)
        self._moved(now, present, here)
        self._remember(now, present, here)

    def _stayed(self, now: int, level: float, before: float) -> tuple[Array, list[Story | None]]:
        """Let every story stay where it is for one more tick; or end its setting up."""
        limits = self.limits
        rest = _student(level - before, limits.rest_step)
        over = max(level - self.fits.high, self.fits.low - level, 0.0) / limits.beyond
        rest -= min(0.5 * over * over, 4.0)
        set_up = max(_student(level - before, limits.set_up_step), rest) - limits.set_up_price
        present = self.scores[:, 0] + rest
        present[Place.SET_UP] += set_up - rest
        here = [stories[0] for stories in self.stories]
        taut_s = (now - self.begun) * TICK_S
        hasty = 1.0 + limits.settle_cost * math.exp(-taut_s / limits.settle_s)
        settled = float(self.scores[Place.SET_UP, 0]) + rest - hasty
        if settled > present[Place.IN]:
            present[Place.IN] = settled
            here[Place.IN] = Story(now, ())
        return present, here

    def _moved(self, now: int, present: Array, here: list[Story | None]) -> None:
        """Try every kind of stroke that ends now; put the better stories in their places."""
        scores, offsets, travels = self.fits.scores(self.whitened)
        candidates = scores + self.leave[SOURCES[:, None], LENGTHS - 1]
        best = candidates.argmax(1)
        for kind, (source, to, _back) in enumerate(KINDS):
            at = int(best[kind])
            score = float(candidates[kind, at])
            if score <= present[to] or score <= 0.1 * NEVER:
                continue
            length = int(LENGTHS[at])
            story = self.stories[Place.IN if source is Place.AFTER else source][length - 1]
            offset, travel_m = float(offsets[kind, at]), float(travels[kind, at])
            if kind in (Kind.HOMEWARD, Kind.GAVE_UP):
                score -= self._mismatch(story, offset, travel_m)
            if story is not None and score > present[to]:
                stroke = Stroke(Kind(kind), now - length, now, float(DURATIONS_S[at]), offset, travel_m)
                present[to] = score
                here[to] = story.with_stroke(stroke)

    def _mismatch(self, story: Story | None, offset: float, travel_m: float) -> float:
        """Give the price of a return that does not bring back what went out, or whose friction did not turn over."""
        if story is None or not story.strokes:
            return 0.0
        out = story.strokes[-1]
        ratio = math.log(max(travel_m, 0.01) / max(out.travel_m, 0.01)) / self.limits.unequal
        return 0.5 * ratio * ratio + 20.0 * max(self.limits.least_gap - (out.offset - offset), 0.0)

    def _remember(self, now: int, present: Array, here: list[Story | None]) -> None:
        top = float(present.max())
        self.scores[:, 1:] = self.scores[:, :-1]
        self.scores[:, 0] = present
        self.scores -= top
        self.leave[:, 1:] = self.leave[:, :-1]
        for place in range(PLACES):
            stories, story = self.stories[place], here[place]
            stories.insert(0, story)
            stories.pop()
            stay = NEVER if story is None else present[place] + self._stay(Place(place), (now - story.since) * TICK_S)
            self.leave[place, 0] = stay
        home = here[Place.IN]
        just = home is not None and abs(home.since - self.told_end) < 10
        after = present[Place.IN] + self._stay(Place.AFTER, (now - self.told_end) * TICK_S) if just else NEVER
        self.leave[Place.AFTER, 0] = after
        self.leave -= top

    def _stay(self, place: Place, stay_s: float) -> float:
        """Give the log-probability of leaving a place after so long."""
        match place:
            case Place.PART:
                return -0.5 * (stay_s / 0.3) ** 2
            case Place.LATE:
                return -0.5 * (stay_s / 3.0) ** 2
            case Place.AFTER:
                return self.turned_before - 0.5 * (stay_s / self.limits.after_s) ** 2
            case _:
                habits = self.habits
                return _stayed_for(habits.still_out_s if place is Place.OUT else habits.still_in_s, stay_s)

    # ---- what is sure enough to be said ----------------------------------------------------------

    def likeliest(self) -> tuple[Place, Story | None]:
        """Give where the likeliest story is now, and the story."""
        place = Place(int(self.scores[:, 0].argmax()))
        return place, self.stories[place][0]

    def told(self, now: int, *, force: bool = False) -> tuple[Stroke, Stroke, float] | None:
        """Give the repetition (out, home, hold as a share of the usual) that is sure enough; forget what denies it."""
        limits, order = self.limits, self.scores[:, 0]
        best, story = self.likeliest()
        home = None if story is None else story.untold()
        if story is None or home is None:
            return None
        if not force:
            if (now - home.end) * TICK_S < limits.lag_s:
                return None
            rivals = [order[place] for place in range(PLACES) if self._denies(Place(place))]
            if rivals and order[best] - max(rivals) < limits.margin:
                return None
        before = story.strokes[: story.strokes.index(home)]
        out = next(stroke for stroke in reversed(before) if KINDS[stroke.kind][1] is Place.OUT)
        self.told_end = home.end
        share = self.habits.hold_share(out, home)
        known = len(self.habits.hold_s.seen) > 1
        full = min(max((share - 0.6) / 0.3, 0.0), 1.0)
        self.turned_before = -limits.full_hold * full if known else -limits.unknown_hold
        self._forget_without(home, now)
        return out, home, share

    def _denies(self, place: Place) -> bool:
        story = self.stories[place][0]
        return place not in (Place.DONE, Place.SET_UP) and (story is None or story.untold() is None)

    def _forget_without(self, home: Stroke, now: int) -> None:
        """Keep only the stories that hold the repetition that is being told, without it."""
        scores, stories = self.scores, self.stories
        self.scores = np.full((PLACES, SPAN), NEVER)
        leave, self.leave = self.leave, np.full((PLACES + 1, SPAN), NEVER)
        self.stories = [[None] * SPAN for _ in range(PLACES)]
        for place in range(PLACES):
            to = Place.IN if place == Place.DONE else Place(place)
            for ago in range(min(SPAN, now - home.end + 1)):
                story = stories[place][ago]
                same = None if story is None else story.untold()
                if story is None or same is None or abs(same.end - home.end) * TICK_S >= 0.5:
                    continue
                if scores[place, ago] <= self.scores[to, ago]:
                    continue
                self.scores[to, ago], self.leave[to, ago] = scores[place, ago], leave[place, ago]
                if to is Place.IN:
                    since_s = (now - ago - home.end) * TICK_S
                    self.leave[Place.AFTER, ago] = scores[place, ago] + self._stay(Place.AFTER, since_s)
                self.stories[to][ago] = story.without(story.strokes.index(same) + 1)

    def tried(self, now: int) -> tuple[Stroke, Stroke] | None:
        """Give an attempt (out and back again) that every likely story holds and that is a second old; forget it."""
        place, story = self.likeliest()
        if place is not Place.IN or story is None or (now - story.since) * TICK_S < 1.0:
            return None
        at = next((at for at, stroke in enumerate(story.strokes) if stroke.kind is Kind.GAVE_UP), None)
        rivals = np.delete(self.scores[:, 0], (Place.SET_UP, Place.IN)).max()
        if not at or self.scores[Place.IN, 0] - rivals < self.limits.attempt_margin:
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
            self.fits.expect(self.habits)

    def learn(self, out: Stroke, home: Stroke, rest_s: float | None) -> None:
        """Take a repetition into the patient's habits."""
        self.habits.learn(out, home, rest_s)
        self.fits.expect(self.habits)


def _student(step: float, scale: float) -> float:
    """Give the log-density of a step under a Student t with three degrees of freedom: a walk with rare jumps."""
    share = step / scale
    return -2.0 * math.log1p(share * share / 3.0) - math.log(scale) - 1.0 - RULER


def _stayed_for(habit: Habit, stay_s: float) -> float:
    """Give the log-probability of a stay; far from what is usual it falls slowly, for people do pause."""
    deviations = (math.log(stay_s + 0.1) - habit.mean) / habit.sd
    return max(-0.5 * deviations * deviations, -3.0 - 0.3 * abs(deviations)) - math.log(habit.sd)
