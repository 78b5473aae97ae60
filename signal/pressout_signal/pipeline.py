"""The whole of the signal: what the load cell said in, what it means out.

The body of `Pipeline.step` is the block diagram. The same code runs live and in `pressout analyze`.
"""

from __future__ import annotations

from typing import NamedTuple, assert_never

from msgspec import Struct
from msgspec.structs import replace

from pressout_signal.despike import Despiker, DespikerLimits
from pressout_signal.events import (
    Event,
    LineLetGo,
    LineTaken,
    Movement,
    PartialSeen,
    PhaseEntered,
    RepetitionCompleted,
    Resistance,
    SetCount,
    SetEnded,
    SetStarted,
    TensionDrift,
)
from pressout_signal.measures import RecentTension, StackSettings
from pressout_signal.model.detector import Detector
from pressout_signal.model.fitted_model import FittedModel, fitted
from pressout_signal.samples import Fault, Sample
from pressout_signal.sets import Sets
from pressout_signal.slack import Tautness, TautnessLimits


class OutShare(NamedTuple):
    """How far out the handle is within its stroke at `t_s`, 0 to 1, and one deviation of doubt."""

    t_s: float
    share: float
    doubt: float


class Pipeline(Struct, frozen=True):
    """Everything between a sample and its meaning.

    Build one with `pipeline_for`. A pipeline shares its detector and its window of the last minute with its
    successors: step the newest, and keep none of the older.
    """

    despiker: Despiker
    tautness: Tautness
    sets: Sets
    detector: Detector
    recent: RecentTension

    def step(self, sample: Sample) -> tuple[Pipeline, tuple[Event, ...]]:
        """Take one raw sample; give the next pipeline and what it means.

        Events are stamped with the time of this sample, which is the one that made us say them.
        """
        despiker, believed, faults = self.despiker.step(sample)
        tautness, sets, detector = self.tautness, self.sets, self.detector
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
            detector, found = detector.step(each)
            for event in found:
                sets, numbered = sets.numbered(self._complete(event, sample.t_s))
                events.extend(numbered)
        return Pipeline(despiker, tautness, sets, detector, self.recent), tuple(events)

    def _judged(self, ended: Event) -> Event:
        if not isinstance(ended, SetEnded):
            return ended
        probability, other = self.detector.set_over()
        if not self.sets.repetitions:  # a set of attempts alone: nothing was counted that one could be sure of
            return ended
        return replace(ended, count_probability=probability, other_count=other)

    def _complete(self, event: Event, said_at_s: float) -> Event:
        match event:
            case RepetitionCompleted():
                return self.recent.measured(replace(event, counted_at_s=said_at_s))
            case PhaseEntered() | PartialSeen() | TensionDrift():
                return replace(event, said_at_s=said_at_s)
            case LineTaken() | LineLetGo() | SetStarted() | SetEnded() | Fault():
                return event
            case never:
                assert_never(never)

    @property
    def out_share(self) -> OutShare:
        """How far out the handle is, as of the last tick: for the screen, which may revise it."""
        return OutShare(self.detector.now_s, *self.detector.share)

    @property
    def open_count(self) -> SetCount | None:
        """How sure the count of the set is that is open; None if none is."""
        return self.detector.set_counted() if self.sets.open else None

    def end_set(self, t_s: float) -> tuple[Pipeline, tuple[Event, ...]]:
        """Close the set by a tap: what follows, taut or not, is another."""
        sets, events = self.sets.ended(t_s, t_s)
        return replace(self, sets=sets), tuple(self._judged(event) for event in events)


def pipeline_for(
    resistance: Resistance, movement: Movement, pulley_ratio: float = 1.0, model: FittedModel | None = None
) -> Pipeline:
    """Give a pipeline that has heard nothing yet, for a movement on a kind of line.

    `pulley_ratio` is a stack's, 1, 2 or 4: metres need it, counting does not. No target enters: what a therapist asks
    for says nothing of what hangs on the line. `model` is the one that ships where none is given.
    """
    stack, row = resistance is Resistance.CABLE, movement is Movement.ROW
    detector = Detector(fitted() if model is None else model, stack=stack, row=row)
    recent = RecentTension(stack=StackSettings(row, pulley_ratio) if stack else None)
    return Pipeline(Despiker(DespikerLimits()), Tautness(TautnessLimits()), Sets(), detector, recent)
