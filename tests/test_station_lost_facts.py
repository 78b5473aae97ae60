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
from pressout_session.facts import AnyFact, Closed, Opened, RepetitionKept, SetClosed, SetOpened, SignalSeen
from pressout_session.facts import encode as fact_encoded
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
