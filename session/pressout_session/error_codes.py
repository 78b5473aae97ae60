"""Error codes: kinds of trouble and of notices, with their numbers and without any words."""

from __future__ import annotations

from enum import StrEnum


class Trouble(StrEnum):
    """What keeps the station from counting, as a receptionist would say it."""

    SENSOR_SILENT = "sensor_silent"
    SENSOR_STUCK = "sensor_stuck"
    SENSOR_SWAPPED = "sensor_swapped"
    SENSOR_AT_ITS_END = "sensor_at_its_end"
    SENSOR_NOISY = "sensor_noisy"
    UNCALIBRATED = "uncalibrated"
    READER_LOST = "reader_lost"
    OVERLOADED = "overloaded"
    CELL_BENT = "cell_bent"
    STATION_FAILED = "station_failed"
    MISCONFIGURED = "misconfigured"


class Notice(StrEnum):
    """What does not stop anyone, and should be looked at."""

    WARMING_UP = "warming_up"
    RATE_WRONG = "rate_wrong"
    LINE_NOT_EMPTY = "line_not_empty"
    CALIBRATION_DUE = "calibration_due"
    RECORDS_DAMAGED = "records_damaged"
    SIGNAL_NOISY = "signal_noisy"
    MAINS_HUM = "mains_hum"
    CABLE_LOOSE = "cable_loose"
    PAIN_REPORTED = "pain_reported"


class LinkTrouble(StrEnum):
    """What keeps the station's sessions from the clinic; none of them stops anyone from training."""

    NO_UPLINK = "no_uplink"
    UNREACHABLE = "unreachable"
    NAME_UNKNOWN = "name_unknown"
    WRONG_AUTHORITY = "wrong_authority"
    CERTIFICATE_DATES = "certificate_dates"
    WRONG_HOST = "wrong_host"
    NO_TLS = "no_tls"
    REFUSED = "refused"
    CERTIFICATE_REFUSED = "certificate_refused"
    UNANSWERED = "unanswered"
    CLONED = "cloned"
    NOT_SUBSCRIBED = "not_subscribed"
    TOO_LARGE = "too_large"


# What a receptionist reads out on the telephone; hardware/README.md says what each one means.
NUMBERS: dict[Trouble | Notice | LinkTrouble, str] = {
    Trouble.SENSOR_SILENT: "4F-10",
    Trouble.SENSOR_STUCK: "4F-11",
    Trouble.SENSOR_AT_ITS_END: "4F-12",
    Trouble.SENSOR_NOISY: "4F-13",
    Trouble.SENSOR_SWAPPED: "4F-14",
    Trouble.UNCALIBRATED: "4F-15",
    Trouble.READER_LOST: "4F-20",
    Trouble.OVERLOADED: "4F-30",
    Trouble.CELL_BENT: "4F-31",
    Trouble.STATION_FAILED: "4F-99",
    Trouble.MISCONFIGURED: "4F-98",
    Notice.WARMING_UP: "4F-40",
    Notice.RATE_WRONG: "4F-41",
    Notice.LINE_NOT_EMPTY: "4F-42",
    Notice.CALIBRATION_DUE: "4F-43",
    Notice.RECORDS_DAMAGED: "4F-44",
    Notice.SIGNAL_NOISY: "4F-45",
    Notice.MAINS_HUM: "4F-46",
    Notice.CABLE_LOOSE: "4F-47",
    Notice.PAIN_REPORTED: "4F-51",
    LinkTrouble.NO_UPLINK: "4F-60",
    LinkTrouble.UNREACHABLE: "4F-61",
    LinkTrouble.NAME_UNKNOWN: "4F-62",
    LinkTrouble.WRONG_AUTHORITY: "4F-63",
    LinkTrouble.CERTIFICATE_DATES: "4F-64",
    LinkTrouble.WRONG_HOST: "4F-65",
    LinkTrouble.NO_TLS: "4F-66",
    LinkTrouble.REFUSED: "4F-67",
    LinkTrouble.CERTIFICATE_REFUSED: "4F-68",
    LinkTrouble.UNANSWERED: "4F-69",
    LinkTrouble.CLONED: "4F-70",
    LinkTrouble.NOT_SUBSCRIBED: "4F-71",
    LinkTrouble.TOO_LARGE: "4F-72",
}
