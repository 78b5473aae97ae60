"""The load cell's table of a station's configuration: wiring, limits, and why a default is what it is."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from pressout_session.document import Reference

# BCM numbers on the 40-pin header that nothing else of the station uses (0 and 1 identify add-on boards).
Pin = Annotated[int, msgspec.Meta(ge=2, le=27)]


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One table of the file."""


class LoadCellSection(Section, frozen=True, kw_only=True):
    """How the load cell is wired and what it can bear. What its calibrations found is in the station's folder."""

    way: str = "spi"  # a file of drivers/: hardware times the pulses, and the wiring serves gpio as well
    spi_bus: Annotated[int, msgspec.Meta(ge=0, le=6)] = 0
    spi_device: Annotated[int, msgspec.Meta(ge=0, le=2)] = 0
    data_pin: Pin = 9  # the wiring of hardware/wiring.md: MISO
    clock_pin: Pin = 10  # MOSI
    trace: str | None = None  # for the way replay
    trace_at_once: bool = False
    rate_hz: Literal[10, 80] = 80  # the amplifier's solder bridge; software cannot change it
    load_cell_id: Reference = "unknown"
    rated_n: Annotated[float, msgspec.Meta(ge=50, le=50_000)] = 981.0  # 100 kg, as in hardware/parts.md
    safety_factor: Annotated[float, msgspec.Meta(ge=1.0, le=10.0)] = 1.25  # rated over the limit that stops a set
    calibration_max_days: Annotated[int, msgspec.Meta(ge=1, le=3_660)] = 365  # a year, as scales in trade have it
    # From the data sheet, until a calibration replaces them.
    zero_counts: float = 0.0
    counts_per_newton: float | None = None

    @property
    def limit_n(self) -> float:
        """The tension beyond which the station warns, in newtons."""
        return self.rated_n / self.safety_factor
