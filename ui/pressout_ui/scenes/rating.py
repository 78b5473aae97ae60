"""Rating of effort and pain, 0 to 10, each of which may be skipped."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from pressout_ui.app_state import AppState
from pressout_ui.messages import Message, RatingDone, RatingTapped
from pressout_ui.scenes.parts import plain_button, primary_button
from pressout_ui.shapes import Button, Plane, Point, Rect, Text, View, sized

# Nobody has to answer: after this long without a touch it counts as skipped.
PATIENCE_S = 45.0
HIGHEST = 10
# Keys of 64 with little between them: a miss is one step, and can be changed.
KEY, GAP = 64.0, 4.8


class RatingQuestion(StrEnum):
    """What is asked."""

    EFFORT = "effort"
    PAIN = "pain"


class Rating(Struct, frozen=True):
    """What is asked, since when, what is chosen, and what was said of effort before.

    Whoever is `leaving`, because it hurts or early, is asked to the end, whatever comes of the line meanwhile.
    """

    asked: RatingQuestion
    since_s: float
    chosen: int | None = None
    effort: int | None = None
    leaving: bool = False


def update(scene: Rating, message: Message, known: AppState) -> Rating:
    """Give the scene after `message`."""
    if isinstance(message, RatingTapped):
        return replace(scene, chosen=message.value, since_s=known.now_s)
    return scene


def view(scene: Rating, known: AppState, plane: Plane) -> View:
    """Draw the question, a row of eleven keys, and a way past it."""
    words = known.words
    title, how, (least, most) = asked(scene, known)
    size = sized(title, (76.0, 68.0, 60.0, 52.0), plane.width - 80.0)
    left = (plane.width - (HIGHEST + 1) * KEY - HIGHEST * GAP) / 2
    right = plane.width - left
    keys = (
        key(value, (left + value * (KEY + GAP), 206.0), chosen=value == scene.chosen) for value in range(HIGHEST + 1)
    )
    done = primary_button(words.done, (plane.width - 216.0, plane.height - 92.0, 180.0, 72.0), RatingDone())
    return (
        Rect(0.0, 0.0, plane.width, plane.height, "ground"),
        Text(title, 40.0, 110.0, size),
        Text(how, 42.0, 154.0, 28.0, "ink2", "500"),
        *keys,
        Text(least, left, 346.0, 25.0, weight="500"),
        _end(most, right),
        plain_button(words.skip, (36.0, plane.height - 92.0, 180.0, 72.0), RatingDone(skipped=True)),
        *((done,) if scene.chosen is not None else ()),
    )


def _end(text: str, right: float) -> Text:
    return Text(text, right, 346.0, 25.0, weight="500", anchor="end")


def asked(scene: Rating, known: AppState) -> tuple[str, str, tuple[str, str]]:
    """Give the question, how it is meant, and what its two ends are called."""
    words = known.words
    if scene.asked is RatingQuestion.PAIN:
        return words.pain_now, words.pain_how, words.pain_ends
    return words.effort, words.effort_how, words.effort_ends


def key(value: int, at: Point, *, chosen: bool) -> Button:
    """Give the key of one value, its corner at a point."""
    fill, ink = ("action", "on_action") if chosen else ("raised", "ink")
    return Button(str(value), Rect(*at, KEY, 104.0, fill, 12.0), RatingTapped(value), 34.0, ink, "700")
