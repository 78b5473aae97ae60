"""Summary of a visit: done against asked, in words first; and whether the clinic has it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from pressout_session.completion import Completion, completion
from pressout_session.course import Course
from pressout_session.exercises import Side
from pressout_session.prescription import CabledItem, Item
from pressout_session.record import SetRecord
from pressout_session.wire import AckResult
from pressout_signal.events import RepetitionCompleted
from pressout_signal.summaries import Estimate, one_against_other, summarised
from pressout_ui.app_state import AppState
from pressout_ui.messages import FinishTapped, NextTapped
from pressout_ui.scenes.live_set import reminders, usual_hold_s
from pressout_ui.scenes.parts import headline, primary_button, sentence
from pressout_ui.shapes import Disc, Plane, Polygon, Rect, Shape, Text, View, fitted, sized

# It goes on by itself: nobody has to come back to the screen.
SHOWN_S = 45.0
FAREWELL_S = 30.0
# Repetitions whose length differs by less than this share of it are an even tempo.
STEADY = 0.15
ROW_WIDTH = 390.0


class Summary(Struct, frozen=True):
    """Since when it is shown; and whether all has been asked, so that it only says what was done."""

    since_s: float
    farewell: bool = False


def view(scene: Summary, known: AppState, plane: Plane) -> View:
    """Draw a sentence, and a row of repetitions a side; those with a reminder carry a mark."""
    words = known.words
    said = title(known)
    last = (words.finish, FinishTapped()) if scene.farewell else (words.next, NextTapped())
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        Text(known.code, 36.0, 62.0, 26.0, weight="600"),
        *kept(known, plane),
        headline(said, baseline=170.0),
        sentence(in_words(known), 218.0, 32.0),
        *row(known, Side.LEFT, (38.0, 252.0, ROW_WIDTH), beside=True),
        *row(known, Side.RIGHT, (38.0, 312.0, ROW_WIDTH), beside=True),
        *(Text(line, 38.0, 418.0 + 32.0 * n, 24.0, "ink2", "500") for n, line in enumerate(timed_lines(known)[:2])),
        *_compared(known),
        primary_button(last[0], (plane.width - 216.0, 388.0, 180.0, 72.0), last[1]),
    )


def in_words(known: AppState) -> str:
    """Say how even the tempo was, uneven only where one was asked for, and how often posture was reminded of."""
    words = known.words
    told = sum(reminders(known, side) for side in Side)
    said = [words.summary_reminders[min(told, 2)].format(count=told)]
    spreads = [_spread(_repetitions(known, side)) for side in Side]
    known_spreads = [spread for spread in spreads if spread is not None]
    even = bool(known_spreads) and max(known_spreads) <= STEADY
    items = () if known.visit is None else known.visit.prescription.items
    if even or (known_spreads and any(isinstance(item, CabledItem) and item.stroke_s for item in items)):
        said.insert(0, words.tempo["steady" if even else "uneven"])
    return " ".join([*said, known.my_last_time]).strip()


@lru_cache(maxsize=4)
def _spread(repetitions: tuple[RepetitionCompleted, ...]) -> float | None:
    return summarised(repetitions).tempo_spread


@lru_cache(maxsize=4)
def _hold_against(left: tuple[RepetitionCompleted, ...], right: tuple[RepetitionCompleted, ...]) -> Estimate | None:
    return one_against_other(left, right).get("hold_s") if left and right else None


def _repetitions(known: AppState, side: Side) -> tuple[RepetitionCompleted, ...]:
    """Give what counts on a side, of the exercise that was done last."""
    item = known.record.sets[-1].item if known.record.sets else 0
    sets = [held for held in known.record.sets if held.side is side and held.item == item]
    return tuple(one.repetition for held in sets for one in held.repetitions if not one.voided)


def compared(known: AppState) -> str | None:
    """Say which side was held for less long, where that is more than chance; with its uncertainty."""
    left, right = (_repetitions(known, side) for side in Side)
    found = _hold_against(left, right)
    if found is None or found.low <= 0.0 <= found.high:
        return None
    shorter = Side.LEFT if found.value < 0 else Side.RIGHT
    longer_s = usual_hold_s(known, shorter.other)
    if not longer_s:
        return None
    share, spread = 100.0 * abs(found.value) / longer_s, 50.0 * (found.high - found.low) / longer_s
    return known.words.held_shorter[shorter].format(share=round(share), spread=max(1, round(spread)))


def _compared(known: AppState) -> tuple[Shape, ...]:
    said = compared(known)
    if said is None:
        return ()
    y = 432.0 if all(isinstance(item, CabledItem) for item in _items(known)) else 384.0
    return (Text(said, 38.0, y, sized(said, (26.0, 24.0, 22.0, 20.0), 530.0), weight="600"),)


def title(known: AppState) -> str:
    """Say that all is done only if it is: every item, on every side; what was done beyond it does not make up."""
    words, record = known.words, known.record
    counted = record.count(Side.LEFT) + record.count(Side.RIGHT)
    if counted == 0:
        return words.summary_none
    seen = _completion(known)
    if seen.whole:
        return words.summary_all.format(count=counted)
    return words.summary_some.format(count=seen.done, asked=seen.asked)


def _completion(known: AppState) -> Completion:
    prescription = known.record.prescription
    if known.visit is not None:
        return completion(known.record, known.visit.course)
    return Completion(0, 0, {}) if prescription is None else completion(known.record, Course.of(prescription))


def _items(known: AppState) -> tuple[Item, ...]:
    prescription = known.record.prescription
    return () if prescription is None else prescription.items


def timed_lines(known: AppState) -> list[str]:
    """Say what was done beside the line, an item a line."""
    words = known.words
    return [
        words.summary_timed.format(exercise=words.exercises[_items(known)[place].exercise], count=done, asked=asked)
        for place, (done, asked) in sorted(_completion(known).timed.items())
    ]


def kept(known: AppState, plane: Plane, room: float = 500.0) -> tuple[Shape, ...]:
    """Say where it is kept by now; a full dot where the clinic has it."""
    words = known.words
    delivered = known.answer in (AckResult.STORED, AckResult.DUPLICATE)
    closed = known.record.closed is not None
    text = words.kept_both if delivered else words.kept_waiting if closed else words.kept_here
    x = plane.width - 52.0
    dot = Disc(x, 53.0, 7.0, "good") if delivered else Disc(x, 53.0, 7.0, "ground", "good", 3.0)
    return (dot, Text(text, x - 16.0, 62.0, fitted(text, 24.0, room), "ink2", "500", "end"))


def _asked(known: AppState) -> int:
    """Count the repetitions asked for, a side."""
    prescription = known.record.prescription
    if prescription is None:
        return 0
    once = sum(item.sets * item.reps for item in prescription.items if isinstance(item, CabledItem))
    return once * prescription.rounds


def row(known: AppState, side: Side, box: tuple[float, float, float], *, beside: bool = False) -> tuple[Shape, ...]:
    """Draw a side's repetitions as a row of marks, those with a reminder marked; `box` is x, y and the row's width.

    What the row says stands `beside` it on a panel that lies, and above it on one that stands upright.
    """
    x, y, width = box
    words, asked = known.words, _asked(known)
    sets = [held for held in known.record.sets if held.side is side]
    marks = [reminded for held in sets for reminded in _reminded(held)]
    left, top = (150.0, y) if beside else (x, y + 16.0)
    label, foot = words.side(side), y + 34.0 if beside else y
    shapes: list[Shape] = [Text(label, x, foot, 32.0, weight="600"), *_marks(marks, asked, (left, top, width))]
    count_x = 566.0 if beside else x + 150.0
    shapes.append(Text(str(len(marks)), count_x, y + 37.0 if beside else y, 44.0))
    perhaps = next((said for said in (known.perhaps(held) for held in reversed(sets)) if said), "")
    if perhaps:
        at = (count_x + 78.0, y + 60.0 if beside else y)
        shapes.append(Text(perhaps, *at, 20.0, "ink2", "600"))
    hold_s = usual_hold_s(known, side)
    if hold_s is not None and hold_s >= 0.5:
        held = words.summary_hold.format(hold=known.decimal(hold_s))
        at = (644.0, y + 34.0) if beside else (x + width, y)
        shapes.append(Text(held, *at, 24.0, "ink2", "500", "start" if beside else "end"))
    return tuple(shapes)


def _marks(marks: list[bool], asked: int, box: tuple[float, float, float]) -> Iterator[Shape]:
    left, top, row_width = box
    places = max(asked, len(marks), 1)
    step = row_width / max(places, 15)
    for place in range(places):
        x, width = left + step * place, step * 0.77
        if place >= len(marks):
            yield Rect(x, top, width, 44.0, "quiet", 4.0)
            continue
        yield Rect(x, top, width, 44.0, "cue" if marks[place] else "out_line", 4.0)
        if marks[place]:
            points = ((x + width * 0.15, top + 32.0), (x + width / 2, top + 14.0), (x + width * 0.85, top + 32.0))
            yield Polygon(points, "cue_ink")


def _reminded(held: SetRecord) -> list[bool]:
    """Say of each repetition that counts whether a reminder was given in it; none was in those that were added."""
    numbers = {drift.number for drift in held.drift}
    measured = [place in numbers for place, counted in enumerate(held.repetitions, start=1) if not counted.voided]
    return measured + [False] * held.added
