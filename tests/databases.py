"""A clinic's database of either kind, empty, for a test: SQLite's file, or one of a PostgreSQL of the tests' own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from postgres import Postgres, needs_postgres
from pressout_clinic.store import Store

NAMES = itertools.count()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    made = Postgres(tmp_path_factory.mktemp("pg") / "cluster")
    yield made
    made.kill()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.service, needs_postgres])])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/clinic.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.database(f"clinic{next(NAMES)}")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    made = Store(url)
    yield made
    made.close()
