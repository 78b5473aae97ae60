"""Runs the parts that were asked for, or all: `python -m bench [PART...]`. Prints what it measured."""

from __future__ import annotations

from pathlib import Path

import click

from bench import damage, durability, reader, screen

PARTS = ("signal", "reader", "ui", "durability", "damage", "clinic", "footprint", "mutations")
# The fewest sessions a kind of line, and a family, whose figures are worth a page.
SESSIONS, FAMILIES = 500, 20


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option("--sessions", default=SESSIONS, show_default=True, help="Simulated sessions a kind of line.")
@click.option("--families", default=FAMILIES, show_default=True, help="Simulated sessions a family and line.")
@click.option("--traces", type=click.Path(path_type=Path), help="Folders of traces with a truth.json, scored besides.")
@click.option("--frames", default=reader.FRAMES, show_default=True, help="Frames a way to the load cell.")
@click.option("--minutes", default=reader.HANDING_S / 60, show_default=True, help="Minutes of handing over.")
@click.option("--kills", default=durability.KILLS, show_default=True, help="Kills of durability.")
@click.option("--damages", default=damage.DAMAGES, show_default=True, help="Random damages of a journal.")
@click.option("--faults", default=100, show_default=True, help="Small faults that the tests are to notice.")
@click.option("--visits", default=20_000, show_default=True, help="Sessions delivered to the clinic.")
@click.option("--events", default=screen.EVENTS, show_default=True, help="Random touches of the screen.")
def main(parts: tuple[str, ...], sessions: int, minutes: float, traces: Path | None, **counts: int) -> None:
    """Measure what we claim. A page in docs/reference is rewritten by a whole measurement only."""
    for part in parts or PARTS:
        if part == "signal":
            from bench import accuracy  # its peers want scipy

            whole = sessions >= SESSIONS and counts["families"] >= FAMILIES
            accuracy.run(sessions, counts["families"], traces, write=whole)
        elif part == "reader":
            reader.run(frames=counts["frames"], minutes=minutes)
        elif part == "durability":
            durability.run(counts["kills"])
        elif part == "damage":
            damage.measured(counts["damages"])
        elif part == "mutations":
            from bench import mutation_page  # its faults want cosmic-ray

            mutation_page.run(counts["faults"])
        elif part == "footprint":
            from bench import footprint

            footprint.run()
        elif part == "clinic":
            from bench import clinic

            clinic.run(counts["visits"])
        else:
            screen.run(station_s=min(screen.STATION_S, 6.0 * minutes), events=counts["events"])


if __name__ == "__main__":
    main()
