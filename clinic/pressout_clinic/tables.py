"""The clinic's tables, in the form of both databases: SQLite, and PostgreSQL where the document is JSONB.

`documents` is what was received and is never changed; the typed tables beside it say the same for whoever queries, and
can be made anew from it. Columns carry units, as the document's fields do.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    column,
    false,
    table,
)
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION, JSONB

METADATA = MetaData()
# Eight bytes on either side.
Number: DOUBLE_PRECISION[float] = DOUBLE_PRECISION()
Payload = LargeBinary().with_variant(JSONB(), "postgresql")


def _of_a_session(name: str, *columns: Column[object], key: tuple[str, ...]) -> Table:
    """Give a table of what one revision of a session says, that goes when it goes."""
    made = Table(
        name,
        METADATA,
        Column("session_id", Text, primary_key=True),
        Column("revision", Integer, primary_key=True),
        *columns,
        ForeignKeyConstraint(
            ["session_id", "revision"], ["documents.session_id", "documents.revision"], ondelete="CASCADE"
        ),
    )
    assert {one.name for one in made.primary_key} == {"session_id", "revision", *key}
    return made


DOCUMENTS = Table(
    "documents",
    METADATA,
    Column("session_id", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("site_id", Text, nullable=False),
    Column("station_id", Text, nullable=False),
    Column("journal_id", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("patient_ref", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("document", Payload, nullable=False),
    Column("stored_at", Text, nullable=False),
    Index("documents_by_patient", "patient_ref", "started_at"),
    Index("documents_by_journal", "journal_id", "seq"),
    Index("documents_by_station", "site_id", "station_id", "started_at"),
)
REJECTED = Table(
    "rejected",
    METADATA,
    Column("sha256", Text, primary_key=True),
    Column("topic", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("rejected_at", Text, nullable=False),
    Column("replay", Boolean, nullable=False, server_default=false()),
)
SESSION_FACTS = _of_a_session(
    "session_facts",
    Column("ended_at", Text, nullable=False),
    Column("end_reason", Text, nullable=False),
    Column("therapist_ref", Text),
    Column("clock_synchronised", Boolean, nullable=False),
    Column("clock_corrected_by_s", Number),
    Column("serial", Text, nullable=False),
    Column("software_version", Text, nullable=False),
    Column("algorithm_version", Text, nullable=False),
    Column("load_cell_id", Text, nullable=False),
    Column("calibration_id", Text, nullable=False),
    Column("sample_rate_hz", Number),
    Column("effort", Integer),
    Column("pain", Integer),
    Column("voided", Boolean, nullable=False),
    Column("samples", Integer, nullable=False),
    Column("faults", Integer, nullable=False),
    Column("zero_drift_n", Number),
    Column("noise_n", Number),
    key=(),
)
ITEMS = _of_a_session(
    "items",
    Column("item", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("exercise", Text, nullable=False),
    Column("resistance", Text),
    Column("target_n", Number),
    Column("tolerance_n", Number),
    Column("sets", Integer),
    Column("reps", Integer, nullable=False),
    Column("hold_s", Number),
    Column("duration_s", Number),
    Column("first_side", Text, nullable=False),
    key=("item",),
)
SETS = _of_a_session(
    "sets",
    Column("set_number", Integer, primary_key=True),
    Column("item", Integer, nullable=False),
    Column("side", Text, nullable=False),
    Column("start_s", Number, nullable=False),
    Column("duration_s", Number, nullable=False),
    Column("rest_before_s", Number),
    Column("count", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("partials", Integer, nullable=False),
    Column("peak_n", Number),
    Column("mean_n", Number),
    Column("chest_n", Number),
    Column("hold_n", Number),
    Column("time_under_tension_s", Number),
    key=("set_number",),
)
REPETITIONS = _of_a_session(
    "repetitions",
    Column("set_number", Integer, primary_key=True),
    Column("rep", Integer, primary_key=True),
    Column("press_out_start_s", Number, nullable=False),
    Column("hold_start_s", Number, nullable=False),
    Column("return_start_s", Number, nullable=False),
    Column("return_end_s", Number, nullable=False),
    Column("counted_at_s", Number, nullable=False),
    Column("chest_n", Number, nullable=False),
    Column("hold_n", Number, nullable=False),
    Column("peak_n", Number, nullable=False),
    Column("impulse_n_s", Number, nullable=False),
    Column("voided", Boolean, nullable=False),
    key=("set_number", "rep"),
)
DRIFT_EVENTS = _of_a_session(
    "drift_events",
    Column("set_number", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("t_s", Number, nullable=False),
    Column("said_at_s", Number, nullable=False),
    Column("rep", Integer),
    Column("drop_n", Number, nullable=False),
    Column("confidence", Number, nullable=False),
    key=("set_number", "number"),
)
TIMED = _of_a_session(
    "timed",
    Column("number", Integer, primary_key=True),
    Column("item", Integer, nullable=False),
    Column("side", Text, nullable=False),
    Column("reps", Integer, nullable=False),
    Column("duration_s", Number, nullable=False),
    Column("done_at_s", Number, nullable=False),
    key=("number",),
)
# In the order in which they are filled.
TYPED = (SESSION_FACTS, ITEMS, SETS, REPETITIONS, DRIFT_EVENTS, TIMED)

STATIONS = Table(
    "stations",
    METADATA,
    Column("site_id", Text, primary_key=True),
    Column("station_id", Text, primary_key=True),
    Column("state", Text),
    # Since when, as far as the clinic can know.
    Column("state_since", Text),
    Column("backlog", Integer),
    Column("rejected", Integer),
    Column("refused", Integer),
    Column("tls", Boolean),
    Column("serial", Text),
    Column("clone", Text),
    Column("software_version", Text),
    Column("load_cell_id", Text),
    Column("calibration_id", Text),
    Column("calibration_since", Text),
    Column("heard_at", Text, nullable=False),
    # Nothing is expected of it from then on, until it speaks again.
    Column("retired_at", Text),
)
EVENTS = Table(
    "events",
    METADATA,
    Column("event_id", Text, primary_key=True),
    Column("site_id", Text, nullable=False),
    Column("station_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("about", Text),
    Column("heard_at", Text, nullable=False),
    Index("events_by_station", "site_id", "station_id", "at"),
)
# Places in a journal's sequence that are no loss: sessions erased before they were sent.
EXPLAINED = Table(
    "explained_gaps",
    METADATA,
    Column("journal_id", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("explained_at", Text),
)
PRESCRIPTIONS = Table(
    "prescriptions",
    METADATA,
    Column("prescription_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("site_id", Text, primary_key=True),
    Column("station_id", Text, primary_key=True),
    Column("patient_ref", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("set_at", Text, nullable=False),
    Column("sent_at", Text),
    Column("answered_at", Text),
    Column("answer", Text),
    Index("prescriptions_by_patient", "patient_ref"),
)
# Of a finished erasure only that it was done is left, and not whose.
ERASURES = Table(
    "erasures",
    METADATA,
    Column("erase_id", Text, primary_key=True),
    Column("site_id", Text, primary_key=True),
    Column("station_id", Text, primary_key=True),
    Column("patient_ref", Text),
    Column("asked_at", Text, nullable=False),
    Column("sent_at", Text),
    Column("answered_at", Text),
    Column("answer", Text),
)
# Who looks after the stations reads this: a row a station, as the `fleet` command prints it.
FLEET_VIEW = """CREATE VIEW fleet AS SELECT s.*,
 (SELECT max(d.stored_at) FROM documents AS d WHERE d.site_id = s.site_id AND d.station_id = s.station_id)
  AS last_stored_at,
 EXISTS (SELECT 1 FROM events AS e WHERE e.site_id = s.site_id AND e.station_id = s.station_id
  AND e.kind = 'calibration_due' AND e.at > coalesce(s.calibration_since, '')) AS calibration_due,
 (SELECT avg(abs(recent.zero_drift_n)) FROM (SELECT f.zero_drift_n FROM documents AS d JOIN session_facts AS f
  ON f.session_id = d.session_id AND f.revision = d.revision WHERE d.site_id = s.site_id
  AND d.station_id = s.station_id AND f.zero_drift_n IS NOT NULL ORDER BY d.started_at DESC LIMIT 10) AS recent)
  AS zero_drift_n FROM stations AS s WHERE s.retired_at IS NULL"""
# The newest revision of every session.
SESSIONS = table("sessions", *(column(name) for name in ("session_id", "patient_ref", "started_at", "document")))
SESSIONS_VIEW = """CREATE VIEW sessions AS SELECT * FROM documents AS d WHERE revision =
 (SELECT max(revision) FROM documents WHERE session_id = d.session_id)"""
AUDIT = Table(
    "audit",
    METADATA,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("what", Text, nullable=False),
)
