"""Router: the view of each scene."""

from __future__ import annotations

from typing import assert_never

from pressout_ui.app_state import AppState
from pressout_ui.scenes import (
    idle,
    live_view,
    rating,
    rest,
    set_up,
    still_here,
    summary,
    timed,
    today,
    trouble,
    who,
    wipe,
)
from pressout_ui.scenes.idle import Idle
from pressout_ui.scenes.live_set import LiveSet
from pressout_ui.scenes.rating import Rating
from pressout_ui.scenes.rest import Rest
from pressout_ui.scenes.set_up import SetUp
from pressout_ui.scenes.staff import calibrate, dose, guests, menu, more, pin, programme, reports, set_strip, settings
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
from pressout_ui.scenes.upright import views
from pressout_ui.scenes.who import Who
from pressout_ui.scenes.wipe import Wipe
from pressout_ui.screen import STAFF, Screen, StaffScene
from pressout_ui.shapes import Plane, View


def view(screen: Screen, plane: Plane) -> View:
    """Draw the scene that is shown."""
    known, scene = screen.known, screen.scene
    if isinstance(scene, STAFF):
        page = views.for_staff if plane.portrait else _for_staff
        beneath = () if screen.beneath is None else set_strip.view(screen.beneath, known)
        return (*page(scene, known, plane), *beneath)
    if plane.portrait:
        return views.for_the_patient(scene, known, plane)
    match scene:
        case Idle():
            return idle.view(scene, known, plane)
        case Who():
            return who.view(scene, known, plane)
        case Today():
            return today.view(scene, known, plane)
        case SetUp():
            return set_up.view(scene, known, plane)
        case LiveSet():
            return live_view.view(scene, known, plane)
        case Rest():
            return rest.view(scene, known, plane)
        case Timed():
            return timed.view(known, plane)
        case Summary():
            return summary.view(scene, known, plane)
        case Rating():
            return rating.view(scene, known, plane)
        case Wipe():
            return wipe.view(scene, known, plane)
        case StillHere():
            return still_here.view(scene, known, plane)
        case InTrouble():
            return trouble.view(scene, known, plane)
        case never:
            assert_never(never)


def _for_staff(scene: StaffScene, known: AppState, plane: Plane) -> View:
    match scene:
        case Pin():
            return pin.view(scene, known, plane)
        case Menu():
            return menu.view(scene, known, plane)
        case Dose():
            return dose.view(scene, known, plane)
        case More():
            return more.view(scene, known, plane)
        case Programme():
            return programme.view(scene, known, plane)
        case Calibrate():
            return calibrate.view(scene, known, plane)
        case Guests():
            return guests.view(scene, known, plane)
        case Visits():
            return reports.visits_view(known, plane)
        case Sensor():
            return reports.sensor_view(scene, known, plane)
        case Network():
            return reports.network_view(known, plane)
        case SettingsScene():
            return settings.view(known, plane)
        case never:
            assert_never(never)
