"""Therapists' accounts: initials, an opaque reference, and a PIN of which only a hash is kept.

The hash (argon2) takes a fifth of a second, so it is computed on a thread of its own; a failure is written down before
the answer is known, so that pulling the plug gives no further try. Whoever holds the card can still try offline.
"""

from __future__ import annotations

import logging
import queue
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHash, VerificationError

from pressout_device.errors import ConfigError, JournalError
from pressout_device.storage import atomic_files
from pressout_device.storage.lockfile import owned_as_its_folder
from pressout_link.bounded_files import bounded_json
from pressout_session.error_sentences import why

logger = logging.getLogger(__name__)

NAME, TRIES_NAME = "therapists.json", "pin-tries.json"
INITIALS = re.compile(r"[A-Z]{2,4}")
DIGITS = 6
# Six digits fall in weeks at this pace, and every lock is told to the clinic.
MOST_TRIES = 5
LOCK_S = 900.0


class Therapist(msgspec.Struct, frozen=True, kw_only=True):
    """One therapist, as the station knows them."""

    initials: str
    therapist_ref: str
    pin_hash: str


@dataclass(frozen=True, slots=True)
class PinAnswer:
    """Whether a PIN was right; how many tries are left, and for how long (s) there is none."""

    initials: str
    right: bool
    tries_left: int
    locked_s: float = 0.0


class Therapists:
    """The file of therapists in a station's folder, which only the station's user may read.

    Parameters
    ----------
    folder : Path
        The station's.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> dict[str, Therapist]:
        """Give them by their initials.

        Raises
        ------
        ConfigError
            If the file is there and is none of ours.
        """
        path = self._folder / NAME
        try:
            known = bounded_json(path, tuple[Therapist, ...]) if path.exists() else ()
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"{path}: found {why(error)}, expected the therapists that pressout wrote there"
            ) from error
        return {one.initials: one for one in known}

    def add(self, initials: str, pin: str, therapist_ref: str) -> None:
        """Let someone in from now on; whoever has these initials already gets this PIN.

        Raises
        ------
        ConfigError
            If initials or PIN will not do.
        JournalError
            If it cannot be written.
        """
        if reason := initials_reason(initials) or pin_reason(pin):
            raise ConfigError(f"therapist: {reason}")
        before = self.all()
        kept = before[initials].therapist_ref if initials in before else therapist_ref
        one = Therapist(initials=initials, therapist_ref=kept, pin_hash=PasswordHasher().hash(pin))
        self._write({**before, initials: one})

    def remove(self, initials: str) -> None:
        """Let someone in no longer; what they signed stays signed.

        Raises
        ------
        ConfigError
            If nobody has these initials.
        JournalError
            If it cannot be written.
        """
        known = self.all()
        if initials not in known:
            raise ConfigError(
                f"therapist: found no {initials!r}, expected {', '.join(known) or 'somebody who was let in'}"
            )
        del known[initials]
        self._write(known)

    def _write(self, known: dict[str, Therapist]) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            atomic_files.place(self._folder, NAME, msgspec.json.encode(tuple(known.values())), mode=0o600)
            owned_as_its_folder(self._folder / NAME)
        except OSError as error:
            raise JournalError(f"{self._folder / NAME}: found {why(error)}, expected to be able to write it") from error


def initials_reason(initials: str) -> str:
    """Say what is wrong with initials; nothing where they will do."""
    return "" if INITIALS.fullmatch(initials) else f"found initials {initials!r}, expected two to four capital letters"


def pin_reason(pin: str) -> str:
    """Say what is wrong with a PIN, in a sentence that does not have it; nothing where it will do."""
    reason = weak_reason(pin)
    return reason and f"found a PIN that {reason}, expected six digits that are hard to guess"


def weak_reason(pin: str) -> str:
    """Say what is wrong with a PIN; nothing where it will do.

    >>> weak_reason("123456")
    'counts up or down'
    >>> weak_reason("271828")
    ''
    """
    if len(pin) != DIGITS or not (pin.isascii() and pin.isdigit()):
        return "is not six digits"
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    if len(steps) == 1 and abs(next(iter(steps))) <= 1:
        return "counts up or down" if steps != {0} else "is one digit six times"
    return ""


class PinGuard:
    """Answers whether a PIN is right, and for how long there is no further try.

    Parameters
    ----------
    folder : Path
        The station's.
    now_s : callable
        The monotonic clock.
    """

    def __init__(self, folder: Path, now_s: Callable[[], float]) -> None:
        self._folder = folder
        self._now_s = now_s
        self._hasher = PasswordHasher()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="pressout-pin")
        self._answers: queue.SimpleQueue[PinAnswer] = queue.SimpleQueue()
        self._failed = self._read()
        # A restart gives no further try: whoever was locked out is, from now on again.
        locked = [initials for initials, failed in self._failed.items() if failed >= MOST_TRIES]
        self._locked_until_s = dict.fromkeys(locked, now_s() + LOCK_S)

    def ask(self, initials: str, digits: str) -> None:
        """Ask whether this is someone's PIN; `answers` brings it. Never waits."""
        self._pool.submit(self._answer, initials, digits)

    def answers(self) -> list[PinAnswer]:
        """Give what has been answered since the last call."""
        found: list[PinAnswer] = []
        while not self._answers.empty():
            found.append(self._answers.get())
        return found

    def close(self) -> None:
        """End the thread."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _answer(self, initials: str, digits: str) -> None:
        locked_s = self._locked_until_s.get(initials, 0.0) - self._now_s()
        if locked_s > 0.0:
            self._answers.put(PinAnswer(initials, right=False, tries_left=0, locked_s=locked_s))
            return
        if initials in self._locked_until_s:  # the time is over: one more round
            del self._locked_until_s[initials]
            self._failed[initials] = 0
        self._failed[initials] = self._failed.get(initials, 0) + 1
        try:
            self._write()
            right = self._right(initials, digits)
            if right:
                self._failed[initials] = 0
                self._write()
        except (OSError, ConfigError) as error:
            logger.error("a PIN cannot be checked: %s", error)
            right = False
        left = max(0, MOST_TRIES - self._failed[initials])
        if not right and left == 0:
            self._locked_until_s[initials] = self._now_s() + LOCK_S
        locked_s = LOCK_S if not right and left == 0 else 0.0
        self._answers.put(PinAnswer(initials, right=right, tries_left=left, locked_s=locked_s))

    def _right(self, initials: str, digits: str) -> bool:
        known = Therapists(self._folder).all().get(initials)
        if known is None:
            return False
        try:
            return self._hasher.verify(known.pin_hash, digits)
        except (VerificationError, InvalidHash):
            return False

    def _read(self) -> dict[str, int]:
        path = self._folder / TRIES_NAME
        try:
            return bounded_json(path, dict[str, int]) if path.exists() else {}
        except (OSError, ValueError) as error:
            logger.error("%s cannot be read (%s): every PIN is locked for a while", path, error)
        try:
            return dict.fromkeys(Therapists(self._folder).all(), MOST_TRIES)
        except (OSError, ConfigError):  # then nobody comes in anyway
            return {}

    def _write(self) -> None:
        atomic_files.place(self._folder, TRIES_NAME, msgspec.json.encode(self._failed), mode=0o600)
