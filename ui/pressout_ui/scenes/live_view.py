"""View of the live set: the stage that floods, inverts and falls, and beside it the rail, or the cue in its place."""

from __future__ import annotations

from collections.abc import Sequence

from pressout_session.exercises import Side
from pressout_session.prescription import CabledItem
from pressout_signal.events import DriftKind, Phase
from pressout_ui.app_state import AppState
from pressout_ui.font_metrics import estimated_width, wrapped
from pressout_ui.messages import FixOpened
from pressout_ui.pictograms import check, turned_patient
from pressout_ui.scenes import fix
from pressout_ui.scenes.live_set import LiveSet, band_n, headword, last_ones
from pressout_ui.scenes.parts import pain, plain_button, signed_in
from pressout_ui.shapes import Disc, Flood, Plane, Point, Polygon, Rect, Shape, Stroke, Text, View, sized

RAIL = 224.0
# A trace is straight where it leaves its chord by less than this, and for no longer than this.
SEEN, LONGEST_STRAIGHT = 0.5, 12.0
PORTRAIT_STAGE = 570.0
EDGE_RISE = 44.0
# In a hold the line is at the top from here on, and the bar takes its place.
ARRIVED = 0.985
# A cue's words, one a line, from the largest that fits into the rail.
CUE_SIZES = (98.0, 88.0, 76.0, 64.0, 56.0, 48.0)
# The count by its digits: size, baseline, centre, and where `of 15` begins.
LANDSCAPE_COUNT = ((336.0, 396.0, 216.0, 346.0), (336.0, 396.0, 214.0, 432.0), (224.0, 396.0, 214.0, 432.0))
PORTRAIT_COUNT = ((420.0, 456.0, 150.0, 268.0), (260.0, 456.0, 182.0, 350.0), (190.0, 456.0, 186.0, 372.0))
TRACE_ROLES = {
    Phase.PRESS_OUT: ("out_line", 5.0),
    Phase.HOLD: ("ink", 8.0),
    Phase.RETURN: ("back_line", 5.0),
    Phase.REST: ("rule", 4.0),
}


def view(scene: LiveSet, known: AppState, plane: Plane) -> View:
    """Draw the set; or, over the rail and stage, what can be corrected."""
    item = known.cabled
    if item is None:
        return (Rect(0.0, 0.0, plane.width, plane.height, "ground"),)
    if scene.fixing:
        return fix.view(known, item, plane)
    stage = Plane(plane.width, PORTRAIT_STAGE) if plane.portrait else Plane(plane.width - RAIL, plane.height)
    rail = _portrait_rail(scene, known, item, plane) if plane.portrait else _rail(scene, known, item, plane)
    inverted = scene.phase is Phase.HOLD
    ink = "hold_ink" if inverted else "ink"
    return (
        Rect(0.0, 0.0, stage.width, stage.height, "hold" if inverted else "ground"),
        *_flood(scene, stage),
        *_bar(scene, known, item, stage),
        *_pace(scene, known, item, stage),
        *_word(scene, known, item, stage, ink),
        *_count(known, item, stage, ink, portrait=plane.portrait),
        *pain(known, (24.0, stage.height - 28.0), 20.0 if plane.portrait else 24.0, stage.width - 30.0, ink),
        *(_cue(scene, known, plane) or rail),
    )


def level_y(stage: Plane, level: float) -> float:
    """Give where on the stage a level stands: 0 at its foot, 1 nearly at its top."""
    floor, top = stage.height - 6.0, 30.0
    return floor - (floor - top) * level


def _flood(scene: LiveSet, stage: Plane) -> tuple[Shape, ...]:
    """Draw the area under the line: a roof while it rises, a valley while it falls, flat at the foot.

    In a hold the stage is full; the line alone shows how it arrives, and how it leaves before a word is known.
    """
    held, edge = scene.phase is Phase.HOLD, scene.edge
    if held and edge.level > ARRIVED:
        return ()
    falls = scene.phase is Phase.RETURN or (held and not edge.rises)
    half = EDGE_RISE / 2 * min(1.0, edge.level * 4.0) * (1.0 if falls else -1.0)
    y = level_y(stage, edge.level)
    line = ((0.0, y - half), (stage.width / 2, y + half), (stage.width, y - half))
    fill, role = (None, "hold_line") if held else ("back", "back_line") if falls else ("out", "out_line")
    return (Flood(line, stage.height, fill, role, 14.0, edge.doubtful(scene.phase)),)


