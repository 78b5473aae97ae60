"""Nobody is here: the station shows that it is alive, and that picking the handle up is enough."""

from __future__ import annotations

import math

from msgspec import Struct

from pressout_session.error_codes import NUMBERS, Notice
from pressout_ui.app_state import AppState
from pressout_ui.font_metrics import estimated_width
from pressout_ui.messages import Woken
from pressout_ui.pictograms import patient
from pressout_ui.shapes import Button, Disc, Flood, Plane, Rect, Text, View, fitted

BREATH_S = 6.0
# After this long the panel is dimmed, and the only thing on it wanders: no picture burns in.
DIM_AFTER_S = 300.0
WANDER_EVERY_S = 20.0
# It moves in steps: nothing is painted in between.
STEPS = 1.0
# What the figure beside the headline and the margins take of the width.
BESIDE = 250.0


class Idle(Struct, frozen=True):
    """Waiting for someone, since when."""

    since_s: float = 0.0

    def dimmed(self, now_s: float) -> bool:
        """Whether nobody has been here for so long that the panel saves itself."""
        return now_s - self.since_s > DIM_AFTER_S


def flood(scene: Idle, now_s: float, plane: Plane) -> Flood:
    """Give the flood that breathes at the foot."""
    breath = 0.165 + 0.015 * math.sin(2.0 * math.pi * (now_s - scene.since_s) / BREATH_S)
    top = round(plane.height * (1.0 - breath) / STEPS) * STEPS
    return Flood(((0.0, top), (plane.width, top)), plane.height, "out", "out_line", 10.0)


def view(scene: Idle, known: AppState, plane: Plane) -> View:
    """Draw it: the flood breathes, and never crosses the words that stand in it."""
    if scene.dimmed(known.now_s):
        return night(scene, known, plane)
    words = known.words
    return (
        Button("", Rect(0.0, 0.0, plane.width, plane.height, "ground"), Woken()),
        flood(scene, known.now_s, plane),
        Text(words.station.format(station=known.station), 40.0, 66.0, 30.0, "ink2", "600"),
        *(
            Text(line, 36.0, baseline, fitted(line, 104.0, plane.width - BESIDE))
            for line, baseline in zip(words.idle, (206.0, 304.0), strict=True)
        ),
        Text(words.idle_touch, 40.0, plane.height - 30.0, 30.0, weight="600"),
        *patient(plane.width - 124.0, 312.0, 2.1, ground="ground", out=True),
        *_how_it_is(known, plane),
    )


def night(scene: Idle, known: AppState, plane: Plane) -> View:
    """Draw the figure that wanders over a dark panel."""
    step = int((known.now_s - scene.since_s) / WANDER_EVERY_S)
    # Two numbers without a common divisor: it comes everywhere before it comes back.
    x = 140.0 + (step * 137.0) % (plane.width - 280.0)
    y = 240.0 + (step * 89.0) % (plane.height - 320.0)
    return (
        Button("", Rect(0.0, 0.0, plane.width, plane.height, "night"), Woken()),
        *patient(x, y, 1.6, ground="night", out=True),
        *_noticed_at_night(known, x, y + 70.0, plane),
    )


def _noticed_at_night(known: AppState, x: float, y: float, plane: Plane) -> View:
    """Say what staff should know beneath what wanders: who comes first in the morning sees it from the door."""
    if known.notice in (None, Notice.WARMING_UP):
        return ()
    told = said(known, known.notice)
    size = fitted(told, 26.0, plane.width - 20.0)
    half = estimated_width(told, size) / 2.0
    return (Text(told, min(max(x, half + 8.0), plane.width - half - 8.0), y, size, "night_said", "600", "middle"),)


def said(known: AppState, notice: Notice) -> str:
    """Give a notice, with its number where there is one to look up."""
    told = known.words.notices[notice]
    return told if notice is Notice.WARMING_UP else f"{told} {NUMBERS[notice]}"


def _how_it_is(known: AppState, plane: Plane) -> View:
    """Say that all is well, or what staff should know and the number to look up; never by colour alone."""
    words, right, foot = known.words, plane.width - 40.0, plane.height - 30.0
    if known.notice is None:
        ready = Text(words.idle_ready, right - 38.0, foot, 30.0, weight="600", anchor="end")
        return (Disc(right - 22.0, foot - 10.0, 7.0, "good"), ready)
    return (Text(said(known, known.notice), right, foot, 30.0, weight="600", anchor="end"),)
