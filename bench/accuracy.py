"""What we claim of the signal, measured: many simulated sessions a kind, the peers on the same ones, in one run.

Writes docs/reference/accuracy.md and families.json. Nothing in them is typed by hand but their words.
"""

from __future__ import annotations

import json
import math
import os
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench import by_family, peers
from bench.scoring import BOUNDARIES, EARLY_S, Score, heard, middle_and_95, scored
from bench.sessions import Session, session
from pressout_device.simulation.line import Stack
from pressout_signal.events import Event, Resistance
from pressout_signal.pipeline import pipeline_for

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "accuracy.md"
# Sessions from this seed on are for this page; nothing was tuned on them.
FIRST_SEED = 9_000
COST_SESSIONS = 12
INTRODUCTION = """\
Written by `make bench ARGS=signal`; every figure was measured in one run on simulated sessions. Nobody's sessions are
in it: the patients, lines and cells are drawn from the ranges in `bench/people.py` (Pallof presses and rows, 5 to 15
repetitions a side, holds of 0.45 to 5.5 s and cut short, attempts, pauses on the way, coughs, lost posture, stacks set
down, 2:1 pulleys, 10 and 80 samples a second, corrupted and lost frames, stalls, a zero that drifts), by mechanics in
`pressout_device/simulation/line.py`. In every longer hold the trunk turns by up to 3 degrees, which is nobody's lost
posture. Real patients will differ; a clinic's own recordings are the better judge. Nothing was tuned on these sessions.
"""
BESIDE = """\
Each peer with the setting that did best on these very sessions, chosen afterwards; neither was made for this, and both
need only say from where to where a repetition lasts. `find_peaks` sees the whole recording at once. The reversal
detector's rules are those of a pull-up detector in Grip Connect's public repository, written anew.
"""


@dataclass(slots=True)
class Measured:
    """One kind of line: our score, the peers' with every setting, and microseconds a sample."""

    score: Score = field(default_factory=Score)
    peers: peers.Settings = field(default_factory=dict)
    cost_us: float = math.nan


def said_of(of: Session) -> list[Event]:
    """Give all that the pipeline says of a session, sample by sample."""
    person = of.person
    ratio = person.line.pulley if isinstance(person.line, Stack) else 1
    return heard(pipeline_for(person.resistance, person.movement, ratio), of.samples)


def one(resistance: Resistance, seed: int) -> tuple[Score, peers.Settings]:
    """Play and score one session."""
    played = session(resistance, seed)
    return scored(f"{resistance} {seed}", played, said_of(played)), peers.counted(played)


def measured(resistance: Resistance, count: int) -> Measured:
    """Measure `count` sessions of a kind, on every core; then, on one, what a sample costs."""
    result = Measured()
    seeds = range(FIRST_SEED, FIRST_SEED + count)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for done, (score, others) in enumerate(pool.map(one, [resistance] * count, seeds, chunksize=5), start=1):
            result.score += score
            for setting, theirs in others.items():
                total = result.peers.setdefault(setting, Score())
                total += theirs
            if done % 50 == 0:
                print(f"  {resistance}: {done} of {count}", flush=True)
    result.cost_us = median(_cost_us(resistance, seed) for seed in range(COST_SESSIONS))
    return result


def _cost_us(resistance: Resistance, seed: int) -> float:
    played = session(resistance, seed)
    began_s = time.process_time()
    said_of(played)
    return 1e6 * (time.process_time() - began_s) / len(played.samples)


def page(results: dict[Resistance, Measured], families: dict[str, Any], recorded: by_family.Rows) -> str:
    """Give the page as Markdown."""
    return "\n".join(
        [
            "# How well it counts",
            "",
            *textwrap.wrap(INTRODUCTION, 120),
            "",
            *_table(results),
            "",
            *_families(families, recorded),
            "",
            *_peers(results),
            "",
            *_causes(results),
            "",
            *_calibration(results),
            "",
        ]
    )


