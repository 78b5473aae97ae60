"""Shapes of a view in a plane of 800 × 480 (or more), with roles in the place of colours.

A view is a tuple of shapes, drawn in order. Nothing here knows pygame. A button carries the message it sends, so that
no coordinate is compared anywhere but in `tapped`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from pressout_ui.font_metrics import estimated_width, wrapped
from pressout_ui.messages import Message

Point: TypeAlias = tuple[float, float]
Anchor: TypeAlias = Literal["start", "middle", "end"]
Weight: TypeAlias = Literal["500", "600", "700"]


class Plane(Struct, frozen=True):
    """The plane that views draw in: at least 800 × 480, or 480 × 800 in portrait.

    One unit is one pixel of the seven-inch panel.
    """

    width: float = 800.0
    height: float = 480.0

    @property
    def portrait(self) -> bool:
        """Whether it is higher than wide."""
        return self.height > self.width


class Rect(Struct, frozen=True):
    """A rectangle, perhaps with round corners and an outline."""

    x: float
    y: float
    width: float
    height: float
    fill: str | None
    radius: float = 0.0
    outline: str | None = None
    outline_width: float = 0.0


class Polygon(Struct, frozen=True):
    """A filled polygon."""

    points: tuple[Point, ...]
    fill: str


class Stroke(Struct, frozen=True):
    """A line through points, with round joins and, unless it is butt, round ends."""

    points: tuple[Point, ...]
    role: str
    width: float
    butt: bool = False


class Flood(Struct, frozen=True):
    """The area from a line that rises and falls down to `bottom`, and the line itself, `width` wide, on top.

    Where it is `dashed` the line is doubtful; without a `fill` there is the line alone.
    """

    edge: tuple[Point, ...]
    bottom: float
    fill: str | None
    role: str
    width: float
    dashed: bool = False


# A doubtful line is drawn for so long, and left out for so long.
DASH_ON, DASH_OFF = 14.0, 10.0


def dashes(line: Sequence[Point]) -> tuple[tuple[Point, Point], ...]:
    """Give the dashes of a line that runs from left to right.

    >>> dashes(((0.0, 0.0), (30.0, 0.0)))
    (((0.0, 0.0), (14.0, 0.0)), ((24.0, 0.0), (30.0, 0.0)))
    """
    found = []
    for (x0, y0), (x1, y1) in pairwise(line):
        length = math.hypot(x1 - x0, y1 - y0)
        at = 0.0
        while at < length:
            ends = (at / length, min(at + DASH_ON, length) / length)
            start, end = ((x0 + share * (x1 - x0), y0 + share * (y1 - y0)) for share in ends)
            found.append((start, end))
            at += DASH_ON + DASH_OFF
    return tuple(found)


class Disc(Struct, frozen=True):
    """A filled circle, perhaps with a rim."""

    x: float
    y: float
    radius: float
    fill: str
    rim: str | None = None
    rim_width: float = 0.0


class Text(Struct, frozen=True):
    """One line of text on a baseline."""

    text: str
    x: float
    baseline: float
    size: float
    role: str = "ink"
    weight: Weight = "700"
    anchor: Anchor = "start"


class Button(Struct, frozen=True):
    """Something to tap: at least 12 mm each way on the seven-inch panel, which is 64 × 68 units.

    `below` is a second, smaller line. `repeats`: held, it says its message again and again. `hold_s`: it must be held
    for so long, since what it does cannot be taken back.
    """

    label: str
    box: Rect
    on_tap: Message
    size: float = 26.0
    role: str = "ink"
    weight: Weight = "600"
    below: str = ""
    repeats: bool = False
    hold_s: float = 0.0


Shape: TypeAlias = Rect | Polygon | Stroke | Flood | Disc | Text | Button
View: TypeAlias = tuple[Shape, ...]


def mirrored(shapes: Iterable[Shape], width: float) -> View:
    """Give shapes as in a mirror across a plane of that width; texts keep their letters, buttons their places."""
    return tuple(_mirror(shape, width) for shape in shapes)


def _mirror(shape: Shape, width: float) -> Shape:
    match shape:
        case Rect():
            return replace(shape, x=width - shape.x - shape.width)
        case Polygon() | Stroke():
            return replace(shape, points=tuple((width - x, y) for x, y in shape.points))
        case Flood():
            return replace(shape, edge=tuple((width - x, y) for x, y in reversed(shape.edge)))
        case Disc():
            return replace(shape, x=width - shape.x)
        case Text():
            swapped: dict[Anchor, Anchor] = {"start": "end", "middle": "middle", "end": "start"}
            return replace(shape, x=width - shape.x, anchor=swapped[shape.anchor])
        case Button():
            return shape


def moved(shapes: Iterable[Shape], scale: float, by: Point) -> View:
    """Give shapes drawn to another scale, and moved: texts keep their size where they would be too small to read."""
    return tuple(_moved(shape, scale, by) for shape in shapes)


def _moved(shape: Shape, scale: float, by: Point) -> Shape:
    def at(point: Point) -> Point:
        return by[0] + scale * point[0], by[1] + scale * point[1]

    match shape:
        case Rect():
            x, y = at((shape.x, shape.y))
            return replace(shape, x=x, y=y, width=scale * shape.width, height=scale * shape.height)
        case Polygon():
            return replace(shape, points=tuple(map(at, shape.points)))
        case Stroke():
            return replace(shape, points=tuple(map(at, shape.points)), width=scale * shape.width)
        case Flood():
            return replace(shape, edge=tuple(map(at, shape.edge)), bottom=at((0.0, shape.bottom))[1])
        case Disc():
            x, y = at((shape.x, shape.y))
            return replace(shape, x=x, y=y, radius=scale * shape.radius, rim_width=scale * shape.rim_width)
        case Text():
            x, y = at((shape.x, shape.baseline))
            return replace(shape, x=x, baseline=y, size=max(LEAST_SIZE, scale * shape.size))
        case Button():
            return shape


# Nothing on the screen is smaller.
LEAST_SIZE = 20.0


def fitted(text: str, size: float, room: float) -> float:
    """Give the size, at most `size`, at which a text fits into its room; words of other languages are longer.

    >>> fitted("Press out", 100.0, 1_000.0), fitted("Press out", 100.0, 300.0) < 70.0
    (100.0, True)
    """
    width = estimated_width(text, 1.0)
    return size if width * size <= room else max(LEAST_SIZE, float(int(room / width)))


def sized(text: str, sizes: Sequence[float], room: float) -> float:
    """Give the first of the sizes, largest first, at which a text fits into its room; the last where none does.

    >>> sized("Press out", (100.0, 80.0, 60.0), 1_000.0), sized("Press out", (100.0, 80.0, 60.0), 10.0)
    (100.0, 60.0)
    """
    return next((size for size in sizes if estimated_width(text, size) <= room), sizes[-1])


TOUCH_WIDTH = 64.0
TOUCH_HEIGHT = 68.0


def written_on(button: Button) -> tuple[Text, ...]:
    """Give what is written on a button: its label in the middle, in two lines if it must, or above its second line."""
    box = button.box
    centre = box.x + box.width / 2
    size = fitted(button.label, button.size, box.width - 12.0)
    # The capitals' middle, a third of the em above the baseline, in the middle of the box.
    middle = box.y + box.height / 2 + 0.334 * size
    if not button.below and estimated_width(button.label, size) > box.width - 8.0:
        return tuple(
            Text(line, centre, middle - 12.0 + 24.0 * place, size, button.role, button.weight, "middle")
            for place, line in enumerate(wrapped(button.label, size, box.width - 8.0)[:2])
        )
    if not button.below:
        return (Text(button.label, centre, middle, size, button.role, button.weight, "middle"),)
    below = fitted(button.below, 21.0, box.width - 12.0)
    return (
        Text(button.label, centre, middle - 14.0, size, button.role, "700", "middle"),
        Text(button.below, centre, middle + 16.0, below, button.role, "500", "middle"),
    )


def button_at(view: Iterable[Shape], x: float, y: float) -> Button | None:
    """Give the button at a point, the one drawn last if two overlap."""
    hit: Button | None = None
    for shape in view:
        if isinstance(shape, Button):
            box = shape.box
            if box.x <= x < box.x + box.width and box.y <= y < box.y + box.height:
                hit = shape
    return hit


def tapped(view: Iterable[Shape], x: float, y: float) -> Message | None:
    """Give the message of the button at a point."""
    hit = button_at(view, x, y)
    return None if hit is None else hit.on_tap
