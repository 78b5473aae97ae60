"""How a fitted model does on sessions that it never saw: what the weights file names, and tests hold it to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from msgspec.structs import replace

from pressout_fit.patients import RATE_HZ, Truth
from pressout_fit.sessions import Session, session
from pressout_signal.events import DriftKind, Event, PartialSeen, RepetitionCompleted, TensionDrift
from pressout_signal.guard import Guard, GuardLimits
from pressout_signal.model.detector import Detector
from pressout_signal.model.fitted import Fitted
from pressout_signal.samples import Sample


@dataclass(frozen=True, slots=True)
class Done:
    """One repetition that was done: when its press-out began and its return ended, and whether the trunk turned."""

    start_s: float
    end_s: float
    turned: bool


@dataclass(slots=True)
class Score:
    """Counts over sessions, of what was done and what was said."""

    sessions: int = 0
    exact: int = 0
    done: int = 0
    said: int = 0
    found: int = 0
    turns: int = 0
    turns_seen: int = 0
    turns_false: int = 0
    late_s: list[float] = field(default_factory=list)

    def __iadd__(self, other: Score) -> Score:
        """Add another's."""
        for name in ("sessions", "exact", "done", "said", "found", "turns", "turns_seen", "turns_false", "late_s"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self


def done_in(made: Session) -> list[Done]:
    """Give the repetitions that were done whole within a session."""
    found: list[Done] = []
    start, turned = None, False
    before = Truth.AWAY
    for place, value in enumerate(made.truth.tolist()):
        if value == before:
            continue
        if value == Truth.OUT:
            start, turned = place, False
        elif value in (Truth.TURNING, Truth.TURNED):
            turned = True
        elif before == Truth.BACK and start is not None:
            found.append(Done(start / RATE_HZ, place / RATE_HZ, turned))
            start = None
        elif value == Truth.AWAY:
            start = None
        before = Truth(value)
    return found


def said_of(made: Session, fitted: Fitted) -> list[Event]:
    """Give what a fresh detector says of a session."""
    guard, detector, said = (
        Guard(GuardLimits()),
        Detector(fitted, stack=made.patient.stack, row=not made.patient.press),
        [],
    )
    for t_s, tension_n in zip(made.t_s.tolist(), made.tension_n.tolist(), strict=True):
        guard, believed, _ = guard.step(Sample(t_s, tension_n))
        for each in believed:
            detector, events = detector.step(each)
            for event in events:
                dated = replace(event, counted_at_s=t_s) if isinstance(event, RepetitionCompleted) else event
                said.append(dated)
    return said


def scored(done: Sequence[Done], said: Iterable[Event]) -> Score:
    """Compare: a repetition is found by one that overlaps it by more than half of the shorter of the two."""
    events = list(said)
    repetitions = [event for event in events if isinstance(event, RepetitionCompleted)]
    turned_s = [e.t_s for e in events if isinstance(e, TensionDrift) and e.kind is DriftKind.ROTATION]
    free = set(range(len(done)))
    score = Score(sessions=1, done=len(done), said=len(repetitions))
    for one in repetitions:
        best = max(free, key=lambda place: _overlap(one, done[place]), default=None)
        if best is None or _overlap(one, done[best]) <= 0.5:
            continue
        free.discard(best)
        score.found += 1
        score.late_s.append(one.counted_at_s - done[best].end_s)
    for was in done:
        seen = any(was.start_s - 0.5 <= t_s <= was.end_s + 0.5 for t_s in turned_s)
        score.turns += was.turned
        score.turns_seen += seen and was.turned
        score.turns_false += seen and not was.turned
    score.exact = int(score.found == score.done == score.said)
    return score


def _overlap(said: RepetitionCompleted, done: Done) -> float:
    start_s, end_s = said.press_out_start_s, said.return_end_s
    shorter_s = max(min(end_s - start_s, done.end_s - done.start_s), 1e-6)
    return (min(end_s, done.end_s) - max(start_s, done.start_s)) / shorter_s


def _one(seed: int, *, stack: bool, fitted: Fitted) -> Score:
    made = session(seed, stack=stack)
    return scored(done_in(made), said_of(made, fitted))


def held_out(seeds: Iterable[int], fitted: Fitted, *, stack: bool) -> Score:
    """Score a model on sessions of these seeds."""
    total = Score()
    with ProcessPoolExecutor(2) as pool:
        for one in pool.map(partial(_one, stack=stack, fitted=fitted), seeds, chunksize=4):
            total += one
    return total


__all__ = ["Done", "PartialSeen", "Score", "done_in", "held_out", "said_of", "scored"]
