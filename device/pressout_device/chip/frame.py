"""One frame of the HX711: 25 pulses decoded, and whether it may be believed.

Sources: HX711 data sheet (Avia Semiconductor), "Serial Interface" and "Reset and Power-Down Control".
The checks on the line after the 24th bit are those of Klipper's load cell driver: the chip drives its data line high
in the gain pulse and keeps it high until the next conversion, so a low there means that chip and reader disagree on
which bit is which. Looking at each bit twice is ours: a spike on a long lead is shorter than the time between looks.
"""

from __future__ import annotations

from dataclasses import dataclass

from pressout_signal.samples import Fault, FaultKind, Reading

DATA_BITS = 24
# 25 pulses select channel A with gain 128 for the next conversion.
GAIN_PULSES = 1
# PD_SCK may be high for 50 us; above 60 us the chip powers down and the bits around it mean nothing.
PULSE_LIMIT_S = 50e-6
POWER_DOWN_S = 60e-6
SETTLING_CONVERSIONS = 4
SATURATED = (0x7FFFFF, -0x800000)
ALL_ONES = (1 << DATA_BITS) - 1
# A frame of ones is what a loose wire gives; it is also -1, which only neighbours near 0 make likely: ten times the
# noise of a lead through a gym (500 counts; the converter alone has 50).
NEAR_ZERO_COUNTS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What was seen on the wires in one read-out.

    Parameters
    ----------
    bits : int
        The 24 bits, most significant first.
    agreed : bool
        Whether both looks at each bit saw the same.
    line_in_gain_pulse, line_after : bool
        The data line in the gain pulse and after the frame: both must be high.
    longest_pulse_s : float
        The longest time the clock may have been high, in seconds.
    end_s : float
        When the last pulse had ended.
    """

    bits: int
    agreed: bool = True
    line_in_gain_pulse: bool
    line_after: bool
    longest_pulse_s: float
    end_s: float

    def judged(self, t_s: float, *, safe_until_s: float, last_counts: int | None = None) -> Reading | Fault:
        """Give the reading of the conversion that ended at `t_s`, or the fault that makes it none.

        Parameters
        ----------
        t_s : float
            The stamp, in seconds.
        safe_until_s : float
            The earliest moment at which the next conversion may have ended: bits read after it may be of two.
        last_counts : int, optional
            The reading before, if there was one.

        Examples
        --------
        >>> good = Frame(bits=0xFFFFFE, line_in_gain_pulse=True, line_after=True, longest_pulse_s=4e-6, end_s=1.0002)
        >>> good.judged(1.0, safe_until_s=1.012)
        Reading(t_s=1.0, counts=-2)
        """
        if self.longest_pulse_s > PULSE_LIMIT_S:
            return Fault(t_s, FaultKind.SLOW_PULSE)
        if self.end_s >= safe_until_s:
            return Fault(t_s, FaultKind.ACROSS_CONVERSION)
        if not (self.bits or self.line_in_gain_pulse or self.line_after):
            return Fault(t_s, FaultKind.STUCK_LOW)
        if not (self.line_in_gain_pulse and self.line_after):
            return Fault(t_s, FaultKind.OUT_OF_STEP)
        if not self.agreed:
            return Fault(t_s, FaultKind.NOISY_LINE)
        if self.bits == ALL_ONES and (last_counts is None or abs(last_counts) > NEAR_ZERO_COUNTS):
            return Fault(t_s, FaultKind.STUCK_HIGH)
        counts = self.bits - (1 << DATA_BITS) if self.bits & 0x800000 else self.bits
        if counts in SATURATED:
            return Fault(t_s, FaultKind.SATURATED)
        return Reading(t_s, counts)
