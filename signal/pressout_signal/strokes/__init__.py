"""What finds strokes in tension, for each kind of line; and the pipeline for an exercise on a line."""

from __future__ import annotations

from pressout_signal.events import Movement, Resistance
from pressout_signal.guard import Guard, GuardLimits
from pressout_signal.measures import Recent
from pressout_signal.pipeline import Pipeline, Strokes
from pressout_signal.sets import Sets
from pressout_signal.strokes.cable.automaton import Stack
from pressout_signal.strokes.tubing.automaton import Tubing
from pressout_signal.tautness import Tautness, TautnessLimits

# Where nobody said what the start position should pull with: the middle of what is usual at the chest, 18 to 60 N.
# It only tells slack from taut and a first press from a shuffle; after one repetition the patient's own range does.
USUAL_TARGET_N = 40.0


def pipeline_for(
    resistance: Resistance, movement: Movement, target_n: float | None = None, pulley_ratio: float = 1.0
) -> Pipeline:
    """Give a pipeline that has heard nothing yet, for a movement on a line at a target in newtons.

    `pulley_ratio` is a stack's, 1 or 2: metres need it, counting does not.
    """
    strokes = strokes_for(resistance, movement, USUAL_TARGET_N if target_n is None else target_n, pulley_ratio)
    return Pipeline(Guard(GuardLimits()), Tautness(TautnessLimits()), Sets(), strokes, Recent())


def strokes_for(resistance: Resistance, movement: Movement, target_n: float, pulley_ratio: float = 1.0) -> Strokes:
    """Give what finds the strokes of a movement on one kind of line."""
    match resistance:
        case Resistance.TUBING:
            return Tubing(movement, target_n)
        case Resistance.CABLE:
            return Stack(movement, target_n, pulley_ratio)
