"""The last barrier: whatever breaks, the patient sees what to do, nothing counted is lost, and the program says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders import a_prescription
from pressout_device.errors import StationError
from pressout_device.settings import LoadCellSection
from pressout_session.error_codes import Trouble
from pressout_session.visit_corrections import added
from pressout_station.app import SimulationConfig, station_of
from pressout_station.config import Config
from pressout_station.config_sections import DoseSection, ScreenSection, StationSection
from pressout_station.run import asked_of, turned
from pressout_station.station_loop import Station
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

    def play(self, sound: Sound, lasts_s: float = 0.0) -> None:
        """Play nothing."""


def a_station(folder: Path, face: Broken) -> Station:
    config = Config(
        station=StationSection(site_id="north", station_id="s3", folder=str(folder)),
        load_cell=LoadCellSection(way="simulated"),
        screen=ScreenSection(full_screen=False),
        dose=(DoseSection(exercise="pallof_press"),),
    )
    return station_of(config, face, SimulationConfig(asked_of(config)))


def test_a_fault_of_our_own_is_shown_with_a_number_and_said_and_the_session_is_kept(tmp_path: Path) -> None:
    face = Broken()
    station = a_station(tmp_path, face)
    station.controller.begin("471922")
    station.controller.tapped(added)

    with pytest.raises(StationError, match="ZeroDivisionError: a fault of our own"):
        turned(station, lambda: False, shown_s=0.0)

    assert face.shown[-1].scene == InTrouble(Trouble.STATION_FAILED)
    assert station.shut_down()


def test_a_station_that_shuts_down_with_a_dose_unsaved_says_so(tmp_path: Path) -> None:
    station = a_station(tmp_path, Broken())
    writer = station._parts.writer
    writer._shelves.journal._db.execute("PRAGMA query_only = 1")  # a card that has become read-only
    writer.prescribe("471922", a_prescription())

    assert not station.shut_down()
