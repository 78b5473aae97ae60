"""Load cell that an emulated chip stands for, known without the emulator, which is slow to load."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The cell and the amplifier that the chip stands for.

    4 400 counts a newton are a cell of 100 kg and 2 mV/V at gain 128. The converter alone has 50 counts of noise, rms
    (90 nV, data sheet at 80 samples a second); `noise_counts` is what a lead through a gym adds to it: 0.125 N.
    """

    rate_hz: float = 80.0
    counts_per_newton: float = 4_400.0
    zero_counts: float = 88_000.0
    noise_counts: float = 550.0
