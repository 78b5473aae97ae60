"""Commands: everything a screen can ask for."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from pressout_session.facts import EndReason
from pressout_ui.staff import StaffCommand


class Sound(StrEnum):
    """What can be heard; each has a twin that can be seen."""

    TICK = "tick"
    LAST_THREE = "last_three"
    SIDE_DONE = "side_done"
    POSTURE = "posture"
    HOLD_ENDS = "hold_ends"
    TROUBLE = "trouble"
    STILL_HERE = "still_here"
    TEMPO_OUT = "tempo_out"
    TEMPO_BACK = "tempo_back"
    HOLD_TICK = "hold_tick"


class Play(Struct, frozen=True):
    """Let it be heard; what has no length of its own lasts so long, in seconds."""

    sound: Sound
    lasts_s: float = 0.0


class SignIn(Struct, frozen=True):
    """Begin a session for this reference."""

    patient_ref: str


class EndSet(Struct, frozen=True):
    """Close the set that is open."""


class UndoLast(Struct, frozen=True):
    """Void the last repetition."""


class AddOne(Struct, frozen=True):
    """Count one more on someone's word."""


class Rate(Struct, frozen=True):
    """Keep how hard it was and how much it hurts; None where it was skipped."""

    effort: int | None
    pain: int | None


class ReportPain(Struct, frozen=True):
    """Somebody stops because it hurts."""


class SwapSide(Struct, frozen=True):
    """The set is on the other side."""


class GiveUpTurn(Struct, frozen=True):
    """Go on to the next turn before the dose of this one is done."""


class RestartSet(Struct, frozen=True):
    """Void what the set holds."""


class TapTimed(Struct, frozen=True):
    """The clock of an exercise beside the line starts or stops; or one of it was done."""


class FinishTimed(Struct, frozen=True):
    """An exercise beside the line ends with what was done of it."""


class EndVisit(Struct, frozen=True):
    """Close the session, with this reason."""

    reason: EndReason


class RestartSensor(Struct, frozen=True):
    """Start the reader again."""


Command: TypeAlias = (
    Play
    | SignIn
    | EndSet
    | UndoLast
    | AddOne
    | Rate
    | ReportPain
    | SwapSide
    | GiveUpTurn
    | RestartSet
    | TapTimed
    | FinishTimed
    | EndVisit
    | RestartSensor
    | StaffCommand
)
