"""Texts of the demo: what will happen, what came of it, and the clinic's own report."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pressout_device.simulation.patient import PatientTask

# Whoever types `make demo` has no `pressout` on the PATH.
CLONED = (Path(__file__).parents[3] / "Makefile").is_file()
HOW = 'make demo ARGS="--report report.html"' if CLONED else "pressout demo --report report.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was counted, what was really done, and where it went."""

    reps: dict[str, int]
    performed: dict[str, int]
    recorded: int
    published: int
    stored: int
    drift_events: int
    duration_s: float
    broker: str
    stopped: bool = False

    @property
    def amiss(self) -> str | None:
        """What went wrong, in one sentence; None where a session was counted and is at the clinic."""
        if self.stopped:
            return None
        done = sum(self.performed.values())
        if done and not self.recorded:
            return f"found no session recorded, expected one of {done} repetitions; a lower --speed may be needed here"
        if not self.recorded == self.published == self.stored:
            return "found sessions that did not reach the clinic, expected all of them to"
        return None

    def as_json(self) -> str:
        """Give the object that `pressout demo --json` prints."""
        sessions = {"recorded": self.recorded, "published": self.published, "stored": self.stored}
        return json.dumps(
            {
                "reps": self.reps,
                "performed": self.performed,
                "sessions": sessions,
                "drift_events": self.drift_events,
                "duration_s": round(self.duration_s, 1),
            }
        )

    def in_words(self) -> str:
        """Say it to a person."""
        if self.stopped and not sum(self.performed.values()):
            return "Ended before the patient had done anything."
        lines = ["", *(f"{side:>6}: {count} counted, {self.performed[side]} done" for side, count in self.reps.items())]
        lines.append(f"reminders:  {self.drift_events}")
        lines.append(f"journal:    {self.recorded} session(s) recorded")
        lines.append(f"broker:     {self.published} published and answered for ({self.broker})")
        lines.append(f"clinic:     {self.stored} stored in its database")
        return "\n".join(lines)


def greeting(asked: PatientTask, lasts_s: float, *, headless: bool) -> str:
    """Say what is going to happen, for how long, and how to end it."""
    sides = f"{asked.sets} sets of {asked.reps}" if asked.sets > 1 else str(asked.reps)
    window = "" if headless else ", and so does closing the window"
    return (
        f"A simulated patient comes to an emulated station, does {sides} repetitions on each side, and goes. "
        "The session is counted, kept, sent to a clinic and stored there: all on this computer, gone when it ends. "
        f"It takes about {_lasting(lasts_s)}. Ctrl-C ends it{window}."
    )


def _lasting(lasts_s: float) -> str:
    """Say how long something takes, as people do.

    >>> _lasting(42.0), _lasting(200.0)
    ('40 seconds', '3 minutes')
    """
    if lasts_s < 90.0:
        return f"{max(10, 10 * round(lasts_s / 10.0))} seconds"
    return f"{round(lasts_s / 60.0)} minutes"


def offered(*, as_json: bool, page: Path | None) -> Callable[[Outcome, str | None, str], None]:
    """Give what to do when the patient has gone, while the clinic's database is still there.

    Parameters
    ----------
    as_json : bool
        Whether the outcome is told to a program, and nothing is offered.
    page : Path, optional
        Where the report is wanted as a page.
    """

    def over(outcome: Outcome, database: str | None, patient_ref: str) -> None:
        click.echo(outcome.as_json() if as_json else outcome.in_words())
        if database is None or not outcome.stored:
            return
        words = ("report", "--database", database, patient_ref)
        if page is not None:
            _clinic(*words, "--html", str(page), quiet=as_json)
        elif not as_json and sys.stdin.isatty() and sys.stdout.isatty():
            signal.signal(signal.SIGINT, signal.default_int_handler)  # nothing runs any more that it would stop
            if click.confirm("\nShow what the clinic's report says of it?", default=True):
                _clinic(*words)
                click.echo(f"\nAs a page, with pictures: {HOW}")
        elif not as_json:
            click.echo(f"The clinic's report of it: {HOW}")

    return over


def _clinic(*words: str, quiet: bool = False) -> None:
    command = [sys.executable, "-m", "pressout_cli.entry", "clinic", *words]
    if subprocess.run(command, check=False, stdout=subprocess.DEVNULL if quiet else None).returncode != 0:
        sys.exit(1)  # it has said why
