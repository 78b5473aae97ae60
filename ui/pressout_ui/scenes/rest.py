"""Between sets: which side is next, for how long it has been rest, and what can be corrected."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from pressout_session.exercises import Side
from pressout_session.prescription import CabledItem
from pressout_session.visit_stage import Stage
from pressout_ui.app_state import AppState
from pressout_ui.font_metrics import estimated_width
from pressout_ui.messages import (
    AddTapped,
    FinishTapped,
    Message,
    NextPersonTapped,
    NextTurnTapped,
    SideTapped,
    TherapistTapped,
    UndoTapped,
)
from pressout_ui.pictograms import check, handle, line_to, patient
from pressout_ui.scenes.parts import headline, pain, plain_button, sentence, signed_in, stop_button
from pressout_ui.shapes import Plane, Rect, Shape, Stroke, Text, View, fitted

FIGURE = 1.84
# What is said and the ways out have the upper part.
HEAD = 212.0


class Rest(Struct, frozen=True):
    """Since when it is rest, and which side was done."""

    since_s: float
    done: Side


class Told(NamedTuple):
    """What a rest tells: the number that matters and its unit, what comes next, a side with another number, the keys.

    In a rest the number is how long it has been, beside it how many were done; in a pause it is the other way round.
    """

    hero: str
    unit: str
    how: str
    side: str
    beside: str
    perhaps: str
    all_done: bool
    acts: tuple[tuple[str, Message], ...]


def told_of(scene: Rest, known: AppState) -> Told:
    """Give what a rest tells."""
    words = known.words
    last = known.record.sets[-1] if known.record.sets else None
    done_side = scene.done if last is None else last.side
    pausing = _pausing(known)
    since_s = scene.since_s if last is None or last.end_s is None else last.end_s
    seconds = _clock_s(since_s, known)
    done = 0 if last is None else known.record.turn_count(len(known.record.sets) - 1)
    asked = 0 if last is None else _asked(known, last.item)
    clock = str(seconds) if seconds < 100 else f"{seconds // 60}:{seconds % 60:02d}"
    unit = words.seconds if seconds < 100 else ""
    acts: tuple[tuple[str, Message], ...] = (
        *((_way_on(known),) if pausing else ()),
        (words.undo_last, UndoTapped()),
        (words.add_one, AddTapped()),
        (words.wrong_side, SideTapped()),
        *(() if pausing else ((words.next_person, NextPersonTapped()),)),
        (words.therapist, TherapistTapped()),
    )
    return Told(
        hero=str(done) if pausing else clock,
        unit=f"{words.of} {asked}" if pausing else unit,
        how=_next(known, last.item if last else 0, turning=known.side is not done_side),
        side=words.side(done_side),
        beside=f"{clock} {unit}".strip() if pausing else str(done),
        perhaps="" if last is None else known.perhaps(last),
        all_done=0 < asked <= done,
        acts=acts,
    )


def view(scene: Rest, known: AppState, plane: Plane) -> View:
    """Draw the clock, the side that is done, and the patient with the anchor on the side that is next."""
    words, told = known.words, told_of(scene, known)
    size = 196.0 if len(told.hero) < 3 else 130.0
    wide = (plane.width - 72.0 - 14.0 * (len(told.acts) - 1)) / len(told.acts)
    buttons = tuple(
        plain_button(text, (36.0 + place * (wide + 14.0), 374.0, wide, 68.0), act, 24.0)
        for place, (text, act) in enumerate(told.acts)
    )
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        Rect(0.0, HEAD, plane.width, plane.height - HEAD, "surface"),
        Stroke(((0.0, HEAD), (plane.width, HEAD)), "rule", 4.0, butt=True),
        headline(title(scene, known), width=536.0),
        sentence(told.how, 160.0, 32.0, room=plane.width - 260.0),
        *signed_in(known, plane.width - 150.0, plane.height - 8.0),
        Text(told.hero, 34.0, 356.0, size),
        Text(told.unit, 54.0 + estimated_width(told.hero, size), 356.0, 60.0 if len(told.unit) < 3 else 44.0),
        Text(told.side, 352.0, 282.0, 30.0, "ink2", "500"),
        Text(told.beside, 352.0, 340.0, fitted(told.beside, 60.0, 110.0)),
        Text(told.perhaps, 352.0, 362.0, 22.0, "ink2", "600"),
        *((check(430.0, 320.0, 32.0),) if told.all_done else ()),
        *standing(known.side, plane.width - (160.0 if known.side is Side.LEFT else 190.0), 332.0, FIGURE),
        *buttons,
        plain_button(words.finish_here, (plane.width - 206.0, 16.0, 184.0, 70.0), FinishTapped(), 24.0),
        stop_button(known, (plane.width - 206.0, 104.0, 184.0, 76.0)),
        *pain(known, (36.0, plane.height - 8.0), 24.0, plane.width - 200.0),
    )


def title(scene: Rest, known: AppState) -> str:
    """Say what it is: a pause of the same side's turn, the other side's turn, or a rest."""
    words, done = known.words, known.record.sets[-1].side if known.record.sets else scene.done
    return words.pause if _pausing(known) else words.turn_around if known.side is not done else words.same_side


def _pausing(known: AppState) -> bool:
    return known.visit is not None and known.visit.stage is Stage.PAUSE


def _clock_s(since_s: float, known: AppState) -> int:
    """Give the rest so far; or what is left of a rest that was prescribed."""
    passed_s = max(0.0, known.now_s - since_s)
    item = known.cabled
    if item is None or item.rest_s == 0:
        return int(passed_s)
    return int(max(0.0, item.rest_s - passed_s) + 0.999)


def _way_on(known: AppState) -> tuple[str, Message]:
    """Give the key by which a pause is ended for the next turn instead of this one's rest."""
    course = None if known.visit is None else known.visit.course
    same = course is not None and not course.after().over and course.after().turn.item == course.turn.item
    return known.words.other_side_now if same else known.words.next_exercise, NextTurnTapped()


def _next(known: AppState, done_item: int, *, turning: bool) -> str:
    """Say what comes next; another exercise by its name."""
    words, item = known.words, known.item
    if _pausing(known) and isinstance(item, CabledItem):
        return known.goes_on(item)
    other = known.visit is not None and known.visit.course.turn.item != done_item
    if other and item is not None:
        return f"{words.exercises[item.exercise]}. {words.next_side[known.side]}"
    return words.next_side[known.side] if turning else words.one_more


def _asked(known: AppState, place: int) -> int:
    """Give how many repetitions were asked for in a set of the item at `place`."""
    item = None if known.visit is None else known.visit.course.prescription.items[place]
    return item.reps if isinstance(item, CabledItem) else 0


def standing(side: Side, x: float, y: float, figure: float) -> tuple[Shape, ...]:
    """Draw the patient seen from above, shoulders at (x, y), the anchor on `side`."""
    hands = handle(x, y, figure, out=False)
    away = 148.0 * figure / FIGURE
    anchor = (x + (-away if side is Side.LEFT else away), hands[1])
    return (*line_to(hands, anchor, figure), *patient(x, y, figure, ground="surface"))
