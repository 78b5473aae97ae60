"""Steady-load detection: one load on the line until it hangs still, or why it cannot be used. Pure."""

from __future__ import annotations

import math
from enum import StrEnum
from statistics import fmean, pstdev

from msgspec import Struct
from msgspec.structs import replace

from pressout_signal.samples import Fault, FaultKind, Reading

# A load is measured over this long, and not before it has hung still for so long.
STILL_S = 2.0
BLOCK_S = 0.25
# A pendulum of a metre swings for a minute; nobody should be kept longer than this before being told.
PATIENCE_S = 20.0


class Reason(StrEnum):
    """Why a calibration cannot go on."""

    SILENT = "silent"
    MOVING = "moving"
    SATURATED = "saturated"
    NEAR_NOISE = "near_noise"
    SPAN_TOO_SMALL = "span_too_small"
    OFF_THE_LINE = "off_the_line"
    NOT_EMPTY_AGAIN = "not_empty_again"
    RISE_AND_FALL = "rise_and_fall"


class Refusal(Struct, frozen=True):
    """Why not, and with which figure (counts, or per cent of the span)."""

    reason: Reason
    figure: float = 0.0

    @property
    def sentence(self) -> str:
        """Say what was found, what was expected and what to do."""
        return {
            Reason.SILENT: "found almost no readings, expected eighty a second; run pressout diagnose",
            Reason.MOVING: "found the load still moving, expected it to hang still; wait until it does, hands off",
            Reason.SATURATED: "found the amplifier at its end, expected room above the mass; hang a lighter one, and "
            "if it is so with nothing on the line, look at the cell's wires",
            Reason.NEAR_NOISE: f"found a change of {self.figure:.0f} counts, which is near the noise; expected a mass "
            "that hangs freely on the cell; hang a heavier one",
            Reason.SPAN_TOO_SMALL: f"found a mass that uses {self.figure:.2f} % of the amplifier's range, expected "
            "1 % or more; hang a heavier one",
            Reason.OFF_THE_LINE: f"found a mass {self.figure:.1f} % of the span off the line through the others, "
            "expected less than 1 %; check what is written on the masses and that nothing touches the cell",
            Reason.RISE_AND_FALL: f"found {self.figure:.1f} % of the span between two readings of the same mass, "
            "expected less than 1 %; check that it was the same and that nothing rubs, and begin again",
            Reason.NOT_EMPTY_AGAIN: f"found {self.figure:.1f} % of the span left on the empty line, expected less than "
            "0.5 %; take everything off, see that nothing rubs, and begin again",
        }[self.reason]


class Load(Struct, frozen=True):
    """What hung still: mean and noise (rms) of its readings, and of its quarter-seconds' means, in counts."""

    mean_counts: float
    noise_counts: float
    wander_counts: float


class SteadyLoad(Struct, frozen=True):
    """Readings of one load, until it hangs still or patience ends."""

    begin_s: float | None = None
    block: tuple[int, ...] = ()
    block_s: float = 0.0
    blocks: tuple[tuple[int, ...], ...] = ()
    saturated: int = 0
    read: int = 0

    def step(self, item: Reading | Fault) -> tuple[SteadyLoad, Load | Refusal | None]:
        """Take what the load cell said; give the load once it is known, or why it cannot be."""
        begin_s = item.t_s if self.begin_s is None else self.begin_s
        if item.t_s - begin_s > PATIENCE_S:
            return self, self._given_up()
        if isinstance(item, Fault):
            if item.kind is FaultKind.SILENT:
                return self, Refusal(Reason.SILENT)
            counted = self.saturated + (item.kind is FaultKind.SATURATED)
            found = Refusal(Reason.SATURATED) if counted > 40 else None
            return replace(self, begin_s=begin_s, saturated=counted), found
        if not self.block:
            return replace(self, begin_s=begin_s, block=(item.counts,), block_s=item.t_s, read=self.read + 1), None
        if item.t_s - self.block_s < BLOCK_S:
            return replace(self, block=(*self.block, item.counts), read=self.read + 1), None
        blocks = (*self.blocks, self.block)[-round(STILL_S / BLOCK_S) :]
        after = replace(self, blocks=blocks, block=(item.counts,), block_s=item.t_s, read=self.read + 1)
        return after, _still(blocks)

    def _given_up(self) -> Refusal:
        if self.read < 20:
            return Refusal(Reason.SATURATED if self.saturated > self.read else Reason.SILENT)
        return Refusal(Reason.MOVING)


def _still(blocks: tuple[tuple[int, ...], ...]) -> Load | None:
    """Give the load if it has hung still all the while: its blocks differ by no more than their noise explains."""
    if len(blocks) < round(STILL_S / BLOCK_S):
        return None
    means = [fmean(block) for block in blocks]
    noise = math.sqrt(fmean([pstdev(block) ** 2 for block in blocks]))
    # Six deviations between the extremes of eight means; a little more, since noise has a slow part.
    if max(means) - min(means) > max(8.0 * noise / math.sqrt(len(blocks[0])), 3.0):
        return None
    every = [counts for block in blocks for counts in block]
    return Load(fmean(every), pstdev(every), pstdev(means))
