"""One patient at the station, hands-free: taking up the tension starts a set, letting go ends it.

A visit takes what the signal says and what a finger asks for, and gives facts to keep. The next set is the
other side, unless someone taps.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from pressout_session.course import Course
from pressout_session.exercises import Side
from pressout_session.facts import (
    AnyFact,
    DoseChanged,
    DriftKept,
    PartialKept,
    RepetitionAdded,
    RepetitionKept,
    RepetitionVoided,
    SetClosed,
    SetOpened,
    SetRestarted,
    SideCorrected,
    TimedDone,
)
from pressout_session.prescription import CabledItem, Item, Prescription
from pressout_signal.events import Event, PartialSeen, RepetitionCompleted, SetEnded, TensionDrift

# A repetition that is tapped takes no longer than this.
TAPPED_S = 15.0


class Visit(Struct, frozen=True):
    """Where a visit is: its course, and whether a set is open and holds anything.

    `counted` is the number of repetitions that count in the open set, or in the one just closed. `waiting` are doses
    that hold from the next set on.
    """

    course: Course
    set_open: bool = False
    counted: int = 0
    changed_s: float = 0.0
    waiting: tuple[DoseChanged, ...] = ()

    def heard(self, event: Event) -> tuple[Visit, tuple[AnyFact, ...]]:
        """Take what the signal said; give the next visit and what to keep of it."""
        match event:
            case RepetitionCompleted():
                visit, opened = self._opened(event.press_out_start_s)
                kept = RepetitionKept(t_s=event.counted_at_s, repetition=event)
                visit = replace(visit, counted=visit.counted + 1, changed_s=event.counted_at_s)
                return visit, (*opened, kept)
            case PartialSeen() | TensionDrift() if self._beside_the_line:
                return self, ()  # a bump against the line ends no exercise beside it; a repetition does
            case PartialSeen():
                visit, opened = self._opened(event.start_s)
                return visit, (*opened, PartialKept(t_s=event.said_at_s, partial=event))
            case TensionDrift():
                visit, opened = self._opened(event.t_s)
                return visit, (*opened, DriftKept(t_s=event.said_at_s, drift=event))
            case SetEnded():
                return self.set_ended(event.t_s, event.count_probability, event.other_count)
            case _:
                return self, ()

    def set_ended(
        self, t_s: float, count_probability: float | None = None, other_count: int | None = None
    ) -> tuple[Visit, tuple[AnyFact, ...]]:
        """Close the set, by slack or by a tap. A turn in which something counted is over."""
        if not self.set_open:
            return self, ()
        course = self.course.after() if self.counted else self.course
        closed = replace(self, course=course, set_open=False, changed_s=t_s)
        fact = SetClosed(t_s=t_s, count_probability=count_probability, other_count=other_count)
        return closed._with_waiting(), (fact,)

    def undone(self, t_s: float) -> tuple[Visit, tuple[AnyFact, ...]]:
        """Take back the last repetition of the open set, or of the one just closed."""
        if not self.counted:
            return self, ()
        # A closed set that holds nothing any more was no turn: it comes again.
        emptied = not self.set_open and self.counted == 1
        course = self.course.before() if emptied else self.course
        return replace(self, course=course, counted=self.counted - 1), (RepetitionVoided(t_s=t_s),)

    def restarted(self, t_s: float) -> tuple[Visit, tuple[AnyFact, ...]]:
        """Begin the open set, or the one just closed, again: what it held is voided, and its turn comes again."""
        if not self.counted:
            return self, ()
        course = self.course if self.set_open else self.course.before()
        return replace(self, course=course, counted=0), (SetRestarted(t_s=t_s),)

    def side_swapped(self, t_s: float) -> tuple[Visit, tuple[AnyFact, ...]]:
        """Say that the open set, the one just closed, or else the one to come, is on the other side."""
        if self.set_open or not self.counted:
            course = self.course.swapped()
            corrected = (SideCorrected(t_s=t_s, side=course.turn.side),) if self.set_open else ()
            return replace(self, course=course), corrected
        closed = self.course.before().swapped()
        return replace(self, course=closed.after()), (SideCorrected(t_s=t_s, side=closed.turn.side),)

    def timed_done(self, t_s: float, reps: int, duration_s: float) -> tuple[Visit, tuple[AnyFact, ...]]:
        """Keep a timed or tapped exercise on this turn's side."""
        turn = self.course.turn
        done = TimedDone(t_s=t_s, item=turn.item, side=turn.side, reps=reps, duration_s=duration_s)
        return replace(self, course=self.course.after(), counted=0, changed_s=t_s), (done,)

    def added(self, t_s: float) -> tuple[Visit, tuple[AnyFact, ...]]:
        """Count one more in the open set, or in the one just closed, on someone's word."""
        if not (self.set_open or self.counted):
            return self, ()
        return replace(self, counted=self.counted + 1), (RepetitionAdded(t_s=t_s),)

    def dosed(self, t_s: float, place: int, item: Item, therapist_ref: str) -> tuple[Visit, tuple[AnyFact, ...]]:
        """Take a therapist's new dose for the item at `place`; a set that is open ends as it began."""
        change = DoseChanged(t_s=t_s, item=place, dose=item, therapist_ref=therapist_ref)
        visit = replace(self, waiting=(*self.waiting, change), changed_s=t_s)
        return (visit if self.set_open else visit._with_waiting()), (change,)

    def _with_waiting(self) -> Visit:
        course = self.course
        for change in self.waiting:
            course = course.dosed(change.item, change.dose)
        return replace(self, course=course, waiting=())

    @property
    def prescription(self) -> Prescription:
        """What is asked for, with what holds from the next set on."""
        prescription = self.course.prescription
        for change in self.waiting:
            prescription = prescription.with_item(change.item, change.dose)
        return prescription

    @property
    def asked_pause_s(self) -> float:
        """How long the line may be slack because it was asked for: a prescribed rest, an exercise beside the line."""
        item = self.course.item
        if isinstance(item, CabledItem):
            return item.rest_s
        return item.reps * max(item.duration_s, TAPPED_S)

    @property
    def _beside_the_line(self) -> bool:
        return not self.set_open and not isinstance(self.course.item, CabledItem)

    @property
    def side(self) -> Side:
        """The side of the set that is open, or of the one to come."""
        return self.course.turn.side

    def _opened(self, t_s: float) -> tuple[Visit, tuple[AnyFact, ...]]:
        if self.set_open:
            return self, ()
        course = self.course
        while not isinstance(course.item, CabledItem):
            # The patient took up the line instead of the timed item: it is their session.
            course = course.after()
        opened = SetOpened(t_s=t_s, item=course.turn.item, side=course.turn.side)
        return replace(self, course=course, set_open=True, counted=0), (opened,)
