"""`pressout analyze`: recorded traces, told to programs and to people; what cannot be read or drawn costs no other."""

from __future__ import annotations

import gzip
import json
import os
import sys
from pathlib import Path

import pytest

from builders import Trace
from shell import one_sentence, pressout


def written(path: Path, trace: Trace) -> Path:
    lines = ["# resistance: tubing", "t_s,tension_n", *(f"{s.t_s:.4f},{s.tension_n:.3f}" for s in trace.samples)]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_analyze_prints_one_object_a_trace_in_the_order_given(tmp_path: Path) -> None:
    two = written(tmp_path / "two.csv", Trace().taken_up().repetition().repetition())
    none = written(tmp_path / "none.csv", Trace().hold(5.0))

    result = pressout("analyze", "--json", two, none)

    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(Path(one["trace"]).name, len(one["reps"])) for one in told] == [("two.csv", 2), ("none.csv", 0)]
    assert {"trace", "samples", "duration_s", "sets", "reps", "partials", "drift", "faults"} <= set(told[0])


def test_analyze_reads_gzip_and_says_a_table_to_people(tmp_path: Path) -> None:
    plain = written(tmp_path / "one.csv", Trace().taken_up().repetition())
    zipped = tmp_path / "one.csv.gz"
    zipped.write_bytes(gzip.compress(plain.read_bytes()))

    result = pressout("analyze", zipped)

    assert result.returncode == 0
    assert "repetitions 1" in result.stdout


def test_analyze_reads_what_a_spreadsheet_has_saved_with_a_mark_before_it(tmp_path: Path) -> None:
    plain = written(tmp_path / "one.csv", Trace().taken_up().repetition())
    plain.write_bytes(b"\xef\xbb\xbf" + plain.read_bytes())

    assert "repetitions 1" in pressout("analyze", plain).stdout


def test_the_events_of_a_cut_trace_are_the_beginning_of_the_whole_ones(tmp_path: Path) -> None:
    whole = Trace().taken_up().repetition().partial().repetition().repetition().let_go()
    cut = Trace(samples=whole.samples[: len(whole.samples) * 2 // 3])
    files = [written(tmp_path / "whole.csv", whole), written(tmp_path / "cut.csv", cut)]

    told = [json.loads(line) for line in pressout("analyze", "--json", *files).stdout.splitlines()]

    assert told[1]["reps"]
    assert told[0]["reps"][: len(told[1]["reps"])] == told[1]["reps"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("missing.csv", None, "No such file"),
        ("empty.csv", b"", "no header"),
        ("binary.csv", bytes(range(256)) * 9, "no text"),
        (
            "cut.csv.gz",
            gzip.compress(b"t_s,tension_n\n" + os.urandom(9_000).hex("\n", 30).encode())[:-500],
            "cut short",
        ),
        ("header.csv", b"t_s,tension_n\n", "no usable line"),
        ("other.csv", b"a,b,c\n1,2,3\n", "is this a trace"),
    ],
)
def test_a_trace_that_cannot_be_read_is_said_and_the_others_go_on(
    tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    good = written(tmp_path / "good.csv", Trace().taken_up().repetition())
    bad = tmp_path / name
    if content is not None:
        bad.write_bytes(content)

    result = pressout("analyze", "--json", bad, good)

    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert said in one_sentence(result)
    assert {"trace", "error"}
    assert len(told[1]["reps"]) == 1


def test_a_folder_is_no_trace(tmp_path: Path) -> None:
    assert "directory" in one_sentence(pressout("analyze", tmp_path)).lower()


def test_analyze_reads_side_by_side_and_tells_the_same_in_the_same_order(tmp_path: Path) -> None:
    files = []
    for count in (1, 3, 2):
        trace = Trace().taken_up()
        for _ in range(count):
            trace = trace.repetition()
        files.append(written(tmp_path / f"{count}.csv", trace))

    alone = pressout("analyze", "--json", *files)
    together = pressout("analyze", "--json", "--jobs", "2", *files)

    assert together.stdout == alone.stdout
    assert [len(json.loads(line)["reps"]) for line in together.stdout.splitlines()] == [1, 3, 2]


def test_analyze_draws_a_picture(tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"

    result = pressout("analyze", "--plot", picture, written(tmp_path / "one.csv", Trace().taken_up().repetition()))

    assert result.returncode == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_analyze_still_analyses_and_says_once_what_installs_it(tmp_path: Path) -> None:
    (tmp_path / "matplotlib.py").write_text("raise ImportError('not here')")
    files = [written(tmp_path / f"{name}.csv", Trace().taken_up().repetition()) for name in ("one", "two")]

    result = pressout("analyze", "--plot", tmp_path / "x.png", *files, PYTHONPATH=str(tmp_path))

    assert result.stdout.count("repetitions 1") == 2
    assert result.returncode == 1  # the picture was asked for as well
    assert result.stderr.count("matplotlib") == 1
    assert f"{sys.executable} -m pip install --editable '{Path(__file__).parent.parent}[plot]'" in result.stderr


def test_a_place_that_takes_no_picture_costs_no_number(tmp_path: Path) -> None:
    file = written(tmp_path / "one.csv", Trace().taken_up().repetition())

    result = pressout("analyze", "--plot", "/nowhere/x.png", file)

    assert "repetitions 1" in result.stdout
    assert "--plot: found No such file or directory at /nowhere/x.png" in result.stderr


def test_a_trace_that_cannot_be_read_is_said_once_to_people(tmp_path: Path) -> None:
    result = pressout("analyze", tmp_path / "missing.csv")

    assert (result.stdout + result.stderr).count("No such file") == 1
    assert "Errno" not in result.stderr
