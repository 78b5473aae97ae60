"""A patient's weeks, reckoned, told and drawn: what was done against the dose, and never more than was measured."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pygame
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from builders import an_item
from host_packages import needs
from prerequisites import CHROMIUM
from pressout_cli.main import cli
from pressout_clinic.report import terminal
from pressout_clinic.report.charts import COLOURS, CUE
from pressout_clinic.report.page import page
from pressout_clinic.report.progress import pooled, progress
from pressout_clinic.store import Store
from pressout_clinic.subscriber import answered
from pressout_session.document import EstimateDocument, SessionDocument, encode
from pressout_session.exercises import Side
from pressout_session.wire import session_topic
from visits import BEGAN, a_visit, moved

VISITS = tuple(a_visit(seed, an_item(sets=2, reps=10)) for seed in (3, 4))


def weeks(count: int) -> list[SessionDocument]:
    """Give two visits a week, on Monday and Thursday."""
    began = [BEGAN + timedelta(days=7 * week + day) for week in range(count) for day in (0, 3)]
    return [moved(VISITS[number % 2], number, at) for number, at in enumerate(began, start=1)]


def test_a_week_adds_up_its_visits_side_by_side() -> None:
    (course,) = progress("471922", weeks(3)).courses

    assert [(week.visits, week.sides[Side.LEFT].done, week.sides[Side.LEFT].dose) for week in course.weeks] == [
        (2, sum(held.count for one in VISITS for held in one.sets if held.side is Side.LEFT), 40)
    ] * 3


def test_what_a_therapist_voided_is_no_ones() -> None:
    documents = weeks(2)
    documents[0] = msgspec.structs.replace(documents[0], voided=True)

    assert progress("471922", documents).sessions == 3


def test_undone_repetitions_count_nowhere() -> None:
    (document,) = weeks(1)[:1]
    held = document.sets[0]
    reps = tuple(msgspec.structs.replace(rep, voided=True) for rep in held.reps)
    emptied = msgspec.structs.replace(held, count=0, reps=reps)
    changed = msgspec.structs.replace(document, sets=(emptied, *document.sets[1:]))

    (course,) = progress("471922", [changed]).courses
    assert course.visits[0].sides[held.side].done == sum(
        one.count for one in document.sets[1:] if one.side is held.side
    )


def test_an_exercise_that_is_prescribed_twice_is_one_visit_and_what_was_added_by_hand_weighs_nothing() -> None:
    document = weeks(1)[0]
    item = document.prescription.items[0]
    twice = msgspec.structs.replace(document.prescription, items=(item, item))
    added = [msgspec.structs.replace(held, item=1, added=9, count=9, reps=()) for held in document.sets]
    doubled = msgspec.structs.replace(document, prescription=twice, sets=(*document.sets, *added))

    (plain,), (both,) = (progress("471922", [one]).courses for one in (document, doubled))

    assert both.weeks[0].visits == 1
    assert both.weeks[0].sides[Side.LEFT].hold_n == pytest.approx(plain.weeks[0].sides[Side.LEFT].hold_n)


ESTIMATES = st.builds(
    lambda value, half: EstimateDocument(value=value, low=value - half, high=value + half),
    st.floats(-5, 5),
    st.floats(0.01, 3),
)


@given(st.lists(ESTIMATES, min_size=1, max_size=8))
def test_estimates_together_lie_between_them_and_are_never_vaguer_than_the_vaguest_alone_when_they_agree(
    estimates: list[EstimateDocument],
) -> None:
    found = pooled(estimates)

    assert found is not None
    assert min(one.value for one in estimates) - 1e-5 <= found.value <= max(one.value for one in estimates) + 1e-5
    assert found.low <= found.value <= found.high
    same = pooled([estimates[0]] * 4)
    assert same is not None
    assert same.high - same.low == pytest.approx((estimates[0].high - estimates[0].low) / 2, abs=1e-4)


def test_visits_that_disagree_make_the_week_less_sure() -> None:
    def week(*values: float) -> float:
        found = pooled([EstimateDocument(value=value, low=value - 0.1, high=value + 0.1) for value in values])
        assert found is not None
        return found.high - found.low

    assert week(-2.0, 2.0) > 5 * week(0.0, 0.0)


def test_the_terminal_says_a_line_a_week() -> None:
    said = terminal.told(progress("471922", weeks(3)))

    assert len(re.findall(r"^\d\d \w{3} 2026", said, re.MULTILINE)) == 3
    assert "It is no diagnosis." in said


def test_the_page_needs_nothing_from_elsewhere_and_escapes_what_it_says() -> None:
    made = page(progress("<b>x</b>", weeks(2)), datetime.now(UTC))

    assert "<b>x</b>" not in made
    assert not re.findall(r"(?:src|href)=|<script|https?://(?!www\.w3\.org/2000/svg)", made)


def test_a_patient_whom_nobody_knows_has_no_report(store: Store) -> None:
    assert CliRunner().invoke(cli, ["clinic", "report", "--database", store.url, "000000"]).exit_code == 1


@pytest.fixture
def made(tmp_path: Path) -> Path:
    documents = weeks(4)
    store = Store(f"sqlite:///{tmp_path}/clinic.db")
    answered(store, [(session_topic("north", "s3", one.session_id), encode(one)) for one in documents])
    file = tmp_path / "report.html"
    result = CliRunner().invoke(cli, ["clinic", "report", "--database", store.url, "--html", str(file), "471922"])
    assert result.output == f"{file}: 8 sessions\n"
    return file


def test_a_patients_page_is_its_users_alone(made: Path) -> None:
    assert made.stat().st_mode & 0o077 == 0


def chromium(*words: str) -> None:
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-color-profile=srgb")
    subprocess.run([str(CHROMIUM.found), *flags, *words], check=True, capture_output=True, timeout=60)


@pytest.mark.service
@needs(CHROMIUM)
def test_a_browser_shows_every_picture_and_prints_it_on_one_sheet(made: Path, tmp_path: Path) -> None:
    shot, sheet = tmp_path / "shot.png", tmp_path / "sheet.pdf"
    chromium(f"--screenshot={shot}", "--window-size=760,1100", made.as_uri())
    chromium(f"--print-to-pdf={sheet}", "--no-pdf-header-footer", made.as_uri())

    picture = pygame.image.load(shot)
    seen = {tuple(picture.get_at((x, y)))[:3] for x in range(0, 760, 2) for y in range(0, 1100, 2)}
    for colour in (*COLOURS.values(), CUE):
        assert tuple(pygame.Color(colour))[:3] in seen
    right = {tuple(picture.get_at((x, y)))[:3] for x in range(744, 760) for y in range(1100)}
    assert right == {(255, 255, 255)}  # nothing is wider than the page
    assert len(re.findall(rb"/Type /Page\b", sheet.read_bytes())) == 1
