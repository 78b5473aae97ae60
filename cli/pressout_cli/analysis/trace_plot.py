"""A picture of a recorded trace: tension, phases, counts and signs of lost posture. The only importer of matplotlib."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pressout_device.errors import ExtraMissingError
from pressout_device.optional_packages import install_hint
from pressout_signal.samples import Sample

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Seconds a row, and the colours of the phases: told apart by the colour-blind, and by lightness on paper.
ROW_S = 45.0
PHASES = (
    ("press_out_start_s", "hold_start_s", "#9ecae1", "press-out"),
    ("hold_start_s", "return_start_s", "#fdd49e", "hold"),
    ("return_start_s", "return_end_s", "#a1d99b", "return"),
)
PARTIAL = "#d9d9d9"
MARKS = {"rotation": "▼", "stance_creep": "◀", "uncontrolled_return": "◆"}
MOST_ROWS = 60


def plotted(samples: Sequence[Sample], told: dict[str, Any], picture: Path) -> None:
    """Draw what was told of some samples into a PNG.

    Raises
    ------
    ExtraMissingError
        If matplotlib is not installed.
    OSError
        If the picture cannot be written.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.patches import Patch
    except ImportError as error:
        raise ExtraMissingError(f"found no matplotlib, expected it for --plot; {install_hint('plot')}") from error
    # Corrupted samples would flatten the curve: the picture ends a little above what was counted or usual.
    ordered_n = sorted(sample.tension_n for sample in samples)
    high_n = max([1.08 * ordered_n[int(0.995 * (len(ordered_n) - 1))], *(1.05 * rep["peak_n"] for rep in told["reps"])])
    first_s, last_s = samples[0].t_s, samples[-1].t_s
    rows = min(max(math.ceil((last_s - first_s) / ROW_S), 1), MOST_ROWS)
    row_s = max((last_s - first_s) / rows, 1.0)
    figure = Figure(figsize=(16, 1.2 + 2.2 * rows), layout="constrained")
    FigureCanvasAgg(figure)
    for row, axes in enumerate(figure.subplots(rows, 1, squeeze=False)[:, 0]):
        begin_s = first_s + row * row_s
        axes.set(xlim=(begin_s, begin_s + row_s), ylim=(min(0.0, ordered_n[0] if ordered_n[0] > -5 else 0.0), high_n))
        axes.set_ylabel("N")
        axes.spines[["top", "right"]].set_visible(False)
        here = [sample for sample in samples if begin_s - 1 <= sample.t_s <= begin_s + row_s + 1]
        axes.plot([s.t_s for s in here], [s.tension_n for s in here], color="#222222", linewidth=0.8)
        _mark(axes, told, begin_s, begin_s + row_s, high_n)
    axes.set_xlabel("s")
    legend = "   ".join(f"{mark} {kind.replace('_', ' ')}" for kind, mark in MARKS.items())
    phases = [Patch(color=colour, label=name) for _start, _end, colour, name in (*PHASES, ("", "", PARTIAL, "attempt"))]
    figure.legend(handles=phases, loc="outside lower center", ncols=4, frameon=False)
    figure.suptitle(f"{told['trace']}   {len(told['reps'])} repetitions   {legend}", fontsize=10)
    figure.savefig(picture, dpi=90)


def _mark(axes: Axes, told: dict[str, Any], begin_s: float, end_s: float, high_n: float) -> None:
    """Colour the phases of a row, number its repetitions, and put the signs where they began."""
    for rep in told["reps"]:
        for start, end, colour, _name in PHASES:
            axes.axvspan(rep[start], rep[end], color=colour, linewidth=0)
        if begin_s <= rep["counted_at_s"] <= end_s:
            axes.axvline(rep["counted_at_s"], ymax=0.06, color="#08519c", linewidth=2)
            axes.text(
                max(rep["press_out_start_s"], begin_s),
                0.96 * high_n,
                rep["rep"],
                va="top",
                fontsize=10,
                fontweight="bold",
            )
    for partial in told["partials"]:
        axes.axvspan(partial["start_s"], partial["end_s"], color=PARTIAL, linewidth=0)
    for drift in told["drift"]:
        if begin_s <= drift["t_s"] <= end_s:
            said = f"{MARKS[drift['kind']]} {drift['confidence']:.2f}"
            axes.text(drift["t_s"], 0.06 * high_n, said, color="#cb181d", fontsize=9)
