"""Edge of the flood: where the line on the screen stands, so that it moves with the patient from the first moment on.

It follows how far out the handle is (`OutShare`), which the network says twenty times a second and may revise. A word
comes later than the movement, so the edge does not wait for it; what it may not do is tremble, jump, or turn round
within a stroke.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from pressout_signal.events import Phase
from pressout_signal.pipeline import OutShare

# The share is told so often; the edge takes so long to where it was told, so that it glides and does not step.
TOLD_EVERY_S: Final = 0.05
# The edge crosses no more of the stage in a second: of thirty pictures a second none moves it by more than 0.15.
FASTEST_PER_S: Final = 3.9
# It stays off both ends of the stage until the word says that they are reached.
ALMOST: Final = 0.95
# More doubt than this is shown.
DOUBTFUL: Final = 0.2
# How far the share comes back from its farthest before the edge turns round, by what is said and whether it rises: at
# rest and in a hold a little is a beginning stroke; within a stroke only much is another one.
TURNS_AT: Final = {
    (Phase.REST, False): 0.05,
    (Phase.REST, True): 0.15,
    (Phase.PRESS_OUT, True): 0.25,
    (Phase.PRESS_OUT, False): 0.03,
    (Phase.HOLD, True): 0.12,
    (Phase.HOLD, False): 0.15,
    (Phase.RETURN, False): 0.25,
    (Phase.RETURN, True): 0.03,
}


class FloodEdge(Struct, frozen=True):
    """Where the edge stands: `level` from 0 (at the chest) to 1 (out), and what it has heard.

    `farthest` is the share that it has come to in the direction in which it goes, up where `rises`; `until_s` is the
    time on the station's clock until which it has moved, `told_s` the stamp of the share that it goes to.
    """

    level: float = 0.0
    rises: bool = False
    farthest: float = 0.0
    doubt: float = 0.0
    told_s: float = 0.0
    until_s: float = 0.0
    per_s: float = 0.0

    def heard(self, told: OutShare, phase: Phase) -> FloodEdge:
        """Take how far out the handle is, and what is said of it."""
        edge = self
        back = edge.farthest - told.share if edge.rises else told.share - edge.farthest
        if back > TURNS_AT[phase, edge.rises]:
            edge = replace(edge, rises=not edge.rises, farthest=told.share)
        farthest = (max if edge.rises else min)(edge.farthest, told.share)
        edge = replace(edge, farthest=farthest, doubt=told.doubt)
        if told.t_s == edge.told_s:
            return edge
        per_s = (edge._aim(phase) - edge.level) / TOLD_EVERY_S
        return replace(edge, told_s=told.t_s, per_s=max(-FASTEST_PER_S, min(FASTEST_PER_S, per_s)))

    def moved(self, phase: Phase, now_s: float) -> FloodEdge:
        """Give the edge at a time on the station's clock; what was longest ago moves it no further than it aims."""
        aim = self._aim(phase)
        step = self.per_s * min(max(now_s - self.until_s, 0.0), TOLD_EVERY_S)
        level = (
            min(self.level + step, max(aim, self.level)) if step > 0 else max(self.level + step, min(aim, self.level))
        )
        return replace(self, level=level, until_s=now_s)

    def doubtful(self, phase: Phase) -> bool:
        """Whether a stroke is shown that no word has confirmed, and that the signal is not sure of."""
        unsaid = (phase is Phase.REST and self.rises) or (phase is Phase.HOLD and not self.rises)
        return unsaid and self.doubt > DOUBTFUL

    def _aim(self, phase: Phase) -> float:
        if self.rises:
            return 1.0 if phase is Phase.HOLD else min(self.farthest, ALMOST)
        return 0.0 if phase is Phase.REST else max(self.farthest, 1.0 - ALMOST)
