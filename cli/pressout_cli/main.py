"""The one command, `pressout`: what each subcommand is called, takes and prints. The work is elsewhere.

It is imported when it is asked for, so that an uplink loads no screen and a clinic no pins.

Exit codes: 0 success, 2 wrong usage, 1 failure; an error is one sentence on standard error, never a traceback.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import click

from pressout_cli.number_options import Number, Whole
from pressout_cli.options import DEFAULT_CONFIG, config_option, simulate_option
from pressout_device.errors import PressoutError, unreadable
from pressout_device.optional_packages import CLINICS_OWN, install_hint
from pressout_device.shutdown import stopped
from pressout_session.error_sentences import without_errno
from pressout_session.exercises import CABLED
from pressout_session.patient_codes import checked

# Which module each subcommand is in that is not here.
ELSEWHERE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "setup": "setup_command",
        "record": "cell_commands",
        "diagnose": "cell_commands",
        "calibrate": "cell_commands",
        "therapist": "therapist_commands",
        "uplink": "record_commands",
        "export": "record_commands",
        "recordings": "record_commands",
        "audit": "record_commands",
        "clinic": "clinic_commands",
    }
)


class Commands(click.Group):
    """A group whose subcommands are imported when they are asked for: a station starts with what it needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give all names."""
        return sorted({*super().list_commands(ctx), *ELSEWHERE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Give one; None where there is none of that name."""
        if cmd_name in ELSEWHERE:
            command: click.Command = getattr(import_module(f"pressout_cli.{ELSEWHERE[cmd_name]}"), cmd_name)
            return command
        return super().get_command(ctx, cmd_name)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pressout")
@click.option("-v", "--verbose", is_flag=True, help="Say what happens, line by line, on standard error.")
def cli(verbose: bool) -> None:
    """Count cable and tubing exercise from the tension in the line."""
    # From here on Ctrl-C is each command's own: what runs for long sets what it does (`stopping.stopped`).
    signal.signal(signal.SIGINT, signal.default_int_handler)
    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")


