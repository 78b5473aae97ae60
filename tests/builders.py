"""The words in which tests speak: traces of tension, doses, facts and documents."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from pressout_device.simulation.patient import PatientTask, SimulatedPatient
from pressout_session.document import Clock, Device, SessionDocument
from pressout_session.document_builder import Origin, document_of
from pressout_session.exercises import Side
from pressout_session.facts import AnyFact, Closed, EndReason, Opened, RepetitionKept, SetClosed, SetOpened
from pressout_session.load_cell_history import Calibrated
from pressout_session.orders import Erasure, PrescriptionOrder
from pressout_session.prescription import CabledItem, Item, Prescription
from pressout_session.record import folded
from pressout_session.wire import EventKind, Info, StationEvent
from pressout_signal.events import Event, Movement, RepetitionCompleted, Resistance
from pressout_signal.pipeline import pipeline_for
from pressout_signal.samples import Sample

SESSION_ID = "01900000-0000-7000-8000-00000000000{}"


@dataclass(frozen=True)
class Trace:
    """Tension over time, written movement after movement; 80 samples a second, with the converter's noise.

    Starts slack. `to` moves from rest to rest (minimum jerk), `hold` stays.
    """

    tension_n: float = 0.0
    now_s: float = 0.0
    samples: tuple[Sample, ...] = ()
    rate_hz: float = 80.0
    noise_n: float = 0.05
    seed: int = 1
    done: tuple[float, ...] = field(default=())

    def to(self, tension_n: float, over_s: float) -> Trace:
        """Move to a tension."""
        count = max(2, round(over_s * self.rate_hz))
        noise = random.Random(f"{self.seed}/{self.now_s:.4f}")
        fresh = []
        for step in range(1, count + 1):
            tau = step / count
            share = tau**3 * (10 - 15 * tau + 6 * tau**2)
            value = self.tension_n + (tension_n - self.tension_n) * share
            fresh.append(Sample(self.now_s + step / self.rate_hz, value + noise.gauss(0.0, self.noise_n)))
        return replace(self, tension_n=tension_n, now_s=fresh[-1].t_s, samples=(*self.samples, *fresh))

    def hold(self, for_s: float) -> Trace:
        """Stay."""
        return self.to(self.tension_n, for_s)

    def taken_up(self, chest_n: float = 40.0) -> Trace:
        """Pick the handle up, step out, stand still."""
        return self.hold(2.0).to(chest_n, 1.5).hold(2.5)

    def repetition(
        self, swing_n: float = 16.0, *, out_s: float = 1.0, hold_s: float = 1.5, back_s: float = 1.1
    ) -> Trace:
        """Press out, hold, return, rest."""
        chest_n = self.tension_n
        moved = self.to(chest_n + swing_n, out_s)
        moved = moved.to(chest_n + swing_n * 0.97, hold_s) if hold_s else moved
        moved = moved.to(chest_n, back_s)
        return replace(moved, done=(*moved.done, moved.now_s)).hold(1.2)

    def partial(self, swing_n: float = 16.0) -> Trace:
        """Press out a third of the way and come back."""
        chest_n = self.tension_n
        return self.to(chest_n + 0.3 * swing_n, 0.5).to(chest_n, 0.6).hold(1.2)

    def let_go(self) -> Trace:
        """Walk back in and hang the handle up."""
        return self.to(0.0, 1.2).hold(9.0)


def heard(
    samples: Iterable[Sample],
    resistance: Resistance = Resistance.TUBING,
    movement: Movement = Movement.PRESS,
) -> list[Event]:
    """Give all that a fresh pipeline says of some samples."""
    pipeline = pipeline_for(resistance, movement)
    told: list[Event] = []
    for sample in samples:
        pipeline, events = pipeline.step(sample)
        told.extend(events)
    return told


def repetitions(events: Iterable[Event]) -> list[RepetitionCompleted]:
    """Give the repetitions among events."""
    return [event for event in events if isinstance(event, RepetitionCompleted)]


def simulated(
    resistance: Resistance, movement: Movement = Movement.PRESS, **asked: int
) -> tuple[list[Sample], SimulatedPatient]:
    """Give a simulated patient's session, sampled 80 times a second without a chip, and the patient."""
    dose = {"target_n": 60.0 if resistance is Resistance.CABLE else 40.0, "reps": 6, "hold_s": 1.5, **asked}
    patient = SimulatedPatient(PatientTask(movement=movement, resistance=resistance, **dose))  # type: ignore[arg-type]
    noise = random.Random(dose.get("seed", 0))
    tension = patient.at(0.0)
    count = int(patient.duration_s * 80)
    return [Sample(n / 80, tension(n / 80) + noise.gauss(0.0, 0.1)) for n in range(count)], patient


