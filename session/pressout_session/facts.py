"""Facts of a session: each is written to disk before anyone is told of it, and never changed.

Times are `t_s`, on the monotonic clock of the boot that opened the session.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from pressout_session.course import Turn
from pressout_session.document import Clock, Device
from pressout_session.exercises import Side
from pressout_session.prescription import Item, Prescription
from pressout_signal.events import PartialSeen, RepetitionCompleted, TensionDrift


class Fact(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag=str.lower):
    """Something that happened at `t_s` and stays true."""

    t_s: float


class Opened(Fact, frozen=True, kw_only=True):
    """The session began; wall time in RFC 3339, and the boot whose clock `t_s` is on.

    Where a visit goes on, `place` is how many turns were over, `turns` are all of them, whose order may be its own, and
    so many repetitions of the turn as `carried` says are in an earlier session.
    """

    session_id: str
    patient_ref: str
    prescription: Prescription
    wall_time: str
    boot_id: str
    therapist_ref: str | None = None
    device: Device | None = None
    clock: Clock | None = None
    place: int = 0
    turns: tuple[Turn, ...] = ()
    carried: int = 0


class SetOpened(Fact, frozen=True, kw_only=True):
    """A set began, in turn, on `side`, with the item at place `item` of the prescription, in its `round`, from 1.

    `goes_on` says that it continues the turn of the set before it, which a pause had ended; so many repetitions of that
    turn as `before` says are in an earlier session of the same patient.
    """

    item: int
    side: Side
    goes_on: bool = False
    before: int = 0
    round: int = 1


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


class RepetitionAdded(Fact, frozen=True, kw_only=True):
    """Someone says that one more was done than was counted: it counts, and nothing was measured of it."""


class SetRestarted(Fact, frozen=True, kw_only=True):
    """Someone began the set again: what it held is voided."""


class TurnGivenUp(Fact, frozen=True, kw_only=True):
    """Someone went on to the next turn before the dose of this one was done."""


class SideCorrected(Fact, frozen=True, kw_only=True):
    """The open set, or else the last one, was on `side`, with those that it goes on from."""

    side: Side


class SetClosed(Fact, frozen=True, kw_only=True):
    """The tension was let go, or someone ended the set.

    How likely the signal's own count is exactly right, and the likeliest other; None where nothing is known of it.
    """

    count_probability: float | None = None
    other_count: int | None = None


class DoseChanged(Fact, frozen=True, kw_only=True):
    """A therapist changed the item at a place of the prescription; it holds from the next set on."""

    item: int
    dose: Item
    therapist_ref: str


class TimedCounted(Fact, frozen=True, kw_only=True):
    """So many repetitions of a timed or tapped exercise are done by now, and it goes on."""

    item: int
    side: Side
    reps: int
    duration_s: float
    round: int = 1


class TimedDone(Fact, frozen=True, kw_only=True):
    """A timed or tapped exercise was done: `reps` of `duration_s` seconds."""

    item: int
    side: Side
    reps: int
    duration_s: float
    round: int = 1


class Rated(Fact, frozen=True, kw_only=True):
    """How hard it was and how much it hurt, 0 to 10, or None where it was skipped."""

    effort: int | None = None
    pain: int | None = None


class SignalSeen(Fact, frozen=True, kw_only=True):
    """What the sensor did: samples believed, faults by kind, measured rate in Hz, the zero's way and the noise in N."""

    samples: int
    faults: dict[str, int]
    sample_rate_hz: float | None = None
    zero_drift_n: float | None = None
    noise_n: float | None = None


class EndReason(StrEnum):
    """Why a session ended."""

    DONE = "done"
    """All that was asked was done, or whoever was here said that it was."""
    SIGNED_OUT = "signed_out"
    NOT_ME = "not_me"
    IDLE = "idle"
    INTERRUPTED = "interrupted"
    """The power went, or the station ended otherwise than it should."""
    SHUT_DOWN = "shut_down"


class Closed(Fact, frozen=True, kw_only=True):
    """The session ended."""

    reason: EndReason


class PainReported(Fact, frozen=True, kw_only=True):
    """Someone stopped because it hurts."""


class Reassigned(Fact, frozen=True, kw_only=True):
    """A therapist says whose session it was, once it was closed."""

    patient_ref: str
    therapist_ref: str


class ClockCorrected(Fact, frozen=True, kw_only=True):
    """The computer has learned what time it is: the session's wall time was `by_s` seconds behind the true one."""

    by_s: float


class SessionVoided(Fact, frozen=True, kw_only=True):
    """A therapist says that it was no one's: someone tried the handle."""

    therapist_ref: str


Correction = Reassigned | SessionVoided
"""What a therapist says of a session that was closed."""

AnyFact = (
    Opened
    | SetOpened
    | RepetitionKept
    | PartialKept
    | DriftKept
    | RepetitionVoided
    | RepetitionAdded
    | DoseChanged
    | SetRestarted
    | SideCorrected
    | TurnGivenUp
    | SetClosed
    | TimedCounted
    | TimedDone
    | Rated
    | PainReported
    | SignalSeen
    | Closed
    | Reassigned
    | SessionVoided
    | ClockCorrected
)


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
