"""The detectors that were tried, side by side on the same sessions: families of patients, and labelled recordings.

What they reached is kept as it was measured, in docs/reference/candidates.json, with the commit, the seeds and the day:
docs/reference/candidates.md draws its tables from there, also when a candidate is gone.
"""

from __future__ import annotations

import datetime
import gzip
import json
import os
import subprocess
import textwrap
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from bench.families import FAMILIES, person
from bench.scoring import BOUNDARIES, Score, heard, middle_and_95, scored
from bench.sessions import Session, Truth, session_of
from pressout_signal.events import Movement, Resistance
from pressout_signal.model.pipelines import fitted_pipeline
from pressout_signal.pipeline import Pipeline
from pressout_signal.samples import Sample
from pressout_signal.strokes import pipeline_for
from pressout_signal.traces import Trace

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "docs" / "reference" / "candidates.json"
PAGE = KEPT.with_suffix(".md")
INTRODUCTION = """\
Written by `make bench ARGS=families` from `candidates.json`, which keeps the raw results. Each family is somebody drawn
as for [accuracy.md](accuracy.md), with troubles put upon: what they are stands in `bench/families.py`. Every candidate
hears the very same sessions. *rules* is what a station runs; *fitted* is the model that is to follow them
([how it works](../explanation/fitted-model.md)). Neither was tuned or fitted on these sessions; the fitted one has seen
others of the same mechanics, the rules were tuned on them. A session is exact when each repetition was found once and
nothing else was counted.
"""
# Far from the seeds of the other figures, and from all that anything was tuned or fitted on.
FIRST_SEED = 40_000
# The fewest sessions a family and line whose figures are kept.
SESSIONS = 20

Made = Callable[[Resistance, Movement, float | None], Pipeline]
CANDIDATES: dict[str, Made] = {
    "rules": pipeline_for,
    "fitted": lambda resistance, movement, _target_n: fitted_pipeline(resistance, movement),
}
Row = dict[str, float | int | str | None]


def _one(seed: int, *, family: str, resistance: Resistance) -> dict[str, Score]:
    who = person(family, resistance, seed)
    played = session_of(who, seed)
    return {
        name: scored(f"{family} {seed}", played, heard(made(resistance, who.movement, who.target_n), played.samples))
        for name, made in CANDIDATES.items()
    }


def _summed(scores: Iterable[dict[str, Score]]) -> dict[str, Score]:
    total = {name: Score() for name in CANDIDATES}
    for one in scores:
        for name, score in one.items():
            total[name] += score
    return total


def row(score: Score) -> Row:
    """Give what is kept of a score."""
    middles_s, most_s = zip(*(middle_and_95(score.errors_s[name]) for name in BOUNDARIES), strict=True)
    after_s, late_s = middle_and_95(score.counted_after_s)
    return {
        "sessions": score.counts["sessions"],
        "exact": round(score.share("exact", "sessions"), 3),
        "recall": round(score.share("found", "done"), 4),
        "precision": round(score.share("found", "said"), 4),
        "boundary_ms": round(1e3 * max(middles_s)),
        "boundary_95_ms": round(1e3 * max(most_s)),
        "counted_after_ms": round(1e3 * after_s),
        "counted_after_95_ms": round(1e3 * late_s),
        "turns": score.counts["rotations"],
        "turns_seen": round(score.share("rotations_seen", "rotations"), 2),
        "turns_false_in_100": round(100.0 * score.share("rotations_false", "clean"), 2),
    }


def compared(count: int) -> dict[str, Any]:
    """Run all candidates over `count` sessions of each family on each line; give what each reached, and of what."""
    rows: dict[str, dict[str, Row]] = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for resistance in Resistance:
            for family in FAMILIES:
                if family == "set down" and resistance is Resistance.TUBING:
                    continue
                jobs = partial(_one, family=family, resistance=resistance)
                scores = _summed(pool.map(jobs, range(FIRST_SEED, FIRST_SEED + count), chunksize=2))
                rows[f"{family}, {resistance}"] = {name: row(score) for name, score in scores.items()}
                print(f"  {family}, {resistance}: {rows[f'{family}, {resistance}']}", flush=True)
    return {
        "commit": subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip(),
        "made": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "seeds": [FIRST_SEED, FIRST_SEED + count - 1],
        "families": rows,
    }


