"""Course through a prescription: sides, sets and timed items, in order.

The course knows no time and hears no tension. It says whose turn it is, and what follows when a turn is over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct, field
from msgspec.structs import replace

from pressout_session.exercises import EXERCISES, Side, TimedExercise
from pressout_session.prescription import CabledItem, Item, Prescription


class Turn(Struct, frozen=True):
    """One set on one side, or a timed item on one side: `item` is its place in the prescription, from 0.

    Of an item's sets it is that with `set_number`, of the prescription's rounds that with `round`; both count from 1.
    """

    item: int
    side: Side
    set_number: int = field(default=1, name="round")  # as the journals of before have it
    round: int = field(default=1, name="of_round")


def turns_of(prescription: Prescription) -> tuple[Turn, ...]:
    """Give every turn of a prescription, in order: the harder side first, then the other."""
    turns: list[Turn] = []
    for in_round in range(1, prescription.rounds + 1):
        for index, item in enumerate(prescription.items):
            sets = item.sets if isinstance(item, CabledItem) else 1
            for number in range(1, sets + 1):
                turns.extend(Turn(index, side, number, in_round) for side in _sides(item))
    return tuple(turns)


def _sides(item: Item) -> tuple[Side, ...]:
    exercise = EXERCISES[item.exercise]
    if isinstance(exercise, TimedExercise) and not exercise.both_sides:
        return (item.first_side,)
    return (item.first_side, item.first_side.other)


class Course(Struct, frozen=True):
    """Where in the prescription a visit is; the last `extra` of its turns were written down beyond what is asked."""

    prescription: Prescription
    turns: tuple[Turn, ...]
    place: int = 0
    extra: int = 0

    @classmethod
    def of(cls, prescription: Prescription) -> Course:
        """Give the course at its beginning."""
        return cls(prescription, turns_of(prescription))

    @property
    def over(self) -> bool:
        """Whether everything asked has had its turn."""
        return self.place >= len(self.turns) - self.extra

    @property
    def turn(self) -> Turn:
        """Whose turn it is; when all is over, one more of the last exercise on the line, on the other side."""
        return self.turns[self.place] if self.place < len(self.turns) else self._extra_turn(self.place)

    def _extra_turn(self, place: int) -> Turn:
        cabled = [turn for turn in self.turns if isinstance(self.prescription.items[turn.item], CabledItem)]
        last, asked = cabled[-1], cabled[-1 - self.extra]
        more = place - len(self.turns)
        side = last.side if more % 2 else last.side.other
        return Turn(last.item, side, asked.set_number + 1 + (more + self.extra) // 2, asked.round)

    def _written_down(self, until: int) -> Course:
        """Give the course with the extra turns before `until` among its turns: they are told from those before them."""
        more = tuple(self._extra_turn(place) for place in range(len(self.turns), until))
        return replace(self, turns=(*self.turns, *more), extra=self.extra + len(more))

    @property
    def item(self) -> Item:
        """What is to be done in this turn."""
        return self.prescription.items[self.turn.item]

    @property
    def on_the_line_in_this_round(self) -> bool:
        """Whether this turn, or one after it in its round, is done on the line; beyond what is asked every one is."""
        at = self.turn
        ahead = [turn for turn in self.turns[self.place :] if turn.round == at.round] or [at]
        return any(isinstance(self.prescription.items[turn.item], CabledItem) for turn in ahead)

    def after(self) -> Course:
        """Give the course when this turn is over."""
        return replace(self, place=self.place + 1)

    def before(self) -> Course:
        """Give the course with the turn before this one to be done again."""
        return replace(self, place=max(0, self.place - 1))

    def swapped(self) -> Course:
        """Give the course with this turn on the other side, and of its item what is then left to do on each.

        Whoever begins with the other side goes on in turns from there, in every round; whoever did a side twice is
        asked for the one that is missing.
        """
        course, at = self._written_down(self.place + 1), self.turn
        turns, last = list(course.turns), at.side.other
        turns[self.place] = replace(at, side=last)
        of_item = [place for place, turn in enumerate(course.turns) if turn.item == at.item]
        in_round = [place for place in of_item if course.turns[place].round == at.round]
        ahead = [place for place in in_round if place > self.place]
        left = Counter(course.turns[place].side for place in in_round)
        left.subtract(turns[place].side for place in in_round if place <= self.place)
        for place in ahead:
            last = last.other if left[last.other] > 0 else last
            left[last] -= 1
            turns[place] = replace(turns[place], side=last)
        begins = not any(place < self.place for place in in_round)
        for place in of_item:
            if place > self.place and begins and course.turns[place].round != at.round:
                turns[place] = replace(turns[place], side=turns[place].side.other)
        return replace(course, turns=tuple(turns))

    def asked_from(self, place: int) -> tuple[Turn, ...]:
        """Give the turns from a place on that are asked for."""
        return self.turns[place : len(self.turns) - self.extra]

    def with_turn(self, item: int, side: Side) -> Course:
        """Give the course with a turn of this item, on this side, before the one that would be next."""
        written = self._written_down(self.place)
        turns = (*written.turns[: self.place], Turn(item, side, round=self.turn.round), *written.turns[self.place :])
        return replace(written, turns=turns, extra=written.extra + self.over)

    def dosed(self, place: int, item: Item, *, under_way: bool = False) -> Course:
        """Give the course with another dose for the item at `place`: what was done counts, the rest is asked anew.

        A turn that is `under_way` stays where it is, before all that is left; asked for no more, it is over.
        """
        prescription = self.prescription.with_item(place, item)
        at = self.turn
        written = self._written_down(self.place + under_way)
        done = written.turns[: self.place + under_way]
        had = Counter(_kind(turn) for turn in done if turn.item == place)
        # A round that is over is not taken up again.
        asked = [turn for turn in turns_of(prescription) if turn.item == place and turn.round >= at.round]
        others = [turn for turn in written.asked_from(len(done)) if turn.item != place]
        left = sorted((*others, *_without(asked, had)), key=lambda turn: (turn.round, turn.item))
        over = under_way and had[_kind(at)] > 0
        # What was done beyond what was asked is beyond it still, unless more is asked now.
        extra = 0 if left else max(0, self.place - (len(written.turns) - written.extra))
        return Course(prescription, (*done, *left), self.place + over, extra)

    def through(self, prescription: Prescription, *, under_way: bool) -> tuple[Course, bool]:
        """Give the course through another prescription, and whether the turn `under_way` goes on in it.

        What was done of an exercise that is in both, with the same dose, is done.
        """
        free = dict(enumerate(prescription.items))
        found: dict[int, int] = {}
        for old, item in enumerate(self.prescription.items):
            new = next((new for new, other in free.items() if other == item), None)
            if new is not None:
                found[old] = new
                del free[new]
        done = [replace(turn, item=found[turn.item]) for turn in self.turns[: self.place] if turn.item in found]
        left = _without(turns_of(prescription), Counter(map(_kind, done)))
        at = self.turn
        same = [turn for turn in left if _kind(turn) == (found.get(at.item), at.round, at.side)]
        goes_on = under_way and bool(same)
        if goes_on:
            left.remove(same[0])
            left.insert(0, same[0])
        return Course(prescription, (*done, *left), len(done)), goes_on


def _kind(turn: Turn) -> tuple[int, int, Side]:
    return turn.item, turn.round, turn.side


def _without(asked: Iterable[Turn], had: Counter[tuple[int, int, Side]]) -> list[Turn]:
    """Give what is left of turns when so many of each kind were had; what was had beyond them stays in `had`."""
    left: list[Turn] = []
    for turn in asked:
        if had[_kind(turn)] > 0:
            had[_kind(turn)] -= 1
        else:
            left.append(turn)
    return left
