"""The last seconds of what the load cell says, in counts, as a curve: a line that settles, a cell that jumps."""

from __future__ import annotations

from pressout_signal.samples import Fault, Reading
from pressout_ui.shapes import Rect, Shape, Stroke

SEEN_S = 6.0
# A curve is drawn of no more points than one sees, and noise is not blown up to fill the box.
MOST_POINTS, LEAST_SPAN_COUNTS = 160, 400


def with_fresh(seen: tuple[Reading, ...], items: tuple[Reading | Fault, ...]) -> tuple[Reading, ...]:
    """Give the readings of the last seconds."""
    readings = (*seen, *(item for item in items if isinstance(item, Reading)))
    return tuple(reading for reading in readings if readings[-1].t_s - reading.t_s <= SEEN_S)


def curve(seen: tuple[Reading, ...], box: Rect) -> tuple[Shape, ...]:
    """Draw it into a box, from the least to the most that it held."""
    if len(seen) < 2:
        return (box,)
    counts = [reading.counts for reading in seen]
    low, high = min(counts), max(max(counts), min(counts) + LEAST_SPAN_COUNTS)
    newest_s = seen[-1].t_s
    shown = seen[:: max(1, len(seen) // MOST_POINTS)]
    points = tuple(
        (
            round(box.x + box.width - 16.0 - (newest_s - reading.t_s) / SEEN_S * (box.width - 32.0), 1),
            round(box.y + box.height - 12.0 - (box.height - 24.0) * (reading.counts - low) / (high - low), 1),
        )
        for reading in shown
    )
    return (box, Stroke(points, "ink", 3.0))
