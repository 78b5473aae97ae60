"""Record of a session: the fold of its facts.

Whatever the station shows of a session, and the document that the clinic gets, is the fold of its facts: after a power
cut there is nothing to repair, only to fold again.
"""

from __future__ import annotations

from typing import TypeAlias, assert_never

import msgspec

from pressout_session.exercises import Side
from pressout_session.facts import (
    AnyFact,
    ClockCorrected,
    Closed,
    DoseChanged,
    DriftKept,
    Opened,
    PainReported,
    PartialKept,
    Rated,
    Reassigned,
    RepetitionAdded,
    RepetitionKept,
    RepetitionVoided,
    SessionVoided,
    SetClosed,
    SetOpened,
    SetRestarted,
    SideCorrected,
    SignalSeen,
    TimedCounted,
    TimedDone,
    TurnGivenUp,
)
from pressout_session.prescription import Prescription
from pressout_signal.events import PartialSeen, RepetitionCompleted, TensionDrift


class CountedRepetition(msgspec.Struct, frozen=True):
    """A repetition as the record has it; a voided one stays and counts for nothing."""

    repetition: RepetitionCompleted
    voided: bool = False


class SetRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One set as it stands; `added` are repetitions that someone says were done and nothing measured.

    `goes_on` says that it continues the turn of the set before it.
    """

    item: int
    side: Side
    start_s: float
    end_s: float | None = None
    repetitions: tuple[CountedRepetition, ...] = ()
    partials: tuple[PartialSeen, ...] = ()
    drift: tuple[TensionDrift, ...] = ()
    added: int = 0
    count_probability: float | None = None
    other_count: int | None = None
    goes_on: bool = False
    before: int = 0
    round: int = 1

    @property
    def count(self) -> int:
        """How many repetitions count."""
        return self.added + sum(not counted.voided for counted in self.repetitions)


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A session: the fold of its facts so far."""

    opened: Opened | None = None
    sets: tuple[SetRecord, ...] = ()
    timed: tuple[TimedDone, ...] = ()
    timed_so_far: TimedCounted | None = None
    effort: int | None = None
    pain: int | None = None
    signal: SignalSeen | None = None
    closed: Closed | None = None
    last_s: float = 0.0
    dose_changes: tuple[DoseChanged, ...] = ()
    corrections: tuple[Reassigned | SessionVoided, ...] = ()
    clock_corrected: ClockCorrected | None = None
    corrected_late: int = 0
    pain_reported: bool = False

    @property
    def prescription(self) -> Prescription | None:
        """What is asked for, with what a therapist has changed since it began."""
        if self.opened is None:
            return None
        prescription = self.opened.prescription
        for change in self.dose_changes:
            prescription = prescription.with_item(change.item, change.dose)
        return prescription

    @property
    def patient_ref(self) -> str | None:
        """Whose session it is, as last said."""
        said = [one.patient_ref for one in self.corrections if isinstance(one, Reassigned)]
        return said[-1] if said else None if self.opened is None else self.opened.patient_ref

    @property
    def voided(self) -> bool:
        """Whether it was no one's."""
        return any(isinstance(one, SessionVoided) for one in self.corrections)

    @property
    def revision(self) -> int:
        """How often its document has to be written: once, and once for each correction after it was closed."""
        return 1 + len(self.corrections) + self.corrected_late

    @property
    def open_set(self) -> SetRecord | None:
        """The set that is going on, if one is."""
        return self.sets[-1] if self.sets and self.sets[-1].end_s is None else None

    def turn_count(self, place: int) -> int:
        """How many repetitions count in the set at `place` and in those that it goes on from."""
        held = self.sets[place]
        if held.before:
            return held.count + held.before
        return held.count + (self.turn_count(place - 1) if held.goes_on and place else 0)

    def turn_carried(self, place: int) -> int:
        """How many of these are in an earlier session."""
        held = self.sets[place]
        return held.before or (self.turn_carried(place - 1) if held.goes_on and place else 0)

    def count(self, side: Side, item: int | None = None) -> int:
        """How many repetitions count on `side`, over the session or in one item."""
        return sum(done.count for done in self.sets if done.side is side and item in (None, done.item))

    def after(self, fact: AnyFact) -> Record:
        """Give the record when `fact` has happened.

        Raises
        ------
        ValueError
            If a repetition comes before any set: facts are folded in the order in which they were kept.
        """
        at_s = max(self.last_s, fact.t_s) if self.opened else fact.t_s
        return msgspec.structs.replace(self._after(fact), last_s=at_s)

    def _after(self, fact: AnyFact) -> Record:
        match fact:
            case Opened():
                return msgspec.structs.replace(self, opened=fact)
            case SetOpened():
                opened = {name: getattr(fact, name) for name in ("item", "side", "goes_on", "before", "round")}
                return self._with_sets((*self.sets, SetRecord(start_s=fact.t_s, **opened)))
            case TimedCounted():
                return msgspec.structs.replace(self, timed_so_far=fact)
            case TimedDone():
                return msgspec.structs.replace(self, timed=(*self.timed, fact), timed_so_far=None)
            case Rated(effort=effort, pain=pain):
                return msgspec.structs.replace(self, effort=effort, pain=pain)
            case PainReported():
                return msgspec.structs.replace(self, pain_reported=True)
            case SignalSeen():
                return msgspec.structs.replace(self, signal=fact)
            case Closed():
                return msgspec.structs.replace(self._with_timed_so_far(), closed=fact)
            case DoseChanged():
                return msgspec.structs.replace(self, dose_changes=(*self.dose_changes, fact))
            case ClockCorrected():
                late = self.corrected_late + (self.closed is not None)
                return msgspec.structs.replace(self, clock_corrected=fact, corrected_late=late)
            case Reassigned() | SessionVoided():
                return msgspec.structs.replace(self, corrections=(*self.corrections, fact))
            case TurnGivenUp():
                return self
            case (
                RepetitionKept()
                | PartialKept()
                | DriftKept()
                | RepetitionVoided()
                | RepetitionAdded()
                | SetRestarted()
                | SideCorrected()
                | SetClosed()
            ):
                if not self.sets:
                    raise ValueError(f"found {type(fact).__name__} before any set, expected SetOpened first")
                if isinstance(fact, SideCorrected):
                    return self._with_sets(_turned(self.sets, fact.side))
                at = self._last_counting() if isinstance(fact, RepetitionVoided) else len(self.sets) - 1
                return self._with_sets((*self.sets[:at], _set_after(self.sets[at], fact), *self.sets[at + 1 :]))
            case never:
                assert_never(never)

    def _with_timed_so_far(self) -> Record:
        """Give the record with what was done of an exercise that nobody ended: the power went."""
        so_far = self.timed_so_far
        if so_far is None:
            return self
        done = TimedDone(**msgspec.structs.asdict(so_far))
        return msgspec.structs.replace(self, timed=(*self.timed, done), timed_so_far=None)

    def _last_counting(self) -> int:
        """Give the place of the last set, or of that one of its turn in which the last repetition counts."""
        at = len(self.sets) - 1
        while at > 0 and self.sets[at].goes_on and not self.sets[at].count:
            at -= 1
        return at

    def _with_sets(self, sets: tuple[SetRecord, ...]) -> Record:
        return msgspec.structs.replace(self, sets=sets)