def run(count: int, traces: Path | None) -> None:
    """Measure, and keep what a whole measurement gave; labelled traces of somebody's own are scored and printed."""
    results = compared(count)
    if count >= SESSIONS:
        KEPT.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        PAGE.write_text("\n".join(page(results)) + "\n", encoding="utf-8")
    if traces is not None:
        for place, rows in recorded(traces).items():
            print(place, json.dumps(rows))


def page(results: dict[str, Any]) -> Iterator[str]:
    """Give the page as Markdown."""
    yield from ("# What was tried", "", *textwrap.wrap(INTRODUCTION, 120), "", *tables(results))


def tables(kept: dict[str, Any]) -> Iterator[str]:
    """Give the page's table of a comparison: a line a family, exact and recall of each candidate."""
    names = list(next(iter(kept["families"].values())))
    first, last = kept["seeds"]
    yield f"Seeds {first} to {last}, measured on {kept['made']} at commit {kept['commit']}."
    yield ""
    yield "| family, line | " + " | ".join(f"{name}: exact, recall, precision" for name in names) + " |"
    yield "|---|" + "---|" * len(names)
    for family, rows in kept["families"].items():
        told = [f"{of['exact']:.2f}, {of['recall']:.3f}, {of['precision']:.3f}" for of in map(rows.get, names) if of]
        yield f"| {family} | " + " | ".join(told) + " |"
    for kind in Resistance:
        of_kind = [rows for family, rows in kept["families"].items() if family.endswith(kind)]
        exact = [[rows[name]["exact"] for rows in of_kind] for name in names]
        told = [f"{sum(shares) / len(shares):.3f}, worst {min(shares):.2f}" for shares in exact]
        yield f"| **mean of {len(of_kind)} families, {kind}** | " + " | ".join(told) + " |"


def recorded(folder: Path) -> dict[str, dict[str, Row]]:
    """Run all candidates over folders of traces that have a `truth.json`; give what each reached in each folder.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    jobs = [
        (file.parent / name, told)
        for file in sorted(folder.rglob("truth.json"))
        for name, told in _by_name(json.loads(file.read_text(encoding="utf-8"))).items()
    ]
    if not jobs:
        raise FileNotFoundError(f"found no truth.json with boundaries below {folder}, expected traces with their truth")
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        scores = list(pool.map(_of_trace, jobs, chunksize=2))
    places = [f"{trace.parent.name}, {told['resistance']}" for trace, told in jobs]
    summed = {
        place: _summed(score for at, score in zip(places, scores, strict=True) if at == place) for place in places
    }
    return {place: {name: row(score) for name, score in of.items()} for place, of in summed.items()}


def _by_name(told: Any) -> dict[str, Any]:  # noqa: ANN401 (whatever a file has)
    """Give the truth of each trace by its name; a file of another form has none for us."""
    return told if isinstance(told, dict) else {}


def _of_trace(job: tuple[Path, dict[str, Any]]) -> dict[str, Score]:
    trace, told = job
    with gzip.open(trace, "rt", encoding="utf-8") as lines:
        samples = [Sample(*pair) for pair in Trace(lines)]
    movement = Movement.ROW if "row" in told["exercise"] else Movement.PRESS
    resistance = Resistance(told["resistance"])
    done = [
        Truth(
            **{name: one[name] for name in BOUNDARIES},
            rotation_until_s=one["rotation_until_s"] if one["rotation"] else None,
            uncontrolled=one["uncontrolled_return"],
        )
        for one in told["reps"]
    ]
    session = Session(None, done)  # type: ignore[arg-type]  # whose it was is not known
    return {
        name: scored(trace.name, session, heard(made(resistance, movement, told["target_n"]), samples))
        for name, made in CANDIDATES.items()
    }
