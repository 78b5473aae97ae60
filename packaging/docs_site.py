"""Hooks of the documents' site: pages that live elsewhere in the project are shown under `project/`, links and all.

A link to a file that is no page (a program, a configuration) keeps its words and loses its link: it would lead nowhere.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
ELSEWHERE = ("*.md", "hardware/*.md", "systemd/*.md")
LINK = re.compile(r"(!?)\[((?:[^\[\]]|!\[[^\]]*\]\([^)]*\))*)\]\(([^)\s]+)\)")


def on_files(files: Files, config: Any) -> Files:  # noqa: ANN401
    """Add the pages that live elsewhere."""
    for pattern in ELSEWHERE:
        for path in sorted(ROOT.glob(pattern)):
            name = f"project/{path.relative_to(ROOT)}"
            files.append(File.generated(config, name, content=path.read_text(encoding="utf-8")))
    for picture in sorted(ROOT.glob("hardware/pictures/*.svg")):
        files.append(File.generated(config, f"project/{picture.relative_to(ROOT)}", abs_src_path=str(picture)))
    return files


def on_page_markdown(markdown: str, page: Any, **_rest: Any) -> str:  # noqa: ANN401
    """Let every link lead where it leads in the project."""
    here = Path(page.file.src_uri)
    real = ROOT / here.relative_to("project") if here.parts[0] == "project" else DOCS / here
    return LINK.sub(lambda found: _led(found, real, here), markdown)


def _led(found: re.Match[str], real: Path, here: Path) -> str:
    mark, words, target = found.groups()
    words = LINK.sub(lambda inner: _led(inner, real, here), words)
    if "://" in target or target.startswith(("#", "mailto:")):
        return f"{mark}[{words}]({target})"
    path, hash_mark, anchor = target.partition("#")
    place = _on_the_site((real.parent / path).resolve())
    if place is None:
        return words
    return f"{mark}[{words}]({os.path.relpath(place, here.parent)}{hash_mark}{anchor})"


def _on_the_site(path: Path) -> Path | None:
    """Give where a file of the project is on the site, or None if it is not."""
    if path.is_relative_to(DOCS):
        inside = path.relative_to(DOCS)
        hidden = inside.is_relative_to("how-to/broker") or inside.is_relative_to("tutorial/first-clinic")
        return inside if path.is_file() and not hidden else None
    if path.suffix in (".md", ".svg") and path.is_file():
        return Path("project") / path.relative_to(ROOT)
    return None
