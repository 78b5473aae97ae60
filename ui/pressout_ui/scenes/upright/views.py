"""Views of every scene on a panel that stands upright."""

from __future__ import annotations

from typing import assert_never

from pressout_ui.app_state import AppState
from pressout_ui.scenes import live_view
from pressout_ui.scenes.idle import Idle
from pressout_ui.scenes.live_set import LiveSet
from pressout_ui.scenes.rating import Rating
from pressout_ui.scenes.rest import Rest
from pressout_ui.scenes.set_up import SetUp
from pressout_ui.scenes.staff import calibrate, guests, reports
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
from pressout_ui.scenes.upright import arrival, departure, sets, staff
from pressout_ui.scenes.who import Who
from pressout_ui.scenes.wipe import Wipe
from pressout_ui.screen import PatientScene, StaffScene
from pressout_ui.shapes import Plane, View


def for_the_patient(scene: PatientScene, known: AppState, plane: Plane) -> View:
    """Draw a patient's scene."""
    match scene:
        case Idle():
            return arrival.idle(scene, known, plane)
        case Who():
            return arrival.sign_in(scene, known, plane)
        case Today():
            return arrival.dose_of_today(known, plane)
        case StillHere():
            return arrival.still_here(known, plane)
        case SetUp():
            return sets.taking_up(scene, known, plane)
        case LiveSet():
            return live_view.view(scene, known, plane)
        case Rest():
            return sets.between_sets(scene, known, plane)
        case Timed():
            return sets.beside_the_line(known, plane)
        case Summary():
            return departure.done(scene, known, plane)
        case Rating():
            return departure.rated(scene, known, plane)
        case Wipe():
            return departure.asleep(scene, known, plane)
        case InTrouble():
            return departure.in_trouble(scene, known, plane)
        case never:
            assert_never(never)


def for_staff(scene: StaffScene, known: AppState, plane: Plane) -> View:
    """Draw a page for staff."""
    match scene:
        case Pin():
            return staff.who_is_it(scene, known, plane)
        case Menu():
            return staff.pages(scene, known, plane)
        case Dose():
            return staff.dose_of(scene, known, plane)
        case More():
            return staff.more_of(scene, known, plane)
        case Programme():
            return staff.programme_of(scene, known, plane)
        case Calibrate():
            return calibrate.view(scene, known, plane)
        case Guests() if scene.picked is not None:
            return staff.whose(scene, known, plane)
        case Guests():
            return guests.view(scene, known, plane)
        case Visits():
            return reports.visits_view(known, plane)
        case Sensor():
            return reports.sensor_view(scene, known, plane)
        case Network():
            return reports.network_view(known, plane)
        case SettingsScene():
            return staff.settings_of(known, plane)
        case never:
            assert_never(never)
