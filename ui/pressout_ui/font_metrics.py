"""Width of a text without drawing it: the bold font's advances, rounded up to a twenty-fifth of its size.

What is measured by the font is at most this (tested): a text for which there is room on paper fits on the panel.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# Of Atkinson Hyperlegible Next Bold, the widest of the weights in use; by width in em, the characters that have it.
_BY_WIDTH = {
    0.24: "'",
    0.28: ",.:;j|’",
    0.32: " !`ilí¡îï·",
    0.36: "()[]",
    0.40: '"-_frt{}°',
    0.44: "/1I\\Í",
    0.48: "“”",
    0.52: "*cszç–",
    0.56: "7?Lakvxy~á¿äàâ×",
    0.60: "+239<>EFJ^bdeghnopquéóúüñÉöèêëôùû",
    0.64: "$4568=PSTZß±",
    0.68: "0ABCKRVYÁÄ€",
    0.72: "DGHNUXÚÜÑ",
    0.76: "&OQwÓÖ",
    0.80: "#@…",
    0.88: "M",
    0.92: "Wm",
    0.96: "œ",
    1.00: "%",
}
ADVANCES: Final[Mapping[str, float]] = MappingProxyType(
    {character: width for width, characters in _BY_WIDTH.items() for character in characters}
)
# A character that no language here uses yet.
WIDEST = 1.0


def estimated_width(text: str, size: float) -> float:
    """Give how wide a text is at most, in units.

    >>> estimated_width("ill", 100.0)
    96.0
    """
    return round(size * sum(ADVANCES.get(character, WIDEST) for character in text), 3)


def wrapped(text: str, size: float, room: float) -> list[str]:
    """Give the lines of a text that each have room; a word that is longer than that is cut.

    >>> wrapped("one two three", 20.0, 90.0)
    ['one two', 'three']
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and estimated_width(longer, size) <= room:
            lines[-1] = longer
            continue
        while estimated_width(word, size) > room:
            cut = next(place for place in range(len(word), 0, -1) if estimated_width(word[:place], size) <= room)
            lines.append(word[:cut])
            word = word[cut:]
        lines.append(word)
    return lines
