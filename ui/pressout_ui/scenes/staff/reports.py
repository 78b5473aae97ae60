"""Reports for staff: past visits as small charts, the load cell's figures, the link to the clinic."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from pressout_session.error_codes import NUMBERS, Notice
from pressout_session.history import PastVisit, harder_side
from pressout_signal.samples import Reading
from pressout_ui.app_state import G_M_PER_S2, LB_PER_KG, AppState
from pressout_ui.font_metrics import estimated_width, wrapped
from pressout_ui.scenes.parts import paragraph
from pressout_ui.scenes.staff.keys import back_to_menu, top_line
from pressout_ui.scenes.staff.raw import curve
from pressout_ui.shapes import Disc, Plane, Point, Rect, Shape, Stroke, Text, View, Weight, fitted, sized


class Visits(Struct, frozen=True):
    """A patient's last visits."""


class Sensor(Struct, frozen=True):
    """How the load cell is, in figures that keep changing; and its last seconds."""

    seen: tuple[Reading, ...] = ()


class Network(Struct, frozen=True):
    """What waits for the clinic."""


# ---- past visits -----------------------------------------------------------------------------------------


def visits_view(known: AppState, plane: Plane) -> View:
    """Draw four charts: repetitions, pull at the start in its band, holds a side, reminders."""
    words, shown = known.words, known.own_visits
    if not shown:
        return (
            *top_line(known, words.pages["visits"], plane),
            Text(words.no_visits, 36.0, 140.0, 30.0, weight="600"),
            back_to_menu(known, plane),
        )
    at = _places(plane)
    done = words.reps_of.format(count=shown[-1].asked)
    return (
        *top_line(known, words.last_visits.format(count=len(shown)) if len(shown) > 1 else words.last_visit, plane),
        *_bars(done, [one.done for one in shown], at[0], "out_line"),
        *_pulls(known, shown, at[1]),
        *_holds(known, shown, at[2]),
        *_bars(words.reminders, [one.reminders for one in shown], at[3], "rule"),
        *_from_to(shown, plane),
        *_harder(known, shown, plane),
        back_to_menu(known, plane),
    )


