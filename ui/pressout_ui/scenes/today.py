"""Today's dose in one glance: the exercise seen from above, pull, sides, hold."""

from __future__ import annotations

from msgspec import Struct

from pressout_session.exercises import Side
from pressout_session.prescription import CabledItem
from pressout_session.visit_stage import Stage
from pressout_ui.app_state import AppState
from pressout_ui.exercise_pictures import way
from pressout_ui.font_metrics import estimated_width
from pressout_ui.messages import NotMe, TherapistTapped
from pressout_ui.pictograms import handle, line_to, patient
from pressout_ui.scenes.parts import plain_button, sets_of_reps, signed_in
from pressout_ui.shapes import Plane, Point, Rect, Shape, Stroke, Text, View, fitted, sized

PICTURE = 320.0
FIGURE = 2.05


class Today(Struct, frozen=True):
    """Someone has signed in and not taken the handle yet."""


def view(_scene: Today, known: AppState, plane: Plane) -> View:
    """Draw the picture on the left and the dose on the right."""
    words, item = known.words, known.cabled
    if item is None:
        return (Rect(0.0, 0.0, plane.width, plane.height, "ground"),)
    left, right = PICTURE + 34.0, plane.width - 34.0
    title = words.exercises[item.exercise]
    size = sized(title, (56.0, 50.0, 44.0, 38.0, 34.0), right - left)
    wide = (right - left - 12.0) / 2
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        Rect(0.0, 0.0, PICTURE, plane.height, "out"),
        *signed_in(known, 36.0, 52.0),
        *whose(known),
        *picture(known.side, 160.0, 300.0),
        Text(words.seen_from_above, 28.0, plane.height - 28.0, 24.0, weight="500"),
        *way(known, (12.0, plane.height - 138.0), PICTURE - 20.0),
        *my_last_time(known, (28.0, plane.height - 64.0), PICTURE - 48.0),
        Text(title, left, 80.0, size),
        *lines(item, known, left, right, 152.0),
        *how_to_begin(item, known, left, right, 352.0),
        plain_button(words.not_me, (left, plane.height - 82.0, wide, 70.0), NotMe(), 24.0),
        plain_button(words.therapist, (left + wide + 12.0, plane.height - 82.0, wide, 70.0), TherapistTapped(), 24.0),
    )


def my_last_time(known: AppState, at: Point, room: float) -> tuple[Shape, ...]:
    """Say what was done the last time, on one line."""
    said = known.my_last_time
    return (Text(said, *at, fitted(said, 24.0, room), weight="600"),) if said else ()


def how_to_begin(item: CabledItem, known: AppState, left: float, right: float, top: float) -> tuple[Shape, ...]:
    """Say how to begin; or, to whoever was here before, where they go on."""
    words = known.words
    if known.visit is not None and known.visit.stage is Stage.PAUSE:
        said = known.goes_on(item)
        return (Text(said, left, top, fitted(said, 30.0, right - left), weight="700"),)
    return (
        Text(words.begin[0], left, top, 30.0, weight="700"),
        Text(words.begin[1], left, top + 30.0, 26.0, "ink2", "500"),
    )


def lines(item: CabledItem, known: AppState, left: float, right: float, top: float) -> tuple[Shape, ...]:
    """Give the dose, a line each: pull, sides, hold."""
    words = known.words
    rows = [
        (words.pull_label, known.tension(item.target_n)),
        (_whose_turn(item, known), words.a_side.format(count=sets_of_reps(item))),
    ]
    if item.hold_s:
        rows.append((words.hold_label, f"{item.hold_s:g} {words.seconds}"))
    shapes: list[Shape] = []
    for place, (label, value) in enumerate(rows):
        baseline = top + 66.0 * place
        size = fitted(value, 44.0, 0.55 * (right - left))
        room = right - left - estimated_width(value, size) - 10.0
        shapes.append(Text(label, left, baseline, fitted(label, 26.0, room), "ink2", "500"))
        shapes.append(Text(value, right, baseline, size, anchor="end"))
        shapes.append(Stroke(((left, baseline + 18.0), (right, baseline + 18.0)), "quiet", 2.0, butt=True))
    return tuple(shapes)


def _whose_turn(item: CabledItem, known: AppState) -> str:
    """Say which side is first; or, to whoever goes on in the middle of it, which is next."""
    begun = known.visit is not None and (known.visit.course.place > 0 or known.visit.stage is Stage.PAUSE)
    return known.words.side(known.side) if begun else known.words.first_side[item.first_side]


def whose(known: AppState) -> tuple[Shape, ...]:
    """Say that the clinic has sent it, until someone here has accepted it."""
    if known.visit is None or not known.visit.prescription.unaccepted:
        return ()
    return (Text(known.words.from_clinic, 36.0, 88.0, 24.0, weight="600"),)


def picture(side: Side, middle: float, y: float) -> tuple[Shape, ...]:
    """Draw the patient pressing out, the anchor on the side that comes first."""
    sign = -1.0 if side is Side.LEFT else 1.0
    x = middle - sign * 40.0
    hands = handle(x, y, FIGURE, out=True)
    anchor = (middle + sign * 138.0, y - 74.0)
    return (*line_to(hands, anchor, FIGURE), *patient(x, y, FIGURE, ground="out", out=True))
