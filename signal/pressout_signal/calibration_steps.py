"""Calibration by someone who is not an engineer: empty, known masses, empty again; what cannot be right is refused.

Pure: a wizard is a value that is told of readings and of what a person did, and says what is to be done next. A
terminal and a touchscreen show the same one.
"""

from __future__ import annotations

import math
from statistics import fmean, linear_regression

from msgspec import Struct
from msgspec.structs import replace

from pressout_signal.calibration import Calibration
from pressout_signal.samples import Fault, Reading
from pressout_signal.steady_load import Load, Reason, Refusal, SteadyLoad

G_M_PER_S2 = 9.80665
FULL_SCALE_COUNTS = 0x7FFFFF
# A mass that moves the reading by less than this many times its noise cannot give a span to one per cent.
NOISE_RATIO = 20.0
# Of the amplifier's range: beyond the first the span is too small to stand on, beyond the second it clips.
LEAST_SPAN, MOST_OF_RANGE = 0.01, 0.9
# Of the span: cells are straight to a thousandth, so more than this is a mass that is not what it says.
OFF_LINE = 0.01
# Of the span: cells give back what they take to a thousandth; more is another mass, or something that rubs.
RISE_AND_FALL = 0.01
# Of the span: what may be left when everything is taken off again.
NOT_EMPTY = 0.005


class Point(Struct, frozen=True):
    """A known mass (kg) and what it gave."""

    mass_kg: float
    load: Load


class CalibrationResult(Struct, frozen=True, kw_only=True):
    """A calibration and how good it is.

    `linearity_pct` and `hysteresis_pct` are the largest departures in per cent of the span, None where nothing showed
    them; `noise_n` is rms of one reading. `resolution_n`: two tensions that differ by less, held for a quarter of a
    second, cannot be told apart.
    """

    calibration: Calibration
    points: tuple[Point, ...]
    linearity_pct: float | None
    hysteresis_pct: float
    noise_n: float
    resolution_n: float


class Wizard(Struct, frozen=True):
    """Where a calibration is.

    Parameters
    ----------
    masses_kg : tuple of float
        What will be hung, in this order; before and after it the line is empty.
    points : tuple of Point
        What has been measured.
    steadying : SteadyLoad, optional
        The load that is being measured.
    refusal : Refusal, optional
        Why the last step has to be done again.
    found : CalibrationResult, optional
        The result, once there is one.

    Examples
    --------
    >>> wizard = Wizard((5.0,))
    >>> wizard.mass_kg
    0.0
    """

    masses_kg: tuple[float, ...]
    points: tuple[Point, ...] = ()
    steadying: SteadyLoad | None = None
    refusal: Refusal | None = None
    found: CalibrationResult | None = None

    @property
    def steps(self) -> tuple[float, ...]:
        """What has to hang at each step, in kg."""
        return (0.0, *self.masses_kg, 0.0)

    @property
    def mass_kg(self) -> float | None:
        """What is to hang now, 0 for nothing; None when it is done."""
        return None if self.found is not None else self.steps[len(self.points)]

    def hangs(self) -> Wizard:
        """Take a person's word that it does: measure."""
        return replace(self, steadying=SteadyLoad(), refusal=None)

    def step(self, item: Reading | Fault) -> Wizard:
        """Take what the load cell said."""
        if self.steadying is None or self.mass_kg is None:
            return self
        steadying, said = self.steadying.step(item)
        match said:
            case None:
                return replace(self, steadying=steadying)
            case Refusal():
                return replace(self, steadying=None, refusal=said)
            case Load():
                return self._measured(Point(self.mass_kg, said))

    def _measured(self, point: Point) -> Wizard:
        refusal = _unfit(self.points, point, max(self.masses_kg))
        if refusal is not None:
            return replace(self, steadying=None, refusal=refusal)
        points = (*self.points, point)
        if len(points) < len(self.steps):
            return replace(self, points=points, steadying=None)
        found = fitted(points)
        if isinstance(found, Refusal):
            # Nobody can say which of them was wrong: begin again.
            return replace(self, points=(), steadying=None, refusal=found)
        return replace(self, points=points, steadying=None, found=found)


