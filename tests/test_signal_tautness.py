"""Taut or slack: a change is said once it has lasted, and dated from when it began."""

from __future__ import annotations

import pytest

from pressout_signal.events import LineLetGo, LineTaken
from pressout_signal.samples import Sample
from pressout_signal.slack import Tautness, TautnessLimits


def heard(*stretches: tuple[float, float]) -> list[LineTaken | LineLetGo]:
    """Give what is said of stretches of so many newtons for so many seconds."""
    said: list[LineTaken | LineLetGo] = []
    state, t_s = Tautness(TautnessLimits()), 0.0
    for tension_n, lasts_s in stretches:
        for _ in range(round(lasts_s * 80)):
            state, changes = state.step(Sample(t_s, tension_n))
            said.extend(changes)
            t_s += 1 / 80
    return said


def test_a_line_that_is_touched_for_less_than_a_third_of_a_second_is_not_taken() -> None:
    assert heard((0.0, 1.0), (30.0, 0.275), (0.0, 1.0)) == []


def test_a_line_is_taken_when_it_has_been_taut_for_long_enough_and_since_it_was() -> None:
    (taken,) = heard((0.0, 1.0), (30.0, 1.0))

    assert isinstance(taken, LineTaken)
    assert taken.t_s == pytest.approx(1.0)
    assert taken.said_at_s == pytest.approx(1.3, abs=0.02)


def test_a_line_that_goes_slack_for_a_moment_is_not_let_go() -> None:
    assert [type(one) for one in heard((30.0, 3.0), (0.0, 0.275), (30.0, 1.0), (0.0, 0.5))] == [LineTaken, LineLetGo]


def test_a_line_that_flickers_is_neither_taken_nor_let_go() -> None:
    assert heard(*[(30.0, 0.2), (0.0, 0.2)] * 10) == []


@pytest.mark.parametrize(("hangs_n", "let_go"), [(5.0, True), (8.5, False)])
def test_what_hangs_from_a_line_is_slack_below_a_share_of_what_was_usual(hangs_n: float, let_go: bool) -> None:
    said = heard((60.0, 12.0), (hangs_n, 0.6))

    assert (len(said) == 2) is let_go


def test_less_than_a_light_handle_weighs_is_never_taut() -> None:
    assert heard((1.9, 5.0)) == []
    assert len(heard((2.2, 5.0))) == 1
