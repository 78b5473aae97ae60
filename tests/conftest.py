"""Fixtures that several test files share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from brokers import broker
from databases import postgres, store, url
from shell import CONFIG

__all__ = ["broker", "config_file", "postgres", "store", "url"]

settings.register_profile("unhurried", deadline=None)  # how long an example takes says how busy the computer is
settings.load_profile("unhurried")


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    path = tmp_path / "station.toml"
    path.write_text(CONFIG.format(folder=tmp_path / "station"))
    return path
