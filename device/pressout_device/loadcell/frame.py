"""One frame of the HX711: what 25 pulses brought, and whether it may be believed.

Sources: HX711 data sheet (Avia Semiconductor), "Serial Interface" and "Reset and Power-Down Control".
The two checks on the line after the 24th bit are those of Klipper's load cell driver: the chip drives its data line
high in the gain pulse and keeps it high until the next conversion, so a low there means that chip and reader
disagree on which bit is which.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What was seen on the wires in one read-out.

    Parameters
    ----------
    ready_s, end_s : float
        When the line was seen low, and when the last pulse had ended (seconds).
    bits : int
        The 24 bits, most significant first.
    line_in_gain_pulse, line_after : bool
        The data line in the gain pulse and after the frame: both must be high.
    longest_pulse_s : float
        The longest time the clock was high, in seconds.
    """

    ready_s: float
    end_s: float
    bits: int
    line_in_gain_pulse: bool
    line_after: bool
    longest_pulse_s: float

    def judged(self, period_s: float) -> Reading | Fault:
        """Give the reading, or the fault that makes it none.

        `period_s` is how long one conversion takes: a frame that took longer may hold bits of two.

        >>> good = Frame(ready_s=1.0, end_s=1.0002, bits=0xFFFFFE, line_in_gain_pulse=True,
        ...              line_after=True, longest_pulse_s=4e-6)
        >>> good.judged(0.0125)
        Reading(t_s=1.0, counts=-2)
        """
        if self.longest_pulse_s > PULSE_LIMIT_S:
            return Fault(self.ready_s, FaultKind.SLOW_PULSE)
        if self.end_s - self.ready_s > 0.8 * period_s:
            return Fault(self.ready_s, FaultKind.ACROSS_CONVERSION)
        if not (self.line_in_gain_pulse and self.line_after):
            return Fault(self.ready_s, FaultKind.OUT_OF_STEP)
        counts = self.bits - (1 << DATA_BITS) if self.bits & 0x800000 else self.bits
        if counts in SATURATED:
            return Fault(self.ready_s, FaultKind.SATURATED)
        return Reading(self.ready_s, counts)
