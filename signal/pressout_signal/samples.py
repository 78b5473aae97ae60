"""Readings in counts, samples in newtons, and faults, as they come from the load cell.

A fault flows through the stream like a reading. It never becomes a tension.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct


class Reading(NamedTuple):
    """One conversion of the amplifier: `counts`, stamped `t_s` on the monotonic clock."""

    t_s: float
    counts: int


class Sample(NamedTuple):
    """One tension at one instant: `tension_n` in newtons at `t_s` seconds."""

    t_s: float
    tension_n: float


class FaultKind(StrEnum):
    """Why a conversion, or its absence, is not a tension."""

    OUT_OF_STEP = "out_of_step"
    """The extra gain bits, or the line after the frame, were not high."""
    SLOW_PULSE = "slow_pulse"
    """A clock pulse lasted so long that the chip may have powered down."""
    ACROSS_CONVERSION = "across_conversion"
    """The frame took so long that a new conversion may have ended within it."""
    NOISY_LINE = "noisy_line"
    """Two looks at one bit saw different levels: a spike on the data line."""
    STUCK_LOW = "stuck_low"
    """The data line never rises: a short circuit, or a wire on the wrong pin."""
    STUCK_HIGH = "stuck_high"
    """A conversion was announced and its bits were all ones: nobody drives the line."""
    SWAPPED = "swapped"
    """The two wires between amplifier and computer are exchanged."""
    FROZEN = "frozen"
    """The very same value again and again, which no converter with noise can give."""
    RATE = "rate"
    """The amplifier converts at another rate than configured; said once in ten seconds of it."""
    HANDOVER = "handover"
    """Readings that the reading process took and the station never got."""
    SATURATED = "saturated"
    """The amplifier is at its end: the true tension is beyond it."""
    SPIKE = "spike"
    """A lone value that no line can produce between its neighbours."""
    GAP = "gap"
    """No conversion for longer than a conversion takes."""
    SILENT = "silent"
    """No conversion for so long that the chip or its cable must be taken for gone."""
    READER_LOST = "reader_lost"
    """The process that reads the chip has ended."""


class Fault(Struct, frozen=True):
    """A conversion that must not become a tension, at `t_s`; a gap also says how long it was."""

    t_s: float
    kind: FaultKind
    duration_s: float = 0.0
