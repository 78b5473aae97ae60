"""The raw readings of the set that is going on, so that they can be kept when it is over.

The last minute before a set is among them: a set is known to be one when something in it has been counted.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Mapping

from pressout_session.prescription import CabledItem
from pressout_signal.samples import Fault, Reading
from pressout_station.writer.raw_traces import SetTrace

# What is kept of before the set's first sign: the line's own zero, and the taking up.
BEFORE_S = 10.0
# Nobody's set lasts longer; memory stays bounded (half a megabyte).
LONGEST_S = 900.0
# What is forgotten is forgotten in pieces.
PIECE = 4096


class RawRecorder:
    """Holds the last readings.

    Parameters
    ----------
    head_of : callable
        Gives the head of a trace: how to read its counts now.
    keep : callable
        Takes a set's readings; never waits.
    """

    def __init__(self, head_of: Callable[[], Mapping[str, str]], keep: Callable[[SetTrace], None]) -> None:
        self._head_of = head_of
        self._keep = keep
        self._times_s = array("d")
        self._counts = array("i")

    def heard(self, item: Reading | Fault) -> None:
        """Take what the load cell said; a conversion that was none is absent."""
        if isinstance(item, Fault):
            return
        self._times_s.append(item.t_s)
        self._counts.append(item.counts)
        if len(self._times_s) % PIECE == 0 and item.t_s - self._times_s[0] > LONGEST_S:
            gone = bisect_left(self._times_s, item.t_s - LONGEST_S)
            del self._times_s[:gone], self._counts[:gone]

    def set_over(self, session_id: str, number: int, since_s: float, item: CabledItem) -> None:
        """Have the readings of a set kept: from a little before `since_s` until now."""
        first = bisect_left(self._times_s, since_s - BEFORE_S)
        asked = {"resistance": str(item.resistance), "exercise": item.exercise, "target_n": f"{item.target_n:g}"}
        head = {**self._head_of(), **asked, "session_id": session_id, "set": str(number)}
        times_s, counts = tuple(self._times_s[first:]), tuple(self._counts[first:])
        self._keep(SetTrace(session_id=session_id, number=number, head=head, times_s=times_s, counts=counts))
