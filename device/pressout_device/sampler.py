"""The reader in a process of its own, and the station's end of the pipe to it.

A frame must never wait for the chip, and a read-out must never wait for a frame. What crosses the pipe is
immutable: readings, faults, and None as a sign of life. The child ends by itself when nobody listens.
"""

from __future__ import annotations

import gc
import multiprocessing as mp
from collections.abc import Callable
from multiprocessing.connection import Connection
from pickle import UnpicklingError

from pressout_device.errors import LoadCellError
from pressout_device.ports import Clock, LoadCell
from pressout_signal.samples import Fault, FaultKind, Reading

# The chip is silent when no conversion ended for this long; gaps of 50 to 200 ms are ordinary.
SILENT_S = 0.5
HEARTBEAT_S = 0.1
# A new interpreter has to start and import before its first word.
START_UP_S = 8.0
# A frame takes in no more than this, however much has piled up.
MOST_AT_ONCE = 2_000

Opened = tuple[LoadCell, Clock]
Opening = Callable[[float], Opened]
"""Opens a load cell to be read from a time on; only an emulated one can still tell what was before now."""


def read_forever(connection: Connection, opening: Opening, since_s: float) -> None:
    """Read the load cell that `opening` opens and send what it says until nobody listens (the child's whole life)."""
    gc.disable()  # a collection would hold the clock line high; nothing here makes cycles
    try:
        try:
            cell, clock = opening(since_s)
        except LoadCellError as error:
            connection.send(str(error))
            return
        last_s = clock.now_s()
        for item in cell.readings(HEARTBEAT_S):
            now_s = clock.now_s()
            if item is not None:
                last_s = now_s
            elif now_s - last_s >= SILENT_S:
                last_s = now_s
                item = Fault(now_s, FaultKind.SILENT)
            connection.send(item)
    except (BrokenPipeError, KeyboardInterrupt):
        return


class Sampler:
    """Starts the reading child, hands over what it said, and starts it again when it is lost.

    Parameters
    ----------
    opening : callable
        Opens the load cell in the child, to be read from a time on; must be picklable.
    clock : Clock
        The station's; faults of the child are stamped with it.
    real_now_s : callable
        Seconds that no demo speeds up: a child's silence is judged by these.
    since_s : float
        From when on an emulated cell is read; a real one knows only now.
    """

    def __init__(self, opening: Opening, clock: Clock, real_now_s: Callable[[], float], since_s: float = 0.0) -> None:
        self._opening = opening
        self._clock = clock
        self._real_now_s = real_now_s
        self._context = mp.get_context("spawn")
        self.restarts = -1
        # An emulated cell is read on from here: what happened while a child was lost is caught up with.
        self._read_until_s = since_s
        self._start()

    @property
    def pid(self) -> int | None:
        """The child's process id."""
        return self._process.pid

    def _start(self) -> None:
        self.restarts += 1
        self._ours, theirs = self._context.Pipe(duplex=False)
        self._process = self._context.Process(
            target=read_forever, args=(theirs, self._opening, self._read_until_s), name="pressout-sampler", daemon=True
        )
        self._process.start()
        theirs.close()
        self._heard_s = self._real_now_s()
        self._spoken = False

    def fresh(self) -> list[Reading | Fault]:
        """Give all that was said since the last call, oldest first; never waits.

        A child that ended or fell silent yields a `READER_LOST` fault and is started again at once.

        Raises
        ------
        LoadCellError
            If the load cell could not be opened at all, in one sentence.
        """
        items: list[Reading | Fault] = []
        refusal: str | None = None
        try:
            while refusal is None and len(items) < MOST_AT_ONCE and self._ours.poll():
                item = self._ours.recv()
                self._heard_s = self._real_now_s()
                if isinstance(item, str):
                    refusal = item
                elif item is not None:
                    items.append(item)
                    self._read_until_s = item.t_s
                self._spoken = True
        except (EOFError, OSError, UnpicklingError):
            return [*items, self._lost()]
        patience_s = SILENT_S if self._spoken else START_UP_S
        if refusal is not None:
            items.append(self._refused(refusal))
        elif self._real_now_s() - self._heard_s > patience_s:
            items.append(self._lost())
        return items

    def _refused(self, sentence: str) -> Fault:
        """Take the child's word that there is nothing to read: fatal at the start, trouble later."""
        if self.restarts == 0:
            raise LoadCellError(sentence)
        return self._lost()

    def restart(self) -> None:
        """End the child and start another."""
        self.close()
        self._start()

    def _lost(self) -> Fault:
        self.restart()
        return Fault(self._clock.now_s(), FaultKind.READER_LOST)

    def close(self) -> None:
        """End the child."""
        self._process.kill()
        self._process.join()
        self._ours.close()
