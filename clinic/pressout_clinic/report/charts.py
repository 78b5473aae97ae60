"""The report's pictures: five panels over the same visits, as SVG. Left is blue and round, right is rust and square.

Never by colour alone; yellow is for posture and for nothing else, as on the station's screen.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from pressout_clinic.report.progress import ExerciseTrend, ExerciseVisit, OneSide
from pressout_clinic.report.words import sure
from pressout_session.exercises import Side

INK, QUIET, GROUND = "#12232B", "#C4CFCB", "#FFFFFF"
COLOURS = {Side.LEFT: "#1268A8", Side.RIGHT: "#AD4A12"}
CUE = "#FFC82E"
WIDTH, HEIGHT, GAP = 720.0, 84.0, 38.0
LEFT, RIGHT = 56.0, 12.0
# No more than so many dates below the visits.
MOST_DATES = 9


@dataclass(frozen=True, slots=True)
class ChartPanel:
    """A place for one measure: its title, its range, and how a visit is drawn in it."""

    title: str
    low: float
    high: float
    draw: Callable[[ExerciseVisit, float, float, Callable[[float], float]], Iterator[str]]
    marks: tuple[float, ...]


def picture(course: ExerciseTrend) -> str:
    """Give the pictures of one exercise."""
    panels = list(_panels(course.visits, course.resistance))
    height = 24.0 + len(panels) * (HEIGHT + GAP)
    step = (WIDTH - LEFT - RIGHT) / len(course.visits)
    parts = [_legend()]
    top = 44.0
    for panel in panels:
        parts += _frame(panel, top)
        for number, visit in enumerate(course.visits):
            x = LEFT + step * (number + 0.5)
            parts += panel.draw(visit, x, min(step, 40.0), _scale(panel, top))
        top += HEIGHT + GAP
    parts += _dates(course.visits, step, top - GAP + 16.0)
    label = escape(f"Pictures of {len(course.visits)} visits; the table above says the same in figures")
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {height:.0f}" role="img"'
    return f'{head} aria-label="{label}">{"".join(parts)}</svg>'


def _panels(visits: Sequence[ExerciseVisit], resistance: str) -> Iterator[ChartPanel]:
    most = max(max(side.done, side.dose) for visit in visits for side in visit.sides.values())
    yield ChartPanel("Repetitions, and the dose as a line", 0.0, most * 1.1, _repetitions, _steps(0.0, most * 1.1))
    tubing = resistance == "tubing"
    prescribed = [visit.target_n + visit.tolerance_n for visit in visits]
    found_n = [_shown(side, tubing) for visit in visits for side in visit.sides.values()]
    greatest = max([*prescribed, *(value for value in found_n if value is not None)]) * 1.08
    # On tubing the start position is prescribed, on a stack the weight that is held.
    title = f"Tension {'at the start' if tubing else 'in the hold'}, N; the prescribed one as a band"
    yield ChartPanel(title, 0.0, greatest, functools.partial(_tension, tubing), _steps(0.0, greatest))
    reminders = max(max(side.reminders for side in visit.sides.values()) for visit in visits)
    room = max(2.0, reminders * 1.2)
    yield ChartPanel("Reminders of posture", 0.0, room, _reminders, _whole(_steps(0.0, room)))
    found = [visit.left_less_right["hold_s"] for visit in visits if "hold_s" in visit.left_less_right]
    if found:
        reach = max(0.5, max(max(abs(one.low), abs(one.high)) for one in found) * 1.1)
        title = "Duration of the hold, left less right, s, with 95 % interval"
        yield ChartPanel(title, -reach, reach, _difference, _steps(-reach, reach))
    if any(visit.effort is not None or visit.pain is not None for visit in visits):
        title = "Effort (open) and pain (filled), 0 to 10, as the patient tapped it"
        yield ChartPanel(title, 0.0, 10.5, _ratings, (0.0, 5.0, 10.0))


def _scale(panel: ChartPanel, top: float) -> Callable[[float], float]:
    return lambda value: top + HEIGHT * (1.0 - (value - panel.low) / (panel.high - panel.low))


def _steps(low: float, high: float) -> tuple[float, ...]:
    """Give round values within a range, three to six of them."""
    size = next(
        step
        for power in range(-2, 5)
        for step in (10.0**power, 2 * 10.0**power, 5 * 10.0**power)
        if (high - low) / step <= 5
    )
    first = -int(-low / size) if low < 0 else int(low / size)
    return tuple(round(number * size, 4) for number in range(first, int(high / size) + 1))


def _whole(marks: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(mark for mark in marks if mark == int(mark))


def _frame(panel: ChartPanel, top: float) -> Iterator[str]:
    yield _text(LEFT, top - 8.0, panel.title, weight=600)
    y_of = _scale(panel, top)
    for mark in panel.marks:
        y = y_of(mark)
        strong = mark == 0.0
        yield _line((LEFT, y), (WIDTH - RIGHT, y), INK if strong else QUIET, 1.0 if strong else 0.8)
        yield _text(LEFT - 8.0, y + 4.0, f"{mark:g}", anchor="end")


def _legend() -> str:
    parts = []
    for x, side in ((LEFT, Side.LEFT), (LEFT + 90.0, Side.RIGHT)):
        parts += [_mark(x + 6.0, 11.0, side, 5.0), _text(x + 18.0, 15.0, f"{side} side")]
    return "".join(parts)


def _bars(visit: ExerciseVisit, x: float, room: float) -> Iterator[tuple[Side, OneSide, float, float]]:
    """Give where each side's bar stands: its left edge and its width."""
    width = room * 0.3
    yield Side.LEFT, visit.sides[Side.LEFT], x - width - 1.0, width
    yield Side.RIGHT, visit.sides[Side.RIGHT], x + 1.0, width


