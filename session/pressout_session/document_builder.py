"""Document builder: a record with times made relative and means taken; nothing added that was not measured."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from statistics import fmean
from typing import TypeVar

import msgspec
from msgspec import structs

from pressout_session.document import (
    SCHEMA,
    Clock,
    ComparisonDocument,
    Device,
    Doc,
    DoseChangeDocument,
    DriftDocument,
    EstimateDocument,
    HoldDocument,
    PartialDocument,
    RepetitionDocument,
    SessionDocument,
    SetDocument,
    SignalDocument,
    TimedDocument,
    TravelDocument,
)
from pressout_session.exercises import Side
from pressout_session.facts import SignalSeen
from pressout_session.record import CountedRepetition, Record, SetRecord
from pressout_signal.events import Hold, Travel
from pressout_signal.summaries import Estimate, one_against_other, summarised

Part = TypeVar("Part", bound=Doc)


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Which station, which journal and which place in it a document comes from.

    `device` and `clock` are those of now; a session that kept its own, when it was opened, says those. Pain from
    `pain_flag_from` on is flagged (7 of 10 and more is usually called severe).
    """

    site_id: str
    station_id: str
    journal_id: str
    seq: int
    device: Device
    clock: Clock
    pain_flag_from: int = 7


def document_of(record: Record, origin: Origin) -> SessionDocument:
    """Give the document of a session that is closed.

    Raises
    ------
    ValueError
        If the session was never opened or is not closed yet.
    """
    if record.opened is None or record.closed is None:
        raise ValueError("found a session that is not both opened and closed, expected a finished one")
    opened = record.opened
    zero_s = opened.t_s
    corrected = record.clock_corrected
    moved = timedelta(seconds=0.0 if corrected is None else corrected.by_s)
    started = datetime.fromisoformat(opened.wall_time).astimezone(UTC) + moved
    ended = started + timedelta(seconds=max(0.0, record.closed.t_s - zero_s))
    signal = record.signal
    rate_hz = None if signal is None else signal.sample_rate_hz
    return SessionDocument(
        schema=SCHEMA,
        session_id=opened.session_id,
        revision=record.revision,
        journal_id=origin.journal_id,
        seq=origin.seq,
        site_id=origin.site_id,
        station_id=origin.station_id,
        patient_ref=record.patient_ref or opened.patient_ref,
        therapist_ref=_therapist(record),
        started_at=rfc3339(started),
        ended_at=rfc3339(ended),
        clock=_clock(opened.clock or origin.clock, record),
        end_reason=record.closed.reason,
        device=msgspec.structs.replace(opened.device or origin.device, sample_rate_hz=rate_hz),
        prescription=record.prescription or opened.prescription,
        sets=tuple(_sets(record.sets, zero_s, record.closed.t_s)),
        timed=tuple(_timed(record, zero_s)),
        effort=record.effort,
        pain=record.pain,
        comparisons=tuple(_comparisons(record.sets)),
        dose_changes=tuple(_dose_changes(record, zero_s)),
        pain_flagged=record.pain_reported or (record.pain is not None and record.pain >= origin.pain_flag_from),
        voided=record.voided,
        signal=_signal(signal),
    )


def _signal(seen: SignalSeen | None) -> SignalDocument:
    if seen is None:
        return SignalDocument(samples=0, faults={})
    return SignalDocument(
        samples=seen.samples, faults=dict(seen.faults), zero_drift_n=seen.zero_drift_n, noise_n=seen.noise_n
    )


def _clock(clock: Clock, record: Record) -> Clock:
    """Give how sure the wall times are: what the clock was when it began, and by how much it was put right since."""
    if record.clock_corrected is None:
        return clock
    return msgspec.structs.replace(clock, corrected_by_s=round(record.clock_corrected.by_s, 3))


def _therapist(record: Record) -> str | None:
    """Give who last set or corrected something, or else who the session was opened by."""
    said = [one.therapist_ref for one in (*record.dose_changes, *record.corrections)]
    return said[-1] if said else record.opened.therapist_ref if record.opened else None


def rfc3339(moment: datetime) -> str:
    """Give an aware time as RFC 3339 in UTC, to the millisecond.

    >>> rfc3339(datetime(2026, 3, 1, 9, 30, tzinfo=UTC))
    '2026-03-01T09:30:00.000Z'
    """
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _timed(record: Record, zero_s: float) -> Iterable[TimedDocument]:
    for done in record.timed:
        yield TimedDocument(
            item=done.item,
            side=done.side,
            round=done.round,
            reps=done.reps,
            duration_s=done.duration_s,
            done_at_s=_since(done.t_s, zero_s),
        )


