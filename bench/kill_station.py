"""A station without a panel, one simulated patient after the other, that says each time its screen counts one more.

`python -m bench.kill_station CONFIG SEED` prints `{"session": ID, "shown": COUNT}` at each change; what the screen
marks as not saved yet is not said. A line is written at once, so that a kill takes nothing back.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from pressout_device.shutdown import stopped
from pressout_device.simulation.patient import SimulatedPatient
from pressout_session.exercises import Side
from pressout_session.facts import EndReason
from pressout_station import config
from pressout_station.app import SimulationConfig, station_of
from pressout_station.run import asked_of
from pressout_station.station_loop import FRAME_S, Station
from pressout_ui.screen import Screen
from pressout_ui.text import TextFace

SPEED = 40.0
REPS = 3


class SayingFace(TextFace):
    """Says how many repetitions the screen shows as counted."""

    def __init__(self) -> None:
        super().__init__(None)
        self._shown = ("", 0)

    def show(self, screen: Screen) -> None:
        """Say it, if it has changed and is shown as kept."""
        record = screen.known.record
        if record.opened is None or screen.known.late:
            return
        shown = (record.opened.session_id, sum(record.count(side) for side in Side))
        if shown != self._shown:
            self._shown = shown
            os.write(1, json.dumps({"session": shown[0], "shown": shown[1]}).encode() + b"\n")


def main(file: Path, seed: int) -> None:
    """Let patients come and go until told to stop."""
    settings = config.read(file)
    asked_to_stop = stopped()
    while not asked_to_stop():
        asked = asked_of(settings, seed)
        patient = SimulatedPatient(asked)
        station = station_of(settings, SayingFace(), SimulationConfig(asked, SPEED))
        until_s = station.now_s() + patient.duration_s
        try:
            _until(station, until_s, asked_to_stop)
        finally:
            station.shut_down()
        seed += 1


def _until(station: Station, until_s: float, asked_to_stop: object) -> None:
    """Turn the loop until the patient has gone."""
    while station.read_until_s() < until_s and not (callable(asked_to_stop) and asked_to_stop()):
        frame_s = time.monotonic()
        station.frame()
        time.sleep(max(0.0, FRAME_S - (time.monotonic() - frame_s)))
    if station.controller.visit is not None:
        station.controller.end(EndReason.DONE)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
