"""Course through a prescription: sides, sets and timed items, in order.

The course knows no time and hears no tension. It says whose turn it is, and what follows when a turn is over.
"""

from __future__ import annotations

from msgspec import Struct

from pressout_session.exercises import EXERCISES, Side, TimedExercise
from pressout_session.prescription import CabledItem, Item, Prescription


class Turn(Struct, frozen=True):
    """One set on one side, or a timed item on one side: `item` is its place in the prescription, from 0."""

    item: int
    side: Side
    round: int = 1


def turns_of(prescription: Prescription) -> tuple[Turn, ...]:
    """Give every turn of a prescription, in order: the harder side first, then the other."""
    turns: list[Turn] = []
    for index, item in enumerate(prescription.items):
        rounds = item.sets if isinstance(item, CabledItem) else 1
        for number in range(1, rounds + 1):
            turns.extend(Turn(index, side, number) for side in _sides(item))
    return tuple(turns)


def _sides(item: Item) -> tuple[Side, ...]:
    exercise = EXERCISES[item.exercise]
    if isinstance(exercise, TimedExercise) and not exercise.both_sides:
        return (item.first_side,)
    return (item.first_side, item.first_side.other)


class Course(Struct, frozen=True):
    """Where in the prescription a visit is."""

    prescription: Prescription
    turns: tuple[Turn, ...]
    place: int = 0

    @classmethod
    def of(cls, prescription: Prescription) -> Course:
        """Give the course at its beginning."""
        return cls(prescription, turns_of(prescription))

    @property
    def over(self) -> bool:
        """Whether everything asked has had its turn."""
        return self.place >= len(self.turns)

    @property
    def turn(self) -> Turn:
        """Whose turn it is; when all is over, one more of the last exercise on the line, on the other side."""
        if not self.over:
            return self.turns[self.place]
        last = next(turn for turn in reversed(self.turns) if isinstance(self.prescription.items[turn.item], CabledItem))
        extra = self.place - len(self.turns)
        return Turn(last.item, last.side if extra % 2 else last.side.other, last.round + 1 + extra // 2)

    @property
    def item(self) -> Item:
        """What is to be done in this turn."""
        return self.prescription.items[self.turn.item]

    def after(self) -> Course:
        """Give the course when this turn is over."""
        return Course(self.prescription, self.turns, self.place + 1)

    def before(self) -> Course:
        """Give the course with the turn before this one to be done again."""
        return Course(self.prescription, self.turns, max(0, self.place - 1))

    def swapped(self) -> Course:
        """Give the course with this turn on the other side, and the rest of its item turned round with it."""
        at = self.turn
        if self.over:  # an extra turn is told from those before it: write them down, this one on the other side
            extra = (Course(self.prescription, self.turns, n).turn for n in range(len(self.turns), self.place))
            return Course(self.prescription, (*self.turns, *extra, Turn(at.item, at.side.other, at.round)), self.place)
        turns = tuple(
            Turn(turn.item, turn.side.other, turn.round) if place >= self.place and turn.item == at.item else turn
            for place, turn in enumerate(self.turns)
        )
        return Course(self.prescription, turns, self.place)

    def dosed(self, place: int, item: Item) -> Course:
        """Give the course with another dose for the item at `place`: what was done counts, the rest is asked anew."""
        prescription = self.prescription.with_item(place, item)
        done = self.turns[: self.place]
        left: list[Turn] = []
        for number in range(len(prescription.items)):
            if number == place:
                had = [turn.side for turn in done if turn.item == place]
                for turn in turns_of(prescription):
                    if turn.item == place and turn.side in had:
                        had.remove(turn.side)
                    elif turn.item == place:
                        left.append(turn)
            else:
                left.extend(turn for turn in self.turns[self.place :] if turn.item == number)
        return Course(prescription, (*done, *left), min(self.place, len(done)) if left else self.place)
