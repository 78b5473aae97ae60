"""Database connection and schema upgrade: SQLite by a file, PostgreSQL by a URL."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from pressout_session.error_sentences import without_errno

FIRST = "0001"
# Workers that start together bring the tables up to date one after the other (PostgreSQL's advisory locks).
LOCK = 7_269_770
# Alembic keeps what it works on in a module of its own: two threads of a process would share it.
ONE_AT_A_TIME = threading.Lock()


class StoreError(OSError):
    """The database cannot be opened or written."""


def opened(url: str) -> Engine:
    """Open a database, make or migrate its tables, and give the engine.

    Raises
    ------
    StoreError
        If it is of another kind, cannot be reached or written, or was written by a newer version.
    """
    engine = _engine(url)
    with said_plainly(engine):
        _migrated(engine)
    return engine


def existing(url: str) -> Engine:
    """Open a database that is there already: a slip in its name makes no new one.

    Raises
    ------
    StoreError
        As `opened`, or if there is no such file.
    """
    if url.startswith("sqlite") and not database_path(url).is_file():
        raise StoreError(f"database: found no file {database_path(url)}, expected the one that the subscriber writes")
    return opened(url)


def database_path(url: str) -> Path:
    """Give the file of a `sqlite:///FILE` URL.

    Raises
    ------
    StoreError
        If it is another kind of URL.

    Examples
    --------
    >>> database_path("sqlite:////srv/clinic.db")
    PosixPath('/srv/clinic.db')
    """
    prefix = "sqlite:///"
    if not url.startswith(prefix) or url == prefix:
        raise StoreError(f"database: found {url!r}, expected sqlite:///FILE or postgresql://HOST/NAME")
    return Path(url.removeprefix(prefix))


@contextmanager
def said_plainly(engine: Engine) -> Iterator[None]:
    """Turn the database's errors into ours, in one sentence and without its password."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = without_errno(str(getattr(error, "orig", None) or error)).strip().splitlines()
        expected = (
            "an SQLite file in a folder with space that may be written"
            if engine.dialect.name == "sqlite"
            else "a PostgreSQL that answers and lets this user in"
        )
        name = engine.url.render_as_string(hide_password=True)
        raise StoreError(f"database {name}: found {cause[0] if cause else error}, expected {expected}") from error


def _kept_private(path: Path) -> None:
    """Make a new file that its user alone may read; SQLite gives what lies beside it the same rights."""
    with suppress(OSError):  # why it cannot be made is said when it is opened
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _engine(url: str) -> Engine:
    if url.startswith("sqlite"):
        path = database_path(url)
        _kept_private(path)
        # One connection, which its worker alone uses.
        engine = create_engine(f"sqlite:///{path}", poolclass=StaticPool, connect_args={"timeout": 30.0})

        @event.listens_for(engine, "connect")
        def _safe(connection: object, _record: object) -> None:
            cursor = connection.cursor()  # type: ignore[attr-defined]
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        return engine
    try:
        known = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"database: found {url!r}, expected sqlite:///FILE or postgresql://HOST/NAME") from error
    if known.get_backend_name() != "postgresql":
        raise StoreError(f"database: found {url!r}, expected sqlite:///FILE or postgresql://HOST/NAME")
    # A connection that died with its server is noticed before it is used.
    return create_engine(known.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=2, max_overflow=2)


def _migrated(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with ONE_AT_A_TIME, engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
            connection.commit()
        try:
            config.attributes["connection"] = connection
            names = inspect(connection).get_table_names()
            if "documents" in names and "alembic_version" not in names:
                command.stamp(config, FIRST)  # made before there were versions
            command.upgrade(config, "head")
            connection.commit()
        finally:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
                connection.commit()
