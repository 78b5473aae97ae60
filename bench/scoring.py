"""How well what was said agrees with what was done: repetitions, boundaries, delays, signs of lost posture.

A repetition is found when a reported one overlaps it by more than half of the shorter of the two. A session is exact
when each is found once and nothing else is reported. Boundaries and delays are of found repetitions without a rotation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Protocol

from bench.sessions import Truth
from pressout_signal.events import DriftKind, Event, RepetitionCompleted, TensionDrift
from pressout_signal.pipeline import Pipeline
from pressout_signal.samples import Sample

BOUNDARIES = ("press_out_start_s", "hold_start_s", "return_start_s", "return_end_s")
EARLY_S = -0.4
# A sign belongs to a repetition when it began within it, or this near; a creep is found within this long of it.
NEAR_S, CREEP_S = 0.5, (-1.0, 15.0)

Span = tuple[float, float]


class Done(Protocol):
    """What was done in a session, whoever drew it."""

    @property
    def repetitions(self) -> Sequence[Truth]:
        """Those that were done whole."""
        ...

    @property
    def partials(self) -> Sequence[Span]:
        """Attempts."""
        ...

    @property
    def creeps_s(self) -> Sequence[float]:
        """When the stance moved nearer."""
        ...


@dataclass(slots=True)
class Score:
    """Counts and lists over many sessions; add them with `+=`."""

    counts: Counter[str] = field(default_factory=Counter)
    errors_s: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in BOUNDARIES})
    counted_after_s: list[float] = field(default_factory=list)
    cue_after_s: list[float] = field(default_factory=list)
    travel_off: list[tuple[float, float]] = field(default_factory=list)
    """Of a stack's press-outs: off by this share of the true travel, and by so many of its own s.d."""
    confidences: dict[str, list[tuple[float, bool]]] = field(default_factory=dict)
    lost: Counter[str] = field(default_factory=Counter)
    extra: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __iadd__(self, other: Score) -> Score:
        """Take in another's."""
        for mine, theirs in (
            (self.counts, other.counts),
            (self.lost, other.lost),
            (self.extra, other.extra),
            (self.causes, other.causes),
        ):
            mine.update(theirs)
        for name in BOUNDARIES:
            self.errors_s[name] += other.errors_s[name]
        for kind, pairs in other.confidences.items():
            self.confidences.setdefault(kind, []).extend(pairs)
        self.counted_after_s += other.counted_after_s
        self.cue_after_s += other.cue_after_s
        self.travel_off += other.travel_off
        self.wrong += other.wrong
        return self

    def share(self, part: str, whole: str) -> float:
        """Give one count as a share of another."""
        return self.counts[part] / max(self.counts[whole], 1)


def heard(pipeline: Pipeline, samples: Iterable[Sample]) -> list[Event]:
    """Give all that a pipeline says of samples."""
    said: list[Event] = []
    for sample in samples:
        pipeline, events = pipeline.step(sample)
        said.extend(events)
    return said


def paired(found: Sequence[Span], truth: Sequence[Span]) -> list[tuple[int, int]]:
    """Give which found span is which true one, each used once, in the order found."""
    pairs: list[tuple[int, int]] = []
    taken: set[int] = set()
    for index, one in enumerate(found):
        best, most = None, 0.5
        for place, other in enumerate(truth):
            shorter = min(one[1] - one[0], other[1] - other[0])
            overlap = (min(one[1], other[1]) - max(one[0], other[0])) / max(shorter, 1e-6)
            if place not in taken and overlap > most:
                best, most = place, overlap
        if best is not None:
            taken.add(best)
            pairs.append((index, best))
    return pairs


def spans(repetitions: Iterable[Truth | RepetitionCompleted]) -> list[Span]:
    """Give from where to where repetitions lasted."""
    return [(one.press_out_start_s, one.return_end_s) for one in repetitions]


def scored(name: str, session: Done, said: Iterable[Event]) -> Score:
    """Score everything that was said of one session."""
    said = list(said)
    reported = [event for event in said if isinstance(event, RepetitionCompleted)]
    drift = [event for event in said if isinstance(event, TensionDrift)]
    truth, score = session.repetitions, Score()
    pairs = paired(spans(reported), spans(truth))
    _counted(score, session, reported, pairs)
    if score.counts["exact"] == 0:
        score.wrong.append(f"{name}: {len(truth)} done, {len(reported)} said, {len(pairs)} of them right")
    for index, place in pairs:
        _timed(score, reported[index], truth[place])
        _posture(score, truth[place], drift)
    _crept(score, session, drift)
    for event in drift:
        true = _is_true(event, session)
        score.confidences.setdefault(str(event.kind), []).append((event.confidence, true))
    return score


