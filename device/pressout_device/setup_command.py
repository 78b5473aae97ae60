"""`pressout setup`: a station configured by questions, or by options where nobody is there to be asked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from pressout_device.cell_commands import diagnose
from pressout_device.command_options import config_option, simulate_option
from pressout_device.questions import QUESTIONS, Question
from pressout_device.therapist_commands import add


def _answers(command: click.Command) -> click.Command:
    """Give a command an option for each question."""
    for place, question in enumerate(QUESTIONS, start=1):
        command.params.insert(
            place, click.Option([f"--{question.option.replace('_', '-')}"], help=question.words + ".")
        )
    return command


@_answers
@click.command()
@config_option
@simulate_option
@click.option("--yes", is_flag=True, help="Ask nothing: what no option says stays as it is, or is as usual.")
@click.option("--therapist", "therapists", multiple=True, metavar="INITIALS", help="Let someone in; asks for a PIN.")
@click.option("--diagnose/--no-diagnose", "look", default=True, show_default=True, help="Look at the cell at the end.")
def setup(
    config_file: Path,
    simulate: bool,
    yes: bool,
    therapists: tuple[str, ...],
    look: bool,
    **given: str | None,
) -> None:
    """Configure a station, or change how it is configured."""
    from pressout_device import setting_up

    document = setting_up.opened(config_file)
    answers: dict[str, str] = {}
    for question in QUESTIONS:
        if question.needs(answers):
            known = setting_up.answer_in(document, question)
            answers[question.key] = _asked(question, known, given[question.option], yes=yes)
    changed = setting_up.save(config_file, setting_up.written(document, answers))
    click.echo(f"{config_file}: {'written' if changed else 'nothing to change'}")
    context = click.get_current_context()
    for initials in _who(therapists, yes=yes):
        click.echo(f"{initials}:")
        context.invoke(add, config_file=config_file, initials=initials)
    if look:
        context.invoke(diagnose, config_file=config_file, simulate=simulate, way=None, station=False)
    click.echo("Next: sudo pressout calibrate, with known masses; then sudo systemctl enable --now pressout.target")
    if os.geteuid() != 0:
        click.echo("This was not done as root: the station's user must be able to read what was written.", err=True)


def _asked(question: Question, known: str, said: str | None, *, yes: bool) -> str:
    if said is not None or yes:
        return known if said is None else said
    kind: Any = click.Choice(question.of) if question.of else str
    return str(click.prompt(question.words, default=known or "", type=kind, show_default=bool(known))).strip()


def _who(therapists: tuple[str, ...], *, yes: bool) -> tuple[str, ...]:
    if therapists or yes:
        return therapists
    said = click.prompt("Initials of therapists to let in, with spaces between (empty: none now)", default="")
    return tuple(said.split())
