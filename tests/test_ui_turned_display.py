"""A display that hangs turned shows the picture upright, and a touch presses the key that is seen under the finger."""

from __future__ import annotations

import os

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import numpy as np
import pygame
import pytest

from pressout_ui.app import view
from pressout_ui.messages import Message
from pressout_ui.panel import SETTLED_MS, Panel
from pressout_ui.shapes import Button
from pressout_ui.theme import LIGHT
from pressout_ui.turned_display import Turn
from screens import SCENES

SCREEN = dict(SCENES)["44-settings"]
TURNS: tuple[Turn, ...] = (0, 90, 180, 270)


def seen(panel: Panel) -> np.ndarray:
    """Give the picture that is on the display, row by row."""
    panel.paint(view(SCREEN, panel.brush.plane))
    return pygame.surfarray.array3d(pygame.display.get_surface()).transpose(1, 0, 2).copy()


@pytest.mark.parametrize("turn", TURNS)
def test_a_picture_on_a_turned_display_is_the_same_picture(turn: Turn) -> None:
    upright = turn in (90, 270)
    shown = seen(Panel((480, 800) if upright else (800, 480), LIGHT, turn=turn))
    plain = seen(Panel((800, 480), LIGHT))

    assert np.array_equal(np.rot90(shown, turn // 90), plain)  # numpy turns the other way round


@pytest.mark.parametrize("turn", TURNS)
def test_a_touch_on_a_turned_display_presses_the_key_under_the_finger(turn: Turn) -> None:
    now_ms = [0]
    size = (480, 800) if turn in (90, 270) else (800, 480)
    panel = Panel(size, LIGHT, turn=turn, ticks_ms=lambda: now_ms[0])
    shapes = view(SCREEN, panel.brush.plane)
    panel.paint(shapes)
    pygame.event.clear()
    for key in (shape for shape in shapes if isinstance(shape, Button)):
        now_ms[0] += 2 * SETTLED_MS
        across, down = key.box.x + 5.0, key.box.y + 5.0
        at = {
            0: (across, down),
            90: (size[0] - down, across),
            180: (size[0] - across, size[1] - down),
            270: (down, size[1] - across),
        }[turn]
        heard: list[Message] = []
        for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
            pygame.event.post(pygame.event.Event(kind, button=1, pos=at))
            heard += panel.messages()

        assert heard == [key.on_tap], key.label
