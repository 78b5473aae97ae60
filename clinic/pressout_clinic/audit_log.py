"""Audit log of the clinic's database: what was done with the data, never of whom."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, select

from pressout_clinic.database import said_plainly
from pressout_clinic.tables import AUDIT
from pressout_session.document_builder import rfc3339


def noted(connection: Connection, act: str, about: str, what: str) -> None:
    """Write down that something was done, in the transaction that does it."""
    row = {"at": rfc3339(datetime.now(UTC)), "act": act, "about": about, "what": what}
    connection.execute(AUDIT.insert(), [row])


def audit(engine: Engine) -> list[tuple[str, str, str, str]]:
    """Give what was done, oldest first: when, what, about which order, and how much.

    Raises
    ------
    StoreError
        If the database cannot be read.
    """
    asked = select(AUDIT.c.at, AUDIT.c.act, AUDIT.c.about, AUDIT.c.what).order_by(AUDIT.c.number)
    with said_plainly(engine), engine.connect() as connection:
        return [(at, act, about, what) for at, act, about, what in connection.execute(asked)]
