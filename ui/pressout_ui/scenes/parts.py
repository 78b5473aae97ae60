"""Parts that several scenes share: who is signed in, the pain line, the headline, buttons."""

from __future__ import annotations

from pressout_session.prescription import CabledItem
from pressout_ui.app_state import AppState
from pressout_ui.font_metrics import wrapped
from pressout_ui.messages import Message, PainTapped
from pressout_ui.shapes import LEAST_SIZE, Button, Disc, Point, Rect, Shape, Text, fitted, sized

# What no key brings back must be held for so long.
HELD_S = 1.0


def signed_in(known: AppState, x: float, baseline: float) -> tuple[Shape, ...]:
    """Give who is signed in; a hollow dot says that something is not saved yet, a bar that the sound is off."""
    if known.patient_ref is None:
        return ()
    dot = Disc(x, baseline - 9.0, 7.0, "ground", "good", 3.0) if known.late else Disc(x, baseline - 9.0, 7.0, "good")
    return (dot, Text(known.code, x + 16.0, baseline, 25.0, weight="600"))


HEADLINES = (108.0, 98.0, 88.0, 76.0, 64.0, 52.0, 44.0)


def headline(text: str, *, width: float = 728.0, baseline: float = 112.0, largest: float = 108.0) -> Text:
    """Give a headline that fits: 108, then 98, then 88 and smaller, by about half an em a letter."""
    return Text(text, 34.0, baseline, sized(text, [size for size in HEADLINES if size <= largest], width))


def headlines(text: str, width: float, baseline: float = 146.0) -> tuple[Text, ...]:
    """Give a headline in two lines where it has several words: on one it would be small."""
    words = text.split()
    half = (len(words) + 1) // 2
    lines = [line for line in (" ".join(words[:half]), " ".join(words[half:])) if line]
    size = min(sized(line, (92.0, 84.0, 76.0, 64.0, 56.0, 48.0, 40.0), width) for line in lines)
    return tuple(Text(line, 34.0, baseline + 84.0 * place, size) for place, line in enumerate(lines))


def sentence(text: str, baseline: float = 158.0, size: float = 30.0, *, room: float = 720.0) -> Text:
    """Give the sentence under a headline."""
    return Text(text, 40.0, baseline, fitted(text, size, room), "ink2", "500")


def paragraph(text: str, at: Point, size: float, room: float, lines: int = 2) -> tuple[Text, ...]:
    """Give a text in so many lines at most, each beginning below the last; smaller where it is long."""
    fit = next((one for one in (size, 0.9 * size, 0.8 * size) if len(wrapped(text, one, room)) <= lines), LEAST_SIZE)
    x, baseline = at
    return tuple(
        Text(line, x, baseline + 1.18 * fit * place, fit, "ink2", "500")
        for place, line in enumerate(wrapped(text, fit, room)[:lines])
    )


def pain(known: AppState, at: Point, size: float, room: float, role: str = "ink") -> tuple[Text, ...]:
    """Give the line that is on every live scene, ending at a point; two lines where on one it would be small."""
    said = known.words.pain
    x, baseline = at
    fit = fitted(said, size, room)
    if fit < 0.85 * size:
        fit = max(fitted(line, size, room) for line in wrapped(said, size, room)[:1])
    lines = wrapped(said, fit, room)
    return tuple(
        Text(line, x, baseline - 1.1 * fit * (len(lines) - 1 - place), fit, role, "600")
        for place, line in enumerate(lines)
    )


def sets_of_reps(item: CabledItem) -> str:
    """Say how many repetitions a side: in one set, or in several."""
    return str(item.reps) if item.sets == 1 else f"{item.sets} × {item.reps}"


def plain_button(label: str, box: tuple[float, float, float, float], on_tap: Message, size: float = 26.0) -> Button:
    """Give an outlined button."""
    return Button(label, Rect(*box, "ground", 14.0, "rule", 2.0), on_tap, size)


def stop_button(known: AppState, box: tuple[float, float, float, float]) -> Button:
    """Give the key for whoever hurts: like no other, by its rim."""
    return Button(known.words.stop_pain, Rect(*box, "raised", 14.0, "ink", 5.0), PainTapped(), 25.0, "ink", "700")


def primary_button(label: str, box: tuple[float, float, float, float], on_tap: Message) -> Button:
    """Give the one filled button of a scene."""
    return Button(label, Rect(*box, "action", 14.0), on_tap, 28.0, "on_action", "700")
