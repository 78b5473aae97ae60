"""What an adversary does to the chip's wires and its supply, one thing at a time, and what a way makes of it."""

from __future__ import annotations

from collections.abc import Callable

from bench import faultload
from pressout_device.chip.emulator import Chip
from pressout_device.chip.fault_injection import Interference, Moments
from pressout_device.clock import VirtualClock

# How often there is a pulse, or a reset.
HAPPENS_EVERY_S = 1.0


def pulses_on_the_clock_line(chip: Chip) -> None:
    """Let the clock line pick up a pulse now and then."""
    chip.clock_spikes = Moments(every_s=HAPPENS_EVERY_S, seed=1)


def pulses_without_settling(chip: Chip) -> None:
    """Let it, on a chip that is at once on another gain."""
    pulses_on_the_clock_line(chip)
    chip.settles_on_a_gain = False


def resets(chip: Chip) -> None:
    """Let the supply dip, at any moment."""
    chip.resets = Moments(every_s=HAPPENS_EVERY_S, seed=1)


def early_looks(chip: Chip) -> None:
    """Let the data line fall for up to 0.2 ms: the chip seems ready when it is not."""
    chip.interference = Interference(every_s=0.05, longest_s=200e-6, seed=1)


def inverted(chip: Chip) -> None:
    """Let the data line be inverted for up to 0.1 s, eight conversions."""
    chip.interference = Interference(every_s=1.0, longest_s=0.1, seed=1)


ADVERSITIES: dict[str, Callable[[Chip], None]] = {
    "a pulse on the clock line": pulses_on_the_clock_line,
    "the same, on a chip that does not settle on another gain": pulses_without_settling,
    "the chip begins anew": resets,
    "up to 0.2 ms on the data line: a look at a chip that is not ready": early_looks,
    "the data line inverted for up to 0.1 s": inverted,
}
"""What an adversary does to the wires, one at a time."""


def under(adversity: str, way: str, frames: int, seed: int = 0) -> faultload.Outcome:
    """Read until so many frames were taken from a chip to which one thing happens again and again."""
    clock = VirtualClock()
    chip = faultload.chip_at(clock, seed=seed)
    chip.interference = None
    ADVERSITIES[adversity](chip)
    outcome = faultload.Outcome(way)
    faultload.held_against_the_truth(chip, clock, outcome, frames, lambda _t_s: True)
    happened = chip.clock_spikes or chip.resets or chip.interference
    outcome.happened = 0 if happened is None else happened.passed_by
    return outcome
