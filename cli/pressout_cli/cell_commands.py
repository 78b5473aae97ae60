"""The subcommands that look at the load cell itself: `record`, `diagnose`, `calibrate`. Their work is elsewhere."""

from __future__ import annotations

import functools
import multiprocessing as mp
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pressout_cli.number_options import Number
from pressout_cli.options import config_option, simulate_option
from pressout_cli.prompts import ask

if TYPE_CHECKING:
    from pressout_cli.calibration_wizard import Terminal
    from pressout_device.sampler.process import Opening
    from pressout_device.storage.calibration_log import CalibrationLog
    from pressout_station.config import Config

DIAGNOSE_S = 10.0


@dataclass(frozen=True, slots=True)
class _Work:
    """What a calibration needs: the station, the cell's book, the way to it, and how to talk to whoever is there."""

    settings: Config
    book: CalibrationLog
    way: Opening | None
    terminal: Terminal


@click.command()
@config_option
@simulate_option
@click.option("--seconds", type=Number(0.5, 86_400), default=60.0, show_default=True)
@click.option("--label", metavar="CONSENT", help="Beside it what was heard, to be put right; how the person agreed.")
@click.argument("trace", type=click.Path(path_type=Path))
def record(config_file: Path, simulate: bool, seconds: float, label: str | None, trace: Path) -> None:
    """Write the load cell's readings to a trace file: counts, and how to read them where the cell is calibrated."""
    from pressout_cli import cell_reader
    from pressout_cli.analysis import analyze_traces
    from pressout_cli.records import labelled_recordings
    from pressout_device.reading_tally import Tally
    from pressout_device.storage import trace_files
    from pressout_station import config, run

    settings = config.read(config_file)
    cell, calibration, _life = run.cell_to_look_at(settings, run.book_of(settings, simulate=simulate))
    tally, head = Tally(), run.head_of(settings, cell)
    with cell_reader.listener(settings, run.way_of(settings, cell, simulate=simulate)) as listener:
        items = (tally.hear(item) for item in listener.heard(seconds))
        count = trace_files.recorded(
            items,
            head,
            trace,
            lambda: listener.diagnosis(tally, cell, calibration).entries(),
        )
    click.echo(f"{trace}: {count} readings")
    if label is not None:
        told = analyze_traces.analyzed(trace, analyze_traces.AnalyzeOptions()).told
        if "error" in told:
            raise click.ClickException(f"{trace}: {told['error']}")
        place = labelled_recordings.proposed(trace, head, told, label)
        click.echo(f"{place}: what was heard, {len(told['reps'])} repetitions; put right there what was otherwise")


@click.command()
@config_option
@simulate_option
@click.option("--way", help="Another way in than the configured one, for this once.")
@click.option("--station", is_flag=True, help="Look at the computer instead: is it hardened?")
def diagnose(config_file: Path, simulate: bool, way: str | None, station: bool) -> None:
    """Measure the load cell for ten seconds and say how it is."""
    from pressout_cli import cell_reader
    from pressout_device.clock import wall_time
    from pressout_device.diagnosis import life_of
    from pressout_device.reading_tally import Tally
    from pressout_station import config, run

    settings = config.read(config_file)
    if station:
        _look_at_the_computer(settings)
        return
    if way is not None:
        settings = config.with_way(settings, way)
    cell, calibration, life = run.cell_to_look_at(settings, run.book_of(settings, simulate=simulate))
    tally = Tally()
    with cell_reader.listener(settings, run.way_of(settings, cell, simulate=simulate, absent=True)) as listener:
        for item in listener.heard(DIAGNOSE_S):
            tally.hear(item)
        diagnosis = listener.diagnosis(tally, cell, calibration)
    click.echo("\n".join([*life_of(life, cell.calibration_max_days, wall_time()), *diagnosis.lines()]))
    if not diagnosis.well:
        sys.exit(1)


def _look_at_the_computer(settings: Config) -> None:
    from pressout_device.clock import synchronised, wall_time
    from pressout_device.storage.calibration_log import CalibrationLog
    from pressout_station.host.host_checks import Computer, in_words

    life = CalibrationLog(settings.folder).life(settings.load_cell.load_cell_id)
    computer = Computer(root=Path("/"), config=settings, life=life, now=wall_time(), synchronised=synchronised())
    words, well = in_words(computer)
    click.echo(words)
    if not well:
        sys.exit(1)


