"""The touch panel, or a window in its place: paints views, turns fingers and keys into messages. Imports pygame.

A touch acts when it is lifted inside the target where it began. More fingers than one, a palm, press nothing.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from pressout_ui.digit_keys import digit_of
from pressout_ui.messages import BackSpaced, DigitTyped, Message
from pressout_ui.pygame_import import pygame
from pressout_ui.renderer import Renderer
from pressout_ui.shapes import Button, Point, Rect, View, button_at, tapped
from pressout_ui.theme import Theme
from pressout_ui.turned_display import Turn, TurnedDisplay


class NoDisplayError(OSError):
    """No display can be opened."""


# Drivers that draw for nobody; SDL falls back on them where there is no display.
UNSEEN = ("dummy", "offscreen")
NO_DISPLAY = (
    "display: found none ({}), expected a window system or a panel; "
    "on a computer without either, use pressout demo --headless"
)


# A finger that is down and not heard of for so long is gone.
LOST_MS = 5_000
# Fingers are further apart than this, on a plane 480 high; and no finger taps again so soon.
SAME_SPOT, BOUNCE_MS = 24.0, 80
# A stepper that is held steps on after this long, and then this often.
REPEAT_AFTER_MS, REPEAT_EVERY_MS = 500, 120
# A finger on its way when the buttons change was meant for what was there before.
SETTLED_MS = 400


def monotonic_ms() -> int:
    """Give milliseconds that never stand still; pygame's own do, where not all of pygame was begun."""
    return time.monotonic_ns() // 1_000_000


def can_open() -> bool:
    """Tell whether a display is there that someone could see."""
    if not _possible():
        return False
    try:
        pygame.display.init()
    except pygame.error:
        return False
    seen = _seen()
    pygame.display.quit()
    return seen


def _possible() -> bool:
    """Look for a display before SDL does: where there is none, its libraries complain on standard error."""
    named = any(name in os.environ for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))
    return named or Path("/dev/dri").is_dir()


def _seen() -> bool:
    """Tell whether the driver draws for someone; one that was asked for by name is taken at its word."""
    return pygame.display.get_driver() not in UNSEEN or "SDL_VIDEODRIVER" in os.environ


