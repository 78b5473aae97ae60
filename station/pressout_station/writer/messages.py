"""Messages to and from the writer, beside facts; and what its mailbox finds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pressout_session.facts import AnyFact
from pressout_session.history import PastVisit
from pressout_session.orders import Erasure, PrescriptionOrder
from pressout_session.prescription import Prescription
from pressout_session.wire import AckResult
from pressout_station.journal.acks import Rejected
from pressout_station.mailbox import spool


@dataclass(frozen=True, slots=True)
class FactToKeep:
    """A fact of a session, to be kept."""

    session_id: str
    fact: AnyFact


@dataclass(frozen=True, slots=True)
class Kept:
    """A fact would now survive a power cut."""

    session_id: str
    fact: AnyFact


@dataclass(frozen=True, slots=True)
class NotKept:
    """The disk refused; `waiting` facts are in memory only."""

    reason: str
    waiting: int


@dataclass(frozen=True, slots=True)
class VisitsRead:
    """What was asked for: a patient's last visits, oldest first."""

    patient_ref: str
    visits: tuple[PastVisit, ...]


@dataclass(frozen=True, slots=True)
class Prescribed:
    """A patient is to do this from now on."""

    patient_ref: str
    prescription: Prescription


@dataclass(frozen=True, slots=True)
class Occupied:
    """Who is at the station now; None when they have gone."""

    patient_ref: str | None


@dataclass(frozen=True, slots=True)
class VisitsRequested:
    """Someone wants to see a patient's last visits."""

    patient_ref: str


@dataclass(frozen=True, slots=True)
class AckArrived:
    """The clinic answered for a session."""

    session_id: str
    result: AckResult
    reason: str | None


@dataclass(frozen=True, slots=True)
class LinkReport:
    """How many sessions wait for the clinic, what it rejected last, and what the uplink says of itself.

    `damaged_on` is the day on which records were found damaged last, while what was damaged lies there.
    """

    waiting: int
    rejected: int
    said: spool.Link
    last_rejected: tuple[Rejected, ...] = ()
    damaged_on: str | None = None


@dataclass(frozen=True, slots=True)
class OrderArrived:
    """Something that the clinic asks for, and the file that says so, to be dropped when it is done."""

    asked: PrescriptionOrder | Erasure
    path: Path


@dataclass(frozen=True, slots=True)
class DocumentAltered:
    """A session's document was not what had been put into the outbox, and was taken out of it."""

    session_id: str


Arrival: TypeAlias = AckArrived | OrderArrived | DocumentAltered


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A patient was erased here: whatever is in memory of them goes, too."""

    patient_ref: str


Told: TypeAlias = Kept | NotKept | AckArrived | VisitsRead | LinkReport | Forgotten
