"""Stage of a visit: what whoever shows it must know of where it is."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """Where a visit is, for whoever shows it."""

    SET = "set"  # a set is open
    PAUSE = "pause"  # the line was let go before the dose was done: the same side's turn is still open
    READY = "ready"  # the next turn is on the line, and nothing of it has been done
    BESIDE = "beside"  # the next is done beside the line
    OVER = "over"  # all that was asked has had its turn
