"""Load-cell conditioning: counts to newtons with the zero followed, and whether to believe them.

Holds the pure stages (`ZeroTracker`, `Health`) together, writes what happens to the cell into its log, and says what
keeps the station from measuring (trouble) or what staff should know (notices).
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from pressout_device.chip.health import Condition, Health
from pressout_device.chip.rate_meter import RateMeter
from pressout_device.chip.signal_quality import SignalFlaw, SignalQuality
from pressout_device.clock import Every
from pressout_session.document_builder import rfc3339
from pressout_session.error_codes import Notice, Trouble
from pressout_session.load_cell_history import (
    AnyCellFact,
    Calibrated,
    CellLife,
    OverloadPeaked,
    OverloadSeen,
    TareTaken,
    ZeroStrange,
)
from pressout_signal.calibration import Calibration
from pressout_signal.samples import Fault, FaultKind, Reading, Sample
from pressout_signal.zero_tracking import (
    Overloaded,
    OverloadOver,
    Said,
    ScaleLimits,
    Tared,
    ZeroChanged,
    ZeroState,
    ZeroTracker,
)
from pressout_station.controller.clinic_events import ClinicEvents

logger = logging.getLogger(__name__)

TROUBLE_OF = {
    Condition.SILENT: Trouble.SENSOR_SILENT,
    Condition.READER_LOST: Trouble.READER_LOST,
    Condition.STUCK: Trouble.SENSOR_STUCK,
    Condition.SWAPPED: Trouble.SENSOR_SWAPPED,
    Condition.AT_ITS_END: Trouble.SENSOR_AT_ITS_END,
    Condition.NOISY: Trouble.SENSOR_NOISY,
}
# The worst first.
NOTICE_OF = {
    SignalFlaw.LOOSE: Notice.CABLE_LOOSE,
    SignalFlaw.HUM: Notice.MAINS_HUM,
    SignalFlaw.NOISY: Notice.SIGNAL_NOISY,
}
# The reader says once in ten seconds that the rate is wrong; half as long again without that, and it is right.
RATE_RIGHT_S = 15.0
# A calibration grows old in months, and a wrong clock is put right in minutes.
LOOK_AT_AGE_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class ConditioningConfig:
    """What a load cell is weighed with: calibration, life, limit (N), when it is due (days), and its strapped rate."""

    calibration: Calibration
    life: CellLife
    limit_n: float
    due_days: float = float("inf")
    rate_hz: float = 80.0


class LoadCellConditioning:
    """One load cell, from the station's start on.

    Parameters
    ----------
    weighed : ConditioningConfig
        Calibration, life and limit.
    note : callable
        Keeps a fact of the cell's; never waits.
    wall : callable
        The wall clock, UTC.
    announcer : ClinicEvents
        Tells the clinic what its staff should know.
    """

    def __init__(
        self,
        weighed: ConditioningConfig,
        note: Callable[[AnyCellFact], None],
        wall: Callable[[], datetime],
        announcer: ClinicEvents,
    ) -> None:
        self._note = note
        self._wall = wall
        self._announcer = announcer
        self._weigh_with(weighed)
        self._trouble: Trouble | None = None
        self._look_due = Every(LOOK_AT_AGE_EVERY_S)
        self._due = False
        self._health = Health()
        self._flaw: Notice | None = None
        self._rate_wrong_s: float | None = None
        self._rate = RateMeter(weighed.rate_hz)

    def _weigh_with(self, weighed: ConditioningConfig) -> None:
        self._weighed = weighed
        self._quality = SignalQuality(weighed.calibration.counts_per_newton, weighed.rate_hz)
        self._scale = ZeroTracker(
            calibration=weighed.calibration,
            limits=ScaleLimits(limit_n=weighed.limit_n),
            zero_n=weighed.life.confirmed_n,
            confirmed_n=weighed.life.confirmed_n,
            was_overloaded=weighed.life.overloads > 0,
            state=ZeroState.BENT if weighed.life.bent else ZeroState.WARMING,
        )

    def recalibrated(self, fact: Calibrated) -> CellLife:
        """Weigh with another calibration from now on; give the cell's life with it."""
        life = self._weighed.life.after(fact)
        known = Calibration(zero_counts=fact.zero_counts, counts_per_newton=fact.counts_per_newton)
        self._weigh_with(replace(self._weighed, calibration=known, life=life))
        self._look_due.at_once()
        return life

    @property
    def calibration(self) -> Calibration:
        """The calibration that holds."""
        return self._weighed.calibration

    @property
    def life(self) -> CellLife:
        """The cell's life, up to when the station began or calibrated it."""
        return self._weighed.life

    def take(self, item: Reading | Fault) -> Sample | Fault:
        """Take what the load cell said; give its tension, or the fault."""
        before = self._health.condition
        self._health = self._health.step(item)
        self._quality.rate_hz = self._rate.measured_hz or self._weighed.rate_hz
        self._quality.take(item)
        self._look_at_quality(item.t_s)
        if self._health.condition is not before:
            logger.warning("load cell: %s after %s (last said: %s)", self._health.condition, before, item)
        taken = self._faulted(item) if isinstance(item, Fault) else self._weighed_sample(item)
        if self.trouble is not self._trouble:
            self._trouble = self.trouble
            if self._trouble is not None:
                self._announcer.in_trouble(item.t_s, self._trouble)
        return taken

    def _look_at_quality(self, t_s: float) -> None:
        flaw = next((notice for flaw, notice in NOTICE_OF.items() if flaw in self._quality.flaws), None)
        if flaw is not self._flaw:
            self._flaw = flaw
            if flaw is not None:
                logger.warning("load cell: %s, noise %.2f N", flaw, self._quality.noise_n or math.nan)
                self._announcer.flawed(t_s, flaw, self._quality.noise_n)

    def _faulted(self, fault: Fault) -> Fault:
        if fault.kind is FaultKind.RATE:
            self._rate_wrong_s = fault.t_s
        return fault

    def _weighed_sample(self, reading: Reading) -> Sample:
        self._rate.take(reading.t_s)
        self._scale, sample, said = self._scale.step(reading)
        for one in said:
            self._hear(one)
        if self._look_due.due(reading.t_s):
            self._look_at_age(reading.t_s)
        return sample

    def _look_at_age(self, t_s: float) -> None:
        age_days = self._weighed.life.age_days(self._wall())
        self._due = age_days is not None and age_days > self._weighed.due_days
        if self._due and age_days is not None:
            self._announcer.due(t_s, age_days)

    def emptied(self) -> None:
        """Take a person's word that the line is empty.

        Raises
        ------
        ValueError
            If it is loaded or moving, or the cell may be bent; in one sentence.
        """
        self._scale, said = self._scale.emptied(self._rate.last_s or 0.0)
        for one in said:
            self._hear(one)

    def measured_hz(self) -> float | None:
        """Give the readings a second, as measured over the last ten seconds or so; what is missing does not count."""
        return self._rate.measured_hz

    @property
    def noise_n(self) -> float | None:
        """The noise of the last two seconds in newtons, rms, without what a patient does; None at the start."""
        return self._quality.noise_n

    @property
    def zero_n(self) -> float:
        """How far the zero is from the calibrated one, in newtons."""
        return self._scale.zero_n

    @property
    def trouble(self) -> Trouble | None:
        """What keeps the station from measuring, the gravest first."""
        if self._health.condition is not Condition.WELL:
            return TROUBLE_OF[self._health.condition]
        if SignalFlaw.DEAD in self._quality.flaws:
            return Trouble.SENSOR_STUCK
        if self._scale.peak_n is not None:
            return Trouble.OVERLOADED
        return Trouble.CELL_BENT if self._scale.state is ZeroState.BENT else None

    @property
    def notice(self) -> Notice | None:
        """What staff should know, the most pressing first."""
        if self._rate_wrong_s is not None and (self._rate.last_s or 0.0) - self._rate_wrong_s < RATE_RIGHT_S:
            return Notice.RATE_WRONG
        if self._flaw is not None:
            return self._flaw
        if self._scale.state is ZeroState.ASKED:
            return Notice.LINE_NOT_EMPTY
        if self._due:
            return Notice.CALIBRATION_DUE
        return Notice.WARMING_UP if self._scale.state is ZeroState.WARMING else None

    def _hear(self, said: Said) -> None:
        at, cell = rfc3339(self._wall()), self._weighed.life.load_cell_id
        match said:
            case Tared(zero_n=zero_n, moved_n=moved_n, asked=asked):
                logger.info("load cell: zero taken, %+.2f N from the calibrated one", zero_n)
                self._note(
                    TareTaken(at=at, load_cell_id=cell, zero_n=round(zero_n, 3), moved_n=round(moved_n, 3), asked=asked)
                )
            case Overloaded(t_s=t_s, tension_n=tension_n):
                limit_n = self._weighed.limit_n
                logger.error("load cell: overloaded, %.0f N where %.0f N is the limit", tension_n, limit_n)
                # At once: whatever pulled so hard may pull the plug next.
                seen = OverloadSeen(at=at, load_cell_id=cell, peak_n=round(tension_n, 1), limit_n=round(limit_n, 1))
                self._note(seen)
                self._announcer.overloaded(t_s, tension_n, limit_n)
            case OverloadOver(peak_n=peak_n):
                self._note(OverloadPeaked(at=at, load_cell_id=cell, peak_n=round(peak_n, 1)))
            case ZeroChanged(state=state, offset_n=offset_n):
                if state in (ZeroState.ASKED, ZeroState.BENT):
                    bent = state is ZeroState.BENT
                    logger.error("load cell: a quiet line %.1f N from its zero (%s)", offset_n, state)
                    self._note(ZeroStrange(at=at, load_cell_id=cell, offset_n=round(offset_n, 2), bent=bent))
