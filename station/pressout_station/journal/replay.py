"""Replay of a journal's rows to a session: what cannot be read is left out, and what was counted is kept.

A damaged card leaves holes among a session's facts. A repetition behind one whose set's opening fell into it is of the
turn that most likely was under way; the document says how many facts are altered or lost.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from pressout_session.course import Turn, turns_of
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
from pressout_session.prescription import CabledItem
from pressout_session.record import Record

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
            if self.missing or not self.record.sets:
                self._open_what_was_lost(fact)
        elif self.missing and isinstance(fact, OF_WHICH_SET):
            return  # of the set whose opening may be lost, or of the one before it: nobody knows
        if isinstance(fact, SetOpened | RepetitionKept):
            self.missing = self.ended = 0
        self.ended += isinstance(fact, SetClosed | SignalSeen)
        try:
            self.record = self.record.after(fact)
        except ValueError:
            logger.error("a fact of a session whose opening is lost is left out")

    def _open_what_was_lost(self, fact: RepetitionKept) -> None:
        """Open the set that a repetition is of, if it is not of the last one that is known."""
        record, one = self.record, fact.repetition
        kept = record.sets[-1].repetitions if record.sets else ()
        before = kept[-1].repetition if kept else None
        if before is not None and one.set_number == before.set_number and (one.number or 0) > (before.number or 0):
            return
        place, goes_on = self._turn_reached(self.missing - max(0, (one.number or 1) - 1))
        turn = self._turn(place)
        if record.open_set is not None:
            self.record = record.after(SetClosed(t_s=record.last_s))
        logger.error("the opening of a set is lost; it is taken for one of item %d, %s", turn.item, turn.side)
        opened = SetOpened(t_s=one.press_out_start_s, item=turn.item, side=turn.side, goes_on=goes_on)
        self.record = self.record.after(opened)

    def _turn_reached(self, lost: int) -> tuple[int, bool]:
        """Give the place of the turn that so many lost facts led to, and whether it is the last set's."""
        record = self.record
        assert record.opened is not None
        place = record.opened.place + sum(not held.goes_on for held in record.sets) + len(record.timed)
        if not record.sets:
            lost -= 1  # its own opening
        else:
            lost = max(0, lost - (AROUND_A_SET - self.ended))
            left = self._reps(place - 1) - record.turn_count(len(record.sets) - 1)
            if lost < left:
                return place - 1, True
            lost -= left
        while lost >= self._reps(place) + AROUND_A_SET:
            lost -= self._reps(place) + AROUND_A_SET
            place += 1
        return place, False

    def _reps(self, place: int) -> int:
        prescription = self.record.prescription
        item = None if prescription is None else prescription.items[self._turn(place).item]
        return item.reps if isinstance(item, CabledItem) else 0

    def _turn(self, place: int) -> Turn:
        """Give the turn on the line at a place, or the first after it."""
        opened = self.record.opened
        assert opened is not None
        turns = opened.turns or turns_of(opened.prescription)
        on_the_line = [one for one in turns[place:] if isinstance(opened.prescription.items[one.item], CabledItem)]
        if on_the_line:
            return on_the_line[0]
        last = self.record.sets[-1] if self.record.sets else turns[-1]
        return Turn(last.item, last.side.other)
