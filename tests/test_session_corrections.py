"""What a therapist may do to a session: another dose, one more, whose it was; each is a fact and in the document."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_prescription, an_item, an_origin, facts_of_a_session
from pressout_session.course import Course
from pressout_session.document import SessionDocument
from pressout_session.document_builder import document_of
from pressout_session.exercises import Side
from pressout_session.facts import DoseChanged, Rated, Reassigned, RepetitionAdded, RepetitionVoided, SessionVoided
from pressout_session.history import PastVisit, harder_side, past_visit
from pressout_session.prescription import CabledItem, TimedItem
from pressout_session.record import folded
from pressout_session.visit import Visit
from pressout_signal.events import PartialSeen, RepetitionCompleted

HARDER = msgspec.structs.replace(an_item(reps=6), target_n=55.0)


def a_document(*after: object) -> SessionDocument:
    return document_of(folded([*facts_of_a_session(), *after]), an_origin())  # type: ignore[list-item]


def a_repetition(start_s: float = 10.0) -> RepetitionCompleted:
    kept = next(fact for fact in facts_of_a_session() if hasattr(fact, "repetition"))
    repetition: RepetitionCompleted = kept.repetition
    return repetition


def test_a_new_dose_holds_from_the_next_set_on_and_not_in_the_open_one() -> None:
    visit, _facts = Visit(Course.of(a_prescription(an_item(reps=1)))).heard(a_repetition())

    visit, facts = visit.dosed(50.0, 0, HARDER, "MR")
    assert facts == (DoseChanged(t_s=50.0, item=0, dose=HARDER, therapist_ref="MR"),)
    assert visit.course.item == an_item(reps=1)

    visit, _facts = visit.set_ended(60.0)

    assert visit.course.item == HARDER
    assert visit.side is Side.RIGHT


@given(sets=st.integers(1, 3), done=st.integers(0, 6), now=st.integers(1, 4))
def test_however_many_sets_are_asked_anew_what_was_done_of_them_counts(sets: int, done: int, now: int) -> None:
    item = msgspec.structs.replace(an_item(), sets=sets)
    course = Course.of(a_prescription(item))
    for _ in range(min(done, len(course.turns))):
        course = course.after()

    dosed = course.dosed(0, msgspec.structs.replace(item, sets=now))

    left = len(dosed.turns) - dosed.place
    had = [sum(turn.side is side for turn in course.turns[: course.place]) for side in Side]
    assert left == sum(max(0, now - one) for one in had)
    assert dosed.turns[: course.place] == course.turns[: course.place]


def test_one_more_on_someones_word_counts_and_is_marked_as_such() -> None:
    facts = facts_of_a_session(reps=2)
    added = folded([*facts[:-2], RepetitionAdded(t_s=90.0), *facts[-2:]])
    document = document_of(added, an_origin())

    assert [(held.count, held.added, len(held.reps)) for held in document.sets] == [(3, 1, 2)]


def test_undoing_takes_back_what_was_added_by_hand_first() -> None:
    facts = facts_of_a_session(reps=2, closed=False)
    record = folded([*facts, RepetitionAdded(t_s=90.0), RepetitionVoided(t_s=91.0)])

    assert record.sets[0].count == 2
    assert not any(one.voided for one in record.sets[0].repetitions)


def test_a_reassigned_session_is_a_new_revision_for_another_patient() -> None:
    document = a_document(Reassigned(t_s=500.0, patient_ref="471926", therapist_ref="MR"))

    assert (document.revision, document.patient_ref, document.therapist_ref) == (2, "471926", "MR")
    assert not document.voided


def test_a_voided_session_keeps_all_that_was_measured() -> None:
    document = a_document(SessionVoided(t_s=500.0, therapist_ref="MR"))

    assert (document.revision, document.voided) == (2, True)
    assert document.sets == a_document().sets


@pytest.mark.parametrize(("pain", "flagged"), [(None, False), (6, False), (7, True), (10, True)])
def test_pain_from_the_configured_value_on_is_flagged(pain: int | None, flagged: bool) -> None:
    facts = facts_of_a_session()
    rated = folded([*facts[:-1], Rated(t_s=200.0, effort=4, pain=pain), facts[-1]])

    document = document_of(rated, an_origin())

    assert (document.pain, document.pain_flagged, document.effort) == (pain, flagged, 4)


def test_a_past_visit_is_a_line_of_what_was_measured() -> None:
    visit = past_visit(a_document())

    item = a_document().prescription.items[0]
    assert isinstance(item, CabledItem)
    assert (visit.done, visit.asked) == (a_document().sets[0].count, 2 * item.reps * item.sets)
    assert visit.hold_right_s is None


def a_past(left_s: float, right_s: float) -> PastVisit:
    return msgspec.structs.replace(past_visit(a_document()), hold_left_s=left_s, hold_right_s=right_s)


def test_the_harder_side_is_the_one_that_was_held_for_less_long() -> None:
    assert harder_side([a_past(2.0, 3.0), a_past(2.1, 2.9)]) is Side.LEFT
    assert harder_side([a_past(3.0, 2.0)]) is Side.RIGHT
    assert harder_side([a_past(3.0, 3.1)]) is None
    assert harder_side([]) is None


def test_a_bump_against_the_line_ends_no_exercise_beside_it() -> None:
    plank = TimedItem(exercise="side_plank", reps=1, duration_s=30.0, first_side=Side.LEFT)
    visit = Visit(Course.of(a_prescription(plank, an_item())))

    after, facts = visit.heard(PartialSeen(start_s=1.0, end_s=2.0, said_at_s=2.5, set_number=1))

    assert (after, facts) == (visit, ())


def test_an_extra_set_can_be_said_to_be_on_the_other_side() -> None:
    course = Course.of(a_prescription(an_item()))
    over = course.after().after()
    assert over.over

    assert over.swapped().turn.side is over.turn.side.other
    assert over.after().swapped().turn.side is over.after().turn.side.other
