"""Everything a screen can be told. What it can ask for is in `commands`; nothing else crosses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from pressout_session.record import Record
from pressout_session.troubles import Notice, Trouble
from pressout_session.visit import Visit
from pressout_session.wire import AckResult
from pressout_signal.events import Event
from pressout_signal.samples import Sample
from pressout_ui.staff import StaffMessage


@dataclass(frozen=True, slots=True)
class Ticked:
    """Time has passed: it is `now_s` on the station's clock."""

    now_s: float


@dataclass(frozen=True, slots=True)
class Felt:
    """Tension since the last frame, oldest first."""

    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """The signal said something."""

    event: Event


@dataclass(frozen=True, slots=True)
class VisitBegan:
    """Someone is at the station: an opaque reference, or a guest."""

    patient_ref: str
    visit: Visit


@dataclass(frozen=True, slots=True)
class VisitMoved:
    """The visit is elsewhere in its course, or on another side."""

    visit: Visit


@dataclass(frozen=True, slots=True)
class RecordKept:
    """What is on disk of this session. Counts on the screen come from here and nowhere else."""

    record: Record


@dataclass(frozen=True, slots=True)
class SavingLate:
    """Whether something has waited for the disk for too long."""

    late: bool


@dataclass(frozen=True, slots=True)
class VisitEnded:
    """The session is closed."""


@dataclass(frozen=True, slots=True)
class ClinicAnswered:
    """The clinic has answered for the session last shown."""

    result: AckResult


@dataclass(frozen=True, slots=True)
class TroubleBegan:
    """The station cannot measure."""

    trouble: Trouble


@dataclass(frozen=True, slots=True)
class TroubleOver:
    """It can again."""


@dataclass(frozen=True, slots=True)
class NoticeChanged:
    """What staff should know of the load cell, or that there is nothing any more."""

    notice: Notice | None


@dataclass(frozen=True, slots=True)
class Woken:
    """A finger touched the idle screen. It presses nothing else."""


@dataclass(frozen=True, slots=True)
class DigitTyped:
    """A key of the keypad, or of a scanner that types."""

    digit: str


@dataclass(frozen=True, slots=True)
class Cleared:
    """Begin the code again."""


@dataclass(frozen=True, slots=True)
class BackSpaced:
    """Take the last digit back."""


@dataclass(frozen=True, slots=True)
class GuestChosen:
    """No code: a guest."""


@dataclass(frozen=True, slots=True)
class NotMe:
    """The wrong patient is signed in."""


@dataclass(frozen=True, slots=True)
class FixOpened:
    """Show what can be corrected."""


@dataclass(frozen=True, slots=True)
class FixClosed:
    """Back to the set."""


@dataclass(frozen=True, slots=True)
class SetEndTapped:
    """End this set."""


@dataclass(frozen=True, slots=True)
class UndoTapped:
    """Take the last repetition back."""


@dataclass(frozen=True, slots=True)
class SideTapped:
    """It is the other side."""


@dataclass(frozen=True, slots=True)
class AddTapped:
    """One more was done than was counted."""


@dataclass(frozen=True, slots=True)
class NextTapped:
    """On to the next page."""


@dataclass(frozen=True, slots=True)
class RatingTapped:
    """How hard it was, or how much it hurts, 0 to 10."""

    value: int


@dataclass(frozen=True, slots=True)
class RatingDone:
    """A rating is given; or, `skipped`, not."""

    skipped: bool = False


@dataclass(frozen=True, slots=True)
class TherapistTapped:
    """A therapist wants in."""


@dataclass(frozen=True, slots=True)
class WipeTapped:
    """Let touch sleep while the screen is wiped."""


@dataclass(frozen=True, slots=True)
class RestartTapped:
    """Begin this set again."""


@dataclass(frozen=True, slots=True)
class TimedTapped:
    """Start, pause or go on with a timed exercise; count one of a tapped exercise."""


@dataclass(frozen=True, slots=True)
class TimedFinished:
    """The timed exercise is done on its side."""


@dataclass(frozen=True, slots=True)
class RetryTapped:
    """Try the sensor again."""


@dataclass(frozen=True, slots=True)
class FinishTapped:
    """The session is over."""


@dataclass(frozen=True, slots=True)
class MuteTapped:
    """Sound off or on."""


Message: TypeAlias = (
    Ticked
    | Felt
    | Heard
    | VisitBegan
    | VisitMoved
    | RecordKept
    | SavingLate
    | VisitEnded
    | ClinicAnswered
    | TroubleBegan
    | TroubleOver
    | NoticeChanged
    | Woken
    | DigitTyped
    | Cleared
    | BackSpaced
    | GuestChosen
    | NotMe
    | FixOpened
    | FixClosed
    | SetEndTapped
    | UndoTapped
    | SideTapped
    | AddTapped
    | NextTapped
    | RatingTapped
    | RatingDone
    | TherapistTapped
    | WipeTapped
    | RestartTapped
    | TimedTapped
    | TimedFinished
    | RetryTapped
    | FinishTapped
    | MuteTapped
    | StaffMessage
)
