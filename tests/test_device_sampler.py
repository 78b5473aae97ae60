"""The reading child: killed, stopped or silent, it is noticed in time, said, and started again."""

from __future__ import annotations

import functools
import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from cells import mute, opened, refused
from pressout_device.clock import RealClock
from pressout_device.errors import LoadCellError
from pressout_device.sampler.process import Sampler
from pressout_signal.samples import Fault, FaultKind, Reading

pytestmark = pytest.mark.service


@pytest.fixture
def sampler() -> Iterator[Sampler]:
    made = Sampler(functools.partial(opened, False), RealClock(), time.monotonic)
    yield made
    made.close()


def heard_until(sampler: Sampler, enough: Callable[[list[Reading | Fault]], bool]) -> list[Reading | Fault]:
    heard: list[Reading | Fault] = []
    until_s = time.monotonic() + 20.0
    while not enough(heard):
        assert time.monotonic() < until_s, heard
        heard.extend(sampler.fresh())
        time.sleep(0.005)  # a frame of the station
    return heard


def readings(items: list[Reading | Fault]) -> list[Reading]:
    return [item for item in items if isinstance(item, Reading)]


def faults(items: list[Reading | Fault]) -> list[FaultKind]:
    return [item.kind for item in items if isinstance(item, Fault)]


def test_no_reading_is_lost_or_told_twice(sampler: Sampler) -> None:
    heard = readings(heard_until(sampler, lambda items: len(readings(items)) >= 80))

    assert [one.counts for one in heard] == list(range(1, len(heard) + 1))


def test_a_killed_child_is_noticed_within_a_tenth_of_a_second_and_started_again(sampler: Sampler) -> None:
    heard_until(sampler, lambda items: bool(readings(items)))
    first = sampler.pid
    assert first is not None

    os.kill(first, signal.SIGKILL)
    killed_s = time.monotonic()
    lost = heard_until(sampler, lambda items: FaultKind.READER_LOST in faults(items))

    assert time.monotonic() - killed_s < 0.1
    assert faults(lost) == [FaultKind.READER_LOST]
    again = heard_until(sampler, lambda items: bool(readings(items)))
    assert readings(again)
    assert sampler.pid != first


def test_a_child_that_hangs_is_noticed_after_half_a_second(sampler: Sampler) -> None:
    heard_until(sampler, lambda items: bool(readings(items)))
    assert sampler.pid is not None

    os.kill(sampler.pid, signal.SIGSTOP)
    stopped_s = time.monotonic()
    heard_until(sampler, lambda items: FaultKind.READER_LOST in faults(items))

    assert 0.4 < time.monotonic() - stopped_s < 1.0
    assert readings(heard_until(sampler, lambda items: bool(readings(items))))


def test_a_machine_that_stood_still_has_not_lost_its_child() -> None:
    stood_still_s = 0.0
    sampler = Sampler(functools.partial(opened, False), RealClock(), lambda: time.monotonic() + stood_still_s)
    try:
        heard_until(sampler, lambda items: bool(readings(items)))
        assert sampler.pid is not None
        os.kill(sampler.pid, signal.SIGSTOP)  # so that nothing is said before the first look afterwards
        heard_until(sampler, lambda items: not sampler.fresh())
        stood_still_s = 7.0

        assert sampler.fresh() == []
        os.kill(sampler.pid, signal.SIGCONT)
        heard = heard_until(sampler, lambda items: bool(readings(items)))
        assert (faults(heard), sampler.restarts) == ([], 0)
    finally:
        sampler.close()


def test_a_silent_chip_is_a_fault_and_the_child_lives_on() -> None:
    sampler = Sampler(functools.partial(opened, True), RealClock(), time.monotonic)

    heard = heard_until(sampler, lambda items: len(faults(items)) >= 2)

    assert set(faults(heard)) == {FaultKind.SILENT}
    assert sampler.restarts == 0
    sampler.close()


def test_a_reader_that_ended_before_its_first_word_leaves_the_next_one_twice_as_long() -> None:
    now_s = 0.0
    sampler = Sampler(mute, RealClock(), lambda: now_s)
    lives_s: list[float] = []
    for _ in range(6):
        born_s, restarts = now_s, sampler.restarts
        while sampler.restarts == restarts:
            now_s += 0.0625  # a frame of a station where nobody is
            sampler.fresh()
        lives_s.append(now_s - born_s)
    sampler.close()

    assert [round(life_s) for life_s in lives_s] == [8, 16, 32, 64, 128, 128]


def test_a_cell_that_cannot_be_opened_is_said_in_its_own_words() -> None:
    sampler = Sampler(refused, RealClock(), time.monotonic)

    with pytest.raises(LoadCellError, match="plug them in"):
        heard_until(sampler, lambda _items: False)

    sampler.close()
