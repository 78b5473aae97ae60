"""Painting only what changed gives the very pixels that painting everything would; and no shape leaves its box."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pressout_signal.events import Phase
from pressout_ui.app import Screen, view
from pressout_ui.dirty_regions import Box, box_of, changed
from pressout_ui.scenes.live_set import LiveSet
from pressout_ui.shapes import Flood, Plane, Rect, Shape, Text, View
from screens import LANDSCAPE, SCENES

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame

from pressout_ui.renderer import Brush
from pressout_ui.theme import DARK, LIGHT, Theme

SIZES = ((800, 480), (1280, 720), (853, 480))


@pytest.fixture(autouse=True)
def display() -> Iterator[None]:
    pygame.display.init()
    pygame.font.init()
    pygame.display.set_mode((8, 8))
    yield
    pygame.display.quit()


def a_brush(size: tuple[int, int] = SIZES[0], theme: Theme = LIGHT) -> tuple[pygame.Surface, Brush]:
    surface = pygame.Surface(size)
    return surface, Brush(surface, theme, portrait=False)


def pixels(surface: pygame.Surface) -> bytes:
    return pygame.image.tobytes(surface, "RGB")


def at_a_level(screen: Screen, level: float, phase: Phase) -> Screen:
    scene = screen.scene
    return screen.showing(replace(scene, level=level, phase=phase)) if isinstance(scene, LiveSet) else screen


moments = st.builds(
    at_a_level,
    st.sampled_from([screen for _name, screen in SCENES]),
    st.floats(0.0, 1.0),
    st.sampled_from([Phase.PRESS_OUT, Phase.RETURN, Phase.HOLD, Phase.REST]),
)


@pytest.mark.parametrize("size", SIZES)
@given(story=st.lists(moments, min_size=2, max_size=6), dark=st.booleans())
def test_what_is_painted_anew_is_what_painting_everything_gives(
    size: tuple[int, int], story: list[Screen], dark: bool
) -> None:
    theme = DARK if dark else LIGHT
    kept, brush = a_brush(size, theme)
    brush.paint(view(story[0], brush.plane))
    for before, after in pairwise(story):
        brush.repaint(view(before, brush.plane), view(after, brush.plane))

    whole, other = a_brush(size, theme)
    other.paint(view(story[-1], other.plane))

    assert pixels(kept) == pixels(whole)


@pytest.mark.parametrize(("name", "screen"), SCENES, ids=[name for name, _screen in SCENES])
def test_no_shape_paints_beyond_its_box(name: str, screen: Screen) -> None:
    for shape in view(screen, LANDSCAPE):
        surface, brush = a_brush()
        surface.fill((255, 0, 255))
        brush.paint((shape,))
        painted: Any = pygame.mask.from_threshold(surface, (255, 0, 255), (1, 1, 1, 255))
        painted.invert()
        box = box_of(shape)
        for left, top, width, height in painted.get_bounding_rects():
            inside = box.joined(Box(float(left), float(top), float(left + width), float(top + height))) == box
            assert inside, (name, shape)


def test_a_flood_that_rises_is_painted_only_where_its_edge_has_passed() -> None:
    def flooded(y: float) -> View:
        ground: Shape = Rect(0.0, 0.0, 800.0, 480.0, "ground")
        return (ground, Flood(((0.0, y), (400.0, y - 20.0), (800.0, y)), 480.0, "out", "out_line", 14.0))

    (box,) = changed(flooded(300.0), flooded(290.0), LANDSCAPE) or ()

    assert box.bottom - box.top < 60.0


def test_nothing_changed_is_nothing_to_paint() -> None:
    _name, screen = SCENES[0]

    assert changed(view(screen, LANDSCAPE), view(screen, LANDSCAPE), LANDSCAPE) == ()


@given(st.lists(st.builds(Box, *[st.floats(0, 400)] * 2, *[st.floats(400, 800)] * 2), max_size=8))
def test_boxes_to_paint_never_overlap(boxes: list[Box]) -> None:
    before: View = ()
    after = tuple(Rect(box.left, box.top, box.right - box.left, box.bottom - box.top, "ink") for box in boxes)

    merged = changed(before, after, Plane(4_000.0, 4_000.0)) or ()

    assert all(not one.meets(other) for place, one in enumerate(merged) for other in merged[:place])


def test_a_text_that_grows_is_cleared_where_it_was() -> None:
    ground = Rect(0.0, 0.0, 800.0, 480.0, "ground")
    surface, brush = a_brush()
    long, short = (ground, Text("88", 10.0, 100.0, 90.0)), (ground, Text("1", 10.0, 100.0, 90.0))
    brush.paint(long)
    brush.repaint(long, short)
    other, clean = a_brush()
    clean.paint(short)

    assert pixels(surface) == pixels(other)
