"""Every scene as it was looked at and found good; in a language of long words; and in every size a panel has."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import fields, replace

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame

from pressout_ui.app import Screen, view
from pressout_ui.app_state import AppState
from pressout_ui.font_metrics import estimated_width
from pressout_ui.gallery import ELSEWHERE, EVERY, LOOKS, SIZES, painted
from pressout_ui.renderer import width_of
from pressout_ui.shapes import Button, Plane, Text, written_on
from pressout_ui.words import LANGUAGES, Words
from screens import NAMED, SCENES

PICTURES = Path(__file__).parent.parent / "docs" / "screens"
# Fonts are drawn a little otherwise by each version of their library: at most edges, never whole letters.
EDGE, MOST_EDGES = 48, 0.01


def pixels(surface: pygame.Surface) -> np.ndarray[Any, np.dtype[np.int16]]:
    return pygame.surfarray.array3d(surface).astype(np.int16)


def differing(screen: Screen, theme: str, size: tuple[int, int], picture: Path) -> float:
    """Give the share of pixels that are clearly another colour than in the picture."""
    painted(screen, theme, size)
    now = pixels(pygame.display.get_surface())
    kept = pixels(pygame.image.load(str(picture)))
    assert now.shape == kept.shape
    return float((np.abs(now - kept).max(axis=2) > EDGE).mean())


@NAMED
@pytest.mark.parametrize("kind", LOOKS)
def test_each_scene_looks_as_it_did_when_it_was_looked_at(name: str, screen: Screen, kind: str) -> None:
    picture = PICTURES / f"{name}{kind}.png"

    assert differing(screen, LOOKS[kind], (800, 480), picture) <= MOST_EDGES, "run make gallery, and look at it"


@pytest.mark.parametrize(
    ("name", "kind"), [(name, kind) for name, _ in SCENES for kind in SIZES if kind in EVERY[1:] or name in ELSEWHERE]
)
def test_other_sizes_look_as_they_did(name: str, kind: str) -> None:
    screen = dict(SCENES)[name]

    assert differing(screen, "light", SIZES[kind], PICTURES / f"{name}{kind}.png") <= MOST_EDGES


def test_a_picture_of_another_count_would_be_noticed() -> None:
    scenes = dict(SCENES)

    assert differing(scenes["11-last-three"], "light", (800, 480), PICTURES / "07-press-out.png") > MOST_EDGES


# ---- a language of long words ------------------------------------------------------------------------


def stretched(words: Any) -> Any:
    """Double every vowel: a third longer, as German is beside English."""
    if isinstance(words, str):
        parts = re.split(r"(\{[^}]*\})", words)
        return "".join(part if part.startswith("{") else re.sub("([aeiou])", r"\1\1", part) for part in parts)
    if isinstance(words, tuple):
        return tuple(stretched(each) for each in words)
    if isinstance(words, Mapping):
        return {name: stretched(each) for name, each in words.items()}
    return words


PLANES = (Plane(800.0, 480.0), Plane(853.3, 480.0), Plane(480.0, 800.0), Plane(480.0, 853.3))

LONG = Words(**{field.name: stretched(getattr(LANGUAGES["en"], field.name)) for field in fields(Words)})


class Stretched(AppState, frozen=True, kw_only=True):
    """What is known, in that language."""

    @property
    def words(self) -> Words:
        """The language of long words."""
        return LONG


def in_long_words(screen: Screen) -> Screen:
    known = screen.known
    return replace(screen, known=Stretched(**{field.name: getattr(known, field.name) for field in fields(AppState)}))


@NAMED
@pytest.mark.parametrize("plane", PLANES, ids=["800", "853", "480", "upright"])
def test_long_words_break_no_layout(name: str, screen: Screen, plane: Plane) -> None:
    pygame.font.init()
    for shape in view(in_long_words(screen), plane):
        if isinstance(shape, Button):
            for line in written_on(shape):
                assert width_of(line.text, line.weight, line.size) <= shape.box.width - 4, (name, line.text)
        elif isinstance(shape, Text):
            width = width_of(shape.text, shape.weight, shape.size)
            left = shape.x - {"start": 0.0, "middle": width / 2, "end": width}[shape.anchor]
            assert left >= 0, (name, shape.text)
            assert left + width <= plane.width, (name, shape.text)


def written(screen: Screen, plane: Plane) -> list[tuple[str, float, float, float, float]]:
    """Give each text of a view with its left, right, top and foot: capitals and digits, without tails."""
    lines: list[Text] = []
    for shape in view(screen, plane):
        if isinstance(shape, Text) and shape.text:
            lines.append(shape)
        elif isinstance(shape, Button):
            lines.extend(line for line in written_on(shape) if line.text)
    found = []
    for line in lines:
        width = width_of(line.text, line.weight, line.size)
        left = line.x - {"start": 0.0, "middle": width / 2, "end": width}[line.anchor]
        found.append((line.text, left, left + width, line.baseline - 0.66 * line.size, line.baseline))
    return found


def spoken_in(language: str, screen: Screen) -> Screen:
    known = screen.known
    if language == "long":
        return in_long_words(screen)
    return replace(screen, known=replace(known, language=language))


@NAMED
@pytest.mark.parametrize("plane", PLANES, ids=["800", "853", "480", "upright"])
def test_in_a_language_of_long_words_every_key_is_on_the_screen_and_apart(
    name: str, screen: Screen, plane: Plane
) -> None:
    boxes = [shape.box for shape in view(in_long_words(screen), plane) if isinstance(shape, Button)]

    assert all(box.x >= -0.01 and box.x + box.width <= plane.width + 0.01 for box in boxes), name
    assert all(box.y >= -0.01 and box.y + box.height <= plane.height + 0.01 for box in boxes), name
    for place, box in enumerate(boxes):
        for other in boxes[place + 1 :]:
            across = box.x < other.x + other.width - 0.01 and other.x < box.x + box.width - 0.01
            assert not (across and box.y < other.y + other.height and other.y < box.y + box.height), name


@NAMED
@pytest.mark.parametrize("language", ["en", "es", "long"])
@pytest.mark.parametrize("plane", PLANES, ids=["800", "853", "480", "upright"])
def test_no_text_stands_on_another(name: str, screen: Screen, language: str, plane: Plane) -> None:
    pygame.font.init()
    texts = written(spoken_in(language, screen), plane)

    for place, (one, left, right, top, foot) in enumerate(texts):
        for other, its_left, its_right, its_top, its_foot in texts[place + 1 :]:
            apart = right <= its_left or its_right <= left or foot <= its_top or its_foot <= top
            assert apart, (name, one, other)


def test_no_text_is_wider_than_it_is_taken_for() -> None:
    pygame.font.init()
    for words in (*LANGUAGES.values(), LONG):
        for field in fields(Words):
            said = getattr(words, field.name)
            if isinstance(said, str):
                assert width_of(said, "700", 100.0) <= estimated_width(said, 100.0) * 1.02, said
