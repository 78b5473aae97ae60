"""The station's configuration: one TOML file, checked whole before anything else is built.

Keys carry units. An unknown key is a mistake, and all mistakes are told at once. A technician sets it; what the device
learns (calibration) and what must be secret live elsewhere.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from pressout_device import drivers
from pressout_device.errors import ConfigError, unreadable
from pressout_device.settings import LoadCellSection, Section
from pressout_link.bounded_files import bounded_toml
from pressout_link.broker import Broker, BrokerAddressError, broker_at
from pressout_session.error_sentences import accepted, shown, why
from pressout_session.exercises import EXERCISES, CabledExercise, TimedExercise
from pressout_session.prescription import CabledItem, Item, Prescription, TimedItem
from pressout_station.config_sections import BrokerSection, DoseSection, ScreenSection, StationSection


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """The whole file."""

    station: StationSection
    load_cell: LoadCellSection
    screen: ScreenSection
    dose: tuple[DoseSection, ...]
    broker: BrokerSection | None = None

    @property
    def folder(self) -> Path:
        """Where the journal, the outbox and the inbox are."""
        return Path(self.station.folder)

    @property
    def prescription(self) -> Prescription:
        """The dose as a prescription."""
        return Prescription(prescription_id="station-default", items=tuple(item_of(dose) for dose in self.dose))

    def the_broker(self) -> Broker:
        """Give the broker's address and secrets.

        Raises
        ------
        ConfigError
            If none is configured, or its files cannot be read.
        """
        if self.broker is None:
            raise ConfigError('broker: found no [broker] table, expected one with url = "mqtts://..."; add it')
        return broker_of(self.broker)


SECTIONS: dict[str, type[Section]] = {
    "station": StationSection,
    "load_cell": LoadCellSection,
    "screen": ScreenSection,
    "broker": BrokerSection,
    "dose": DoseSection,
}


def item_of(dose: DoseSection) -> Item:
    """Give the prescribed item, with the exercise's usual dose where the file says nothing."""
    exercise = EXERCISES[dose.exercise]
    match exercise:
        case CabledExercise():
            return CabledItem(
                exercise=exercise.id,
                resistance=dose.resistance,
                target_n=dose.target_n,
                tolerance_n=dose.tolerance_n,
                sets=dose.sets or exercise.sets,
                reps=dose.reps or exercise.reps,
                hold_s=exercise.hold_s if dose.hold_s is None else dose.hold_s,
                first_side=dose.first_side,
            )
        case TimedExercise():
            return TimedItem(
                exercise=exercise.id,
                reps=dose.reps or exercise.reps,
                duration_s=exercise.duration_s if dose.duration_s is None else dose.duration_s,
                first_side=dose.first_side,
            )


def read(path: Path) -> Config:
    """Read and check a configuration file.

    Raises
    ------
    ConfigError
        With every mistake, one a line.
    """
    return checked(_parsed(path))


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return bounded_toml(path)
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path}: found no such file, expected the station's configuration; pressout setup makes one"
        ) from error
    except OSError as error:
        raise ConfigError(f"{path}: {unreadable(error)}") from error
    except ValueError as error:  # of a letter that is none, and of TOML that is none
        raise ConfigError(f"{path}: found {why(error)}, expected TOML; see docs/how-to/configure.md") from error


def with_way(config: Config, way: str) -> Config:
    """Give the configuration with another way to the load cell.

    Raises
    ------
    ConfigError
        If there is no such way.
    """
    if way not in drivers.names():
        raise ConfigError(f"load_cell.way: found {way!r}, expected one of {', '.join(drivers.names())}")
    return msgspec.structs.replace(config, load_cell=msgspec.structs.replace(config.load_cell, way=way))


def read_broker(path: Path) -> Broker:
    """Read the broker of a configuration file; a clinic's file may hold nothing else.

    Raises
    ------
    ConfigError
        With every mistake, one a line.
    """
    raw = _parsed(path)
    mistakes: list[str] = []
    section = _section("broker", raw.get("broker", {}), BrokerSection, mistakes)
    if mistakes or not isinstance(section, BrokerSection):
        raise ConfigError("\n".join(mistakes))
    return broker_of(section)


def broker_of(section: BrokerSection) -> Broker:
    """Give the broker's address and secrets.

    Raises
    ------
    ConfigError
        If its files cannot be read.
    """
    files = msgspec.structs.asdict(section)
    try:
        del files["live"]
        return broker_at(files.pop("url"), allow_plain=files.pop("allow_plain"), **files)
    except BrokerAddressError as error:
        raise ConfigError(str(error)) from error


def absent_files(config: Config) -> list[tuple[str, str]]:
    """Give the keys and paths of the broker's files that are not on this computer; what may not be seen is not told."""
    given = {} if config.broker is None else msgspec.structs.asdict(config.broker)
    named = [(key, path) for key, path in given.items() if key.endswith("_file") and path is not None]
    return [(key, path) for key, path in named if _absent(Path(path))]


