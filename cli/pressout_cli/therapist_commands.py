"""The subcommands about who may come in: `pressout therapist add`, `list`, `remove`. A PIN is never an argument."""

from __future__ import annotations

import os
from pathlib import Path

import click

from pressout_cli.options import config_option
from pressout_cli.prompts import ask_until
from pressout_station.audit_log import Act, Audit, entry


@click.group()
def therapist() -> None:
    """Say who may set doses on the touchscreen."""


@therapist.command()
@config_option
@click.argument("initials")
def add(config_file: Path, initials: str) -> None:
    """Let someone in by INITIALS and a six-digit PIN; whoever is in already gets a new PIN."""
    from pressout_device.errors import ConfigError
    from pressout_station import config
    from pressout_station.identity import new_id
    from pressout_station.staff.accounts import Therapists, pin_reason

    folder = config.read(config_file).folder
    known = Therapists(folder)
    if wrong := initials_amiss(initials):
        raise ConfigError(f"therapist: {wrong[0]}")
    pin = ask_until(
        "PIN, six digits",
        "it is never an option, and never in a file",
        lambda said: [reason for reason in [pin_reason(said)] if reason],
        hide_input=True,
        confirmation_prompt="The same again",
    )
    known.add(initials.upper(), pin, f"t-{new_id()[-12:]}")
    _noted(folder, Act.THERAPIST_ADDED, known.all()[initials.upper()].therapist_ref)
    click.echo(f"{initials.upper()} may come in; a station that runs already knows it when it is started anew.")


@therapist.command(name="list")
@config_option
def list_(config_file: Path) -> None:
    """Tell who may come in."""
    from pressout_station import config
    from pressout_station.staff.accounts import Therapists

    for one in Therapists(config.read(config_file).folder).all().values():
        click.echo(f"{one.initials}  {one.therapist_ref}")


@therapist.command()
@config_option
@click.argument("initials")
def remove(config_file: Path, initials: str) -> None:
    """Let someone in no longer; what they signed stays signed."""
    from pressout_station import config
    from pressout_station.staff.accounts import Therapists

    folder = config.read(config_file).folder
    known = Therapists(folder).all().get(initials.upper())
    Therapists(folder).remove(initials.upper())
    _noted(folder, Act.THERAPIST_REMOVED, "" if known is None else known.therapist_ref)
    click.echo(f"{initials.upper()} may come in no longer.")


def initials_amiss(initials: str) -> list[str]:
    """Give what is wrong with initials as they are typed; nothing where they will do."""
    from pressout_station.staff.accounts import initials_reason

    return [reason for reason in [initials_reason(initials.upper())] if reason]


def _noted(folder: Path, act: Act, about: str) -> None:
    """Write it down, with the computer's own number of whoever does it."""
    Audit(folder).add(entry(act, who=f"uid {os.getuid()}", about=about))
