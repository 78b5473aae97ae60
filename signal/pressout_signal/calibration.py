"""Counts to newtons: a straight line, and nothing else."""

from __future__ import annotations

from msgspec import Struct

from pressout_signal.samples import Reading, Sample


class Calibration(Struct, frozen=True, kw_only=True):
    """Straight line from amplifier counts to tension in the line.

    Parameters
    ----------
    zero_counts : float
        Reading with an unloaded line.
    counts_per_newton : float
        Span of the cell; negative when the cell is mounted the other way round.

    Raises
    ------
    ValueError
        If `counts_per_newton` is zero.

    Notes
    -----
    Zero and span have different lives. The span belongs to the cell and is kept
    on disk; the zero moves with temperature and is taken again at every tare.

    Examples
    --------
    >>> cell = Calibration(zero_counts=8_000, counts_per_newton=400)
    >>> cell.sample(Reading(t_s=1.5, counts=48_000))
    Sample(t_s=1.5, tension_n=100.0)
    """

    zero_counts: float
    counts_per_newton: float

    def __post_init__(self) -> None:
        if self.counts_per_newton == 0:
            raise ValueError("counts_per_newton: found 0, expected the span of the cell; calibrate it")

    def sample(self, reading: Reading) -> Sample:
        """Give the tension, in newtons, of one reading."""
        return Sample(reading.t_s, (reading.counts - self.zero_counts) / self.counts_per_newton)
