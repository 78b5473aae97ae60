"""Parts that a station's loop is given: a face, a reader of the load cell, and those that decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pressout_device.clock import RealClock, ScaledClock
from pressout_signal.samples import Fault, Reading
from pressout_station.controller.live_topic import LiveTopic
from pressout_station.controller.load_cell_conditioning import LoadCellConditioning
from pressout_station.controller.raw_recorder import RawRecorder
from pressout_station.controller.session_controller import SessionController
from pressout_station.staff.staff_actions import StaffActions
from pressout_station.writer.writer import Writer
from pressout_ui.app import Screen
from pressout_ui.commands import Sound
from pressout_ui.messages import Message


class Face(Protocol):
    """What shows the screen and hears the finger: a panel, or a text in its place."""

    @property
    def closed(self) -> bool:
        """Whether whoever looks at it has closed it."""
        ...

    def show(self, screen: Screen) -> None:
        """Show the screen; never waits longer than a frame."""
        ...

    def messages(self) -> list[Message]:
        """Give what was tapped and typed."""
        ...

    def play(self, sound: Sound, lasts_s: float = 0.0) -> None:
        """Let a sound be heard, if there is a way."""
        ...


class Reader(Protocol):
    """What the load cell's readings come from; `Sampler` is one."""

    @property
    def alive(self) -> bool:
        """Whether someone reads."""
        ...

    def fresh(self) -> list[Reading | Fault]:
        """Give all that was said since the last call, oldest first; never waits."""
        ...

    def restart(self) -> None:
        """Begin anew."""
        ...

    def close(self) -> None:
        """End."""
        ...


@dataclass(frozen=True, slots=True)
class StationDeps:
    """What a station is made of."""

    sampler: Reader
    conditioning: LoadCellConditioning
    controller: SessionController
    writer: Writer
    clock: RealClock | ScaledClock
    face: Face
    staff_actions: StaffActions
    raw_recorder: RawRecorder
    live_topic: LiveTopic | None = None
