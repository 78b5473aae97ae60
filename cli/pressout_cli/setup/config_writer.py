"""A station's first configuration, or a change to it: from answers to a file that is whole and keeps its comments.

Answers are kept beside the file as they are given, so that no interruption loses what was typed. Imports tomlkit.
"""

from __future__ import annotations

import json
import os
from copy import deepcopy
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from pressout_cli.setup.questions import QUESTIONS, Question
from pressout_device.errors import ConfigError
from pressout_device.storage.atomic_files import place
from pressout_link.bounded_files import bounded_json, bounded_text
from pressout_session.error_sentences import accepted, shown, why
from pressout_station import config


class Setup:
    """A setup under way: the file as it was, and what has been answered.

    Parameters
    ----------
    path : Path
        The configuration.
    asks : bool
        Whether somebody answers: what they type is kept, and offered again after an interruption.

    Raises
    ------
    ConfigError
        If it cannot be read, or could not be written in the end: known before anything is asked.
    """

    def __init__(self, path: Path, *, asks: bool) -> None:
        self._path = path
        self._asks = asks
        self._draft = path.parent / f".{path.name}.answers"
        _writable(path)
        self._document = opened(path)
        self._kept = self._read_draft() if asks else {}
        self.answers: dict[str, str] = {}

    @property
    def resumed(self) -> bool:
        """Whether an earlier setup was interrupted."""
        return bool(self._kept)

    def offered(self, question: Question) -> str:
        """Give what is offered: what was answered before an interruption, what the file has, or what is usual."""
        return self._kept.get(question.key, answer_in(self._document, question))

    def choices(self, question: Question) -> str:
        """Give what may be answered, to be shown beside the question; nothing where it is any text."""
        kind = config.kind_of(question.key)
        words = ", ".join(question.of) if question.of else accepted(kind)
        return "" if words == "a text" else f" ({words})"

    def amiss(self, question: Question, said: str) -> list[str]:
        """Give what is wrong with an answer, given those before it: what the whole file would be refused for."""
        if question.of and said not in (*question.of, self.offered(question)):
            return [f"{question.key}: found {shown(said)}, expected one of {', '.join(question.of)}"]
        before, after = self._mistakes(self.answers), self._mistakes({**self.answers, question.key: said})
        return [one for one in after if one.startswith(f"{question.key}:") or one not in before]

    def answer(self, question: Question, said: str) -> None:
        """Take an answer, and keep it for whatever may interrupt.

        Raises
        ------
        ConfigError
            If it cannot be kept.
        """
        self.answers[question.key] = said
        if not self._asks:
            return
        self._kept[question.key] = said
        try:
            place(self._path.parent, self._draft.name, json.dumps(self._kept).encode(), mode=0o600)
        except OSError as error:
            raise ConfigError(f"{self._draft}: found {why(error)}, expected to be able to write it") from error

    def text(self) -> str:
        """Give the file with the answers in it.

        Raises
        ------
        ConfigError
            With every mistake, one a line.
        """
        return written(self._document, self.answers)

    def forget(self) -> None:
        """Drop what was kept: the file has it now."""
        if self._asks:
            self._draft.unlink(missing_ok=True)

    def _mistakes(self, answers: dict[str, str]) -> list[str]:
        document = deepcopy(self._document)
        _put(document, answers)
        return config.mistakes_in(document.unwrap())

    def _read_draft(self) -> dict[str, str]:
        try:
            kept = bounded_json(self._draft, object)
        except (OSError, ValueError):
            return {}
        return {key: said for key, said in kept.items() if isinstance(said, str)} if isinstance(kept, dict) else {}


def opened(path: Path) -> tomlkit.TOMLDocument:
    """Give the configuration there is, or an empty one.

    Raises
    ------
    ConfigError
        If it cannot be read.
    """
    try:
        return tomlkit.parse(bounded_text(path))
    except FileNotFoundError:
        return tomlkit.document()
    except (OSError, UnicodeDecodeError, RecursionError, TOMLKitError) as error:
        raise ConfigError(
            f"{path}: found {why(error)}, expected TOML that this user may read; mend it, or move it away"
        ) from error


def _writable(path: Path) -> None:
    """See that the file could be written, by making what it needs: a folder.

    Raises
    ------
    ConfigError
        If not.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, why(error)) from error
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise _unwritable(path, "Permission denied")


def _unwritable(path: Path, found: str) -> ConfigError:
    return ConfigError(f"{path}: found {found}, expected a folder that this user may write; say the same with sudo")


def answer_in(document: tomlkit.TOMLDocument, question: Question) -> str:
    """Give what a configuration answers to a question, or what is usual."""
    table = _table(document, question.key.split(".")[0])
    found = None if table is None else table.get(question.key.split(".")[1])
    return question.usual if found is None else str(found)


def written(document: tomlkit.TOMLDocument, answers: dict[str, str]) -> str:
    """Put answers into a configuration; give its text, which is a station's.

    Raises
    ------
    ConfigError
        With every mistake, one a line.
    """
    _put(document, answers)
    config.checked(document.unwrap())
    return tomlkit.dumps(document)


def _put(document: tomlkit.TOMLDocument, answers: dict[str, str]) -> None:
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
        place(path.parent, path.name, text.encode(), mode=0o644)
    except OSError as error:
        raise _unwritable(path, why(error)) from error
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
