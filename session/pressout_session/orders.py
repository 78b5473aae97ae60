"""Orders from the clinic: a prescription for a patient, an erasure. Pure; nothing is applied here.

The patient's reference is in the payload and never in a topic. An older order never stands over a newer one.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from pressout_session.document import Reference
from pressout_session.prescription import CabledItem, Item, Prescription, Rounds

PRESCRIPTION_SCHEMA = "pressout.prescription/1"
# RFC 3339 in UTC.
Utc = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$")]
# What the touchscreen can be set to as well: a target beyond it is a slip, or a decimal point in the wrong place.
LEAST_N, MOST_N, MOST_TOLERANCE_N = 5.0, 500.0, 100.0
# What a maker calls a tubing's colour is no longer.
LONGEST_NAME = 40
MOST_ITEMS = 20


def moment_of(written: str, key: str) -> datetime:
    """Give the moment of an RFC 3339 time in UTC; a ValueError if there is no such day or hour."""
    try:
        return datetime.fromisoformat(written)
    except ValueError as error:
        raise ValueError(f"{key}: found {written!r}, expected a day and an hour that there are") from error


def _refuse_beyond_the_touchscreen(item: CabledItem) -> None:
    if not LEAST_N <= item.target_n <= MOST_N:
        raise ValueError(f"target_n: found {item.target_n:g}, expected {LEAST_N:g} to {MOST_N:g} newtons")
    if item.tolerance_n > MOST_TOLERANCE_N:
        raise ValueError(f"tolerance_n: found {item.tolerance_n:g}, expected at most {MOST_TOLERANCE_N:g} newtons")
    if item.tubing is not None and len(item.tubing) > LONGEST_NAME:
        raise ValueError(f"tubing: found {len(item.tubing)} letters, expected at most {LONGEST_NAME}")


class PrescriptionOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A patient is to do `items`, in order, `rounds` times, from the next visit on.

    A greater `version` replaces a smaller one.
    """

    schema: Literal["pressout.prescription/1"]
    prescription_id: Reference
    version: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
    patient_ref: Reference
    items: Annotated[tuple[Item, ...], msgspec.Meta(min_length=1, max_length=MOST_ITEMS)]
    set_at: Utc
    set_by: Reference | None = None
    rounds: Rounds = 1

    def __post_init__(self) -> None:
        """Refuse what no therapist could have set at the station, and a day that is none."""
        for item in self.items:
            if isinstance(item, CabledItem):
                _refuse_beyond_the_touchscreen(item)
        moment_of(self.set_at, "set_at")
        self.prescription()

    def prescription(self, *, accepted_by: str | None = None) -> Prescription:
        """Give it as the station keeps it."""
        return Prescription(
            prescription_id=self.prescription_id,
            items=self.items,
            set_by=self.set_by,
            set_at=self.set_at,
            version=self.version,
            from_clinic=True,
            accepted_by=accepted_by,
            rounds=self.rounds,
        )


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """A patient is to be forgotten, everywhere."""

    schema: Literal["pressout.erase/1"]
    erase_id: Reference
    patient_ref: Reference
    at: Utc

    def __post_init__(self) -> None:
        """Refuse a day that is none."""
        moment_of(self.at, "at")


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What a station asks for after an absence: all that came after `since`, or all there is."""

    at: str
    since: str | None = None


class OrderKind(StrEnum):
    """What may be asked for."""

    PRESCRIPTIONS = "prescriptions"
    ERASURES = "erasures"


def supersedes(order: PrescriptionOrder, known: Prescription | None) -> bool:
    """Tell whether an order is newer than what is known for its patient.

    Of one prescription the greater version is the newer one; of two, the one that was set later, and what was set
    nobody knows when is older than either.
    """
    if known is None:
        return True
    if known.prescription_id == order.prescription_id and known.version is not None:
        if order.version <= known.version:
            return False
        if known.set_by is None or known.set_by != known.accepted_by:
            return True  # nobody at the station has changed it since
    try:
        return known.set_at is None or moment_of(order.set_at, "set_at") > moment_of(known.set_at, "set_at")
    except (ValueError, TypeError):  # kept by a version that let a day pass that is none
        return True
