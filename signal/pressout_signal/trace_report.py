"""Report of a whole trace, for `pressout analyze`: sets, repetitions, partials, drift and faults."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from msgspec import Struct, field, structs

from pressout_signal.events import (
    Event,
    Hold,
    PartialSeen,
    PhaseEntered,
    RepetitionCompleted,
    SetCount,
    SetEnded,
    SetStarted,
    TensionDrift,
    Travel,
)
from pressout_signal.pipeline import OutShare, Pipeline
from pressout_signal.samples import Fault, FaultKind, Sample
from pressout_signal.summaries import Estimate, one_against_other, summarised

TIMES = ("press_out_start_s", "hold_start_s", "return_start_s", "return_end_s", "counted_at_s")
TENSIONS = ("chest_n", "hold_n", "peak_n", "impulse_n_s")
FAULT_COUNTS = {FaultKind.SPIKE: "spikes", FaultKind.GAP: "gaps", FaultKind.SATURATED: "out_of_range"}


class TraceReport(Struct):
    """Everything said over one trace, in the order it was said."""

    samples: int = 0
    first_s: float = 0.0
    last_s: float = 0.0
    events: list[Event] = field(default_factory=list)
    open_count: SetCount | None = None
    curve: list[OutShare] | None = None
    """How far out the handle was, as it was known then: only where asked for, with an empty list."""

    def listen(self, pipeline: Pipeline, samples: Iterable[Sample]) -> None:
        """Feed `samples` to `pipeline`, one by one, and keep what it says."""
        for sample in samples:
            pipeline, events = pipeline.step(sample)
            self.first_s = sample.t_s if self.samples == 0 else self.first_s
            self.last_s = sample.t_s
            self.samples += 1
            self.events.extend(events)
            if self.curve is not None:
                self._drawn(self.curve, pipeline.out_share)
        self.open_count = pipeline.open_count

    @staticmethod
    def _drawn(curve: list[OutShare], now: OutShare | None) -> None:
        if now is not None and (not curve or now != curve[-1]):
            curve.append(now)

    def of(self, kind: type[Any]) -> list[Any]:
        """Give the events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def as_json(self, name: str) -> dict[str, Any]:
        """Give the object that `pressout analyze --json` prints for a trace (times in s, tensions in N)."""
        repetitions: list[RepetitionCompleted] = self.of(RepetitionCompleted)
        partials: list[PartialSeen] = self.of(PartialSeen)
        faults = dict.fromkeys(FAULT_COUNTS.values(), 0)
        for fault in self.of(Fault):
            if fault.kind in FAULT_COUNTS:
                faults[FAULT_COUNTS[fault.kind]] += 1
        told = {
            "trace": name,
            "samples": self.samples,
            "duration_s": round(self.last_s - self.first_s, 3),
            "sets": [self._set(started) for started in self.of(SetStarted)],
            "reps": [_repetition(repetition) for repetition in repetitions],
            "partials": [
                {"set": p.set_number, "start_s": round(p.start_s, 3), "end_s": round(p.end_s, 3)} for p in partials
            ],
            "drift": [_drift(drift) for drift in self.of(TensionDrift)],
            "phases": [self._phase(entered) for entered in self.of(PhaseEntered)],
            "faults": faults,
            "set_differences": self._differences(),
        }
        if self.curve is not None:
            told["out_share"] = [[round(value, 3) for value in one] for one in self.curve]
        return told

    def _phase(self, entered: PhaseEntered) -> dict[str, Any]:
        """Give a phase and the set that it lies in, if it lies in one."""
        ended_s = {ended.number: ended.t_s for ended in self.of(SetEnded)}
        within = [
            started.number
            for started in self.of(SetStarted)
            if started.t_s <= entered.t_s <= ended_s.get(started.number, math.inf)
        ]
        return {
            "set": within[-1] if within else None,
            "phase": str(entered.phase),
            "t_s": round(entered.t_s, 3),
            "said_at_s": round(entered.said_at_s, 3),
        }

    def _set(self, started: SetStarted) -> dict[str, Any]:
        ended = next((ended for ended in self.of(SetEnded) if ended.number == started.number), None)
        sure = self.open_count if ended is None else (ended.count_probability, ended.other_count)
        probability, other = (None, None) if sure is None else sure
        end_s = None if ended is None else ended.t_s
        repetitions = self._of_set(started.number)
        summary = summarised(repetitions)
        return {
            "set": started.number,
            "start_s": round(started.t_s, 3),
            "end_s": None if end_s is None else round(end_s, 3),
            "reps": len(repetitions),
            "partials": sum(p.set_number == started.number for p in self.of(PartialSeen)),
            "count_probability": _rounded(probability),
            "other_count": other,
            "time_under_tension_s": round(summary.time_under_tension_s, 3),
            "tempo_spread": _rounded(summary.tempo_spread),
            "tempo_loss": _estimate(summary.tempo_loss),
            "velocity_loss": _estimate(summary.velocity_loss),
            "wobble_gain": _estimate(summary.wobble_gain),
        }

    def _of_set(self, number: int) -> list[RepetitionCompleted]:
        return [one for one in self.of(RepetitionCompleted) if one.set_number == number]

    def _differences(self) -> list[dict[str, Any]]:
        """Give each set less the one after it: where a set is a side, that is one side against the other."""
        numbers = [started.number for started in self.of(SetStarted)]
        return [
            {
                "sets": [one, other],
                **{
                    name: _estimate(estimate)
                    for name, estimate in one_against_other(self._of_set(one), self._of_set(other)).items()
                },
            }
            for one, other in pairwise(numbers)
        ]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _estimate(estimate: Estimate | None) -> dict[str, float] | None:
    """Give an estimate and its 95 % interval."""
    return None if estimate is None else {name: round(value, 3) for name, value in structs.asdict(estimate).items()}


def _repetition(repetition: RepetitionCompleted) -> dict[str, Any]:
    times = {name: round(getattr(repetition, name), 3) for name in TIMES}
    tensions = {name: round(getattr(repetition, name), 2) for name in TENSIONS}
    return {
        "set": repetition.set_number,
        "rep": repetition.number,
        **times,
        **tensions,
        "hold": _parts(repetition.hold),
        "travel": _parts(repetition.travel),
    }


def _parts(measured: Hold | Travel | None) -> dict[str, float | None] | None:
    return None if measured is None else {name: _rounded(value) for name, value in structs.asdict(measured).items()}


def _drift(drift: TensionDrift) -> dict[str, Any]:
    return {
        "kind": str(drift.kind),
        "t_s": round(drift.t_s, 3),
        "said_at_s": round(drift.said_at_s, 3),
        "set": drift.set_number,
        "rep": drift.number,
        "drop_n": round(drift.drop_n, 2),
        "confidence": round(drift.confidence, 3),
    }
