"""Everything a screen can ask for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from pressout_ui.staff import StaffCommand


class Sound(StrEnum):
    """What can be heard; each has a twin that can be seen."""

    TICK = "tick"
    LAST_THREE = "last_three"
    SIDE_DONE = "side_done"
    POSTURE = "posture"
    HOLD_ENDS = "hold_ends"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Play:
    """Let it be heard."""

    sound: Sound


@dataclass(frozen=True, slots=True)
class SignIn:
    """Begin a session for this reference."""

    patient_ref: str


@dataclass(frozen=True, slots=True)
class EndSet:
    """Close the set that is open."""


@dataclass(frozen=True, slots=True)
class UndoLast:
    """Void the last repetition."""


@dataclass(frozen=True, slots=True)
class AddOne:
    """Count one more on someone's word."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Keep how hard it was and how much it hurts; None where it was skipped."""

    effort: int | None
    pain: int | None


@dataclass(frozen=True, slots=True)
class SwapSide:
    """The set is on the other side."""


@dataclass(frozen=True, slots=True)
class RestartSet:
    """Void what the set holds."""


@dataclass(frozen=True, slots=True)
class KeepTimed:
    """A timed or tapped exercise was done on this turn's side."""

    reps: int
    duration_s: float


@dataclass(frozen=True, slots=True)
class EndVisit:
    """Close the session, with this reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class RestartSensor:
    """Start the reader again."""


Command: TypeAlias = (
    Play
    | SignIn
    | EndSet
    | UndoLast
    | AddOne
    | Rate
    | SwapSide
    | RestartSet
    | KeepTimed
    | EndVisit
    | RestartSensor
    | StaffCommand
)
