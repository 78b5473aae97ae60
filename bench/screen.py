"""What a frame of the screen costs, with everything moving and with nothing, beside painting everything each time.

Writes docs/reference/screen-measured.md. Nothing in that file is typed by hand but its words.
"""

from __future__ import annotations

import json
import math
import os
import random
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from msgspec.structs import replace

from bench.reader_handover import config_in
from pressout_device.reading_tally import percentiles
from pressout_signal.events import Phase
from pressout_station.app import SimulationConfig, parts_of
from pressout_station.config import Config
from pressout_station.host.display import PanelFace, first_screen
from pressout_station.run import asked_of
from pressout_station.station_loop import FRAME_S, Station
from pressout_ui import fixture_values, scene_fixtures
from pressout_ui.app import Screen, update, view
from pressout_ui.messages import Message, Ticked
from pressout_ui.panel import Panel
from pressout_ui.scenes.flood_edge import FloodEdge
from pressout_ui.scenes.idle import Idle
from pressout_ui.scenes.live_set import LiveSet, TracePoint
from pressout_ui.theme import LIGHT

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "screen-measured.md"
SIZES = ((800, 480), (1280, 720), (480, 800))
FRAMES = 3_000
EVENTS = 1_000_000
STATION_S = 60.0
FILMED = (1, 2, 3)
INTRODUCTION = """\
Written by `make bench ARGS=ui`; measured in one run on x86-64, in software, on SDL's dummy display: what a display's
own driver takes comes on top. **Nothing here ran on a Raspberry Pi.** A frame is the view being built, compared, and
painted.
"""
MOVING = """\
The live set with everything moving: line, hold bar, trace, count and cue.
"""
STILL = "The same screen again and again, and the idle screen with its breathing flood."
STATION = """\
A whole station with a simulated patient: readings in, pipeline, screen, journal. From sample to pixel is from the stamp
of a frame's newest reading to the moment its picture was handed to the display. Idle is the same station with nobody
there, the process alone, without its reader.
"""
FILM = """\
Three sessions a line of a simulated patient, two of whose twelve repetitions turn the trunk, on a virtual clock; thirty
pictures a second, from which the edge of the flood is read (`tests/films.py`). The delay is between the handle and the
edge at a tenth, a quarter, half, three quarters and nine tenths of each stroke; a word is compared with what the
patient does from 0.35 s (tubing) or 0.5 s (stack) after a phase has begun, and raw in every picture. The worst of the
sessions.
"""
FUZZ = """\
Random touches, times, phases and troubles on the screen alone, each wish of the screen granted as the station would:
nothing may crash, no page may be shown without the right PIN, and no repetition that was kept may vanish.
"""


def moving(now_s: float) -> Screen:
    """Give the live set at a time: six seconds a repetition, a cue now and then."""
    known = dict(scene_fixtures.scenes())["07-press-out"].known
    at_s = now_s % 6.0
    phase, level = Phase.REST, 0.0
    if at_s < 1.1:
        phase, level = Phase.PRESS_OUT, 0.5 - 0.5 * math.cos(math.pi * at_s / 1.1)
    elif at_s < 4.1:
        phase, level = Phase.HOLD, 1.0
    elif at_s < 5.3:
        phase, level = Phase.RETURN, 0.5 + 0.5 * math.cos(math.pi * (at_s - 4.1) / 1.2)
    # As in a set: a point every twelfth of a second, and with it the whole trace moves on.
    step = int(now_s * 12.0)
    trace = tuple(point._replace(t_s=point.t_s + step / 12.0) for point in _wave(step % 72))
    cue = fixture_values.a_drift() if now_s % 20.0 < 2.0 else None
    scene = LiveSet(
        phase=phase,
        phase_s=now_s - at_s + 1.1,
        edge=FloodEdge(level=level, rises=at_s < 4.1, farthest=level),
        trace=trace,
        last=fixture_values.a_repetition(80.0, 6),
        cue=cue,
        cue_s=now_s,
    )
    return Screen(replace(known, now_s=now_s), scene)


@lru_cache(maxsize=72)
def _wave(step: int) -> tuple[TracePoint, ...]:
    """Give fifteen seconds of repetitions, moved on by so many points."""
    points = fixture_values.a_trace(Phase.HOLD)
    turned = (*points, *points)[step : step + len(points)]
    return tuple(at._replace(t_s=point.t_s) for at, point in zip(turned, points, strict=True))


def frame_times(size: tuple[int, int], screens: Callable[[int], Screen]) -> dict[str, float]:
    """Draw frame after frame; give how long they took (s), by the share that took no longer."""
    panel = Panel(size, LIGHT)
    took_s = []
    for number in range(FRAMES):
        screen = screens(number)
        began_s = time.perf_counter()
        panel.paint(view(screen, panel.brush.plane))
        took_s.append(time.perf_counter() - began_s)
    panel.close()
    return percentiles(took_s[60:])


def moving_table() -> Iterator[str]:
    """Measure frames with everything moving."""
    yield "| size | half | **99 %** | most |"
    yield "|---|---|---|---|"
    for size in SIZES:
        took = frame_times(size, lambda number: moving(number / 60.0))
        told = " | ".join(f"{1e3 * took[share]:.2f} ms" for share in ("p50", "p99", "most"))
        yield f"| {size[0]} × {size[1]} | {told} |"


