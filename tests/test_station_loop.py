"""The station's loop, frame by frame, on a clock that is moved: what goes on whatever is shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import a_prescription, an_item, simulated
from controllers import Desk, config_in
from pressout_session.exercises import Side
from pressout_session.facts import EndReason
from pressout_session.prescription import TimedItem
from pressout_signal.events import Resistance
from pressout_signal.samples import Fault, FaultKind, Reading
from pressout_station.app import SimulationConfig, parts_of
from pressout_station.host.display import first_screen
from pressout_station.run import asked_of
from pressout_station.station_loop import Station
from pressout_ui.app import Screen
from pressout_ui.commands import Sound
from pressout_ui.messages import DigitTyped, Message, TherapistTapped, TimedTapped
from pressout_ui.scenes.rest import Rest
from pressout_ui.scenes.timed import Timed
from pressout_ui.scenes.trouble import InTrouble
from pressout_ui.text import TextFace

pytestmark = pytest.mark.service
PLANKS = TimedItem(exercise="side_plank", reps=2, duration_s=30.0, first_side=Side.LEFT)


@dataclasses.dataclass
class Hands:
    """A face that taps what it is told to, and a reader that says what it is told to."""

    taps: list[Message] = dataclasses.field(default_factory=list)
    said: list[Reading | Fault] = dataclasses.field(default_factory=list)
    played: list[Sound] = dataclasses.field(default_factory=list)
    closed = False
    alive = True

    def show(self, screen: Screen) -> None:
        """Show nothing."""

    def messages(self) -> list[Message]:
        """Tap, once."""
        taps, self.taps = self.taps, []
        return taps

    def play(self, sound: Sound, lasts_s: float = 0.0) -> None:
        """Remember what was played."""
        self.played.append(sound)

    def fresh(self) -> list[Reading | Fault]:
        """Say, once."""
        said, self.said = self.said, []
        return said

    def restart(self) -> None:
        """Go on."""

    def close(self) -> None:
        """End."""


@dataclasses.dataclass
class Gym:
    """A station with a patient who does side planks, on a clock of its own."""

    station: Station
    desk: Desk
    hands: Hands

    def frames(self, seconds: int, *taps: Message) -> None:
        """Tap, and let so many seconds pass, a frame each."""
        self.hands.taps = list(taps)
        for _ in range(seconds):
            self.station.frame()
            self.desk.clock.time_s += 1.0

    @property
    def done(self) -> int:
        """How many planks are done in this turn."""
        assert self.desk.controller.visit is not None
        return self.desk.controller.visit.timed.done


@pytest.fixture
def gym(tmp_path: Path) -> Iterator[Gym]:
    config, hands, desk = config_in(tmp_path), Hands(), Desk()
    parts = parts_of(config, TextFace(None), SimulationConfig(asked_of(config)))
    ours = dataclasses.replace(parts, sampler=hands, face=hands, controller=desk.controller, clock=desk.clock)  # type: ignore[arg-type]
    desk.writer.prescriptions["471922"] = a_prescription(PLANKS, an_item())
    station = Station(ours, first_screen(config))
    desk.controller.begin("471922")
    yield Gym(station, desk, hands)
    parts.sampler.close()
    parts.staff_actions.close()
    parts.writer.close()


def test_a_clock_beside_the_line_runs_on_under_a_therapists_page(gym: Gym) -> None:
    gym.frames(1)
    assert isinstance(gym.station.screen.scene, Timed)
    gym.frames(1, TimedTapped())
    gym.frames(1, TherapistTapped())
    assert gym.station.screen.for_staff

    gym.frames(32)

    assert gym.done == 1


def test_a_touch_that_was_meant_for_keys_that_are_gone_by_now_is_none(gym: Gym) -> None:
    gym.frames(1)
    gym.frames(1, TherapistTapped(), TimedTapped())

    assert gym.station.screen.for_staff
    assert gym.desk.controller.visit is not None
    assert gym.desk.controller.visit.timed.since_s is None


def test_a_card_that_is_read_in_one_frame_is_read_whole(gym: Gym) -> None:
    gym.desk.controller.end(EndReason.SIGNED_OUT)
    gym.frames(2)
    gym.frames(40)

    gym.frames(2, *(DigitTyped(digit) for digit in "471922"))

    assert gym.desk.controller.patient_ref == "471922"


def test_another_dose_that_leaves_nothing_beside_the_line_leaves_its_page(gym: Gym) -> None:
    gym.frames(1)
    assert isinstance(gym.station.screen.scene, Timed)

    gym.desk.controller.tapped(lambda visit, t_s: visit.timed_done(t_s, 0, 30.0))
    gym.desk.controller.tapped(lambda visit, t_s: visit.timed_done(t_s, 0, 30.0))
    gym.desk.writer.untold.clear()  # nothing is heard of the disk
    gym.frames(1)

    assert not isinstance(gym.station.screen.scene, Timed)


def test_the_end_of_a_clock_is_heard_and_its_last_seconds(gym: Gym) -> None:
    gym.frames(1)
    gym.frames(33, TimedTapped())

    assert gym.hands.played == [Sound.TICK] * 5 + [Sound.SIDE_DONE]


def test_a_clock_that_nobody_can_see_for_trouble_stands_still(gym: Gym) -> None:
    gym.frames(1)
    gym.frames(10, TimedTapped())
    for _ in range(60):
        gym.hands.said = [Fault(gym.desk.clock.time_s, FaultKind.SILENT)]
        gym.frames(1)

    assert isinstance(gym.station.screen.scene, InTrouble)
    assert gym.done == 0


def test_nobody_at_the_station_is_no_trouble_to_it(gym: Gym) -> None:
    gym.station.controller.end(EndReason.SIGNED_OUT)

    gym.frames(3)

    assert gym.desk.controller.visit is None
    assert gym.station.screen.at_rest


def test_after_a_pause_of_the_machine_every_count_and_every_rest_is_shown(gym: Gym) -> None:
    gym.desk.controller.end(EndReason.SIGNED_OUT)
    gym.desk.writer.prescriptions["471922"] = a_prescription(an_item(reps=6))
    gym.desk.controller.begin("471922")
    samples, patient = simulated(Resistance.TUBING, seed=1)
    gym.hands.said = [Reading(sample.t_s, round(4_400.0 * sample.tension_n)) for sample in samples]
    gym.desk.clock.time_s = patient.duration_s  # all of the visit went by before the first frame

    shown: list[tuple[Side, int, type]] = []
    for _ in range(60):
        gym.station.frame()
        known = gym.station.screen.known
        shown.append((known.side, known.set_count, type(gym.station.screen.scene)))

    for side in Side:
        assert {count for on, count, _scene in shown if on is side} >= set(range(7))
    assert Rest in {scene for _side, _count, scene in shown}
