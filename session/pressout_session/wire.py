"""Topics and the small messages beside the session document (names as other systems know them)."""

from __future__ import annotations

import hashlib
from enum import StrEnum

import msgspec

ROOT = "pressout/v1"


class StationState(StrEnum):
    """What the retained status of a station may say."""

    READY = "ready"
    IN_SESSION = "in_session"
    OFFLINE = "offline"
    LOST = "lost"


class Status(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """Retained; `lost` is what the broker says for a station that vanished.

    `backlog` sessions wait for the clinic's answer, `rejected` were refused by it; the station refused `refused`
    messages since its uplink began. `clone` is the serial of another station that goes by the same name.
    """

    state: StationState
    backlog: int = 0
    tls: bool = True
    serial: str | None = None
    rejected: int = 0
    refused: int = 0
    clone: str | None = None


class Info(msgspec.Struct, frozen=True, kw_only=True):
    """What a station is; retained."""

    serial: str
    software_version: str
    schema: str
    load_cell_id: str
    calibration_id: str
    capabilities: tuple[str, ...] = ()


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """What happens at the station just now, for whoever looks on; never kept, and of nobody in particular."""

    session_id: str
    side: str
    count: int
    phase: str
    tension_n: float


class AckResult(StrEnum):
    """What became of a document at the clinic. Stored and duplicate both mean delivered."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


class Ack(msgspec.Struct, frozen=True, kw_only=True):
    """The clinic's own answer: to which bytes, and what became of them."""

    revision: int
    sha256: str
    result: AckResult
    reason: str | None = None


class EventKind(StrEnum):
    """What a station says beside its sessions."""

    OVERLOAD = "overload"
    SENSOR_FAULT = "sensor_fault"
    CALIBRATION_DUE = "calibration_due"
    PIN_LOCKOUT = "pin_lockout"
    PAIN_REPORTED = "pain_reported"
    PRESCRIBED = "prescribed"
    PRESCRIPTION_REFUSED = "prescription_refused"
    ERASED = "erased"
    RECORDS_DAMAGED = "records_damaged"


class StationEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that whoever looks after stations should know; it may come twice, with the same `event_id`.

    `what` and `number` are what the station's own screen shows: the kind of trouble, and what to look up. `about` is
    the id of the prescription or the erasure that it answers, or of the session in which pain was reported; `seqs` are
    the places in the journal's sequence of sessions that were erased before the clinic had them, so that they are no
    loss. Of a damaged journal so many `facts` and `documents` could be read, and so many facts were
    `altered`, or so many prescriptions where `what` says `doses altered`.
    """

    event_id: str
    at: str
    kind: EventKind
    load_cell_id: str
    what: str
    number: str
    tension_n: float | None = None
    limit_n: float | None = None
    age_days: float | None = None
    noise_n: float | None = None
    about: str | None = None
    journal_id: str | None = None
    seqs: tuple[int, ...] = ()
    facts: int | None = None
    documents: int | None = None
    altered: int | None = None


def digest(payload: bytes) -> str:
    """Give the SHA-256 of a payload in hexadecimal: an ack answers these very bytes."""
    return hashlib.sha256(payload).hexdigest()


def session_topic(site_id: str, station_id: str, session_id: str) -> str:
    """Where a session document is published.

    >>> session_topic("north", "s3", "0190")
    'pressout/v1/north/s3/session/0190'
    """
    return f"{ROOT}/{site_id}/{station_id}/session/{session_id}"


def ack_topic(site_id: str, station_id: str, session_id: str) -> str:
    """Where the clinic answers it; `+` for all of a station's."""
    return f"{ROOT}/{site_id}/{station_id}/ack/{session_id}"


def status_topic(site_id: str, station_id: str) -> str:
    """Where a station says how it is."""
    return f"{ROOT}/{site_id}/{station_id}/status"


def info_topic(site_id: str, station_id: str) -> str:
    """Where a station says what it is."""
    return f"{ROOT}/{site_id}/{station_id}/info"


def event_topic(site_id: str, station_id: str, kind: str) -> str:
    """Where a station says what whoever looks after it should know.

    >>> event_topic("north", "s3", EventKind.OVERLOAD)
    'pressout/v1/north/s3/event/overload'
    """
    return f"{ROOT}/{site_id}/{station_id}/event/{kind}"


def live_topic(site_id: str, station_id: str) -> str:
    """Where a station says what happens just now."""
    return f"{ROOT}/{site_id}/{station_id}/live"


def prescription_topic(site_id: str, station_id: str, prescription_id: str) -> str:
    """Where the clinic sends what a patient is to do; `+` for all of a station's."""
    return f"{ROOT}/{site_id}/{station_id}/prescription/{prescription_id}"


def erase_topic(site_id: str, station_id: str, erase_id: str) -> str:
    """Where the clinic says whom to forget; `+` for all of a station's."""
    return f"{ROOT}/{site_id}/{station_id}/erase/{erase_id}"


def request_topic(site_id: str, station_id: str, kind: str) -> str:
    """Where a station asks for what it may have missed."""
    return f"{ROOT}/{site_id}/{station_id}/request/{kind}"


class Spoken(msgspec.Struct, frozen=True):
    """Who spoke, and of what: what any topic of ours says."""

    site_id: str
    station_id: str
    kind: str
    name: str = ""


def spoken_in(topic: str) -> Spoken | None:
    """Give what a topic says, or None if it is none of ours.

    >>> spoken_in("pressout/v1/north/s3/event/erased")
    Spoken(site_id='north', station_id='s3', kind='event', name='erased')
    """
    parts = topic.split("/")
    if len(parts) not in (5, 6) or "/".join(parts[:2]) != ROOT or not all(parts):
        return None
    return Spoken(*parts[2:])


class Address(msgspec.Struct, frozen=True):
    """Who spoke about which session, read from a topic."""

    site_id: str
    station_id: str
    session_id: str


def address_of(topic: str) -> Address | None:
    """Give who published a session document there, or None if `topic` is no session topic.

    >>> address_of("pressout/v1/north/s3/session/0190")
    Address(site_id='north', station_id='s3', session_id='0190')
    """
    spoken = spoken_in(topic)
    if spoken is None or spoken.kind != "session" or not spoken.name:
        return None
    return Address(spoken.site_id, spoken.station_id, spoken.name)
