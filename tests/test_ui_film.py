"""The screen filmed beside a patient whose movement is known: the line is with them, and the word is the one said."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from statistics import median

import pytest

from films import Picture, filmed, strokes
from pressout_signal.events import Phase
from pressout_ui.words import LANGUAGES
from windows import virtual_screen

pytestmark = pytest.mark.service
LINES = ("tubing", "cable")
# A word needs so long to be known after a phase has begun, and is then right in so many pictures.
KNOWN_S = {"tubing": 0.35, "cable": 0.5}
RIGHT = {"tubing": 0.95, "cable": 0.85}
EN = LANGUAGES["en"]
WORDS = {
    Phase.REST: {EN.ready, EN.let_go, EN.short},
    Phase.PRESS_OUT: {EN.press_out},
    Phase.HOLD: {EN.hold, EN.and_back},
    Phase.RETURN: {EN.returning},
}
PHASE_OF = {word: phase for phase, words in WORDS.items() for word in words}


@pytest.fixture(scope="module")
def films() -> Iterator[dict[str, list[Picture]]]:
    """Film a session on each line, both at once."""
    with virtual_screen() as display, pytest.MonkeyPatch.context() as environment:
        environment.setenv("DISPLAY", display)
        environment.setenv("SDL_VIDEODRIVER", "x11")
        with ThreadPoolExecutor() as both:
            yield dict(zip(LINES, both.map(filmed, LINES, (1, 1)), strict=True))


@pytest.fixture(params=LINES)
def line(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def film(films: dict[str, list[Picture]], line: str) -> list[Picture]:
    return films[line]


def live_strokes(film: list[Picture]) -> list[list[Picture]]:
    """Give the strokes during which the set is shown: the first of a side begins before its set."""
    return [stroke for stroke in strokes(film) if all(picture.level is not None for picture in stroke)]


def crossed_s(stroke: list[Picture], shares: list[float], share: float) -> float | None:
    """Give when a share is crossed, between two pictures."""
    for (before, low), (after, high) in pairwise(zip(stroke, shares, strict=True)):
        if min(low, high) <= share < max(low, high):
            return before.t_s + (share - low) / (high - low) * (after.t_s - before.t_s)
    return None


def with_some_more(film: list[Picture], stroke: list[Picture], pictures: int = 12) -> list[Picture]:
    """Give a stroke and a few pictures after it: the edge may come that late."""
    at = film.index(stroke[0])
    return film[at : at + len(stroke) + pictures]


def level_of(picture: Picture) -> float:
    assert picture.level is not None
    return picture.level


def test_the_edge_is_no_more_than_120_ms_behind_the_handle(film: list[Picture]) -> None:
    late_s = []
    for stroke in live_strokes(film):
        longer = [picture for picture in with_some_more(film, stroke) if picture.level is not None]
        for share in (0.1, 0.25, 0.5, 0.75, 0.9):
            moved = crossed_s(stroke, [picture.out_share for picture in stroke], share)
            shown = crossed_s(longer, [level_of(picture) for picture in longer], share)
            if moved is not None and shown is not None:
                late_s.append(shown - moved)

    assert len(late_s) > 60
    assert median(late_s) <= 0.12


def test_the_edge_never_runs_back_within_a_stroke(film: list[Picture]) -> None:
    runs_back = []
    for stroke in live_strokes(film):
        way = 1.0 if stroke[-1].out_share > stroke[0].out_share else -1.0
        # From where the edge has begun to go with the handle.
        levels = [way * level_of(picture) for picture in stroke]
        levels = levels[levels.index(min(levels)) :]
        runs_back.append(max((before - after for before, after in pairwise(levels)), default=0.0))

    assert len(runs_back) >= 16
    assert max(runs_back) < 0.01


def test_the_edge_never_jumps(film: list[Picture]) -> None:
    steps = [
        abs(level_of(after) - level_of(before))
        for before, after in pairwise(film)
        if before.level is not None and after.level is not None
    ]

    assert max(steps) <= 0.15


def test_the_word_is_the_one_last_said(film: list[Picture]) -> None:
    live = [place for place, picture in enumerate(film) if picture.word is not None]
    as_said = [any(PHASE_OF[film[n].word or ""] == film[n - ago].said for ago in range(3)) for n in live]

    assert sum(as_said) / len(as_said) >= 0.99


def test_the_word_is_right_once_it_can_be_known(film: list[Picture], line: str) -> None:
    so = true_phases(film)
    began_s, right = 0.0, []
    for place, picture in enumerate(film):
        if place and so[place] is not so[place - 1]:
            began_s = picture.t_s
        if picture.word is not None and picture.t_s - began_s > KNOWN_S[line]:
            right.append(PHASE_OF[picture.word] is so[place])

    assert sum(right) / len(right) >= RIGHT[line]


def true_phases(film: list[Picture]) -> list[Phase]:
    """Give what each picture's patient does: from where the handle leaves the chest to where it is out, and back."""
    so = [Phase.REST if picture.out_share < 0.5 else Phase.HOLD for picture in film]
    for stroke in strokes(film):
        low, high = sorted((stroke[0].out_share, stroke[-1].out_share))
        out = stroke[-1].out_share > stroke[0].out_share
        for picture in stroke:
            if low + 0.05 * (high - low) < picture.out_share < high - 0.05 * (high - low):
                so[film.index(picture)] = Phase.PRESS_OUT if out else Phase.RETURN
    return so


def test_nobody_whose_arms_are_out_is_told_that_they_are_ready(film: list[Picture]) -> None:
    out = [picture for picture in film if picture.out_share > 0.6]

    assert any(picture.turned for picture in out)
    assert not [picture for picture in out if picture.word == EN.ready]
