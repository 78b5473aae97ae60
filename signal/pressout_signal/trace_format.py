"""The trace form of recorded tension: lines of text in, samples and complaints out. Opening files is the caller's."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field

from pressout_signal.calibration import Calibration
from pressout_signal.samples import Reading, Sample

HEADERS = {("t_s", "tension_n"): False, ("t_s", "counts"): True}

# Where more lines than these, and more than half, are no samples it is no trace; nor has one so long a head.
MOST_BAD, MOST_REMARKS = 10_000, 1_000


class BadLine(Struct, frozen=True):
    """A line that is no sample: its number, from 1, and why in one sentence."""

    number: int
    reason: str


class TraceError(ValueError):
    """A trace from which nothing can be read."""


class Trace(Struct):
    """A trace as it is read: its head, and its samples one by one.

    Parameters
    ----------
    lines : iterable of str
        The file's lines, in order.

    Raises
    ------
    TraceError
        While iterating, if the header is missing or not one usable line follows it.

    Examples
    --------
    >>> trace = Trace(["# resistance: cable", "t_s,tension_n", "0.0,1.5", "0.1,oops", "0.2,1.6"])
    >>> [sample.tension_n for sample in trace]
    [1.5, 1.6]
    >>> trace.head["resistance"], trace.bad_lines[0].number
    ('cable', 4)
    """

    lines: Iterable[str]
    head: dict[str, str] = field(default_factory=dict)
    bad_lines: list[BadLine] = field(default_factory=list)
    usable: int = 0

    def __iter__(self) -> Iterator[Sample]:
        """Give the samples in the order of the file."""
        in_counts: bool | None = None
        calibration: Calibration | None = None
        last_s = -math.inf
        for number, raw in enumerate(self.lines, start=1):
            line = raw.strip()
            if not line:
                continue
            if line.startswith("#"):
                key, _, said = line[1:].partition(":")
                if len(self.head) < MOST_REMARKS:
                    self.head.setdefault(key.strip(), said.strip())
                continue
            if in_counts is None:
                in_counts = _header(line)
                calibration = _calibration(self.head) if in_counts else None
                continue
            found = _line(line, last_s)
            if isinstance(found, str):
                self.bad_lines.append(BadLine(number, found))
                if len(self.bad_lines) > max(MOST_BAD, self.usable):
                    break
                continue
            last_s, value = found
            self.usable += 1
            yield Sample(last_s, value) if calibration is None else calibration.sample(Reading(last_s, round(value)))
        if in_counts is None:
            raise TraceError("found no header, expected a line 't_s,tension_n' or 't_s,counts'; is this a trace?")
        if not self.usable:
            first = f" (line {self.bad_lines[0].number}: {self.bad_lines[0].reason})" if self.bad_lines else ""
            raise TraceError(f"found no usable line{first}, expected numbers 'seconds,newtons'; record it again")


def _header(line: str) -> bool:
    names = tuple(name.strip() for name in line.split(","))
    if names not in HEADERS:
        shown = line[:40].encode("ascii", "replace").decode()
        raise TraceError(f"found header {shown!r}, expected 't_s,tension_n' or 't_s,counts'; is this a trace?")
    return HEADERS[names]


def _calibration(head: Mapping[str, str]) -> Calibration:
    try:
        return Calibration(zero_counts=float(head["zero_counts"]), counts_per_newton=float(head["counts_per_newton"]))
    except (KeyError, ValueError) as error:
        raise TraceError(
            "found counts without a usable calibration, expected '# zero_counts:' and '# counts_per_newton:' "
            "in the head; add them"
        ) from error


def _line(line: str, last_s: float) -> tuple[float, float] | str:
    """Give time and value, or why there is none."""
    parts = line.split(",")
    if len(parts) != 2:
        return f"found {len(parts)} columns, expected 2"
    try:
        t_s, value = float(parts[0]), float(parts[1])
    except ValueError:
        return "found something that is not a number"
    if not (math.isfinite(t_s) and math.isfinite(value)):
        return "found a number that is not finite"
    if t_s <= last_s:
        return f"found t_s {t_s:g} after {last_s:g}, expected it to increase"
    return t_s, value