SetFact: TypeAlias = (
    RepetitionKept | PartialKept | DriftKept | RepetitionVoided | RepetitionAdded | SetRestarted | SetClosed
)


def _set_after(held: SetRecord, fact: SetFact) -> SetRecord:
    replace = msgspec.structs.replace
    match fact:
        case RepetitionKept(repetition=repetition):
            return replace(held, repetitions=(*held.repetitions, CountedRepetition(repetition)))
        case PartialKept(partial=partial):
            return replace(held, partials=(*held.partials, partial))
        case DriftKept(drift=drift):
            return replace(held, drift=(*held.drift, drift))
        case SetClosed():
            sure, other = fact.count_probability, fact.other_count
            return replace(held, end_s=fact.t_s, count_probability=sure, other_count=other)
        case RepetitionAdded():
            return replace(held, added=held.added + 1)
        case SetRestarted():
            return replace(held, added=0, repetitions=tuple(replace(one, voided=True) for one in held.repetitions))
        case RepetitionVoided() if held.added:
            return replace(held, added=held.added - 1)
        case RepetitionVoided():
            return replace(held, repetitions=_last_voided(held.repetitions))
        case never:
            assert_never(never)


def _turned(sets: tuple[SetRecord, ...], side: Side) -> tuple[SetRecord, ...]:
    """Give the sets with the last one, and those that it goes on from, on `side`."""
    first = len(sets) - 1
    while first > 0 and sets[first].goes_on:
        first -= 1
    return (*sets[:first], *(msgspec.structs.replace(held, side=side, before=0) for held in sets[first:]))


def _last_voided(repetitions: tuple[CountedRepetition, ...]) -> tuple[CountedRepetition, ...]:
    for place in reversed(range(len(repetitions))):
        if not repetitions[place].voided:
            voided = msgspec.structs.replace(repetitions[place], voided=True)
            return (*repetitions[:place], voided, *repetitions[place + 1 :])
    return repetitions


def folded(facts: tuple[AnyFact, ...] | list[AnyFact]) -> Record:
    """Give the session that `facts`, in order, add up to."""
    record = Record()
    for fact in facts:
        record = record.after(fact)
    return record
