"""Dirty regions: where two views differ, as boxes of the plane; only these are painted again. Pure.

Shapes that stand at the same place of both views are compared one by one; where a view has grown or shrunk, what stands
between the parts that are alike. A box is never too small: everything a shape can paint lies within its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from pressout_ui.font_metrics import estimated_width
from pressout_ui.shapes import Button, Disc, Flood, Plane, Point, Polygon, Rect, Shape, Stroke, Text, View, written_on

# Smooth edges and rounding reach this far beyond a shape.
MARGIN = 3.0
# Of the font's em: from the baseline up to the highest accent, down to the lowest tail (tested against the font).
ABOVE, BELOW = 1.02, 0.34
# More boxes than this, or more of the plane, and painting everything is cheaper.
MOST_BOXES = 12
MOST_SHARE = 0.7


class Box(NamedTuple):
    """A box of the plane: left, top, right, bottom."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Tell whether two boxes overlap or touch."""
        return (
            self.left <= other.right
            and other.left <= self.right
            and self.top <= other.bottom
            and other.top <= self.bottom
        )

    def joined(self, other: Box) -> Box:
        """Give the smallest box around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    @property
    def area(self) -> float:
        """Its area."""
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)


@lru_cache(maxsize=1024)
def box_of(shape: Shape) -> Box:
    """Give the box that a shape cannot leave."""
    match shape:
        case Rect() as rect:
            return _around(((rect.x, rect.y), (rect.x + rect.width, rect.y + rect.height)), MARGIN)
        case Button(box=rect):
            boxed = box_of(rect)
            for line in written_on(shape):
                boxed = boxed.joined(_written(line))
            return boxed
        case Polygon(points=points):
            return _around(points, MARGIN)
        case Stroke(points=points, width=width):
            return _around(points, width / 2 + MARGIN)
        case Flood(edge=edge, bottom=bottom, width=width):
            around = _around(edge, width / 2 + MARGIN)
            return Box(around.left, around.top, around.right, max(around.bottom, bottom + MARGIN))
        case Disc(x=x, y=y, radius=radius, rim_width=rim):
            return _around(((x, y),), radius + rim + MARGIN)
        case Text():
            return _written(shape)


def _written(text: Text) -> Box:
    width = estimated_width(text.text, text.size)
    left = text.x - {"start": 0.0, "middle": width / 2, "end": width}[text.anchor]
    return Box(
        left - MARGIN,
        text.baseline - ABOVE * text.size - MARGIN,
        left + width + MARGIN,
        text.baseline + BELOW * text.size + MARGIN,
    )


def _around(points: Iterable[Point], margin: float) -> Box:
    xs, ys = zip(*points, strict=True)
    return Box(min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin)


def changed(before: View, after: View, plane: Plane) -> tuple[Box, ...] | None:
    """Give the boxes that must be painted again; None for all of the plane."""
    boxes: list[Box] = []
    if len(before) == len(after):
        for old, new in zip(before, after, strict=True):
            if old is not new and old != new:
                boxes.extend(_difference(old, new))
    else:
        first = next((n for n, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), None)
        first = min(len(before), len(after)) if first is None else first
        last = 0
        while last < min(len(before), len(after)) - first and before[-1 - last] == after[-1 - last]:
            last += 1
        boxes = [box_of(shape) for view in (before, after) for shape in view[first : len(view) - last]]
    merged = _merged(boxes)
    if len(merged) > MOST_BOXES or sum(box.area for box in merged) > MOST_SHARE * plane.width * plane.height:
        return None
    return merged


def _difference(old: Shape, new: Shape) -> tuple[Box, ...]:
    """Give where two shapes at one place differ: of a flood that rises or falls, the strip its edge has crossed."""
    if isinstance(old, Flood) and isinstance(new, Flood) and _alike(old, new):
        return (_around((*old.edge, *new.edge), new.width / 2 + MARGIN),)
    return box_of(old), box_of(new)


def _alike(old: Flood, new: Flood) -> bool:
    return (old.bottom, old.fill, old.role, old.width) == (new.bottom, new.fill, new.role, new.width)


def _merged(boxes: list[Box]) -> tuple[Box, ...]:
    """Join boxes until none of them meet."""
    merged: list[Box] = []
    for box in boxes:
        joined = box
        while True:
            meeting = [other for other in merged if other.meets(joined)]
            if not meeting:
                break
            merged = [other for other in merged if other not in meeting]
            for other in meeting:
                joined = joined.joined(other)
        merged.append(joined)
    return tuple(merged)
