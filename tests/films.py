"""A film of a set: a simulated patient whose movement is known, a station on a virtual clock, thirty pictures a second.

As a program it films one session in the window that the environment names, and writes what each picture shows.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pygame
from PIL import Image

from builders import a_prescription, an_item
from controllers import Desk, config_in
from film_measures import Picture, measured
from pressout_device.settings import LoadCellSection
from pressout_device.simulation.line import STEP_S
from pressout_device.simulation.patient import PatientTask, SimulatedPatient
from pressout_signal.events import Event, Movement, Phase, PhaseEntered, Resistance
from pressout_signal.samples import Fault, Reading
from pressout_station.app import SimulationConfig, parts_of
from pressout_station.config import Config
from pressout_station.host.display import PanelFace, first_screen
from pressout_station.run import asked_of
from pressout_station.station_loop import FRAME_S, Station
from pressout_ui.app import Screen, view
from pressout_ui.commands import Sound
from pressout_ui.messages import Message
from pressout_ui.scenes.live_set import LiveSet
from pressout_ui.scenes.live_view import EDGE_RISE, RAIL
from pressout_ui.shapes import Plane, Text
from pressout_ui.theme import LIGHT

# Thirty pictures a second: every second frame.
EVERY = 2
SAMPLES_PER_S, NOISE_N, COUNTS_PER_N = 80, 0.05, 4_400.0
PATIENT = "471922"
# A column of the stage in which nothing is ever drawn but the flood: right of every word, left of the rail.
COLUMN = 560
# What is kept as a moving picture: coming, being placed, some repetitions.
FROM_S, UNTIL_S = 4.0, 30.0


@dataclass
class Rehearsed:
    """A reader that gives the tension of a patient, and hears what is said of it."""

    cell: LoadCellSection
    tension_at: Callable[[float], float]
    now_s: Callable[[], float]
    noise: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))
    read: int = 0
    alive = True

    def fresh(self) -> list[Reading | Fault]:
        """Give what has been read since."""
        found: list[Reading | Fault] = []
        while self.read / SAMPLES_PER_S <= self.now_s():
            t_s = self.read / SAMPLES_PER_S
            tension_n = self.tension_at(t_s) + self.noise.normal(0.0, NOISE_N)
            counts = self.cell.zero_counts + COUNTS_PER_N * tension_n
            found.append(Reading(t_s, round(counts)))
            self.read += 1
        return found

    def restart(self) -> None:
        """Go on."""

    def close(self) -> None:
        """End."""


class Camera(PanelFace):
    """The station's own panel; nobody touches it, and nothing is heard. Paints what is filmed, every second frame."""

    frames = 0

    def show(self, screen: Screen) -> None:
        """Show the screen, if it is filmed."""
        if self.frames % EVERY == 0:
            self.paint(screen)
        self.frames += 1

    def messages(self) -> list[Message]:
        """Give nothing."""
        super().messages()
        return []

    def play(self, sound: Sound, lasts_s: float = 0.0) -> None:
        """Play nothing."""


def pictures(config: Config, task: PatientTask) -> Iterator[tuple[Picture, pygame.Surface]]:
    """Film a session from the patient's coming to their going."""
    patient = SimulatedPatient(task)
    desk = Desk(reps=task.reps)
    prescribed = a_prescription(
        an_item(resistance=task.resistance, target_n=task.target_n, reps=task.reps, hold_s=task.hold_s)
    )
    desk.writer.prescriptions[PATIENT] = prescribed
    parts = parts_of(config, Camera(config), SimulationConfig(asked_of(config)))
    said: list[Event] = []
    take = desk.controller.take

    def heard(sample: Any) -> tuple[Event, ...]:
        events = take(sample)
        said.extend(event for event in events if isinstance(event, PhaseEntered))
        return events

    desk.controller.take = heard  # type: ignore[method-assign]
    cell = Rehearsed(config.load_cell, patient.at(0.0), desk.clock.now_s)
    parts.sampler.close()
    ours = replace(parts, sampler=cell, controller=desk.controller, clock=desk.clock)  # type: ignore[arg-type]
    station = Station(ours, first_screen(config))
    desk.controller.begin(PATIENT)
    try:
        for frame in count():
            now_s = frame * FRAME_S
            if now_s > patient.duration_s:
                return
            desk.clock.time_s = now_s
            station.frame()
            if frame % EVERY == 0:
                yield _picture(station, patient, said, now_s), pygame.display.get_surface()
    finally:
        parts.staff_actions.close()
        parts.writer.close()


