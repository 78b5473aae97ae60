"""The subcommands about what was recorded: `pressout uplink`, `export`, `audit`."""

from __future__ import annotations

import re
from pathlib import Path

import click

from pressout_device.command_options import config_option
from pressout_device.stopping import stopped

# RFC 3339 in UTC, or as much of it as is meant: 2026-03, 2026-03-01, 2026-03-01T09.
MOMENT = r"\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d(\.\d+)?Z?)?)?)?)?)?"


def _moment(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """Take a moment, or the beginning of a day, a month, a year, as it is."""
    if value is not None and not re.fullmatch(MOMENT, value):
        raise click.BadParameter(
            f"found {value!r}, expected a day (2026-03-01) or a moment (2026-03-01T09:30:00Z), in UTC"
        )
    return value


@click.command()
@config_option
@click.option("--status", is_flag=True, help="Say how the way to the clinic is, and end.")
def uplink(config_file: Path, status: bool) -> None:
    """Send what the journal holds to the clinic."""
    from pressout_device import config

    read = config.read(config_file)
    if status:
        from pressout_device.uplink.status import in_words

        click.echo(in_words(read))
        return
    from pressout_device.uplink.courier import courier_of

    courier_of(read).run(stopped())


@click.command()
@click.option("--format", "form", type=click.Choice(["json", "csv"]), default="json", show_default=True)
@click.option("--since", metavar="MOMENT", callback=_moment, help="Begun then or later, UTC.")
@click.option("--until", metavar="MOMENT", callback=_moment, help="Begun before, UTC.")
@click.option("--patient", "patient_ref", default=None, help="Of this patient's code only.")
@click.argument("source", type=click.Path(path_type=Path))
def export(form: str, source: Path, **chosen: str | None) -> None:
    """Print the sessions of a journal or of a clinic's database."""
    from pressout_device import exporting

    documents = list(exporting.sessions_in(source, exporting.Chosen(**chosen)))
    exporting.noted(source, f"{len(documents)} sessions as {form}")
    if form == "csv":
        click.echo(exporting.as_csv(documents), nl=False)
        return
    for document in documents:
        click.echo(document)


@click.command()
@config_option
def audit(config_file: Path) -> None:
    """Print who did what at this station."""
    from pressout_device import config
    from pressout_device.auditing import Audit

    for one in Audit(config.read(config_file).folder).all():
        change = f"{one.before} -> {one.after}" if one.before else one.after
        sure = " " if one.sure else "?"
        click.echo("  ".join(part for part in (f"{one.at}{sure}", one.act, one.who, one.about, change) if part))