def _code(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """Take a patient's code as the station's keypad does."""
    if value is not None and not checked(value):
        raise click.BadParameter(f"found {value!r}, expected six digits whose last one fits, such as 471922")
    return value


@cli.command()
@click.option("--headless", is_flag=True, help="Text, even where there is a display.")
@click.option("--speed", type=Number(0.1, 200), default=1.0, show_default=True, help="Simulated seconds a second.")
@click.option("--resistance", type=click.Choice(["tubing", "cable"]), default="tubing", show_default=True)
@click.option("--exercise", type=click.Choice(CABLED), default=CABLED[0], show_default=True)
@click.option("--reps", type=Whole(1, 100), default=None, help="Repetitions a side.  [default: the exercise's]")
@click.option("--sets", type=Whole(1, 10), default=None, help="Sets a side.  [default: the exercise's]")
@click.option("--seed", type=Whole(0), default=0, show_default=True, help="Which simulated patient.")
@click.option("--patient", "patient_ref", default=None, callback=_code, help="A patient's code, such as 471922.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object at the end, and nothing else.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="The clinic's report, into a page.")
@click.option(
    "--config", "config_file", type=click.Path(path_type=Path), default=None, help="Use the broker named there."
)
def demo(**given: Any) -> None:  # noqa: ANN401
    """Show the whole product with a simulated patient."""
    asked_to_stop = stopped()
    page: Path | None = given["report"]
    if page is not None and not page.absolute().parent.is_dir():
        raise click.BadParameter(
            f"found no folder {page.absolute().parent}, expected one that is there", param_hint="--report"
        )
    from pressout_cli.demo import demo, report
    from pressout_signal.events import Resistance
    from pressout_station import config
    from pressout_station.config_sections import DoseSection

    as_json = bool(given["as_json"])
    usual = DoseSection(
        exercise=given["exercise"],
        resistance=Resistance(given["resistance"]),
        target_n=60.0 if given["resistance"] == "cable" else 40.0,
        tolerance_n=8.0,
        sets=given["sets"],
        reps=given["reps"],
    )
    file: Path | None = given["config_file"]
    options = demo.Options(
        dose=usual,
        seed=given["seed"],
        speed=given["speed"],
        headless=given["headless"] or not _display(),
        config=None if file is None else config.read(file),
        patient_ref=given["patient_ref"],
        say=None if as_json else click.echo,
        stopped=asked_to_stop,
        drawn=not as_json and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb",
        afterwards=report.offered(as_json=as_json, page=page),
    )
    outcome = demo.run(options)
    if outcome.amiss is not None:
        click.echo(f"demo: {outcome.amiss}", err=True)
        sys.exit(1)


@cli.command()
@config_option
@simulate_option
def run(config_file: Path, simulate: bool) -> None:
    """Run the station."""
    from pressout_station import startup

    startup.station_at(config_file, stopped=stopped(), simulate=simulate)


@cli.command()
@click.option("--resistance", type=click.Choice(["tubing", "cable"]), default=None)
@click.option("--exercise", type=click.Choice(CABLED), default=None)
@click.option("--target-n", type=Number(min=0, min_open=True), default=None, help="Newtons.")
@click.option("--pulley-ratio", type=Number(min=0.1), default=1.0, help="A stack's, for its metres.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one a trace.")
@click.option("--curve", is_flag=True, help="With --json: how far out the handle was.")
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), help="A picture (PNG); numbered after one.")
@click.option("--jobs", type=Whole(1), default=1, show_default=True, help="Traces read side by side.")
@click.argument("traces", nargs=-1, required=True, type=click.Path(path_type=Path))
def analyze(
    traces: tuple[Path, ...],
    as_json: bool,
    plot: Path | None,
    jobs: int,
    **asked: Any,  # noqa: ANN401
) -> None:
    """Run recorded traces through the station's own pipeline."""
    from pressout_cli.analysis import analyze_traces

    failed = False
    unplotted: set[str] = set()
    # Progress is for whoever waits at a terminal; what is told goes elsewhere.
    hidden = len(traces) < 3 or not sys.stderr.isatty()
    analyses = analyze_traces.analyzed_all(traces, analyze_traces.AnalyzeOptions(**asked), plot, jobs)
    with click.progressbar(length=len(traces), label="Reading", file=sys.stderr, hidden=hidden) as progress:
        for path, analysis in zip(traces, analyses, strict=True):
            failed = failed or analysis.error is not None or analysis.unplotted is not None
            if as_json:
                click.echo(json.dumps(analysis.told))
            elif analysis.error is None:
                click.echo(analyze_traces.table(analysis))
            if analysis.error is not None:
                click.echo(f"{path}: {analysis.error}", err=True)
            if analysis.unplotted is not None and analysis.unplotted not in unplotted:
                unplotted.add(analysis.unplotted)
                click.echo(f"--plot: {analysis.unplotted}", err=True)
            progress.update(1)
    if failed:
        sys.exit(1)


@cli.group(name="config")
def config_group() -> None:
    """Look at a configuration."""


@config_group.command(name="check")
@click.argument("file", type=click.Path(path_type=Path), default=DEFAULT_CONFIG)
def config_check(file: Path) -> None:
    """Tell all mistakes in a configuration at once; the station's own, where no FILE is said."""
    from pressout_station import config

    read = config.read(file)
    config.look_at_certificates(read)
    click.echo(f"{file}: no mistakes found")
    for key, path in config.absent_files(read):
        click.echo(f"broker.{key}: {path} is not on this computer; the uplink needs it where it runs")


def _display() -> bool:
    """Tell whether a window can be opened."""
    try:
        from pressout_ui.panel import can_open
    except ImportError:
        return False
    return can_open()


def main() -> None:
    """Run the command; say in one sentence what failed."""
    from pressout_link.broker import BrokerAddressError

    try:
        sys.exit(cli(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo(err=True)  # the question's line was not ended
        raise KeyboardInterrupt from None
    except BrokenPipeError:
        # Whoever read what we print has gone: `pressout export ... | head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (PressoutError, BrokerAddressError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except ModuleNotFoundError as error:
        extra = "clinic" if error.name in CLINICS_OWN else "station"
        click.echo(f"found no package {error.name}, expected those of a {extra}; {install_hint(extra)}", err=True)
        sys.exit(1)
    except OSError as error:
        # Of other packages (display, database): their sentences are ours too. Of the system: where, and its words.
        where = f"{error.filename}: " if error.filename else ""
        said = f"{where}{unreadable(error)}" if error.errno else without_errno(str(error))
        click.echo(said, err=True)
        sys.exit(1)
