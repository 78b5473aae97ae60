"""Options that several subcommands take."""

from __future__ import annotations

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
