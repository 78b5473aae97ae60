"""Health of the load cell from its readings and faults: believed, or why not. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from pressout_signal.samples import Fault, FaultKind, Reading

# Faults that have let no reading through for this long are a state of the hardware; before that they are moments.
PERSISTENT_S = 0.5
# The sensor is back when it has spoken for this long, a broken frame now and then apart.
BACK_S = 0.3
# More broken frames than this share of the readings, and it is not getting well.
MOST_BROKEN = 0.2


class Condition(StrEnum):
    """What a load cell is found to be like."""

    WELL = "well"
    SILENT = "silent"
    """No conversion: the cable is out, or the amplifier without power."""
    READER_LOST = "reader_lost"
    """The process that reads it ended or hung, and was started again."""
    STUCK = "stuck"
    """It always says the same: a short circuit or a loose wire."""
    SWAPPED = "swapped"
    """Its two wires are exchanged."""
    AT_ITS_END = "at_its_end"
    """Always full scale: a wire of the cell is loose, or it is pulled far too hard."""
    NOISY = "noisy"
    """Frame after frame is broken: something disturbs the wires."""


CONDITION_OF = {
    FaultKind.SILENT: Condition.SILENT,
    FaultKind.READER_LOST: Condition.READER_LOST,
    FaultKind.STUCK_LOW: Condition.STUCK,
    FaultKind.STUCK_HIGH: Condition.STUCK,
    FaultKind.FROZEN: Condition.STUCK,
    FaultKind.SWAPPED: Condition.SWAPPED,
    FaultKind.SATURATED: Condition.AT_ITS_END,
    FaultKind.OUT_OF_STEP: Condition.NOISY,
    FaultKind.SLOW_PULSE: Condition.NOISY,
    FaultKind.ACROSS_CONVERSION: Condition.NOISY,
    FaultKind.NOISY_LINE: Condition.NOISY,
}
AT_ONCE = (Condition.SILENT, Condition.READER_LOST, Condition.SWAPPED)


@dataclass(frozen=True, slots=True)
class Health:
    """What the load cell is like, since when nothing else came, and whether it is getting well.

    Parameters
    ----------
    bad_since_s : float, optional
        Since when no reading has come.
    good_since_s : float, optional
        Since when readings come again; `good` and `broken` count what has come since then.
    """

    condition: Condition = Condition.WELL
    bad_since_s: float | None = None
    good_since_s: float | None = None
    good: int = 0
    broken: int = 0

    def step(self, item: Reading | Fault) -> Health:
        """Take what the load cell said; give its health."""
        if isinstance(item, Reading):
            return self._good(item.t_s)
        found = CONDITION_OF.get(item.kind)
        return self if found is None else self._bad(found, item.t_s)

    def _good(self, t_s: float) -> Health:
        if self.condition is Condition.WELL:
            return self if self.bad_since_s is None else Health()
        since_s = t_s if self.good_since_s is None else self.good_since_s
        back = t_s - since_s >= BACK_S and self.broken <= MOST_BROKEN * self.good
        return Health() if back else Health(self.condition, None, since_s, self.good + 1, self.broken)

    def _bad(self, found: Condition, t_s: float) -> Health:
        if found in AT_ONCE:
            return Health(found, t_s)
        since_s = t_s if self.bad_since_s is None else self.bad_since_s
        # A silent chip that speaks again, if only nonsense, is no longer silent.
        if t_s - since_s >= PERSISTENT_S:
            return Health(found, since_s)
        broken = self.broken + 1
        if self.good_since_s is None or broken > MOST_BROKEN * self.good:
            return Health(self.condition, since_s)  # what came among so much nonsense is no sign of health
        return replace(self, bad_since_s=since_s, broken=broken)
