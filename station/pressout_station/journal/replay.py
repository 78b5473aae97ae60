"""Replay of a journal's rows to a session: what cannot be read is left out, and what was counted is kept.

A damaged card leaves holes among a session's facts. A repetition behind one whose set's opening fell into it is of the
turn that most likely was under way; the document says how many facts are altered or lost.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pressout_session.course import Course, Turn, turns_of
from pressout_session.facts import (
    AnyFact,
    DriftKept,
    PartialKept,
    RepetitionAdded,
    RepetitionKept,
    RepetitionVoided,
    SetClosed,
    SetOpened,
    SetRestarted,
    SideCorrected,
    SignalSeen,
    decode,
)
from pressout_session.prescription import CabledItem, Item
from pressout_session.record import Record, SetRecord

logger = logging.getLogger(__name__)

# Around a set's repetitions are so many facts: it is opened, it is closed, and what the sensor did is kept.
AROUND_A_SET = 3
# What, behind a hole, may be of either of two sets.
OF_WHICH_SET = (PartialKept, DriftKept, RepetitionVoided, RepetitionAdded, SetRestarted, SideCorrected)


def folded_as_far_as_it_goes(session_id: str, rows: Iterable[tuple[int, bytes]]) -> Record:
    """Fold a session's facts, each with its place, from 1."""
    replay = _Replay()
    for place, written in rows:
        try:
            fact = decode(written)
        except ValueError as error:
            logger.error("fact %d of session %s cannot be read: %s", place, session_id, error)
            continue
        if place > replay.place + 1 and place > 1:
            logger.error("facts %d to %d of session %s are lost", replay.place + 1, place - 1, session_id)
        replay.take(place, fact)
    return replay.record


@dataclass(slots=True)
class _Replay:
    """The record so far, and the last place that was read.

    So many facts are `missing` since the last set was sure, and so many of its end are there (`ended`).
    """

    record: Record = field(default_factory=Record)
    place: int = 0
    missing: int = 0
    ended: int = 0

    def take(self, place: int, fact: AnyFact) -> None:
        self.missing += max(0, place - self.place - 1)
        self.place = place
        if self.record.opened is not None and isinstance(fact, RepetitionKept):
            if self._unsure:
                self._open_what_was_lost(fact)
        elif self._unsure and isinstance(fact, OF_WHICH_SET):
            return  # of the set whose opening may be lost, or of the one before it: nobody knows
        if isinstance(fact, SetOpened | RepetitionKept):
            self.missing = self.ended = 0
        self.ended += isinstance(fact, SetClosed | SignalSeen)
        try:
            self.record = self.record.after(fact)
        except ValueError:
            logger.error("a fact of a session whose opening is lost is left out")

    @property
    def _unsure(self) -> bool:
        """Whether what is missing has room for a set's opening, and for the rest of the end of the one before it."""
        if not self.record.sets:
            return True
        return self.missing > AROUND_A_SET - 1 - self.ended

    def _open_what_was_lost(self, fact: RepetitionKept) -> None:
        """Open the set that a repetition is of, if it is not of the last one that is known."""
        record, one = self.record, fact.repetition
        kept = record.sets[-1].repetitions if record.sets else ()
        before = kept[-1].repetition if kept else None
        if before is not None and one.set_number == before.set_number and (one.number or 0) > (before.number or 0):
            return
        turn, goes_on = self._turn_reached(self.missing - max(0, (one.number or 1) - 1))
        if record.open_set is not None:
            self.record = record.after(SetClosed(t_s=record.last_s))
        logger.error("the opening of a set is lost; it is taken for one of item %d, %s", turn.item, turn.side)
        began_s = one.press_out_start_s
        opened = SetOpened(t_s=began_s, item=turn.item, side=turn.side, goes_on=goes_on, round=turn.round)
        self.record = self.record.after(opened)

    def _turn_reached(self, lost: int) -> tuple[Turn, bool]:
        """Give the turn that so many lost facts led to, and whether it is the last set's."""
        record = self.record
        assert record.opened is not None
        place = record.opened.place + self._turns_begun() + len(record.timed)
        if record.sets:
            last = record.sets[-1]
            lost = max(0, lost - (AROUND_A_SET - self.ended))
            asked = self._item(last.item)
            left = (asked.reps if isinstance(asked, CabledItem) else 0) - record.turn_count(len(record.sets) - 1)
            if lost < left:
                return Turn(last.item, last.side, round=last.round), record.turn_count(len(record.sets) - 1) > 0
            lost -= left
        else:
            lost -= 1  # its own opening
        turns = self._turns()
        while place < len(turns) and lost >= self._facts_of(turns[place]):
            lost -= self._facts_of(turns[place])
            place += 1
        return self._on_the_line(turns, place), False

    def _turns_begun(self) -> int:
        """Count the turns of the sets that are known."""
        return sum(1 for _held in self._sets_begun())

    def _sets_begun(self) -> Iterator[SetRecord]:
        """Give the set with which each turn began: one that goes on, or after one that held nothing, begins none."""
        record = self.record
        for place, held in enumerate(record.sets):
            if place == 0 or (not held.goes_on and record.turn_count(place - 1) > 0):
                yield held

    def _turns(self) -> tuple[Turn, ...]:
        """Give all turns, on the sides on which they were done, and what followed from that."""
        opened = self.record.opened
        assert opened is not None
        course = Course(opened.prescription, opened.turns or turns_of(opened.prescription), opened.place)
        for held in self._sets_begun():
            while course.place < len(course.turns) and course.turn.item != held.item:
                course = course.after()
            if course.place >= len(course.turns):
                break
            course = (course if course.turn.side is held.side else course.swapped()).after()
        return course.turns

    def _item(self, place: int) -> Item | None:
        prescription = self.record.prescription
        return None if prescription is None or place >= len(prescription.items) else prescription.items[place]

    def _facts_of(self, turn: Turn) -> int:
        """Count the facts of a turn that was done whole: a repetition each, and what is around a set."""
        item = self._item(turn.item)
        if item is None:
            return AROUND_A_SET
        return item.reps + AROUND_A_SET if isinstance(item, CabledItem) else max(1, item.reps)

    def _on_the_line(self, turns: tuple[Turn, ...], place: int) -> Turn:
        """Give the turn on the line at a place, or the first after it; beyond all, the last one's other side."""
        cabled = [one for one in turns if isinstance(self._item(one.item), CabledItem)]
        for one in turns[place:]:
            if one in cabled:
                return one
        last = self.record.sets[-1] if self.record.sets else cabled[-1]
        return Turn(last.item, last.side.other, round=last.round)
