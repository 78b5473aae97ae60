"""Insertions that leave alone or renew what is there already, in either database's words; and many rows at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from pressout_clinic.projections import Row


def insert_new(connection: Connection, table: Table) -> Any:  # noqa: ANN401
    """Give an insertion that leaves alone what is there already."""
    return _insertion(connection, table).on_conflict_do_nothing()


def insert_or_update(connection: Connection, table: Table, name: str) -> Any:  # noqa: ANN401
    """Give an insertion that sets one column of what is there already."""
    insertion = _insertion(connection, table)
    return insertion.on_conflict_do_update(index_elements=table.primary_key, set_={name: insertion.excluded[name]})


def _insertion(connection: Connection, table: Table) -> Any:  # noqa: ANN401
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def fill(connection: Connection, table: Table, rows: list[Row]) -> None:
    """Fill a table: by COPY where the database has it, which is several times as fast."""
    if connection.dialect.name != "postgresql":
        connection.execute(table.insert(), rows)
        return
    names = [column.name for column in table.columns]
    driver = connection.connection.driver_connection
    assert driver is not None
    listed = ", ".join(f'"{name}"' for name in names)
    statement = f'COPY "{table.name}" ({listed}) FROM STDIN'
    import psycopg  # a clinic on SQLite has none

    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row([row[name] for name in names])
    except psycopg.Error as error:
        # The driver's own cursor gives its own errors: whoever called expects them as all others come.
        raise DBAPIError.instance(statement, None, error, psycopg.Error) from error
