"""What happened in a session, as facts in order; and the session that they add up to.

A fact is written to disk before anyone is told of it, and never changed. Whatever the station shows of a
session, and the document that the clinic gets, is the fold of its facts: after a power cut there is nothing to
repair, only to fold again. Times are `t_s`, on the monotonic clock of the boot that opened the session.
"""

from __future__ import annotations

import msgspec

from pressout_session.document import Clock, Device
from pressout_session.exercises import Side
from pressout_session.prescription import Prescription
from pressout_signal.events import PartialSeen, RepetitionCompleted, TensionDrift


class Fact(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag=str.lower):
    """Something that happened at `t_s` and stays true."""

    t_s: float


class Opened(Fact, frozen=True, kw_only=True):
    """The session began; wall time in RFC 3339, and the boot whose clock `t_s` is on."""

    session_id: str
    patient_ref: str
    prescription: Prescription
    wall_time: str
    boot_id: str
    therapist_ref: str | None = None
    device: Device | None = None
    clock: Clock | None = None


class SetOpened(Fact, frozen=True, kw_only=True):
    """A set began, in turn, on `side`, with the item at place `item` of the prescription."""

    item: int
    side: Side


class RepetitionKept(Fact, frozen=True, kw_only=True):
    """A repetition was counted."""

    repetition: RepetitionCompleted


class PartialKept(Fact, frozen=True, kw_only=True):
    """An attempt turned back before half way."""

    partial: PartialSeen


class DriftKept(Fact, frozen=True, kw_only=True):
    """A sign of lost posture was seen."""

    drift: TensionDrift


class RepetitionVoided(Fact, frozen=True, kw_only=True):
    """Someone took the last repetition of the set back."""


class SetRestarted(Fact, frozen=True, kw_only=True):
    """Someone began the set again: what it held is voided."""


class SideCorrected(Fact, frozen=True, kw_only=True):
    """The open set, or else the last one, was on `side`."""

    side: Side


class SetClosed(Fact, frozen=True, kw_only=True):
    """The tension was let go, or someone ended the set."""


class TimedDone(Fact, frozen=True, kw_only=True):
    """A timed or tapped exercise was done: `reps` of `duration_s` seconds."""

    item: int
    side: Side
    reps: int
    duration_s: float


class Rated(Fact, frozen=True, kw_only=True):
    """How hard it was and how much it hurt, 0 to 10, or None where it was skipped."""

    effort: int | None = None
    pain: int | None = None


class SignalSeen(Fact, frozen=True, kw_only=True):
    """What the sensor did during the session: samples believed, faults by kind, measured rate in Hz."""

    samples: int
    faults: dict[str, int]
    sample_rate_hz: float | None = None


class Closed(Fact, frozen=True, kw_only=True):
    """The session ended: `done`, `signed_out`, `idle`, `interrupted` or `shut_down`."""

    reason: str


AnyFact = (
    Opened
    | SetOpened
    | RepetitionKept
    | PartialKept
    | DriftKept
    | RepetitionVoided
    | SetRestarted
    | SideCorrected
    | SetClosed
    | TimedDone
    | Rated
    | SignalSeen
    | Closed
)


class CountedRepetition(msgspec.Struct, frozen=True):
    """A repetition as the record has it; a voided one stays and counts for nothing."""

    repetition: RepetitionCompleted
    voided: bool = False


class SetRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One set as it stands."""

    item: int
    side: Side
    start_s: float
    end_s: float | None = None
    repetitions: tuple[CountedRepetition, ...] = ()
    partials: tuple[PartialSeen, ...] = ()
    drift: tuple[TensionDrift, ...] = ()

    @property
    def count(self) -> int:
        """How many repetitions count."""
        return sum(not counted.voided for counted in self.repetitions)


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A session: the fold of its facts so far."""

    opened: Opened | None = None
    sets: tuple[SetRecord, ...] = ()
    timed: tuple[TimedDone, ...] = ()
    effort: int | None = None
    pain: int | None = None
    signal: SignalSeen | None = None
    closed: Closed | None = None
    last_s: float = 0.0

    @property
    def open_set(self) -> SetRecord | None:
        """The set that is going on, if one is."""
        return self.sets[-1] if self.sets and self.sets[-1].end_s is None else None

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
            case SetOpened(t_s=t_s, item=item, side=side):
                return self._with_sets((*self.sets, SetRecord(item=item, side=side, start_s=t_s)))
            case TimedDone():
                return msgspec.structs.replace(self, timed=(*self.timed, fact))
            case Rated(effort=effort, pain=pain):
                return msgspec.structs.replace(self, effort=effort, pain=pain)
            case SignalSeen():
                return msgspec.structs.replace(self, signal=fact)
            case Closed():
                return msgspec.structs.replace(self, closed=fact)
            case _:
                if not self.sets:
                    raise ValueError(f"found {type(fact).__name__} before any set, expected SetOpened first")
                return self._with_sets((*self.sets[:-1], _set_after(self.sets[-1], fact)))

    def _with_sets(self, sets: tuple[SetRecord, ...]) -> Record:
        return msgspec.structs.replace(self, sets=sets)


def _set_after(held: SetRecord, fact: AnyFact) -> SetRecord:
    replace = msgspec.structs.replace
    match fact:
        case RepetitionKept(repetition=repetition):
            return replace(held, repetitions=(*held.repetitions, CountedRepetition(repetition)))
        case PartialKept(partial=partial):
            return replace(held, partials=(*held.partials, partial))
        case DriftKept(drift=drift):
            return replace(held, drift=(*held.drift, drift))
        case SideCorrected(side=side):
            return replace(held, side=side)
        case SetClosed(t_s=t_s):
            return replace(held, end_s=t_s)
        case SetRestarted():
            return replace(held, repetitions=tuple(replace(one, voided=True) for one in held.repetitions))
        case RepetitionVoided():
            return replace(held, repetitions=_last_voided(held.repetitions))
        case _:
            return held


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


_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[AnyFact] = msgspec.json.Decoder(AnyFact)


def encode(fact: AnyFact) -> bytes:
    """Give a fact's form on disk: one JSON object."""
    return _ENCODER.encode(fact)


def decode(line: bytes) -> AnyFact:
    """Give the fact of a form on disk.

    Raises
    ------
    msgspec.ValidationError
        If it is not a fact that this version knows.
    """
    return _DECODER.decode(line)