def an_item(**changes: object) -> CabledItem:
    """Give five presses a side on tubing."""
    usual: dict[str, object] = {
        "exercise": "pallof_press",
        "resistance": Resistance.TUBING,
        "target_n": 40.0,
        "tolerance_n": 6.0,
        "sets": 1,
        "reps": 5,
        "hold_s": 2.0,
        "first_side": Side.LEFT,
    }
    return CabledItem(**{**usual, **changes})  # type: ignore[arg-type]


def a_prescription(*items: Item) -> Prescription:
    """Give a prescription of some items, or of one."""
    return Prescription(prescription_id="test", items=items or (an_item(),))


def a_repetition(start_s: float = 10.0, number: int = 1) -> RepetitionCompleted:
    """Give a repetition of four seconds."""
    return RepetitionCompleted(
        press_out_start_s=start_s,
        hold_start_s=start_s + 1.0,
        return_start_s=start_s + 3.0,
        return_end_s=start_s + 4.0,
        counted_at_s=start_s + 4.1,
        chest_n=40.0,
        hold_n=56.0,
        peak_n=57.0,
        impulse_n_s=200.0,
        set_number=1,
        number=number,
    )


def facts_of_a_session(
    reps: int = 2,
    session: int = 1,
    *,
    closed: bool = True,
    patient_ref: str = "471922",
    session_id: str | None = None,
    **opened: Any,
) -> list[AnyFact]:
    """Give the facts of a session with one set on the left."""
    facts: list[AnyFact] = [
        Opened(
            t_s=5.0,
            session_id=session_id or SESSION_ID.format(session),
            patient_ref=patient_ref,
            prescription=a_prescription(),
            wall_time="2026-03-01T09:00:00Z",
            boot_id="boot",
            **opened,
        ),
        SetOpened(t_s=9.0, item=0, side=Side.LEFT),
    ]
    for number in range(1, reps + 1):
        kept = a_repetition(10.0 + 6.0 * number, number)
        facts.append(RepetitionKept(t_s=kept.counted_at_s, repetition=kept))
    if closed:
        end_s = 30.0 + 6.0 * reps
        ended = SetClosed(t_s=end_s, count_probability=0.97, other_count=reps - 1)
        facts.extend((ended, Closed(t_s=end_s + 5.0, reason=EndReason.DONE)))
    return facts


def an_origin(seq: int = 1, journal_id: str = "journal") -> Origin:
    """Give where a document comes from."""
    device = Device(
        serial="1", software_version="0", algorithm_version="1", load_cell_id="cell", calibration_id="calibration"
    )
    return Origin(
        site_id="north", station_id="s3", journal_id=journal_id, seq=seq, device=device, clock=Clock(synchronised=True)
    )


def a_document(session: int = 1, reps: int = 2) -> SessionDocument:
    """Give the document of a session."""
    return document_of(folded(facts_of_a_session(reps, session)), an_origin(session))


def event_id(number: int) -> str:
    return f"01900000-0000-7000-8000-{number:012d}"


def an_event(number: int = 1) -> StationEvent:
    return StationEvent(
        event_id=event_id(number),
        at="2026-03-01T09:30:00.000Z",
        kind=EventKind.OVERLOAD,
        load_cell_id="A",
        what="overloaded",
        number="4F-30",
    )


def an_order(version: int = 1, patient_ref: str = "471922", **changes: object) -> PrescriptionOrder:
    """Give a dose that the clinic sends."""
    order = PrescriptionOrder(
        schema="pressout.prescription/1",
        prescription_id="rx-1",
        version=version,
        patient_ref=patient_ref,
        items=(an_item(target_n=55.0),),
        set_at=f"2026-03-02T08:00:{version:02d}Z",
        set_by="t-42",
    )
    return msgspec.structs.replace(order, **changes)


def an_erasure(patient_ref: str = "471922") -> Erasure:
    """Give the clinic's word to forget a patient."""
    return Erasure(schema="pressout.erase/1", erase_id="er-1", patient_ref=patient_ref, at="2026-03-02T08:00:00Z")


def an_info(serial: str = "1234") -> Info:
    return Info(serial=serial, software_version="0", schema="pressout.session/1", load_cell_id="A", calibration_id="c1")


def a_calibration(at: str = "2026-03-01T09:30:00.000Z", **of: object) -> Calibrated:
    fact = Calibrated(
        at=at,
        load_cell_id="A",
        calibration_id="c1",
        zero_counts=100.0,
        counts_per_newton=4_400.0,
        masses_kg=(0.0, 5.0, 0.0),
        by="XY",
        linearity_pct=None,
        hysteresis_pct=0.01,
        noise_n=0.1,
        resolution_n=0.2,
    )
    return msgspec.structs.replace(fact, **of)
