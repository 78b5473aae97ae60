"""Upright scenes around a set: where to stand, rest, an exercise beside the line."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from pressout_session.exercises import Side
from pressout_session.prescription import TimedItem
from pressout_signal.events import Resistance
from pressout_ui.app_state import AppState
from pressout_ui.exercise_pictures import picture
from pressout_ui.font_metrics import estimated_width
from pressout_ui.messages import FinishTapped, NotMe, TimedFinished, TimedTapped
from pressout_ui.pictograms import check
from pressout_ui.scenes import rest, set_up, timed
from pressout_ui.scenes.parts import (
    headline,
    headlines,
    pain,
    paragraph,
    plain_button,
    primary_button,
    signed_in,
    stop_button,
)
from pressout_ui.scenes.rest import Rest
from pressout_ui.scenes.set_up import Floor, SetUp, TensionBand
from pressout_ui.shapes import Flood, Plane, Rect, Stroke, Text, View, fitted, moved, sized

SIDE = 30.0
SMALL = (24.0, 22.0, 20.0)
# Where the stage of an exercise beside the line ends: below it are three rows of keys.
TIMED_STAGE = 468.0
STANDING: Final = Floor(286.0, 128.0, 404.0, 668.0, 20.0, 84.0, 412.0, 480.0, 1.22)


def taking_up(scene: SetUp, known: AppState, plane: Plane) -> View:
    """Draw side and dose, the line, where the patient stands on it and the bay to stand in; or the stack's pin."""
    words, item = known.words, known.cabled
    if item is None:
        return (Rect(0.0, 0.0, plane.width, plane.height, "ground"),)
    place = set_up.place_of(scene, item, known.now_s)
    title, how = set_up.said(place, item, known)
    ready = place is TensionBand.READY
    floor = plane.height - 132.0
    at = STANDING._replace(foot=floor)
    stack = (
        *moved(set_up.plates(scene, item, known.now_s), 0.86, (60.0, 222.0)),
        *moved(set_up.weight_bar(scene, item, known), 1.0, (SIDE - 345.0, floor - 392.0)),
    )
    half = (plane.width - 2 * SIDE - 12.0) / 2
    side = words.side(known.side)
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        *signed_in(known, 38.0, 44.0),
        headline(title, width=plane.width - 68.0 - (96.0 if ready else 0.0), baseline=140.0),
        *((replace(check(plane.width - 100.0, 104.0, 58.0), width=18.0),) if ready else ()),
        *paragraph(how, (36.0, 184.0), 28.0, plane.width - 66.0),
        stop_button(known, (plane.width - SIDE - half, 230.0, half, 76.0)),
        *(() if known.record.sets else (plain_button(words.not_me, (SIDE, 232.0, half, 72.0), NotMe(), 24.0),)),
        Text(side, SIDE, 366.0, 56.0),
        *(
            Text(line, plane.width - SIDE, 350.0 + 28.0 * n, 24.0, "ink2", "600", "end")
            for n, line in enumerate(set_up.task_lines(item, known))
        ),
        Rect(0.0, floor, plane.width, plane.height - floor, "surface"),
        *(stack if item.resistance is Resistance.CABLE else set_up.bay(scene, item, known, at)),
        Text(known.tension(scene.tension_n), plane.width / 2, floor + 48.0, 42.0, anchor="middle"),
        *pain(known, (24.0, plane.height - 22.0), 27.0, plane.width - 48.0),
    )


