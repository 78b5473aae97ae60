"""The house rules that a machine can hold."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = sorted(
    path
    for folder in ("signal", "session", "link", "device", "ui", "station", "clinic", "cli", "fit", "tests", "bench")
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
        if subprocess.run([sys.executable, "-S", "-c", code], cwd=folder, check=False).returncode != 0
    ]

    assert failed == []


def test_a_file_says_what_it_is_for_and_holds_one_idea_in_functions_no_longer_than_a_screen() -> None:
    trees = {path: (path.read_text(encoding="utf-8"), ast.parse(path.read_text(encoding="utf-8"))) for path in SOURCES}

    assert [path for path, (_, tree) in trees.items() if not ast.get_docstring(tree)] == []
    assert [path for path, (source, _) in trees.items() if len(source.splitlines()) > LONGEST_FILE] == []
    assert [f"{path}: {name}" for path in PRODUCT for name in long_functions(trees[path][1])] == []


def long_functions(tree: ast.Module) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
            has_words = ast.get_docstring(node) is not None
            first = node.body[1] if has_words and len(node.body) > 1 else node.body[0]
            if node.end_lineno - first.lineno >= LONGEST_FUNCTION:
                found.append(node.name)
    return found


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

    assert found == ["run.py"]  # it shows a number, keeps the session, and says why
