"""The screen in a terminal, in colour: its words, both counts, and the tension of the last seconds. Imports rich.

As narrow as twenty columns, as wide as it gets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType, TracebackType
from typing import Final

from rich.console import Console, Group
from rich.live import Live
from rich.style import Style
from rich.text import Text

from pressout_session.exercises import Side
from pressout_signal.events import Phase
from pressout_ui.app import Screen
from pressout_ui.commands import Sound
from pressout_ui.messages import Message
from pressout_ui.scenes.live_set import TRACE_S, LiveSet, TracePoint
from pressout_ui.text import told
from pressout_ui.theme import DARK, LIGHT

ROWS = 8
# A braille letter is two dots wide and four high; Unicode 15, "Braille Patterns".
DOTS_WIDE, DOTS_HIGH = 2, 4
BRAILLE = 0x2800
DOT: Final = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
# What a curve's height is before anyone has pulled, newtons.
LEAST_N = 20.0
# Ten pictures a second are seen as movement, and leave a slow terminal time to draw.
EVERY_S = 0.1
# Colours that are read on a dark ground and on a light one: the screen's own lines.
PHASES: Final[Mapping[Phase, Style]] = MappingProxyType(
    {
        Phase.PRESS_OUT: Style(color=LIGHT.colours["out_line"], bold=True),
        Phase.HOLD: Style(color=DARK.colours["cue"], bold=True),
        Phase.RETURN: Style(color=LIGHT.colours["back_line"], bold=True),
        Phase.REST: Style(dim=True),
    }
)


def drawn(screen: Screen, trace: Sequence[TracePoint], width: int) -> Group:
    """Draw the screen, and the last tension that was felt, for a terminal of so many columns."""
    known, words = screen.known, screen.known.words
    item = known.cabled
    counts = Text(no_wrap=True, overflow="ellipsis")
    for side, name in ((Side.LEFT, words.left), (Side.RIGHT, words.right)):
        of = "" if item is None or width < 30 else f" {words.of} {item.reps}"
        counts.append(f"{name} {known.side_count(side)}{of}   ", "bold" if side is known.side else "")
    scene = screen.scene
    head = Text(told(screen), style="bold", no_wrap=True, overflow="ellipsis")
    if isinstance(scene, LiveSet) and scene.cue is not None:
        head.stylize(Style(color=LIGHT.colours["cue_ink"], bgcolor=LIGHT.colours["cue"]))
    return Group(head, counts, *curve(trace, width))


def curve(trace: Sequence[TracePoint], width: int) -> list[Text]:
    """Draw tension over the last seconds, newest at the right, each column in its phase's colour; top line first."""
    most_n = max([LEAST_N, *(point.tension_n for point in trace)])
    label = f"{most_n:.0f} N "
    inner = width - len(label) if width >= 40 else width
    columns, rows = max(inner, 1), ROWS
    dots = [[0] * columns for _ in range(rows)]
    phases = [Phase.REST] * columns
    newest_s = trace[-1].t_s if trace else 0.0
    for point in trace:
        across = round((1.0 - (newest_s - point.t_s) / TRACE_S) * (columns * DOTS_WIDE - 1))
        up = round(max(0.0, point.tension_n) / most_n * (rows * DOTS_HIGH - 1))
        if across < 0:
            continue
        row, column = rows - 1 - up // DOTS_HIGH, across // DOTS_WIDE
        dots[row][column] |= DOT[across % DOTS_WIDE][DOTS_HIGH - 1 - up % DOTS_HIGH]
        phases[column] = point.phase
    lines = []
    for number, row_dots in enumerate(dots):
        line = Text(no_wrap=True, overflow="crop")
        if inner < width:
            line.append({0: label, rows - 1: "0 N ".rjust(len(label))}.get(number, " " * len(label)), "dim")
        for mask, phase in zip(row_dots, phases, strict=True):
            line.append(chr(BRAILLE + mask) if mask else " ", PHASES[phase])
        lines.append(line)
    return lines


class TerminalFace:
    """Draws the screen over itself, some times a second.

    Parameters
    ----------
    now_s : callable
        Gives the time, to know when to draw again.
    console : Console, optional
        Where to; the terminal that the program has.
    """

    def __init__(self, now_s: Callable[[], float], console: Console | None = None) -> None:
        self._now_s = now_s
        self._console = console or Console(highlight=False)
        self._live = Live(console=self._console, auto_refresh=False, transient=False)
        self._drawn_s = float("-inf")
        self._trace: tuple[TracePoint, ...] = ()
        self.closed = False

    def __enter__(self) -> TerminalFace:
        """Begin to draw."""
        self._live.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Leave the last picture, and the cursor as it was."""
        self._live.stop()

    def show(self, screen: Screen) -> None:
        """Draw it, if it is time."""
        now_s = self._now_s()
        if now_s - self._drawn_s < EVERY_S:
            return
        self._drawn_s = now_s
        if isinstance(screen.scene, LiveSet):
            self._trace = screen.scene.trace
        self._live.update(drawn(screen, self._trace, self._console.width), refresh=True)

    def messages(self) -> list[Message]:
        """Give nothing: a terminal has no fingers."""
        return []

    def play(self, sound: Sound, lasts_s: float = 0.0) -> None:
        """Play nothing."""
