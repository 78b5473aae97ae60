"""A station's first configuration, or a change to it: from answers to a file that is whole and keeps its comments.

Imports tomlkit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from pressout_device import config
from pressout_device.errors import ConfigError
from pressout_device.journal.spool import place
from pressout_signal.events import Resistance


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a key of the file, in words; where the answer is empty the key is left out.

    `usual` is offered where the file has nothing; `of` are the answers that there are, `needs` the answers without
    which nobody is asked.
    """

    key: str
    words: str
    usual: str = ""
    of: tuple[str, ...] = ()
    number: Callable[[str], int | float] | None = None
    needs: Callable[[Mapping[str, str]], bool] = lambda _answers: True

    @property
    def option(self) -> str:
        """The option that answers it without asking.

        >>> Question("station.site_id", "Site").option
        '--site-id'
        """
        table, name = self.key.split(".")
        return f"--{'broker-' if table == 'broker' else ''}{name.replace('_', '-')}"


def _wires(answers: Mapping[str, str]) -> bool:
    return answers.get("load_cell.way") in ("gpio", "hx711")


def _broker(answers: Mapping[str, str]) -> bool:
    return bool(answers.get("broker.url"))


QUESTIONS = (
    Question("station.site_id", "Site, as the clinic's server calls it"),
    Question("station.station_id", "Station, as it is called there"),
    Question("load_cell.way", "Way to the amplifier", "spi", ("spi", "gpio", "hx711")),
    Question("load_cell.data_pin", "Data pin (BCM)", "9", number=int, needs=_wires),
    Question("load_cell.clock_pin", "Clock pin (BCM)", "10", number=int, needs=_wires),
    Question("load_cell.load_cell_id", "What is written on the load cell"),
    Question("load_cell.rated_n", "What it is rated for, in newtons (100 kg: 981)", "981", number=float),
    Question("screen.language", "Language", "en", ("en", "es")),
    Question("screen.unit", "Unit", "kg", ("kg", "lb", "N")),
    Question("screen.width_px", "Panel's width in pixels", "800", number=int),
    Question("screen.height_px", "Panel's height in pixels", "480", number=int),
    Question("broker.url", "Clinic's broker, such as mqtts://broker.example (empty: none yet)"),
    Question("broker.ca_file", "Its authority's certificate", "/etc/pressout/authority.pem", needs=_broker),
    Question("broker.certificate_file", "This station's certificate (empty: by password)", needs=_broker),
    Question("broker.key_file", "This station's key (empty: by password)", needs=_broker),
    Question("broker.username", "User's name (empty: by certificate)", needs=_broker),
    Question("dose.resistance", "Line", "tubing", tuple(str(one) for one in Resistance)),
    Question("dose.target_n", "Usual target in newtons", "40", number=float),
)


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
            f"{path}: found {error}, expected TOML that this user may read; mend it, or move it away"
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
    mistakes: list[str] = []
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
        try:
            table[name] = said if question.number is None else question.number(said)
        except ValueError:
            mistakes.append(f"{question.key}: found {said!r}, expected a number")
    broker = _table(document, "broker")
    if broker is not None and "url" not in broker:
        del document["broker"]
    if mistakes:
        raise ConfigError("\n".join(mistakes))
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
        raise ConfigError(f"{path}: found {error}, expected a folder that this user may write; try sudo") from error
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
