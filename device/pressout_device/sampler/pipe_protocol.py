"""Protocol of the pipe between sampling process and station: records of one size, numbered, never waited for.

A pipe, and not shared memory: the kernel orders what one processor wrote before another reads it, and says when the
other end has died. A record is written whole or not at all, since it is smaller than a page of the pipe. Where the
station does not listen for minutes, what it has not heard waits in the reader's memory; what is too old for that is
dropped, and the numbers say that it is missing.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

from pressout_signal.samples import Fault, FaultKind, Reading

# Number, stamp (s), lateness (s), counts, kind.
RECORD = struct.Struct("<QdfiH6x")
KINDS = tuple(FaultKind)
READING, ALIVE, GRANTED, WORDS = 0xFFFF, 0xFFFE, 0xFFFD, 0xFFFC
# A million bytes hold 32 768 records: seven minutes at 80 a second. Where so much is not allowed, less will do.
PIPE_BYTES = 1 << 20
# What waits in the reader's memory beyond that: twenty minutes, 3 MB.
MOST_WAITING = 100_000
# POSIX: a write of no more than this is not taken apart.
ATOMIC_BYTES = 4_096
# A frame of the station takes in no more than this, however much has piled up.
MOST_AT_ONCE = 2_000


class TimedReading(NamedTuple):
    """A reading or a fault, and how late (s) after its stamp the reader handed it over."""

    item: Reading | Fault
    late_s: float


class ReaderError(NamedTuple):
    """Why there is nothing to read, in the reader's own sentence."""

    sentence: str


class Granted(NamedTuple):
    """What the reading process was allowed: to run before others, to stay in memory."""

    realtime: bool
    locked: bool


class Outlet:
    """The reader's end.

    Parameters
    ----------
    descriptor : int
        The pipe's writing end.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._number = 0
        self._waiting: deque[bytes] = deque(maxlen=MOST_WAITING)
        os.set_blocking(descriptor, False)
        with contextlib.suppress(OSError):  # an unprivileged user has a smaller share: then more waits in memory
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, PIPE_BYTES)

    def say(self, item: Reading | Fault, late_s: float) -> None:
        """Hand over a reading or a fault; never waits.

        Raises
        ------
        BrokenPipeError
            If nobody listens any more.
        """
        self._number += 1
        kind, counts = (KINDS.index(item.kind), 0) if isinstance(item, Fault) else (READING, item.counts)
        self._waiting.append(RECORD.pack(self._number, item.t_s, late_s, counts, kind))
        self._flush()

    def alive(self) -> None:
        """Say that the reader is there, and that nothing happened."""
        if not self._waiting:
            self._waiting.append(RECORD.pack(self._number, 0.0, 0.0, 0, ALIVE))
        self._flush()

    def granted(self, granted: Granted) -> None:
        """Say what the reading process was allowed."""
        self._waiting.append(RECORD.pack(0, 0.0, 0.0, granted.realtime + 2 * granted.locked, GRANTED))
        self._flush()

    def refuse(self, sentence: str) -> None:
        """Say why there is nothing to read, and nothing after it."""
        words = sentence.encode()[: ATOMIC_BYTES - 2 * RECORD.size]
        filled = words.ljust(-(-len(words) // RECORD.size) * RECORD.size)
        self._waiting.append(RECORD.pack(0, 0.0, 0.0, len(filled), WORDS) + filled)
        self._flush()

    def _flush(self) -> None:
        waiting = self._waiting
        while waiting:
            try:
                os.write(self._descriptor, waiting[0])
            except BlockingIOError:
                return
            waiting.popleft()


@dataclass(slots=True)
class Inlet:
    """The station's end.

    Parameters
    ----------
    descriptor : int
        The pipe's reading end.
    heard : int
        The number of the last record; `None` before the first.
    """

    descriptor: int
    heard: int | None = None

    def __post_init__(self) -> None:
        """Never wait for the reader."""
        os.set_blocking(self.descriptor, False)

    def fresh(self) -> list[TimedReading | ReaderError | Granted | None]:
        """Give what was said since the last call, oldest first, None for a sign of life; never waits.

        Records that are missing are told as one `HANDOVER` fault before what follows them.

        Raises
        ------
        EOFError
            If the reader has ended and all that it said was given.
        """
        try:
            said = os.read(self.descriptor, MOST_AT_ONCE * RECORD.size)
        except BlockingIOError:
            return []
        if not said:
            raise EOFError
        items: list[TimedReading | ReaderError | Granted | None] = []
        place = 0
        while place + RECORD.size <= len(said):
            number, t_s, late_s, counts, kind = RECORD.unpack_from(said, place)
            place += RECORD.size
            if kind == WORDS:
                items.append(ReaderError(said[place : place + counts].decode().rstrip()))
                return items
            items.extend(self._heard(number, t_s, late_s, counts, kind))
        return items

    def _heard(
        self, number: int, t_s: float, late_s: float, counts: int, kind: int
    ) -> list[TimedReading | Granted | None]:
        if kind == GRANTED:
            return [Granted(bool(counts & 1), bool(counts & 2))]
        if kind == ALIVE:
            return [None]
        item = Reading(t_s, counts) if kind == READING else Fault(t_s, KINDS[kind])
        missing = self.heard is not None and number != self.heard + 1
        self.heard = number
        lost = [TimedReading(Fault(t_s, FaultKind.HANDOVER), late_s)] if missing else []
        return [*lost, TimedReading(item, late_s)]
