"""The set under way: the count, and one line that rises, closes and falls with the repetition.

The count and the sides come from the kept record; the phase and the edge from the signal, at once.
"""

from __future__ import annotations

from statistics import median
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from pressout_session.exercises import Side
from pressout_session.prescription import CabledItem, CueSensitivity
from pressout_signal.events import (
    Movement,
    PartialSeen,
    Phase,
    PhaseEntered,
    RepetitionCompleted,
    TensionDrift,
)
from pressout_ui.app_state import AppState
from pressout_ui.commands import Command, Play, Sound
from pressout_ui.messages import Felt, FixClosed, FixOpened, Message, SignalHeard, Ticked
from pressout_ui.scenes.flood_edge import FloodEdge

TRACE_S = 15.0
# The trace is 184 units wide: twelve points a second are one every unit.
TRACE_EVERY_S = 1 / 12
# A cue stays long enough to be read, and not longer than it can help.
CUE_AT_LEAST_S = 1.2
CUE_AT_MOST_S = 4.0
# What a therapist means by "when sure": nine in ten of what is said with this confidence are true (accuracy.md).
SURE = 0.8


class TracePoint(NamedTuple):
    """Tension at an instant, and in which phase."""

    t_s: float
    tension_n: float
    phase: Phase


class LiveSet(Struct, frozen=True):
    """What this scene knows beside the record; `last` is the last repetition that was counted."""

    phase: Phase = Phase.REST
    phase_s: float = 0.0
    edge: FloodEdge = FloodEdge()
    trace: tuple[TracePoint, ...] = ()
    cue: TensionDrift | None = None
    cue_s: float = 0.0
    last: RepetitionCompleted | None = None
    bar_closed: bool = False
    hold_second: int | None = None
    fixing: bool = False
    short: bool = False

    def hold_left_s(self, item: CabledItem, now_s: float) -> float:
        """How much of the prescribed hold is left."""
        return max(0.0, item.hold_s - (now_s - self.phase_s))

    def pull_n(self) -> float | None:
        """Give the last pull at the start, the only one that is judged."""
        return None if self.last is None else self.last.chest_n


def update(scene: LiveSet, message: Message, known: AppState) -> tuple[LiveSet, tuple[Command, ...]]:
    """Give the scene after `message`, and what is to be heard."""
    match message:
        case SignalHeard(PhaseEntered(phase=phase, t_s=t_s)):
            return _entered(scene, phase, t_s), _tempo(phase, known.now_s - t_s, known)
        case SignalHeard(PartialSeen()):
            return replace(scene, short=True), ()
        case SignalHeard(RepetitionCompleted() as repetition):
            return replace(scene, last=repetition), ()
        case SignalHeard(TensionDrift() as drift) if _worth_saying(drift, known):
            return replace(scene, cue=drift, cue_s=known.now_s), (Play(Sound.POSTURE),)
        case Felt(samples=samples, share=share) if samples:
            edge = scene.edge if share is None else scene.edge.heard(share, scene.phase)
            return replace(scene, trace=_traced(scene, samples), edge=edge.moved(scene.phase, known.now_s)), ()
        case Ticked(now_s=now_s):
            return _ticked(scene, now_s, known)
        case FixOpened():
            return replace(scene, fixing=True), ()
        case FixClosed():
            return replace(scene, fixing=False), ()
        case _:
            return scene, ()


def _tempo(phase: Phase, ago_s: float, known: AppState) -> tuple[Command, ...]:
    """Let what is left of a stroke be heard, where a tempo is prescribed."""
    sound = {Phase.PRESS_OUT: Sound.TEMPO_OUT, Phase.RETURN: Sound.TEMPO_BACK}.get(phase)
    left_s = 0.0 if known.cabled is None else known.cabled.stroke_s - max(0.0, ago_s)
    return (Play(sound, round(left_s, 1)),) if sound is not None and left_s >= 0.1 else ()


