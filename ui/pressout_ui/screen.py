"""The screen as a value: what is shown, what every scene may show, and where to go back to."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from pressout_session.error_codes import Trouble
from pressout_session.prescription import TimedItem
from pressout_session.visit_stage import Stage
from pressout_ui.app_state import AppState
from pressout_ui.commands import Command
from pressout_ui.scenes.idle import Idle
from pressout_ui.scenes.live_set import LiveSet
from pressout_ui.scenes.rating import Rating
from pressout_ui.scenes.rest import Rest
from pressout_ui.scenes.set_up import SetUp
from pressout_ui.scenes.staff.calibrate import Calibrate
from pressout_ui.scenes.staff.dose import Dose
from pressout_ui.scenes.staff.guests import Guests
from pressout_ui.scenes.staff.menu import Menu
from pressout_ui.scenes.staff.more import More
from pressout_ui.scenes.staff.pin import Pin
from pressout_ui.scenes.staff.programme import Programme
from pressout_ui.scenes.staff.reports import Network, Sensor, Visits
from pressout_ui.scenes.staff.settings import SettingsScene
from pressout_ui.scenes.still_here import StillHere
from pressout_ui.scenes.summary import Summary
from pressout_ui.scenes.timed import Timed
from pressout_ui.scenes.today import Today
from pressout_ui.scenes.trouble import InTrouble
from pressout_ui.scenes.who import Who
from pressout_ui.scenes.wipe import Wipe

PatientScene: TypeAlias = (
    Idle | Who | Today | SetUp | LiveSet | Rest | Timed | Summary | Rating | Wipe | InTrouble | StillHere
)
StaffScene: TypeAlias = (
    Pin | Menu | Dose | More | Programme | Visits | Calibrate | Sensor | Network | Guests | SettingsScene
)
Scene: TypeAlias = PatientScene | StaffScene
STAFF = (Pin, Menu, Dose, More, Programme, Visits, Calibrate, Sensor, Network, Guests, SettingsScene)


class Screen(Struct, frozen=True):
    """What is shown, what every scene may show, and what to go back to after trouble or a therapist's visit."""

    known: AppState
    scene: Scene = field(default_factory=Idle)
    before: PatientScene | None = None

    def showing(self, scene: Scene) -> Screen:
        """Give the screen with another scene."""
        return replace(self, scene=scene)

    def showing_trouble(self, trouble: Trouble, details: str = "") -> Screen:
        """Give the screen with what keeps the station from going on."""
        return self.showing(InTrouble(trouble, details))

    def over_the_patient(self, known: AppState, scene: InTrouble | Pin | StillHere) -> Screen:
        """Give the screen with a scene over the patient's, which is gone back to; trouble is nothing to go back to."""
        before = self.before if isinstance(self.scene, InTrouble | StillHere) else self.scene
        return replace(self, known=known, scene=scene, before=before)

    @property
    def at_rest(self) -> bool:
        """Whether nobody is here, so that little moves."""
        return isinstance(self.scene, Idle)

    @property
    def dimmed(self) -> bool:
        """Whether nobody has been here for so long that the panel saves itself."""
        return isinstance(self.scene, Idle) and self.scene.dimmed(self.known.now_s)

    @property
    def wants_counts(self) -> bool:
        """Whether a scene draws what the load cell says, in counts."""
        return isinstance(self.scene, Calibrate | Sensor)

    @property
    def wants_figures(self) -> bool:
        """Whether a scene shows how the load cell is."""
        return isinstance(self.scene, Sensor)

    @property
    def beneath(self) -> LiveSet | None:
        """The set that goes on under a therapist's scene."""
        going_on = self.for_staff and self.known.record.open_set is not None
        return self.before if going_on and isinstance(self.before, LiveSet) else None

    @property
    def for_staff(self) -> bool:
        """Whether a therapist's scene is shown."""
        return isinstance(self.scene, STAFF)


Told: TypeAlias = tuple[Screen, tuple[Command, ...]]


def waiting(known: AppState) -> PatientScene:
    """Give the scene in which the next thing is waited for."""
    if isinstance(known.item, TimedItem):
        return Timed.of(known)
    if known.taut:
        return SetUp()
    if known.visit is not None and known.visit.stage is Stage.OVER and known.record.sets:
        return Summary(known.now_s)
    return Rest(known.now_s, known.record.sets[-1].side) if known.record.sets else Today()


def signed_out(screen: Screen) -> Screen:
    """Give the screen with nobody at it."""
    known = replace(screen.known.without_patient(), initials=None)
    scene: Scene = Idle(known.now_s) if known.trouble is None else InTrouble(known.trouble)
    return replace(screen, known=known, scene=scene, before=None)
