"""The whole of the signal: what the load cell said in, what it means out.

The body of `Pipeline.step` is the block diagram. The same code runs live and in `pressout analyze`.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol, Self, runtime_checkable

from msgspec import Struct
from msgspec.structs import replace

from pressout_signal.events import (
    Event,
    PartialSeen,
    PhaseEntered,
    RepetitionCompleted,
    SetCount,
    SetEnded,
    TensionDrift,
)
from pressout_signal.guard import Guard
from pressout_signal.measures import Recent
from pressout_signal.samples import Sample
from pressout_signal.sets import Sets
from pressout_signal.tautness import Tautness


class Strokes(Protocol):
    """What finds the strokes of one kind of line: phases, repetitions, partials and drift."""

    def step(self, sample: Sample) -> tuple[Self, tuple[Event, ...]]:
        """Take one believed sample; give the next state and what it means."""
        ...


class OutShare(NamedTuple):
    """How far out the handle is within its stroke at `t_s`, 0 to 1, and one deviation of doubt."""

    t_s: float
    share: float
    doubt: float


@runtime_checkable
class Judging(Protocol):
    """What besides says how sure the count of a set is, and how far out the handle is."""

    @property
    def now_s(self) -> float:
        """When the last tick ended."""
        ...

    @property
    def share(self) -> tuple[float, float]:
        """How far out the handle is within its stroke, and one deviation of doubt."""
        ...

    def set_counted(self) -> SetCount:
        """Give how sure the count of the set is that is open."""
        ...

    def set_over(self) -> SetCount:
        """Give how sure the count of the set is that has just ended, and begin another."""
        ...


class Pipeline(Struct, frozen=True):
    """Everything between a sample and its meaning.

    Build one with `pressout_signal.strokes.pipeline_for`. A pipeline remembers its last minute in a window that
    it shares with its successors: step the newest, and keep none of the older.
    """

    guard: Guard
    tautness: Tautness
    sets: Sets
    strokes: Strokes
    recent: Recent

    def step(self, sample: Sample) -> tuple[Pipeline, tuple[Event, ...]]:
        """Take one raw sample; give the next pipeline and what it means.

        Events are stamped with the time of this sample, which is the one that made us say them.
        """
        guard, believed, faults = self.guard.step(sample)
        tautness, sets, strokes = self.tautness, self.sets, self.strokes
        events: list[Event] = [*faults]
        for each in believed:
            self.recent.add(each)
            if sets.open:
                sets, ended = sets.passed(each.t_s)
                events.extend(self._judged(event) for event in ended)
            tautness, changed = tautness.step(each)
            for change in changed:
                sets = sets.heard(change)
                events.append(change)
            strokes, found = strokes.step(each)
            for event in found:
                sets, numbered = sets.numbered(self._complete(event, sample.t_s))
                events.extend(numbered)
        return Pipeline(guard, tautness, sets, strokes, self.recent), tuple(events)

    def _judged(self, ended: Event) -> Event:
        if not isinstance(ended, SetEnded) or not isinstance(self.strokes, Judging):
            return ended
        probability, other = self.strokes.set_over()
        return replace(ended, count_probability=probability, other_count=other)

    def _complete(self, event: Event, said_at_s: float) -> Event:
        match event:
            case RepetitionCompleted():
                return self.recent.measured(replace(event, counted_at_s=said_at_s))
            case PhaseEntered() | PartialSeen() | TensionDrift():
                return replace(event, said_at_s=said_at_s)
            case _:
                return event

    def end_set(self, t_s: float) -> tuple[Pipeline, tuple[Event, ...]]:
        """Close the set by a tap: what follows, taut or not, is another."""
        sets, events = self.sets.ended(t_s, t_s)
        return replace(self, sets=sets), tuple(self._judged(event) for event in events)

    @property
    def open_count(self) -> SetCount | None:
        """How sure the count of the set is that is open; None if none is, or nothing is known of it."""
        return self.strokes.set_counted() if self.sets.open and isinstance(self.strokes, Judging) else None

    @property
    def out_share(self) -> OutShare | None:
        """How far out the handle is, as of the last tick, where that is known; it may be revised."""
        return OutShare(self.strokes.now_s, *self.strokes.share) if isinstance(self.strokes, Judging) else None
