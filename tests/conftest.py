"""Fixtures that several test files share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from brokers import broker
from databases import postgres, store, url
from host_packages import REASON, missing_line
from shell import CONFIG


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once what Debian packages the skipped tests need, and the line that installs them."""
    skipped = [report.longrepr[2] for report in terminalreporter.stats.get("skipped", [])]
    line = missing_line(skipped)
    if line is not None:
        lacking = sum(REASON in reason for reason in skipped)
        terminalreporter.write_line(f"{lacking} tests were skipped for want of Debian packages. All of them: {line}")


__all__ = ["broker", "config_file", "postgres", "store", "url"]

settings.register_profile("unhurried", deadline=None)  # how long an example takes says how busy the computer is
settings.load_profile("unhurried")


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    path = tmp_path / "station.toml"
    path.write_text(CONFIG.format(folder=tmp_path / "station"))
    return path
