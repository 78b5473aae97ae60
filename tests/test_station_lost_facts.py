"""Facts that a card has lost or made nonsense of: no start is stopped, no side is mixed up, and it is told."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from builders import SESSION_ID, a_prescription, a_repetition, an_item, facts_of_a_session
from pressout_session.document import decode
from pressout_session.exercises import Side
from pressout_session.facts import (
    AnyFact,
    Closed,
    Opened,
    RepetitionKept,
    RepetitionVoided,
    SetClosed,
    SetOpened,
    SignalSeen,
)
from pressout_session.facts import encode as fact_encoded
from pressout_session.prescription import TimedItem
from pressout_session.record import Record
from pressout_station.journal.replay import folded_as_far_as_it_goes
from pressout_station.mailbox import spool
from stations import a_writer, keep

SESSION = SESSION_ID.format(1)
BEGUN = next(fact for fact in facts_of_a_session() if isinstance(fact, Opened))
ASKED = a_prescription(an_item(reps=5, sets=2))


# Five a side, twice; the third turn has a pause in it.
SETS = ((Side.LEFT, 5), (Side.RIGHT, 5), (Side.LEFT, 2), (Side.LEFT, 3), (Side.RIGHT, 5))


def a_long_visit() -> list[AnyFact]:
    """Give the facts of a visit as the station keeps them."""
    facts: list[AnyFact] = [replace(BEGUN, prescription=ASKED)]
    t_s, before = 10.0, None
    for number, (side, count) in enumerate(SETS, start=1):
        facts.append(SetOpened(t_s=t_s, item=0, side=side, goes_on=side is before))
        before = side
        for place in range(1, count + 1):
            one = replace(a_repetition(t_s), set_number=number, number=place)
            facts.append(RepetitionKept(t_s=one.counted_at_s, repetition=one))
            t_s += 10.0
        facts.append(SetClosed(t_s=t_s))
        facts.append(SignalSeen(t_s=t_s, samples=1, faults={}, sample_rate_hz=80.0, zero_drift_n=0.0))
    return facts


def sides(record: Record) -> list[tuple[Side, int]]:
    """Give the side on which each repetition is, and the repetition by its time."""
    return [(held.side, int(one.repetition.press_out_start_s)) for held in record.sets for one in held.repetitions]


FACTS = a_long_visit()
WHOLE = sides(folded_as_far_as_it_goes(SESSION, [(n, fact_encoded(one)) for n, one in enumerate(FACTS, start=1)]))


def with_a_hole(begin: int, length: int) -> Record:
    rows = [(n, fact_encoded(one)) for n, one in enumerate(FACTS, start=1) if not begin <= n < begin + length]
    return folded_as_far_as_it_goes(SESSION, rows)


def test_a_session_without_holes_is_folded_as_it_was() -> None:
    assert [side for side, _ in WHOLE] == [Side.LEFT] * 5 + [Side.RIGHT] * 5 + [Side.LEFT] * 5 + [Side.RIGHT] * 5


@pytest.mark.parametrize("length", range(1, 13))
def test_whatever_is_lost_what_is_left_is_on_the_side_on_which_it_was_done(length: int) -> None:
    for begin in range(2, len(FACTS) + 1):
        left = sides(with_a_hole(begin, length))
        lost = [fact for fact in FACTS[begin - 1 : begin - 1 + length] if isinstance(fact, RepetitionKept)]

        assert set(left) <= set(WHOLE), begin
        assert len(left) == len(WHOLE) - len(lost), begin


def kept(side: Side, count: int, number: int, **opened: object) -> list[AnyFact]:
    """Give the facts of one set."""
    t_s = 100.0 * number
    facts: list[AnyFact] = [SetOpened(t_s=t_s, item=0, side=side, **opened)]  # type: ignore[arg-type]
    for place in range(1, count + 1):
        one = replace(a_repetition(t_s + 10.0 * place), set_number=number, number=place)
        facts.append(RepetitionKept(t_s=one.counted_at_s, repetition=one))
    seen = SignalSeen(t_s=t_s + 90.0, samples=1, faults={}, sample_rate_hz=80.0, zero_drift_n=0.0)
    return [*facts, SetClosed(t_s=t_s + 90.0), seen]


LEFT, RIGHT = Side.LEFT, Side.RIGHT


@pytest.mark.parametrize(
    ("place", "sets"),
    [
        (1, (kept(RIGHT, 1, 1, goes_on=True, before=2), kept(RIGHT, 2, 2, goes_on=True))),  # taken up in a pause
        (0, (kept(RIGHT, 5, 1), kept(LEFT, 5, 2))),  # the side was swapped before anything was done
        (0, (kept(RIGHT, 2, 1), kept(RIGHT, 3, 2, goes_on=True))),  # a pause in a turn that was swapped
        (0, (kept(LEFT, 0, 1), kept(LEFT, 1, 2), kept(LEFT, 2, 3, goes_on=True))),  # a set that held nothing
        (0, (kept(LEFT, 5, 1), kept(LEFT, 5, 2), kept(RIGHT, 5, 3), kept(RIGHT, 5, 4))),  # a side done twice
    ],
    ids=["resumed", "swapped", "paused", "empty", "twice"],
)
def test_the_set_whose_opening_is_lost_is_on_the_side_of_those_around_it(
    place: int, sets: tuple[list[AnyFact], ...]
) -> None:
    facts: list[AnyFact] = [replace(BEGUN, prescription=ASKED, place=place), *(fact for one in sets for fact in one)]
    opening = max(n for n, fact in enumerate(facts) if isinstance(fact, SetOpened))
    rows = [(n, fact_encoded(fact)) for n, fact in enumerate(facts, start=1)]
    whole = folded_as_far_as_it_goes(SESSION, rows)

    holed = folded_as_far_as_it_goes(SESSION, [row for row in rows if row[0] != opening + 1])

    assert sides(holed) == sides(whole)


def test_a_correction_that_can_be_of_one_set_only_is_kept_though_a_fact_before_it_is_lost() -> None:
    facts: list[AnyFact] = [replace(BEGUN, prescription=ASKED), *kept(LEFT, 2, 1), RepetitionVoided(t_s=200.0)]
    rows = [(n, fact_encoded(fact)) for n, fact in enumerate(facts, start=1) if not isinstance(fact, SignalSeen)]

    assert folded_as_far_as_it_goes(SESSION, rows).sets[0].count == 1


def test_a_set_whose_opening_is_lost_is_never_one_of_an_exercise_beside_the_line() -> None:
    planks = TimedItem(exercise="side_plank", reps=1, duration_s=30.0, first_side=LEFT)
    opened = replace(BEGUN, prescription=a_prescription(an_item(reps=5), planks), place=2)
    rows = [(n, fact_encoded(fact)) for n, fact in enumerate([opened, *kept(LEFT, 2, 1)], start=1) if n != 2]

    assert [held.item for held in folded_as_far_as_it_goes(SESSION, rows).sets] == [0]


def test_what_a_hole_has_cost_is_said_in_the_document(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, FACTS)
    writer.close()
    opening = next(n for n, fact in enumerate(FACTS, start=1) if isinstance(fact, SetOpened) and n > 3)
    with closing(sqlite3.connect(tmp_path / "journal.db")) as db:
        db.execute("DELETE FROM facts WHERE place IN (?, ?)", (opening, opening + 1))
        db.commit()

    again = a_writer(tmp_path)
    again.close()

    with closing(sqlite3.connect(tmp_path / "journal.db")) as db:
        document = decode(db.execute("SELECT document FROM documents").fetchone()[0])
    assert document.altered_facts == 2
    assert [held.side for held in document.sets][:2] == [Side.LEFT, Side.RIGHT]


@pytest.mark.parametrize("value", ["1234820778901234", "1E300", "-1E300"])
@pytest.mark.parametrize("closed", [False, True])
def test_a_time_that_no_calendar_has_stops_no_start(tmp_path: Path, value: str, closed: bool) -> None:
    facts = facts_of_a_session(closed=closed)
    writer = a_writer(tmp_path)
    keep(writer, facts)
    writer.close()
    with closing(sqlite3.connect(tmp_path / "journal.db")) as db:
        db.execute("DELETE FROM documents")
        for place, fact in db.execute("SELECT place, fact FROM facts").fetchall():
            spoilt = fact.replace(b'"t_s":', b'"t_s":' + value.encode() + b',"was":', 1)
            if place == len(facts):
                db.execute("UPDATE facts SET fact = ? WHERE place = ?", (spoilt, place))
        db.commit()

    again = a_writer(tmp_path)

    assert again.alive
    again.close()


def test_one_document_that_cannot_be_placed_stops_no_start(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    keep(writer, facts_of_a_session())
    writer.close()
    (placed,) = (tmp_path / "outbox" / name for name in spool.documents(tmp_path / "outbox"))
    placed.unlink()
    placed.mkdir()
    (placed / "in the way").touch()

    again = a_writer(tmp_path)

    assert again.alive
    again.close()


def test_a_session_that_nobody_closed_is_closed_behind_a_hole() -> None:
    record = with_a_hole(len(FACTS), 1)

    assert record.closed is None
    assert Closed not in {type(fact) for fact in FACTS}
