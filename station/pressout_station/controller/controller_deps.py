"""What a session controller needs of the station around it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from pressout_session.document import Clock as ClockDocument
from pressout_session.document import Device
from pressout_session.prescription import CabledItem, Prescription
from pressout_station.controller.pain_reports import PainReports


class ControllerDeps(Struct, frozen=True):
    """What a session controller needs: default dose, names, what a session says of itself, who takes a closed set."""

    prescription: Prescription
    new_session_id: Callable[[], str]
    device: Device
    clock_now: Callable[[], ClockDocument]
    pulley_ratio: float = 1.0
    measured_hz: Callable[[], float | None] = lambda: None
    zero_n: Callable[[], float | None] = lambda: None
    noise_n: Callable[[], float | None] = lambda: None
    set_over: Callable[[str, int, float, CabledItem], None] = lambda _session_id, _number, _since_s, _item: None
    pain: PainReports = PainReports(flag_from=11, tell=lambda _session_id: None)
