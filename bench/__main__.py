"""Runs the parts that were asked for, or all: `python -m bench [signal] [reader]`. Prints what it measured."""

from __future__ import annotations

import click

from bench import accuracy, reader

# The fewest sessions a kind whose figures are worth a page.
SESSIONS = 500


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(["signal", "reader"]))
@click.option("--sessions", default=SESSIONS, show_default=True, help="Simulated sessions a kind of line.")
@click.option("--frames", default=reader.FRAMES, show_default=True, help="Frames a way to the load cell.")
@click.option("--minutes", default=reader.HANDING_S / 60, show_default=True, help="Minutes of handing over.")
def main(parts: tuple[str, ...], sessions: int, frames: int, minutes: float) -> None:
    """Measure what we claim. A page in docs/reference is rewritten by a whole measurement only."""
    for part in parts or ("signal", "reader"):
        if part == "signal":
            accuracy.run(sessions, write=sessions >= SESSIONS)
        else:
            reader.run(frames=frames, minutes=minutes)


if __name__ == "__main__":
    main()
