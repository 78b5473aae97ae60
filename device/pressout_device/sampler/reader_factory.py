"""Reader factory of the sampling process: the configured driver, or an emulated chip with a patient."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

from pressout_device import drivers
from pressout_device.clock import RealClock, ScaledClock
from pressout_device.sampler.process import Opened
from pressout_device.settings import LoadCellSection
from pressout_signal.calibration_steps import G_M_PER_S2

if TYPE_CHECKING:
    from pressout_device.simulation.patient import PatientTask


def real(cell: LoadCellSection, _since_s: float) -> Opened:
    """Open the load cell that the configuration names.

    Raises
    ------
    LoadCellError, ExtraMissingError
        If a device, a package or a file is not there, in one sentence.
    """
    clock = RealClock()
    return drivers.opened(cell, clock), clock


def simulated(cell: LoadCellSection, asked: PatientTask, origin_s: float, speed: float, since_s: float) -> Opened:
    """Open the emulated chip; the patient walked in at `origin_s` on the station's clock.

    Reading begins at `since_s`: what happens while this process starts is caught up with, and what an earlier one
    had already told is not told twice.
    """
    # The emulated chip is the reading process's alone: whoever only passes this on must not pay for it.
    from pressout_device.drivers.simulated import pulled_by
    from pressout_device.simulation.patient import SimulatedPatient

    pace = ScaledClock(origin_s, speed)
    patient = SimulatedPatient(asked)
    return pulled_by(patient.at(origin_s), cell, pace, since_s=since_s, seed=asked.seed), pace


class Hung(Protocol):
    """What hangs on a simulated line, in kilograms; shared between processes."""

    value: float


def hung_with(cell: LoadCellSection, hung: Hung, since_s: float) -> Opened:
    """Open an emulated chip at whose line masses hang and swing a little, until they hang still."""
    from pressout_device.drivers.simulated import pulled_by

    clock = RealClock()
    swing = _Swing(hung)
    return pulled_by(swing.tension_n, cell, clock, since_s=since_s), clock


class _Swing:
    """A mass on a line: it swings when it has just been hung, and less and less."""

    def __init__(self, hung: Hung) -> None:
        self._hung = hung
        self._mass_kg, self._since_s = hung.value, -math.inf

    def tension_n(self, t_s: float) -> float:
        """Give the tension at a time."""
        if self._hung.value != self._mass_kg:
            self._mass_kg, self._since_s = self._hung.value, t_s
        hung_s = t_s - self._since_s
        swing = 0.03 * math.exp(-hung_s / 0.8) * math.cos(2.0 * math.pi * 1.1 * hung_s) if hung_s < 60.0 else 0.0
        return G_M_PER_S2 * self._mass_kg * (1.0 + swing)
