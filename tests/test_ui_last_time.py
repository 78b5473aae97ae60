"""What a patient is told of their last time and of a doubtful count: in words, and only where it matters."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from builders import facts_of_a_session
from pressout_session.facts import AnyFact, RepetitionAdded, SetClosed
from pressout_session.history import PastVisit
from pressout_session.patient_codes import GUEST
from pressout_session.record import folded
from pressout_ui.app import Screen, view
from pressout_ui.app_state import SURE_ENOUGH, AppState
from pressout_ui.messages import RecordKept, VisitBegan, VisitMoved
from pressout_ui.scenes.summary import Summary
from pressout_ui.shapes import Plane
from pressout_ui.staff import FindVisits, VisitsFound
from screens import a_visit, begun, in_a_set, told, words_shown

ANNE = "471922"
LAST = PastVisit(
    session_id="0190",
    started_at="2026-01-01T09:00:00Z",
    done=28,
    asked=30,
    chest_n=40.0,
    hold_left_s=3.0,
    hold_right_s=3.0,
    reminders=2,
    target_n=40.0,
)
UPRIGHT = Plane(480.0, 800.0)


def test_who_signs_in_by_a_code_is_shown_what_they_did_the_last_time() -> None:
    screen, commands = told(Screen(AppState(station="3")), VisitBegan(ANNE, a_visit()))
    assert commands == [FindVisits(ANNE)]
    for plane in (Plane(), UPRIGHT):
        assert not any("Last time" in said for said in words_shown(screen, plane))

    screen = told(screen, VisitsFound(ANNE, (replace(LAST, done=1), LAST)))[0]

    for plane in (Plane(), UPRIGHT):
        assert "Last time 28 of 30." in words_shown(screen, plane)


def test_a_guest_and_another_patient_are_told_of_nobodys_last_time() -> None:
    guest, commands = told(Screen(AppState(station="3")), VisitBegan(GUEST, a_visit()))
    assert commands == []
    guest = told(guest, VisitsFound(ANNE, (LAST,)))[0]

    assert not any("Last time" in said for said in words_shown(guest))


def test_the_summary_says_the_last_time_beside_this_one_without_praise_or_blame() -> None:
    known = replace(begun().known, patient_ref=ANNE, visits=(LAST,), visits_of=ANNE)
    summary = Screen(replace(known, record=folded(facts_of_a_session(5))), Summary(0.0))

    assert any(said.endswith("Last time 28 of 30.") for said in words_shown(summary))


def closed_with(sure: float, *corrections: AnyFact) -> Screen:
    facts = [
        replace(fact, count_probability=sure, other_count=4) if isinstance(fact, SetClosed) else fact
        for fact in facts_of_a_session(5)[:-1]
    ]
    return told(in_a_set(5), VisitMoved(a_visit(place=1)), RecordKept(folded([*facts, *corrections])))[0]


@pytest.mark.parametrize("plane", [Plane(), UPRIGHT], ids=["lying", "upright"])
@pytest.mark.parametrize(("sure", "doubted"), [(SURE_ENOUGH - 0.01, True), (SURE_ENOUGH, False)])
def test_a_doubtful_count_is_said_in_rest_and_summary_and_a_sure_one_is_not(
    plane: Plane, sure: float, doubted: bool
) -> None:
    rest = closed_with(sure)
    summary = rest.showing(Summary(0.0))

    for screen in (rest, summary):
        assert ("perhaps 4" in words_shown(screen, plane)) is doubted


def test_a_count_that_somebody_corrected_is_doubted_no_more() -> None:
    assert "perhaps 4" in words_shown(closed_with(0.4))

    assert "perhaps 4" not in words_shown(closed_with(0.4, RepetitionAdded(t_s=99.0)))


def test_no_doubt_is_shown_while_a_set_goes_on() -> None:
    assert not any("perhaps" in str(shape) for shape in view(in_a_set(3), Plane()))
