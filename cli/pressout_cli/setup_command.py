"""`pressout setup`: a station configured by questions, or by options where nobody is there to be asked."""

from __future__ import annotations

import os
from pathlib import Path

import click

from pressout_cli.cell_commands import diagnose
from pressout_cli.options import DEFAULT_CONFIG, config_option, simulate_option
from pressout_cli.prompts import ask_until
from pressout_cli.setup.config_writer import Setup, save
from pressout_cli.setup.questions import QUESTIONS, Question
from pressout_cli.therapist_commands import add, initials_amiss
from pressout_device.errors import NobodyThereError

UNASKED = "say --yes with an option for each answer: pressout setup --help"


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
    """Configure a station, or change how it is configured.

    Each answer is checked when it is given. Whatever interrupts it, the answers given are offered the next time.
    """
    begun = Setup(config_file, asks=not yes)
    if begun.resumed:
        click.echo("Going on where setup was interrupted: what was answered then is offered again.")
    try:
        for question in QUESTIONS:
            if question.needs(begun.answers):
                begun.answer(question, _asked(question, begun, given[question.option], yes=yes))
    except (click.Abort, NobodyThereError):
        click.echo(f"\n{config_file} is as it was; what was answered is kept, and offered the next time.", err=True)
        raise
    changed = save(config_file, begun.text())
    begun.forget()
    click.echo(f"{config_file}: {'written' if changed else 'nothing to change'}")
    context = click.get_current_context()
    for initials in _who(therapists, yes=yes):
        click.echo(f"{initials}:")
        context.invoke(add, config_file=config_file, initials=initials)
    if look:
        context.invoke(diagnose, config_file=config_file, simulate=simulate, way=None, station=False)
    where = "" if config_file == DEFAULT_CONFIG else f" --config {config_file}"
    click.echo(
        f"Next: sudo pressout calibrate{where}, with known masses; then sudo systemctl enable --now pressout.target"
    )
    if os.geteuid() != 0:
        click.echo("This was not done as root: the station's user must be able to read what was written.", err=True)


def _asked(question: Question, begun: Setup, said: str | None, *, yes: bool) -> str:
    known = begun.offered(question)
    if said is not None or yes:
        return known if said is None else said
    return ask_until(
        f"{question.words}{begun.choices(question)}",
        UNASKED,
        lambda answer: begun.amiss(question, answer),
        default=known,
        show_default=bool(known),
    )


def _who(therapists: tuple[str, ...], *, yes: bool) -> tuple[str, ...]:
    if therapists or yes:
        return therapists
    said = ask_until(
        "Initials of therapists to let in, with spaces between (empty: none now)",
        UNASKED,
        lambda answer: [wrong for one in answer.split() for wrong in initials_amiss(one)],
        default="",
        show_default=False,
    )
    return tuple(said.split())
