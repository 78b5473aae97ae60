"""What is told of whole traces and visits, number by number, is what was told when someone last read it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from golden_reports import FOLDER, documents, reports

WRITTEN = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    both = (("report", reports()), ("document", documents()))
    return {f"{kind}-{name}": json.loads(json.dumps(one)) for kind, some in both for name, one in some}


def near(told: Any) -> Any:
    """Give something as it may be told by another version of numpy: numbers differ in their last digit."""
    match told:
        case dict():
            return {name: near(one) for name, one in told.items()}
        case list():
            return [near(one) for one in told]
        case float():
            return pytest.approx(told, rel=1e-3, abs=2e-3)
        case _:
            return told


@pytest.mark.parametrize("name", WRITTEN)
def test_a_report_or_document_tells_what_was_reviewed(told: dict[str, Any], name: str) -> None:
    assert told[name] == near(WRITTEN[name]), "run make golden and read the diff"


def test_none_is_missing(told: dict[str, Any]) -> None:
    assert set(told) == set(WRITTEN)
