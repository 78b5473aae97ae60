"""Errors at the edge, one class per reaction. Every message says what was found, expected, and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pressout_session.error_sentences import why

# What reading raises of something that a card has altered, whatever it has become.
ALTERED: Final = (ValueError, TypeError, LookupError, ArithmeticError)


class PressoutError(Exception):
    """Something at the edge failed, said in one sentence for whoever stands next to the machine."""


def unreadable(error: OSError, what: str = "a file") -> str:
    """Say why something cannot be read, and what whoever asked for it can do."""
    if isinstance(error, FileNotFoundError | IsADirectoryError):
        return f"found {why(error)}, expected {what} that is there"
    return _with_sudo(f"found {why(error)}, expected {what} that this user may use", error)


def unwritable_folder(folder: Path, error: OSError) -> str:
    """Say that the station's folder cannot be used, and what whoever asked for it can do."""
    return _with_sudo(
        f"station.folder: found {why(error)} at {folder}, expected a folder that this user may write", error
    )


def _with_sudo(said: str, error: OSError) -> str:
    return f"{said}; say the same with sudo in front" if isinstance(error, PermissionError) else said


class ConfigError(PressoutError, ValueError):
    """The configuration is wrong; all its mistakes, one a line."""


class TraceFileError(PressoutError, OSError):
    """A trace file that cannot be opened or read."""


class LoadCellError(PressoutError, OSError):
    """The load cell's pins or packages are not there."""


class UncalibratedError(LoadCellError):
    """The load cell was never calibrated: nothing that it says is a force."""


class NobodyThereError(PressoutError):
    """A question has to be answered, and nobody is there to do it."""


class JournalError(PressoutError, OSError):
    """The journal cannot be opened or written."""


class DamagedError(JournalError):
    """The journal's file is damaged: it is to be set aside."""


class BrokerError(PressoutError, OSError):
    """No broker can be started or reached."""


class DisplayError(PressoutError, OSError):
    """No display can be opened."""


class ExtraMissingError(PressoutError, ImportError):
    """A package that only some need is not installed."""


class StationError(PressoutError, RuntimeError):
    """The station broke: a fault of its own, said by the last barrier."""