def look_at_certificates(config: Config) -> None:
    """Read the broker's certificates and key, where they are on this computer and this user may.

    Raises
    ------
    BrokerAddressError
        If the uplink could not use them.
    """
    given = {} if config.broker is None else msgspec.structs.asdict(config.broker)
    files = [path for key, path in given.items() if key.endswith("_file") and path is not None]
    if files and all(os.access(path, os.R_OK) for path in files):
        config.the_broker().context()


def _absent(path: Path) -> bool:
    try:
        path.stat()
    except PermissionError:
        return False
    except OSError:
        return True
    return False


def checked(raw: dict[str, Any]) -> Config:
    """Give the configuration of a parsed file.

    Raises
    ------
    ConfigError
        With every mistake, one a line: what was found, what was expected.
    """
    parts, mistakes = _parts(raw)
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return Config(**parts)


def mistakes_in(raw: dict[str, Any]) -> list[str]:
    """Give every mistake of a parsed file, each said once."""
    return _parts(raw)[1]


def kind_of(key: str) -> Any:  # noqa: ANN401 (any type that a key can have)
    """Give the type of a key such as `screen.unit`."""
    table, name = key.split(".")
    return get_type_hints(SECTIONS[table], include_extras=True)[name]


def _parts(raw: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    mistakes = [_unknown("", name, SECTIONS) for name in raw if name not in SECTIONS]
    parts: dict[str, Any] = {}
    for name, section in SECTIONS.items():
        if name == "broker" and name not in raw:
            continue
        found = raw.get(name, [] if name == "dose" else {})
        if name == "dose":
            tables = found if isinstance(found, list) else [found]
            parts[name] = tuple(
                _section(f"dose[{place}]", table, section, mistakes) for place, table in enumerate(tables, 1)
            )
        else:
            parts[name] = _section(name, found, section, mistakes)
    if not parts["dose"]:
        mistakes.append("dose: found none, expected at least one [[dose]] table with an exercise")
    mistakes.extend(_contradictions(parts))
    return parts, mistakes


def _section(name: str, found: object, section: type[Section], mistakes: list[str]) -> Section | None:
    """Convert one table key by key, so that one mistake does not hide the next."""
    if not isinstance(found, dict):
        mistakes.append(f"{name}: found {shown(found)}, expected a table")
        return None
    hints = get_type_hints(section, include_extras=True)
    strange = [_unknown(f"{name}.", key, hints) for key in found if key not in hints]
    mistakes.extend(strange)
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(section):
        if field.name not in found:
            # Where a slip of the pen was told already, what it leaves missing is the same mistake.
            if field.required and not any(one.endswith(f"did you mean {name}.{field.name}?") for one in strange):
                mistakes.append(f"{name}.{field.name}: found nothing, expected {accepted(hints[field.name])}")
            continue
        try:
            values[field.name] = msgspec.convert(found[field.name], hints[field.name])
        except msgspec.ValidationError:
            mistakes.append(
                f"{name}.{field.name}: found {shown(found[field.name])}, expected {accepted(hints[field.name])}"
            )
    complete = all(not field.required or field.name in values for field in msgspec.structs.fields(section))
    return section(**values) if complete else None


def _unknown(prefix: str, key: str, known: dict[str, Any]) -> str:
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    hint = f"; did you mean {prefix}{close[0]}?" if close else f"; expected one of {', '.join(known)}"
    return f"{prefix}{key}: found a key that means nothing here{hint}"


def _contradictions(parts: dict[str, Any]) -> list[str]:
    """Give the mistakes that no single key shows."""
    mistakes: list[str] = []
    cell, broker = parts.get("load_cell"), parts.get("broker")
    if isinstance(cell, LoadCellSection):
        if cell.data_pin == cell.clock_pin:
            mistakes.append(
                f"load_cell: found pin {cell.data_pin} used twice, expected data_pin and clock_pin to differ"
            )
        if cell.way not in drivers.names():
            known = ", ".join(drivers.names())
            mistakes.append(f"load_cell.way: found {cell.way!r}, expected one of {known}")
        if cell.way == "replay" and cell.trace is None:
            mistakes.append("load_cell.trace: found none, expected the trace file that the way 'replay' plays")
        if cell.counts_per_newton == 0:
            mistakes.append(
                "load_cell.counts_per_newton: found 0, expected the cell's span; leave it out, and calibrate the cell"
            )
    if isinstance(broker, BrokerSection):
        try:
            broker_at(broker.url, allow_plain=broker.allow_plain, also=broker.also)
        except BrokerAddressError as error:
            mistakes.append(str(error))
    doses = [dose for dose in parts["dose"] if isinstance(dose, DoseSection)]
    for dose in doses:
        if dose.exercise not in EXERCISES:
            mistakes.append(f"dose.exercise: found {dose.exercise!r}, expected one of {', '.join(EXERCISES)}")
    cabled = any(isinstance(EXERCISES.get(dose.exercise), CabledExercise) for dose in doses)
    if doses and not cabled and all(dose.exercise in EXERCISES for dose in doses):
        mistakes.append("dose: found no exercise on the line, expected at least one")
    return mistakes
