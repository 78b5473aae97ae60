"""A programme composed at the touchscreen: ready-made in one tap, any exercise's dose, and what becomes of it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from builders import a_prescription, a_repetition, an_item
from controllers import Desk
from pressout_session.exercises import EXERCISES, Side
from pressout_session.facts import EndReason, Opened, RepetitionKept
from pressout_session.patient_codes import GUEST
from pressout_session.prescription import CabledItem, TimedItem
from pressout_session.programmes import MOST_ITEMS, MOST_ROUNDS, ReadyMade, Work
from pressout_session.record import folded
from pressout_signal.events import Resistance
from pressout_ui.app import Screen
from pressout_ui.app_state import AppState
from pressout_ui.commands import Command
from pressout_ui.messages import Message, VisitBegan
from pressout_ui.scenes.staff.dose import Dose
from pressout_ui.scenes.staff.menu import Menu
from pressout_ui.scenes.staff.programme import Programme
from pressout_ui.scenes.today import Today
from pressout_ui.staff import (
    AddExerciseTapped,
    ChoiceTapped,
    Compose,
    Page,
    PageTapped,
    RemoveTapped,
    RowTapped,
    SaveTapped,
    Stepped,
)
from screens import a_visit, told

BIRD_DOG = TimedItem(exercise="bird_dog", reps=10, duration_s=10.0, first_side=Side.LEFT)
DOSE = an_item(reps=6, target_n=39.2266)


def composing(*items: CabledItem | TimedItem) -> Screen:
    """Give the screen on which a therapist has opened the programme of who is here."""
    known = AppState(
        station="3", patient_ref="471922", visit=a_visit(*(items or (DOSE,))), initials="MR", therapists=("MR",)
    )
    return told(Screen(known, Menu(), before=Today()), PageTapped(Page.PROGRAMME))[0]


def saved(screen: Screen, *taps: Message) -> tuple[Screen, list[Command]]:
    return told(screen, *taps, SaveTapped())


def work_after(*taps: Message, of: tuple[CabledItem | TimedItem, ...] = ()) -> Work:
    (command,) = saved(composing(*of), *taps)[1]
    assert isinstance(command, Compose)
    return command.work


def test_a_ready_made_visit_is_two_taps_and_save() -> None:
    work = work_after(AddExerciseTapped(), ChoiceTapped("programme", ReadyMade.UPRIGHT_BIRD_DOG))

    assert work.rounds == 2
    assert [(one.exercise, one.reps) for one in work.items] == [
        ("bird_dog", 10),
        ("half_kneeling_pallof_press", 15),
        ("stir_the_pot", 1),
    ]
    (press,) = (one for one in work.items if isinstance(one, CabledItem))
    assert (press.sets, press.resistance) == (1, Resistance.TUBING)


@pytest.mark.parametrize("which", ReadyMade)
def test_every_ready_made_visit_can_be_saved_and_has_something_on_the_line(which: ReadyMade) -> None:
    work = work_after(AddExerciseTapped(), ChoiceTapped("programme", which))

    assert replace(a_prescription(), items=work.items, rounds=work.rounds).first_on_the_line


def test_an_exercise_is_added_at_the_end_moved_and_removed() -> None:
    added = (AddExerciseTapped(), ChoiceTapped("exercise", "bird_dog"))

    assert work_after(*added).items == (DOSE, BIRD_DOG)
    assert work_after(*added, Stepped("place", -1)).items == (BIRD_DOG, DOSE)
    assert work_after(*added, Stepped("place", -1), RemoveTapped()).items == (DOSE,)
    assert work_after(RowTapped(0), RemoveTapped()).items == (DOSE,)  # the last one stays


def test_what_is_done_beside_the_line_has_its_own_dose() -> None:
    taps = (RowTapped(0), Stepped("reps", -1), Stepped("duration_s", 1))

    assert work_after(*taps, of=(BIRD_DOG, DOSE)).items == (replace(BIRD_DOG, reps=9, duration_s=15.0), DOSE)


def test_the_dose_on_the_line_opens_behind_its_row_and_comes_back_into_the_programme() -> None:
    opened = (RowTapped(1), PageTapped(Page.DOSE))
    screen, commands = told(composing(BIRD_DOG, DOSE), *opened, Stepped("reps", 1), SaveTapped())

    assert isinstance(screen.scene, Programme)
    assert (screen.scene.editing, commands) == (None, [])
    assert work_after(*opened, Stepped("reps", 1), SaveTapped(), of=(BIRD_DOG, DOSE)).items == (
        BIRD_DOG,
        replace(DOSE, reps=7),
    )
    dropped = (*opened, Stepped("reps", 1), PageTapped(Page.MENU))
    assert work_after(*dropped, of=(BIRD_DOG, DOSE)).items == (BIRD_DOG, DOSE)
    more = (*opened, PageTapped(Page.MORE), Stepped("rest_s", 2), PageTapped(Page.DOSE), SaveTapped())
    assert work_after(*more, of=(BIRD_DOG, DOSE)).items == (BIRD_DOG, replace(DOSE, rest_s=30.0))


def test_nothing_is_saved_in_which_nothing_is_done_on_the_line() -> None:
    screen, commands = saved(composing(DOSE, BIRD_DOG), RowTapped(0), RemoveTapped())

    assert commands == []
    assert isinstance(screen.scene, Programme)


def test_bounds_hold_however_long_a_key_is_held() -> None:
    many = [message for _ in range(20) for message in (AddExerciseTapped(), ChoiceTapped("exercise", "side_plank"))]
    work = work_after(*many, *[Stepped("rounds", 1)] * 20)

    assert (len(work.items), work.rounds) == (MOST_ITEMS, MOST_ROUNDS)
    assert work_after(*[Stepped("rounds", -1)] * 3).rounds == 1


def test_back_asks_before_it_drops_what_was_composed() -> None:
    screen = told(composing(), Stepped("rounds", 1), PageTapped(Page.MENU))[0]
    assert isinstance(screen.scene, Programme)

    assert isinstance(told(screen, PageTapped(Page.MENU))[0].scene, Menu)
    assert isinstance(told(composing(), PageTapped(Page.MENU))[0].scene, Menu)


def test_save_goes_back_to_the_patient_and_locks() -> None:
    screen, _commands = saved(composing(), Stepped("rounds", 1))

    assert (type(screen.scene), screen.known.initials) == (Today, None)


# ---- what becomes of it at the station -----------------------------------------------------------------


def repeat(desk: Desk, count: int) -> None:
    """Let so many repetitions be counted."""
    for _ in range(count):
        desk.clock.time_s += 5.0
        desk.controller.tapped(lambda visit, t_s: visit.heard(a_repetition(start_s=t_s - 4.0)))


OTHER = Work((an_item(reps=4, exercise="half_kneeling_row"), BIRD_DOG), rounds=2)


def test_before_anything_is_done_the_visit_is_the_new_programme() -> None:
    desk = Desk(reps=6)
    desk.controller.begin("471922")
    desk.controller.compose(OTHER, "t-1")

    assert desk.controller.visit is not None
    asked = desk.controller.visit.prescription
    assert (asked.items, asked.rounds, asked.set_by) == (OTHER.items, 2, "t-1")
    assert desk.writer.prescriptions["471922"] == asked
    assert desk.controller.session_id == "session-1"


def test_after_something_was_done_it_is_a_session_of_its_own_and_nothing_is_lost() -> None:
    desk = Desk(reps=6)
    desk.controller.begin("471922")
    repeat(desk, 3)
    desk.controller.compose(OTHER, "t-1")
    assert desk.controller.session_id == "session-1"  # the set is done first
    repeat(desk, 2)
    desk.controller.end_set()
    desk.controller.passed()

    assert desk.controller.session_id == "session-2"
    repeat(desk, 1)
    desk.controller.end(EndReason.DONE)
    before, after = (folded(desk.facts(f"session-{n}")) for n in (1, 2))
    assert [(held.side, held.count) for held in before.sets] == [(Side.LEFT, 5)]
    assert before.prescription is not None
    assert before.prescription.items == (an_item(reps=6),)
    assert after.opened is not None
    assert (after.opened.patient_ref, after.opened.prescription.items) == ("471922", OTHER.items)
    assert sum(isinstance(fact, RepetitionKept) for fact in desk.facts("session-2")) == 1


def test_a_guests_programme_is_this_visits_alone() -> None:
    desk = Desk(reps=6)
    desk.controller.begin(GUEST)
    repeat(desk, 1)
    desk.controller.end_set()
    desk.controller.compose(OTHER, "t-1")
    assert desk.controller.visit is not None
    assert desk.controller.visit.prescription.items == OTHER.items

    desk.controller.end(EndReason.DONE)
    desk.controller.begin(GUEST)
    assert desk.controller.visit.prescription.items == (an_item(reps=6),)
    assert desk.writer.prescriptions == {}


def test_what_was_composed_under_a_set_is_not_the_next_patients() -> None:
    desk = Desk(reps=6)
    desk.controller.begin("471922")
    repeat(desk, 1)
    desk.controller.compose(OTHER, "t-1")
    desk.controller.begin("203518")
    desk.controller.passed()

    assert desk.controller.visit is not None
    assert desk.controller.visit.prescription.items == (an_item(reps=6),)
    opened = desk.facts("session-1")[0]
    assert isinstance(opened, Opened)


def test_every_exercise_can_be_added() -> None:
    for exercise in EXERCISES:
        assert work_after(AddExerciseTapped(), ChoiceTapped("exercise", exercise)).items[-1].exercise == exercise


def test_a_dose_that_is_saved_while_a_programme_waits_is_of_the_programme() -> None:
    press = an_item(reps=6)
    desk = Desk(reps=6)
    desk.controller.begin("471922")
    repeat(desk, 1)
    desk.controller.compose(Work((BIRD_DOG, press)), "t-1")
    desk.controller.dose(0, replace(press, reps=7), "t-1")
    desk.controller.end_set()
    desk.controller.passed()

    assert desk.controller.visit is not None
    assert desk.controller.visit.prescription.items == (BIRD_DOG, replace(press, reps=7))
    assert desk.writer.prescriptions["471922"].items == (BIRD_DOG, replace(press, reps=7))


def test_a_dose_page_closes_when_the_visit_becomes_another_programmes() -> None:
    screen = told(composing(), PageTapped(Page.MENU), PageTapped(Page.DOSE))[0]
    assert isinstance(screen.scene, Dose)

    assert isinstance(told(screen, VisitBegan("471922", a_visit(BIRD_DOG, DOSE)))[0].scene, Menu)


def test_a_programme_that_is_saved_as_it_was_changes_nothing() -> None:
    desk = Desk(reps=6)
    desk.controller.begin("471922")
    repeat(desk, 2)
    desk.controller.end_set()
    accepted = replace(desk.controller.visit.prescription, accepted_by="t-1")  # type: ignore[union-attr]
    desk.controller.compose(Work(accepted.items, accepted.rounds), "t-1")

    assert desk.controller.session_id == "session-1"


def test_whoever_leaves_before_anything_is_done_of_a_new_programme_finds_what_was_done_of_the_old() -> None:
    press, row = an_item(reps=2), an_item(reps=4, exercise="half_kneeling_row")
    desk = Desk()
    desk.writer.prescriptions["471922"] = a_prescription(press)
    desk.controller.begin("471922")
    for count in (2, 1):
        repeat(desk, count)
        desk.controller.end_set()
    desk.controller.compose(Work((press, row)), "t-1")
    desk.controller.end(EndReason.SIGNED_OUT)
    desk.controller.begin("471922")

    visit = desk.controller.visit
    assert visit is not None
    assert (visit.course.place, visit.side, visit.turn_count) == (1, Side.RIGHT, 1)