def between_sets(scene: Rest, known: AppState, plane: Plane) -> View:
    """Draw the clock, the side that is done, the patient as they stand next, what can be corrected, the ways out."""
    words = known.words
    told = rest.told_of(scene, known)
    size = 150.0 if len(told.hero) < 3 else 110.0
    third = (plane.width - 2 * SIDE - 24.0) / 3
    keys, head = plane.height - 292.0, 300.0
    acts = (*told.acts, (words.finish_here, FinishTapped()))
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        Rect(0.0, head, plane.width, plane.height - head, "surface"),
        Stroke(((0.0, head), (plane.width, head)), "rule", 4.0, butt=True),
        *signed_in(known, 38.0, 44.0),
        *headlines(rest.title(scene, known), plane.width - 68.0, 130.0),
        *paragraph(told.how, (36.0, 250.0), 27.0, plane.width - 66.0),
        Text(told.hero, SIDE, 440.0, size),
        Text(told.unit, SIDE + 14.0 + estimated_width(told.hero, size), 440.0, 46.0 if len(told.unit) < 3 else 34.0),
        Text(told.side, 268.0, 340.0, 26.0, "ink2", "500"),
        Text(told.beside, 268.0, 400.0, fitted(told.beside, 58.0, 120.0)),
        *((check(350.0, 382.0, 30.0),) if told.all_done else ()),
        Text(told.perhaps, 268.0, 428.0, 22.0, "ink2", "600"),
        *rest.standing(known.side, plane.width - (72.0 if known.side is Side.LEFT else 110.0), keys - 20.0, 0.9),
        *(
            plain_button(
                text, (SIDE + (place % 3) * (third + 12.0), keys + (place // 3) * 80.0, third, 70.0), act, 23.0
            )
            for place, (text, act) in enumerate(acts)
        ),
        stop_button(known, (SIDE, keys + 164.0, plane.width - 2 * SIDE, 76.0)),
        *pain(known, (24.0, plane.height - 14.0), 22.0, plane.width - 48.0),
    )


def beside_the_line(known: AppState, plane: Plane) -> View:
    """Draw the clock on the stage above, and which one of how many below."""
    words, item, visit = known.words, known.item, known.visit
    if visit is None or not isinstance(item, TimedItem):
        return (Rect(0.0, 0.0, plane.width, plane.height, "ground"),)
    stage = TIMED_STAGE
    share = timed.share_left(visit.timed, item, known.now_s)
    top = stage - (stage - 160.0) * share
    title = words.exercises[item.exercise]
    side = words.side(known.side)
    half = (plane.width - 2 * SIDE - 12.0) / 2
    third, ways = (plane.width - 2 * SIDE - 16.0) / 3, plane.height - 206.0
    count = words.of_count.format(done=min(visit.timed.done + 1, item.reps), all=item.reps)
    return (
        Rect(0.0, 0.0, plane.width, stage, "ground"),
        Flood(((0.0, top), (plane.width, top)), stage, "out", "out_line", 14.0),
        Text(title, 26.0, 116.0, sized(title, (92.0, 84.0, 76.0, 64.0, 56.0, 48.0), plane.width - 52.0)),
        *moved(timed.clock(visit.timed, item, known), 0.98, (0.0, 12.0)),
        *pain(known, (24.0, stage - 8.0), 22.0, plane.width - 48.0),
        Rect(0.0, stage, plane.width, plane.height - stage, "surface"),
        *picture(item.exercise, (plane.width - 174.0, stage + 116.0), 0.78),
        Text(count, SIDE, stage + 50.0, fitted(count, 46.0, 220.0)),
        Text(side, SIDE, stage + 80.0, 26.0, "ink2", "500"),
        *paragraph(timed.how_it_is_done(item, known), (SIDE, stage + 108.0), 22.0, plane.width - 2 * SIDE, 1),
        stop_button(known, (SIDE, ways, third, 74.0)),
        *(
            plain_button(
                label,
                (SIDE + (place + 1) * (third + 8.0), ways, third, 74.0),
                act,
                sized(label, SMALL, third - 10.0),
            )
            for place, (label, act) in enumerate(timed.ways_out(known))
        ),
        primary_button(timed.act(visit.timed, item, known), (SIDE, plane.height - 122.0, half, 76.0), TimedTapped()),
        plain_button(words.done, (SIDE + half + 12.0, plane.height - 122.0, half, 76.0), TimedFinished()),
        *signed_in(known, 38.0, plane.height - 14.0),
    )
