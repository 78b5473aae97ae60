"""Clocks: what may happen once in a while happens so often, and no clock that is set back holds it up."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pressout_device.clock import Every


@given(period_s=st.floats(0.1, 100.0), steps_s=st.lists(st.floats(0.0, 50.0), max_size=40))
def test_it_happens_at_once_and_then_not_more_often_than_once_in_its_period(
    period_s: float, steps_s: list[float]
) -> None:
    every, now_s, happened_s = Every(period_s), 0.0, []
    for step_s in (0.0, *steps_s):
        now_s += step_s
        if every.due(now_s):
            happened_s.append(now_s)
        else:
            assert now_s - happened_s[-1] < period_s

    assert happened_s[0] == 0.0
    assert all(later - one >= period_s for one, later in pairwise(happened_s))


def test_a_clock_that_was_set_back_holds_nothing_up_and_what_is_asked_for_at_once_comes() -> None:
    every = Every(60.0)
    assert every.due(10_000.0)
    assert every.due(5.0)
    assert not every.due(6.0)

    every.at_once()

    assert every.due(7.0)
