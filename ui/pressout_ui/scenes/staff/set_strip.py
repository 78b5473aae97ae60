"""The set that goes on under a therapist's page, in one line above it: side, count, word, and the reminder."""

from __future__ import annotations

from pressout_ui.app_state import AppState
from pressout_ui.font_metrics import estimated_width
from pressout_ui.scenes.live_set import LiveSet, headword
from pressout_ui.shapes import Rect, Text, View, fitted

ROOM, BASELINE = 212.0, 30.0


def view(scene: LiveSet, known: AppState) -> View:
    """Draw the line, left of what else stands at the top."""
    item, words = known.cabled, known.words
    if item is None:
        return ()
    said = headword(scene, item, known) if scene.cue is None else words.cue[scene.cue.kind][0]
    line = f"{words.side(known.side)} {known.set_count} · {said}"
    size = fitted(line, 26.0, ROOM)
    if scene.cue is None:
        return (Text(line, 32.0, BASELINE, size),)
    slab = Rect(24.0, BASELINE - 26.0, estimated_width(line, size) + 16.0, 36.0, "cue", 8.0)
    return (slab, Text(line, 32.0, BASELINE, size, "cue_ink"))
