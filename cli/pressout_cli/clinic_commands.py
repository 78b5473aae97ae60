"""The subcommands of the clinic's end: `pressout clinic`, and what it can be asked."""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import click

from pressout_cli.number_options import Number, Whole
from pressout_cli.options import DEFAULT_CONFIG, moment
from pressout_device.shutdown import stopped

DATABASE = "sqlite:///clinic.db"
TO_WHICH = "sqlite:///FILE or postgresql://HOST/NAME; also PRESSOUT_DATABASE."
# The group alone reads the environment, and hands on what holds: a database named there must never win over one that
# was typed.
database_option = click.option("--database", default=DATABASE, show_default=True, help=TO_WHICH)
json_option = click.option("--json", "as_json", is_flag=True, help="JSON instead of words.")
# How often an answer is looked for.
LOOK_S = 0.2


@click.group(invoke_without_command=True)
@click.option("--config", "config_file", type=click.Path(path_type=Path), default=None, help="TOML file with [broker].")
@click.option("--broker", "url", default=None, help="mqtts://HOST[:PORT]")
@click.option("--allow-plain", is_flag=True, help="Allow mqtt://, which anyone on the network can read.")
@click.option("--database", envvar="PRESSOUT_DATABASE", default=DATABASE, show_default=True, help=TO_WHICH)
@click.option("--worker", default="1", show_default=True, help="A stable name for this worker.")
@click.pass_context
def clinic(context: click.Context, /, database: str, worker: str, **where: Any) -> None:  # noqa: ANN401
    """Run the clinic's subscriber: check, store, acknowledge. Several share the work, each with a name of its own."""
    if context.invoked_subcommand is not None:
        context.default_map = {name: {"database": database} for name in clinic.commands}
        return
    from pressout_clinic.store import Store
    from pressout_clinic.subscriber import Subscriber
    from pressout_link.broker import broker_at
    from pressout_station import config

    url, config_file = where["url"], where["config_file"]
    if (url is None) == (config_file is None):
        raise click.UsageError("Say either --broker URL or --config FILE.")
    plain = where["allow_plain"]
    broker = broker_at(url, allow_plain=plain) if url else config.read_broker(config_file or DEFAULT_CONFIG)
    store = Store(database)
    try:
        Subscriber(broker, store, worker).run(stopped())
    finally:
        store.close()


@clinic.command()
@database_option
@json_option
def fleet(database: str, as_json: bool) -> None:
    """Print every station, and what it needs."""
    from pressout_clinic import fleet as fleets
    from pressout_clinic.database import existing

    now = datetime.now(UTC)
    stations = fleets.fleet(existing(database), now)
    if as_json:
        for one in stations:
            click.echo(json.dumps({**asdict(one), "needs": list(one.needs(now))}))
        return
    rows = [
        (
            f"{one.site_id}/{one.station_id}",
            one.state or "-",
            (one.state_since or "-")[:16],
            "-" if one.backlog is None else str(one.backlog),
            (one.last_stored_at or "-")[:16],
            "; ".join(one.needs(now)) or "nothing",
        )
        for one in stations
    ]
    _table(("station", "state", "since (UTC)", "waiting", "last stored (UTC)", "needs"), rows)


