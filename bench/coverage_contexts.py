"""A plugin for pytest: tells coverage which test runs, or which fixture is made for it, in child processes too."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage

# Children read it as their static context (`context` in the settings); a test's fixtures are written into this folder.
CHILD, FOLDER = "MUTATIONS_CONTEXT", "MUTATIONS_FOLDER"


def _switch(name: str) -> str:
    """Let what runs now count as run for a name; give the name before."""
    before = os.environ.get(CHILD, "")
    os.environ[CHILD] = name
    running = Coverage.current()
    if running is not None:
        running.switch_context(name)
    return before


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Count what runs for the test."""
    _switch(_node(item.nodeid))
    yield
    _switch("")


@pytest.hookimpl(hookwrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
    """Count what makes a fixture for the fixture: other tests may be given the same."""
    before = _switch(_fixture(fixturedef))
    yield
    _switch(before)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Write down which fixtures each test is given."""
    told: dict[str, list[str]] = {}
    for item in session.items:
        definitions = getattr(item, "_fixtureinfo").name2fixturedefs.values()  # noqa: B009 (pytest has no public way)
        used = {_fixture(one) for several in definitions for one in several}
        told.setdefault(_node(item.nodeid), []).extend(sorted(used))
    worker = os.environ.get("PYTEST_XDIST_WORKER", "all")
    Path(os.environ[FOLDER], f"fixtures-{worker}.json").write_text(json.dumps(told), encoding="utf-8")


def _node(nodeid: str) -> str:
    """Give the test without its parameters."""
    return nodeid.partition("[")[0]


def _fixture(definition: pytest.FixtureDef[Any]) -> str:
    return f"fixture {definition.baseid}::{definition.argname}"
