"""Replay of a journal's rows to a session: what cannot be read is left out, and what was counted is kept."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from pressout_session.facts import AnyFact, SetOpened, decode
from pressout_session.record import Record

logger = logging.getLogger(__name__)


def folded_as_far_as_it_goes(session_id: str, rows: Iterable[tuple[int, bytes]]) -> Record:
    """Fold a session's facts, each with its place.

    A repetition whose set's opening is lost opens one anew, at the first item: which set it was is not known any more,
    and that it was done is.
    """
    record = Record()
    for place, written in rows:
        try:
            fact = decode(written)
        except ValueError as error:
            logger.error("fact %d of session %s cannot be read: %s", place, session_id, error)
            continue
        try:
            record = record.after(fact)
        except ValueError:
            logger.error("fact %d of session %s is of a set whose opening is lost", place, session_id)
            record = _with_a_set(record, fact)
    return record


def _with_a_set(record: Record, fact: AnyFact) -> Record:
    if record.opened is None:
        return record
    first = record.opened.prescription.first_on_the_line
    place = record.opened.prescription.items.index(first)
    return record.after(SetOpened(t_s=fact.t_s, item=place, side=first.first_side)).after(fact)
