"""The house rules that a machine can hold."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(
    path
    for folder in ("signal", "session", "link", "device", "ui", "clinic", "fit", "tests", "bench")
    for path in (ROOT / folder).rglob("*.py")
)
PRODUCT = [path for path in SOURCES if "tests" not in path.parts and "bench" not in path.parts]
LONGEST_FILE = 300
LONGEST_FUNCTION = 45


def folders() -> list[Path]:
    every = {path.parent for path in SOURCES} | {ROOT}
    return sorted(every | {folder for path in every for folder in path.parents if ROOT in folder.parents})


def test_the_standard_librarys_signal_and_asyncio_are_found_from_every_folder() -> None:
    code = "import asyncio, signal, sys; sys.exit(not hasattr(signal, 'SIGTERM'))"

    failed = [
        folder
        for folder in folders()
        if subprocess.run([sys.executable, "-c", code], cwd=folder, check=False).returncode != 0
    ]

    assert failed == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_says_what_it_is_for_and_holds_one_idea(path: Path) -> None:
    source = path.read_text(encoding="utf-8")

    assert ast.get_docstring(ast.parse(source)), "no caption"
    assert len(source.splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_function_is_longer_than_a_screen(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
            has_words = ast.get_docstring(node) is not None
            first = node.body[1] if has_words and len(node.body) > 1 else node.body[0]
            assert node.end_lineno - first.lineno < LONGEST_FUNCTION, f"{node.name} is too long"


def test_nothing_needs_what_lies_outside_the_project() -> None:
    outside = ("../" + "shared", "/" + "work/")

    named = [path for path in SOURCES if any(word in path.read_text(encoding="utf-8") for word in outside)]

    assert named == []


def test_the_last_barrier_is_the_only_broad_handler() -> None:
    broad = ("Exception", "BaseException")
    found = [
        path.name
        for path in PRODUCT
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in broad))
    ]

    assert found == ["running.py"]  # it shows a number, keeps the session, and says why
