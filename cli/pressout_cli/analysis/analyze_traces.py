"""`pressout analyze`: recorded traces through the pipeline that the station runs, one sample after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path
from typing import Any

from pressout_cli.analysis.trace_plot import plotted
from pressout_device.errors import ExtraMissingError, TraceFileError
from pressout_device.storage.trace_files import lines_of
from pressout_session.error_sentences import why
from pressout_session.exercises import CABLED, EXERCISES, CabledExercise
from pressout_signal.events import Movement, Resistance
from pressout_signal.pipeline import pipeline_for
from pressout_signal.samples import Sample
from pressout_signal.trace_format import BadLine, Trace, TraceError
from pressout_signal.trace_report import TraceReport


@dataclass(frozen=True, slots=True)
class AnalyzeOptions:
    """What the command line said; None leaves it to the trace's head, and that to the default."""

    resistance: str | None = None
    exercise: str | None = None
    target_n: float | None = None
    pulley_ratio: float = 1.0
    curve: bool = False


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a trace told, or why it could not be read; and why there is no picture of it, where one was asked for."""

    name: str
    told: dict[str, Any]
    bad_lines: tuple[BadLine, ...] = ()
    unplotted: str | None = None

    @property
    def error(self) -> str | None:
        """Why it could not be read."""
        return self.told.get("error")


def analyzed_all(paths: Sequence[Path], asked: AnalyzeOptions, plot: Path | None, jobs: int) -> Iterator[Analysis]:
    """Run traces through the pipeline, in the order given, up to `jobs` of them side by side."""
    pictures = [None if plot is None else _numbered(plot, number) for number in range(1, len(paths) + 1)]
    if jobs == 1 or len(paths) == 1:
        yield from map(analyzed, paths, repeat(asked), pictures)
        return
    with ProcessPoolExecutor(min(jobs, len(paths))) as pool:
        yield from pool.map(analyzed, paths, repeat(asked), pictures)


def analyzed(path: Path, asked: AnalyzeOptions, picture: Path | None = None) -> Analysis:
    """Run one trace through a fresh pipeline, and draw it; what goes wrong is said in the result, not raised."""
    name = str(path)
    try:
        with lines_of(path) as lines:
            trace = Trace(lines)
            samples = iter(trace)
            first = next(samples)  # the head is known once the first sample is
            resistance, movement = _chosen(asked, trace.head)
            story = TraceReport(curve=[] if asked.curve else None)
            drawn: list[Sample] = []
            heard = chain([first], samples)
            story.listen(
                pipeline_for(resistance, movement, asked.pulley_ratio),
                heard if picture is None else _kept(heard, drawn),
            )
        told = story.as_json(name)
    except (TraceError, TraceFileError) as error:
        return Analysis(name, {"trace": name, "error": str(error)})
    return Analysis(name, told, tuple(trace.bad_lines), _unplotted(drawn, told, picture))


def _unplotted(drawn: Sequence[Sample], told: dict[str, Any], picture: Path | None) -> str | None:
    """Draw what was told, where that was asked for; give why it could not be, since the numbers hold all the same."""
    if picture is None:
        return None
    try:
        plotted(drawn, told, picture)
    except ExtraMissingError as error:
        return str(error)
    except OSError as error:
        return f"found {why(error)} at {picture}, expected a place for the picture"
    return None


def _kept(samples: Iterable[Sample], to: list[Sample]) -> Iterator[Sample]:
    for sample in samples:
        to.append(sample)
        yield sample


def _numbered(plot: Path, number: int) -> Path:
    return plot if number == 1 else plot.with_stem(f"{plot.stem}-{number}")


def _chosen(asked: AnalyzeOptions, head: dict[str, str]) -> tuple[Resistance, Movement]:
    """Choose: the command line over the head, the head over the default. A target is checked, no more."""
    said = head.get("resistance", Resistance.TUBING)
    if asked.resistance is None and said not in tuple(Resistance):
        raise TraceError(f"found resistance {said!r} in the head, expected tubing or cable; say --resistance")
    exercise = asked.exercise or head.get("exercise", CABLED[0])
    known = EXERCISES.get(exercise)
    if not isinstance(known, CabledExercise):
        raise TraceError(f"found exercise {exercise!r}, expected one of {', '.join(CABLED)}; say --exercise")
    if asked.target_n is None and "target_n" in head:
        try:
            float(head["target_n"])
        except ValueError as error:
            raise TraceError(f"found target_n {head['target_n']!r} in the head, expected newtons") from error
    return Resistance(asked.resistance or said), known.movement


def table(analysis: Analysis) -> str:
    """Give an analysis as a person reads it."""
    told = analysis.told
    lines = [f"{analysis.name}", f"  {told['samples']} samples over {told['duration_s']:.1f} s"]
    lines.extend(f"  line {bad.number}: {bad.reason}; skipped" for bad in analysis.bad_lines[:5])
    if len(analysis.bad_lines) > 5:
        lines.append(f"  and {len(analysis.bad_lines) - 5} more lines that were skipped")
    lines.append("  set rep   out at   out s  hold s  back s  chest N  hold N  peak N")
    for rep in told["reps"]:
        out_s = rep["hold_start_s"] - rep["press_out_start_s"]
        hold_s = rep["return_start_s"] - rep["hold_start_s"]
        back_s = rep["return_end_s"] - rep["return_start_s"]
        lines.append(
            f"  {rep['set']:3d} {rep['rep']:3d} {rep['press_out_start_s']:8.2f}"
            f" {out_s:7.2f} {hold_s:7.2f} {back_s:7.2f}"
            f" {rep['chest_n']:8.1f} {rep['hold_n']:7.1f} {rep['peak_n']:7.1f}"
        )
    sets = ", ".join(f"set {one['set']}: {one['reps']}" for one in told["sets"]) or "none"
    lines.append(f"  repetitions {len(told['reps'])} ({sets}), partials {len(told['partials'])}")
    lines.extend(_set_line(one) for one in told["sets"])
    lines.extend(_difference_line(one) for one in told["set_differences"] if len(one) > 1)
    lines.extend(
        f"  {drift['kind'].replace('_', ' ')} at {drift['t_s']:.1f} s, confidence {drift['confidence']:.2f}"
        for drift in told["drift"]
    )
    faults = ", ".join(f"{kind.replace('_', ' ')} {count}" for kind, count in told["faults"].items())
    lines.append(f"  faults: {faults}")
    return "\n".join(lines)


def _set_line(one: dict[str, Any]) -> str:
    """Give a set as a person reads it: time under tension, and what grew from its first repetition to its last."""
    said = [f"  set {one['set']}: {one['time_under_tension_s']:.1f} s under tension"]
    if one["tempo_spread"] is not None:
        said.append(f"tempo varies by {100 * one['tempo_spread']:.0f} %")
    for name, words in (("tempo_loss", "press-outs slower by"), ("wobble_gain", "wobble more by")):
        if one[name] is not None:
            said.append(f"{words} {_percent(one[name])}")
    if one["velocity_loss"] is not None:
        said.append(f"stack slower by {_percent(one['velocity_loss'])}")
    return ", ".join(said)


def _percent(estimate: dict[str, float]) -> str:
    return f"{100 * estimate['value']:.0f} % ({100 * estimate['low']:.0f} to {100 * estimate['high']:.0f})"


# What a person wants to see of one set against another: names in the JSON, words, and digits.
COMPARED = (("hold_n", "hold N", 1), ("press_out_s", "out s", 2), ("hold_s", "hold s", 2), ("return_s", "back s", 2))


def _difference_line(one: dict[str, Any]) -> str:
    """Give one set less the next, each with the interval it lies in nineteen times out of twenty."""
    parts = [
        f"{words} {one[name]['value']:+.{digits}f} ({one[name]['low']:+.{digits}f} to {one[name]['high']:+.{digits}f})"
        for name, words, digits in COMPARED
        if name in one
    ]
    return f"  set {one['sets'][0]} less set {one['sets'][1]}: " + ", ".join(parts)
