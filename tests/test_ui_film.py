"""The screen filmed beside a patient whose movement is known: the line is with them, and the word is the one said."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import pytest

from film_measures import EN, KNOWN_S, Picture, as_said, delays_s, right_words, runs_back, steps
from films import filmed
from windows import virtual_screen

pytestmark = [pytest.mark.long, pytest.mark.service]
LINES = ("tubing", "cable")
# A word is right in so many pictures, once it can be known.
RIGHT = {"tubing": 0.95, "cable": 0.85}


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


def test_the_edge_is_no_more_than_120_ms_behind_the_handle(film: list[Picture]) -> None:
    late_s = delays_s(film)

    assert len(late_s) > 60
    assert median(late_s) <= 0.12


def test_the_edge_never_runs_back_within_a_stroke(film: list[Picture]) -> None:
    found = runs_back(film)

    assert len(found) >= 16
    assert max(found) < 0.01


def test_the_edge_never_jumps(film: list[Picture]) -> None:
    assert max(steps(film)) <= 0.15


def test_the_word_is_the_one_last_said(film: list[Picture]) -> None:
    assert as_said(film) >= 0.99


def test_the_word_is_right_once_it_can_be_known(film: list[Picture], line: str) -> None:
    assert right_words(film, KNOWN_S[line]) >= RIGHT[line]


def test_nobody_whose_arms_are_out_is_told_that_they_are_ready(film: list[Picture]) -> None:
    out = [picture for picture in film if picture.out_share > 0.6]

    assert any(picture.turned for picture in out)
    assert not [picture for picture in out if picture.word == EN.ready]
