"""`pressout calibrate`: the wizard in a terminal, a check with one mass, and the tare on a person's word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pressout_device.clock import wall_time
from pressout_device.errors import LoadCellError
from pressout_device.settings import LoadCellSection
from pressout_device.storage.calibration_log import CalibrationLog, calibrated
from pressout_session.document_builder import rfc3339
from pressout_session.load_cell_history import Calibrated, CalibrationChecked
from pressout_signal.calibration import Calibration
from pressout_signal.calibration_steps import CalibrationResult, Checked, Wizard, checked
from pressout_signal.samples import Fault, Reading
from pressout_signal.steady_load import Load, Refusal, SteadyLoad

KG_PER_LB = 0.45359237
# Longer than the wizard's own patience: only a child that died gets here.
LISTEN_S = 60.0

Heard = Callable[[float], Iterator[Reading | Fault]]


@dataclass(frozen=True, slots=True)
class Terminal:
    """How to talk to whoever stands there.

    Parameters
    ----------
    asked : callable
        Shows a sentence and waits for a key.
    say : callable
        Shows a line.
    hang : callable
        Told what is to hang now, in kg: a simulated line hangs it by itself.
    unit : str
        `kg` or `lb`: how masses are said.
    """

    asked: Callable[[str], None]
    say: Callable[[str], None]
    hang: Callable[[float], None]
    unit: str = "kg"

    def mass(self, mass_kg: float) -> str:
        """Say a mass in the unit of its owner."""
        return f"{mass_kg / KG_PER_LB:g} lb" if self.unit == "lb" else f"{mass_kg:g} kg"

    def ask(self, mass_kg: float) -> None:
        """Ask for what has to hang now, and wait until it does."""
        if mass_kg == 0.0:
            self.asked("Take everything off the line. Hands off.")
        else:
            self.asked(f"Hang {self.mass(mass_kg)} on it. Let it stop swinging. Hands off.")
        self.hang(mass_kg)


def in_kg(mass: float, unit: str) -> float:
    """Give a mass in kilograms.

    >>> in_kg(45.0, "lb")
    20.411657
    """
    return round(mass * KG_PER_LB, 6) if unit == "lb" else mass


def by_wizard(masses_kg: tuple[float, ...], heard: Heard, terminal: Terminal) -> CalibrationResult:
    """Lead through a calibration until it is found; a step that is refused is done again.

    Raises
    ------
    LoadCellError
        If the load cell falls silent.
    """
    wizard = Wizard(masses_kg)
    while wizard.found is None:
        mass_kg = wizard.mass_kg
        assert mass_kg is not None
        terminal.ask(mass_kg)
        wizard = _measured(wizard.hangs(), heard)
        if wizard.refusal is not None:
            terminal.say(f"Again: {wizard.refusal.sentence}.")
    return wizard.found


def _measured(wizard: Wizard, heard: Heard) -> Wizard:
    for item in heard(LISTEN_S):
        wizard = wizard.step(item)
        if wizard.steadying is None:
            return wizard
    raise LoadCellError("calibration: found almost no readings, expected eighty a second; run pressout diagnose")


def report(found: CalibrationResult) -> list[str]:
    """Say how good a calibration is, for a person."""
    zero, span = found.calibration.zero_counts, found.calibration.counts_per_newton
    linearity = "needs two masses" if found.linearity_pct is None else f"{found.linearity_pct:.2f} % of the span"
    return [
        f"zero: {zero:.0f} counts, span: {span:.2f} counts a newton",
        f"straightness: {linearity}",
        f"rise and fall differ by {found.hysteresis_pct:.2f} % of the span",
        f"noise of one reading: {found.noise_n:.3f} N",
        f"tensions that differ by less than {found.resolution_n:.2f} N cannot be told apart",
    ]


def kept(book: CalibrationLog, cell: LoadCellSection, found: CalibrationResult, named: str, by: str) -> Calibrated:
    """Write a calibration into the book.

    Raises
    ------
    JournalError
        If it cannot be written; the one before then still holds.
    """
    fact = calibrated(cell, found, named, by)
    book.write(fact)
    return fact


def by_check(mass_kg: float, heard: Heard, terminal: Terminal, calibration: Calibration) -> Checked:
    """Weigh one known mass with the calibration that holds: half a minute.

    Raises
    ------
    LoadCellError
        If a load cannot be measured.
    """
    loads = []
    for hung_kg in (0.0, mass_kg):
        terminal.ask(hung_kg)
        loads.append(_load(heard))
    return checked(loads[0], loads[1], mass_kg, calibration)


def _load(heard: Heard) -> Load:
    steadying = SteadyLoad()
    for item in heard(LISTEN_S):
        steadying, said = steadying.step(item)
        match said:
            case Load():
                return said
            case Refusal():
                raise LoadCellError(f"calibration: {said.sentence}")
    raise LoadCellError("calibration: found almost no readings, expected eighty a second; run pressout diagnose")


def check_kept(book: CalibrationLog, cell: LoadCellSection, calibration_id: str, check: Checked, by: str) -> None:
    """Write a check into the book.

    Raises
    ------
    JournalError
        If it cannot be written.
    """
    book.write(
        CalibrationChecked(
            at=rfc3339(wall_time()),
            load_cell_id=cell.load_cell_id,
            calibration_id=calibration_id,
            mass_kg=check.mass_kg,
            found_kg=round(check.found_kg, 3),
            good=check.good,
            by=by,
        )
    )
