"""The stories that the core tells of the traces beside them: `make golden` rewrites them, a test compares.

A trace is a CSV with its head; its `.events` is what the pipeline says of it, a line an event. A change of algorithm is
reviewed as a change of story.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from builders import simulated
from pressout_signal import algorithm
from pressout_signal.events import (
    Event,
    LineLetGo,
    LineTaken,
    Movement,
    PartialSeen,
    PhaseEntered,
    RepetitionCompleted,
    Resistance,
    SetEnded,
    SetStarted,
    TensionDrift,
)
from pressout_signal.pipeline import pipeline_for
from pressout_signal.samples import Fault
from pressout_signal.trace_format import Trace

TRACES = Path(__file__).parent / "traces"


def line_of(event: Event) -> str:
    """Give an event as a line: when it was, what it was."""
    match event:
        case PhaseEntered(t_s=t_s, phase=phase):
            return f"{t_s:8.2f}  {phase.replace('_', '-')}"
        case RepetitionCompleted() as one:
            took_s = one.return_end_s - one.press_out_start_s
            return f"{one.counted_at_s:8.2f}  repetition {one.number}, {took_s:.2f} s"
        case PartialSeen(end_s=end_s):
            return f"{end_s:8.2f}  partial"
        case TensionDrift(t_s=t_s, kind=kind):
            return f"{t_s:8.2f}  {kind.replace('_', ' ')}"
        case LineTaken(t_s=t_s):
            return f"{t_s:8.2f}  line taken up"
        case LineLetGo(t_s=t_s):
            return f"{t_s:8.2f}  line let go"
        case SetStarted(t_s=t_s, number=number):
            return f"{t_s:8.2f}  set {number} started"
        case SetEnded(t_s=t_s, number=number):
            return f"{t_s:8.2f}  set {number} ended"
        case Fault(t_s=t_s, kind=kind):
            return f"{t_s:8.2f}  fault: {kind}"


def story_of(path: Path) -> str:
    """Give the story of a trace."""
    with path.open(encoding="utf-8") as lines:
        trace = Trace(lines)
        samples = list(trace)
    movement = Movement.ROW if "row" in trace.head["exercise"] else Movement.PRESS
    pipeline = pipeline_for(Resistance(trace.head["resistance"]), movement)
    told: list[str] = []
    for sample in samples:
        pipeline, events = pipeline.step(sample)
        told.extend(line_of(event) for event in events)
    return "\n".join(told) + "\n"


def digest() -> str:
    """Give what the reviewed stories amount to: it changes with any of them."""
    whole = hashlib.sha256()
    for path in sorted(TRACES.glob("*.events")):
        whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()[:12]


def simulate() -> None:
    """Write the simulated traces that are not there yet."""
    for resistance in Resistance:
        for movement in Movement:
            path = TRACES / f"{resistance}-{movement}.csv"
            if path.exists():
                continue
            samples, _ = simulated(resistance, movement, reps=6, seed=7)
            exercise = "half_kneeling_row" if movement is Movement.ROW else "pallof_press"
            head = [
                "# source: simulator, seed 7",
                f"# resistance: {resistance}",
                f"# exercise: {exercise}",
                f"# target_n: {60 if resistance is Resistance.CABLE else 40}",
                "t_s,tension_n",
            ]
            body = [f"{sample.t_s:.4f},{sample.tension_n:.2f}" for sample in samples]
            path.write_text("\n".join([*head, *body]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    simulate()
    for trace_path in sorted(TRACES.glob("*.csv")):
        trace_path.with_suffix(".events").write_text(story_of(trace_path), encoding="utf-8")
    file = Path(algorithm.__file__)
    told = file.read_text(encoding="utf-8").replace(f'"{algorithm.VERSION}"', f'"{digest()}"')
    file.write_text(told, encoding="utf-8")
