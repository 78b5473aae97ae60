"""Progress over a patient's sessions, visit by visit and week by week. Pure.

Only what was measured or tapped: repetitions against the dose, tension in the line, the reminders that the station
gave, one side against the other with its uncertainty, effort and pain as the patient rated them. It judges nothing.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean

from pressout_session.document import EstimateDocument, SessionDocument, SetDocument
from pressout_session.exercises import Side
from pressout_session.prescription import CabledItem

# Between these the other side is looked at: how long the hold was, and how much tension was in it.
COMPARED = ("hold_s", "hold_n")
# Two-sided 95 % of the normal distribution.
Z_95 = 1.959964


@dataclass(frozen=True, slots=True)
class OneSide:
    """What one side did: repetitions, those that the dose asks for, reminders, mean tension at the start and held.

    Of the `measured` ones of those done the tension is known; the others were added by hand.
    """

    done: int = 0
    measured: int = 0
    dose: int = 0
    reminders: int = 0
    start_n: float | None = None
    hold_n: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseVisit:
    """One exercise on the line in one session."""

    session_id: str
    began: datetime
    target_n: float
    tolerance_n: float
    sides: dict[Side, OneSide]
    left_less_right: dict[str, EstimateDocument]
    effort: int | None
    pain: int | None

    @property
    def week(self) -> date:
        """The Monday of its week."""
        return self.began.date() - timedelta(days=self.began.weekday())


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week's visits together; None where there was nothing to take a mean of."""

    monday: date
    visits: int
    target_n: tuple[float, float]
    sides: dict[Side, OneSide]
    left_less_right: dict[str, EstimateDocument]
    effort: float | None
    pain: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseTrend:
    """One exercise on one kind of line, over all visits."""

    exercise: str
    resistance: str
    visits: tuple[ExerciseVisit, ...]

    @property
    def weeks(self) -> tuple[Week, ...]:
        """Give the weeks in which there was a visit."""
        by_week: dict[date, list[ExerciseVisit]] = defaultdict(list)
        for visit in self.visits:
            by_week[visit.week].append(visit)
        return tuple(_week(monday, visits) for monday, visits in sorted(by_week.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A patient's work: exercises on the line, and how often each beside it was done."""

    patient_ref: str
    sessions: int
    stations: tuple[str, ...]
    courses: tuple[ExerciseTrend, ...]
    beside: dict[str, int]


def progress(patient_ref: str, documents: Iterable[SessionDocument]) -> Progress:
    """Give what a patient's sessions add up to; those that a therapist voided are no one's."""
    known = sorted((one for one in documents if not one.voided), key=lambda one: one.started_at)
    visits: dict[tuple[str, str], list[ExerciseVisit]] = defaultdict(list)
    beside: dict[str, int] = defaultdict(int)
    for document in known:
        for place, item in enumerate(document.prescription.items):
            if not isinstance(item, CabledItem):
                beside[item.exercise] += sum(done.reps for done in document.timed if done.item == place)
            elif sets := [held for held in document.sets if held.item == place]:
                visits[item.exercise, str(item.resistance)].append(_visit(document, place, item, sets))
    return Progress(
        patient_ref=patient_ref,
        sessions=len(known),
        stations=tuple(sorted({f"{one.site_id}/{one.station_id}" for one in known})),
        courses=tuple(
            ExerciseTrend(exercise=exercise, resistance=resistance, visits=tuple(held))
            for (exercise, resistance), held in sorted(visits.items())
        ),
        beside={exercise: reps for exercise, reps in sorted(beside.items()) if reps},
    )


def pooled(estimates: Sequence[EstimateDocument]) -> EstimateDocument | None:
    """Give what several estimates say together, allowing for visits that differ by more than chance.

    Random effects (R. DerSimonian, N. Laird, "Meta-analysis in clinical trials", 1986): each weighs by its own
    variance and by that between visits. None where there is no estimate.

    >>> pooled([EstimateDocument(value=1.0, low=0.0, high=2.0)] * 4)
    EstimateDocument(value=1.0, low=0.5, high=1.5)
    """
    if not estimates:
        return None
    values = [one.value for one in estimates]
    variances = [max(((one.high - one.low) / (2.0 * Z_95)) ** 2, 1e-12) for one in estimates]
    weights = [1.0 / variance for variance in variances]
    mean = _weighted(values, weights)
    spread = sum(weight * (value - mean) ** 2 for value, weight in zip(values, weights, strict=True))
    scale = sum(weights) - sum(weight**2 for weight in weights) / sum(weights)
    between = max(0.0, (spread - (len(values) - 1)) / scale) if len(values) > 1 else 0.0
    weights = [1.0 / (variance + between) for variance in variances]
    mean = _weighted(values, weights)
    half = Z_95 / math.sqrt(sum(weights))
    return EstimateDocument(value=round(mean, 6), low=round(mean - half, 6), high=round(mean + half, 6))


def _weighted(values: Sequence[float], weights: Sequence[float]) -> float:
    return sum(value * weight for value, weight in zip(values, weights, strict=True)) / sum(weights)


def _visit(document: SessionDocument, place: int, item: CabledItem, sets: Sequence[SetDocument]) -> ExerciseVisit:
    compared = [one for one in document.comparisons if one.item == place]
    dose = item.sets * item.reps * document.prescription.rounds
    return ExerciseVisit(
        session_id=document.session_id,
        began=datetime.fromisoformat(document.started_at),
        target_n=item.target_n,
        tolerance_n=item.tolerance_n,
        sides={side: _side(dose, [held for held in sets if held.side is side]) for side in Side},
        left_less_right={
            name: one.left_less_right[name] for one in compared for name in COMPARED if name in one.left_less_right
        },
        effort=document.effort,
        pain=document.pain,
    )


def _side(dose: int, sets: Sequence[SetDocument]) -> OneSide:
    counting = [rep for held in sets for rep in held.reps if not rep.voided]
    return OneSide(
        done=sum(held.count for held in sets),
        measured=len(counting),
        dose=dose,
        reminders=sum(len(held.drift) for held in sets),
        start_n=fmean(rep.chest_n for rep in counting) if counting else None,
        hold_n=fmean(rep.hold_n for rep in counting) if counting else None,
    )


def _week(monday: date, visits: Sequence[ExerciseVisit]) -> Week:
    once = list({one.session_id: one for one in visits}.values())  # an exercise may be prescribed twice in one
    return Week(
        monday=monday,
        visits=len(once),
        target_n=(min(one.target_n for one in visits), max(one.target_n for one in visits)),
        sides={side: _together([one.sides[side] for one in visits]) for side in Side},
        left_less_right={
            name: found
            for name in COMPARED
            if (found := pooled([one.left_less_right[name] for one in visits if name in one.left_less_right]))
        },
        effort=_mean([one.effort for one in once]),
        pain=_mean([one.pain for one in once]),
    )


def _together(sides: Sequence[OneSide]) -> OneSide:
    return OneSide(
        done=sum(one.done for one in sides),
        measured=sum(one.measured for one in sides),
        dose=sum(one.dose for one in sides),
        reminders=sum(one.reminders for one in sides),
        start_n=_by_repetition([(one.start_n, one.measured) for one in sides]),
        hold_n=_by_repetition([(one.hold_n, one.measured) for one in sides]),
    )


def _by_repetition(values: Sequence[tuple[float | None, int]]) -> float | None:
    known = [(value, done) for value, done in values if value is not None and done]
    return _weighted([value for value, _done in known], [float(done) for _value, done in known]) if known else None


def _mean(values: Iterable[int | None]) -> float | None:
    said = [value for value in values if value is not None]
    return fmean(said) if said else None
