"""History of a load cell, as facts in order: calibrations, checks, tares, overloads. None is ever changed or dropped.

What a station knows of its cell is the fold of these facts: which calibration holds, what the cell has borne, whether
anyone should look at it. Wall times are RFC 3339, UTC.
"""

from __future__ import annotations

from datetime import datetime

import msgspec


class CellFact(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag=str.lower):
    """Something that happened to the cell called `load_cell_id`, at `at`."""

    at: str
    load_cell_id: str


class Calibrated(CellFact, frozen=True, kw_only=True):
    """Someone calibrated it with known masses."""

    calibration_id: str
    zero_counts: float
    counts_per_newton: float
    masses_kg: tuple[float, ...]
    by: str
    linearity_pct: float | None
    hysteresis_pct: float
    noise_n: float
    resolution_n: float


class CalibrationChecked(CellFact, frozen=True, kw_only=True):
    """Someone weighed a known mass with the calibration that held."""

    calibration_id: str
    mass_kg: float
    found_kg: float
    good: bool
    by: str


class TareTaken(CellFact, frozen=True, kw_only=True):
    """The zero was taken again, `zero_n` from the calibrated one; `asked`: on a person's word."""

    zero_n: float
    moved_n: float
    asked: bool = False


class OverloadSeen(CellFact, frozen=True, kw_only=True):
    """The tension went beyond the cell's limit; `peak_n` when it was seen."""

    peak_n: float
    limit_n: float


class OverloadPeaked(CellFact, frozen=True, kw_only=True):
    """That overload is over; `peak_n` was the most."""

    peak_n: float


class ZeroStrange(CellFact, frozen=True, kw_only=True):
    """A quiet line was `offset_n` from the calibrated zero; `bent`: after an overload."""

    offset_n: float
    bent: bool


AnyCellFact = Calibrated | CalibrationChecked | TareTaken | OverloadSeen | OverloadPeaked | ZeroStrange


class CellLife(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one cell: the fold of its facts.

    `peak_n` is for life; all but the calibrations themselves is since the last one. `confirmed_n` is the zero that a
    person last vouched for. `calibration_altered` says that there was a later calibration, which the card has altered.
    """

    load_cell_id: str
    calibrations: tuple[Calibrated, ...] = ()
    checked: CalibrationChecked | None = None
    tare: TareTaken | None = None
    confirmed_n: float = 0.0
    peak_n: float | None = None
    overloads: int = 0
    bent: bool = False
    calibration_altered: bool = False

    @property
    def calibration(self) -> Calibrated | None:
        """The calibration that holds."""
        return self.calibrations[-1] if self.calibrations else None

    def after(self, fact: AnyCellFact) -> CellLife:
        """Give the life when `fact` has happened; another cell's facts are none of this one's."""
        if fact.load_cell_id != self.load_cell_id:
            return self
        replace = msgspec.structs.replace
        match fact:
            case Calibrated():
                known = (*self.calibrations, fact)
                return CellLife(load_cell_id=self.load_cell_id, calibrations=known, peak_n=self.peak_n)
            case CalibrationChecked():
                return replace(self, checked=fact)
            case TareTaken(zero_n=zero_n, asked=asked):
                return replace(self, tare=fact, confirmed_n=zero_n if asked else self.confirmed_n)
            case OverloadSeen(peak_n=peak_n):
                return replace(self, peak_n=max(peak_n, self.peak_n or 0.0), overloads=self.overloads + 1)
            case OverloadPeaked(peak_n=peak_n):
                return replace(self, peak_n=max(peak_n, self.peak_n or 0.0))
            case ZeroStrange(bent=bent):
                return replace(self, bent=self.bent or bent)

    def age_days(self, now: datetime) -> float | None:
        """Give the calibration's age; None where there is none, or `now` is before it and the clock therefore wrong."""
        if self.calibration is None:
            return None
        age_s = (now - datetime.fromisoformat(self.calibration.at)).total_seconds()
        return age_s / 86_400.0 if age_s >= 0.0 else None


_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[AnyCellFact] = msgspec.json.Decoder(AnyCellFact)


def encode(fact: AnyCellFact) -> bytes:
    """Give a fact's form on disk: one JSON object on one line."""
    return _ENCODER.encode(fact)


def decode(line: bytes) -> AnyCellFact:
    """Give the fact of a line.

    Raises
    ------
    msgspec.ValidationError
        If it is not a fact that this version knows.
    """
    return _DECODER.decode(line)
