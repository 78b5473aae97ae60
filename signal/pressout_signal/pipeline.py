"""The whole of the signal: what the load cell said in, what it means out.

The body of `Pipeline.step` is the block diagram. The same code runs live and in `pressout analyze`.
"""

from __future__ import annotations

from typing import Protocol, Self

from msgspec import Struct
from msgspec.structs import replace

from pressout_signal.events import (
    Event,
    PartialSeen,
    PhaseEntered,
    RepetitionCompleted,
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
                events.extend(ended)
            tautness, changed = tautness.step(each)
            for change in changed:
                sets = sets.heard(change)
                events.append(change)
            strokes, found = strokes.step(each)
            for event in found:
                sets, numbered = sets.numbered(self._complete(event, sample.t_s))
                events.extend(numbered)
        return Pipeline(guard, tautness, sets, strokes, self.recent), tuple(events)

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
        return replace(self, sets=sets), events
