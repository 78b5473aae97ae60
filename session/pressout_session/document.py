"""The wire form of a session: what a clinic's server gets, `pressout.session/1`.

SI units in field names; times in seconds since `started_at`. Nothing here names a person: references are opaque.
The JSON Schema in docs/reference is generated from these types, and the clinic decodes with them.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from pressout_session.exercises import Side
from pressout_session.prescription import Item, Prescription

SCHEMA: Final = "pressout.session/1"
Reference = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=64,
        pattern=r"^[A-Za-z0-9._:-]+$",
        description="1 to 64 letters of A to Z, a to z, 0 to 9, and . _ : -",
    ),
]
Rating = Annotated[int, msgspec.Meta(ge=0, le=10)]
Whole = Annotated[int, msgspec.Meta(ge=0)]


class Doc(msgspec.Struct, frozen=True, kw_only=True):
    """Part of a document. Unknown fields are ignored, so that a newer station can be read."""


class Clock(Doc, frozen=True, kw_only=True):
    """How far the wall times may be trusted: was it synchronised, and by how much was it corrected since."""

    synchronised: bool
    corrected_by_s: float | None = None


class Device(Doc, frozen=True, kw_only=True):
    """What measured."""

    serial: str
    software_version: str
    algorithm_version: str
    load_cell_id: str
    calibration_id: str
    calibrated_at: str | None = None
    sample_rate_hz: float | None = None


class HoldDocument(Doc, frozen=True, kw_only=True):
    """How a hold went: its drift in N, N/s and as a share of the tension; wobble and tremor in N rms beside it."""

    drift_n: float
    drift_n_per_s: float
    drift_share: float
    wobble_n: float
    tremor_n: float | None


class TravelDocument(Doc, frozen=True, kw_only=True):
    """How far (m) and how fast (m/s) a stack's line went, out and back, each with one standard deviation."""

    out_m: float
    out_sd_m: float
    back_m: float
    back_sd_m: float
    out_peak_m_per_s: float
    out_peak_sd_m_per_s: float
    back_peak_m_per_s: float
    back_peak_sd_m_per_s: float


class EstimateDocument(Doc, frozen=True, kw_only=True):
    """A value, and the interval that it lies in nineteen times out of twenty."""

    value: float
    low: float
    high: float


class RepetitionDocument(Doc, frozen=True, kw_only=True):
    """One repetition: boundaries in s since `started_at`, tensions in N, impulse in N s."""

    rep: Whole
    press_out_start_s: float
    hold_start_s: float
    return_start_s: float
    return_end_s: float
    counted_at_s: float
    chest_n: float
    hold_n: float
    peak_n: float
    impulse_n_s: float
    hold: HoldDocument | None = None
    travel: TravelDocument | None = None
    voided: bool = False


class PartialDocument(Doc, frozen=True, kw_only=True):
    """An attempt that turned back before half way."""

    start_s: float
    end_s: float


class DriftDocument(Doc, frozen=True, kw_only=True):
    """A sign of lost posture: never a diagnosis."""

    kind: str
    t_s: float
    said_at_s: float
    rep: int | None
    drop_n: float
    confidence: float


class SetDocument(Doc, frozen=True, kw_only=True):
    """One set on one side. Means are over the repetitions that count; None where there is none.

    `added` of the `count` were added by hand and are not among `reps`: nothing was measured of them.
    `count_probability` is how likely the signal counted exactly right, before anyone corrected it, and `other_count`
    the likeliest other count. It was done in that `round` of the prescription, from 1.
    """

    item: Whole
    side: Side
    start_s: float
    duration_s: float
    rest_before_s: float | None
    count: Whole
    peak_n: float | None
    mean_n: float | None
    chest_n: float | None
    hold_n: float | None
    partials: tuple[PartialDocument, ...]
    drift: tuple[DriftDocument, ...]
    reps: tuple[RepetitionDocument, ...]
    added: Whole = 0
    time_under_tension_s: float | None = None
    tempo_spread: float | None = None
    tempo_loss: EstimateDocument | None = None
    velocity_loss: EstimateDocument | None = None
    wobble_gain: EstimateDocument | None = None
    count_probability: float | None = None
    other_count: Whole | None = None
    round: Whole = 1


class ComparisonDocument(Doc, frozen=True, kw_only=True):
    """One exercise, left less right: by name of the measure, over the repetitions that count."""

    item: Whole
    left_less_right: dict[str, EstimateDocument]


class TimedDocument(Doc, frozen=True, kw_only=True):
    """A cable-free exercise that was done."""

    item: Whole
    side: Side
    reps: Whole
    duration_s: float
    done_at_s: float
    round: Whole = 1


class DoseChangeDocument(Doc, frozen=True, kw_only=True):
    """What a therapist changed: the item at a place, from the set after `at_s` on; `prescription` is as it ended."""

    at_s: float
    item: Whole
    dose: Item
    therapist_ref: Reference


class SignalDocument(Doc, frozen=True, kw_only=True):
    """What the sensor did: samples believed, faults by kind, the zero's drift in N where it was measured."""

    samples: Whole
    faults: dict[str, Whole]
    zero_drift_n: float | None = None
    noise_n: float | None = None


class SessionDocument(Doc, frozen=True, kw_only=True):
    """One complete session.

    `prescription` is as it ended; `pain_flagged` says that pain was as high as the station was told to flag, or that
    somebody stopped because of it; `voided` that a therapist says it was no one's. So many `altered_facts` are not as
    the station wrote them, or lost among the others: its card changed.
    """

    schema: Literal["pressout.session/1"]
    session_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$")]
    revision: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
    journal_id: Reference
    seq: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
    site_id: Reference
    station_id: Reference
    patient_ref: Reference
    therapist_ref: Reference | None
    started_at: str
    ended_at: str
    clock: Clock
    end_reason: str
    device: Device
    prescription: Prescription
    sets: tuple[SetDocument, ...]
    timed: tuple[TimedDocument, ...]
    effort: Rating | None
    pain: Rating | None
    signal: SignalDocument
    comparisons: tuple[ComparisonDocument, ...] = ()
    dose_changes: tuple[DoseChangeDocument, ...] = ()
    pain_flagged: bool = False
    voided: bool = False
    altered_facts: Whole = 0


def dose_at(document: SessionDocument, place: int, t_s: float) -> Item | None:
    """Give the dose of the item at `place` that held at `t_s`, or None where the document does not say.

    `prescription` is as it ended: what held before the first change of an item is not known from it.
    """
    changes = [one for one in document.dose_changes if one.item == place]
    before = [one.dose for one in changes if one.at_s <= t_s]
    if before:
        return before[-1]
    return None if changes else document.prescription.items[place]


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(SessionDocument)


def encode(document: SessionDocument) -> bytes:
    """Give the document as UTF-8 JSON."""
    return _ENCODER.encode(document)


def decode(payload: bytes) -> SessionDocument:
    """Give the document of a payload.

    Raises
    ------
    ValueError
        If it is not a session document; the message says which field, what was found and what was expected.
        (msgspec's own errors are ValueErrors.)
    """
    return _DECODER.decode(payload)
