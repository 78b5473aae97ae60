"""The pipeline that counts by the fitted model. A station does not import it: it runs the rules."""

from __future__ import annotations

from pressout_signal.events import Movement, Resistance
from pressout_signal.guard import Guard, GuardLimits
from pressout_signal.measures import Recent
from pressout_signal.model.detector import Detector
from pressout_signal.model.fitted import Fitted, fitted
from pressout_signal.pipeline import Pipeline
from pressout_signal.sets import Sets
from pressout_signal.tautness import Tautness, TautnessLimits


def fitted_pipeline(resistance: Resistance, movement: Movement, model: Fitted | None = None) -> Pipeline:
    """Give a pipeline that counts by a fitted model, the one that ships where none is given.

    No target enters it, and it gives no travel.
    """
    stack, row = resistance is Resistance.CABLE, movement is Movement.ROW
    detector = Detector(fitted() if model is None else model, stack=stack, row=row)
    return Pipeline(Guard(GuardLimits()), Tautness(TautnessLimits()), Sets(), detector, Recent())
