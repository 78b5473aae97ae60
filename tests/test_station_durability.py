"""The short form of `make bench ARGS=durability`: kills at random, the power cut at any write, a backlog."""

from __future__ import annotations

import random
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
def test_whenever_the_power_goes_a_file_that_was_placed_is_there_whole_and_before_that_the_old_one(
    tmp_path: Path,
) -> None:
    old, new = b"old" * 700, b"new" * 900
    code = "import sys, pathlib; from pressout_device.storage import atomic_files\n"
    code += f"for content in ({old!r}, {new!r}): atomic_files.place(pathlib.Path(sys.argv[1]), 'a.json', content)"
    steps = powercut.watched(tmp_path, ["-c", code])
    renamed = [place for place, step in enumerate(steps) if step.kind == "r"]

    disk, rng = powercut.Disk(), random.Random(5)
    for place, step in enumerate(steps):
        disk.do(step)
        may_be = {None, old} if place < renamed[1] else {old, new}
        if place == len(steps) - 1:
            may_be = {new}
        for way in 7 * powercut.WAYS:
            assert disk.after_the_cut(way, rng).get("/a.json") in may_be, (place, step.kind, way)


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
