"""The tables of a station's configuration, as values: their keys, what each may be, and why a default is what it is.

Keys carry units. What the device learns (calibration) and what must be secret live elsewhere.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from pressout_device.settings import Section
from pressout_session.document import Reference
from pressout_session.exercises import Side
from pressout_signal.events import Resistance


class ClinicDoses(StrEnum):
    """What the site says of doses that the clinic sends."""

    SHOWN = "shown"  # they hold from the next visit on, and are shown as the clinic's until a therapist accepts them
    TRUSTED = "trusted"  # they hold as if a therapist here had set them
    REFUSED = "refused"  # they do not hold


class StationSection(Section, frozen=True, kw_only=True):
    """Which station this is, and where it keeps what it counted."""

    site_id: Reference
    station_id: Reference
    folder: str = "/var/lib/pressout"
    pain_flag_from: Annotated[int, msgspec.Meta(ge=0, le=10)] = 7  # of 10: what is usually called severe
    pulley_ratio: Literal[1, 2] = 1  # of the weight stack: metres need it, counting does not
    keep_days: Annotated[float, msgspec.Meta(ge=0)] = 365.0  # after delivery: a year of past visits for the charts
    raw_days: Annotated[float, msgspec.Meta(ge=0)] = 90.0  # within which someone may still ask about a count
    raw_mb: Annotated[int, msgspec.Meta(ge=1)] = 512  # about 15 000 sets, and a thirtieth of the smallest card
    clinic_doses: ClinicDoses = ClinicDoses.SHOWN  # nothing that came by network is taken for a therapist's word


class ScreenSection(Section, frozen=True, kw_only=True):
    """How the screen speaks and looks."""

    language: Literal["en", "es"] = "en"
    theme: Literal["light", "dark", "contrast"] = "light"
    unit: Literal["kg", "lb", "N"] = "kg"
    width_px: Annotated[int, msgspec.Meta(ge=320, le=4096)] = 800
    height_px: Annotated[int, msgspec.Meta(ge=320, le=4096)] = 480
    full_screen: bool = True
    rotate: Literal[0, 90, 180, 270] = 0  # degrees clockwise by which the picture is turned; touches turn with it
    muted: bool = False
    volume: Annotated[int, msgspec.Meta(ge=0, le=10)] = 6


class BrokerSection(Section, frozen=True, kw_only=True):
    """The clinic's broker. No secret is here: it is in a file, or a credential of systemd's, which wins."""

    url: str
    also: tuple[str, ...] = ()  # other addresses of the same broker, tried in turn
    allow_plain: bool = False
    ca_file: str | None = None
    certificate_file: str | None = None
    key_file: str | None = None
    username: str | None = None
    password_file: str | None = None
    live: bool = False  # what happens now is for whoever looks on, and nobody does unless the site says so


class DoseSection(Section, frozen=True, kw_only=True):
    """One exercise of the dose that a patient without a prescription is given; the file may have several, in order."""

    exercise: str
    resistance: Resistance = Resistance.TUBING
    target_n: Annotated[float, msgspec.Meta(ge=5, le=500)] = 40.0
    tolerance_n: Annotated[float, msgspec.Meta(ge=0.5, le=100)] = 6.0
    sets: Annotated[int, msgspec.Meta(ge=1, le=20)] | None = None
    reps: Annotated[int, msgspec.Meta(ge=1, le=200)] | None = None
    hold_s: Annotated[float, msgspec.Meta(ge=0, le=120)] | None = None
    duration_s: Annotated[float, msgspec.Meta(ge=0, le=600)] | None = None
    first_side: Side = Side.LEFT
