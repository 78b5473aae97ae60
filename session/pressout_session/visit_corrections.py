"""Corrections of a visit's count and side by a tap: one back, one more, the set again, the other side.

They are for the set that is open, or was the last thing done; what nobody can put right says no fact.
"""

from __future__ import annotations

import math

from msgspec.structs import replace

from pressout_session.facts import RepetitionAdded, RepetitionVoided, SetRestarted, SideCorrected
from pressout_session.visit import Moved, Visit


def undone(visit: Visit, t_s: float) -> Moved:
    """Take back the last repetition of the turn that is being done, or was just left, which may come again."""
    if visit.counted:
        return replace(visit, counted=visit.counted - 1).with_turn_judged(), (RepetitionVoided(t_s=t_s),)
    if not visit.correctable or visit.earlier == visit.carried:  # those of an earlier session stand in its document
        return visit, ()
    return replace(visit, earlier=visit.earlier - 1).with_turn_judged(), (RepetitionVoided(t_s=t_s),)


def added(visit: Visit, t_s: float) -> Moved:
    """Count one more in the open set, or in the one just closed, on someone's word."""
    if not visit.correctable:
        return visit, ()
    return replace(visit, counted=visit.counted + 1).with_turn_judged(), (RepetitionAdded(t_s=t_s),)


def restarted(visit: Visit, t_s: float) -> Moved:
    """Begin the open set, or the one just closed, again: what it held is voided, and its turn comes again."""
    if not visit.counted:
        return visit, ()
    return replace(visit, counted=0).with_turn_judged(), (SetRestarted(t_s=t_s),)


def side_swapped(visit: Visit, t_s: float) -> Moved:
    """Say that the open set, the one just closed, or else the one to come, is on the other side."""
    if visit.left and visit.turn_count and not visit.set_open:
        closed = visit.course.before().swapped()
        course, side = closed.after(), closed.turn.side
    else:
        course = visit.course.swapped()
        side = course.turn.side
    # What was done of this turn in an earlier session was on the side that it said: it stays there.
    earlier = visit.earlier - visit.carried
    done = visit.set_open or visit.counted or earlier
    closed_s = visit.closed_s if done else -math.inf  # of a set that holds nothing is nothing more
    swapped = replace(visit, course=course, earlier=earlier, carried=0, closed_s=closed_s)
    facts = (SideCorrected(t_s=t_s, side=side),) if done else ()
    return swapped.with_turn_judged() if visit.carried and done else swapped, facts