def _dose_changes(record: Record, zero_s: float) -> Iterable[DoseChangeDocument]:
    for one in record.dose_changes:
        at_s = _since(one.t_s, zero_s)
        yield DoseChangeDocument(at_s=at_s, item=one.item, dose=one.dose, therapist_ref=one.therapist_ref)


def _sets(sets: tuple[SetRecord, ...], zero_s: float, closed_s: float) -> Iterable[SetDocument]:
    before_s: float | None = None
    for held in sets:
        end_s = closed_s if held.end_s is None else held.end_s
        counting = [counted.repetition for counted in held.repetitions if not counted.voided]
        summary = summarised(counting)
        moving_s = summary.time_under_tension_s
        yield SetDocument(
            item=held.item,
            side=held.side,
            round=held.round,
            start_s=_since(held.start_s, zero_s),
            duration_s=round(max(0.0, end_s - held.start_s), 3),
            rest_before_s=None if before_s is None else round(max(0.0, held.start_s - before_s), 3),
            count=held.count,
            peak_n=_rounded(max((one.peak_n for one in counting), default=None)),
            mean_n=_rounded(sum(one.impulse_n_s for one in counting) / moving_s) if moving_s > 0 else None,
            chest_n=_mean(one.chest_n for one in counting),
            hold_n=_mean(one.hold_n for one in counting),
            partials=tuple(
                PartialDocument(start_s=_since(one.start_s, zero_s), end_s=_since(one.end_s, zero_s))
                for one in held.partials
            ),
            drift=tuple(
                DriftDocument(
                    kind=str(one.kind),
                    t_s=_since(one.t_s, zero_s),
                    said_at_s=_since(one.said_at_s, zero_s),
                    rep=one.number,
                    drop_n=round(one.drop_n, 2),
                    confidence=round(one.confidence, 3),
                )
                for one in held.drift
            ),
            added=held.added,
            reps=tuple(_repetition(one, number, zero_s) for number, one in enumerate(held.repetitions, start=1)),
            time_under_tension_s=round(summary.time_under_tension_s, 3),
            tempo_spread=None if summary.tempo_spread is None else round(summary.tempo_spread, 4),
            tempo_loss=_parts(summary.tempo_loss, EstimateDocument),
            velocity_loss=_parts(summary.velocity_loss, EstimateDocument),
            wobble_gain=_parts(summary.wobble_gain, EstimateDocument),
            count_probability=None if held.count_probability is None else round(held.count_probability, 3),
            other_count=held.other_count,
        )
        before_s = end_s


def _repetition(counted: CountedRepetition, number: int, zero_s: float) -> RepetitionDocument:
    one = counted.repetition
    return RepetitionDocument(
        rep=number,
        press_out_start_s=_since(one.press_out_start_s, zero_s),
        hold_start_s=_since(one.hold_start_s, zero_s),
        return_start_s=_since(one.return_start_s, zero_s),
        return_end_s=_since(one.return_end_s, zero_s),
        counted_at_s=_since(one.counted_at_s, zero_s),
        chest_n=round(one.chest_n, 2),
        hold_n=round(one.hold_n, 2),
        peak_n=round(one.peak_n, 2),
        impulse_n_s=round(one.impulse_n_s, 2),
        hold=_parts(one.hold, HoldDocument),
        travel=_parts(one.travel, TravelDocument),
        voided=counted.voided,
    )


def _comparisons(sets: tuple[SetRecord, ...]) -> Iterable[ComparisonDocument]:
    """Compare the sides, exercise by exercise, where both were done."""
    for item in sorted({held.item for held in sets}):
        left, right = (
            [
                counted.repetition
                for held in sets
                if held.item == item and held.side is side
                for counted in held.repetitions
                if not counted.voided
            ]
            for side in (Side.LEFT, Side.RIGHT)
        )
        found = one_against_other(left, right)
        if found:
            parts = {name: _parts(estimate, EstimateDocument) for name, estimate in found.items()}
            yield ComparisonDocument(item=item, left_less_right={k: v for k, v in parts.items() if v is not None})


def _parts(measured: Hold | Travel | Estimate | None, kind: type[Part]) -> Part | None:
    """Give a measured value as its part of the document, field by field, to four digits behind the point."""
    if measured is None:
        return None
    rounded = {name: None if value is None else round(value, 4) for name, value in structs.asdict(measured).items()}
    return msgspec.convert(rounded, kind)


def _since(t_s: float, zero_s: float) -> float:
    return round(t_s - zero_s, 3)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _mean(values: Iterable[float]) -> float | None:
    held = list(values)
    return round(fmean(held), 2) if held else None
