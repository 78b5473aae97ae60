"""The documents say what is true: links lead somewhere, examples are accepted, what is generated is up to date."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from pressout_cli.main import cli
from pressout_device import drivers
from pressout_session.error_codes import NUMBERS
from pressout_session.schema import written
from pressout_signal.samples import FaultKind
from pressout_station.config import read
from pressout_ui.words import LANGUAGES
from reference import pages

ROOT = Path(__file__).parent.parent
PAGES = sorted(path for path in ROOT.rglob("*.md") if not any(part.startswith(".") for part in path.parts))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))

    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_the_example_configuration_has_no_mistakes() -> None:
    config = read(ROOT / "docs" / "how-to" / "station.toml")

    assert config.prescription.items[0].exercise == "pallof_press"


@pytest.mark.parametrize("name", sorted(written()))
def test_what_is_generated_is_up_to_date(name: str) -> None:
    assert (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8") == written()[name], "run make schema"


def test_every_fault_of_the_load_cell_is_explained() -> None:
    text = (ROOT / "docs" / "reference" / "load-cell.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| `([a-z_]+)` \| [^|]+ \|$", text, re.MULTILINE)) == set(FaultKind)
    assert set(re.findall(r"^\| `([a-z0-9]+)`[^|]*\|[^|]*\|[^|]*\|$", text, re.MULTILINE)) == set(drivers.names())


def test_every_number_that_the_screen_shows_is_explained_beside_its_words() -> None:
    text = (ROOT / "hardware" / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (4F-\d\d) \| ([^|]+) \|", text, re.MULTILINE))
    words = LANGUAGES["en"]

    assert set(rows) == set(NUMBERS.values())
    for what, number in NUMBERS.items():
        said = {**words.trouble_why, **words.notices, **words.link_why}[what]
        assert said.startswith(rows[number]), number


def test_the_commands_that_the_readme_names_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    for target in re.findall(r"`make ([a-z-]+)", text):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for command in re.findall(r"`pressout ([a-z]+)", text):
        assert command in cli.list_commands(click.Context(cli)), command


def test_how_accurate_the_readme_says_it_is_was_measured() -> None:
    measured = _rows((ROOT / "docs" / "reference" / "accuracy.md").read_text(encoding="utf-8"))
    said = _rows((ROOT / "README.md").read_text(encoding="utf-8").split("## How accurate it is")[1].split("\n## ")[0])
    of_ours = {"sessions with": "exact sessions", "recall": "recall", "precision": "precision"}
    of_ours["rotation falsely"] = "rotation falsely said per 100 repetitions"

    for begins, name in of_ours.items():
        (ours,) = (row for row in said if row[0].startswith(begins))
        (page,) = (row for row in measured if row[0] == name)
        assert ours[1:] == [page[2], page[4]], name
    peaks = [row[3] for row in measured if row[1] == "scipy.signal.find_peaks"]
    assert next(row for row in said if "find_peaks" in row[0])[1:] == peaks


def _rows(text: str) -> list[list[str]]:
    """Give the rows of a page's tables, a list of cells each."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_nobody_claims_to_have_run_it_on_a_pi() -> None:
    assert "not yet on a Raspberry Pi" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_reference_page_says_what_the_code_says(name: str) -> None:
    assert (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8") == pages()[name], "run make schema"


def test_every_package_that_is_asked_for_is_named_with_its_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    names = {re.split(r"[>=\[;]", one)[0].strip() for one in asked} - {"pressout"}
    page = (ROOT / "docs" / "reference" / "third-party.md").read_text(encoding="utf-8")

    assert {name for name in names if name not in page} == set()


def test_every_page_of_the_documents_is_in_the_sites_contents() -> None:
    contents = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")

    pages_there = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")]
    assert [str(path) for path in pages_there if f": {path}" not in contents] == []
