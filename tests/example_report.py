"""Draws the README's picture of a report: eight weeks of simulated visits. `example_report.py FILE.png`."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from builders import an_item
from prerequisites import CHROMIUM, install_line
from pressout_clinic.report.page import page
from pressout_clinic.report.progress import progress
from pressout_session.document import SessionDocument
from visits import BEGAN, a_visit, moved


def visits() -> list[SessionDocument]:
    """Give eight weeks: a dose that grows, pain that goes."""
    chance = random.Random(1)
    made: list[SessionDocument] = []
    for week in range(8):
        item = an_item(sets=2, reps=8 + min(week, 4), hold_s=2.0 + 0.2 * week, target_n=36.0 + 2 * week)
        for day in (0, 2, 4)[: 3 if week % 3 else 2]:
            pain = max(0, 5 - week // 2 + chance.choice((-1, 0, 1)))
            visit = a_visit(len(made) + 1, item, effort=chance.choice((4, 5, 6)), pain=pain)
            made.append(moved(visit, len(made) + 1, BEGAN + timedelta(days=7 * week + day)))
    return made


def main(file: Path) -> None:
    """Draw it."""
    browser = CHROMIUM.found
    if browser is None:
        sys.exit(f"found no chromium, expected one: {install_line([CHROMIUM.package])}")
    with tempfile.TemporaryDirectory() as folder:
        html = Path(folder) / "report.html"
        html.write_text(page(progress("471922", visits()), BEGAN + timedelta(days=56)), encoding="utf-8")
        flags = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-color-profile=srgb")
        words = [browser, *flags, "--window-size=760,1180", f"--screenshot={file.resolve()}", html.as_uri()]
        subprocess.run(words, check=True, capture_output=True, timeout=60)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
