"""Golden traces: what the core tells of them is what it told when someone last read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from golden import TRACES, digest, story_of
from pressout_signal import algorithm

PATHS = sorted(TRACES.glob("*.csv"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_story_of_a_trace_is_the_one_that_was_reviewed(path: Path) -> None:
    assert story_of(path) == path.with_suffix(".events").read_text(encoding="utf-8"), (
        "run make golden and read the diff"
    )


def test_the_algorithm_has_another_version_when_a_story_is_another() -> None:
    assert digest() == algorithm.VERSION, "run make golden"


def test_there_are_stories_to_compare() -> None:
    assert len(PATHS) >= 4
