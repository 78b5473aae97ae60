"""Every colour and every font of the screen. Shapes name roles; only here do roles have values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from msgspec import Struct

# Atkinson Hyperlegible Next, SIL Open Font License 1.1 (fonts/OFL.txt): it tells 1 I l and 0 O apart at low vision.
FONTS: Final[Mapping[str, Path]] = MappingProxyType(
    {
        weight: Path(__file__).parent / "fonts" / f"AtkinsonHyperlegibleNext-{name}.ttf"
        for weight, name in (("500", "Medium"), ("600", "SemiBold"), ("700", "Bold"))
    }
)


class Theme(Struct, frozen=True):
    """A colour for each role, as #RRGGBB."""

    name: str
    colours: Mapping[str, str]

    def rgb(self, role: str) -> tuple[int, int, int]:
        """Give the colour of a role."""
        value = self.colours[role]
        return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)


LIGHT: Final = Theme(
    "light",
    MappingProxyType(
        {
            "ground": "#F3F5F2",
            "surface": "#E2E8E5",
            "raised": "#FFFFFF",
            "ink": "#12232B",
            "ink2": "#445760",
            "rule": "#6F8189",
            "quiet": "#C4CFCB",
            "out": "#B5DAF2",
            "out_line": "#1268A8",
            "hold": "#123F63",
            "hold_ink": "#FFFFFF",
            "hold_line": "#8FD0FA",
            "back": "#F6D3B5",
            "back_line": "#AD4A12",
            "good": "#0B6E52",
            "good_fill": "#BFE5D6",
            "cue": "#FFC82E",
            "cue_ink": "#12232B",
            "cue_shade": "#A87900",
            "action": "#12232B",
            "on_action": "#FFFFFF",
            "stop": "#A3142E",
            "on_stop": "#FFFFFF",
            "night": "#000000",
            "night_ink": "#24343C",
            "night_line": "#174A70",
            "night_said": "#8FA3AD",
        }
    ),
)

DARK: Final = Theme(
    "dark",
    MappingProxyType(
        {
            "ground": "#0D1519",
            "surface": "#18242A",
            "raised": "#22323A",
            "ink": "#F2F4F0",
            "ink2": "#B4C2C8",
            "rule": "#7C8F98",
            "quiet": "#33454E",
            "out": "#174A70",
            "out_line": "#6FBDF2",
            "hold": "#7CC4F2",
            "hold_ink": "#0D1519",
            "hold_line": "#0F3C5C",
            "back": "#633716",
            "back_line": "#F5A465",
            "good": "#63D3A9",
            "good_fill": "#14483A",
            "cue": "#FFC82E",
            "cue_ink": "#12232B",
            "cue_shade": "#A87900",
            "action": "#F2F4F0",
            "on_action": "#0D1519",
            "stop": "#FF8A94",
            "on_stop": "#2B0009",
            "night": "#000000",
            "night_ink": "#24343C",
            "night_line": "#174A70",
            "night_said": "#8FA3AD",
        }
    ),
)

# For who sees little: black on white, fills paler and lines darker, so that each pair below reaches WCAG's AAA.
CONTRAST: Final = Theme(
    "contrast",
    MappingProxyType(
        {
            "ground": "#FFFFFF",
            "surface": "#E4EAED",
            "raised": "#C6D3DA",
            "ink": "#000000",
            "ink2": "#1F2C33",
            "rule": "#3A4950",
            "quiet": "#8A989F",
            "out": "#CBE7FA",
            "out_line": "#06477A",
            "hold": "#06243D",
            "hold_ink": "#FFFFFF",
            "hold_line": "#BCE3FF",
            "back": "#FFE2C9",
            "back_line": "#742C00",
            "good": "#004D37",
            "good_fill": "#CDF0E2",
            "cue": "#FFD021",
            "cue_ink": "#000000",
            "cue_shade": "#6B4D00",
            "action": "#000000",
            "on_action": "#FFFFFF",
            "stop": "#85001F",
            "on_stop": "#FFFFFF",
            "night": "#000000",
            "night_ink": "#24343C",
            "night_line": "#174A70",
            "night_said": "#8FA3AD",
        }
    ),
)

THEMES: Final = MappingProxyType({theme.name: theme for theme in (LIGHT, DARK, CONTRAST)})

# Which text may stand on which ground: the pairs whose contrast is tested (WCAG 2 AA: 4.5, AAA: 7;
# for graphics 3 and 4.5).
TEXT_PAIRS: Final = (
    ("ink", "ground"),
    ("ink", "surface"),
    ("ink", "raised"),
    ("ink", "out"),
    ("ink", "back"),
    ("ink", "good_fill"),
    ("ink2", "ground"),
    ("ink2", "surface"),
    ("hold_ink", "hold"),
    ("cue_ink", "cue"),
    ("on_action", "action"),
    ("on_stop", "stop"),
)
GRAPHIC_PAIRS: Final = (
    ("good", "ground"),
    ("good", "surface"),
    ("good", "good_fill"),
    ("out_line", "ground"),
    ("out_line", "out"),
    ("back_line", "ground"),
    ("back_line", "back"),
    ("hold_line", "hold"),
    ("rule", "ground"),
    ("rule", "surface"),
)


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """Give the contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance).

    >>> round(contrast((255, 255, 255), (0, 0, 0)))
    21
    """
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(rgb: tuple[int, int, int]) -> float:
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (part / 255 for part in rgb)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