def _families(families: dict[str, Any], recorded: by_family.Rows) -> Iterator[str]:
    yield "## Family by family"
    yield ""
    yield from textwrap.wrap(by_family.INTRODUCTION, 120)
    yield ""
    yield from by_family.lines(families)
    if recorded:
        yield ""
        yield "## Traces from elsewhere"
        yield ""
        yield from textwrap.wrap(by_family.RECORDED, 120)
        yield ""
        yield from by_family.table(recorded)


def _table(results: dict[Resistance, Measured]) -> Iterator[str]:
    yield "## Figures"
    yield ""
    yield "| | asked of tubing | tubing | asked of a stack | stack |"
    yield "|---|---|---|---|---|"
    columns = [dict(_rows(results[kind])) if kind in results else {} for kind in Resistance]
    for name, (tubing, cable) in ASKED.items():
        yield f"| {name} | {tubing} | {columns[0].get(name, '')} | {cable} | {columns[1].get(name, '')} |"


ASKED = {
    "sessions": ("", ""),
    "exact sessions": ("≥ 0.987", "≥ 0.90"),
    "recall": ("≥ 0.99", "≥ 0.975"),
    "precision": ("≥ 0.99", "≥ 0.975"),
    "press-out's start, off by, median / 95 %": ("≤ 60 / 250 ms", "≤ 80 / 350 ms"),
    "hold's start": ("≤ 60 / 250 ms", "≤ 80 / 350 ms"),
    "return's start": ("≤ 60 / 250 ms", "≤ 80 / 350 ms"),
    "return's end": ("≤ 60 / 250 ms", "≤ 80 / 350 ms"),
    "counted after the return, median / 95 %": ("≤ 150 / 350 ms", "≤ 300 / 600 ms"),
    "counted more than 400 ms early": ("≤ 0.5 %", "≤ 1 %"),
    "rotation seen": ("≥ 0.9", "≥ 0.7"),
    "rotation falsely said per 100 repetitions": ("≤ 0.5", "≤ 1"),
    "its cue after the turning, median / 95 %": ("≤ 0.5 / 1.5 s", "≤ 0.8 / 2 s"),
    "stance creep seen": ("≥ 0.9", "not claimed"),
    "stance creep falsely said per 100 sets": ("≤ 1", "0"),
    "uncontrolled return seen": ("≥ 0.9", "≥ 0.7"),
    "uncontrolled return falsely said per 100": ("≤ 0.5", "≤ 1"),
    "travel off by, median / 95 %": ("", "with its s.d."),
    "travel within two of its s.d.": ("", "0.95"),
    "cost per sample, whole pipeline": ("≤ 25 µs", "≤ 40 µs"),
}
"""What is asked, by the name of the row: of tubing and of a stack."""


def _rows(result: Measured) -> Iterator[tuple[str, str]]:
    score = result.score
    counts = score.counts
    names = list(ASKED)
    yield "sessions", f"{counts['sessions']} ({counts['done']} repetitions)"
    yield "exact sessions", f"{score.share('exact', 'sessions'):.3f}"
    yield "recall", f"{score.share('found', 'done'):.4f}"
    yield "precision", f"{score.share('found', 'said'):.4f}"
    for name, boundary in zip(names[4:8], BOUNDARIES, strict=True):
        middle, most = middle_and_95(score.errors_s[boundary])
        yield name, f"{1e3 * middle:.0f} / {1e3 * most:.0f} ms"
    middle, most = middle_and_95(score.counted_after_s)
    yield names[8], f"{1e3 * middle:.0f} / {1e3 * most:.0f} ms"
    early = sum(after_s < EARLY_S for after_s in score.counted_after_s) / max(len(score.counted_after_s), 1)
    yield "counted more than 400 ms early", f"{100 * early:.1f} %"
    yield "rotation seen", f"{score.share('rotations_seen', 'rotations'):.2f} of {counts['rotations']}"
    yield names[11], f"{100 * score.share('rotations_false', 'clean'):.2f}"
    middle, most = middle_and_95(score.cue_after_s)
    yield names[12], f"{middle:.2f} / {most:.2f} s"
    seen = (
        f"{score.share('creeps_seen', 'creeps'):.2f} of {counts['creeps']}" if counts["creeps_seen"] else "not claimed"
    )
    yield "stance creep seen", seen
    yield names[14], f"{50 * score.share('creeps_false', 'sessions'):.2f}"
    yield "uncontrolled return seen", f"{score.share('quick_seen', 'quick'):.2f} of {counts['quick']}"
    yield names[16], f"{100 * score.share('quick_false', 'clean'):.2f}"
    if score.travel_off:
        middle, most = middle_and_95([off for off, _sds in score.travel_off])
        within = sum(sds <= 2.0 for _off, sds in score.travel_off) / len(score.travel_off)
        yield "travel off by, median / 95 %", f"{100 * middle:.0f} / {100 * most:.0f} %"
        yield "travel within two of its s.d.", f"{within:.2f}"
    yield "cost per sample, whole pipeline", f"{result.cost_us:.0f} µs"


