"""Missing sequence numbers of the journals: every close takes the next place, so one that never came is a loss.

A document that is still under way looks the same for a while; the moment from which it is missing says which it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, text

from pressout_clinic.database import said_plainly
from pressout_clinic.tables import EXPLAINED
from pressout_clinic.upsert import insert_or_update
from pressout_session.document_builder import rfc3339

_GAPS = text("""
WITH known AS (SELECT journal_id, seq FROM documents UNION SELECT journal_id, seq FROM explained_gaps),
steps AS (SELECT journal_id, seq, lag(seq, 1, 0) OVER (PARTITION BY journal_id ORDER BY seq) AS before FROM known)
SELECT steps.journal_id, steps.before + 1, steps.seq - 1, journals.site_id, journals.station_id, next.stored_at
FROM steps LEFT JOIN documents AS next ON next.journal_id = steps.journal_id AND next.seq = steps.seq
LEFT JOIN (SELECT journal_id, min(site_id) AS site_id, min(station_id) AS station_id FROM documents GROUP BY journal_id)
AS journals ON journals.journal_id = steps.journal_id
WHERE steps.seq - steps.before > 1 ORDER BY 4, 5, 1, 2
""")


@dataclass(frozen=True, slots=True)
class Gap:
    """Places `first` to `last` of a journal never came, though a later one did, at `since`.

    Of a later one that is itself gone on purpose the moment is not known any more, and where nothing of the journal is
    left, nor is the station.
    """

    journal_id: str
    first: int
    last: int
    site_id: str | None
    station_id: str | None
    since: str | None


def gaps(engine: Engine) -> list[Gap]:
    """Give every gap.

    Raises
    ------
    StoreError
        If the database cannot be read.
    """
    with said_plainly(engine), engine.connect() as connection:
        return [Gap(*row) for row in connection.execute(_GAPS)]


def explain(connection: Connection, journal_id: str, seqs: Sequence[int]) -> None:
    """Remember places in a journal's sequence of which, as of now, nothing is to come any more."""
    now = rfc3339(datetime.now(UTC))
    rows = [{"journal_id": journal_id, "seq": seq, "explained_at": now} for seq in seqs]
    if rows:
        connection.execute(insert_or_update(connection, EXPLAINED, "explained_at"), rows)
