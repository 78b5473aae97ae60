"""Pictograms: the patient seen from above, the line, checks, arrows, the plug that came out.

Seen from above because turning toward the anchor can be seen from nowhere else. Out is up.
"""

from __future__ import annotations

import math

from pressout_session.exercises import Side
from pressout_ui.shapes import Disc, Point, Rect, Shape, Stroke


def patient(
    x: float,
    y: float,
    scale: float,
    *,
    ground: str,
    out: bool = False,
) -> tuple[Shape, ...]:
    """Give the patient in plan, shoulders at (x, y), facing up, hands at the chest or pressed out."""
    ink, hands_role = ("night_ink", "night_line") if ground == "night" else ("ink", "out_line")
    hands = handle(x, y, scale, out=out)
    bent = 0.0 if out else 39.0
    arms: list[Shape] = []
    for sign in (-1.0, 1.0):
        shoulder = (x + sign * 28.0 * scale, y - 2.0 * scale)
        elbow = (x + sign * bent * scale, y - 23.0 * scale)
        points = (shoulder, hands) if out else (shoulder, elbow, hands)
        arms.append(Stroke(points, ink, 10.5 * scale))
    return (
        *arms,
        Stroke(((x - 25.0 * scale, y), (x + 25.0 * scale, y)), ink, 28.0 * scale),
        Disc(x, y - 2.0 * scale, 16.0 * scale, ink, ground, 3.5 * scale),
        Disc(*hands, 8.5 * scale, hands_role, ground, 2.5 * scale),
    )


def handle(x: float, y: float, scale: float, *, out: bool) -> Point:
    """Give where the hands are."""
    return x, y - (80.0 if out else 40.0) * scale


def line_to(hands: Point, anchor: Point, scale: float, role: str = "out_line") -> tuple[Shape, ...]:
    """Give the line from the anchor's post to the hands."""
    ink = "cue_ink" if role == "cue_ink" else "ink"
    post = Rect(anchor[0] - 5.0 * scale, anchor[1] - 18.0 * scale, 10.0 * scale, 36.0 * scale, ink, 3.0)
    return (Stroke((anchor, hands), role, 4.0 * scale, butt=True), post)


def check(x: float, y: float, size: float) -> Stroke:
    """Give a check mark, as wide as `size`, whose left end is at (x, y)."""
    unit = size / 26.0
    points = ((x, y), (x + 9.1 * unit, y + 9.1 * unit), (x + 26.0 * unit, y - 9.8 * unit))
    return Stroke(points, "good", 7.0 * unit)


def arrow(start: Point, end: Point, width: float, role: str = "ink") -> tuple[Shape, ...]:
    """Give an arrow with an open head."""
    angle = math.atan2(end[1] - start[1], end[0] - start[0])
    head = 2.3 * width
    wings = tuple(
        (end[0] + head * math.cos(angle + turn), end[1] + head * math.sin(angle + turn))
        for turn in (math.radians(139), -math.radians(139))
    )
    return (Stroke((start, end), role, width), Stroke((wings[0], end, wings[1]), role, width))


def turned_patient(x: float, y: float, scale: float, side: Side) -> tuple[Shape, ...]:
    """Give the cue's picture: as you are turned, behind; as you stand tall, in front; and the way back."""
    sign = -1.0 if side is Side.LEFT else 1.0
    angle = math.radians(30.0) * sign
    shade = "cue_shade"

    def rotated(dx: float, dy: float) -> Point:
        return (
            x + scale * (dx * math.cos(angle) - dy * math.sin(angle)),
            y + scale * (dx * math.sin(angle) + dy * math.cos(angle)),
        )

    hands = rotated(0.0, -66.0)
    anchor = (x + sign * 110.0 * scale, y - 40.0 * scale)
    return (
        *(Stroke((rotated(s * 28.0, -2.0), rotated(s * 20.0, -30.0), hands), shade, 10.5 * scale) for s in (-1.0, 1.0)),
        Stroke((rotated(-25.0, 0.0), rotated(25.0, 0.0)), shade, 28.0 * scale),
        Disc(*rotated(0.0, -2.0), 16.0 * scale, shade, "cue", 3.5 * scale),
        *line_to((x, y - 66.0 * scale), anchor, scale, role="cue_ink"),
        *(
            Stroke(
                (
                    (x + s * 28.0 * scale, y - 2.0 * scale),
                    (x + s * 23.0 * scale, y - 20.0 * scale),
                    (x, y - 66.0 * scale),
                ),
                "cue_ink",
                10.5 * scale,
            )
            for s in (-1.0, 1.0)
        ),
        Stroke(((x - 25.0 * scale, y), (x + 25.0 * scale, y)), "cue_ink", 28.0 * scale),
        Disc(x, y - 2.0 * scale, 16.0 * scale, "cue_ink", "cue", 3.5 * scale),
        Disc(x, y - 66.0 * scale, 8.5 * scale, "cue_ink", "cue", 2.5 * scale),
        *arrow(
            (x + sign * 46.0 * scale, y - 70.0 * scale),
            (x + sign * 16.0 * scale, y - 80.0 * scale),
            5.5 * scale,
            "cue_ink",
        ),
    )


def unplugged(y: float, width: float) -> tuple[Shape, ...]:
    """Give the sensor's plug, out of its socket, across the screen."""
    socket = width - 312.0
    return (
        Stroke(((0.0, y), (300.0, y)), "out_line", 18.0, butt=True),
        Rect(292.0, y - 40.0, 84.0, 80.0, "out_line", 14.0),
        Rect(376.0, y - 24.0, 34.0, 12.0, "out_line", 3.0),
        Rect(376.0, y + 12.0, 34.0, 12.0, "out_line", 3.0),
        Stroke(((socket + 72.0, y), (width, y)), "ink", 18.0, butt=True),
        Rect(socket, y - 40.0, 84.0, 80.0, "ink", 14.0),
        Rect(socket, y - 24.0, 36.0, 12.0, "ground", 3.0),
        Rect(socket, y + 12.0, 36.0, 12.0, "ground", 3.0),
    )
