"""Pain: a key in set-up and rest, told to staff and clinic at once, asked for at every early end."""

from __future__ import annotations

import msgspec
import pytest

from builders import an_origin
from controllers import Desk
from pressout_session.document_builder import document_of
from pressout_session.error_codes import NUMBERS, Notice
from pressout_session.facts import EndReason, PainReported, Rated
from pressout_session.record import folded
from pressout_session.wire import EventKind, StationEvent
from pressout_signal.samples import Sample
from pressout_station.controller.clinic_events import ClinicEvents
from pressout_station.controller.pain_reports import PainReports
from pressout_ui.app import Screen, view
from pressout_ui.commands import Command, EndVisit, Rate, ReportPain
from pressout_ui.messages import PainTapped, RatingDone, RatingTapped
from pressout_ui.scenes.rating import Rating, RatingQuestion
from pressout_ui.scenes.rest import Rest
from pressout_ui.scenes.set_up import SetUp
from pressout_ui.scenes.timed import Timed
from pressout_ui.shapes import Button
from screens import LANDSCAPE, SCENES, setting_up, told
from stations import MORNING


def keys(screen: Screen) -> list[object]:
    return [shape.on_tap for shape in view(screen, LANDSCAPE) if isinstance(shape, Button)]


@pytest.mark.parametrize(("name", "screen"), SCENES, ids=[name for name, _screen in SCENES])
def test_whoever_rests_or_sets_up_has_a_key_to_stop_because_it_hurts(name: str, screen: Screen) -> None:
    assert (PainTapped() in keys(screen)) == isinstance(screen.scene, Rest | SetUp | Timed), name


def test_stopping_because_it_hurts_is_told_before_anything_is_asked_and_ends_the_visit() -> None:
    screen, at_once = told(setting_up(), PainTapped())
    assert at_once == [ReportPain()]
    assert isinstance(screen.scene, Rating)
    assert screen.scene.asked is RatingQuestion.PAIN

    asked: list[Command] = told(screen, RatingTapped(6), RatingDone())[1]

    assert asked == [Rate(None, 6), EndVisit(EndReason.SIGNED_OUT)]


def reports(flag_from: int = 7) -> tuple[PainReports, list[str]]:
    heard: list[str] = []
    return PainReports(flag_from, heard.append), heard


def test_a_pain_that_is_flagged_is_told_once_a_session_and_stands_until_a_therapist_was_there() -> None:
    pain, heard = reports()
    pain.rated("session-1", None)
    pain.rated("session-1", 6)
    assert (heard, pain.unseen) == ([], False)

    pain.reported("session-1")
    pain.rated("session-1", 9)
    pain.rated("session-2", 7)
    assert (heard, pain.unseen) == (["session-1", "session-2"], True)

    pain.seen()
    assert not pain.unseen


def test_the_clinic_is_told_in_which_session_and_nothing_of_whose() -> None:
    events: list[StationEvent] = []
    ClinicEvents("A", events.append, lambda: MORNING, lambda: "event-1").pain_reported("session-1")

    (event,) = events
    assert (event.kind, event.about, event.number) == (
        EventKind.PAIN_REPORTED,
        "session-1",
        NUMBERS[Notice.PAIN_REPORTED],
    )
    assert b"471922" not in msgspec.json.encode(event)


def test_whoever_stops_before_anything_was_counted_leaves_a_flagged_session() -> None:
    pain, heard = reports()
    desk = Desk(pain=pain)
    desk.controller.begin("471922")
    desk.feel([Sample(n / 80, 0.1 * (n % 2)) for n in range(80)])

    desk.controller.report_pain()
    desk.controller.rate(None, 3)
    desk.controller.end(EndReason.SIGNED_OUT)

    facts = desk.facts("session-1")
    assert [type(fact) for fact in facts if isinstance(fact, PainReported | Rated)] == [PainReported, Rated]
    assert heard == ["session-1"]
    assert document_of(folded(facts), an_origin()).pain_flagged
