"""Pictures of the scenes, made by the program itself: `python -m pressout_ui.gallery FOLDER`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pressout_ui.app import Screen, view
from pressout_ui.scene_fixtures import scenes

if TYPE_CHECKING:  # what draws is chosen by an environment that is set first
    from pressout_ui.panel import Panel

SIZES = {
    "": (800, 480),
    "-portrait": (480, 800),
    "-1280x720": (1280, 720),
    "-720x1280": (720, 1280),
    "-1920x440": (1920, 440),
    "-480x320": (480, 320),
}
"""What a picture's name ends with, and how large it is."""


def painted(screen: Screen, theme: str = "light", size: tuple[int, int] = (800, 480)) -> Panel:
    """Draw a screen on SDL's dummy display, and give the panel that shows it."""
    from pressout_ui.panel import Panel
    from pressout_ui.theme import THEMES

    panel = Panel(size, THEMES[theme])
    panel.paint(view(screen, panel.brush.plane))
    return panel


def page(names: list[str]) -> str:
    """Give the gallery as Markdown: each scene in each theme, in Spanish, and upright."""
    lines = [
        "# Screens",
        "",
        "Every scene, drawn by the program itself: `make gallery`. The tests compare them with what it draws today.",
        "",
        "| | light | dark | high contrast | in Spanish | upright |",
        "|---|---|---|---|---|---|",
    ]
    for name in names:
        cells = " | ".join(f"![{name}{kind}](screens/{name}{kind}.png)" for kind in (*LOOKS, "-es", "-portrait"))
        lines.append(f"| {name} | {cells} |")
    lines += ["", "Other sizes:", ""]
    lines += [f"![{name}{kind}](screens/{name}{kind}.png)" for name in ELSEWHERE for kind in SIZES if kind not in EVERY]
    return "\n".join(lines) + "\n"


LOOKS = {"": "light", "-dark": "dark", "-contrast": "contrast"}
"""What a picture's name ends with, and its theme."""

# Of these every other size is drawn too; of every scene these.
ELSEWHERE = ("03-further", "07-press-out", "12-fix", "15-summary", "33-dose")
EVERY = ("", "-portrait")


def main(folder: str) -> None:
    """Draw every scene in each theme, in Spanish and upright, and some on other panels; write the page beside."""
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    for old in place.glob("*.png"):
        old.unlink()
    names = []
    for name, screen in scenes():
        names.append(name)
        spanish = replace(screen, known=replace(screen.known, language="es", language_here="es"))
        for kind, theme in LOOKS.items():
            painted(screen, theme).save(str(place / f"{name}{kind}.png"))
        painted(spanish).save(str(place / f"{name}-es.png"))
        for kind, size in SIZES.items():
            if kind in EVERY or name in ELSEWHERE:
                painted(screen, size=size).save(str(place / f"{name}{kind}.png"))
    (place.parent / "screens.md").write_text(page(names), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
