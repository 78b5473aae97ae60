"""Files without end, without sense, without mercy: one sentence, within bounds of time and memory."""

from __future__ import annotations

import gzip
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from pressout_signal.trace_format import MOST_BAD, MOST_REMARKS, Trace, TraceError

MOST_MB, MOST_S = 700, 30.0
BRACKETS = 100_000


def a_bomb(folder: Path) -> Path:
    """Give a file of 300 kB that unpacks to 300 MB on one line."""
    path = folder / "bomb.csv.gz"
    with gzip.open(path, "wb", compresslevel=9) as file:
        for _ in range(300):
            file.write(bytes(1_000_000))
    return path


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder / name


HOSTILE = {
    "a bomb": (a_bomb, ("analyze",), "a line of more than 4096 letters"),
    "zeros without end": (lambda _folder: Path("/dev/zero"), ("analyze",), "a line of more than 4096 letters"),
    "noise without end": (lambda _folder: Path("/dev/urandom"), ("analyze",), "no text"),
    "brackets for a trace": (lambda folder: written(folder, "t.csv", "[" * BRACKETS), ("analyze",), "4096 letters"),
    "a configuration without end": (lambda _folder: Path("/dev/zero"), ("config", "check"), "more than 1048576 bytes"),
    "brackets for a configuration": (
        lambda folder: written(folder, "s.toml", f"a = {'[' * BRACKETS}"),
        ("config", "check"),
        "brackets within brackets",
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_ends_in_one_sentence(tmp_path: Path, kind: str) -> None:
    make, command, said = HOSTILE[kind]

    ended = subprocess.run(
        [sys.executable, "-m", "pressout_cli.entry", *command, str(make(tmp_path))],
        capture_output=True,
        text=True,
        timeout=MOST_S,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MOST_MB << 20, MOST_MB << 20)),
        check=False,
    )

    assert ended.returncode == 1, ended.stderr
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stderr.count("found") == 1


def test_a_head_without_end_is_not_remembered_whole() -> None:
    trace = Trace([*(f"# key{number}: x" for number in range(MOST_REMARKS + 10)), "t_s,tension_n", "0.0,1.0"])

    assert (len(list(trace)), len(trace.head)) == (1, MOST_REMARKS)


def test_a_file_of_lines_that_are_no_samples_is_given_up_and_one_with_more_samples_is_not() -> None:
    nonsense = Trace(iter(["t_s,tension_n", *(["x"] * (MOST_BAD + 10))]))
    with pytest.raises(TraceError, match="no usable line"):
        list(nonsense)
    assert len(nonsense.bad_lines) == MOST_BAD + 1

    damaged = [line for number in range(MOST_BAD + 10) for line in (f"{number}.0,1.0", "x")]
    assert len(list(Trace(iter(["t_s,tension_n", *damaged])))) == MOST_BAD + 10
