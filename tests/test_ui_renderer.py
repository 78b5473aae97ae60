"""A view that is shown already is not drawn again; one that differs is drawn whole."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from pressout_ui.app import view
from pressout_ui.shapes import Rect, Text
from screens import LANDSCAPE, SCENES

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame

from pressout_ui.panel import Panel
from pressout_ui.theme import LIGHT


@pytest.fixture
def panel() -> Iterator[Panel]:
    yield Panel((800, 480), LIGHT)
    pygame.display.quit()


def scribbled() -> bytes:
    """Spoil what is shown, and give it."""
    pygame.display.get_surface().fill((255, 0, 255))
    return shown()


def shown() -> bytes:
    return pygame.image.tobytes(pygame.display.get_surface(), "RGB")


def test_a_view_that_is_shown_already_is_not_drawn_again(panel: Panel) -> None:
    _name, screen = SCENES[0]
    panel.paint(view(screen, LANDSCAPE))
    spoilt = scribbled()

    panel.paint(view(screen, LANDSCAPE))

    assert shown() == spoilt


def test_whatever_was_shown_before_leaves_nothing_behind(panel: Panel) -> None:
    ground = Rect(0.0, 0.0, 800.0, 480.0, "ground")
    panel.paint((ground, Text("1", 10.0, 100.0, 90.0)))
    clean = shown()
    panel.paint((ground, Text("88", 10.0, 100.0, 90.0)))
    scribbled()

    panel.paint((ground, Text("1", 10.0, 100.0, 90.0)))

    assert shown() == clean