def _pace(scene: LiveSet, known: AppState, item: CabledItem, stage: Plane) -> tuple[Shape, ...]:
    """Draw where the line would be at the prescribed tempo, at both edges."""
    moving = scene.phase in (Phase.PRESS_OUT, Phase.RETURN)
    if not moving or item.stroke_s == 0:
        return ()
    share = min(1.0, max(0.0, (known.now_s - scene.phase_s) / item.stroke_s))
    y = round(level_y(stage, share if scene.phase is Phase.PRESS_OUT else 1.0 - share))
    left = ((0.0, y - 22.0), (26.0, y), (0.0, y + 22.0))
    return (Polygon(left, "ink"), Polygon(tuple((stage.width - x, at_y) for x, at_y in left), "ink"))


def _bar(scene: LiveSet, known: AppState, item: CabledItem, stage: Plane) -> tuple[Shape, ...]:
    """Draw the bar that closes to its middle in the prescribed hold."""
    if scene.phase is not Phase.HOLD or item.hold_s == 0 or scene.bar_closed:
        return ()
    share = scene.hold_left_s(item, known.now_s) / item.hold_s
    width = max(0.0, min(1.0, share)) * stage.width
    return (Rect((stage.width - width) / 2, 0.0, width, 32.0, "hold_line"),)


def _word(scene: LiveSet, known: AppState, item: CabledItem, stage: Plane, ink: str) -> tuple[Shape, ...]:
    word = headword(scene, item, known)
    largest = 92.0 if stage.height > stage.width else 106.0
    left_s = scene.hold_left_s(item, known.now_s)
    counting = scene.phase is Phase.HOLD and item.hold_s > 0 and not scene.bar_closed
    room = stage.width - 52.0 - (40.0 + 62.0 * len(str(int(left_s + 0.999))) if counting else 0.0)
    size = next(
        (s for s in (largest, 98.0, 88.0, 76.0, 64.0) if s <= largest and estimated_width(word, s) <= room), 56.0
    )
    shapes: list[Shape] = [Text(word, 26.0, 128.0, size, ink)]
    if counting:
        shapes.append(Text(f"{int(left_s + 0.999)}", stage.width - 34.0, 128.0, largest, ink, anchor="end"))
    return tuple(shapes)


def _count(known: AppState, item: CabledItem, stage: Plane, ink: str, *, portrait: bool) -> tuple[Shape, ...]:
    """Draw the count at 47 % of the panel's height, and what it is out of; the tile inverts for the last three."""
    count = known.set_count
    digits = len(str(count))
    size, baseline, centre, x = (PORTRAIT_COUNT if portrait else LANDSCAPE_COUNT)[min(digits, 3) - 1]
    shapes: list[Shape] = [Text(str(count), centre, baseline, size, ink, anchor="middle")]
    small = 90.0 if portrait and digits < 2 else 76.0
    if item.reps - last_ones(item) <= count < item.reps:
        shapes.append(Rect(x - 10.0, baseline - 110.0, 28.0 + 44.0 * len(str(item.reps)), 124.0, ink, 12.0))
        ink = "ground" if ink == "ink" else "hold"
    shapes.append(Text(known.words.of, x, baseline - 70.0, 34.0, ink, "500"))
    shapes.append(Text(str(item.reps), x, baseline, small, ink))
    return tuple(shapes)


def _rail(scene: LiveSet, known: AppState, item: CabledItem, plane: Plane) -> View:
    left = plane.width - RAIL + 20.0
    return (
        Rect(plane.width - RAIL, 0.0, RAIL, plane.height, "surface"),
        *_sides(known, left, 20.0),
        *_trace(scene, item, Rect(left, 146.0, 184.0, 128.0, None)),
        *_pull(scene, known, item, left, 314.0),
        plain_button(known.words.fix_count, (left, 356.0, 184.0, 72.0), FixOpened()),
        *signed_in(known, left + 8.0, 456.0),
        *_bell(known, left + 170.0, 334.0),
    )


