"""Documents, and what was rejected: as the first versions made them.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    payload = sa.LargeBinary().with_variant(JSONB(), "postgresql")
    op.create_table(
        "documents",
        sa.Column("session_id", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("site_id", sa.Text, nullable=False),
        sa.Column("station_id", sa.Text, nullable=False),
        sa.Column("journal_id", sa.Text, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("patient_ref", sa.Text, nullable=False),
        sa.Column("started_at", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("document", payload, nullable=False),
        sa.Column("stored_at", sa.Text, nullable=False),
    )
    op.create_index("documents_by_patient", "documents", ["patient_ref", "started_at"])
    op.create_table(
        "rejected",
        sa.Column("sha256", sa.Text, primary_key=True),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("rejected_at", sa.Text, nullable=False),
    )
    op.execute(
        "CREATE VIEW sessions AS SELECT * FROM documents AS d WHERE revision ="
        " (SELECT max(revision) FROM documents WHERE session_id = d.session_id)"
    )