@click.command()
@config_option
@simulate_option
@click.option("--mass-kg", type=Number(0.1, 500), multiple=True, help="A known mass; several, in order.")
@click.option("--mass-lb", type=Number(0.2, 1_100), multiple=True, help="The same, in pounds.")
@click.option("--by", default="", help="Who does it: initials.")
@click.option("--check", is_flag=True, help="Only weigh one known mass with the calibration that holds.")
def calibrate(config_file: Path, simulate: bool, check: bool, by: str, **masses: tuple[float, ...]) -> None:
    """Find the load cell's zero and span with known masses, and keep them."""
    from pressout_cli import calibration_wizard
    from pressout_station import config, run

    settings = config.read(config_file)
    book = run.book_of(settings, simulate=simulate)
    book.life(settings.load_cell.load_cell_id)  # whoever may not read it is told before anything is asked
    if masses["mass_kg"] and masses["mass_lb"]:
        raise click.UsageError("Say the masses in kg or in lb, not in both.")
    unit = "lb" if masses["mass_lb"] else "kg"
    said = masses["mass_lb"] or masses["mass_kg"]
    said = said or (ask("Known mass, in kg", "say --mass-kg", type=Number(0.1, 500)),)
    if check and len(said) != 1:
        raise click.UsageError("A check takes one mass.")
    by = by or ask("Your initials (empty: nobody's)", "say --by", default="-", show_default=False)
    hang, way = _simulated_line(settings) if simulate else (_by_hand, None)
    terminal = calibration_wizard.Terminal(asked=_asked, say=click.echo, hang=hang, unit=unit)
    in_kg = tuple(calibration_wizard.in_kg(mass, unit) for mass in said)
    work = _Work(settings, book, way, terminal)
    (_checked if check else _calibrated)(work, in_kg, by)
    if simulate:
        click.echo(f"Simulated: it is kept in {book.folder}, and the real cell's calibration is as it was.")


def _calibrated(work: _Work, masses_kg: tuple[float, ...], by: str) -> None:
    from pressout_cli import calibration_wizard, cell_reader
    from pressout_station.audit_log import Act, Audit, entry
    from pressout_station.identity import new_id

    with cell_reader.listener(work.settings, work.way) as listener:
        found = calibration_wizard.by_wizard(masses_kg, listener.heard, work.terminal)
        fact = calibration_wizard.kept(work.book, work.settings.load_cell, found, new_id(), by)
    act = entry(Act.CALIBRATED, who=by, about=fact.load_cell_id, after=fact.calibration_id)
    Audit(work.book.folder).add(act)
    click.echo("\n".join(calibration_wizard.report(found)))
    click.echo(f"Kept as calibration {fact.calibration_id} of load cell {fact.load_cell_id}; it holds from now on.")


def _checked(work: _Work, masses_kg: tuple[float, ...], by: str) -> None:
    from pressout_cli import calibration_wizard, cell_reader
    from pressout_device.storage.calibration_log import calibrated_cell

    cell, calibration, life = calibrated_cell(work.settings.load_cell, work.book)
    known = life.calibration
    with cell_reader.listener(work.settings, work.way) as listener:
        found = calibration_wizard.by_check(masses_kg[0], listener.heard, work.terminal, calibration)
        named = "configured" if known is None else known.calibration_id
        calibration_wizard.check_kept(work.book, cell, named, found, by)
    weighed = work.terminal.mass(round(found.found_kg, 3))
    click.echo(f"{work.terminal.mass(found.mass_kg)} weighs {weighed}: {found.off_pct:+.2f} %")
    if not found.good:
        click.echo(
            f"calibration: found {found.off_pct:+.1f} %, expected 1 % or less; calibrate again with pressout calibrate",
            err=True,
        )
        sys.exit(1)
    click.echo("The calibration holds.")


def _asked(said: str) -> None:
    how_else = "masses are hung by hand, so somebody has to be there"
    ask(f"{said} Then press Enter", how_else, default="", show_default=False, prompt_suffix=" ")


def _by_hand(_mass_kg: float) -> None:
    """Do nothing: whoever was asked has hung it."""


def _simulated_line(settings: Config) -> tuple[Callable[[float], None], Opening]:
    """Give an emulated line that takes the masses it is told of, and swings a little."""
    from pressout_device.sampler import reader_factory

    hung = mp.get_context("spawn").Value("d", 0.0)

    def hang(mass_kg: float) -> None:
        hung.value = mass_kg

    return hang, functools.partial(reader_factory.hung_with, settings.load_cell, hung)
