"""A station in a window, for a test that touches it from outside: a program that says on each change what is shown.

The patient comes when a line is written to it. Everything else is as `pressout run --simulate` has it.
"""

from __future__ import annotations

import functools
import json
import math
import multiprocessing as mp
import select
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from pressout_device.clock import ScaledClock
from pressout_device.drivers.simulated import pulled_by
from pressout_device.sampler.process import Opened, Sampler
from pressout_device.settings import LoadCellSection
from pressout_device.simulation.patient import PatientTask, SimulatedPatient
from pressout_station import config
from pressout_station.app import SimulationConfig, parts_of
from pressout_station.host.display import PanelFace, first_screen
from pressout_station.run import asked_of
from pressout_station.station_loop import FRAME_S, Station
from pressout_ui.app import Screen, view
from pressout_ui.shapes import Button, Plane

SPEED = 3.0


class Came(Protocol):
    """When the patient came; shared between processes."""

    value: float


def opened(cell: LoadCellSection, asked: PatientTask, origin_s: float, came: Came, since_s: float) -> Opened:
    """Open an emulated chip at whose line a patient pulls from when they came on."""
    pace = ScaledClock(origin_s, SPEED)
    patient = SimulatedPatient(asked)

    def tension_n(t_s: float) -> float:
        return patient.at(came.value)(t_s) if t_s >= came.value else 0.0

    return pulled_by(tension_n, cell, pace, since_s=since_s, seed=asked.seed), pace


def shown(screen: Screen) -> str:
    """Say which scene is shown, and where its keys are."""
    keys = [shape for shape in view(screen, Plane()) if isinstance(shape, Button)]
    places = [(key.label, key.box.x + key.box.width / 2, key.box.y + key.box.height / 2) for key in keys]
    return json.dumps({"scene": type(screen.scene).__name__, "keys": places})


def main() -> None:
    """Turn the station's loop until the patient is told to come, and on until the window is closed."""
    settings = config.read(Path(sys.argv[1]))
    came = mp.get_context("spawn").Value("d", math.inf)
    parts = parts_of(settings, PanelFace(settings), SimulationConfig(asked_of(settings), SPEED))
    parts.sampler.close()
    origin_s = parts.clock.origin_s if isinstance(parts.clock, ScaledClock) else time.monotonic()
    cell = parts.staff_actions.staffed.cell
    way = functools.partial(opened, cell, asked_of(settings), origin_s, came)
    sampler = Sampler(way, parts.clock, time.monotonic, parts.clock.now_s())
    station = Station(
        replace(parts, sampler=sampler), first_screen(settings, parts.staff_actions.initials(), parts.clock.now_s())
    )
    said = ""
    while not parts.face.closed:
        station.frame()
        if (now := shown(station.screen)) != said:
            said = now
            sys.stdout.write(f"{now}\n")
            sys.stdout.flush()
        if came.value == math.inf and select.select([sys.stdin], [], [], 0.0)[0]:
            came.value = parts.clock.now_s()
        time.sleep(FRAME_S)
    station.shut_down()


if __name__ == "__main__":
    main()
