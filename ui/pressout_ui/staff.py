"""Messages and commands of staff's scenes, and what the station tells them of itself."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from pressout_session.error_codes import LinkTrouble
from pressout_session.history import PastVisit
from pressout_session.prescription import Item
from pressout_session.programmes import Work
from pressout_session.settings import Settings
from pressout_signal.calibration_steps import CalibrationResult
from pressout_signal.samples import Fault, Reading


class Page(StrEnum):
    """Where a therapist can go."""

    MENU = "menu"
    DOSE = "dose"
    MORE = "more"
    VISITS = "visits"
    CALIBRATE = "calibrate"
    SENSOR = "sensor"
    NETWORK = "network"
    GUESTS = "guests"
    SETTINGS = "settings"
    PROGRAMME = "programme"


class SensorFigures(Struct, frozen=True, kw_only=True):
    """What the load cell does, of the last seconds: rates in Hz, tension and noise in N, faults, zero in N."""

    measured_hz: float | None
    configured_hz: float
    tension_n: float | None
    noise_n: float | None
    faults: int
    zero_n: float
    calibrated: str
    well: bool


class LinkState(Struct, frozen=True, kw_only=True):
    """What is known of the way to the clinic: sessions that wait, whether the broker is there, and if not, why.

    `reasons` are the clinic's, for the sessions that it rejected last; `plain` says that the way is not encrypted.
    `damaged_on` is the day on which records of this station were found damaged last.
    """

    waiting: int = 0
    connected: bool = False
    trouble: LinkTrouble | None = None
    details: str = ""
    plain: bool = False
    rejected: int = 0
    reasons: tuple[str, ...] = ()
    damaged_on: str = ""


# ---- what a therapist does, and what the station tells ------------------------------------------------


class InitialsChosen(Struct, frozen=True):
    """Who wants in; None to choose again."""

    initials: str | None


class PinAnswered(Struct, frozen=True):
    """Whether the PIN was right; how many tries are left, or for how long (s) there is none."""

    initials: str
    right: bool
    tries_left: int
    locked_s: float = 0.0


class PageTapped(Struct, frozen=True):
    """Go to a page."""

    page: Page


class LeaveTapped(Struct, frozen=True):
    """Back to the patient; the therapist's way is locked again."""


class Stepped(Struct, frozen=True):
    """A stepper: which value, and by how many steps."""

    value: str
    by: int


class RaiseTapped(Struct, frozen=True):
    """The target may go up by more than a quarter."""


class LastTapped(Struct, frozen=True):
    """The target is to be what was pulled the last time, in newtons."""

    target_n: float


class ChoiceTapped(Struct, frozen=True):
    """A choice: which value, and what."""

    value: str
    choice: str


class RowTapped(Struct, frozen=True):
    """One of the exercises of a programme."""

    place: int


class AddExerciseTapped(Struct, frozen=True):
    """One more exercise is to be chosen; tapped again, none."""


class RemoveTapped(Struct, frozen=True):
    """The exercise that is picked is to go."""


class SaveTapped(Struct, frozen=True):
    """Keep what is shown."""


class VisitsFound(Struct, frozen=True):
    """A patient's last visits, oldest first."""

    patient_ref: str
    visits: tuple[PastVisit, ...]


class Converted(Struct, frozen=True):
    """What the load cell said since the last frame, in counts."""

    items: tuple[Reading | Fault, ...]


class HangsTapped(Struct, frozen=True):
    """What was asked for hangs on the line, or nothing does."""


class EmptyTapped(Struct, frozen=True):
    """The line is empty: take its zero."""


class RequestOutcome(Struct, frozen=True):
    """What became of something that was asked for: the name of its words, or a refusal's own sentence."""

    words: str
    refused: bool = False


class SensorSeen(Struct, frozen=True):
    """How the load cell is."""

    figures: SensorFigures


class LinkSeen(Struct, frozen=True):
    """How the way to the clinic is."""

    link: LinkState


class GuestPicked(Struct, frozen=True):
    """One session of a guest; None for none."""

    session_id: str | None


class VoidTapped(Struct, frozen=True):
    """That session was no one's."""


class SettingsChanged(Struct, frozen=True):
    """The station speaks and looks like this from now on."""

    settings: Settings


class ShutDownTapped(Struct, frozen=True):
    """Switch the station off."""


StaffMessage: TypeAlias = (
    InitialsChosen
    | PinAnswered
    | PageTapped
    | LeaveTapped
    | Stepped
    | ChoiceTapped
    | RaiseTapped
    | LastTapped
    | RowTapped
    | AddExerciseTapped
    | RemoveTapped
    | SaveTapped
    | VisitsFound
    | Converted
    | HangsTapped
    | EmptyTapped
    | RequestOutcome
    | SensorSeen
    | LinkSeen
    | GuestPicked
    | VoidTapped
    | SettingsChanged
    | ShutDownTapped
)


# ---- what is asked for ---------------------------------------------------------------------------------


class CheckPin(Struct, frozen=True):
    """Ask whether this is someone's PIN."""

    initials: str
    digits: str


class SetDose(Struct, frozen=True):
    """Give the patient who is here this, at this place of what they do."""

    place: int
    item: Item
    initials: str


class Compose(Struct, frozen=True):
    """Give the patient who is here other exercises."""

    work: Work
    initials: str


class FindVisits(Struct, frozen=True):
    """Look up a patient's last visits."""

    patient_ref: str


class KeepCalibration(Struct, frozen=True):
    """Keep what was found, and weigh with it."""

    found: CalibrationResult
    initials: str


class TakeZero(Struct, frozen=True):
    """Take the zero on a person's word."""


class Correct(Struct, frozen=True):
    """Say whose a closed session was; None for no one's."""

    session_id: str
    patient_ref: str | None
    initials: str


class KeepSettings(Struct, frozen=True):
    """Speak and look like this from now on."""

    settings: Settings


class ShutDown(Struct, frozen=True):
    """Switch the station off."""


StaffCommand: TypeAlias = (
    CheckPin | SetDose | Compose | FindVisits | KeepCalibration | TakeZero | Correct | KeepSettings | ShutDown
)
