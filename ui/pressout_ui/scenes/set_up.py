"""Taking up the tension: where to stand, or which pin, until it is right. The band is judged here and nowhere else."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from pressout_session.exercises import Side
from pressout_session.prescription import CabledItem
from pressout_signal.events import Movement, Resistance
from pressout_signal.samples import Sample
from pressout_ui.app_state import AppState
from pressout_ui.messages import Felt, Message, NotMe
from pressout_ui.pictograms import arrow, check, handle, line_to, patient
from pressout_ui.scenes.parts import headline, pain, plain_button, sentence, signed_in, stop_button
from pressout_ui.scenes.rest import Rest
from pressout_ui.scenes.today import Today
from pressout_ui.shapes import Anchor, Disc, Plane, Rect, Shape, Stroke, Text, View, fitted, mirrored, moved

# Standing still is this long within the band; breathing and sway stay inside it.
STEADY_S = 0.8
# A hanging handle pulls less than this (the zero is off by 0.3 N and drifts by 0.6 N).
SLACK_N = 2.0
ANCHOR_START: Anchor = "start"
ANCHOR_END: Anchor = "end"


class Floor(NamedTuple):
    """Where the bay is on the floor, how wide and high, where the line is anchored, and how far away one can stand."""

    bay: float
    wide: float
    top: float
    foot: float
    anchor: float
    nearest: float
    farthest: float
    plane: float
    figure: float


# On a panel wider than this the picture stands in its middle.
WIDE: Final = 900.0
LYING: Final = Floor(414.0, 158.7, 186.0, 400.0, 48.0, 150.0, 716.0, 800.0, 1.68)


class TensionBand(StrEnum):
    """Where the tension is, against its band."""

    SLACK = "slack"
    LOW = "low"
    HIGH = "high"
    IN = "in"
    READY = "ready"


class SetUp(Struct, frozen=True):
    """The tension of the last moment, since when it has been in its band, and what to go back to if nothing comes.

    `ready` holds from the first time it was, until the line is slack: whoever presses now is not sent walking.
    """

    window: tuple[Sample, ...] = ()
    in_since_s: float | None = None
    back: Rest | Today | None = None
    ready: bool = False

    @property
    def tension_n(self) -> float:
        """The mean of the window, in newtons: a number that does not twitch."""
        if not self.window:
            return 0.0
        return sum(sample.tension_n for sample in self.window) / len(self.window)


def update(scene: SetUp, message: Message, known: AppState) -> SetUp:
    """Give the scene after `message`."""
    item = known.cabled
    if not isinstance(message, Felt) or item is None or not message.samples:
        return scene
    newest_s = message.samples[-1].t_s
    kept = (*scene.window, *message.samples)
    window = tuple(sample for sample in kept if newest_s - sample.t_s <= 0.35)
    ready = place_of(scene, item, known.now_s) is TensionBand.READY
    scene = replace(scene, window=window, ready=ready)
    if abs(scene.tension_n - item.target_n) > item.tolerance_n:
        return replace(scene, in_since_s=None)
    return scene if scene.in_since_s is not None else replace(scene, in_since_s=newest_s)


def place_of(scene: SetUp, item: CabledItem, now_s: float) -> TensionBand:
    """Say where the tension is."""
    if scene.tension_n < SLACK_N:
        return TensionBand.SLACK
    if scene.ready:
        return TensionBand.READY
    if scene.in_since_s is not None:
        return TensionBand.READY if now_s - scene.in_since_s >= STEADY_S else TensionBand.IN
    return TensionBand.LOW if scene.tension_n < item.target_n else TensionBand.HIGH


def view(scene: SetUp, known: AppState, plane: Plane) -> View:
    """Draw which side it is, the line, where the patient stands on it and the bay to stand in; or the stack's pin."""
    item = known.cabled
    if item is None:
        return (Rect(0.0, 0.0, plane.width, plane.height, "ground"),)
    place = place_of(scene, item, known.now_s)
    title, how = said(place, item, known)
    floor = plane.height - 80.0
    ready = (replace(check(520.0, 76.0, 58.0), width=18.0),) if place is TensionBand.READY else ()
    stack = (*plates(scene, item, known.now_s), *weight_bar(scene, item, known))
    picture = stack if item.resistance is Resistance.CABLE else bay(scene, item, known, LYING)
    if plane.width > WIDE:
        picture = moved(picture, 1.0, ((plane.width - LYING.plane) / 2, 0.0))
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        headline(title, width=460.0 if ready else 550.0),
        sentence(how, room=plane.width - 260.0),
        stop_button(known, (plane.width - 206.0, 60.0, 184.0, 70.0)),
        *signed_in(known, plane.width - 150.0, 50.0),
        *_not_me(known, plane),
        Rect(0.0, floor, plane.width, 80.0, "surface"),
        *picture,
        *_task(place, item, known, plane),
        *ready,
        *pain(known, (28.0, plane.height - 30.0), 27.0, plane.width - 200.0),
        Text(known.tension(scene.tension_n), plane.width - 28.0, plane.height - 30.0, 34.0, anchor="end"),
    )