def _repetitions(visit: ExerciseVisit, x: float, room: float, y_of: Callable[[float], float]) -> Iterator[str]:
    for side, one, left, width in _bars(visit, x, room):
        hatch = "" if side is Side.LEFT else ' fill-opacity="0.55"'
        yield _bar((left, y_of(one.done)), width, y_of(0.0), f'fill="{COLOURS[side]}"{hatch} stroke="{COLOURS[side]}"')
        yield _line((left - 1.0, y_of(one.dose)), (left + width + 1.0, y_of(one.dose)), INK, 2.0)


def _shown(side: OneSide, tubing: bool) -> float | None:
    return side.start_n if tubing else side.hold_n


def _tension(
    tubing: bool, visit: ExerciseVisit, x: float, room: float, y_of: Callable[[float], float]
) -> Iterator[str]:
    high, low = y_of(visit.target_n + visit.tolerance_n), y_of(max(0.0, visit.target_n - visit.tolerance_n))
    yield _bar((x - room / 2, high), room, low, 'fill="#BFE5D6"')
    for side, place in ((Side.LEFT, -1), (Side.RIGHT, 1)):
        value = _shown(visit.sides[side], tubing)
        if value is not None:
            yield _mark(x + place * room * 0.14, y_of(value), side, 3.6)


def _reminders(visit: ExerciseVisit, x: float, room: float, y_of: Callable[[float], float]) -> Iterator[str]:
    for side, one, left, width in _bars(visit, x, room):
        if one.reminders:
            y = y_of(one.reminders)
            yield _bar((left, y), width, y_of(0.0), f'fill="{CUE}" stroke="{INK}"')
            yield _mark(left + width / 2, y - 6.0, side, 3.0)


def _difference(visit: ExerciseVisit, x: float, _room: float, y_of: Callable[[float], float]) -> Iterator[str]:
    found = visit.left_less_right.get("hold_s")
    if found is None:
        return
    yield _line((x, y_of(found.low)), (x, y_of(found.high)), INK, 1.4)
    yield _dot(x, y_of(found.value), INK if sure(found) else GROUND)


def _ratings(visit: ExerciseVisit, x: float, room: float, y_of: Callable[[float], float]) -> Iterator[str]:
    for value, place, fill in ((visit.effort, -1, GROUND), (visit.pain, 1, INK)):
        if value is not None:
            yield _dot(x + place * room * 0.14, y_of(value), fill)


def _dates(visits: Sequence[ExerciseVisit], step: float, y: float) -> Iterator[str]:
    every = max(1, -(-len(visits) // MOST_DATES))
    for number, visit in enumerate(visits):
        if number % every == 0:
            yield _text(LEFT + step * (number + 0.5), y, f"{visit.began:%-d %b}", anchor="middle")


def _mark(x: float, y: float, side: Side, size: float) -> str:
    colour = COLOURS[side]
    if side is Side.LEFT:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" fill="{colour}"/>'
    return f'<rect x="{x - size:.1f}" y="{y - size:.1f}" width="{2 * size}" height="{2 * size}" fill="{colour}"/>'


def _bar(corner: tuple[float, float], width: float, bottom: float, look: str) -> str:
    x, y = corner
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{bottom - y:.1f}" {look}/>'


def _dot(x: float, y: float, fill: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.6" fill="{fill}" stroke="{INK}" stroke-width="1.4"/>'


def _line(one: tuple[float, float], other: tuple[float, float], colour: str, width: float) -> str:
    ends = f'x1="{one[0]:.1f}" y1="{one[1]:.1f}" x2="{other[0]:.1f}" y2="{other[1]:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}"/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start", weight: int = 400) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}">{escape(text)}</text>'
