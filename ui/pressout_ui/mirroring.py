"""Languages that are read from right to left: a view is turned round, and what must keep its sense only moves.

A plan of the patient, a curve over time, a keypad and both sides' counts mean the same in every language: they are a
`Picture`, whose place is mirrored and whose inside is not. Boxes that did not overlap do not overlap afterwards either.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from pressout_ui.dirty_regions import Box, box_of
from pressout_ui.shapes import Anchor, Button, Disc, Flood, Picture, Polygon, Rect, Shape, Stroke, Text, View

OTHER_END: dict[Anchor, Anchor] = {"start": "end", "middle": "middle", "end": "start"}


def flat(shapes: Iterable[Shape | Picture]) -> View:
    """Give the shapes of a view, those of its pictures among them."""
    found: list[Shape] = []
    for shape in shapes:
        if isinstance(shape, Picture):
            found.extend(shape.shapes)
        else:
            found.append(shape)
    return tuple(found)


def turned_round(shapes: Iterable[Shape | Picture], width: float) -> View:
    """Give a view as a reader from right to left expects it, on a plane of that width."""
    found: list[Shape] = []
    for shape in shapes:
        if isinstance(shape, Picture):
            box = _around(shape)
            found.extend(moved(each, width - box.right - box.left) for each in shape.shapes)
        else:
            found.append(_turned(shape, width))
    return tuple(found)


def _around(picture: Picture) -> Box:
    box = box_of(picture.shapes[0])
    for shape in picture.shapes[1:]:
        box = box.joined(box_of(shape))
    return box


def _turned(shape: Shape, width: float) -> Shape:
    match shape:
        case Rect():
            return replace(shape, x=width - shape.x - shape.width)
        case Button(box=box):
            return replace(shape, box=replace(box, x=width - box.x - box.width))
        case Polygon() | Stroke():
            return replace(shape, points=tuple((width - x, y) for x, y in shape.points))
        case Flood():
            return replace(shape, edge=tuple((width - x, y) for x, y in reversed(shape.edge)))
        case Disc():
            return replace(shape, x=width - shape.x)
        case Text():
            return replace(shape, x=width - shape.x, anchor=OTHER_END[shape.anchor])


def moved(shape: Shape, by: float) -> Shape:
    """Give a shape that stands further right."""
    match shape:
        case Rect() | Disc() | Text():
            return replace(shape, x=shape.x + by)
        case Button(box=box):
            return replace(shape, box=replace(box, x=box.x + by))
        case Polygon() | Stroke():
            return replace(shape, points=tuple((x + by, y) for x, y in shape.points))
        case Flood():
            return replace(shape, edge=tuple((x + by, y) for x, y in shape.edge))