def _not_me(known: AppState, plane: Plane) -> tuple[Shape, ...]:
    """Give a way out for whom the code does not belong to, until something has been counted."""
    if known.record.sets:
        return ()
    return (plain_button(known.words.not_me, (plane.width - 206.0, 144.0, 184.0, 68.0), NotMe(), 24.0),)


def _task(place: TensionBand, item: CabledItem, known: AppState, plane: Plane) -> tuple[Shape, ...]:
    """Say side, exercise, repetitions, hold and set, on the side that the picture leaves free."""
    left = known.side is Side.LEFT
    tubing = item.resistance is Resistance.TUBING
    # Who stands too far away stands where it would be; there is room between them and the anchor's post.
    near, top = (78.0, 236.0) if tubing and place is TensionBand.HIGH else (28.0, 276.0)
    x, anchor = plane.width - near, ANCHOR_END
    if tubing and left is (place is TensionBand.HIGH):
        x, anchor = near, ANCHOR_START
    if not tubing:
        x, anchor, top = 424.0, ANCHOR_START, 240.0
    side = Text(known.words.side(known.side), x, top, 64.0, anchor=anchor)
    return (
        side,
        *(
            Text(line, x, top + 40.0 + 32.0 * n, 24.0, "ink2", "600", anchor)
            for n, line in enumerate(task_lines(item, known))
        ),
    )


def task_lines(item: CabledItem, known: AppState) -> list[str]:
    """Say repetitions and hold, and which set it is."""
    words = known.words
    turn = None if known.visit is None else known.visit.course.turn
    lines = [f"{item.reps}" + (f" · {words.hold} {item.hold_s:g} {words.seconds}" if item.hold_s else "")]
    if turn is not None and item.sets > 1:
        lines.append(words.set_of.format(number=turn.set_number, all=item.sets))
    if turn is not None and known.visit is not None and known.visit.prescription.rounds > 1:
        lines.append(words.round_of.format(number=turn.round, all=known.visit.prescription.rounds))
    return lines


def said(place: TensionBand, item: CabledItem, known: AppState) -> tuple[str, str]:
    """Say what is to be done, and how."""
    words = known.words
    cable = item.resistance is Resistance.CABLE
    match place:
        case TensionBand.SLACK:
            return words.take_up, words.take_up_how
        case TensionBand.LOW:
            return (words.heavier, words.stack_how) if cable else (words.further, words.further_how)
        case TensionBand.HIGH:
            return (words.lighter, words.stack_how) if cable else (words.closer, words.closer_how)
        case TensionBand.IN | TensionBand.READY:
            return words.ready, words.ready_how_slack if item.movement is Movement.ROW else words.ready_how


def bay(scene: SetUp, item: CabledItem, known: AppState, floor: Floor) -> tuple[Shape, ...]:
    """Draw the bay to stand in, and who stands where, with the anchor on the side that is being trained."""
    shapes = _bay_on_the_left(scene, item, known, floor)
    return shapes if known.side is Side.LEFT else mirrored(shapes, floor.plane)