def _picture(station: Station, patient: SimulatedPatient, said: list[Event], now_s: float) -> Picture:
    screen = station.screen
    large = [shape.text for shape in view(screen, Plane()) if isinstance(shape, Text) and shape.baseline == 128.0]
    at = min(int(now_s / STEP_S), len(patient.out_share) - 1)
    return Picture(
        t_s=now_s,
        scene=type(screen.scene).__name__,
        level=edge_level(pygame.display.get_surface(), falls=not screen.scene.edge.rises)
        if isinstance(screen.scene, LiveSet)
        else None,
        word=large[0] if isinstance(screen.scene, LiveSet) and large else None,
        said=str(said[-1].phase) if said and isinstance(said[-1], PhaseEntered) else str(Phase.REST),
        out_share=float(patient.out_share[at]),
        turned=bool(patient.turned_rad[at] > 0.01),
    )


def edge_level(surface: pygame.Surface, *, falls: bool) -> float | None:
    """Read the edge from a picture at 800 × 480: the level at which it stands, 1 where the stage is full.

    In a hold the line is a roof or a valley by whether it `falls`; in a stroke its colour tells.
    """
    width, height = surface.get_size()
    stage, floor, top = width - RAIL, height - 6.0, 30.0
    column = pygame.surfarray.array3d(surface)[COLUMN].astype(int)
    held = tuple(column[height - 60]) == LIGHT.rgb("hold")
    for role in ("hold_line",) if held else ("out_line", "back_line"):
        y = _line(column, role, range(33 if held else 0, height))
        if y is not None:
            # The line rises or falls to the stage's middle; near its side this much of that is seen.
            sign = -1.0 if role == "back_line" or (held and falls) else 1.0
            seen = sign * EDGE_RISE / 2 * (1.0 - 4.0 * (stage - COLUMN) / stage)
            level = (floor - y + seen) / (floor - top)
            return level if level > 0.25 else (floor - y) / (floor - top - 4.0 * seen)
    return 1.0 if held else None


def _line(column: Any, role: str, rows: range) -> float | None:
    near = [y for y in rows if abs(column[y] - LIGHT.rgb(role)).max() < 24]
    return sum(near) / len(near) if near else None


def a_task(resistance: Resistance, seed: int) -> PatientTask:
    """Give presses, six a side, held for two seconds."""
    return PatientTask(movement=Movement.PRESS, resistance=resistance, target_n=40.0, reps=6, hold_s=2.0, seed=seed)


def filmed(line: str, seed: int) -> list[Picture]:
    """Film a session in a process of its own, in the window that the environment names."""
    command = [sys.executable, __file__, line, str(seed)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    told = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout
    return msgspec.json.decode(told.splitlines()[-1], type=list[Picture])


def main(words: list[str]) -> None:
    """Film a session, and tell what its pictures show, or their figures; or keep some of them as a moving picture."""
    with tempfile.TemporaryDirectory() as folder:
        if words[0] == "measure":
            shown = pictures(config_in(Path(folder)), a_task(Resistance(words[1]), int(words[2])))
            told = measured([picture for picture, _surface in shown], words[1])
            sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
            return
        if words[0] == "keep":
            keep(pictures(config_in(Path(folder)), a_task(Resistance.TUBING, 1)), Path(words[1]))
            return
        film = pictures(config_in(Path(folder)), a_task(Resistance(words[0]), int(words[1])))
        sys.stdout.write(msgspec.json.encode([picture for picture, _surface in film]).decode() + "\n")


def keep(film: Iterator[tuple[Picture, pygame.Surface]], path: Path) -> None:
    """Keep a stretch of a film as a moving picture: ten a second, half as large."""
    images = []
    for number, (picture, surface) in enumerate(film):
        if FROM_S <= picture.t_s < UNTIL_S and number % 3 == 0:
            small = pygame.transform.smoothscale(surface, (400, 240))
            images.append(Image.frombytes("RGB", small.get_size(), pygame.image.tobytes(small, "RGB")))
    images[0].save(path, save_all=True, append_images=images[1:], duration=100, loop=0, quality=80, method=6)


if __name__ == "__main__":
    main(sys.argv[1:])