def _unfit(before: tuple[Point, ...], point: Point, heaviest_kg: float) -> Refusal | None:
    """Tell at once what is wrong with a load, while whoever hung it is still there."""
    if abs(point.load.mean_counts) > MOST_OF_RANGE * FULL_SCALE_COUNTS:
        return Refusal(Reason.SATURATED)
    if not before or point.mass_kg == 0.0:
        return None
    empty = before[0].load
    change = abs(point.load.mean_counts - empty.mean_counts)
    if change < NOISE_RATIO * max(empty.noise_counts, point.load.noise_counts, 1.0):
        return Refusal(Reason.NEAR_NOISE, change)
    if point.mass_kg == heaviest_kg and change < LEAST_SPAN * FULL_SCALE_COUNTS:
        return Refusal(Reason.SPAN_TOO_SMALL, 100.0 * change / FULL_SCALE_COUNTS)
    return None


def fitted(points: tuple[Point, ...]) -> CalibrationResult | Refusal:
    """Give the straight line through the points, least squares, and how well they lie on it; or why there is none.

    Points of the same mass are one point's rise and fall: what lies between them is hysteresis, and their mean is
    what the line is held against.
    """
    by_mass: dict[float, list[float]] = {}
    for point in points:
        by_mass.setdefault(point.mass_kg, []).append(point.load.mean_counts)
    forces_n = [G_M_PER_S2 * mass_kg for mass_kg in by_mass]
    counts = [fmean(found) for found in by_mass.values()]
    span_per_n, zero = linear_regression(forces_n, counts)
    span = abs(span_per_n) * max(forces_n)
    off_line = max(abs(given - (zero + span_per_n * at_n)) for at_n, given in zip(forces_n, counts, strict=True)) / span
    left = abs(points[-1].load.mean_counts - points[0].load.mean_counts) / span
    if left > NOT_EMPTY:
        return Refusal(Reason.NOT_EMPTY_AGAIN, 100.0 * left)
    hysteresis = max(max(found) - min(found) for found in by_mass.values())
    if hysteresis > RISE_AND_FALL * span:
        return Refusal(Reason.RISE_AND_FALL, 100.0 * hysteresis / span)
    worst = max(off_line, _other_span(by_mass))
    if worst > OFF_LINE:
        return Refusal(Reason.OFF_THE_LINE, 100.0 * worst)
    per_n = abs(span_per_n)
    noise = math.sqrt(fmean([point.load.noise_counts**2 for point in points]))
    wander = math.sqrt(fmean([point.load.wander_counts**2 for point in points]))
    # Both tensions carry the wander; the line's and the cell's own departures add to it as they are.
    resolution = 2.0 * math.sqrt(2.0) * wander + off_line * span + hysteresis
    return CalibrationResult(
        calibration=Calibration(zero_counts=round(zero, 1), counts_per_newton=span_per_n),
        points=points,
        linearity_pct=100.0 * off_line if len(by_mass) > 2 else None,
        hysteresis_pct=100.0 * hysteresis / span,
        noise_n=noise / per_n,
        resolution_n=resolution / per_n,
    )


def _other_span(by_mass: dict[float, list[float]]) -> float:
    """Give by how much the spans that single masses give differ: a line through all of them hides half of it."""
    zero = fmean(by_mass[0.0])
    spans = [(fmean(found) - zero) / mass_kg for mass_kg, found in by_mass.items() if mass_kg > 0.0]
    return abs(max(spans) / min(spans) - 1.0) if min(spans) * max(spans) > 0.0 else 1.0


class Checked(Struct, frozen=True):
    """What a known mass weighed with the calibration that is kept; in kg, and whether that will do."""

    mass_kg: float
    found_kg: float

    @property
    def off_pct(self) -> float:
        """How far it is off, in per cent of the mass."""
        return 100.0 * (self.found_kg / self.mass_kg - 1.0)

    @property
    def good(self) -> bool:
        """Whether it is within one per cent."""
        return abs(self.off_pct) <= 1.0


def checked(empty: Load, loaded: Load, mass_kg: float, calibration: Calibration) -> Checked:
    """Weigh a known mass with a calibration: only the difference to the empty line counts, its zero may have moved."""
    force_n = (loaded.mean_counts - empty.mean_counts) / calibration.counts_per_newton
    return Checked(mass_kg, force_n / G_M_PER_S2)