def _bay_on_the_left(scene: SetUp, item: CabledItem, known: AppState, floor: Floor) -> tuple[Shape, ...]:
    place = place_of(scene, item, known.now_s)
    x = _standing_at(scene.tension_n, item, floor)
    centre, right = floor.bay + floor.wide / 2, floor.bay + floor.wide
    inside = place in (TensionBand.IN, TensionBand.READY)
    wall, shoulders = 12.0 if inside else 6.0, floor.foot - 38.0
    hands = handle(x, shoulders, floor.figure, out=False)
    size = fitted(known.tension(item.target_n), 36.0, floor.wide - 14.0)
    shapes: list[Shape] = [
        Rect(floor.bay, floor.top, floor.wide, floor.foot - floor.top, "good_fill"),
        Stroke(((floor.bay, floor.top), (floor.bay, floor.foot)), "good", wall, butt=True),
        Stroke(((right, floor.top), (right, floor.foot)), "good", wall, butt=True),
        Text(known.tension(item.target_n), centre, floor.top + 40.0, size, anchor="middle"),
        *line_to(hands, (floor.anchor, hands[1]), floor.figure),
        *patient(x, shoulders, floor.figure, ground="good_fill" if inside else "ground"),
    ]
    elbow = 55.0 * floor.figure
    if place in (TensionBand.LOW, TensionBand.SLACK) and x + elbow + 60.0 < floor.bay:
        shapes.extend(arrow((x + elbow, hands[1]), (floor.bay - 22.0, hands[1]), 14.0))
    elif place is TensionBand.HIGH:
        over = hands[1] - 30.0
        shapes.extend(arrow((x + 0.3 * elbow, over), (centre, over), 12.0))
    return tuple(shapes)


def _standing_at(tension_n: float, item: CabledItem, floor: Floor) -> float:
    """Give where on the floor a tension is drawn: the band is the bay, slack is near the anchor."""
    low_n, high_n = item.target_n - item.tolerance_n, item.target_n + item.tolerance_n
    share = floor.wide / LYING.wide
    if tension_n < low_n:
        return floor.nearest + (floor.bay - 60.0 * share - floor.nearest) * max(0.0, tension_n) / low_n
    if tension_n > high_n:
        beyond = floor.bay + floor.wide + (60.0 + (tension_n - high_n) / high_n * 120.0) * share
        return min(beyond, floor.farthest)
    return floor.bay + floor.wide * (tension_n - low_n) / (high_n - low_n)


def plates(scene: SetUp, item: CabledItem, now_s: float) -> tuple[Shape, ...]:
    """Draw the stack: seven plates, as many dark as the pull lifts, its pin, and which way to move it."""
    share = scene.tension_n / item.target_n
    lifted = max(0, min(7, round(4 * share)))
    shapes: list[Shape] = []
    for plate in range(7):
        y = 186.0 + 30.0 * plate
        shapes.append(Rect(60.0, y, 200.0, 25.0, "ink" if plate < lifted else "quiet", 4.0))
        shapes.append(Disc(160.0, y + 12.5, 6.0, "ground"))
    pin = 186.0 + 30.0 * max(0, lifted - 1) + 12.5
    shapes.append(Stroke(((160.0, pin), (316.0, pin)), "out_line", 12.0, butt=True))
    shapes.append(Disc(320.0, pin, 17.0, "out_line", "ground", 5.0))
    band = place_of(scene, item, now_s)
    if band is TensionBand.LOW:
        shapes.extend(arrow((374.0, 220.0), (374.0, 330.0), 14.0))
    elif band is TensionBand.HIGH:
        shapes.extend(arrow((374.0, 330.0), (374.0, 220.0), 14.0))
    return tuple(shapes)


def weight_bar(scene: SetUp, item: CabledItem, known: AppState) -> tuple[Shape, ...]:
    """Draw the pull on a bar with its band."""
    share = scene.tension_n / item.target_n
    shapes: list[Shape] = []
    low, high = (207.0 * (1.0 + sign * item.tolerance_n / item.target_n) for sign in (-1.0, 1.0))
    shapes.append(Rect(424.0, 332.0, 310.0, 40.0, "surface", 8.0))
    shapes.append(Rect(424.0 + low, 322.0, high - low, 60.0, "good_fill"))
    shapes.extend(Stroke(((424.0 + x, 322.0), (424.0 + x, 382.0)), "good", 6.0, butt=True) for x in (low, high))
    shapes.append(Rect(424.0, 332.0, min(310.0, max(8.0, 207.0 * share)), 40.0, "ink", 8.0))
    shapes.append(Text(known.tension(item.target_n), 424.0 + (low + high) / 2, 312.0, 32.0, anchor="middle"))
    return tuple(shapes)
