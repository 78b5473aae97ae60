"""The signal's pipeline, tuned to the exercise that is done on the line."""

from __future__ import annotations

from msgspec.structs import replace

from pressout_session.prescription import CabledItem
from pressout_signal.events import Event
from pressout_signal.pipeline import OutShare, Pipeline, pipeline_for
from pressout_signal.samples import Sample


class TunedPipeline:
    """A pipeline and what it is tuned to. Changes in place; one controller owns it.

    Parameters
    ----------
    item : CabledItem
        What is done on the line first.
    pulley_ratio : float
        Of the column: by how much the stack moves less than the handle.

    Attributes
    ----------
    item : CabledItem
        What it is tuned to.
    """

    def __init__(self, item: CabledItem, pulley_ratio: float) -> None:
        self.item = item
        self._pulley_ratio = pulley_ratio
        self._pipeline = self._fresh()

    @property
    def out_share(self) -> OutShare | None:
        """How far out the handle is now."""
        return self._pipeline.out_share

    def step(self, sample: Sample) -> tuple[Event, ...]:
        """Take a tension; give what is made of it."""
        self._pipeline, events = self._pipeline.step(sample)
        return events

    def end_set(self, t_s: float) -> tuple[Event, ...]:
        """End the set that is open; give what is said of it."""
        self._pipeline, events = self._pipeline.end_set(t_s)
        return events

    def tune(self, item: CabledItem, *, anew: bool = True) -> None:
        """Take up an exercise: `anew`, or on another line, with nothing learned of the last."""
        before, self.item = self.item, item
        if anew or (item.resistance, item.movement) != (before.resistance, before.movement):
            fresh = self._fresh()
            # Whether the line is taut is not learned, but so.
            self._pipeline = replace(self._pipeline, detector=fresh.detector, recent=fresh.recent)

    def _fresh(self) -> Pipeline:
        return pipeline_for(self.item.resistance, self.item.movement, self._pulley_ratio)