def _portrait_rail(scene: LiveSet, known: AppState, item: CabledItem, plane: Plane) -> View:
    return (
        Rect(0.0, PORTRAIT_STAGE, plane.width, plane.height - PORTRAIT_STAGE, "surface"),
        *_sides(known, 24.0, 594.0),
        *_trace(scene, item, Rect(236.0, 600.0, plane.width - 260.0, 90.0, None)),
        *_pull(scene, known, item, 24.0, 744.0),
        *signed_in(known, 214.0, 778.0),
        plain_button(known.words.fix_count, (plane.width - 148.0, 716.0, 124.0, 68.0), FixOpened(), 24.0),
    )


def _sides(known: AppState, x: float, y: float) -> tuple[Shape, ...]:
    """Draw both sides' counts; the side in use is filled."""
    shapes: list[Shape] = []
    for side, label in ((Side.LEFT, known.words.left), (Side.RIGHT, known.words.right)):
        here = side is known.side
        ink = "on_action" if here else "ink"
        tile = (
            Rect(x, y, 88.0, 104.0, "action", 12.0) if here else Rect(x, y, 88.0, 104.0, "surface", 12.0, "rule", 2.0)
        )
        shapes.append(tile)
        shapes.append(Text(label, x + 44.0, y + 32.0, 24.0, ink, "600", "middle"))
        count = str(known.side_count(side))
        shapes.append(Text(count, x + 44.0, y + 88.0, 54.0 if len(count) < 3 else 40.0, ink, anchor="middle"))
        x += 96.0
    return tuple(shapes)


def _trace(scene: LiveSet, item: CabledItem, box: Rect) -> tuple[Shape, ...]:
    """Draw the last fifteen seconds into `box`, thick in the hold; the band is solid at rest and dashed in a stroke."""
    x, width, top, bottom = box.x, box.width, box.y, box.y + box.height
    low_n, high_n = band_n(item)
    tensions = [point.tension_n for point in scene.trace]
    floor_n, ceiling_n = min([low_n * 0.9, *tensions]), max([high_n * 1.1, *tensions])

    def at_y(tension_n: float) -> float:
        return round(bottom - (bottom - top) * (tension_n - floor_n) / (ceiling_n - floor_n), 1)

    shapes: list[Shape] = []
    if scene.phase is Phase.REST:
        shapes.append(Rect(x, at_y(high_n), width, at_y(low_n) - at_y(high_n), "good_fill"))
    for edge_n in (low_n, high_n):
        shapes.extend(_edge(x, width, at_y(edge_n), dashed=scene.phase is not Phase.REST))
    if not scene.trace:
        return tuple(shapes)
    newest_s = scene.trace[-1].t_s
    room = width - 8.0
    points = [(round(x + room - (newest_s - p.t_s) / 15.0 * room, 1), at_y(p.tension_n)) for p in scene.trace]
    begin = 0
    for end in range(1, len(points) + 1):
        if end == len(points) or scene.trace[end].phase is not scene.trace[begin].phase:
            role, thickness = TRACE_ROLES[scene.trace[begin].phase]
            run = straightened(points[begin : min(end + 1, len(points))])
            if len(run) > 1:
                shapes.append(Stroke(run, role, thickness))
            begin = end
    shapes.append(Disc(*points[-1], 9.0, "ink", "surface", 3.0))
    return tuple(shapes)


def straightened(points: Sequence[Point]) -> tuple[Point, ...]:
    """Leave out the points that lie on the way from one to another, to half a unit: nobody sees them.

    >>> straightened(((0.0, 0.0), (1.0, 0.1), (2.0, 0.0), (3.0, 9.0)))
    ((0.0, 0.0), (2.0, 0.0), (3.0, 9.0))
    """
    kept = list(points[:1])
    for here, (x, y) in enumerate(points[1:-1], start=1):
        (x0, y0), (x1, y1) = kept[-1], points[here + 1]
        if abs(y - (y0 + (y1 - y0) * (x - x0) / max(x1 - x0, 1e-6))) > SEEN or x - x0 > LONGEST_STRAIGHT:
            kept.append((x, y))
    return (*kept, *points[-1:]) if len(points) > 1 else tuple(kept)


