"""Runs the parts that were asked for, or all: `python -m bench [signal] [reader]`. Prints what it measured."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from itertools import islice

from pressout_device.clock import VirtualClock
from pressout_device.loadcell.emulator import Cell, Chip, wired
from pressout_device.loadcell.gpio import GpioLoadCell
from pressout_device.simulation.patient import Asked, SimulatedPatient
from pressout_signal.events import Movement, RepetitionCompleted, Resistance
from pressout_signal.samples import Reading, Sample
from pressout_signal.strokes import pipeline_for

SESSIONS = 20


def signal() -> None:
    """Count simulated sessions of each kind; what a sample costs. The patients are the product's own simulation."""
    print(f"signal: {SESSIONS} simulated sessions of 2 x 10 repetitions a kind, 80 samples a second")
    print("line    movement  exact  reps found/done  us a sample")
    for resistance in Resistance:
        for movement in Movement:
            exact = found = done = samples = 0
            spent_s = 0.0
            for seed in range(SESSIONS):
                target_n = 60.0 if resistance is Resistance.CABLE else 40.0
                asked = Asked(movement=movement, resistance=resistance, target_n=target_n, reps=10, seed=seed)
                patient = SimulatedPatient(asked)
                tension = patient.at(0.0)
                trace = [Sample(n / 80, tension(n / 80)) for n in range(int(patient.duration_s * 80))]
                began_s = time.perf_counter()
                count = _counted(trace, resistance, movement, target_n)
                spent_s += time.perf_counter() - began_s
                samples += len(trace)
                found += count
                done += len(patient.done)
                exact += count == len(patient.done)
            cost_us = 1e6 * spent_s / samples
            print(f"{resistance:7} {movement:9} {exact:2d}/{SESSIONS}  {found:6d}/{done:<8d} {cost_us:8.1f}")


def _counted(trace: list[Sample], resistance: Resistance, movement: Movement, target_n: float) -> int:
    pipeline = pipeline_for(resistance, movement, target_n)
    count = 0
    for sample in trace:
        pipeline, events = pipeline.step(sample)
        count += sum(isinstance(event, RepetitionCompleted) for event in events)
    return count


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


PARTS: dict[str, Callable[[], None]] = {"signal": signal, "reader": reader}


def main(names: list[str]) -> None:
    """Run the named parts, or all."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        sys.exit(f"bench: found {unknown[0]!r}, expected one of {', '.join(PARTS)}")
    for name in names or PARTS:
        PARTS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
