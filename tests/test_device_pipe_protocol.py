"""The pipe between reader and station: in order, once, never waited for, and what is missing is said to be."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressout_device.sampler import pipe_protocol
from pressout_device.sampler.pipe_protocol import Granted, Inlet, Outlet, ReaderError, TimedReading
from pressout_signal.samples import Fault, FaultKind, Reading


class Ends:
    """Both ends of a pipe."""

    def __init__(self) -> None:
        self.ours, self.theirs = os.pipe()
        self.outlet, self.inlet = Outlet(self.theirs), Inlet(self.ours)

    def heard(self) -> list[TimedReading | ReaderError | Granted | None]:
        """Give all there is to hear."""
        found: list[TimedReading | ReaderError | Granted | None] = []
        while more := self.inlet.fresh():
            found.extend(more)
        return found

    def close(self) -> None:
        """Close what is open."""
        for end in (self.ours, self.theirs):
            os.close(end)


@pytest.fixture
def ends() -> Iterator[Ends]:
    made = Ends()
    yield made
    made.close()


readings = st.builds(Reading, st.floats(0, 1e6), st.integers(-0x800000, 0x7FFFFF))
faults = st.builds(Fault, st.floats(0, 1e6), st.sampled_from(FaultKind))


@given(items=st.lists(readings | faults, max_size=50))
def test_what_is_said_is_heard_once_and_in_order(items: list[Reading | Fault]) -> None:
    ends = Ends()
    for item in items:
        ends.outlet.say(item, 0.001)

    assert [one.item for one in ends.heard() if isinstance(one, TimedReading)] == items
    ends.close()


def test_a_reader_never_waits_for_a_station_that_does_not_listen(ends: Ends) -> None:
    for number in range(60_000):  # more than any pipe holds: twelve minutes
        ends.outlet.say(Reading(float(number), number), 0.0)
    heard = ends.heard()
    ends.outlet.alive()

    assert [one.item.t_s for one in [*heard, *ends.heard()] if isinstance(one, TimedReading)] == list(range(60_000))


def test_what_was_dropped_is_said_to_be_missing(ends: Ends) -> None:
    most = pipe_protocol.MOST_WAITING
    for number in range(most + 60_000):
        ends.outlet.say(Reading(float(number), number), 0.0)
    items: list[Reading | Fault] = []
    while heard := [one.item for one in ends.heard() if isinstance(one, TimedReading)]:
        items += heard
        ends.outlet.alive()

    lost = [item for item in items if isinstance(item, Fault)]
    assert [fault.kind for fault in lost] == [FaultKind.HANDOVER]
    assert items[-1].t_s == most + 60_000 - 1


def test_a_sign_of_life_and_what_was_granted_are_told_apart_from_readings(ends: Ends) -> None:
    ends.outlet.granted(Granted(realtime=True, locked=False))
    ends.outlet.alive()

    assert ends.heard() == [Granted(realtime=True, locked=False), None]


def test_a_refusal_arrives_in_its_own_words(ends: Ends) -> None:
    ends.outlet.refuse("load cell: found no pins — expected some; plug them in")

    assert ends.heard() == [ReaderError("load cell: found no pins — expected some; plug them in")]


def test_an_ended_reader_is_heard_to_the_end_and_then_known_to_be_gone() -> None:
    ends = Ends()
    ends.outlet.say(Reading(1.0, 5), 0.25)
    os.close(ends.theirs)

    assert ends.inlet.fresh() == [TimedReading(Reading(1.0, 5), 0.25)]
    with pytest.raises(EOFError):
        ends.inlet.fresh()
    os.close(ends.ours)
