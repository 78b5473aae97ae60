"""What documents say, typed; stations, events, orders, audit; what was rejected can be replayed.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

from pressout_clinic.migrations.derived import made_anew
from pressout_clinic.tables import SESSIONS_VIEW

revision = "0003"
down_revision = "0002"

# No version wrote to these before.
OWN = ("stations", "events", "explained_gaps", "prescriptions", "erasures", "audit")


def upgrade() -> None:
    """Make the tables, and fill those that follow from the documents."""
    for name in OWN:
        op.execute(f"DROP TABLE IF EXISTS {name}")
    op.execute("DROP VIEW sessions")
    op.execute(SESSIONS_VIEW)
    op.create_index("documents_by_station", "documents", ["site_id", "station_id", "started_at"])
    op.add_column("rejected", sa.Column("replay", sa.Boolean, nullable=False, server_default=sa.false()))
    _texts(
        "stations",
        "site_id station_id",
        "state? state_since? backlog# rejected# refused# tls^ serial? clone? software_version? load_cell_id?"
        " calibration_id? calibration_since? heard_at retired_at?",
    )
    _texts("events", "event_id", "site_id station_id kind at what about? heard_at")
    op.create_index("events_by_station", "events", ["site_id", "station_id", "at"])
    op.create_table(
        "explained_gaps",
        sa.Column("journal_id", sa.Text, primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    )
    op.create_table(
        "prescriptions",
        sa.Column("prescription_id", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("site_id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, primary_key=True),
        sa.Column("patient_ref", sa.Text, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("set_at", sa.Text, nullable=False),
        sa.Column("sent_at", sa.Text),
        sa.Column("answered_at", sa.Text),
        sa.Column("answer", sa.Text),
    )
    op.create_index("prescriptions_by_patient", "prescriptions", ["patient_ref"])
    _texts("erasures", "erase_id site_id station_id", "patient_ref? asked_at sent_at? answered_at? answer?")
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("at", "act", "about", "what")),
    )
    made_anew(op.get_bind())


def _texts(name: str, keys: str, columns: str) -> None:
    """Make a table of texts; `?` may be empty, `#` is a number and `^` yes or no, which may be empty as well."""
    kinds = {"#": sa.Integer, "^": sa.Boolean}
    op.create_table(
        name,
        *(sa.Column(key, sa.Text, primary_key=True) for key in keys.split()),
        *(
            sa.Column(column.rstrip("?#^"), kinds.get(column[-1], sa.Text), nullable=column[-1] in "?#^")
            for column in columns.split()
        ),
    )
