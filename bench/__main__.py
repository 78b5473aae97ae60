"""Runs the parts that were asked for, or all: `python -m bench [signal] [reader]`. Prints what it measured."""

from __future__ import annotations

import time
from itertools import islice

import click

from bench import accuracy
from pressout_device.clock import VirtualClock
from pressout_device.loadcell.emulator import Cell, Chip, wired
from pressout_device.loadcell.gpio import GpioLoadCell
from pressout_signal.samples import Reading

# The fewest sessions a kind whose figures are worth a page.
SESSIONS = 500


def reader() -> None:
    """Read the emulated chip through its pins: what a frame costs, emulation included."""
    clock = VirtualClock()
    chip = Chip(lambda t_s: t_s, clock, Cell(noise_counts=0.0))
    cell = GpioLoadCell(wired(chip, data_pin=5, clock_pin=6), data_pin=5, clock_pin=6, rate_hz=80, clock=clock)
    began_s = time.perf_counter()
    items = list(islice(cell.readings(0.1), 8_000))
    spent_s = time.perf_counter() - began_s
    right = sum(isinstance(item, Reading) for item in items)
    print(f"reader: {right} of {len(items)} frames read on the emulated chip, {1e6 * spent_s / len(items):.0f} us each")


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(["signal", "reader"]))
@click.option("--sessions", default=SESSIONS, show_default=True, help="Simulated sessions a kind of line.")
def main(parts: tuple[str, ...], sessions: int) -> None:
    """Measure what we claim. The signal's page in docs/reference is rewritten by a whole measurement only."""
    for part in parts or ("signal", "reader"):
        if part == "signal":
            accuracy.run(sessions, write=sessions >= SESSIONS)
        else:
            reader()


if __name__ == "__main__":
    main()
