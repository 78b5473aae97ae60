"""Live topic: what happens just now, for whoever looks on, where the site has said so; at most five times a second.

It goes along with the bell, is kept nowhere, and names nobody.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from pressout_device.clock import Every
from pressout_session.wire import Live
from pressout_signal.events import Event, PhaseEntered
from pressout_signal.samples import Sample
from pressout_station.controller.session_controller import SessionController

EVERY_S = 0.2


class LiveTopic:
    """Tells what happens.

    Parameters
    ----------
    say : callable
        Takes a message on its way; never waits.
    """

    def __init__(self, say: Callable[[bytes], object]) -> None:
        self._say = say
        self._phase = "rest"
        self._due = Every(EVERY_S)

    def heard(self, event: Event) -> None:
        """Take what the signal said."""
        if isinstance(event, PhaseEntered):
            self._phase = str(event.phase)

    def felt(self, sample: Sample, controller: SessionController) -> None:
        """Tell of a tension, if it is time and someone is there."""
        if controller.visit is None or controller.session_id is None or not self._due.due(sample.t_s):
            return
        live = Live(
            session_id=controller.session_id,
            side=str(controller.visit.side),
            count=controller.visit.counted,
            phase=self._phase,
            tension_n=round(sample.tension_n, 1),
        )
        self._say(msgspec.json.encode(live))
