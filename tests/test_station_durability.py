"""The short form of `make bench ARGS=durability`: kills at random, the power cut at any write, a backlog."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import backlog, kills, powercut
from host_packages import needs
from prerequisites import CC

pytestmark = pytest.mark.service
compiled = needs(CC)


@compiled
def test_whenever_the_power_goes_all_that_was_told_to_be_kept_is_there(tmp_path: Path) -> None:
    steps = powercut.recorded(tmp_path, 4)

    found = powercut.cut(steps, 40)

    assert {way: (one.lost, one.first) for way, one in found.items()} == dict.fromkeys(powercut.WAYS, (0, ""))
    assert found["all"].cuts > 30


@compiled
def test_a_journal_that_does_not_synchronise_is_found_out(tmp_path: Path) -> None:
    steps = powercut.recorded(tmp_path, 4, synchronous=False)

    found = powercut.cut(steps, 12)

    assert all(one.lost > 0 for one in found.values())


def test_whatever_is_killed_every_repetition_that_was_shown_is_at_the_clinic_once() -> None:
    rows, killed, _took_s = kills.run(4, seed=3, say=lambda _line: None)

    ours = rows[0]
    assert sum(killed.values()) == 4
    assert ours.shown > 0
    assert (ours.lost_repetitions, ours.lost_sessions, ours.twice, ours.delivered_twice) == (0, 0, 0, 0)


def test_a_backlog_drains_while_repetitions_are_counted() -> None:
    drain = backlog.drained(60, say=lambda _line: None, quiet_reps=5)

    assert drain.sessions == 60
    assert len(drain.busy_ms) == 3
