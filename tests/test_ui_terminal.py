"""The screen in a terminal: as narrow as twenty columns, the tension in its phases' colours, never wider than it is."""

from __future__ import annotations

import io
import math

import pytest
from rich.console import Console

from pressout_signal.events import Phase
from pressout_ui.app import Screen
from pressout_ui.scenes.live_set import TRACE_S, TracePoint
from pressout_ui.terminal import PHASES, ROWS, TerminalFace, curve, drawn
from screens import in_a_set


def pulled(hold_n: float = 60.0) -> tuple[TracePoint, ...]:
    """Give a trace of one repetition: out, held, back."""
    points = []
    for number in range(int(TRACE_S * 12) + 1):
        t_s = number / 12
        phase = (Phase.REST, Phase.PRESS_OUT, Phase.HOLD, Phase.RETURN)[min(3, int(t_s / TRACE_S * 4))]
        level = {Phase.REST: 0.4, Phase.HOLD: 1.0}.get(phase, 0.7)
        points.append(TracePoint(t_s, hold_n * level + math.sin(t_s), phase))
    return tuple(points)


def shown(screen: Screen, trace: tuple[TracePoint, ...], width: int) -> list[str]:
    """Give the lines that a terminal of so many columns shows."""
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=True, color_system=None).print(drawn(screen, trace, width))
    return out.getvalue().splitlines()


@pytest.mark.parametrize("width", [20, 21, 39, 40, 41, 80, 137, 300])
def test_no_line_is_wider_than_the_terminal_and_none_is_broken(width: int) -> None:
    lines = shown(in_a_set(), pulled(), width)

    assert len(lines) == 2 + ROWS
    assert max(len(line.rstrip()) for line in lines) <= width


def test_both_counts_are_there_in_twenty_columns() -> None:
    lines = shown(in_a_set(), (), 20)

    assert "Left" in lines[1]
    assert "Right" in lines[1]


def test_the_newest_tension_is_at_the_right_and_the_highest_at_the_top() -> None:
    rows = [line.plain for line in curve(pulled(), 60)]

    held = [row[len("61 N ") :] for row in rows]
    assert held[0].strip(" ")  # the hold
    assert max(len(row.rstrip()) for row in rows) == 60
    assert rows[0].startswith("61 N")
    assert rows[-1].startswith(" 0 N")


def test_each_phase_is_drawn_in_its_own_colour() -> None:
    spans = {str(span.style) for line in curve(pulled(), 60) for span in line.spans}

    assert {str(style) for style in PHASES.values()} <= spans
    assert len({str(style) for style in PHASES.values()}) == len(Phase)


@pytest.mark.parametrize("trace", [(), (TracePoint(1.0, 0.0, Phase.REST),), (TracePoint(1.0, -3.0, Phase.REST),)])
def test_nothing_felt_and_a_line_below_zero_are_drawn_as_well(trace: tuple[TracePoint, ...]) -> None:
    assert len(curve(trace, 20)) == ROWS


def test_it_draws_ten_times_a_second_and_no_more_and_keeps_the_last_tension() -> None:
    now_s, out = [0.0], io.StringIO()
    # A terminal of its own: the one that the tests run in may be one that cannot be drawn on.
    console = Console(file=out, width=60, force_terminal=True, color_system=None, _environ={"TERM": "xterm"})
    with TerminalFace(lambda: now_s[0], console) as face:
        for frame in range(60):
            now_s[0] = frame / 60
            face.show(in_a_set())
        drawings = out.getvalue().count("Right")

    assert 9 <= drawings <= 12