def _places(plane: Plane) -> tuple[tuple[float, float, float], ...]:
    """Give where the four charts are, x, y and width: two a line, or one below the other."""
    if plane.portrait:
        return tuple((32.0, 66.0 + 148.0 * place, plane.width - 64.0) for place in range(4))
    wide = (plane.width - 96.0) / 2
    return tuple((32.0 + (place % 2) * (wide + 32.0), 76.0 + (place // 2) * 160.0, wide) for place in range(4))


def _titled(title: str, value: str, box: tuple[float, float, float]) -> tuple[Shape, ...]:
    x, y, width = box
    foot = y + 132.0
    return (
        Text(title, x, y + 24.0, 22.0, "ink2", "600"),
        Text(value, x + width, y + 24.0, 26.0, anchor="end"),
        Stroke(((x, foot), (x + width, foot)), "rule", 2.0, butt=True),
    )


def _bars(title: str, values: Sequence[int], box: tuple[float, float, float], role: str) -> tuple[Shape, ...]:
    x, y, width = box
    step = width / max(len(values), 8)
    most = max([*values, 1])
    bars = [
        Rect(x + step * (place + 0.25), y + 132.0 - 92.0 * value / most, step * 0.5, 92.0 * value / most, role, 3.0)
        for place, value in enumerate(values)
        if value
    ]
    return (*_titled(title, str(values[-1]), box), *bars)


def _along(values: Sequence[float | None], box: tuple[float, float, float], low: float, high: float) -> list[Point]:
    x, y, width = box
    step = width / max(len(values), 8)
    return [
        (round(x + step * (place + 0.5), 1), round(y + 128.0 - 84.0 * (value - low) / max(high - low, 1e-6), 1))
        for place, value in enumerate(values)
        if value is not None
    ]


def _pulls(known: AppState, visits: Sequence[PastVisit], box: tuple[float, float, float]) -> tuple[Shape, ...]:
    pulls = [one.chest_n for one in visits]
    known_pulls = [pull for pull in pulls if pull is not None]
    last = known.tension(known_pulls[-1]) if known_pulls else "–"
    title = known.words.pull_at_start
    if not known_pulls:
        return _titled(title, last, box)
    target_n = visits[-1].target_n
    low, high = min([*known_pulls, 0.85 * target_n]), max([*known_pulls, 1.15 * target_n])
    points = _along(pulls, box, low, high)
    band = _along([0.9 * target_n, 1.1 * target_n], box, low, high)
    x, _y, width = box
    return (
        Rect(x, band[1][1], width, band[0][1] - band[1][1], "good_fill"),
        *_titled(title, last, box),
        *((Stroke(tuple(points), "out_line", 4.0),) if len(points) > 1 else ()),
        *(Disc(*point, 5.0, "out_line") for point in points),
    )


def _holds(known: AppState, visits: Sequence[PastVisit], box: tuple[float, float, float]) -> tuple[Shape, ...]:
    words = known.words
    left, right = [one.hold_left_s for one in visits], [one.hold_right_s for one in visits]
    every = [value for value in (*left, *right) if value is not None]
    if not every:
        return _titled(words.holds, "–", box)
    low, high = min(every) * 0.9, max(every) * 1.05
    lefts, rights = _along(left, box, low, high), _along(right, box, low, high)
    lines = ((lefts, "out_line"), (rights, "back_line"))
    return (
        *_titled(words.holds, "", box),
        *_legend(known, left, right, box),
        *(Stroke(tuple(points), role, 4.0) for points, role in lines if len(points) > 1),
        *(Disc(*point, 5.0, "out_line") for point in lefts),
        *(Rect(x - 6.0, y - 6.0, 12.0, 12.0, "ground", 2.0, "back_line", 3.0) for x, y in rights),
    )


def _legend(
    known: AppState, left: Sequence[float | None], right: Sequence[float | None], box: tuple[float, float, float]
) -> tuple[Shape, ...]:
    """Give each side's mark, its name and its last hold."""
    x, y, width = box
    shapes: list[Shape] = []
    at = x + width
    for name, values in ((known.words.right, right), (known.words.left, left)):
        told = f"{name} {'–' if values[-1] is None else known.decimal(values[-1])}"
        shapes.append(Text(told, at, y + 24.0, 22.0, anchor="end"))
        at -= estimated_width(told, 22.0) + 16.0
        mark = Disc(at, y + 17.0, 6.0, "out_line")
        shapes.append(mark if values is left else Rect(at - 6.0, y + 11.0, 12.0, 12.0, "ground", 2.0, "back_line", 3.0))
        at -= 24.0
    return tuple(shapes)


def _from_to(visits: Sequence[PastVisit], plane: Plane) -> tuple[Shape, ...]:
    dates = f"{visits[0].started_at[:10]} … {visits[-1].started_at[:10]}"
    size = fitted(dates, 22.0, plane.width - 236.0)
    return (Text(dates, plane.width - 32.0, plane.height - 40.0, size, "ink2", "500", "end"),)


def _harder(known: AppState, visits: Sequence[PastVisit], plane: Plane) -> tuple[Shape, ...]:
    side = harder_side(visits)
    if side is None:
        return ()
    said = known.words.held_less[side]
    size = fitted(said, 22.0, plane.width - 236.0)
    return (Text(said, plane.width - 32.0, plane.height - 68.0, size, weight="600", anchor="end"),)


# ---- the load cell -----------------------------------------------------------------------------------------


def sensor_view(scene: Sensor, known: AppState, plane: Plane) -> View:
    """Draw each figure with its name, the raw readings, and in words whether all is well."""
    words, seen = known.words, known.sensor
    if seen is None:
        rows: list[tuple[str, str]] = []
        verdict = words.one_moment
    else:
        rows = [
            (words.rate, f"{_or_dash(seen.measured_hz, 1, known)} / {seen.configured_hz:g} Hz"),
            (words.now_pulls, _tension(seen.tension_n, known)),
            (words.noise, f"{_or_dash(seen.noise_n, 2, known)} N"),
            (words.zero_moved, f"{known.decimal(seen.zero_n)} N"),
            (words.faults, str(seen.faults)),
            (words.calibrated, seen.calibrated),
        ]
        verdict = words.sensor_well if seen.well else words.sensor_unwell
    return (
        *top_line(known, words.pages["sensor"], plane),
        *_rows(rows, plane, 36.0),
        *curve(scene.seen, Rect(36.0, 490.0 if plane.portrait else 302.0, plane.width - 72.0, 74.0, "surface", 12.0)),
        Text(
            verdict,
            plane.width - 32.0,
            plane.height - 44.0,
            fitted(verdict, 26.0, plane.width - 236.0),
            weight="700",
            anchor="end",
        ),
        back_to_menu(known, plane),
    )


def _rows(rows: Sequence[tuple[str, str]], plane: Plane, apart: float = 48.0) -> tuple[Shape, ...]:
    shapes: list[Shape] = []
    for place, (label, value) in enumerate(rows):
        baseline = (136.0 + 64.0 * place) if plane.portrait else 108.0 + apart * place
        size = fitted(value, 28.0, (0.9 if plane.portrait else 0.55) * (plane.width - 72.0))
        room = plane.width - 72.0 - (0.0 if plane.portrait else estimated_width(value, size) + 12.0)
        above = 30.0 if plane.portrait else 0.0
        shapes.append(Text(label, 36.0, baseline - above, fitted(label, 24.0, room), "ink2", "500"))
        shapes.append(Text(value, plane.width - 36.0, baseline, size, anchor="end"))
        shapes.append(Stroke(((36.0, baseline + 8.0), (plane.width - 36.0, baseline + 8.0)), "quiet", 2.0, butt=True))
    return tuple(shapes)


def _or_dash(value: float | None, digits: int, known: AppState) -> str:
    return "–" if value is None else known.decimal(value, digits)


def _tension(tension_n: float | None, known: AppState) -> str:
    if tension_n is None:
        return "–"
    kilograms = tension_n / G_M_PER_S2
    other = kilograms * LB_PER_KG if known.unit == "lb" else kilograms
    mass = "" if known.unit == "N" else f" · {known.decimal(other, 2)} {known.unit}"
    return f"{_or_dash(tension_n, 1, known)} N{mass}"


# ---- the way to the clinic -------------------------------------------------------------------------------


def network_view(known: AppState, plane: Plane) -> View:
    """Draw what waits, whether the broker is there, what is in the way, and what the clinic would not have."""
    words, link = known.words, known.link
    there = words.connected_plain if link.plain else words.connected
    rows = [
        (words.sessions_waiting, str(link.waiting)),
        (words.broker, there if link.connected else words.not_connected),
        (words.rejected, str(link.rejected)),
    ]
    return (
        *top_line(known, words.pages["network"], plane),
        *_rows(rows, plane),
        *_in_the_way(known, plane),
        *_kept(words.nothing_lost, plane),
        back_to_menu(known, plane),
    )


def _kept(said: str, plane: Plane) -> tuple[Text, ...]:
    if plane.portrait:
        return paragraph(said, (36.0, plane.height - 150.0), 24.0, plane.width - 72.0)
    size = sized(said, (26.0, 24.0, 22.0, 20.0), plane.width - 64.0 - 190.0)
    return (Text(said, plane.width - 32.0, plane.height - 44.0, size, "ink2", "500", "end"),)


def _in_the_way(known: AppState, plane: Plane) -> tuple[Shape, ...]:
    """Say in words what is in the way, with its number; then what was rejected and damaged, as far as there is room.

    The details are for whoever can mend it, in English, and stand last and smallest.
    """
    words, link, room = known.words, known.link, plane.width - 72.0
    shapes: list[Shape] = []
    first = 330.0 if plane.portrait else 266.0
    if link.trouble is not None:
        number, why = NUMBERS[link.trouble], words.link_why[link.trouble]
        beside = room - estimated_width(number, 26.0) - 20.0
        size = sized(why, (26.0, 24.0, 22.0, 20.0), beside)
        lines_of = enumerate(wrapped(why, size, beside))
        shapes += [Text(line, 36.0, first + 25.0 * n, size, weight="700") for n, line in lines_of]
        shapes.append(Text(number, plane.width - 36.0, first, 26.0, "ink2", "700", "end"))
    told: list[tuple[str, Weight]] = []
    if link.damaged_on:
        damaged = words.records_damaged.format(day=link.damaged_on)
        told.append((f"{NUMBERS[Notice.RECORDS_DAMAGED]} {damaged}", "600"))
    told += [(one, "600") for one in link.reasons[:1]] + [(one, "500") for one in (link.details,) if one]
    top = first + 32.0 + 25.0 * max(0, len(shapes) - 2)
    most = int((plane.height - (190.0 if plane.portrait else 96.0) - top) / 25.0) + 1
    lines: list[tuple[str, Weight]] = []
    for text, weight in told:  # whole, or not at all: half a sentence helps nobody
        more = wrapped(text, 20.0, room)
        if len(lines) + len(more) <= most:
            lines += [(line, weight) for line in more]
    return (
        *shapes,
        *(Text(line, 36.0, top + 25.0 * n, 20.0, "ink2", weight) for n, (line, weight) in enumerate(lines)),
    )
