"""A display that hangs turned: the picture is drawn upright and shown turned, and touches are turned back."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pressout_ui.pygame_import import pygame
from pressout_ui.shapes import Point

Turn: TypeAlias = Literal[0, 90, 180, 270]


class TurnedDisplay:
    """Pygame's display, whose picture is turned clockwise.

    Parameters
    ----------
    turn : int
        By so many degrees.
    """

    def __init__(self, turn: Turn = 0) -> None:
        self._turn = turn
        self.canvas = self._fresh()

    def resized(self) -> None:
        """Take that the display has another size."""
        self.canvas = self._fresh()

    def _fresh(self) -> pygame.Surface:
        display = pygame.display.get_surface()
        if self._turn == 0:
            return display
        width, height = display.get_size()
        return pygame.Surface((height, width) if self._turn in (90, 270) else (width, height))

    def show(self) -> None:
        """Show what was drawn on the canvas."""
        if self._turn:
            pygame.display.get_surface().blit(pygame.transform.rotate(self.canvas, -self._turn), (0, 0))
        pygame.display.flip()

    def on_canvas(self, x_px: float, y_px: float) -> Point:
        """Give where on the canvas a point of the display lies."""
        width, height = pygame.display.get_surface().get_size()
        match self._turn:
            case 90:
                return y_px, width - x_px
            case 180:
                return width - x_px, height - y_px
            case 270:
                return height - y_px, x_px
            case _:
                return x_px, y_px