def _peers(results: dict[Resistance, Measured]) -> Iterator[str]:
    yield "## Beside others, on the same sessions"
    yield ""
    yield from textwrap.wrap(BESIDE, 120)
    yield ""
    yield "| line | detector | setting | exact sessions | recall | precision |"
    yield "|---|---|---|---|---|---|"
    for kind, result in results.items():
        rows = {"Pressout": ("as it runs", result.score), **peers.best(result.peers)}
        for name, (setting, score) in rows.items():
            shares = score.share("exact", "sessions"), score.share("found", "done"), score.share("found", "said")
            yield f"| {kind} | {name} | {setting} | " + " | ".join(f"{share:.3f}" for share in shares) + " |"


def _causes(results: dict[Resistance, Measured]) -> Iterator[str]:
    yield "## What goes wrong, by what happened"
    yield ""
    yield "A repetition can have several causes; an extra one is put down to what happened around it."
    yield ""
    yield "| line | what happened | how often | lost | extra |"
    yield "|---|---|---|---|---|"
    for kind, result in results.items():
        score = result.score
        for cause in sorted(score.causes, key=lambda name: -score.causes[name]):
            yield f"| {kind} | {cause} | {score.causes[cause]} | {score.lost[cause]} | {score.extra[cause]} |"


def _calibration(results: dict[Resistance, Measured]) -> Iterator[str]:
    yield "## What a confidence means"
    yield ""
    yield "Of what was said with about this confidence, so much was true."
    yield ""
    yield "| line | sign | confidence | said | true |"
    yield "|---|---|---|---|---|"
    for kind, result in results.items():
        for sign, pairs in sorted(result.score.confidences.items()):
            for low, high in ((0.0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.01)):
                inside = [(confidence, true) for confidence, true in pairs if low <= confidence < high]
                if inside:
                    mean = sum(confidence for confidence, _ in inside) / len(inside)
                    true = sum(true for _, true in inside) / len(inside)
                    yield f"| {kind} | {sign.replace('_', ' ')} | {mean:.2f} | {len(inside)} | {true:.2f} |"


def run(count: int, of_each: int, traces: Path | None, *, write: bool) -> None:
    """Measure `count` sessions a line and `of_each` a family; print, and write the page of a whole measurement."""
    results = {kind: measured(kind, count) for kind in Resistance}
    families = by_family.with_those_before(by_family.compared(of_each), json.loads(by_family.KEPT.read_text("utf-8")))
    text = page(results, families, by_family.recorded(traces) if traces is not None else {})
    print(text)
    for result in results.values():
        for line in result.score.wrong[:10]:
            print("wrong:", line)
    if write:
        by_family.KEPT.write_text(json.dumps(families, indent=1) + "\n", encoding="utf-8")
        PAGE.write_text(text, encoding="utf-8")
