"""The subcommands about what was recorded: `pressout uplink`, `export`, `recordings`, `audit`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from pressout_cli.options import config_option, moment
from pressout_device.shutdown import stopped

if TYPE_CHECKING:
    from pressout_cli.records.exporter import SessionFilter

FORMATS = ("json", "csv", "fhir", "parquet")


@click.command()
@config_option
@click.option("--status", is_flag=True, help="Say how the way to the clinic is, and end.")
def uplink(config_file: Path, status: bool) -> None:
    """Send what the journal holds to the clinic."""
    from pressout_station import config

    read = config.read(config_file)
    if status:
        from pressout_station.uplink.link_status import in_words

        click.echo(in_words(read))
        return
    from pressout_station.uplink.mqtt_client import uplink_of

    uplink_of(read).run(stopped())


@click.command()
@click.option("--format", "form", type=click.Choice(FORMATS), default="json", show_default=True)
@click.option("--since", metavar="MOMENT", callback=moment, help="Begun then or later, UTC.")
@click.option("--until", metavar="MOMENT", callback=moment, help="Begun before, UTC.")
@click.option("--patient", "patient_ref", default=None, help="Of this patient's code only.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Into a file.")
@click.argument("source", metavar="SOURCE")
def export(form: str, source: str, output: Path | None, **chosen: str | None) -> None:
    """Give the sessions of a journal, or of a clinic's database by file or URL.

    json: a document a line. csv, parquet: a row a repetition. fhir: an R4 transaction bundle a line.
    """
    from pressout_cli.records import exporter

    if form == "parquet" and output is None:
        raise click.UsageError("parquet is not for a terminal: say --output FILE.")
    wanted = exporter.SessionFilter(**chosen)
    out: IO[str] | None = None
    try:
        if form == "parquet" and output is not None:
            from pressout_cli.records.parquet import write_parquet

            count = write_parquet(_sessions(source, form, wanted), output)
        else:
            out = sys.stdout if output is None else output.open("w", encoding="utf-8")
            count = exporter.written(_sessions(source, form, wanted), form, out)
    finally:
        if output is not None and out is not None:
            out.close()
    if output is not None:
        click.echo(f"{count} sessions in {output}", err=True)


def _sessions(source: str, form: str, chosen: SessionFilter) -> Iterator[bytes]:
    """Give the sessions of a journal or a database, once it is written down that they leave it."""
    from pressout_cli.records import exporter

    if "://" not in source:
        documents = list(exporter.sessions_in(Path(source), chosen))
        exporter.noted(Path(source), f"{len(documents)} sessions as {form}")
        yield from documents
        return
    from pressout_clinic import queries
    from pressout_clinic.database import existing

    engine = existing(source)
    queries.exported(engine, f"uid {os.getuid()}", f"sessions as {form}")
    yield from queries.sessions(engine, chosen.since, chosen.until, chosen.patient_ref)


@click.command()
@click.option("--patient", "patients", multiple=True, required=True, help="A code of somebody who agreed; repeatable.")
@click.option("--consent", required=True, help="A sentence: how they agreed, without a name.")
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), required=True, help="The folder for them.")
@click.argument("journal", metavar="JOURNAL", type=click.Path(path_type=Path))
def recordings(patients: tuple[str, ...], consent: str, output: Path, journal: Path) -> None:
    """Take the raw readings of sets out of a station's journal, labelled by what was counted and put right.

    Nothing in them says whose they are. They are for the fitting of the counting model.
    """
    from pressout_cli.records import exporter, labelled_recordings

    found = list(labelled_recordings.out_of(journal, patients, consent))
    exporter.noted(journal, f"{len(found)} recordings, {consent}")
    for one in found:
        one.write(output)
    click.echo(f"{len(found)} recordings in {output}")


@click.command()
@config_option
def audit(config_file: Path) -> None:
    """Print who did what at this station."""
    from pressout_station import config
    from pressout_station.audit_log import Audit

    for one in Audit(config.read(config_file).folder).all():
        change = f"{one.before} -> {one.after}" if one.before else one.after
        sure = " " if one.sure else "?"
        click.echo("  ".join(part for part in (f"{one.at}{sure}", one.act, one.who, one.about, change) if part))
