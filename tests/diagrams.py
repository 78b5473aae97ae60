"""Draws the automata from the code that runs: the walk's table as it is, a visit's stages by trying everything.

`diagrams.py FOLDER` writes automata.md there, and two pictures beside it.
"""

from __future__ import annotations

import math
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from builders import a_prescription, a_repetition, an_item
from pressout_session.course import Course
from pressout_session.exercises import Side
from pressout_session.prescription import TimedItem
from pressout_session.visit import Moved, Visit
from pressout_session.visit_corrections import added, restarted, side_swapped, undone
from pressout_session.visit_stage import Stage
from pressout_signal.events import LineLetGo, LineTaken, PartialSeen, SetEnded
from pressout_signal.model.phase_walk import BACK, HOME, LATE, MOVES, Place

INK, QUIET, LINE, COUNTS, GROUND = "#12232B", "#6F8189", "#9FB1B9", "#0B6E4F", "#fff"
WIDTH, HALF_WIDTH, HALF_HEIGHT = 960.0, 62.0, 21.0

WALK_AT: Final = {
    Place.AWAY: (90.0, 90.0),
    Place.REST: (90.0, 260.0),
    Place.ATTEMPT: (90.0, 430.0),
    Place.OUT: (310.0, 90.0),
    Place.HOLD: (530.0, 90.0),
    Place.RETURN: (310.0, 260.0),
    Place.TURNING: (530.0, 260.0),
    Place.TURNED: (750.0, 175.0),
    Place.TURNED_RETURN: (310.0, 430.0),
    Place.LATE_HOLD: (870.0, 90.0),
    Place.LATE_TURNING: (870.0, 300.0),
    Place.LATE_TURNED: (640.0, 430.0),
    Place.LATE_RETURN: (870.0, 430.0),
}
VISIT_AT: Final = {
    Stage.READY: (150.0, 80.0),
    Stage.SET: (480.0, 80.0),
    Stage.PAUSE: (810.0, 80.0),
    Stage.BESIDE: (300.0, 290.0),
    Stage.OVER: (660.0, 290.0),
}


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow from one box to another; `strong` and `dashed` are how it looks."""

    source: str
    target: str
    strong: bool = False
    dashed: bool = False


def drawn(title: str, boxes: Mapping[str, tuple[float, float]], edges: Iterable[Edge], height: float) -> str:
    """Draw boxes and arrows as SVG; an arrow leans to its left, so that a way there and back are two."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}" role="img">',
        f"<title>{title}</title>",
        f'<rect width="{WIDTH:g}" height="{height:g}" fill="{GROUND}"/>',
        *(_arrow(boxes[edge.source], boxes[edge.target], edge) for edge in edges),
        *(_box(name, at) for name, at in boxes.items()),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _box(name: str, at: tuple[float, float]) -> str:
    x, y = at
    frame = (
        f'<rect x="{x - HALF_WIDTH:g}" y="{y - HALF_HEIGHT:g}" width="{2 * HALF_WIDTH:g}" height="{2 * HALF_HEIGHT:g}"'
    )
    words = f'<text x="{x:g}" y="{y + 5:g}" text-anchor="middle" font-family="sans-serif" font-size="14" fill="{INK}">'
    return f'{frame} rx="10" fill="{GROUND}" stroke="{INK}"/>{words}{name.replace("_", " ")}</text>'


def _arrow(start: tuple[float, float], end: tuple[float, float], edge: Edge) -> str:
    (x0, y0), (x1, y1) = start, end
    far = math.hypot(x1 - x0, y1 - y0)
    across, along = (y1 - y0) / far, -(x1 - x0) / far
    middle = (x0 + x1) / 2 + 0.12 * far * across, (y0 + y1) / 2 + 0.12 * far * along
    (x0, y0), (x1, y1) = _edge_of(start, middle), _edge_of(end, middle)
    turn = math.atan2(y1 - middle[1], x1 - middle[0])
    left, right = ((x1 - 9 * math.cos(turn + by), y1 - 9 * math.sin(turn + by)) for by in (0.4, -0.4))
    colour = COUNTS if edge.strong else LINE
    dash = ' stroke-dasharray="5 4"' if edge.dashed else ""
    way = f"M{x0:.1f} {y0:.1f} Q{middle[0]:.1f} {middle[1]:.1f} {x1:.1f} {y1:.1f}"
    head = f"M{left[0]:.1f} {left[1]:.1f} L{x1:.1f} {y1:.1f} L{right[0]:.1f} {right[1]:.1f} Z"
    return (
        f'<g><title>{edge.source} to {edge.target}</title><path d="{way}" fill="none" stroke="{colour}" '
        f'stroke-width="{2.2 if edge.strong else 1.4}"{dash}/><path d="{head}" fill="{colour}"/></g>'
    )


def _edge_of(box: tuple[float, float], toward: tuple[float, float]) -> tuple[float, float]:
    """Give where a line from a box's middle leaves it."""
    (x, y), (to_x, to_y) = box, toward
    by = min(HALF_WIDTH / max(abs(to_x - x), 1e-9), HALF_HEIGHT / max(abs(to_y - y), 1e-9))
    return x + by * (to_x - x), y + by * (to_y - y)


