"""Families of patients and labelled recordings, counted: what stands on docs/reference/accuracy.md by family and line.

What was reached is kept as it was measured, in docs/reference/families.json, with the commit, the seeds and the day; so
is what the detectors reached on the same sessions that stations ran before and that are gone.
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
from pressout_signal.pipeline import Pipeline, pipeline_for
from pressout_signal.samples import Sample
from pressout_signal.trace_format import Trace

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "docs" / "reference" / "families.json"
INTRODUCTION = """\
Each family is somebody drawn as above with troubles put upon; what they are stands in `bench/families.py`, and what was
measured in `families.json`. *rules* are the detectors with limits set by hand that stations ran before, on the very
same sessions. Neither was tuned or fitted on these; *fitted* has seen others of the same mechanics, and the rules were
tuned on such.
"""
RECORDED = """\
The same of traces that were neither drawn by the bench nor by what the model was fitted on, a folder and line a row.
"""
# Far from the seeds of the other figures, and from all that anything was tuned or fitted on.
FIRST_SEED = 40_000

Made = Callable[[Resistance, Movement], Pipeline]
CANDIDATES: dict[str, Made] = {"fitted": pipeline_for}
Row = dict[str, float | int | str | None]
Rows = dict[str, dict[str, Row]]


def _one(seed: int, *, family: str, resistance: Resistance) -> dict[str, Score]:
    who = person(family, resistance, seed)
    played = session_of(who, seed)
    return {
        name: scored(f"{family} {seed}", played, heard(made(resistance, who.movement), played.samples))
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
    rows: Rows = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for resistance in Resistance:
            for family in FAMILIES:
                if family == "set down" and resistance is Resistance.TUBING:
                    continue
                jobs = partial(_one, family=family, resistance=resistance)
                scores = _summed(pool.map(jobs, range(FIRST_SEED, FIRST_SEED + count), chunksize=2))
                rows[f"{family}, {resistance}"] = {name: row(score) for name, score in scores.items()}
                print(f"  {family}, {resistance}: {rows[f'{family}, {resistance}']}", flush=True)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    measured = {"commit": commit, "made": datetime.datetime.now(datetime.UTC).date().isoformat()}
    return {
        "seeds": [FIRST_SEED, FIRST_SEED + count - 1],
        "measured": dict.fromkeys(CANDIDATES, measured),
        "families": rows,
    }


def with_those_before(results: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    """Add to results what candidates that are gone reached on the very same sessions."""
    gone = [name for name in kept["measured"] if name not in CANDIDATES]
    if kept["seeds"] != results["seeds"] or kept["families"].keys() != results["families"].keys():
        return results
    families = {
        family: {**{name: kept["families"][family][name] for name in gone}, **rows}
        for family, rows in results["families"].items()
    }
    measured = {**{name: kept["measured"][name] for name in gone}, **results["measured"]}
    return {**results, "measured": measured, "families": families}


def lines(kept: dict[str, Any]) -> Iterator[str]:
    """Give what stands on the page of a comparison: its tables, a line a family."""
    first, last = kept["seeds"]
    when = [f"{name} on {of['made']} at commit {of['commit']}" for name, of in kept["measured"].items()]
    yield from textwrap.wrap(f"Seeds {first} to {last}; {', '.join(when)}.", 120)
    yield ""
    yield from table(kept["families"])
    names = list(kept["measured"])
    for kind in Resistance:
        of_kind = [rows for family, rows in kept["families"].items() if family.endswith(kind)]
        exact = [[rows[name]["exact"] for rows in of_kind] for name in names]
        told = [f"{name} {sum(of) / len(of):.3f}, worst {min(of):.2f}" for name, of in zip(names, exact, strict=True)]
        yield ""
        yield f"Exact, mean of {len(of_kind)} families on {kind}: {'; '.join(told)}."


def table(rows: Rows) -> Iterator[str]:
    """Give a table of rows by their names, of the last candidate whole and of those before it what they counted."""
    *before, last = next(iter(rows.values()))
    head = [f"{name}: exact, recall, precision" for name in (*before, last)]
    head += ["boundaries, median / 95 %", "counted after, median / 95 %", "turns seen, false in 100"]
    yield f"| | {' | '.join(head)} |"
    yield "|---" * (len(head) + 1) + "|"
    for name, of in rows.items():
        told = [f"{one['exact']:.2f}, {one['recall']:.3f}, {one['precision']:.3f}" for one in of.values()]
        one = of[last]
        told += [f"{one[each + '_ms']} / {one[each + '_95_ms']} ms" for each in ("boundary", "counted_after")]
        told.append(f"{one['turns_seen']} of {one['turns']}, {one['turns_false_in_100']}")
        yield f"| {name} | {' | '.join(told)} |"


def recorded(folder: Path) -> Rows:
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
        name: scored(trace.name, session, heard(made(resistance, movement), samples))
        for name, made in CANDIDATES.items()
    }
