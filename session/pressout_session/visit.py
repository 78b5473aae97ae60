"""A visit at the station, hands-free: a pure automaton that hears events and taps, and says facts to keep.

Taking up the tension and doing something begins a set; letting go ends it, after some seconds, or at once when the dose
is done. A turn, one side of one exercise, is over when its dose is done: letting go before that is a pause, after which
the same side goes on. Who wants the other side before says so with a tap: a turn of the body cannot be sensed.
"""

from __future__ import annotations

import math
from typing import TypeAlias, TypedDict, assert_never

from msgspec import Struct
from msgspec.structs import replace

from pressout_session.course import Course, Turn
from pressout_session.exercises import Side
from pressout_session.facts import (
    AnyFact,
    DoseChanged,
    DriftKept,
    PartialKept,
    RepetitionKept,
    SetClosed,
    SetOpened,
    TimedCounted,
    TimedDone,
    TurnGivenUp,
)
from pressout_session.prescription import CabledItem, Item, Prescription, TimedItem
from pressout_session.timed_progress import TimedProgress
from pressout_session.visit_stage import Stage
from pressout_signal.events import (
    Event,
    LineLetGo,
    LineTaken,
    PartialSeen,
    PhaseEntered,
    RepetitionCompleted,
    SetEnded,
    SetStarted,
    TensionDrift,
)
from pressout_signal.samples import Fault


