"""Events for the clinic beside sessions: the cell was overloaded, is in trouble, or is due.

Advice for whoever looks after the station; the record of it is the load cell's book. So that a loose plug fills no
queue, the same thing is not said again within an hour, or a day for what can wait.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pressout_session.document_builder import rfc3339
from pressout_session.error_codes import NUMBERS, Notice, Trouble
from pressout_session.wire import EventKind, StationEvent

AGAIN_S = 3_600.0
DAY_S = 86_400.0


@dataclass(slots=True)
class ClinicEvents:
    """Makes events of what happens to the load cell.

    Parameters
    ----------
    load_cell_id : str
        Whose events.
    tell : callable
        Takes an event to the clinic, some time; never waits.
    wall : callable
        The wall clock, UTC.
    new_id : callable
        Names an event.
    """

    load_cell_id: str
    tell: Callable[[StationEvent], None]
    wall: Callable[[], datetime]
    new_id: Callable[[], str]
    _said_s: dict[Trouble | Notice, float] = field(default_factory=dict)

    def overloaded(self, t_s: float, tension_n: float, limit_n: float) -> None:
        """Say that the tension is beyond the cell's limit."""
        if self._anew(Trouble.OVERLOADED, t_s, AGAIN_S):
            figures = {"tension_n": round(tension_n, 1), "limit_n": round(limit_n, 1)}
            self._say(EventKind.OVERLOAD, Trouble.OVERLOADED, NUMBERS[Trouble.OVERLOADED], **figures)

    def in_trouble(self, t_s: float, trouble: Trouble) -> None:
        """Say what keeps the station from measuring."""
        if trouble is not Trouble.OVERLOADED and self._anew(trouble, t_s, AGAIN_S):
            self._say(EventKind.SENSOR_FAULT, trouble, NUMBERS[trouble])

    def flawed(self, t_s: float, flaw: Notice, noise_n: float | None) -> None:
        """Say what is wrong with a signal that can be read, and how much noise (rms) is in it."""
        if self._anew(flaw, t_s, AGAIN_S):
            figures = {} if noise_n is None else {"noise_n": round(noise_n, 2)}
            self._say(EventKind.SENSOR_FAULT, flaw, NUMBERS[flaw], **figures)

    def due(self, t_s: float, age_days: float) -> None:
        """Say that the calibration is older than it may be."""
        if self._anew(Notice.CALIBRATION_DUE, t_s, DAY_S):
            due = Notice.CALIBRATION_DUE
            self._say(EventKind.CALIBRATION_DUE, due, NUMBERS[due], age_days=round(age_days, 1))

    def pain_reported(self, session_id: str) -> None:
        """Say in which session pain was reported: whose it is, the clinic knows."""
        self._say(EventKind.PAIN_REPORTED, Notice.PAIN_REPORTED, NUMBERS[Notice.PAIN_REPORTED], about=session_id)

    def locked_out(self, initials: str) -> None:
        """Say that someone's PIN was wrong too often."""
        self._say(EventKind.PIN_LOCKOUT, initials, "4F-50")

    def _anew(self, what: Trouble | Notice, t_s: float, again_s: float) -> bool:
        said_s = self._said_s.get(what)
        if said_s is not None and t_s - said_s < again_s:
            return False
        self._said_s[what] = t_s
        return True

    def _say(self, kind: EventKind, what: str, number: str, **figures: Any) -> None:  # noqa: ANN401
        self.tell(
            StationEvent(
                event_id=self.new_id(),
                at=rfc3339(self.wall()),
                kind=kind,
                load_cell_id=self.load_cell_id,
                what=str(what),
                number=number,
                **figures,
            )
        )
