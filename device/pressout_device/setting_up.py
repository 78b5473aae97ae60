"""A station's first configuration, or a change to it: from answers to a file that is whole and keeps its comments.

Imports tomlkit.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from pressout_device import config
from pressout_device.errors import ConfigError
from pressout_device.journal.spool import place
from pressout_device.questions import QUESTIONS, Question
from pressout_session.mistakes import why


def opened(path: Path) -> tomlkit.TOMLDocument:
    """Give the configuration there is, or an empty one.

    Raises
    ------
    ConfigError
        If it cannot be read.
    """
    try:
        return tomlkit.parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return tomlkit.document()
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise ConfigError(
            f"{path}: found {why(error)}, expected TOML that this user may read; mend it, or move it away"
        ) from error


def answer_in(document: tomlkit.TOMLDocument, question: Question) -> str:
    """Give what a configuration answers to a question, or what is usual."""
    table = _table(document, question.key.split(".")[0])
    found = None if table is None else table.get(question.key.split(".")[1])
    return question.usual if found is None else str(found)


def written(document: tomlkit.TOMLDocument, answers: Mapping[str, str]) -> str:
    """Put answers into a configuration; give its text, which is a station's.

    Raises
    ------
    ConfigError
        With every mistake, one a line.
    """
    for question in QUESTIONS:
        table_name, name = question.key.split(".")
        said = answers.get(question.key, "")
        table = _table(document, table_name)
        if not said:
            if table is not None and name in table and question.key in answers:
                del table[name]
            continue
        if table is None:
            table = _new_table(document, table_name)
        table[name] = question.valued(said)
    broker = _table(document, "broker")
    if broker is not None and "url" not in broker:
        del document["broker"]
    config.checked(document.unwrap())
    return tomlkit.dumps(document)


def save(path: Path, text: str) -> bool:
    """Put the file in its place, whole or not at all; say whether that changed anything. It holds no secret.

    Raises
    ------
    ConfigError
        If that cannot be done.
    """
    try:
        if path.exists() and path.read_text(encoding="utf-8") == text:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        place(path.parent, path.name, text.encode(), mode=0o644)
    except OSError as error:
        raise ConfigError(
            f"{path}: found {why(error)}, expected a folder that this user may write; try sudo"
        ) from error
    return True


def _table(document: tomlkit.TOMLDocument, name: str) -> Table | None:
    found = document.get(name)
    if isinstance(found, list):  # doses: the first is the usual one
        found = found[0] if found else None
    return found if isinstance(found, Table) else None


def _new_table(document: tomlkit.TOMLDocument, name: str) -> Table:
    made = tomlkit.table()
    if name == "dose":
        made["exercise"] = "pallof_press"
        doses = tomlkit.aot()
        doses.append(made)
        document["dose"] = doses
    else:
        document[name] = made
    found = _table(document, name)
    assert found is not None
    return found