class Visit(Struct, frozen=True):
    """Where a visit is: its course, and whether a set is open and holds anything.

    `counted` is the number of repetitions that count in the open set, or in the one just closed; `earlier` those of the
    same turn in sets before it, of which `carried` are in an earlier session; `left` whether the turn of the set just
    closed is over. `waiting` are doses that hold from the next set on; `timed` is an exercise beside the
    line, and `closed_s` when the last set was closed.
    """

    course: Course
    set_open: bool = False
    counted: int = 0
    changed_s: float = 0.0
    waiting: tuple[DoseChanged, ...] = ()
    earlier: int = 0
    left: bool = True
    taut: bool = False
    carried: int = 0
    timed: TimedProgress = TimedProgress()
    closed_s: float = -math.inf

    def heard(self, event: Event) -> Moved:
        """Take what the signal said; give the next visit and what to keep of it."""
        match event:
            case LineTaken():
                return replace(self, taut=True), ()
            case LineLetGo():
                return replace(self, taut=False), ()
            case RepetitionCompleted():
                kept = RepetitionKept(t_s=event.counted_at_s, repetition=event)
                if self._of_the_last_set(event.press_out_start_s):
                    return self.late(event.counted_at_s), (kept,)
                visit, opened = self._opened(event.press_out_start_s)
                visit = replace(visit, counted=visit.counted + 1, changed_s=event.counted_at_s)
                return visit, (*opened, kept)
            case PartialSeen() | TensionDrift() if self.stage is Stage.BESIDE:
                return self, ()  # a bump against the line ends no exercise beside it; a repetition does
            case PartialSeen():
                visit, opened = (self, ()) if self._of_the_last_set(event.start_s) else self._opened(event.start_s)
                return visit, (*opened, PartialKept(t_s=event.said_at_s, partial=event))
            case TensionDrift():
                visit, opened = (self, ()) if self._of_the_last_set(event.t_s) else self._opened(event.t_s)
                return visit, (*opened, DriftKept(t_s=event.said_at_s, drift=event))
            case SetEnded():
                return self.set_ended(event.t_s, event.count_probability, event.other_count)
            case PhaseEntered() | SetStarted() | Fault():
                return self, ()
            case never:
                assert_never(never)

    def set_ended(self, t_s: float, count_probability: float | None = None, other_count: int | None = None) -> Moved:
        """Close the set, by slack or by a tap. Its turn is over if its dose is done, and else it is a pause."""
        if not self.set_open:
            return self, ()
        closed = replace(self, set_open=False, changed_s=t_s, closed_s=t_s).with_turn_judged()
        fact = SetClosed(t_s=t_s, count_probability=count_probability, other_count=other_count)
        return closed._with_waiting(), (fact,)

    def turn_given_up(self, t_s: float) -> Moved:
        """Go on to the next turn in a pause, before this one's dose is done."""
        if self.stage is not Stage.PAUSE:
            return self, ()
        return replace(self, course=self.course.after(), left=True), (TurnGivenUp(t_s=t_s),)

    def timed_tapped(self, t_s: float) -> Moved:
        """Start or stop the clock of an exercise beside the line, or count one by the tap."""
        item = self.course.item
        if self.set_open or not isinstance(item, TimedItem) or self.timed.same_tap(t_s):
            return self, ()
        return self._timed(t_s, self.timed.tapped(t_s, item), item)

    def timed_stopped(self, t_s: float) -> Moved:
        """Stop that clock where nobody can see it any more."""
        return (self if self.timed.since_s is None else replace(self, timed=self.timed.stopped(t_s))), ()

    def timed_finished(self, t_s: float) -> Moved:
        """End an exercise beside the line with what was done of it."""
        item = self.course.item
        if self.set_open or not isinstance(item, TimedItem) or self.timed.same_tap(t_s):
            return self, ()
        return self.timed_done(t_s, self.timed.done, item.duration_s)

    def passed(self, t_s: float) -> Moved:
        """Let time pass: the clock of an exercise beside the line may have run out, whatever is shown."""
        item = self.course.item
        if self.timed.since_s is None or not isinstance(item, TimedItem):
            return self, ()
        return self._timed(t_s, self.timed.passed(t_s, item), item)

    def left_off(self, now_s: float, let_go_s: float) -> Moved:
        """Close what is open, since whoever was here leaves: the set, or what was done beside the line."""
        finished = replace(self.timed, begun_s=-math.inf)
        return replace(self, timed=finished).timed_finished(now_s) if self.timed.done else self.set_ended(let_go_s)

    def timed_done(self, t_s: float, reps: int, duration_s: float) -> Moved:
        """Keep a timed or tapped exercise on this turn's side."""
        turn = self.course.turn
        done = TimedDone(t_s=t_s, **_of(turn), reps=reps, duration_s=duration_s)
        course, timed = self.course.after(), TimedProgress(begun_s=t_s)
        after = Visit(course, changed_s=t_s, waiting=self.waiting, taut=self.taut, timed=timed)
        return after, (done,)

    def dosed(self, t_s: float, place: int, item: Item, therapist_ref: str) -> Moved:
        """Take a therapist's new dose for the item at `place`; a set that is open ends as it began."""
        change = DoseChanged(t_s=t_s, item=place, dose=item, therapist_ref=therapist_ref)
        visit = replace(self, waiting=(*self.waiting, change), changed_s=t_s)
        if self.set_open:
            return visit, (change,)
        moved = visit._with_waiting()
        if moved.course.turn.item == self.course.turn.item:
            return moved, (change,)
        if not self.timed.done:
            return replace(moved, timed=TimedProgress()), (change,)
        left, done = self.left_off(t_s, t_s)  # what was done beside the line is kept before another has its turn
        visit, facts = left.dosed(t_s, place, item, therapist_ref)
        return visit, (*done, *facts)

    def resumed(self, t_s: float, *, taut: bool) -> Visit:
        """Give the visit as it goes on in another session: where it was, with nothing open."""
        pausing = self.stage is Stage.PAUSE
        earlier = self.turn_count if pausing else 0
        return Visit(self.course, changed_s=t_s, earlier=earlier, left=not pausing, taut=taut, carried=earlier)

    def taken_through(self, prescription: Prescription, t_s: float, *, taut: bool) -> Visit:
        """Give the visit as it goes on with another prescription: what is in both and was done is done."""
        course, goes_on = self.course.through(prescription, under_way=self.stage is Stage.PAUSE)
        return replace(self, course=course, waiting=(), left=self.left or not goes_on).resumed(t_s, taut=taut)

    @property
    def turn_count(self) -> int:
        """How many repetitions count in this turn, or in the one just left."""
        return self.earlier + self.counted

    @property
    def correctable(self) -> bool:
        """Whether a set is open, or was the last thing done, so that its count can be corrected."""
        return self.set_open or self.counted > 0 or self.closed_s > -math.inf

    @property
    def set_is_over(self) -> bool:
        """Whether the open set holds all that its turn asks for and the line was let go: nothing more is waited for."""
        return self.set_open and not self.taut and self._dose_done

    @property
    def stage(self) -> Stage:
        """Where the visit is."""
        if self.set_open:
            return Stage.SET
        if not self.left and self.turn_count:
            return Stage.PAUSE
        if self.course.over:
            return Stage.OVER
        return Stage.READY if isinstance(self.course.item, CabledItem) else Stage.BESIDE

    @property
    def _dose_done(self) -> bool:
        item = self.course.item
        return isinstance(item, CabledItem) and self.turn_count >= item.reps

    def _timed(self, t_s: float, timed: TimedProgress, item: TimedItem) -> Moved:
        if timed.done >= item.reps:
            return self.timed_done(t_s, timed.done, item.duration_s)
        if timed.done == self.timed.done:
            return (self if timed is self.timed else replace(self, timed=timed)), ()
        turn = self.course.turn
        counted = TimedCounted(t_s=t_s, **_of(turn), reps=timed.done, duration_s=item.duration_s)
        return replace(self, timed=timed), (counted,)

    def with_turn_judged(self) -> Visit:
        """Give the visit with the turn of the closed set over or not, as its count now says."""
        if self.set_open:
            return self
        visit = replace(self, course=self.course.before(), left=False) if self.left else self
        # What is done beyond all that was asked is no pause: nothing of it is missing.
        over = visit._dose_done or (visit.course.over and visit.counted > 0)
        return replace(visit, course=visit.course.after(), left=True) if over else visit

    def _with_waiting(self) -> Visit:
        course, left = self.course, self.left
        for change in self.waiting:
            place = course.place
            course = course.dosed(change.item, change.dose, under_way=not left and self.turn_count > 0)
            left = left or course.place > place  # nothing more of this turn is asked for
        visit = replace(self, course=course, waiting=(), left=left)
        return visit if left else visit.with_turn_judged()  # less may be asked for than was done already

    @property
    def prescription(self) -> Prescription:
        """What is asked for, with what holds from the next set on."""
        prescription = self.course.prescription
        for change in self.waiting:
            prescription = prescription.with_item(change.item, change.dose)
        return prescription

    @property
    def side(self) -> Side:
        """The side of the set that is open, or of the one to come."""
        return self.course.turn.side

    def late(self, t_s: float) -> Visit:
        """Count one more in the set that was closed. A turn that is over or given up stays so."""
        if self.left and not self.turn_count:
            return replace(self, changed_s=t_s)  # something else has had its turn since
        visit = replace(self, counted=self.counted + 1, changed_s=t_s)
        return visit if self.left else visit.with_turn_judged()

    def _of_the_last_set(self, since_s: float) -> bool:
        """Whether what began then is of the set that was closed since: letting go closes it, and may end a return."""
        return not self.set_open and since_s < self.closed_s

    def _opened(self, t_s: float) -> Moved:
        if self.set_open:
            return self, ()
        if self.timed.done and isinstance(self.course.item, TimedItem):
            left, done = self.left_off(t_s, t_s)
            visit, facts = left._opened(t_s)
            return visit, (*done, *facts)
        course, goes_on = self.course, self.stage is Stage.PAUSE
        if self.left and self.turn_count and not course.on_the_line_in_this_round:
            course, goes_on = course.before(), True  # one more of what was done: nothing of the next round is skipped
        while not isinstance(course.item, CabledItem):
            # The patient took up the line instead of the timed item: it is their session.
            course = course.after()
        earlier = self.turn_count if goes_on else 0
        carried = self.carried if goes_on else 0
        before = carried if self.turn_count == carried else 0
        opened = SetOpened(t_s=t_s, **_of(course.turn), goes_on=goes_on, before=before)
        fresh = replace(self, course=course, set_open=True, counted=0, timed=TimedProgress())
        return replace(fresh, earlier=earlier, left=False, carried=carried), (opened,)


class _Which(TypedDict):
    item: int
    side: Side
    round: int


def _of(turn: Turn) -> _Which:
    """Give what every fact of a turn says of it."""
    return {"item": turn.item, "side": turn.side, "round": turn.round}


Moved: TypeAlias = tuple[Visit, tuple[AnyFact, ...]]
