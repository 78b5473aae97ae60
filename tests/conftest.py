"""Fixtures that several test files share."""

from __future__ import annotations

from pathlib import Path

import pytest

from shell import CONFIG


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    path = tmp_path / "station.toml"
    path.write_text(CONFIG.format(folder=tmp_path / "station"))
    return path
