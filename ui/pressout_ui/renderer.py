"""Shapes to pixels: the only place where roles become colours and units become pixels. Imports pygame."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from pressout_ui.pygame_import import pygame
from pressout_ui.shapes import (
    Button,
    Disc,
    Flood,
    Plane,
    Point,
    Polygon,
    Rect,
    Shape,
    Stroke,
    Text,
    View,
    dashes,
    written_on,
)
from pressout_ui.theme import FONTS, Theme

RGB = tuple[int, int, int]
# Round corners are drawn this much larger and scaled down: pygame's own are jagged.
SMOOTHING = 4


class Renderer:
    """Paints views on a surface.

    Parameters
    ----------
    surface : pygame.Surface
        Where to.
    theme : Theme
        Gives roles their colours.
    """

    def __init__(self, surface: pygame.Surface, theme: Theme) -> None:
        self._surface = surface
        self._theme = theme
        width, height = surface.get_size()
        # The largest plane in which one unit is as many pixels both ways, and nothing is cut off.
        least_width, least_height = (480.0, 800.0) if height > width else (800.0, 480.0)
        self._scale = min(width / least_width, height / least_height)
        self.plane = Plane(width / self._scale, height / self._scale)

    def to_plane(self, x_px: float, y_px: float) -> Point:
        """Give the point of the plane at a pixel."""
        return x_px / self._scale, y_px / self._scale

    def paint(self, view: View) -> None:
        """Draw every shape of a view, in order."""
        for shape in view:
            self._draw(shape)

    def _draw(self, shape: Shape) -> None:
        match shape:
            case Rect():
                self._rect(shape)
            case Polygon(points=points, fill=fill):
                self._polygon(points, self._theme.rgb(fill))
            case Stroke():
                self._stroke(shape)
            case Flood():
                self._flood(shape)
            case Disc():
                self._disc(shape)
            case Text():
                self._text(shape)
            case Button(box=box):
                self._rect(box)
                for line in written_on(shape):
                    self._text(line)

    def _at(self, point: Point) -> Point:
        return point[0] * self._scale, point[1] * self._scale

    def _rect(self, rect: Rect) -> None:
        left, top = self._at((rect.x, rect.y))
        right, bottom = self._at((rect.x + rect.width, rect.y + rect.height))
        box = pygame.Rect(
            round(left), round(top), max(0, round(right) - round(left)), max(0, round(bottom) - round(top))
        )
        if box.width == 0 or box.height == 0:
            return
        fill = None if rect.fill is None else self._theme.rgb(rect.fill)
        outline = None if rect.outline is None else self._theme.rgb(rect.outline)
        if rect.radius == 0 and fill is not None:
            self._surface.fill(fill, box)
        else:
            rim = max(1, round(rect.outline_width * self._scale)) if outline else 0
            self._surface.blit(_rounded(box.size, round(rect.radius * self._scale), fill, outline, rim), box)

    def _polygon(self, points: Iterable[Point], colour: RGB) -> None:
        corners = [self._at(point) for point in points]
        pygame.gfxdraw.aapolygon(self._surface, corners, colour)
        pygame.gfxdraw.filled_polygon(self._surface, corners, colour)

    def _flood(self, flood: Flood) -> None:
        """Fill by rectangle what is a rectangle: below the lowest point of the edge."""
        low = max(y for _x, y in flood.edge)
        left, right = flood.edge[0][0], flood.edge[-1][0]
        if flood.fill is not None:
            self._rect(Rect(left, low, right - left, flood.bottom - low, flood.fill))
            corners = (*flood.edge, (right, low), (left, low))
            self._polygon(corners, self._theme.rgb(flood.fill))
        for line in dashes(flood.edge) if flood.dashed else (flood.edge,):
            self._stroke(Stroke(line, flood.role, flood.width, butt=True))

    def _stroke(self, stroke: Stroke) -> None:
        colour = self._theme.rgb(stroke.role)
        points = [self._at(point) for point in stroke.points]
        half = stroke.width * self._scale / 2
        for start, end in pairwise(points):
            self._segment(start, end, half, colour)
        ends = points[1:-1] if stroke.butt else points
        if half > 1.2:
            for x, y in ends:
                self._circle(x, y, half, colour)

    def _segment(self, start: Point, end: Point, half: float, colour: RGB) -> None:
        length = math.hypot(end[0] - start[0], end[1] - start[1])
        if length == 0:
            return
        across = (-(end[1] - start[1]) / length * half, (end[0] - start[0]) / length * half)
        corners = [
            (start[0] + across[0], start[1] + across[1]),
            (end[0] + across[0], end[1] + across[1]),
            (end[0] - across[0], end[1] - across[1]),
            (start[0] - across[0], start[1] - across[1]),
        ]
        pygame.gfxdraw.aapolygon(self._surface, corners, colour)
        pygame.gfxdraw.filled_polygon(self._surface, corners, colour)

    def _disc(self, disc: Disc) -> None:
        x, y = self._at((disc.x, disc.y))
        if disc.rim is not None:
            self._circle(x, y, (disc.radius + disc.rim_width / 2) * self._scale, self._theme.rgb(disc.rim))
        inner = disc.radius - (disc.rim_width / 2 if disc.rim is not None else 0.0)
        self._circle(x, y, inner * self._scale, self._theme.rgb(disc.fill))

    def _circle(self, x: float, y: float, radius: float, colour: RGB) -> None:
        size = max(1, round(radius * 2))
        self._surface.blit(_round(size, colour), (round(x - size / 2), round(y - size / 2)))

    def _text(self, text: Text) -> None:
        if not text.text:
            return
        size = max(6, round(text.size * self._scale))
        image = _written(text.text, size, text.weight, self._theme.rgb(text.role))
        x, y = self._at((text.x, text.baseline))
        shift = {"start": 0.0, "middle": image.get_width() / 2, "end": float(image.get_width())}[text.anchor]
        self._surface.blit(image, (round(x - shift), round(y - font(text.weight, size).get_ascent())))


@lru_cache(maxsize=64)
def font(weight: str, size_px: int) -> pygame.font.Font:
    """Give a font of the theme at a size in pixels."""
    return pygame.font.Font(str(FONTS[weight]), size_px)


def width_of(text: str, weight: str, size: float) -> float:
    """Measure a text in units at scale 1."""
    return float(font(weight, round(size)).size(text)[0])


@lru_cache(maxsize=512)
def _written(text: str, size_px: int, weight: str, colour: RGB) -> pygame.Surface:
    return font(weight, size_px).render(text, True, colour).convert_alpha()


@lru_cache(maxsize=256)
def _rounded(size: tuple[int, int], radius: int, fill: RGB | None, outline: RGB | None, rim: int) -> pygame.Surface:
    large = pygame.Surface((size[0] * SMOOTHING, size[1] * SMOOTHING), pygame.SRCALPHA)
    # Transparent, but of the rim's colour: scaling down mixes with what is around it.
    large.fill((*(outline or fill or (0, 0, 0)), 0))
    whole = large.get_rect()
    if outline is not None:
        pygame.draw.rect(large, outline, whole, border_radius=radius * SMOOTHING)
        whole = whole.inflate(-2 * rim * SMOOTHING, -2 * rim * SMOOTHING)
        radius = max(0, radius - rim)
    if fill is not None:
        pygame.draw.rect(large, fill, whole, border_radius=radius * SMOOTHING)
    return pygame.transform.smoothscale(large, size).convert_alpha()


@lru_cache(maxsize=256)
def _round(diameter: int, colour: RGB) -> pygame.Surface:
    large = pygame.Surface((diameter * SMOOTHING, diameter * SMOOTHING), pygame.SRCALPHA)
    large.fill((*colour, 0))
    pygame.draw.circle(large, colour, large.get_rect().center, diameter * SMOOTHING / 2)
    return pygame.transform.smoothscale(large, (diameter, diameter)).convert_alpha()