def still_table() -> Iterator[str]:
    """Measure frames in which nothing or little changes."""
    scenes = dict(scene_fixtures.scenes())
    still = scenes["07-press-out"]
    cases: dict[str, Callable[[int], Screen]] = {
        "live set, nothing changes": lambda _number: still,
        "idle, breathing": lambda number: Screen(replace(scenes["01-idle"].known, now_s=number / 60.0), Idle()),
        "summary": lambda _number: scenes["15-summary"],
    }
    yield "| screen | half | **99 %** | most |"
    yield "|---|---|---|---|"
    for name, screens in cases.items():
        took = frame_times(SIZES[0], screens)
        told = " | ".join(f"{1e3 * took[share]:.2f} ms" for share in ("p50", "p99", "most"))
        yield f"| {name} | {told} |"


def film_table() -> Iterator[str]:
    """Film sessions, and give the worst of what was measured."""
    yield "| line | delay, half / 95 % | runs back within a stroke | most in one picture | word as said | right | raw |"
    yield "|---|---|---|---|---|---|---|"
    program = Path(__file__).parent.parent / "tests" / "films.py"
    environment = {**os.environ, "SDL_VIDEODRIVER": "dummy", "PYTHONPATH": str(program.parent)}
    for line, name in (("tubing", "tubing"), ("cable", "stack")):
        told = []
        for seed in FILMED:
            command = [sys.executable, str(program), "measure", line, str(seed)]
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
            told.append(json.loads(done.stdout.splitlines()[-1]))
        most = {key: max(one[key] for one in told) for key in told[0]}
        least = {key: min(one[key] for one in told) for key in told[0]}
        yield (
            f"| {name} | {1e3 * most['delay_s']:.0f} / {1e3 * most['delay_95_s']:.0f} ms | {most['runs_back']:.1%} "
            f"| {most['step']:.1%} | {least['as_said']:.1%} | {least['right']:.1%} | {least['right_raw']:.1%} |"
        )
    yield "| asked | 120 ms / - | none | 15 % | 99 % | 95 % tubing, 85 % stack | reported |"


def _station(folder: Path, *, patient: bool) -> tuple[Station, Config]:
    config = config_in(folder)
    simulated = SimulationConfig(asked_of(config)) if patient else None
    parts = parts_of(config, PanelFace(config), simulated)
    return Station(parts, first_screen(config)), config


def station_table(duration_s: float) -> Iterator[str]:
    """Measure a station with a patient, and one with nobody."""
    late_s: list[float] = []
    frames_s: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        station, _config = _station(Path(folder), patient=True)
        until_s = time.monotonic() + duration_s + 10.0
        try:
            while (began_s := time.monotonic()) < until_s:
                before_s = station.read_until_s()
                station.frame()
                shown_s = time.monotonic()
                frames_s.append(shown_s - began_s)
                if station.read_until_s() > before_s and until_s - shown_s < duration_s:
                    late_s.append(station.now_s() - station.read_until_s())
                time.sleep(max(0.0, FRAME_S - frames_s[-1]))
        finally:
            station.shut_down()
    with tempfile.TemporaryDirectory() as folder:
        station, _config = _station(Path(folder), patient=False)
        try:
            _turned(station, 10.0)
            spent_s = time.process_time()
            _turned(station, duration_s)
            share = (time.process_time() - spent_s) / duration_s
        finally:
            station.shut_down()
    late, frames = percentiles(late_s), percentiles(frames_s)
    yield "| what | half | 99 % | most |"
    yield "|---|---|---|---|"
    for name, found in (("sample to pixel", late), ("a whole frame", frames)):
        yield f"| {name} | " + " | ".join(f"{1e3 * found[share]:.1f} ms" for share in ("p50", "p99", "most")) + " |"
    yield f"| idle, share of one core | {100 * share:.1f} % | | |"


def _turned(station: Station, duration_s: float) -> None:
    until_s = time.monotonic() + duration_s
    while (began_s := time.monotonic()) < until_s:
        station.frame()
        time.sleep(max(0.0, station.pause_s - (time.monotonic() - began_s)))


def fuzz_table(events: int) -> Iterator[str]:
    """Touch at random; give what was done and seen."""
    from bench.fuzzing import fuzzed

    done = fuzzed(events, random.Random(1))
    yield "| events, none of which crashed | touches | scenes seen | pages without a PIN | repetitions lost |"
    yield "|---|---|---|---|---|"
    yield f"| {done.events} | {done.touches} | {len(done.scenes)} | {done.unlocked} | {done.lost} |"


def page(*, station_s: float, events: int) -> str:
    """Measure everything; give the page as Markdown."""
    parts = (
        ("# The screen, measured", INTRODUCTION, iter(())),
        ("## Everything moving", MOVING, moving_table()),
        ("## Nothing moving", STILL, still_table()),
        ("## Filmed", FILM, film_table()),
        ("## A whole station", STATION, station_table(station_s)),
        ("## A million touches", FUZZ, fuzz_table(events)),
    )
    lines: list[str] = []
    for title, words, table in parts:
        lines += [title, "", *textwrap.wrap(words, 120), ""]
        rows = list(table)
        lines += [*rows, ""] if rows else []
    return "\n".join(lines)


def ticked(screen: Screen, now_s: float) -> tuple[Screen, Message]:
    """Give the screen a moment later."""
    message = Ticked(now_s)
    return update(screen, message)[0], message


def run(*, station_s: float = STATION_S, events: int = EVENTS) -> None:
    """Measure, print, and write the page when it was the whole measurement."""
    for kind in ("VIDEO", "AUDIO"):
        os.environ.setdefault(f"SDL_{kind}DRIVER", "dummy")
    text = page(station_s=station_s, events=events)
    print(text)
    if station_s >= STATION_S and events >= EVENTS:
        PAGE.write_text(text, encoding="utf-8")