def _worth_saying(drift: TensionDrift, known: AppState) -> bool:
    """Tell whether a sign of lost posture is sure enough for this patient's reminders; it is recorded all the same."""
    cue = CueSensitivity.USUAL if known.cabled is None else known.cabled.cue
    return cue is CueSensitivity.USUAL or (cue is CueSensitivity.CAREFUL and drift.confidence >= SURE)


def _entered(scene: LiveSet, phase: Phase, t_s: float) -> LiveSet:
    """Let a phase begin; a press-out also ends what was said of the last attempt, and whatever covered the set."""
    trace = _dated(scene.trace, t_s, phase)
    scene = replace(scene, phase=phase, phase_s=t_s, bar_closed=False, hold_second=None, trace=trace)
    return replace(scene, short=False, fixing=False) if phase is Phase.PRESS_OUT else scene


def _ticked(scene: LiveSet, now_s: float, known: AppState) -> tuple[LiveSet, tuple[Command, ...]]:
    shown_s = now_s - scene.cue_s
    over = shown_s > CUE_AT_MOST_S or (shown_s > CUE_AT_LEAST_S and scene.phase is Phase.REST)
    if scene.cue is not None and over:
        scene = replace(scene, cue=None)
    item = known.cabled
    holding = item is not None and item.hold_s > 0 and scene.phase is Phase.HOLD and not scene.bar_closed
    if item is None or not holding:
        return scene, ()
    left_s = scene.hold_left_s(item, now_s)
    if left_s == 0.0:
        return replace(scene, bar_closed=True), (Play(Sound.HOLD_ENDS),)
    second = int(left_s + 0.999)  # as it is counted down
    ticks = item.stroke_s > 0 and scene.hold_second is not None and second < scene.hold_second
    return replace(scene, hold_second=second), (Play(Sound.HOLD_TICK),) if ticks else ()


def _traced(scene: LiveSet, samples: tuple[tuple[float, float], ...]) -> tuple[TracePoint, ...]:
    trace = scene.trace
    for t_s, tension_n in samples:
        if not trace or t_s - trace[-1].t_s >= TRACE_EVERY_S:
            trace = (*trace, TracePoint(t_s, tension_n, scene.phase))
    newest_s = trace[-1].t_s
    return tuple(point for point in trace if newest_s - point.t_s <= TRACE_S)


def _dated(trace: tuple[TracePoint, ...], since_s: float, phase: Phase) -> tuple[TracePoint, ...]:
    """Give the trace with its end in a phase that is known to have begun at `since_s`."""
    return tuple(point._replace(phase=phase) if point.t_s >= since_s else point for point in trace)


def headword(scene: LiveSet, item: CabledItem, known: AppState) -> str:
    """Give the one word of the moment."""
    words = known.words
    match scene.phase:
        case Phase.PRESS_OUT:
            return words.pull if item.movement is Movement.ROW else words.press_out
        case Phase.HOLD:
            return words.and_back if scene.bar_closed or item.hold_s == 0 else words.hold
        case Phase.RETURN:
            return words.returning
        case Phase.REST if known.dose_done:
            return words.let_go
        case Phase.REST:
            return words.short if scene.short else words.ready


def last_ones(item: CabledItem) -> int:
    """Give how many repetitions are the last ones: three, and of a small dose fewer than half."""
    return min(3, max(1, (item.reps - 1) // 2))


def band_n(item: CabledItem) -> tuple[float, float]:
    """Give the band around the target, newtons."""
    return item.target_n - item.tolerance_n, item.target_n + item.tolerance_n


def reminders(known: AppState, side: Side) -> int:
    """Count the cues given on a side."""
    return sum(len(held.drift) for held in known.record.sets if held.side is side and held.count)


def usual_hold_s(known: AppState, side: Side) -> float | None:
    """Give the median hold on a side, in seconds."""
    holds = [
        counted.repetition.return_start_s - counted.repetition.hold_start_s
        for held in known.record.sets
        if held.side is side
        for counted in held.repetitions
        if not counted.voided
    ]
    return median(holds) if holds else None
