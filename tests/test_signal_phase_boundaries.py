"""When a repetition's parts begin, between ticks; and how fast a line fell: on opinions and tensions that are known."""

from __future__ import annotations

import numpy as np
import pytest

from pressout_signal.model.phase_boundaries import EDGE, KEPT, PhaseBoundaries
from pressout_signal.model.phase_walk import NAMED, Place

# Press-out, hold and return begin, and the return ends, at these ticks, and rest goes on until the last.
CROSSED = (20.3, 40.0, 80.7, 100.25)
UNTIL = 130
PLACES = (Place.REST, Place.OUT, Place.HOLD, Place.RETURN, Place.REST)


def opinion(tick: int) -> np.ndarray:
    """Give an opinion in which each part becomes likelier than the one before it at its moment."""
    parts = np.full(NAMED, 1e-3)
    begun = sum(tick + 0.5 >= at for at in CROSSED)
    parts[PLACES[begun]] = 1.0
    for at, before, after in zip(CROSSED, PLACES, PLACES[1:], strict=False):
        share = 0.5 + (tick + 0.5 - at) / 4.0  # even at the moment itself, and sure two ticks from it
        if 0.0 < share < 1.0:
            parts[:] = 1e-3
            parts[before], parts[after] = 1.0 - share, share
    return np.asarray(parts / parts.sum())


def heard(offset: int = 0) -> PhaseBoundaries:
    boundaries = PhaseBoundaries()
    for tick in range(offset + UNTIL):
        boundaries.begin(tick, 40.0)
        boundaries.hear(tick, opinion(tick - offset))
    return boundaries


@pytest.mark.parametrize("offset", [0, 7, 2 * KEPT + 60])
def test_each_boundary_lies_where_one_part_becomes_likelier_than_the_one_before(offset: int) -> None:
    dated = heard(offset).dated(offset, offset + UNTIL - 1)

    # An opinion is of the middle of its tick: a boundary is told between the middles of two.
    assert [at - offset for at in dated] == pytest.approx(CROSSED, abs=0.05)


def test_a_stroke_is_never_shorter_than_three_ticks_whatever_was_thought() -> None:
    boundaries = PhaseBoundaries()
    for tick in range(60):
        boundaries.begin(tick, 40.0)
        place = Place.REST if tick < 20 or tick >= 40 else Place.HOLD
        parts = np.full(NAMED, 1e-3)
        parts[place] = 1.0
        boundaries.hear(tick, parts / parts.sum())

    out, hold, back, end = boundaries.dated(0, 59)

    assert hold - out >= 3.0
    assert end - back >= 3.0
    assert 17.0 <= out <= 20.0
    assert 40.0 <= end <= 43.0


def fallen(ticks: float) -> PhaseBoundaries:
    """Give a line that falls evenly from 50 N to 10 N in so many ticks, from tick 100 on."""
    boundaries = PhaseBoundaries()
    for tick in range(200):
        share = min(max((tick - 100) / ticks, 0.0), 1.0)
        boundaries.begin(tick, 50.0 - 40.0 * share)
    return boundaries


@pytest.mark.parametrize("ticks", [4.0, 10.0, 30.0])
def test_a_fall_is_timed_from_four_fifths_to_one_fifth(ticks: float) -> None:
    assert fallen(ticks).fall(100.0, 100.0 + ticks) == pytest.approx(0.6 * ticks, abs=0.01)


def test_a_fall_is_found_a_little_before_and_after_where_it_is_thought_to_lie() -> None:
    boundaries = fallen(10.0)

    assert boundaries.fall(100.0 + EDGE, 110.0 - EDGE) == pytest.approx(6.0, abs=0.01)
    assert boundaries.fall(100.0 + EDGE + 2.0, 108.0 - EDGE) < 6.0


def test_the_tension_between_two_ticks_is_their_median_and_of_one_at_least() -> None:
    boundaries = fallen(10.0)

    assert boundaries.between_n(0.0, 50.0) == 50.0
    assert boundaries.between_n(101.0, 106.0) == pytest.approx(50.0 - 4.0 * 3.0)
    assert boundaries.between_n(105.0, 105.0) == pytest.approx(30.0)
    assert boundaries.between_n(-20.0, -10.0) == 50.0
    assert boundaries.between_n(150.0, 199.0) == 10.0


def test_opinions_that_are_forgotten_are_left_out_of_what_was_thought() -> None:
    boundaries = heard(2 * KEPT)
    first = boundaries.first

    assert first == KEPT
    assert len(boundaries.thought(first - 10, first + 5)) == 5
    assert len(boundaries.thought(first + 10.4, first + 20.6)) == 11
    assert boundaries.thought(2 * KEPT + 60, 2 * KEPT + 61)[0].argmax() == Place.HOLD
