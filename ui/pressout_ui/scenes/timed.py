"""An exercise beside the line: a clock that empties the flood, or a tap for each. Not sensed, never said to be."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from pressout_session.course import Course
from pressout_session.prescription import TimedItem
from pressout_session.timed_progress import TimedProgress
from pressout_ui.app_state import AppState
from pressout_ui.commands import Command, FinishTimed, Play, Sound, TapTimed
from pressout_ui.exercise_pictures import picture
from pressout_ui.font_metrics import estimated_width
from pressout_ui.messages import (
    FinishTapped,
    Message,
    NotMe,
    TherapistTapped,
    Ticked,
    TimedFinished,
    TimedTapped,
    VisitMoved,
)
from pressout_ui.scenes.live_view import RAIL
from pressout_ui.scenes.parts import pain, plain_button, primary_button, signed_in, stop_button
from pressout_ui.shapes import LEAST_SIZE, Flood, Plane, Rect, Shape, Text, View, fitted, sized

# The last seconds of a clock are heard.
HEARD_S = 5
SMALL = (24.0, 22.0, 20.0)


class Timed(Struct, frozen=True):
    """What was heard of the visit's progress: whose turn it was, how many were done, and how many seconds were left."""

    course: Course | None = None
    done: int = 0
    left_s: int | None = None

    @classmethod
    def of(cls, known: AppState) -> Timed:
        """Give the scene of a visit as it stands."""
        return cls() if known.visit is None else cls(known.visit.course, known.visit.timed.done)


def update(scene: Timed, message: Message, known: AppState) -> tuple[Timed, tuple[Command, ...]]:
    """Give the scene after `message`, and what is heard: the last seconds of each, and the end of it."""
    match message:
        case TimedTapped():
            return scene, (TapTimed(),)
        case TimedFinished():
            return scene, (FinishTimed(),)
        case VisitMoved():
            now = Timed.of(known)
            ended = (now.course, now.done) != (scene.course, scene.done)
            return (now, (Play(Sound.SIDE_DONE),)) if ended else (scene, ())
        case Ticked():
            before_s, left_s = scene.left_s, _left_s(known)
            heard = before_s is not None and left_s is not None and 0 < left_s < min(before_s, HEARD_S + 1)
            return replace(scene, left_s=left_s), (Play(Sound.TICK),) if heard else ()
        case _:
            return scene, ()


def _left_s(known: AppState) -> int | None:
    """Give the seconds that are left of this one, as they are counted down; None where no clock runs."""
    if known.visit is None or known.visit.timed.since_s is None or not isinstance(known.item, TimedItem):
        return None
    return _seconds_left(known.visit.timed, known.item, known.now_s)


def _seconds_left(timed: TimedProgress, item: TimedItem, now_s: float) -> int:
    return max(int(item.duration_s - timed.elapsed_s(now_s) + 0.999), 0)


def view(known: AppState, plane: Plane) -> View:
    """Draw the clock on the stage, and on the rail which one of how many."""
    words, item, visit = known.words, known.item, known.visit
    if visit is None or not isinstance(item, TimedItem):
        return (Rect(0.0, 0.0, plane.width, plane.height, "ground"),)
    timed = visit.timed
    stage = plane.width - RAIL
    left = stage + 20.0
    top = plane.height - (plane.height - 160.0) * share_left(timed, item, known.now_s)
    title = words.exercises[item.exercise]
    size = sized(title, (106.0, 98.0, 88.0, 76.0, 64.0, 56.0), stage - 52.0)
    side = words.side(known.side)
    how = how_it_is_done(item, known)
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        Flood(((0.0, top), (stage, top)), plane.height, "out", "out_line", 14.0),
        Text(title, 26.0, 128.0, size),
        *clock(timed, item, known),
        stop_button(known, (stage - 158.0, 152.0, 146.0, 70.0)),
        *(
            plain_button(label, (stage - 158.0, 230.0 + 78.0 * place, 146.0, 70.0), act_, sized(label, SMALL, 136.0))
            for place, (label, act_) in enumerate(ways_out(known))
        ),
        *pain(known, (28.0, 452.0), 24.0, stage - 36.0),
        Rect(stage, 0.0, RAIL, plane.height, "surface"),
        *picture(item.exercise, (left, 148.0)),
        Text(words.of_count.format(done=min(timed.done + 1, item.reps), all=item.reps), left, 196.0, 46.0),
        Text(side, left, 226.0, 26.0, "ink2", "500"),
        *_how(how, left),
        primary_button(act(timed, item, known), (left, 274.0, 184.0, 72.0), TimedTapped()),
        plain_button(words.done, (left, 356.0, 184.0, 72.0), TimedFinished()),
        *signed_in(known, left + 8.0, 456.0),
    )


def ways_out(known: AppState) -> tuple[tuple[str, Message], ...]:
    """Give the ways out for who is not the one who is signed in, or has had enough, and the therapist's way in."""
    words = known.words
    begun = known.record.sets or known.record.timed or known.record.timed_so_far
    out: tuple[str, Message] = (words.finish_here, FinishTapped()) if begun else (words.not_me, NotMe())
    return out, (words.therapist, TherapistTapped())


def share_left(timed: TimedProgress, item: TimedItem, now_s: float) -> float:
    """Give the share of this one's time that is left; of what is tapped, none."""
    return 1.0 - min(timed.elapsed_s(now_s) / item.duration_s, 1.0) if item.duration_s else 0.0


def how_it_is_done(item: TimedItem, known: AppState) -> str:
    """Say how it is done: of a bird dog which arm and which leg, of others in three words."""
    words = known.words
    return words.timed_how.get(item.exercise) or words.limbs[known.side]


def act(timed: TimedProgress, item: TimedItem, known: AppState) -> str:
    """Say what the large key does now."""
    words = known.words
    if item.duration_s == 0:
        return words.count_one
    if timed.since_s is not None:
        return words.pause
    return words.go_on if timed.spent_s else words.start


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


def clock(timed: TimedProgress, item: TimedItem, known: AppState) -> tuple[Shape, ...]:
    """Give what is left of this one; from a hundred seconds on in minutes; or how many have been tapped."""
    if item.duration_s == 0:
        return (Text(str(timed.done), 212.0, 396.0, 320.0, anchor="middle"),)
    left = _seconds_left(timed, item, known.now_s)
    if left > 99:
        return (Text(f"{left // 60}:{left % 60:02d}", 264.0, 396.0, 196.0, anchor="middle"),)
    unit = Text(known.words.seconds, 432.0 if left > 9 else 346.0, 404.0, 36.0)
    return (Text(str(left), 212.0, 396.0, 320.0, anchor="middle"), unit)