def _edge(x: float, width: float, y: float, *, dashed: bool) -> tuple[Shape, ...]:
    if not dashed:
        return (Stroke(((x, y), (x + width, y)), "good", 2.0, butt=True),)
    starts = range(0, int(width), 12)
    return tuple(Stroke(((x + at, y), (x + min(at + 6, width), y)), "good", 2.0, butt=True) for at in starts)


def _pull(scene: LiveSet, known: AppState, item: CabledItem, x: float, baseline: float) -> View:
    """Give the last pull at the start, with a mark if it was in its band; until it was measured, a dash."""
    pull_n = scene.pull_n()
    low_n, high_n = band_n(item)
    shown = Text("–" if pull_n is None else known.tension(pull_n), x, baseline, 36.0)
    below = Text(known.words.at_the_start, x, baseline + 26.0, 22.0, "ink2", "500")
    inside = pull_n is not None and low_n <= pull_n <= high_n
    mark = (check(x + 155.0, baseline - 11.0, 26.0),) if inside else ()
    return (shown, below, *mark)


def _bell(known: AppState, x: float, y: float) -> tuple[Shape, ...]:
    """Draw a struck-out bell while the sound is off."""
    if not known.muted:
        return ()
    return (
        Polygon(((x - 9, y + 6), (x - 6, y - 8), (x + 6, y - 8), (x + 9, y + 6)), "ink2"),
        Disc(x, y + 9, 3.0, "ink2"),
        Stroke(((x - 12, y + 12), (x + 12, y - 12)), "ink", 3.0),
    )


def _cue(scene: LiveSet, known: AppState, plane: Plane) -> View:
    """Draw the yellow slab in the rail's place: what to do, why, and the way back; its dark edge is the contrast."""
    if scene.cue is None:
        return ()
    title, why = known.words.cue[scene.cue.kind]
    if plane.portrait:
        return _portrait_cue(scene.cue.kind, known, plane)
    left = plane.width - RAIL
    turned = scene.cue.kind is DriftKind.ROTATION
    size = min(sized(word, CUE_SIZES, RAIL - 32.0) for word in title.split())
    baseline = 250.0 if turned else 130.0
    lines = tuple(
        Text(word, left + 21.0, baseline + 1.02 * size * line, size, "cue_ink")
        for line, word in enumerate(title.split())
    )
    below = wrapped(why, 28.0, RAIL - 40.0)
    return (
        Rect(left, 0.0, RAIL, plane.height, "cue"),
        Rect(left, 0.0, 10.0, plane.height, "cue_ink"),
        *(turned_patient(_beside(left, known.side), 132.0, 1.04, known.side) if turned else ()),
        *lines,
        *(
            Text(line, left + 21.0, plane.height - 22.0 - 34.0 * (len(below) - 1 - n), 28.0, "cue_ink", "600")
            for n, line in enumerate(below)
        ),
    )


def _beside(left: float, side: Side) -> float:
    """Give where the figure stands in the rail, so that the anchor on its side has room."""
    return left + 117.0 + (22.0 if side is Side.LEFT else -22.0)


def _portrait_cue(cue: DriftKind, known: AppState, plane: Plane) -> View:
    title, why = known.words.cue[cue]
    turned = cue is DriftKind.ROTATION
    room = plane.width - (200.0 if turned else 52.0)
    x = plane.width - (92.0 if known.side is Side.LEFT else 118.0)
    return (
        Rect(0.0, PORTRAIT_STAGE, plane.width, plane.height - PORTRAIT_STAGE, "cue"),
        Rect(0.0, PORTRAIT_STAGE, plane.width, 10.0, "cue_ink"),
        *(turned_patient(x, PORTRAIT_STAGE + 168.0, 0.9, known.side) if turned else ()),
        Text(title, 26.0, PORTRAIT_STAGE + 100.0, sized(title, CUE_SIZES, room), "cue_ink"),
        *(
            Text(line, 30.0, PORTRAIT_STAGE + 150.0 + 36.0 * place, 30.0, "cue_ink", "600")
            for place, line in enumerate(wrapped(why, 30.0, room))
        ),
    )
