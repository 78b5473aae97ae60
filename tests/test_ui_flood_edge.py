"""The flood's edge: with the patient from the first moment, and calm where the share that it follows is not."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest

from pressout_signal.events import Phase
from pressout_signal.pipeline import OutShare
from pressout_ui.scenes.flood_edge import FloodEdge

FRAME_S, TICK_S = 1 / 60, 1 / 20


def levels(shares: Iterable[float], phase: Phase, edge: FloodEdge, doubt: float = 0.0) -> tuple[list[float], FloodEdge]:
    """Give the level at each frame while these shares are told, one a tick."""
    found = []
    for tick, share in enumerate(shares, start=1):
        for frame in range(3):
            told = OutShare(edge.until_s if frame == 0 else edge.told_s, share, doubt)
            edge = edge.heard(told._replace(t_s=100.0 + tick), phase).moved(phase, edge.until_s + FRAME_S)
            found.append(edge.level)
    return found, edge


def held(level: float, *, rises: bool) -> FloodEdge:
    return FloodEdge(level=level, rises=rises, farthest=level)


def test_the_edge_leaves_the_foot_before_any_word() -> None:
    shown, edge = levels([0.02, 0.1, 0.2, 0.3], Phase.REST, FloodEdge())

    assert shown[2] == 0.0
    assert edge.level == pytest.approx(0.3, abs=0.01)


def test_the_edge_leaves_the_top_before_the_return_is_said() -> None:
    _shown, edge = levels([0.95, 0.8, 0.7], Phase.HOLD, held(1.0, rises=True))

    assert edge.level == pytest.approx(0.7, abs=0.01)
    assert not edge.rises


@pytest.mark.parametrize(("phase", "rises"), [(Phase.PRESS_OUT, True), (Phase.RETURN, False)])
def test_the_edge_does_not_turn_round_where_the_share_trembles(phase: Phase, rises: bool) -> None:
    way = [0.3, 0.45, 0.35, 0.5, 0.4, 0.65]
    shares = way if rises else [1.0 - share for share in way]
    shown, _edge = levels(shares, phase, held(shares[0], rises=rises))

    steps = [after - before for before, after in pairwise(shown)]
    assert min(steps) >= 0.0 if rises else max(steps) <= 0.0
    assert max(map(abs, steps)) > 0.0


def test_a_press_that_is_given_up_is_shown_going_back() -> None:
    _shown, edge = levels([0.5, 0.3, 0.2, 0.2], Phase.PRESS_OUT, held(0.5, rises=True))

    assert edge.level == pytest.approx(0.2, abs=0.01)


def test_the_edge_is_nowhere_near_where_it_jumps_to_within_a_picture() -> None:
    shown, _edge = levels([0.95], Phase.PRESS_OUT, FloodEdge())

    assert max(after - before for before, after in pairwise([0.0, *shown])) <= 0.075


def test_the_edge_says_neither_out_nor_back_before_the_word_does() -> None:
    out, edge = levels([1.0] * 20, Phase.PRESS_OUT, held(0.5, rises=True))
    assert out[-1] == pytest.approx(0.95)
    arrived, edge = levels([1.0] * 3, Phase.HOLD, edge)
    assert arrived[-1] == pytest.approx(1.0)
    back, edge = levels([0.0] * 30, Phase.RETURN, edge)
    assert back[-1] == pytest.approx(0.05)
    at_rest, _edge = levels([0.0] * 3, Phase.REST, edge)
    assert at_rest[-1] == pytest.approx(0.0, abs=1e-9)


def test_a_reader_that_was_silent_moves_the_edge_no_further_than_it_goes() -> None:
    _shown, edge = levels([0.2, 0.3], Phase.PRESS_OUT, held(0.2, rises=True))

    assert edge.moved(Phase.PRESS_OUT, edge.until_s + 60.0).level <= 0.3


@pytest.mark.parametrize(
    ("phase", "rises", "doubt", "dashed"),
    [
        (Phase.REST, True, 0.3, True),
        (Phase.HOLD, False, 0.3, True),
        (Phase.REST, True, 0.1, False),
        (Phase.REST, False, 0.3, False),
        (Phase.PRESS_OUT, True, 0.3, False),
        (Phase.RETURN, False, 0.3, False),
    ],
)
def test_a_doubtful_line_is_one_that_no_word_has_confirmed(
    phase: Phase, rises: bool, doubt: float, dashed: bool
) -> None:
    assert FloodEdge(level=0.4, rises=rises, doubt=doubt).doubtful(phase) is dashed
