"""Questions at a terminal: asked until the answer will do, and said why where nobody is there to answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from pressout_device.errors import NobodyThereError


def ask(words: str, how_else: str, **options: Any) -> Any:  # noqa: ANN401 (what click.prompt takes and gives)
    """Ask, as `click.prompt` does.

    Parameters
    ----------
    words : str
        The question.
    how_else : str
        How the same is said without a terminal.
    options : dict
        Of `click.prompt`.

    Raises
    ------
    NobodyThereError
        If what is typed has ended: a pipe or a script that has no more answers.
    """
    try:
        return click.prompt(words, **options)
    except click.Abort as error:
        # click says the same of both: somebody who pressed Ctrl-C needs no explanation.
        if not isinstance(error.__context__, EOFError):
            raise
        click.echo()
        raise NobodyThereError(
            f"found nobody to answer {words.splitlines()[0]!r}, expected a terminal with somebody at it; {how_else}"
        ) from error


def ask_until(words: str, how_else: str, amiss: Callable[[str], list[str]], **options: Any) -> str:  # noqa: ANN401
    """Ask until an answer will do: each that will not is told why, and asked for again.

    Parameters
    ----------
    words, how_else, options :
        As `ask` takes them.
    amiss : callable
        Gives what is wrong with an answer, a sentence each; nothing where it will do.
    """
    while True:
        said = str(ask(words, how_else, **options)).strip()
        wrong = amiss(said)
        if not wrong:
            return said
        for sentence in wrong:
            click.echo(f"  {sentence}", err=True)