class Panel:
    """A pygame display.

    Parameters
    ----------
    size : (int, int)
        Pixels; ignored in full screen, which takes what there is.
    theme : Theme
        Its colours.
    full_screen : bool
        Whether to fill the panel and hide the pointer.
    turn : int
        By how many degrees, clockwise, the picture is turned on it.
    ticks_ms : callable
        The milliseconds that a touch is timed by.

    Raises
    ------
    NoDisplayError
        If no video driver works, in one sentence.
    """

    def __init__(
        self,
        size: tuple[int, int],
        theme: Theme,
        *,
        full_screen: bool = False,
        turn: Turn = 0,
        ticks_ms: Callable[[], int] = monotonic_ms,
    ) -> None:
        if not _possible():
            raise NoDisplayError(NO_DISPLAY.format("no window system and no /dev/dri"))
        flags = pygame.FULLSCREEN if full_screen else pygame.RESIZABLE
        try:
            pygame.display.init()
            pygame.font.init()
            pygame.display.set_mode((0, 0) if full_screen else size, flags)
        except pygame.error as error:
            pygame.display.quit()
            raise NoDisplayError(NO_DISPLAY.format(error)) from error
        if not _seen():
            pygame.display.quit()
            raise NoDisplayError(NO_DISPLAY.format("SDL would draw for nobody"))
        pygame.display.set_caption("Pressout")
        pygame.mouse.set_visible(not full_screen)
        self._theme = theme
        self._ticks_ms = ticks_ms
        self._display = TurnedDisplay(turn)
        self._brush = Renderer(self._display.canvas, theme)
        self._shown: View = ()
        self._stale = True
        self._full_screen = full_screen
        # When each finger that is down was last heard of, and where it came down; when and where the last one left.
        self._fingers: dict[int, tuple[int, Point]] = {}
        self._lifted_ms, self._lifted_at = -BOUNCE_MS, (0.0, 0.0)
        self._press: Press | None = None
        self._changed_ms = -SETTLED_MS
        self.closed = False

    def use(self, theme: Theme) -> None:
        """Say which colours there are; another look is painted anew."""
        if theme is not self._theme:
            self._theme = theme
            self._brush = Renderer(self._display.canvas, theme)
            self._stale = True

    @property
    def brush(self) -> Renderer:
        """What paints, and knows the plane."""
        return self._brush

    def paint(self, view: View) -> None:
        """Show a view; one that is shown already costs nothing."""
        view = (*view, *self._pressed())
        if view == self._shown and not self._stale:
            return
        if _targets(view) != _targets(self._shown):
            self._changed_ms = self._ticks_ms()
        self._brush.paint(view)
        self._display.show()
        self._shown, self._stale = view, False

    def messages(self) -> list[Message]:
        """Give what was tapped and typed since the last call; never waits."""
        heard: list[Message] = []
        self._forget_lost_fingers()
        for event in pygame.event.get():
            message = self._heard(event)
            if message is not None:
                heard.append(message)
        held = self._held()
        return heard if held is None else [*heard, held]

    def save(self, path: str) -> None:
        """Write what is shown to a PNG."""
        pygame.image.save(pygame.display.get_surface(), path)

    def close(self) -> None:
        """Give the display back."""
        pygame.display.quit()

    def _heard(self, event: pygame.event.Event) -> Message | None:
        if event.type == pygame.QUIT or (event.type == pygame.KEYDOWN and event.key == pygame.K_ESCAPE):
            # A station that fills its panel is ended by whoever runs the computer, and by no key that a patient finds.
            self.closed = self.closed or not self._full_screen
        elif event.type == pygame.KEYDOWN:
            return self._typed(event)
        elif event.type == pygame.FINGERMOTION and event.finger_id in self._fingers:
            self._fingers[event.finger_id] = self._ticks_ms(), self._fingers[event.finger_id][1]
        elif event.type == pygame.VIDEOEXPOSE:
            self._stale = True  # what was there may be gone
        elif event.type == pygame.VIDEORESIZE:
            self._display.resized()
            self._brush = Renderer(self._display.canvas, self._theme)
            self._stale = True
        elif event.type in (pygame.FINGERDOWN, pygame.FINGERUP):
            width, height = pygame.display.get_window_size()
            at = self._brush.to_plane(*self._display.on_canvas(event.x * width, event.y * height))
            return self._touched(event.finger_id, at, down=event.type == pygame.FINGERDOWN)
        elif event.type in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP) and _by_mouse(event):
            at = self._brush.to_plane(*self._display.on_canvas(*event.pos))
            return self._touched(-1, at, down=event.type == pygame.MOUSEBUTTONDOWN)
        return None

    def _typed(self, event: pygame.event.Event) -> Message | None:
        if event.key == pygame.K_BACKSPACE:
            return BackSpaced()
        digit = digit_of(getattr(event, "unicode", ""), getattr(event, "scancode", 0))
        return None if digit is None else DigitTyped(digit)

    def _touched(self, finger: int, at: Point, *, down: bool) -> Message | None:
        now_ms = self._ticks_ms()
        if down:
            apart = any(math.dist(at, other) > SAME_SPOT for _heard_ms, other in self._fingers.values())
            told_again = bool(self._fingers) and not apart
            self._fingers[finger] = now_ms, at
            if told_again or (now_ms - self._lifted_ms < BOUNCE_MS and math.dist(at, self._lifted_at) <= SAME_SPOT):
                return None  # some panels tell one touch several times
            settled = now_ms - self._changed_ms >= SETTLED_MS
            # More than one is a palm, or a cloth: none of them presses.
            began = button_at(self._shown, *at) if not apart and settled else None
            self._press = None if began is None else Press(began, now_ms)
            return None
        self._fingers.pop(finger, None)
        press, self._press = self._press, None
        if press is not None:
            self._lifted_ms, self._lifted_at = now_ms, at
        if press is None or press.spent or press.button.hold_s > 0:
            return None
        return press.button.on_tap if tapped(self._shown, *at) == press.button.on_tap else None

    def _forget_lost_fingers(self) -> None:
        """Let go of fingers whose end was never told: a panel was unplugged under one, or a touch was cancelled."""
        now_ms = self._ticks_ms()
        for finger, (heard_ms, _at) in tuple(self._fingers.items()):
            if now_ms - heard_ms > LOST_MS:
                del self._fingers[finger]
                self._press = None

    def _held(self) -> Message | None:
        """Give what a button says that is still pressed: a stepper again and again, another after its time."""
        press = self._press
        if press is None:
            return None
        if button_like(self._shown, press.button) is None:
            self._press = None  # the scene has changed under the finger: it presses nothing there
            return None
        held_ms = self._ticks_ms() - press.since_ms
        if press.button.hold_s > 0:
            if press.spent or held_ms < 1_000.0 * press.button.hold_s:
                return None
            press.spent = True
            return press.button.on_tap
        if not press.button.repeats or held_ms < REPEAT_AFTER_MS + press.said * REPEAT_EVERY_MS:
            return None
        press.said += 1
        press.spent = True
        return press.button.on_tap

    def _pressed(self) -> View:
        """Give the line that fills a button that is held, from left to right."""
        press = self._press
        if press is None or press.button.hold_s == 0 or press.spent:
            return ()
        box = press.button.box
        share = min(1.0, (self._ticks_ms() - press.since_ms) / (1_000.0 * press.button.hold_s))
        return (Rect(box.x + 8.0, box.y + box.height - 14.0, (box.width - 16.0) * share, 8.0, press.button.role),)


class Press(Struct):
    """A button under the finger, since when, how often it has said its message, and whether lifting says it still."""

    button: Button
    since_ms: int
    said: int = 0
    spent: bool = False


def button_like(view: View, button: Button) -> Button | None:
    """Give the button of a view that does the same at the same place."""
    for shape in view:
        if isinstance(shape, Button) and (shape.box, shape.on_tap) == (button.box, button.on_tap):
            return shape
    return None


def _targets(view: View) -> tuple[Button, ...]:
    return tuple(shape for shape in view if isinstance(shape, Button))


def _by_mouse(event: pygame.event.Event) -> bool:
    """Tell a mouse's first button from the mouse events that SDL makes of touches, which have been heard already."""
    return event.button == 1 and not getattr(event, "touch", False)
