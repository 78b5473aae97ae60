"""Audit log of a station: who did what, in lines that are only ever added. Of patients it knows nothing.

Written by whichever process did it: the station's writer thread, or a command of an administrator's.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import msgspec

from pressout_device.clock import synchronised, wall_time
from pressout_device.storage.append_log import AppendLog
from pressout_session.document_builder import rfc3339

logger = logging.getLogger(__name__)

NAME = "audit.jsonl"


class Act(StrEnum):
    """What is written down."""

    PIN_RIGHT = "pin_right"
    PIN_WRONG = "pin_wrong"
    PIN_LOCKED = "pin_locked"
    THERAPIST_ADDED = "therapist_added"
    THERAPIST_REMOVED = "therapist_removed"
    DOSE_SET = "dose_set"
    DOSE_RECEIVED = "dose_received"
    DOSE_REFUSED = "dose_refused"
    CALIBRATED = "calibrated"
    TARED = "tared"
    CORRECTED = "corrected"
    EXPORTED = "exported"
    CONFIGURED = "configured"
    SETTINGS_CHANGED = "settings_changed"
    UPDATED = "updated"
    DROPPED = "dropped"
    ERASED = "erased"
    SALVAGED = "salvaged"
    ALTERED = "altered"
    DOSES_ALTERED = "doses_altered"
    SHUT_DOWN = "shut_down"


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One act: when (and whether the clock could be believed), what, by whom, about what, from what to what."""

    at: str
    sure: bool
    act: Act
    who: str = ""
    about: str = ""
    before: str = ""
    after: str = ""


def entry(act: Act, **said: str) -> Entry:
    """Give the entry of something that is done now."""
    return Entry(at=rfc3339(wall_time()), sure=synchronised(), act=act, **said)


def started_with(audit: Audit, version: str, configuration: bytes) -> Iterator[Entry]:
    """Give what is to be written down at a start: another version or configuration than the last time."""
    digest = hashlib.sha256(configuration).hexdigest()[:16]
    for act, now in ((Act.UPDATED, version), (Act.CONFIGURED, digest)):
        last = audit.last(act)
        if last is None or last.after != now:
            yield entry(act, before="" if last is None else last.after, after=now)


class Audit:
    """The audit of one station.

    Parameters
    ----------
    folder : Path
        The station's.
    """

    def __init__(self, folder: Path) -> None:
        self._ledger = AppendLog(folder / NAME)

    def add(self, *entries: Entry) -> None:
        """Write down; returns when it would survive a power cut.

        Raises
        ------
        JournalError
            If it cannot be written.
        """
        self._ledger.add(*map(msgspec.json.encode, entries))

    def all(self) -> Iterator[Entry]:
        """Give what is written, oldest first; a line that is none is said and left out.

        Raises
        ------
        JournalError
            If the file cannot be read.
        """
        for number, line in self._ledger.lines():
            try:
                yield msgspec.json.decode(line, type=Entry)
            except (ValueError, RecursionError) as error:
                logger.warning("%s, line %d is no entry and is left out: %s", self._ledger.path, number, error)

    def last(self, act: Act) -> Entry | None:
        """Give the last entry of a kind."""
        found = [one for one in self.all() if one.act is act]
        return found[-1] if found else None
