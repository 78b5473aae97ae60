"""The reader in a process of its own, and the station's end of the pipe to it.

A frame must never wait for the chip, and a read-out must never wait for a frame. The child ends by itself when nobody
listens; what it says and how is in `pipe_protocol`.
"""

from __future__ import annotations

import multiprocessing as mp
from collections import deque
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection

from pressout_device.errors import LoadCellError
from pressout_device.ports import LoadCell, MonotonicClock
from pressout_device.sampler.pipe_protocol import Granted, Inlet, Outlet, ReaderError, TimedReading
from pressout_device.sampler.realtime import promoted, undisturbed
from pressout_device.shutdown import out_of_ctrl_cs_reach
from pressout_signal.samples import Fault, FaultKind, Reading

# The chip is silent when no conversion ended for this long; gaps of 50 to 200 ms are ordinary.
SILENT_S = 0.5
HEARTBEAT_S = 0.1
# Between two looks at a child no more than this counts as its silence: where the whole machine stood still, nobody
# spoke and nobody listened.
MOST_BETWEEN_LOOKS_S = 0.1
# A new interpreter has to start and import before its first word. Where that took longer, the next one has twice as
# long: a slow computer must not end, for ever, readers that were about to speak.
START_UP_S = 8.0
MOST_START_UP_S = 128.0
# Ten minutes of lateness are remembered.
LATENESS_KEPT = 48_000

Opened = tuple[LoadCell, MonotonicClock]
Opening = Callable[[float], Opened]
"""Opens a load cell to be read from a time on, with the clock that its stamps are on; only an emulated one can still
tell what was before now."""


def read_forever(connection: Connection, opening: Opening, since_s: float, realtime: bool) -> None:
    """Read the load cell that `opening` opens and hand over what it says until nobody listens (the child's life)."""
    outlet = Outlet(connection.fileno())
    try:
        try:
            cell, clock = opening(since_s)
        except (LoadCellError, ImportError) as error:  # a package that is not there comes with no restart
            outlet.refuse(str(error))
            return
        if realtime:
            outlet.granted(promoted())
        else:
            undisturbed()
        for item, late_s in told_by(cell, clock):
            if item is None:
                outlet.alive()
            else:
                outlet.say(item, late_s)
    except (BrokenPipeError, KeyboardInterrupt):
        return
    except LoadCellError as error:
        outlet.refuse(str(error))


def told_by(cell: LoadCell, clock: MonotonicClock) -> Iterator[tuple[Reading | Fault | None, float]]:
    """Give what a load cell says, each with how late (s) it is said; silence that lasts is a fault."""
    last_s = clock.now_s()
    for item in cell.readings(HEARTBEAT_S):
        now_s = clock.now_s()
        if item is not None:
            last_s = now_s
            yield item, now_s - item.t_s
        elif now_s - last_s >= SILENT_S:
            last_s = now_s
            yield Fault(now_s, FaultKind.SILENT), 0.0
        else:
            yield None, 0.0


class Sampler:
    """Starts the reading child, hands over what it said, and starts it again when it is lost.

    Parameters
    ----------
    opening : callable
        Opens the load cell in the child, to be read from a time on; must be picklable.
    clock : MonotonicClock
        The station's; faults of the child are stamped with it.
    real_now_s : callable
        Seconds that no demo speeds up: a child's silence is judged by these.
    since_s : float
        From when on an emulated cell is read; a real one knows only now.
    realtime : bool
        Whether the child asks to run before other processes.
    """

    def __init__(
        self,
        opening: Opening,
        clock: MonotonicClock,
        real_now_s: Callable[[], float],
        since_s: float = 0.0,
        *,
        realtime: bool = False,
    ) -> None:
        self._opening = opening
        self._clock = clock
        self._real_now_s = real_now_s
        self._realtime = realtime
        self._context = mp.get_context("spawn")
        self.restarts = -1
        self.granted: Granted | None = None
        self.lateness_s: deque[float] = deque(maxlen=LATENESS_KEPT)
        # An emulated cell is read on from here: what happened while a child was lost is caught up with.
        self._read_until_s = since_s
        self._start_up_s = START_UP_S
        self._start()

    @property
    def pid(self) -> int | None:
        """The child's process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether there is a child; one that was lost is started again at the next look."""
        return self._process.is_alive()

    def _start(self) -> None:
        self.restarts += 1
        self._ours, theirs = self._context.Pipe(duplex=False)
        self._inlet = Inlet(self._ours.fileno())
        self._process = self._context.Process(
            target=read_forever,
            args=(theirs, self._opening, self._read_until_s, self._realtime),
            name="pressout-sampler",
            daemon=True,
        )
        with out_of_ctrl_cs_reach():
            self._process.start()
        theirs.close()
        self._looked_s = self._real_now_s()
        self._silent_for_s = 0.0
        self._spoken = False

    def fresh(self) -> list[Reading | Fault]:
        """Give all that was said since the last call, oldest first; never waits.

        A child that ended or fell silent yields a `READER_LOST` fault and is started again at once.

        Raises
        ------
        LoadCellError
            If the load cell could not be opened at all, in one sentence.
        """
        try:
            said = self._inlet.fresh()
        except (EOFError, OSError):
            return [self._lost()]
        items: list[Reading | Fault] = []
        for one in said:
            match one:
                case ReaderError(sentence=sentence):
                    return [*items, self._refused(sentence)]
                case Granted():
                    self.granted = one
                case None:
                    pass
                case TimedReading(item=item, late_s=late_s):
                    items.append(item)
                    self.lateness_s.append(late_s)
                    self._read_until_s = item.t_s
        if said:
            self._silent_for_s = 0.0
            self._spoken = True
        elif self._silent() > (SILENT_S if self._spoken else self._start_up_s):
            if not self._spoken:
                self._start_up_s = min(2.0 * self._start_up_s, MOST_START_UP_S)
            items.append(self._lost())
        return items

    def _silent(self) -> float:
        """Give how long (s) the child has been silent, as far as anyone looked: a pause of all is not the child's."""
        before_s, self._looked_s = self._looked_s, self._real_now_s()
        self._silent_for_s += min(self._looked_s - before_s, MOST_BETWEEN_LOOKS_S)
        return self._silent_for_s

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
