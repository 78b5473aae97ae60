"""The last barrier: whatever breaks, the patient sees what to do, nothing counted is lost, and the program says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from pressout_device.errors import StationError
from pressout_device.settings import LoadCellSection
from pressout_session.error_codes import Trouble
from pressout_station.app import SimulationConfig, station_of
from pressout_station.config import Config
from pressout_station.config_sections import DoseSection, ScreenSection, StationSection
from pressout_station.run import asked_of, turned
from pressout_ui.app import Screen
from pressout_ui.commands import Sound
from pressout_ui.messages import Message
from pressout_ui.scenes.trouble import InTrouble

pytestmark = pytest.mark.service


class Broken:
    """A face that breaks when it is asked what was touched."""

    closed = False

    def __init__(self) -> None:
        self.shown: list[Screen] = []

    def show(self, screen: Screen) -> None:
        """Remember what was shown."""
        self.shown.append(screen)

    def messages(self) -> list[Message]:
        """Break."""
        raise ZeroDivisionError("a fault of our own")

    def play(self, sound: Sound) -> None:
        """Play nothing."""


def test_a_fault_of_our_own_is_shown_with_a_number_and_said_and_the_session_is_kept(tmp_path: Path) -> None:
    config = Config(
        station=StationSection(site_id="north", station_id="s3", folder=str(tmp_path)),
        load_cell=LoadCellSection(way="simulated"),
        screen=ScreenSection(full_screen=False),
        dose=(DoseSection(exercise="pallof_press"),),
    )
    face = Broken()
    station = station_of(config, face, SimulationConfig(asked_of(config)))
    station.counting.begin("471922")
    station.counting.add_one()

    with pytest.raises(StationError, match="ZeroDivisionError: a fault of our own"):
        turned(station, lambda: False, shown_s=0.0)

    assert face.shown[-1].scene == InTrouble(Trouble.STATION_FAILED)
    assert station.shut_down()
