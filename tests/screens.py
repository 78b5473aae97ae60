"""Screens in the states that tests speak of."""

from __future__ import annotations

import pytest

from builders import a_prescription, facts_of_a_session
from pressout_session.course import Course
from pressout_session.patient_codes import GUEST
from pressout_session.record import folded
from pressout_session.visit import Visit
from pressout_signal.events import LineTaken, Phase, PhaseEntered
from pressout_ui import scene_fixtures
from pressout_ui.app import Screen, update, view
from pressout_ui.app_state import AppState
from pressout_ui.commands import Command
from pressout_ui.messages import Message, RecordKept, SignalHeard, VisitBegan
from pressout_ui.shapes import Plane, Text

SCENES = list(scene_fixtures.scenes())
NAMED = pytest.mark.parametrize(("name", "screen"), SCENES, ids=[name for name, _screen in SCENES])
LANDSCAPE = Plane(800.0, 480.0)
WIDE = Plane(853.3, 480.0)
UPRIGHT = Plane(480.0, 800.0)


def told(screen: Screen, *messages: Message) -> tuple[Screen, list[Command]]:
    commands: list[Command] = []
    for message in messages:
        screen, asked = update(screen, message)
        commands.extend(asked)
    return screen, commands


def a_visit(*items: object, place: int = 0) -> Visit:
    course = Course.of(a_prescription(*items))  # type: ignore[arg-type]
    for _ in range(place):
        course = course.after()
    return Visit(course)


def begun(*items: object) -> Screen:
    return told(Screen(AppState(station="3")), VisitBegan(GUEST, a_visit(*items)))[0]


def setting_up(*items: object) -> Screen:
    return told(begun(*items), SignalHeard(LineTaken(t_s=0.0, said_at_s=0.3)))[0]


def in_a_set(reps: int = 2) -> Screen:
    return told(begun(), RecordKept(folded(facts_of_a_session(reps, closed=False))))[0]


def phase(entered: Phase, t_s: float = 1.0) -> SignalHeard:
    return SignalHeard(PhaseEntered(t_s=t_s, said_at_s=t_s, phase=entered))


def words_shown(screen: Screen, plane: Plane = LANDSCAPE) -> list[str]:
    return [shape.text for shape in view(screen, plane) if isinstance(shape, Text)]
