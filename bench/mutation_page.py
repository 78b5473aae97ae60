"""The page of what mutation testing found: shares by room, and each fault that no asked test noticed, with a reason."""

from __future__ import annotations

import datetime
import json
import platform
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bench.mutants import ROOMS
from bench.mutations import ASKED, ASKED_S, SEED, Judged, measured

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "mutations.md"
# Why a survivor may live, by its name: looked at by hand.
REASONS = Path(__file__).with_name("survivors.json")
# So many faults fit twenty minutes on two cores, and are enough for a page.
ENOUGH: Final = 100
HEAD = """# Faults that the tests notice

Written by `make bench ARGS=mutations`. Small faults are put into what counts, keeps and sends, one at a time, and the
tests that run the changed line are run, {asked} at most, which took {asked_s:.0f} s under coverage. Their kinds are
cosmic-ray's: a comparison turned round, a sign, *and* for *or*, a loop that never turns. A fault that these tests pass
may be one that another would notice: the shares are lower bounds.

| | measured | asked |
|---|---|---|
| faults drawn (seed {seed}) | {count} | |
| noticed | **{share:.0%}** | ≥ 85 % |
| branches that ran, outside drawing | {branches:.1%} | ≥ 90 % |

On {date}, {machine}, in {minutes:.0f} minutes.

## By room

| room | faults | noticed |
|---|---|---|
"""


def page(found: Sequence[Judged], branches: float, took_s: float) -> str:
    """Give the page."""
    reasons: dict[str, str] = json.loads(REASONS.read_text(encoding="utf-8"))
    survivors = [one for one in found if not one.killed]
    head = HEAD.format(
        asked=ASKED,
        asked_s=ASKED_S,
        seed=SEED,
        count=len(found),
        share=1.0 - len(survivors) / len(found),
        branches=branches,
        date=datetime.datetime.now(datetime.UTC).date(),
        machine=f"Python {platform.python_version()}",
        minutes=took_s / 60.0,
    )
    told = [f"- {one.mutant.name}: {reasons.get(one.mutant.name, 'not looked at')}" for one in survivors]
    return head + "\n".join([*_rooms(found), "", "## What no asked test noticed", "", *sorted(told)]) + "\n"


def _rooms(found: Sequence[Judged]) -> Iterator[str]:
    drawn = Counter(_room(one) for one in found)
    killed = Counter(_room(one) for one in found if one.killed)
    for room in ROOMS:
        if drawn[room]:
            yield f"| `{room}` | {drawn[room]} | {killed[room] / drawn[room]:.0%} |"


def _room(one: Judged) -> str:
    return next(room for room in ROOMS if str(one.mutant.file).startswith(room))


def run(count: int) -> None:
    """Measure, and rewrite the page by a whole measurement."""
    found, branches, took_s = measured(count)
    text = page(found, branches, took_s)
    print(text)
    if count >= ENOUGH:
        PAGE.write_text(text, encoding="utf-8")
