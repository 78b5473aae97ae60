"""Messages: everything a screen can be told. What it can ask for is in `commands`; nothing else crosses."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from pressout_session.error_codes import Notice, Trouble
from pressout_session.record import Record
from pressout_session.visit import Visit
from pressout_session.wire import AckResult
from pressout_signal.events import Event
from pressout_signal.pipeline import OutShare
from pressout_signal.samples import Sample
from pressout_ui.staff import StaffMessage


class Ticked(Struct, frozen=True):
    """Time has passed: it is `now_s` on the station's clock."""

    now_s: float


class Felt(Struct, frozen=True):
    """Tension since the last frame, oldest first, and how far out the handle is now."""

    samples: tuple[Sample, ...]
    share: OutShare | None = None


class SignalHeard(Struct, frozen=True):
    """The signal said something."""

    event: Event


class VisitBegan(Struct, frozen=True):
    """Someone is at the station: an opaque reference, or a guest."""

    patient_ref: str
    visit: Visit


class VisitMoved(Struct, frozen=True):
    """The visit is elsewhere in its course, or on another side."""

    visit: Visit


class RecordKept(Struct, frozen=True):
    """What is on disk of this session. Counts on the screen come from here and nowhere else."""

    record: Record


class SavingLate(Struct, frozen=True):
    """Whether something has waited for the disk for too long."""

    late: bool


class VisitEnded(Struct, frozen=True):
    """The session is closed."""


class ClinicAnswered(Struct, frozen=True):
    """The clinic has answered for the session last shown."""

    result: AckResult


class TroubleBegan(Struct, frozen=True):
    """The station cannot measure."""

    trouble: Trouble


class TroubleOver(Struct, frozen=True):
    """It can again."""


class NoticeChanged(Struct, frozen=True):
    """What staff should know of the load cell, or that there is nothing any more."""

    notice: Notice | None


class Woken(Struct, frozen=True):
    """A finger touched the idle screen. It presses nothing else."""


class DigitTyped(Struct, frozen=True):
    """A key of the keypad, or of a scanner that types."""

    digit: str


class Cleared(Struct, frozen=True):
    """Begin the code again."""


class BackSpaced(Struct, frozen=True):
    """Take the last digit back."""


class GuestChosen(Struct, frozen=True):
    """No code: a guest."""


class LanguageTapped(Struct, frozen=True):
    """Whoever stands here would rather read this language; it is theirs until they have gone."""

    language: str


class NotMe(Struct, frozen=True):
    """The wrong patient is signed in."""


class FixOpened(Struct, frozen=True):
    """Show what can be corrected."""


class FixClosed(Struct, frozen=True):
    """Back to the set."""


class SetEndTapped(Struct, frozen=True):
    """End this set."""


class UndoTapped(Struct, frozen=True):
    """Take the last repetition back."""


class SideTapped(Struct, frozen=True):
    """It is the other side."""


class NextTurnTapped(Struct, frozen=True):
    """On to the other side, or whatever is next, before the dose of this turn is done."""


class AddTapped(Struct, frozen=True):
    """One more was done than was counted."""


class NextTapped(Struct, frozen=True):
    """On to the next page."""


class RatingTapped(Struct, frozen=True):
    """How hard it was, or how much it hurts, 0 to 10."""

    value: int


class RatingDone(Struct, frozen=True):
    """A rating is given; or, `skipped`, not."""

    skipped: bool = False


class TherapistTapped(Struct, frozen=True):
    """A therapist wants in."""


class WipeTapped(Struct, frozen=True):
    """Let touch sleep while the screen is wiped."""


class RestartTapped(Struct, frozen=True):
    """Begin this set again."""


class TimedTapped(Struct, frozen=True):
    """Start, pause or go on with a timed exercise; count one of a tapped exercise."""


class TimedFinished(Struct, frozen=True):
    """The timed exercise is done on its side."""


class RetryTapped(Struct, frozen=True):
    """Try the sensor again."""


class FinishTapped(Struct, frozen=True):
    """The session is over."""


class AbsenceChanged(Struct, frozen=True):
    """Whether nothing has come of anyone for so long that it must be asked."""

    absent: bool


class HereChanged(Struct, frozen=True):
    """Who has left something to go on with, the last one first."""

    here: tuple[str, ...]


class StayTapped(Struct, frozen=True):
    """I am still here."""


class NextPersonTapped(Struct, frozen=True):
    """Somebody else has a turn now."""


class HereTapped(Struct, frozen=True):
    """It is me, of those who are here."""

    patient_ref: str


class PainTapped(Struct, frozen=True):
    """It hurts: stop here."""


class MuteTapped(Struct, frozen=True):
    """Sound off or on."""


Message: TypeAlias = (
    Ticked
    | Felt
    | SignalHeard
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
    | LanguageTapped
    | FixClosed
    | SetEndTapped
    | UndoTapped
    | SideTapped
    | NextTurnTapped
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
    | PainTapped
    | AbsenceChanged
    | HereChanged
    | StayTapped
    | NextPersonTapped
    | HereTapped
    | MuteTapped
    | StaffMessage
)