def counted_only(session: Done, found: Sequence[Span]) -> Score:
    """Score a detector that says only from where to where repetitions last."""
    score = Score()
    pairs = paired(found, spans(session.repetitions))
    score.counts.update(
        sessions=1,
        done=len(session.repetitions),
        said=len(found),
        found=len(pairs),
        exact=int(len(pairs) == len(found) == len(session.repetitions)),
    )
    return score


def _counted(score: Score, session: Done, reported: list[RepetitionCompleted], pairs: list[tuple[int, int]]) -> None:
    truth = session.repetitions
    exact = len(pairs) == len(reported) == len(truth)
    score.counts.update(sessions=1, done=len(truth), said=len(reported), found=len(pairs), exact=int(exact))
    right, seen = {index for index, _ in pairs}, {place for _, place in pairs}
    for place, one in enumerate(truth):
        causes = one.causes or ("nothing special",)
        score.causes.update(causes)
        if place not in seen:
            score.lost.update(causes)
    extras = [one for index, one in enumerate(reported) if index not in right]
    for extra in extras:
        at_s, end_s = extra.press_out_start_s, extra.return_end_s
        if any(at_s < until_s and end_s > since_s for since_s, until_s in session.partials):
            score.extra["partial"] += 1
            continue
        near = [each for each in truth if each.press_out_start_s - 3.0 < end_s < each.return_end_s + 6.0]
        score.extra.update({cause for each in near for cause in each.causes} or {"nothing special"})
    score.causes["partial"] += len(session.partials)


def _timed(score: Score, said: RepetitionCompleted, done: Truth) -> None:
    for name in BOUNDARIES:
        if not (done.rotation and name in BOUNDARIES[2:]):
            score.errors_s[name].append(abs(getattr(said, name) - getattr(done, name)))
    if said.travel is not None and done.travel_m > 0.0:
        off_m = abs(said.travel.out_m - done.travel_m)
        score.travel_off.append((off_m / done.travel_m, off_m / said.travel.out_sd_m))
    if not done.rotation:
        score.counted_after_s.append(said.counted_at_s - done.return_end_s)


def _within(drift: Iterable[TensionDrift], done: Truth, kind: DriftKind) -> Iterator[TensionDrift]:
    for event in drift:
        if event.kind is kind and done.press_out_start_s - NEAR_S <= event.t_s <= done.return_end_s + NEAR_S:
            yield event


def _posture(score: Score, done: Truth, drift: list[TensionDrift]) -> None:
    turned = list(_within(drift, done, DriftKind.ROTATION))
    quick = any(_within(drift, done, DriftKind.UNCONTROLLED_RETURN))
    counts = score.counts
    if done.rotation_until_s is not None:
        counts.update(rotations=1, rotations_seen=int(bool(turned)))
        score.cue_after_s += [min(event.said_at_s for event in turned) - done.rotation_until_s] if turned else []
        return
    counts.update(clean=1, rotations_false=int(bool(turned)))
    counts.update(quick=int(done.uncontrolled), quick_seen=int(quick and done.uncontrolled))
    counts.update(quick_false=int(quick and not done.uncontrolled))


def _crept(score: Score, session: Done, drift: list[TensionDrift]) -> None:
    said_s = [event.t_s for event in drift if event.kind is DriftKind.STANCE_CREEP]

    def fits(at_s: float, crept_s: float) -> bool:
        return CREEP_S[0] <= at_s - crept_s <= CREEP_S[1]

    score.counts.update(
        creeps=len(session.creeps_s),
        creeps_seen=sum(any(fits(at_s, crept_s) for at_s in said_s) for crept_s in session.creeps_s),
        creeps_false=sum(not any(fits(at_s, crept_s) for crept_s in session.creeps_s) for at_s in said_s),
    )


def _is_true(event: TensionDrift, session: Done) -> bool:
    if event.kind is DriftKind.STANCE_CREEP:
        return any(CREEP_S[0] <= event.t_s - at_s <= CREEP_S[1] for at_s in session.creeps_s)
    within = [one for one in session.repetitions if list(_within([event], one, event.kind))]
    return any(one.rotation if event.kind is DriftKind.ROTATION else one.uncontrolled for one in within)


def middle_and_95(values: Sequence[float]) -> tuple[float, float]:
    """Give the median and what 95 % lie below; not a number where there are none."""
    if not values:
        return float("nan"), float("nan")
    return median(values), sorted(values)[min(int(0.95 * len(values)), len(values) - 1)]