def walk_edges() -> list[Edge]:
    """Give the walk's moves; those that complete a repetition are strong, those of what was said are dashed."""
    late = set(LATE.values())
    return [
        Edge(source.name.lower(), target.name.lower(), source in BACK and target in HOME, bool({source, target} & late))
        for source, targets in MOVES.items()
        for target in targets
    ]


PLANK = TimedItem(exercise="side_plank", reps=1, duration_s=1.0, first_side=Side.LEFT)
ATTEMPT = PartialSeen(start_s=0.0, end_s=1.0, said_at_s=1.0)
DEEDS: Final[dict[str, Callable[[Visit], Moved]]] = {
    "a repetition": lambda visit: visit.heard(a_repetition()),
    "an attempt": lambda visit: visit.heard(ATTEMPT),
    "the line is taken up": lambda visit: visit.heard(LineTaken(t_s=0.0, said_at_s=0.0)),
    "the line is let go": lambda visit: visit.heard(LineLetGo(t_s=0.0, said_at_s=0.0)),
    "slack for long enough": lambda visit: visit.heard(SetEnded(t_s=0.0, said_at_s=0.0, number=1)),
    "*End set*": lambda visit: visit.set_ended(0.0),
    "*Undo*": lambda visit: undone(visit, 0.0),
    "*Add one*": lambda visit: added(visit, 0.0),
    "*Restart*": lambda visit: restarted(visit, 0.0),
    "*Other side*": lambda visit: side_swapped(visit, 0.0),
    "*Next turn*": lambda visit: visit.turn_given_up(0.0),
    "*Start*, *Pause*": lambda visit: visit.timed_tapped(0.0),
    "the clock runs out": lambda visit: visit.passed(9.0),
    "*Done*": lambda visit: visit.timed_finished(20.0),
}
# What is tried does not go on for ever: so many repetitions a turn, so many turns beyond all that was asked.
MOST_REPS, MOST_BEYOND = 3, 1


def visit_moves() -> dict[tuple[Stage, Stage], list[str]]:
    """Try every deed in every visit that can be reached; give by which deeds one stage follows another."""
    first = Visit(Course.of(a_prescription(an_item(reps=2), PLANK)))
    seen, waiting = {first}, [first]
    found: dict[tuple[Stage, Stage], set[str]] = defaultdict(set)
    while waiting:
        visit = waiting.pop()
        for name, deed in DEEDS.items():
            after = deed(visit)[0]
            if after.stage is not visit.stage:
                found[visit.stage, after.stage].add(name)
            whole = msgspec.structs.replace(after, changed_s=0.0)
            bounded = after.turn_count <= MOST_REPS and after.course.place <= len(first.course.turns) + MOST_BEYOND
            if whole not in seen and bounded and len(after.course.turns) == len(first.course.turns):
                seen.add(whole)
                waiting.append(whole)
    return {pair: sorted(found[pair], key=list(DEEDS).index) for pair in sorted(found)}


PAGE = """# Automata

Drawn by `make diagram` from the code that runs: a test holds this page to it.

## The walk: where a patient can be, and what may follow what

The table is `MOVES` in `pressout_signal/model/phase_walk.py`; staying is always possible. A green arrow completes a
repetition. Dashed are the *late* places: what is left of a repetition that was said while it still seemed under way,
and that counts nothing more.

![The walk through places and moves](automata-walk.svg)

| from | to |
|---|---|
{walk}

## A visit: sets, pauses, turns

`Visit` in `pressout_session/visit.py` is a value with rules. These are all the ways from one stage to another that were
found by trying everything a visit can hear and be tapped in every state it can reach, with one exercise on the line
(two repetitions a side) and one beside it, up to {most} repetitions a turn. In italics what is tapped.

![The stages of a visit](automata-visit.svg)

| from | to | by |
|---|---|---|
{visit}
"""


def written() -> dict[str, str]:
    """Give the page and its pictures, by the names of their files."""
    edges, moves = walk_edges(), visit_moves()
    walk = [
        f"| {place.name.lower()} | {', '.join(to.name.lower() for to in targets)} |" for place, targets in MOVES.items()
    ]
    visit = [f"| {source} | {target} | {', '.join(names)} |" for (source, target), names in moves.items()]
    return {
        "automata.md": PAGE.format(walk="\n".join(walk), visit="\n".join(visit), most=MOST_REPS),
        "automata-walk.svg": drawn(
            "Places and moves of the walk", {place.name.lower(): at for place, at in WALK_AT.items()}, edges, 500.0
        ),
        "automata-visit.svg": drawn(
            "Stages of a visit",
            {str(stage): at for stage, at in VISIT_AT.items()},
            [Edge(str(source), str(target)) for source, target in moves],
            360.0,
        ),
    }


def main() -> None:
    """Write them."""
    for name, text in written().items():
        (Path(sys.argv[1]) / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
