"""Upright scenes after a set, and beside it: what was done, how it was, trouble, and a clock for wiping."""

from __future__ import annotations

from msgspec.structs import replace

from pressout_session.error_codes import NUMBERS, Trouble
from pressout_session.exercises import Side
from pressout_ui.app_state import AppState
from pressout_ui.messages import FinishTapped, NextTapped, RatingDone
from pressout_ui.pictograms import unplugged
from pressout_ui.scenes import rating, summary, trouble
from pressout_ui.scenes.parts import headline, headlines, paragraph, plain_button, primary_button
from pressout_ui.scenes.rating import HIGHEST, KEY, Rating
from pressout_ui.scenes.summary import Summary
from pressout_ui.scenes.trouble import InTrouble
from pressout_ui.scenes.wipe import WIPE_S, Wipe
from pressout_ui.shapes import Flood, Plane, Rect, Text, View, fitted, moved

SIDE = 30.0


def done(scene: Summary, known: AppState, plane: Plane) -> View:
    """Draw what was done in words, and a row of repetitions a side."""
    words, wide = known.words, plane.width - 2 * SIDE
    last = (words.finish, FinishTapped()) if scene.farewell else (words.next, NextTapped())
    compared = summary.compared(known)
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        Text(known.code, SIDE, 48.0, 26.0, weight="600"),
        *summary.kept(known, plane, room=plane.width - 190.0),
        *headlines(summary.title(known), plane.width - 68.0),
        *paragraph(summary.in_words(known), (36.0, 280.0), 28.0, wide, 2),
        *summary.row(known, Side.LEFT, (SIDE, 370.0, wide)),
        *summary.row(known, Side.RIGHT, (SIDE, 474.0, wide)),
        *paragraph(compared or "", (36.0, 582.0), 26.0, wide, 2),
        *(Text(line, 36.0, 644.0 + 30.0 * n, fitted(line, 24.0, wide), "ink2", "500") for n, line in _timed(known)),
        primary_button(last[0], (SIDE, plane.height - 110.0, wide, 84.0), last[1]),
    )


def _timed(known: AppState) -> list[tuple[int, str]]:
    return list(enumerate(summary.timed_lines(known)[:2]))


def rated(scene: Rating, known: AppState, plane: Plane) -> View:
    """Draw the question, eleven keys in two rows, and a way past it."""
    words = known.words
    title, how, (least, most) = rating.asked(scene, known)
    apart = (plane.width - 2 * SIDE - 6 * KEY) / 5 + KEY
    half = (plane.width - 2 * SIDE - 12.0) / 2
    foot = plane.height - 110.0
    keys = tuple(
        rating.key(value, (SIDE + (value % 6) * apart, 312.0 + (value // 6) * 124.0), chosen=value == scene.chosen)
        for value in range(HIGHEST + 1)
    )
    finish = primary_button(words.done, (SIDE + half + 12.0, foot, half, 84.0), RatingDone())
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        *headlines(title, plane.width - 68.0),
        *paragraph(how, (36.0, 622.0), 26.0, plane.width - 2 * SIDE),
        *keys,
        Text(least, SIDE, 296.0, 24.0, weight="500"),
        Text(most, SIDE + 4 * apart + KEY, 580.0, 24.0, weight="500", anchor="end"),
        plain_button(words.skip, (SIDE, foot, half, 84.0), RatingDone(skipped=True)),
        *((finish,) if scene.chosen is not None else ()),
    )


def in_trouble(scene: InTrouble, known: AppState, plane: Plane) -> View:
    """Draw what to do, why, the plug that came out, what is kept, and a number to quote."""
    words, wide = known.words, plane.width - 2 * SIDE
    why, call = trouble.said(scene, known)
    keys, last = trouble.keys(scene, known), plane.width - SIDE
    plug = moved(unplugged(0.0, 800.0), 0.6, (0.0, 500.0))
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        *headlines(trouble.title(scene, known), plane.width - 68.0),
        *paragraph(why, (36.0, 292.0), 32.0, wide, 2),
        *paragraph(call, (36.0, 374.0), 28.0, wide, 2),
        *paragraph(scene.details, (36.0, 444.0), 22.0, wide, 6),
        *(plug if scene.trouble is Trouble.SENSOR_SILENT else ()),
        *(
            (primary_button if place == 0 else plain_button)(
                label, (SIDE, plane.height - 110.0 - 96.0 * (len(keys) - 1 - place), wide - 160.0, 84.0), act
            )
            for place, (label, act) in enumerate(keys)
        ),
        Text(words.quote, last, plane.height - 78.0, fitted(words.quote, 22.0, 150.0), "ink2", "500", "end"),
        Text(NUMBERS[scene.trouble], last, plane.height - 38.0, 38.0, anchor="end"),
    )


def asleep(scene: Wipe, known: AppState, plane: Plane) -> View:
    """Draw the clock."""
    left_s = scene.left_s(known.now_s)
    top = round(plane.height - (plane.height - 200.0) * left_s / WIPE_S)
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        Flood(((0.0, top), (plane.width, top)), plane.height, "out", "out_line", 14.0),
        headline(known.words.wipe_title, width=plane.width - 68.0, baseline=136.0),
        Text(str(int(left_s + 0.999)), 34.0, 600.0, 336.0),
        *(
            replace(line, role="ink", weight="600")
            for line in paragraph(known.words.wipe_how, (36.0, plane.height - 70.0), 30.0, plane.width - 72.0)
        ),
    )
