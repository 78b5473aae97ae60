"""The page of automata: it shows what the code does today."""

from __future__ import annotations

from pathlib import Path

import diagrams
from pressout_session.visit_stage import Stage

FOLDER = Path(__file__).parent.parent / "docs" / "reference"


def test_the_page_and_its_pictures_are_what_the_code_does() -> None:
    for name, text in diagrams.written().items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, f"{name} is of older code: run make diagram"


def test_nothing_but_a_tap_or_a_repetition_brings_a_visit_out_of_a_pause() -> None:
    out = {name for (source, _), names in diagrams.visit_moves().items() if source is Stage.PAUSE for name in names}

    assert out <= {"a repetition", "an attempt", "*Undo*", "*Add one*", "*Restart*", "*Next turn*"}
