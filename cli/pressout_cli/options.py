"""Options that several subcommands take."""

from __future__ import annotations

import re
from pathlib import Path

import click

DEFAULT_CONFIG = Path("/etc/pressout/station.toml")
config_option = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    default=DEFAULT_CONFIG,
    show_default=True,
    help="TOML file.",
)
simulate_option = click.option("--simulate", is_flag=True, help="The simulated chip in the place of the real one.")

# RFC 3339 in UTC, or as much of it as is meant: 2026-03, 2026-03-01, 2026-03-01T09.
MOMENT = r"\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d(\.\d+)?Z?)?)?)?)?)?"


def moment(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """Take a moment, or the beginning of a day, a month, a year, as it is."""
    if value is not None and not re.fullmatch(MOMENT, value):
        raise click.BadParameter(
            f"found {value!r}, expected a day (2026-03-01) or a moment (2026-03-01T09:30:00Z), in UTC"
        )
    return value
