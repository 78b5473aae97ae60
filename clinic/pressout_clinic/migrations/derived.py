"""Derived tables and views, made anew from the documents: never migrated, only rebuilt."""

import msgspec
from sqlalchemy import Connection, select, text

from pressout_clinic.projections import rows_of
from pressout_clinic.tables import DOCUMENTS, FLEET_VIEW, TYPED
from pressout_session.document import decode


def made_anew(connection: Connection) -> None:
    """Make today's typed tables and the fleet's view, and fill them with what is stored."""
    connection.execute(text("DROP VIEW IF EXISTS fleet"))
    for table in reversed(TYPED):
        table.drop(connection, checkfirst=True)
    for table in TYPED:
        table.create(connection)
    connection.execute(text(FLEET_VIEW))
    keys = connection.execute(select(DOCUMENTS.c.session_id, DOCUMENTS.c.revision)).all()
    for session_id, number in keys:
        found = connection.execute(
            select(DOCUMENTS.c.document).where(DOCUMENTS.c.session_id == session_id, DOCUMENTS.c.revision == number)
        ).scalar_one()
        document = decode(found if isinstance(found, bytes) else msgspec.json.encode(found))
        for table in TYPED:
            if rows := rows_of(document)[table.name]:
                connection.execute(table.insert(), rows)
