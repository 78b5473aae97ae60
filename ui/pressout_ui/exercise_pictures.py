"""Pictures of the exercises, each from the side that shows it, 180 wide, on the floor at y = 0; and a row of them.

Flat figures of thick strokes, as everywhere: the body in ink, the hands and the line in the colour of pressing out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from pressout_session.course import Course
from pressout_ui.app_state import AppState
from pressout_ui.font_metrics import estimated_width
from pressout_ui.pictograms import check
from pressout_ui.shapes import LEAST_SIZE, Disc, Point, Rect, Shape, Stroke, Text, View, fitted, moved

WIDTH = 180.0
# Of a way: how wide each picture's box is, and how many there are before the rest is a number.
BOX, MOST = 54.0, 5


def picture(exercise: str, at: Point, scale: float = 1.0) -> View:
    """Give an exercise's picture, its floor's left end at a point."""
    drawn = (*PICTURES[exercise](), Stroke(((0.0, 0.0), (WIDTH, 0.0)), "rule", 3.0))
    return moved(drawn, scale, at)


def way(known: AppState, at: Point, room: float) -> View:
    """Give a visit's exercises in order as small pictures in a row: what is over is checked, what is next framed."""
    if known.visit is None:
        return ()
    (x, top), course = at, known.visit.course
    asked = course.prescription
    items = len(asked.items)
    if items * asked.rounds < 2:
        return ()
    here = -1 if course.over else course.turn.item
    shapes: list[Shape] = []
    for place, item in enumerate(asked.items[:MOST]):
        left = x + place * (BOX + 4.0)
        over = not any(turn.item == place for turn in course.turns[course.place :])
        frame = ("action", 4.0) if place == here else ("rule", 2.0)
        shapes.append(Rect(left, top, BOX, 46.0, "raised", 8.0, *frame))
        shapes += picture(item.exercise, (left + 7.0, top + 41.0), 0.225)
        shapes += (check(left + 34.0, top + 10.0, 16.0),) if over else ()
    drawn = min(items, MOST) * (BOX + 4.0) + 4.0
    if said := _rest(known, course, room - drawn):
        shapes.append(Text(said, x + drawn, top + 32.0, fitted(said, 24.0, room - drawn), weight="600"))
    return tuple(shapes)


def _rest(known: AppState, course: Course, room: float) -> str:
    """Say how many more there are, and the round; shorter where there is little room."""
    asked, more = course.prescription, len(course.prescription.items) - MOST
    said = [f"+{more}"] if more > 0 else []
    if asked.rounds > 1:
        number = min(course.turn.round, asked.rounds)
        whole = known.words.round_of.format(number=number, all=asked.rounds)
        said.append(whole if estimated_width(whole, LEAST_SIZE) <= room else f"{number}/{asked.rounds}")
    return " ".join(said)


def _limb(width: float, *points: Point) -> Stroke:
    return Stroke(points, "ink", width)


def _standing() -> tuple[Shape, ...]:
    return (
        _limb(15.0, (78.0, -56.0), (70.0, -8.0)),
        _limb(15.0, (78.0, -56.0), (92.0, -8.0)),
        _limb(26.0, (79.0, -62.0), (80.0, -98.0)),
        Disc(82.0, -128.0, 16.0, "ink"),
    )


def _half_kneeling() -> tuple[Shape, ...]:
    return (
        _limb(15.0, (74.0, -50.0), (116.0, -52.0), (116.0, -8.0)),
        _limb(15.0, (74.0, -50.0), (66.0, -10.0), (28.0, -8.0)),
        _limb(26.0, (74.0, -56.0), (76.0, -94.0)),
        Disc(79.0, -124.0, 16.0, "ink"),
    )


def _pressing(shoulder: Point) -> tuple[Shape, ...]:
    x, y = shoulder
    return _limb(11.0, shoulder, (x + 58.0, y + 2.0)), Disc(x + 64.0, y + 2.0, 8.5, "out_line")


def _pallof_press() -> tuple[Shape, ...]:
    return (*_standing(), *_pressing((80.0, -96.0)))


def _half_kneeling_press() -> tuple[Shape, ...]:
    return (*_half_kneeling(), *_pressing((76.0, -92.0)))


def _half_kneeling_row() -> tuple[Shape, ...]:
    hand = (98.0, -72.0)
    return (
        *_half_kneeling(),
        Stroke((hand, (176.0, -76.0)), "out_line", 5.0, butt=True),
        _limb(11.0, (76.0, -92.0), (46.0, -76.0), hand),
        Disc(*hand, 8.5, "out_line"),
    )


def _bird_dog() -> tuple[Shape, ...]:
    return (
        _limb(26.0, (58.0, -68.0), (122.0, -74.0)),
        Disc(146.0, -94.0, 17.0, "ink"),
        _limb(14.0, (122.0, -70.0), (118.0, -12.0)),
        _limb(12.0, (126.0, -76.0), (180.0, -94.0)),
        _limb(16.0, (58.0, -64.0), (62.0, -12.0)),
        _limb(14.0, (62.0, -12.0), (26.0, -12.0)),
        _limb(16.0, (54.0, -68.0), (0.0, -82.0)),
    )


def _stir_the_pot() -> tuple[Shape, ...]:
    return (
        Disc(132.0, -34.0, 34.0, "out_line"),
        _limb(16.0, (62.0, -50.0), (8.0, -9.0)),
        _limb(25.0, (64.0, -52.0), (116.0, -92.0)),
        _limb(12.0, (118.0, -90.0), (122.0, -70.0), (152.0, -72.0)),
        Disc(140.0, -112.0, 16.0, "ink"),
    )


def _side_plank() -> tuple[Shape, ...]:
    return (
        _limb(15.0, (66.0, -36.0), (8.0, -9.0)),
        _limb(25.0, (68.0, -38.0), (118.0, -64.0)),
        _limb(12.0, (122.0, -64.0), (126.0, -9.0), (156.0, -8.0)),
        _limb(11.0, (118.0, -66.0), (112.0, -118.0)),
        Disc(146.0, -82.0, 16.0, "ink"),
    )


def _lateral_rotational_lunge() -> tuple[Shape, ...]:
    hand = (142.0, -100.0)
    return (
        _limb(15.0, (84.0, -52.0), (124.0, -46.0), (122.0, -8.0)),
        _limb(15.0, (84.0, -52.0), (48.0, -32.0), (16.0, -8.0)),
        _limb(26.0, (85.0, -58.0), (92.0, -92.0)),
        Disc(98.0, -122.0, 16.0, "ink"),
        _limb(11.0, (92.0, -92.0), hand),
        Disc(*hand, 8.5, "out_line"),
    )


PICTURES: Final[Mapping[str, Callable[[], tuple[Shape, ...]]]] = MappingProxyType(
    {
        "pallof_press": _pallof_press,
        "half_kneeling_pallof_press": _half_kneeling_press,
        "half_kneeling_row": _half_kneeling_row,
        "bird_dog": _bird_dog,
        "stir_the_pot": _stir_the_pot,
        "side_plank": _side_plank,
        "lateral_rotational_lunge": _lateral_rotational_lunge,
    }
)
