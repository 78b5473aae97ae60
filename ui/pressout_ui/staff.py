"""What only staff see: therapist's messages and commands, and what the station tells them of itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from pressout_session.history import PastVisit
from pressout_session.prescription import Item
from pressout_session.settings import Settings
from pressout_session.troubles import LinkTrouble
from pressout_signal.calibrating import Found
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorFigures:
    """What the load cell does, of the last seconds: rates in Hz, tension and noise in N, faults, zero in N."""

    measured_hz: float | None
    configured_hz: float
    tension_n: float | None
    noise_n: float | None
    faults: int
    zero_n: float
    calibrated: str
    well: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What is known of the way to the clinic: sessions that wait, whether the broker is there, and if not, why.

    `reasons` are the clinic's, for the sessions that it rejected last; `plain` says that the way is not encrypted.
    """

    waiting: int = 0
    connected: bool = False
    trouble: LinkTrouble | None = None
    details: str = ""
    plain: bool = False
    rejected: int = 0
    reasons: tuple[str, ...] = ()


# ---- what a therapist does, and what the station tells ------------------------------------------------


@dataclass(frozen=True, slots=True)
class InitialsChosen:
    """Who wants in; None to choose again."""

    initials: str | None


@dataclass(frozen=True, slots=True)
class PinAnswered:
    """Whether the PIN was right; how many tries are left, or for how long (s) there is none."""

    initials: str
    right: bool
    tries_left: int
    locked_s: float = 0.0


@dataclass(frozen=True, slots=True)
class PageTapped:
    """Go to a page."""

    page: Page


@dataclass(frozen=True, slots=True)
class LeaveTapped:
    """Back to the patient; the therapist's way is locked again."""


@dataclass(frozen=True, slots=True)
class Stepped:
    """A stepper: which value, and by how many steps."""

    value: str
    by: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice: which value, and what."""

    value: str
    choice: str


@dataclass(frozen=True, slots=True)
class SaveTapped:
    """Keep what is shown."""


@dataclass(frozen=True, slots=True)
class VisitsFound:
    """A patient's last visits, oldest first."""

    patient_ref: str
    visits: tuple[PastVisit, ...]


@dataclass(frozen=True, slots=True)
class Converted:
    """What the load cell said since the last frame, in counts."""

    items: tuple[Reading | Fault, ...]


@dataclass(frozen=True, slots=True)
class HangsTapped:
    """What was asked for hangs on the line, or nothing does."""


@dataclass(frozen=True, slots=True)
class EmptyTapped:
    """The line is empty: take its zero."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of something that was asked for: the name of its words, or a refusal's own sentence."""

    words: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class SensorSeen:
    """How the load cell is."""

    figures: SensorFigures


@dataclass(frozen=True, slots=True)
class LinkSeen:
    """How the way to the clinic is."""

    link: Link


@dataclass(frozen=True, slots=True)
class GuestPicked:
    """One session of a guest; None for none."""

    session_id: str | None


@dataclass(frozen=True, slots=True)
class VoidTapped:
    """That session was no one's."""


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """The station speaks and looks like this from now on."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class ShutDownTapped:
    """Switch the station off."""


StaffMessage: TypeAlias = (
    InitialsChosen
    | PinAnswered
    | PageTapped
    | LeaveTapped
    | Stepped
    | Chosen
    | SaveTapped
    | VisitsFound
    | Converted
    | HangsTapped
    | EmptyTapped
    | Answered
    | SensorSeen
    | LinkSeen
    | GuestPicked
    | VoidTapped
    | SettingsChanged
    | ShutDownTapped
)


# ---- what is asked for ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CheckPin:
    """Ask whether this is someone's PIN."""

    initials: str
    digits: str


@dataclass(frozen=True, slots=True)
class SetDose:
    """Give the patient who is here this, at this place of what they do."""

    place: int
    item: Item
    initials: str


@dataclass(frozen=True, slots=True)
class FindVisits:
    """Look up a patient's last visits."""

    patient_ref: str


@dataclass(frozen=True, slots=True)
class KeepCalibration:
    """Keep what was found, and weigh with it."""

    found: Found
    initials: str


@dataclass(frozen=True, slots=True)
class TakeZero:
    """Take the zero on a person's word."""


@dataclass(frozen=True, slots=True)
class Correct:
    """Say whose a closed session was; None for no one's."""

    session_id: str
    patient_ref: str | None
    initials: str


@dataclass(frozen=True, slots=True)
class KeepSettings:
    """Speak and look like this from now on."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class ShutDown:
    """Switch the station off."""


StaffCommand: TypeAlias = (
    CheckPin | SetDose | FindVisits | KeepCalibration | TakeZero | Correct | KeepSettings | ShutDown
)
