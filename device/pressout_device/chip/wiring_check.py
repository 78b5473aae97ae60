"""Wiring check: when a chip that never speaks is looked at for exchanged wires, and what is said meanwhile. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pressout_signal.samples import Fault, FaultKind, Reading

# A chip that has never given a reading is looked at for exchanged wires after this long, and then this often.
MUTE_S, WIRES_LOOKED_AT_EVERY_S = 1.0, 10.0


@dataclass(slots=True)
class WiringCheck:
    """A chip that has never given a reading: since when, what it said instead, when its wires were looked at.

    Changes in place; its reader owns it.
    """

    ever_read: bool = False
    since_s: float | None = None
    kind: FaultKind | None = None
    looked_s: float = -math.inf

    def hear(self, item: Reading | Fault | None) -> None:
        """Take what came."""
        if isinstance(item, Reading):
            self.ever_read = True
        else:
            self.kind = None if item is None else item.kind

    def suspect(self, now_s: float) -> bool:
        """Tell whether it is time to look at the wires: exchanged ones are silent, or always low."""
        if self.ever_read or self.kind not in (None, FaultKind.STUCK_LOW, FaultKind.SWAPPED):
            return False
        self.since_s = now_s if self.since_s is None else self.since_s
        again_s = 0.0 if self.kind is FaultKind.SWAPPED else WIRES_LOOKED_AT_EVERY_S
        return now_s - self.since_s >= MUTE_S and now_s - self.looked_s >= again_s

    def looked(self, now_s: float, exchanged: bool | None) -> None:
        """Take what a look at the wires has found; None is that it cannot be told."""
        self.looked_s = now_s
        if exchanged is not None:
            kept = None if self.kind is FaultKind.SWAPPED else self.kind
            self.kind = FaultKind.SWAPPED if exchanged else kept

    def said(self, now_s: float) -> Fault | None:
        """Give what was said before the look, to be said all the while."""
        return None if self.kind is None else Fault(now_s, self.kind)
