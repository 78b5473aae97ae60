"""Facts, and what they add up to."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from builders import a_document, a_prescription, a_repetition, an_item, an_origin, facts_of_a_session
from pressout_session import document
from pressout_session.course import Course, turns_of
from pressout_session.document_builder import document_of
from pressout_session.exercises import Side
from pressout_session.facts import (
    AnyFact,
    RepetitionKept,
    RepetitionVoided,
    SetClosed,
    SetOpened,
    SetRestarted,
    SideCorrected,
    decode,
    encode,
)
from pressout_session.patient_codes import checked, with_check_digit
from pressout_session.prescription import TimedItem
from pressout_session.record import Record, SetRecord, folded
from pressout_session.schema import schema
from pressout_session.visit import Visit
from pressout_session.visit_corrections import restarted, side_swapped, undone
from pressout_signal.events import PartialSeen, SetEnded

BIRD_DOG = TimedItem(exercise="bird_dog", reps=10, duration_s=10.0, first_side=Side.LEFT)


def after(visit: Visit, reps: int) -> Visit:
    for number in range(1, reps + 1):
        visit, _facts = visit.heard(a_repetition(10.0 * number, number))
    return visit


def test_every_fact_reads_back_as_it_was_written() -> None:
    facts = facts_of_a_session()

    assert [decode(encode(fact)) for fact in facts] == facts


def test_a_voided_repetition_stays_and_counts_for_nothing() -> None:
    record = folded([*facts_of_a_session(3, closed=False), RepetitionVoided(t_s=40.0)])

    assert record.count(Side.LEFT) == 2
    assert [counted.voided for counted in record.sets[0].repetitions] == [False, False, True]


def test_undoing_twice_voids_the_last_two() -> None:
    undone = [RepetitionVoided(t_s=40.0), RepetitionVoided(t_s=41.0)]

    assert folded([*facts_of_a_session(3, closed=False), *undone]).count(Side.LEFT) == 1


def test_a_restarted_set_counts_from_nothing_and_forgets_nothing() -> None:
    again = RepetitionKept(t_s=50.0, repetition=a_repetition(46.0))
    record = folded([*facts_of_a_session(3, closed=False), SetRestarted(t_s=40.0), again])

    assert record.sets[0].count == 1
    assert len(record.sets[0].repetitions) == 4


def test_a_set_on_the_wrong_side_is_moved_whole() -> None:
    record = folded([*facts_of_a_session(3, closed=False), SideCorrected(t_s=40.0, side=Side.RIGHT)])

    assert (record.count(Side.LEFT), record.count(Side.RIGHT)) == (0, 3)


def test_a_repetition_before_any_set_is_refused() -> None:
    with pytest.raises(ValueError, match="before any set"):
        folded([RepetitionKept(t_s=1.0, repetition=a_repetition())])


def test_the_harder_side_comes_first_and_sides_alternate() -> None:
    turns = turns_of(a_prescription(an_item(first_side=Side.RIGHT, sets=2)))

    assert [turn.side for turn in turns] == [Side.RIGHT, Side.LEFT, Side.RIGHT, Side.LEFT]


def test_timed_exercises_come_in_the_prescriptions_order() -> None:
    course = Course.of(a_prescription(an_item(), BIRD_DOG, an_item(exercise="half_kneeling_row")))

    order = []
    while not course.over:
        order.append((course.item.exercise, course.turn.side))
        course = course.after()

    both = (Side.LEFT, Side.RIGHT)
    assert order == [(name, side) for name in ("pallof_press", "bird_dog", "half_kneeling_row") for side in both]


def test_whoever_goes_on_after_the_end_alternates_sides() -> None:
    course = Course.of(a_prescription()).after().after()

    assert course.over
    assert [course.turn.side, course.after().turn.side] == [Side.LEFT, Side.RIGHT]


def test_taking_up_the_tension_starts_a_set_and_letting_go_ends_it() -> None:
    visit, facts = Visit(Course.of(a_prescription(an_item(reps=1)))).heard(a_repetition())
    assert isinstance(facts[0], SetOpened)

    visit, facts = visit.heard(SetEnded(t_s=30.0, said_at_s=38.0, number=1))
    assert facts == (SetClosed(t_s=30.0),)
    assert visit.side is Side.RIGHT


def test_a_set_with_nothing_but_a_partial_is_still_that_sides_turn() -> None:
    visit, _ = Visit(Course.of(a_prescription())).heard(PartialSeen(start_s=1.0, end_s=2.0, said_at_s=2.5))

    visit, _ = visit.heard(SetEnded(t_s=30.0, said_at_s=38.0, number=1))

    assert visit.side is Side.LEFT


def test_saying_wrong_side_in_the_rest_corrects_the_set_just_done() -> None:
    visit, _ = after(Visit(Course.of(a_prescription(an_item(reps=3)))), 3).set_ended(30.0)

    visit, facts = side_swapped(visit, 31.0)

    assert facts == (SideCorrected(t_s=31.0, side=Side.RIGHT),)
    assert visit.side is Side.LEFT


def test_restarting_in_the_rest_gives_the_turn_back() -> None:
    visit, _ = after(Visit(Course.of(a_prescription())), 3).set_ended(30.0)

    visit, facts = restarted(visit, 31.0)

    assert facts == (SetRestarted(t_s=31.0),)
    assert visit.side is Side.LEFT


def test_a_patient_who_takes_up_the_line_in_a_timed_exercise_is_counted() -> None:
    _visit, facts = Visit(Course.of(a_prescription(BIRD_DOG, an_item()))).heard(a_repetition())

    assert isinstance(facts[0], SetOpened)
    assert facts[0].item == 1


def test_undoing_in_the_rest_gives_the_turn_back_once_nothing_of_the_set_is_left() -> None:
    visit, _facts = after(Visit(Course.of(a_prescription(an_item(reps=1)))), 2).set_ended(40.0)

    visit, facts = undone(visit, 41.0)
    assert (visit.counted, visit.side, facts) == (1, Side.RIGHT, (RepetitionVoided(t_s=41.0),))

    visit, facts = undone(visit, 42.0)
    assert (visit.counted, visit.side, facts) == (0, Side.LEFT, (RepetitionVoided(t_s=42.0),))


def test_undoing_the_only_repetition_of_the_open_set_is_no_other_turn() -> None:
    visit, _facts = after(Visit(Course.of(a_prescription(an_item(reps=1)))), 1).set_ended(0.0)
    visit = after(visit, 1)

    back, _facts = undone(visit, 30.0)

    assert (back.set_open, back.counted, back.side) == (True, 0, Side.RIGHT)


def test_undoing_nothing_keeps_nothing() -> None:
    assert undone(Visit(Course.of(a_prescription())), 1.0)[1] == ()


def test_a_document_decodes_to_itself() -> None:
    assert document.decode(document.encode(a_document())) == a_document()


def test_a_document_fits_the_published_schema() -> None:
    jsonschema.validate(json.loads(document.encode(a_document())), schema())


def test_the_published_schema_is_the_codes_own() -> None:
    published = Path(__file__).parent.parent / "docs" / "reference" / "session.schema.json"

    assert json.loads(published.read_text(encoding="utf-8")) == schema(), "run make schema"


def test_a_newer_stations_extra_fields_are_read_past() -> None:
    payload = json.loads(document.encode(a_document()))
    payload["from_the_future"] = {"anything": 1}

    assert document.decode(json.dumps(payload).encode()) == a_document()


@pytest.mark.parametrize(
    ("field", "value"),
    [("session_id", "not-a-uuid"), ("revision", 0), ("schema", "pressout.session/9"), ("patient_ref", "Mary Smith")],
)
def test_a_document_that_breaks_a_promise_is_refused(field: str, value: object) -> None:
    payload = json.loads(document.encode(a_document()))
    payload[field] = value

    with pytest.raises(ValueError, match=field):
        document.decode(json.dumps(payload).encode())


def test_times_in_a_document_count_from_its_start() -> None:
    first = a_document().sets[0].reps[0]

    assert first.press_out_start_s == 11.0  # kept at 16.0, opened at 5.0


def test_a_session_that_is_not_closed_has_no_document() -> None:
    with pytest.raises(ValueError, match="both opened and closed"):
        document_of(folded(facts_of_a_session(closed=False)), an_origin())


def test_means_leave_out_what_was_voided() -> None:
    facts = [*facts_of_a_session(1, closed=False), RepetitionVoided(t_s=39.0), *facts_of_a_session(1)[-2:]]
    (held,) = document_of(folded(facts), an_origin()).sets

    assert (held.count, held.hold_n, len(held.reps)) == (0, None, 1)


@given(st.text("0123456789", min_size=5, max_size=5), st.integers(0, 5), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(digits: str, place: int, off: int) -> None:
    code = with_check_digit(digits)
    wrong = code[:place] + str((int(code[place]) + off) % 10) + code[place + 1 :]

    assert checked(code)
    assert not checked(wrong)


@given(st.text("0123456789", min_size=5, max_size=5), st.integers(0, 4))
def test_two_digits_swapped_are_always_noticed(digits: str, place: int) -> None:
    code = with_check_digit(digits)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]

    assert swapped == code or not checked(swapped)


def test_what_a_turn_brought_from_an_earlier_session_stays_with_the_sets_that_go_on() -> None:
    first = SetRecord(item=0, side=Side.LEFT, start_s=0.0, before=3)
    on = SetRecord(item=0, side=Side.LEFT, start_s=9.0, goes_on=True)
    other = SetRecord(item=0, side=Side.RIGHT, start_s=19.0)
    record = Record(sets=(first, on, on, other))

    assert [record.turn_carried(place) for place in range(4)] == [3, 3, 3, 0]


def test_a_document_compares_the_sides_with_their_uncertainty() -> None:
    opened, *_, closed = facts_of_a_session(2)
    facts: list[AnyFact] = [opened]
    for turn, side in enumerate((Side.LEFT, Side.RIGHT)):
        start_s = 10.0 + 100.0 * turn
        facts.append(SetOpened(t_s=start_s, item=0, side=side))
        for number in range(1, 5):
            done = a_repetition(start_s + 10.0 * number, number)
            slower = replace(done, return_end_s=done.return_end_s + 0.1 * number * (1 + turn))
            facts.append(RepetitionKept(t_s=slower.return_end_s, repetition=slower))
        facts.append(SetClosed(t_s=start_s + 60.0))

    written = document_of(folded([*facts, closed]), an_origin())

    (comparison,) = written.comparisons
    found = comparison.left_less_right["return_s"]
    assert found.low < found.value < found.high
    assert found.value == pytest.approx(-0.25)
    assert written.sets[0].time_under_tension_s is not None