@clinic.command()
@database_option
@click.option("--to", "to", multiple=True, required=True, metavar="SITE[/STATION]", help="Where; may be repeated.")
@click.option("--wait", "wait_s", type=Number(0), default=0.0, help="Seconds to wait for the answers.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def prescribe(database: str, to: tuple[str, ...], wait_s: float, file: Path) -> None:
    """Send a patient's dose, from a JSON file (pressout.prescription/1), to stations; a worker says it.

    Where the file has no prescription_id, version or set_at, it is the next version of what the patient has, set now.
    """
    from pressout_clinic import prescriptions
    from pressout_clinic.database import existing

    engine = existing(database)
    order, stations = prescriptions.prescribe(engine, file, to)
    click.echo(f"{order.prescription_id} version {order.version}: for {_counted(len(stations), 'station')}")
    _answers(lambda: prescriptions.answers(engine, order.prescription_id, order.version), wait_s)


@clinic.command()
@database_option
@click.option("--wait", "wait_s", type=Number(0), default=0.0, help="Seconds to wait for the answers.")
@click.argument("patient_ref")
def erase(database: str, wait_s: float, patient_ref: str) -> None:
    """Forget a patient: here at once, and at every station as soon as it is reached."""
    from pressout_clinic import erasure, prescriptions
    from pressout_clinic.database import existing
    from pressout_link.identifiers import uuid7

    engine = existing(database)
    prescriptions.erasable(patient_ref)
    erase_id = uuid7()
    done = erasure.erase(engine, erase_id, patient_ref)
    click.echo(
        f"{erase_id}: {_counted(done.sessions, 'session')}, {_counted(done.prescriptions, 'prescription')} and "
        f"{_counted(done.rejected, 'rejected message')} deleted here; asked {_counted(len(done.stations), 'station')}"
    )
    _answers(lambda: prescriptions.erasure_answers(engine, erase_id), wait_s)


@clinic.command()
@database_option
@click.option("--older-than", "days", type=Number(1), required=True, metavar="DAYS", help="Begun before.")
def drop(database: str, days: float) -> None:
    """Drop old sessions here, at the end of the time that they are to be kept."""
    from pressout_clinic import erasure
    from pressout_clinic.database import existing
    from pressout_session.document_builder import rfc3339

    before = rfc3339(datetime.now(UTC) - timedelta(days=days))
    click.echo(f"{_counted(erasure.drop_older(existing(database), before), 'session')} dropped")


@clinic.command()
@database_option
@click.argument("station", metavar="SITE/STATION")
def retire(database: str, station: str) -> None:
    """Expect nothing of a station any more. Its sessions stay."""
    from pressout_clinic import erasure
    from pressout_clinic.database import existing

    site_id, _, station_id = station.partition("/")
    if not erasure.drop_station(existing(database), (site_id, station_id)):
        click.echo(f"{station}: found no such station, expected one of `pressout clinic fleet`", err=True)
        sys.exit(1)
    click.echo(f"{station} is out of the fleet")


@clinic.command()
@database_option
@json_option
@click.option("--show", metavar="SHA256", default=None, help="Print what was set aside, as it came.")
@click.option("--replay", metavar="SHA256", default=None, help="Have a worker try it again; `all` for all sessions.")
@click.option("--most", type=Whole(1), default=100, show_default=True)
def rejected(database: str, as_json: bool, show: str | None, replay: str | None, most: int) -> None:
    """Print what was set aside and why."""
    from pressout_clinic import rejected as aside
    from pressout_clinic.database import existing

    engine = existing(database)
    if show is not None:
        payload = aside.payload_of(engine, show)
        if payload is None:
            click.echo(f"{show}: found nothing of that name set aside, expected one of the list", err=True)
            sys.exit(1)
        click.echo(payload, nl=False)
        return
    if replay is not None:
        count = aside.ask_again(engine, None if replay == "all" else replay)
        click.echo(f"{_counted(count, 'session')} to be tried again by a worker")
        return
    found = aside.set_aside(engine, most)
    if as_json:
        for one in found:
            click.echo(json.dumps(asdict(one)))
        return
    rows = [(one.rejected_at[:19], one.sha256, str(one.size_bytes), one.topic[:80], one.reason) for one in found]
    _table(("rejected at (UTC)", "sha256", "bytes", "topic", "reason"), rows)


@clinic.command(name="gaps")
@database_option
@json_option
def gaps_command(database: str, as_json: bool) -> None:
    """Print what is missing of the journals' sequences; exit 1 if anything is."""
    from pressout_clinic.database import existing
    from pressout_clinic.missing_sequences import gaps

    found = gaps(existing(database))
    if as_json:
        for one in found:
            click.echo(json.dumps(asdict(one)))
    else:
        rows = []
        for gap in found:
            station = f"{gap.site_id or '?'}/{gap.station_id or '?'}"
            rows.append((station, gap.journal_id, f"{gap.first}-{gap.last}", gap.since or "-"))
        _table(("station", "journal", "seq", "missing since (UTC)"), rows)
    if found:
        sys.exit(1)


@clinic.command()
@database_option
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Into a page to look at.")
@click.option("--since", default=None, metavar="DAY", callback=moment, help="From this day on (2026-03-01).")
@click.argument("patient_ref")
def report(database: str, html: Path | None, since: str | None, patient_ref: str) -> None:
    """Print a patient's progress over the weeks, or make a page of it."""
    from pressout_clinic import queries
    from pressout_clinic.database import existing
    from pressout_clinic.report import terminal
    from pressout_clinic.report.page import page
    from pressout_clinic.report.progress import progress
    from pressout_session.document import decode

    engine = existing(database)
    documents = [decode(one) for one in queries.sessions(engine, since=since, patient_ref=patient_ref)]
    if not documents:
        click.echo(f"{patient_ref}: found no sessions, expected a patient's code that has some", err=True)
        sys.exit(1)
    found = progress(patient_ref, documents)
    if html is None:
        click.echo(terminal.told(found))
        return
    html.write_text(page(found, datetime.now(UTC)), encoding="utf-8")
    html.chmod(0o600)  # a patient's
    click.echo(f"{html}: {_counted(len(documents), 'session')}")


@clinic.command(name="import")
@database_option
@click.argument("files", nargs=-1, required=True, type=click.File("rb"))
def import_command(database: str, files: tuple[IO[bytes], ...]) -> None:
    """Store sessions from files of `pressout export` (json): after a loss, from a station's own journal."""
    from collections import Counter

    from pressout_clinic.queries import taken_in
    from pressout_clinic.store import Store
    from pressout_session.wire import AckResult

    store = Store(database)
    results: Counter[AckResult] = Counter()
    for file in files:
        while lines := [line.rstrip(b"\n") for line in itertools.islice(file, 100)]:
            acks = taken_in(store, [line for line in lines if line])
            results.update(ack.result for ack in acks)
            for ack in acks:
                if ack.result is AckResult.REJECTED:
                    click.echo(f"{file.name}: {ack.reason}", err=True)
    click.echo(", ".join(f"{results[result]} {result}" for result in AckResult))
    if results[AckResult.REJECTED]:
        sys.exit(1)


@clinic.command(name="audit")
@database_option
def clinic_audit(database: str) -> None:
    """Print what was done with the clinic's data."""
    from pressout_clinic.audit_log import audit
    from pressout_clinic.database import existing

    for line in audit(existing(database)):
        click.echo("  ".join(line))


def _answers(look: Callable[[], list[tuple[str, str | None]]], wait_s: float) -> None:
    """Wait for the stations' answers, and print them."""
    until_s = time.monotonic() + wait_s
    found = look()
    while any(answer is None for _station, answer in found) and time.monotonic() < until_s:
        time.sleep(LOOK_S)
        found = look()
    for station, answer in found:
        click.echo(f"  {station}: {answer or 'no answer yet'}")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from pressout_clinic.text_table import aligned

    click.echo("\n".join(aligned([head, *rows])))


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
