"""Session controllers for tests: on a clock that is moved, with a disk in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from builders import a_prescription, an_item, an_origin
from pressout_device.clock import VirtualClock
from pressout_device.settings import LoadCellSection
from pressout_session.document import Clock as ClockDocument
from pressout_session.facts import AnyFact
from pressout_session.prescription import Prescription
from pressout_signal.samples import Sample
from pressout_station.config import Config
from pressout_station.config_sections import DoseSection, ScreenSection, StationSection
from pressout_station.controller.controller_deps import ControllerDeps
from pressout_station.controller.left_visits import LeftVisits
from pressout_station.controller.pain_reports import PainReports
from pressout_station.controller.session_controller import SessionController
from pressout_station.writer.messages import Kept, Told


@dataclass
class FakeWriter:
    """Keeps facts in memory; tells that they are kept when it is asked to."""

    kept: list[tuple[str, AnyFact]] = field(default_factory=list)
    untold: list[Told] = field(default_factory=list)
    prescriptions: dict[str, Prescription] = field(default_factory=dict)

    def keep(self, session_id: str, fact: AnyFact) -> None:
        """Keep a fact."""
        self.kept.append((session_id, fact))
        self.untold.append(Kept(session_id, fact))

    def occupied(self, patient_ref: str | None) -> None:
        """Take who is here."""

    def prescribe(self, patient_ref: str, prescription: Prescription) -> None:
        """Keep what a patient is to do."""
        self.prescriptions[patient_ref] = prescription

    def told(self) -> list[Told]:
        """Tell what was kept since."""
        news, self.untold = self.untold, []
        return news


@dataclass
class Desk:
    """A counting with its fakes."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    writer: FakeWriter = field(default_factory=FakeWriter)
    names: int = 0
    reps: int = 6
    pain: PainReports = field(default_factory=lambda: PainReports(7, lambda _session_id: None))

    def __post_init__(self) -> None:
        origin = an_origin()
        given = ControllerDeps(
            a_prescription(an_item(reps=self.reps)),
            self._name,
            origin.device,
            lambda: ClockDocument(synchronised=True),
            measured_hz=lambda: 80.1234,
            pain=self.pain,
        )
        self.controller = SessionController(given, self.writer, self.clock, LeftVisits())  # type: ignore[arg-type]

    def _name(self) -> str:
        self.names += 1
        return f"session-{self.names}"

    def feel(self, samples: list[Sample]) -> None:
        """Let the load cell say these tensions; the clock follows."""
        for sample in samples:
            self.clock.time_s = max(self.clock.time_s, sample.t_s)
            self.controller.take(sample)

    def facts(self, session_id: str) -> list[AnyFact]:
        """Give what was kept of a session."""
        return [fact for owner, fact in self.writer.kept if owner == session_id]


def config_in(folder: Path) -> Config:
    return Config(
        station=StationSection(site_id="north", station_id="s3", folder=str(folder)),
        load_cell=LoadCellSection(way="simulated", load_cell_id="A", counts_per_newton=4_400.0),
        screen=ScreenSection(full_screen=False),
        dose=(DoseSection(exercise="pallof_press"),),
    )
