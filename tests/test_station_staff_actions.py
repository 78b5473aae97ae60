"""What a station does for its therapists: each wish of the screen, done by the real parts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from controllers import config_in
from pressout_device.storage.calibration_log import CalibrationLog
from pressout_session.facts import EndReason
from pressout_session.load_cell_history import Calibrated
from pressout_session.settings import Settings
from pressout_signal.calibration_steps import G_M_PER_S2, Wizard
from pressout_signal.samples import Reading
from pressout_station.app import SimulationConfig, parts_of
from pressout_station.audit_log import Act, Audit
from pressout_station.host.display import first_screen
from pressout_station.run import asked_of
from pressout_station.staff.accounts import MOST_TRIES, Therapists
from pressout_station.staff.staff_actions import StaffActions
from pressout_station.station_deps import StationDeps
from pressout_ui.app import Screen
from pressout_ui.messages import Message
from pressout_ui.scenes.staff.menu import Menu
from pressout_ui.scenes.staff.reports import Sensor
from pressout_ui.staff import (
    CheckPin,
    KeepCalibration,
    KeepSettings,
    PinAnswered,
    RequestOutcome,
    SensorSeen,
    SetDose,
    SettingsChanged,
    ShutDown,
    TakeZero,
)
from pressout_ui.text import TextFace

pytestmark = pytest.mark.service
PIN, OTHER = "271828", "314159"


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[StationDeps]:
    Therapists(tmp_path).add("MR", PIN, "t-1")
    config = config_in(tmp_path)
    made = parts_of(config, TextFace(None), SimulationConfig(asked_of(config)))
    yield made
    made.sampler.close()
    made.staff_actions.close()
    made.writer.close()


def told(parts: StationDeps, kind: type[Message], screen: Screen | None = None) -> Message:
    """Wait for a message of a kind."""
    shown = screen or Screen(first_screen(config_in(Path("nowhere"))).known, Menu())
    until_s = time.monotonic() + 20.0
    while True:
        for message in parts.staff_actions.news(shown, 1.0):
            if isinstance(message, kind):
                return message
        assert time.monotonic() < until_s
        time.sleep(0.001)  # the threads under test need the interpreter


def test_a_pin_is_checked_and_a_lock_told_to_the_clinic(parts: StationDeps, tmp_path: Path) -> None:
    assert parts.staff_actions.initials() == ("MR",)
    parts.staff_actions.asked(CheckPin("MR", PIN))
    assert told(parts, PinAnswered) == PinAnswered("MR", right=True, tries_left=MOST_TRIES)

    for _ in range(MOST_TRIES):
        parts.staff_actions.asked(CheckPin("MR", OTHER))
        last = told(parts, PinAnswered)

    assert isinstance(last, PinAnswered)
    assert last.tries_left == 0
    parts.writer.close()
    (event,) = (tmp_path / "outbox").glob("event.*.json")
    assert b'"kind":"pin_lockout"' in event.read_bytes()
    assert PIN.encode() not in event.read_bytes()
    acts = [one for one in Audit(tmp_path).all() if one.act.startswith("pin")]
    assert [one.act for one in acts] == [Act.PIN_RIGHT, *[Act.PIN_WRONG] * (MOST_TRIES - 1), Act.PIN_LOCKED]
    assert {one.who for one in acts} == {"t-1"}
    assert PIN.encode() not in (tmp_path / "audit.jsonl").read_bytes()


def test_a_dose_is_signed_with_the_reference_opens_the_next_visit_and_is_written_down(
    parts: StationDeps, tmp_path: Path
) -> None:
    controller = parts.controller
    controller.begin("471922")
    assert controller.visit is not None
    item = controller.visit.course.prescription.first_on_the_line

    parts.staff_actions.asked(SetDose(0, msgspec.structs.replace(item, reps=7), "MR"))

    controller.end(EndReason.SIGNED_OUT)
    controller.begin("471922")
    assert controller.visit is not None
    assert not controller.visit.course.prescription.unaccepted
    prescription = controller.visit.course.prescription
    assert (prescription.first_on_the_line.reps, prescription.set_by) == (7, "t-1")
    controller.begin("guest")
    assert controller.visit.course.prescription.first_on_the_line.reps == 15
    parts.writer.close()
    (set_,) = [one for one in Audit(tmp_path).all() if one.act is Act.DOSE_SET]
    assert (set_.who, set_.before, set_.after) == (
        "t-1",
        "pallof_press 40.0 N, 1 x 15, hold 2 s",
        "pallof_press 40.0 N, 1 x 7, hold 2 s",
    )
    assert b"471922" not in (tmp_path / "audit.jsonl").read_bytes()


def test_a_calibration_on_the_screen_is_weighed_with_at_once_and_kept(parts: StationDeps, tmp_path: Path) -> None:
    wizard = Wizard((5.0,))
    t_s = 0.0
    for counts in (8_000, 200_000, 8_000):
        wizard = wizard.hangs()
        for n in range(400):
            t_s += 1 / 80
            wizard = wizard.step(Reading(t_s, counts + 40 * (n % 2)))
    assert wizard.found is not None

    parts.staff_actions.asked(KeepCalibration(wizard.found, "MR"))

    sample = parts.conditioning.take(Reading(1.0, 200_020))
    assert getattr(sample, "tension_n", None) == pytest.approx(5.0 * G_M_PER_S2, rel=0.001)
    parts.writer.close()
    life = CalibrationLog(tmp_path).life("simulated")
    assert isinstance(life.calibration, Calibrated)
    assert life.calibration.by == "MR"


def test_a_line_that_nobody_knows_to_hang_still_has_no_zero_taken(parts: StationDeps) -> None:
    (answer,) = parts.staff_actions.asked(TakeZero())

    assert isinstance(answer, RequestOutcome)
    assert answer.refused
    assert answer.words.startswith("tare: found the line moving")


def test_settings_hold_at_once_and_after_a_restart(parts: StationDeps, tmp_path: Path) -> None:
    settings = Settings(language="es", theme="dark", volume=2)

    assert parts.staff_actions.asked(KeepSettings(settings)) == (SettingsChanged(settings),)

    parts.staff_actions.close()
    assert first_screen(config_in(tmp_path)).known.settings == settings


def test_the_sensors_figures_come_while_they_are_looked_at(parts: StationDeps) -> None:
    looking = Screen(first_screen(config_in(Path("nowhere"))).known, Sensor())
    parts.staff_actions.heard([Reading(0.5 + n / 80, 88_000 + 40 * (n % 3)) for n in range(40)])

    seen = told(parts, SensorSeen, looking)

    assert isinstance(seen, SensorSeen)
    assert seen.figures.measured_hz == pytest.approx(80.0)
    assert seen.figures.faults == 0


@pytest.mark.parametrize(
    ("command", "words"), [("true", "shutting_down"), ("false", "not_allowed"), ("nix", "not_allowed")]
)
def test_switching_off_is_asked_of_the_system_and_its_answer_told(parts: StationDeps, command: str, words: str) -> None:
    staff_actions = StaffActions(parts.staff_actions.staffed, (command,))
    staff_actions.asked(ShutDown())
    until_s = time.monotonic() + 20.0
    found: list[Message] = []
    while not found:
        found = staff_actions.news(Screen(first_screen(config_in(Path("nowhere"))).known, Menu()), 1.0)
        assert time.monotonic() < until_s
        time.sleep(0.001)  # the thread under test needs the interpreter

    assert found == [RequestOutcome(words)]
