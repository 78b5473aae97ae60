"""Completion of a session: what was done of what was asked for, turn by turn, as far as it is this session's."""

from __future__ import annotations

import math
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from pressout_session.course import Course, Turn
from pressout_session.exercises import Side
from pressout_session.prescription import CabledItem
from pressout_session.record import Record


class Completion(Struct, frozen=True):
    """Repetitions on the line, `done` of those `asked` for, and the same of each timed item, by its place.

    More in one turn does not make up for another. What an earlier session did is in neither.
    """

    done: int
    asked: int
    timed: dict[int, tuple[int, int]]

    @property
    def whole(self) -> bool:
        """Whether all that was asked for was done."""
        return self.done >= self.asked and all(done >= asked for done, asked in self.timed.values())


class _TurnDone(Struct, frozen=True):
    """A turn that was begun: from its first repetition until the next turn's."""

    item: int
    side: Side
    start_s: float
    end_s: float
    count: int


def completion(record: Record, course: Course) -> Completion:
    """Give what a session has done of what its course asked for, each turn by the dose that held when it was done."""
    opened = record.opened
    if opened is None:
        return Completion(0, 0, {})
    turns = list(_turns_done(record))
    done = asked = 0
    timed: dict[int, tuple[int, int]] = {}
    carried = opened.carried
    for turn in course.asked_from(opened.place):
        item = course.prescription.items[turn.item]
        if not isinstance(item, CabledItem):
            timed[turn.item] = (0, timed.get(turn.item, (0, 0))[1] + item.reps)
            continue
        found = next((one for one in turns if (one.item, one.side) == (turn.item, turn.side)), None)
        if found is not None:
            turns.remove(found)
        reps = max(0, _reps(record, turn, found, item) - carried)
        carried = 0
        asked += reps
        done += min(reps, found.count if found is not None else 0)
    for one in record.timed:
        before, most = timed.get(one.item, (0, 0))
        timed[one.item] = before + one.reps, most
    return Completion(done, asked, timed)


def _turns_done(record: Record) -> Iterator[_TurnDone]:
    """Give the turns on the line that were begun: a set that goes on is of the turn before it."""
    begun: _TurnDone | None = None
    for held in record.sets:
        if begun is not None and held.goes_on:
            begun = _TurnDone(begun.item, held.side, begun.start_s, math.inf, begun.count + held.count)
            continue
        if begun is not None and begun.count:  # one that held nothing is no turn: it comes again
            yield replace(begun, end_s=held.start_s)
        begun = _TurnDone(held.item, held.side, held.start_s, math.inf, held.count)
    if begun is not None and begun.count:
        yield begun


def _reps(record: Record, turn: Turn, found: _TurnDone | None, item: CabledItem) -> int:
    """Give how many were asked for in a turn: by the dose that held when it began, or a smaller one that ended it."""
    if found is None or record.opened is None:
        return item.reps
    reps = record.opened.prescription.items[turn.item].reps
    for change in (change for change in record.dose_changes if change.item == turn.item):
        if change.t_s < found.start_s:
            reps = change.dose.reps
        elif change.t_s < found.end_s:
            reps = min(reps, change.dose.reps)
    return reps
