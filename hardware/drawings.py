"""Draws the mounting at a column and at a tubing anchor, and the whole station, to scale.

`python hardware/drawings.py FOLDER`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from xml.sax.saxutils import escape

SCALE = 0.2  # drawn units a millimetre
INK, LINE, STEEL, CUE, QUIET = "#12232B", "#1268A8", "#6F8189", "#FFC82E", "#C4CFCB"


class Sheet:
    """A drawing in millimetres, x to the right and y up, with its dimensions.

    Parameters
    ----------
    width_mm, height_mm : float
        What is seen.
    title : str
        What it shows.
    """

    def __init__(self, width_mm: float, height_mm: float, title: str) -> None:
        self._width, self._height = width_mm * SCALE, height_mm * SCALE
        self._parts = [
            f"<title>{escape(title)}</title>",
            f'<rect width="{self._width}" height="{self._height}" fill="#fff"/>',
        ]

    def _at(self, point: tuple[float, float]) -> tuple[float, float]:
        return point[0] * SCALE, self._height - point[1] * SCALE

    def line(self, start: tuple[float, float], end: tuple[float, float], colour: str = INK, width: float = 1.5) -> None:
        """Draw a line."""
        (x1, y1), (x2, y2) = self._at(start), self._at(end)
        self._parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"/>'
        )

    def box(self, corner: tuple[float, float], size: tuple[float, float], fill: str = "none") -> None:
        """Draw a rectangle from its lower left corner."""
        x, y = self._at((corner[0], corner[1] + size[1]))
        self._parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{size[0] * SCALE:.1f}" height="{size[1] * SCALE:.1f}" fill="{fill}"'
            f' stroke="{INK}" stroke-width="1.5"/>'
        )

    def circle(self, centre: tuple[float, float], radius_mm: float, fill: str = "none") -> None:
        """Draw a circle."""
        x, y = self._at(centre)
        place = f'cx="{x:.1f}" cy="{y:.1f}" r="{radius_mm * SCALE:.1f}"'
        self._parts.append(f'<circle {place} fill="{fill}" stroke="{INK}" stroke-width="1.5"/>')

    def text(self, point: tuple[float, float], words: str, anchor: str = "start") -> None:
        """Write words."""
        x, y = self._at(point)
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-family="sans-serif" font-size="11" fill="{INK}"'
            f' text-anchor="{anchor}">{escape(words)}</text>'
        )

    def measure(self, start: tuple[float, float], end: tuple[float, float], words: str) -> None:
        """Draw a dimension between two points, with what it says beside its middle."""
        self.line(start, end, STEEL, 0.8)
        upright = start[0] == end[0]
        for point in (start, end):
            tick = (20.0, 0.0) if upright else (0.0, 20.0)
            self.line((point[0] - tick[0], point[1] - tick[1]), (point[0] + tick[0], point[1] + tick[1]), STEEL, 0.8)
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        self.text(
            (middle[0] + 25, middle[1] - 15) if upright else (middle[0], middle[1] + 25),
            words,
            "start" if upright else "middle",
        )

    def written(self) -> str:
        """Give the drawing."""
        size = (
            f'viewBox="0 0 {self._width:.0f} {self._height:.0f}" width="{self._width:.0f}" height="{self._height:.0f}"'
        )
        return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(self._parts)}</svg>\n'


def column() -> Sheet:
    """Give the side view of a cable column."""
    sheet = Sheet(3_600, 2_500, "At a cable column, side view; millimetres")
    sheet.line((0, 60), (3_600, 60), INK, 2)
    sheet.box((150, 60), (200, 2_200), QUIET)
    sheet.text((150, 2_330), "column")
    sheet.box((190, 120), (120, 400), STEEL)
    sheet.text((380, 300), "stack")
    sheet.circle((390, 1_160), 60)
    sheet.line((450, 1_160), (900, 1_160), LINE, 2.5)
    sheet.box((900, 1_125), (90, 70), CUE)
    sheet.line((990, 1_160), (1_640, 1_160), LINE, 2.5)
    sheet.circle((1_670, 1_160), 30)
    sheet.line((890, 1_195), (910, 1_270), INK, 1.2)
    sheet.line((910, 1_270), (985, 1_270), INK, 1.2)
    sheet.line((985, 1_270), (1_000, 1_195), INK, 1.2)
    sheet.text((780, 1_300), "bypass lanyard, rated as the links")
    sheet.text((880, 1_050), "load cell, between two rated links")
    sheet.text((1_420, 1_210), "handle")
    sheet.box((420, 1_500), (60, 200), "#fff")
    sheet.text((500, 1_620), "panel, upper edge 1 700")
    sheet.measure((2_300, 60), (2_300, 1_160), "1 100: the height of a chest,")
    sheet.text((2_325, 530), "adjustable")
    sheet.measure((390, 400), (2_390, 400), "2 000 free in front")
    sheet.circle((1_760, 1_620), 110)
    sheet.line((1_760, 1_510), (1_760, 60), INK, 3)
    sheet.line((1_760, 1_300), (1_690, 1_170), INK, 3)
    sheet.text((1_900, 1_600), "who trains, side-on")
    return sheet


def tubing() -> Sheet:
    """Give the plan of a tubing anchor."""
    sheet = Sheet(3_600, 2_000, "At a tubing anchor, seen from above; millimetres")
    sheet.box((0, 0), (80, 2_000), QUIET)
    sheet.text((110, 1_900), "wall")
    sheet.box((80, 930), (40, 140), STEEL)
    sheet.text((110, 1_110), "anchor plate, four fixings")
    sheet.box((160, 965), (90, 70), CUE)
    sheet.line((120, 1_000), (160, 1_000), LINE, 2.5)
    sheet.text((150, 820), "load cell: fixed at the wall, so that its lead does not move;")
    sheet.text((150, 740), "beside it the bypass lanyard")
    sheet.line((250, 1_000), (1_700, 1_000), LINE, 2.5)
    sheet.text((800, 1_040), "tubing, latex-free where needed")
    sheet.line((110, 960), (130, 900), INK, 1.2)
    sheet.line((130, 900), (260, 900), INK, 1.2)
    sheet.line((260, 900), (270, 960), INK, 1.2)
    sheet.circle((1_730, 1_000), 30)
    sheet.circle((1_730, 700), 110)
    sheet.line((1_500, 700), (1_960, 700), INK, 3)
    sheet.text((1_990, 690), "who trains: side to the anchor")
    sheet.box((80, 1_500), (40, 200), "#fff")
    sheet.text((150, 1_590), "panel, turned to whoever trains")
    sheet.measure((80, 300), (1_730, 300), "1 300 to 1 700")
    sheet.measure((80, 120), (3_080, 120), "3 000 free: nobody stands in the line of the tubing")
    return sheet


def station() -> Sheet:
    """Give the whole station as a patient finds it, seen from in front of them."""
    sheet = Sheet(4_000, 2_300, "A station: anchor, load cell, tubing, patient, touchscreen and the way to the clinic")
    sheet.line((0, 60), (4_000, 60), INK, 2)
    sheet.box((0, 60), (90, 2_200), QUIET)
    sheet.box((90, 1_080), (40, 160), STEEL)
    sheet.box((190, 1_115), (110, 90), CUE)
    for start_mm, end_mm in ((130, 190), (300, 1_690)):
        sheet.line((start_mm, 1_160), (end_mm, 1_160), LINE, 2.5)
    sheet.text((190, 990), "load cell in the line,")
    sheet.text((190, 910), "lanyard around it")
    sheet.text((620, 1_200), "tubing or cable")
    sheet.box((90, 1_480), (60, 300), "#fff")
    sheet.box((150, 1_500), (470, 260), "#fff")
    sheet.text((385, 1_650), "7 of 15", "middle")
    sheet.text((385, 1_560), "press out", "middle")
    sheet.text((150, 1_830), "touchscreen, Raspberry Pi and amplifier")
    for start, end in (((245, 1_205), (245, 1_340)), ((245, 1_340), (120, 1_340)), ((120, 1_340), (120, 1_480))):
        sheet.line(start, end, STEEL, 1.2)
    sheet.circle((1_760, 1_650), 115, "#fff")
    for start, end in (
        ((1_760, 1_535), (1_760, 900)),
        ((1_590, 1_440), (1_930, 1_440)),
        ((1_590, 1_440), (1_690, 1_170)),
        ((1_930, 1_440), (1_770, 1_170)),
        ((1_760, 900), (1_630, 60)),
        ((1_760, 900), (1_890, 60)),
    ):
        sheet.line(start, end, INK, 3)
    sheet.circle((1_730, 1_160), 45, CUE)
    sheet.text((2_020, 1_290), "press straight out, hold, bring it back,")
    sheet.text((2_020, 1_210), "and do not let the line turn you")
    sheet.line((640, 2_040), (3_350, 2_040), STEEL, 1.2)
    sheet.line((385, 1_910), (640, 2_040), STEEL, 1.2)
    for tip in (2_070, 2_010):
        sheet.line((3_350, 2_040), (3_290, tip), STEEL, 1.2)
    sheet.text((1_350, 2_080), "finished sessions by MQTT, encrypted; the clinic answers each", "start")
    sheet.box((3_400, 1_800), (480, 340), "#fff")
    sheet.text((3_640, 1_950), "clinic's server", "middle")
    sheet.measure((90, 400), (1_730, 400), "1 300 to 1 700 mm")
    return sheet


def main(folder: Path) -> None:
    """Write them all."""
    drawings = {"mounting-column": column(), "mounting-tubing": tubing(), "station": station()}
    for name, sheet in drawings.items():
        (folder / f"{name}.svg").write_text(sheet.written(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
