"""Messages to and from the writer, beside facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from pressout_session.facts import AnyFact
from pressout_session.history import PastVisit
from pressout_session.prescription import Prescription
from pressout_station.writer.mailbox import AckArrived, LinkReport


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


Told: TypeAlias = Kept | NotKept | AckArrived | VisitsRead | LinkReport
