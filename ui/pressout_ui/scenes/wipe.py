"""Touch sleeps while the screen is wiped: a clock that empties the flood, and nothing to press."""

from __future__ import annotations

from msgspec import Struct

from pressout_ui.app_state import AppState
from pressout_ui.scenes.parts import headline
from pressout_ui.shapes import Flood, Plane, Rect, Text, View

WIPE_S = 30.0


class Wipe(Struct, frozen=True):
    """Since when touch is asleep."""

    since_s: float

    def left_s(self, now_s: float) -> float:
        """How long it still is."""
        return max(0.0, WIPE_S - (now_s - self.since_s))


def view(scene: Wipe, known: AppState, plane: Plane) -> View:
    """Draw the clock."""
    left_s = scene.left_s(known.now_s)
    top = round(plane.height - (plane.height - 160.0) * left_s / WIPE_S)
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        Flood(((0.0, top), (plane.width, top)), plane.height, "out", "out_line", 14.0),
        headline(known.words.wipe_title),
        Text(str(int(left_s + 0.999)), 34.0, 400.0, 336.0),
        Text(known.words.wipe_how, 36.0, plane.height - 30.0, 30.0, weight="600"),
    )
