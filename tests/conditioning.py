"""Load-cell conditioning for tests: what it notes and tells goes into lists."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pressout_session.error_codes import Trouble
from pressout_session.load_cell_history import (
    AnyCellFact,
    CellLife,
)
from pressout_session.wire import StationEvent
from pressout_signal.calibration import Calibration
from pressout_signal.samples import Fault, Reading
from pressout_station.controller.clinic_events import ClinicEvents
from pressout_station.controller.load_cell_conditioning import ConditioningConfig, LoadCellConditioning

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
AT = "2026-03-01T09:30:00.000Z"
CELL = Calibration(zero_counts=8_000, counts_per_newton=400)


@dataclass
class Desk:
    """A weighing that notes into a list."""

    life: CellLife = field(default_factory=lambda: CellLife(load_cell_id="A"))
    noted: list[AnyCellFact] = field(default_factory=list)
    told: list[StationEvent] = field(default_factory=list)
    now: datetime = NOW

    def __post_init__(self) -> None:
        weighed = ConditioningConfig(CELL, self.life, limit_n=785.0, due_days=365)
        announcer = ClinicEvents("A", self.told.append, lambda: self.now, lambda: f"event-{len(self.told)}")
        self.conditioning = LoadCellConditioning(weighed, self.noted.append, lambda: self.now, announcer)

    def hear(self, items: Iterable[Reading | Fault | None]) -> list[Trouble | None]:
        """Let the load cell speak; give each trouble it gets into, and None for getting out."""
        found: list[Trouble | None] = []
        for item in items:
            if item is not None:
                self.conditioning.take(item)
            if self.conditioning.trouble is not (found[-1] if found else None):
                found.append(self.conditioning.trouble)
        return found


def reading(n: int, tension_n: float = 0.0) -> Reading:
    return Reading(n / 80, round(8_000 + 400 * tension_n) + random.Random(n).randrange(-11, 12))


def steady(begin_s: float, duration_s: float, tension_n: float = 0.0) -> list[Reading]:
    first, count = round(begin_s * 80), round(duration_s * 80)
    return [reading(n, tension_n) for n in range(first, first + count)]
