"""Draws the README's curve: three repetitions on tubing, in the middle one of which the line turns the trunk.

The tension is made up; what is coloured and said is what the station's own pipeline said of it.
`example_curve.py FILE.svg`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from builders import Trace, heard, repetitions
from pressout_signal.events import RepetitionCompleted, TensionDrift
from pressout_signal.samples import Sample

WIDTH, HEIGHT, LEFT, TOP, FLOOR = 960.0, 300.0, 56.0, 46.0, 250.0
PHASES = (("press out", "#9ecae1"), ("hold", "#fdd49e"), ("return", "#a1d99b"))
INK, QUIET, CUE = "#12232B", "#6F8189", "#B3261E"
BEFORE_S = 1.2


class Curve:
    """A stretch of a session as a drawing.

    Parameters
    ----------
    samples : list of Sample
        The stretch.
    """

    def __init__(self, samples: list[Sample]) -> None:
        self._first_s, last_s = samples[0].t_s, samples[-1].t_s
        self._per_s = (WIDTH - LEFT - 12.0) / (last_s - self._first_s)
        self._low_n = 10.0 * (min(sample.tension_n for sample in samples) // 10.0)
        self._high_n = max(sample.tension_n for sample in samples) + 3.0
        self._samples = samples
        self._parts = [
            "<title>Tension in the line, and what is found in it</title>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        ]
        self._axis()

    def _x(self, t_s: float) -> float:
        return LEFT + (t_s - self._first_s) * self._per_s

    def _y(self, tension_n: float) -> float:
        return FLOOR - (tension_n - self._low_n) / (self._high_n - self._low_n) * (FLOOR - TOP)

    def _axis(self) -> None:
        for tension_n in range(int(self._low_n), int(self._high_n) + 1, 10):
            self.text(LEFT - 8.0, self._y(tension_n) + 4.0, f"{tension_n} N", anchor="end", colour=QUIET)

    def text(self, x: float, y: float, words: str, *, anchor: str = "middle", colour: str = INK) -> None:
        """Write words."""
        look = f'font-family="sans-serif" font-size="13" fill="{colour}" text-anchor="{anchor}"'
        self._parts.append(f'<text x="{x:.1f}" y="{y:.1f}" {look}>{words}</text>')

    def repetition(self, rep: RepetitionCompleted) -> None:
        """Colour the phases, and say when it was counted."""
        times = (rep.press_out_start_s, rep.hold_start_s, rep.return_start_s, rep.return_end_s)
        for (name, colour), start_s, end_s in zip(PHASES, times, times[1:], strict=False):
            x, width = self._x(start_s), (end_s - start_s) * self._per_s
            place = f'x="{x:.1f}" y="{TOP}" width="{width:.1f}" height="{FLOOR - TOP}"'
            self._parts.append(f'<rect {place} fill="{colour}"/>')
            self.text(x + width / 2, FLOOR + 18.0, name)
        x = self._x(rep.counted_at_s)
        self._parts.append(f'<path d="M{x:.1f} {FLOOR}V{FLOOR - 22}" stroke="{INK}" stroke-width="3"/>')
        self.text(x + 4.0, FLOOR - 28.0, f"counted: {rep.number}")

    def cue(self, drift: TensionDrift) -> None:
        """Say where the reminder came."""
        x, colour = self._x(drift.said_at_s), CUE
        self._parts.append(f'<path d="M{x:.1f} {TOP - 8}V{FLOOR}" stroke="{colour}" stroke-dasharray="4 3"/>')
        self.text(x, TOP - 14.0, "the line turns the trunk: “Stay tall”", colour=colour)

    def drawn(self, seconds: str) -> str:
        """Give the SVG, with the tension on top."""
        points = " ".join(f"{self._x(at.t_s):.1f},{self._y(at.tension_n):.1f}" for at in self._samples[::2])
        self._parts.append(f'<polyline points="{points}" fill="none" stroke="{INK}" stroke-width="1.8"/>')
        self.text(LEFT, HEIGHT - 10.0, f"tension in the line over {seconds} seconds", anchor="start", colour=QUIET)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">\n'
            + "\n".join(self._parts)
            + "\n</svg>\n"
        )


def curve() -> str:
    """Give the drawing."""
    begun = Trace(seed=4).taken_up(40.0).repetition(15.0, hold_s=2.0)
    turned = begun.to(55.5, 1.0).hold(0.7).to(46.0, 0.5).hold(0.7).to(55.0, 0.6).hold(0.6).to(40.0, 1.1).hold(1.2)
    samples = turned.repetition(15.0, hold_s=1.8).samples
    told = heard(samples)
    reps = repetitions(told)
    from_s, to_s = reps[0].press_out_start_s - BEFORE_S, samples[-1].t_s
    drawing = Curve([sample for sample in samples if from_s <= sample.t_s])
    for rep in reps:
        drawing.repetition(rep)
    for drift in told:
        if isinstance(drift, TensionDrift):
            drawing.cue(drift)
    return drawing.drawn(f"{to_s - from_s:.0f}")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(curve(), encoding="utf-8")
