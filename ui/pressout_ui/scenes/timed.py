"""An exercise beside the line: a clock that empties the flood, or a tap for each. Not sensed, never said to be."""

from __future__ import annotations

import math

from msgspec import Struct
from msgspec.structs import replace

from pressout_session.exercises import Side
from pressout_session.prescription import TimedItem
from pressout_ui.app_state import AppState
from pressout_ui.commands import Command, KeepTimed, Play, Sound
from pressout_ui.font_metrics import estimated_width
from pressout_ui.messages import Message, Ticked, TimedFinished, TimedTapped
from pressout_ui.pictograms import on_the_mat
from pressout_ui.scenes.live_view import RAIL
from pressout_ui.scenes.parts import pain, plain_button, primary_button, signed_in
from pressout_ui.shapes import LEAST_SIZE, Flood, Plane, Rect, Shape, Text, View, fitted, sized

# A second tap so soon after one that ended an exercise is the same tap.
TWICE_S = 0.6


class Timed(Struct, frozen=True):
    """How many are done, and how far the clock of this one is; it runs while `running`."""

    done: int = 0
    elapsed_s: float = 0.0
    running: bool = False
    ticked_s: float | None = None
    began_s: float = -math.inf


def update(scene: Timed, message: Message, known: AppState) -> tuple[Timed, tuple[Command, ...]]:
    """Give the scene after `message`; when the last one is done, what to keep."""
    item = known.item
    if not isinstance(item, TimedItem):
        return scene, ()
    match message:
        case TimedTapped() if item.duration_s == 0:
            return _one_done(scene, item)
        case TimedTapped():
            return replace(scene, running=not scene.running, ticked_s=None), ()
        case TimedFinished() if known.now_s - scene.began_s < TWICE_S:
            return scene, ()
        case TimedFinished():
            return Timed(began_s=known.now_s), (KeepTimed(scene.done, item.duration_s),)
        case Ticked(now_s=now_s) if scene.running:
            return _ticked(scene, item, now_s)
        case _:
            return scene, ()


def _ticked(scene: Timed, item: TimedItem, now_s: float) -> tuple[Timed, tuple[Command, ...]]:
    elapsed_s = scene.elapsed_s + (0.0 if scene.ticked_s is None else now_s - scene.ticked_s)
    if elapsed_s >= item.duration_s:
        return _one_done(scene, item)
    left_before, left = (int(item.duration_s - at_s + 0.999) for at_s in (scene.elapsed_s, elapsed_s))
    heard: tuple[Command, ...] = (Play(Sound.TICK),) if left < left_before and left <= 5 else ()
    return replace(scene, elapsed_s=elapsed_s, ticked_s=now_s), heard


def _one_done(scene: Timed, item: TimedItem) -> tuple[Timed, tuple[Command, ...]]:
    done = scene.done + 1
    if done >= item.reps:
        return Timed(), (Play(Sound.SIDE_DONE), KeepTimed(done, item.duration_s))
    # The clock of the next one waits for a tap: nobody can see here whether the patient is ready.
    return Timed(done=done), (Play(Sound.SIDE_DONE),)


def view(scene: Timed, known: AppState, plane: Plane) -> View:
    """Draw the clock on the stage, and on the rail which one of how many."""
    words, item = known.words, known.item
    if not isinstance(item, TimedItem):
        return (Rect(0.0, 0.0, plane.width, plane.height, "ground"),)
    stage = plane.width - RAIL
    left = stage + 20.0
    tapping = item.duration_s == 0
    share = 0.0 if tapping else 1.0 - scene.elapsed_s / item.duration_s
    top = plane.height - (plane.height - 160.0) * share
    act = (
        words.count_one
        if tapping
        else words.pause
        if scene.running
        else words.go_on
        if scene.elapsed_s
        else words.start
    )
    title = words.exercises[item.exercise]
    size = sized(title, (106.0, 98.0, 88.0, 76.0, 64.0, 56.0), stage - 52.0)
    side = words.left if known.side is Side.LEFT else words.right
    how = words.timed_how[item.exercise]
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        Flood(((0.0, top), (stage, top)), plane.height, "out", "out_line", 14.0),
        Text(title, 26.0, 128.0, size),
        *_clock(scene, item, known),
        pain(known, (28.0, 452.0), 24.0, stage - 36.0),
        Rect(stage, 0.0, RAIL, plane.height, "surface"),
        *(on_the_mat(left, 132.0) if item.exercise == "bird_dog" else ()),
        Text(words.of_count.format(done=min(scene.done + 1, item.reps), all=item.reps), left, 196.0, 46.0),
        Text(side, left, 226.0, 26.0, "ink2", "500"),
        *_how(how, left),
        primary_button(act, (left, 274.0, 184.0, 72.0), TimedTapped()),
        plain_button(words.done, (left, 356.0, 184.0, 72.0), TimedFinished()),
        *signed_in(known, left + 8.0, 456.0),
    )


def _how(how: str, left: float) -> tuple[Shape, ...]:
    """Say how it is done: in a line, or where the language needs it, in two."""
    room = RAIL - 32.0
    if estimated_width(how, LEAST_SIZE) <= room:
        return (Text(how, left, 258.0, fitted(how, 22.0, room), "ink2", "500"),)
    words = how.split()
    half = (len(words) + 1) // 2
    lines = (" ".join(words[:half]), " ".join(words[half:]))
    return tuple(
        Text(line, left, 248.0 + 20.0 * place, fitted(line, 20.0, room), "ink2", "500")
        for place, line in enumerate(lines)
    )


def _clock(scene: Timed, item: TimedItem, known: AppState) -> tuple[Shape, ...]:
    """Give what is left of this one; from a hundred seconds on in minutes; or how many have been tapped."""
    if item.duration_s == 0:
        return (Text(str(scene.done), 216.0, 396.0, 336.0, anchor="middle"),)
    left = int(item.duration_s - scene.elapsed_s + 0.999)
    if left > 99:
        return (Text(f"{left // 60}:{left % 60:02d}", 264.0, 396.0, 196.0, anchor="middle"),)
    unit = Text(known.words.seconds, 432.0 if left > 9 else 346.0, 396.0, 76.0)
    return (Text(str(left), 216.0, 396.0, 336.0, anchor="middle"), unit)
