"""What documents say, typed; stations, events, orders, audit. What is stored already is filled in.

Revision ID: 0002
"""

import msgspec
from alembic import op
from sqlalchemy import select

from pressout_clinic.rows import rows_of
from pressout_clinic.tables import (
    AUDIT,
    DOCUMENTS,
    ERASURES,
    EVENTS,
    EXPLAINED,
    PRESCRIPTIONS,
    STATIONS,
    TYPED,
)
from pressout_session.document import decode

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables and fill them."""
    connection = op.get_bind()
    for table in (*TYPED, STATIONS, EVENTS, EXPLAINED, PRESCRIPTIONS, ERASURES, AUDIT):
        table.create(connection)
    op.create_index("documents_by_journal", "documents", ["journal_id", "seq"])
    keys = connection.execute(select(DOCUMENTS.c.session_id, DOCUMENTS.c.revision)).all()
    for session_id, number in keys:
        found = connection.execute(
            select(DOCUMENTS.c.document).where(DOCUMENTS.c.session_id == session_id, DOCUMENTS.c.revision == number)
        ).scalar_one()
        document = decode(found if isinstance(found, bytes) else msgspec.json.encode(found))
        for table in TYPED:
            if rows := rows_of(document)[table.name]:
                connection.execute(table.insert(), rows)
