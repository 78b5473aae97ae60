"""Replay of a session's facts to the visit that said them: how a station that was started again goes on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from msgspec.structs import replace

from pressout_session.course import Course, turns_of
from pressout_session.facts import (
    AnyFact,
    ClockCorrected,
    Closed,
    DoseChanged,
    DriftKept,
    Opened,
    PainReported,
    PartialKept,
    Rated,
    Reassigned,
    RepetitionAdded,
    RepetitionKept,
    RepetitionVoided,
    SessionVoided,
    SetClosed,
    SetOpened,
    SetRestarted,
    SideCorrected,
    SignalSeen,
    TimedCounted,
    TimedDone,
    TurnGivenUp,
)
from pressout_session.visit import Visit
from pressout_session.visit_corrections import added, restarted, side_swapped, undone


def visit_of(facts: Iterable[AnyFact]) -> Visit | None:
    """Give the visit after these facts of one session, in their order; None where they do not begin one."""
    visit: Visit | None = None
    for fact in facts:
        if isinstance(fact, Opened):
            turns = fact.turns or turns_of(fact.prescription)
            course, carried = Course(fact.prescription, turns, fact.place), fact.carried
            visit = Visit(course, changed_s=fact.t_s, earlier=carried, left=not carried, carried=carried)
        elif visit is not None:
            visit = _after(visit, fact)
    return None if visit is None else visit.set_ended(visit.changed_s)[0]


def _after(visit: Visit, fact: AnyFact) -> Visit:
    match fact:
        case SetOpened(t_s=t_s):
            return _opened(visit, fact, t_s)
        case RepetitionKept(t_s=t_s):
            return replace(visit, counted=visit.counted + 1, changed_s=t_s) if visit.set_open else visit.late(t_s)
        case RepetitionVoided(t_s=t_s):
            return undone(visit, t_s)[0]
        case RepetitionAdded(t_s=t_s):
            return added(visit, t_s)[0]
        case SetRestarted(t_s=t_s):
            return restarted(visit, t_s)[0]
        case SideCorrected(t_s=t_s):
            return side_swapped(visit, t_s)[0]
        case TurnGivenUp(t_s=t_s):
            return visit.turn_given_up(t_s)[0]
        case SetClosed(t_s=t_s):
            return visit.set_ended(t_s)[0]
        case TimedDone(t_s=t_s, reps=reps, duration_s=duration_s):
            return visit.timed_done(t_s, reps, duration_s)[0]
        case DoseChanged(t_s=t_s, item=place, dose=dose, therapist_ref=therapist_ref):
            return visit.dosed(t_s, place, dose, therapist_ref)[0]
        case Opened() | PartialKept() | DriftKept() | Rated() | PainReported() | SignalSeen() | Closed():
            return visit
        case TimedCounted():
            return visit  # who comes back does the turn from its beginning; what was done is in the session that ended
        case Reassigned() | ClockCorrected() | SessionVoided():
            return visit
        case never:
            assert_never(never)


def _opened(visit: Visit, fact: SetOpened, t_s: float) -> Visit:
    """Give the visit with a set open: where it was skipped to, and on the side that was said, it says itself."""
    course = visit.course
    before = course.before()
    if fact.goes_on and visit.left and (before.turn.item, before.turn.round) == (fact.item, fact.round):
        course = before  # one more of what was done
    while not course.over and course.turn.item != fact.item:
        course = course.after()
    if course.turn.item != fact.item:  # not in what is left, and yet it was so
        course = visit.course.with_turn(fact.item, fact.side)
    course = course if course.turn.side is fact.side else course.swapped()
    earlier = fact.before or (visit.turn_count if fact.goes_on else 0)
    carried = fact.before or (visit.carried if fact.goes_on else 0)
    opened = replace(visit, course=course, set_open=True, counted=0, earlier=earlier, left=False, changed_s=t_s)
    return replace(opened, carried=carried)
