"""Kiosk display without a desktop: by the kernel (KMSDRM) where SDL can, else inside `cage`.

The pygame of PyPI brings an SDL without KMSDRM; the distribution's has it. Nobody has to know which one is there.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence

# In cage's own environment, so that it is not started inside itself.
INSIDE = "PRESSOUT_IN_CAGE"


def way_to_the_panel(
    environment: Mapping[str, str], has_kmsdrm: Callable[[], bool], cage: str | None
) -> dict[str, str] | Sequence[str]:
    """Give what the environment needs, or the command to become.

    Whoever has a desktop, or asked for a driver by name, gets what they have.

    Examples
    --------
    >>> way_to_the_panel({}, lambda: True, None)
    {'SDL_VIDEODRIVER': 'kmsdrm'}
    >>> way_to_the_panel({"DISPLAY": ":0"}, lambda: True, "/usr/bin/cage")
    {}
    >>> way_to_the_panel({}, lambda: False, "/usr/bin/cage")
    ('/usr/bin/cage', '--')
    """
    if any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER", INSIDE)):
        return {}
    if has_kmsdrm():
        return {"SDL_VIDEODRIVER": "kmsdrm"}
    return (cage, "--") if cage is not None else {}


def onto_the_panel() -> None:
    """Choose the way for this process, before pygame opens anything; may start it anew inside cage."""
    way = way_to_the_panel(os.environ, _has_kmsdrm, shutil.which("cage"))
    if isinstance(way, dict):
        os.environ.update(way)
        return
    os.environ[INSIDE] = "1"
    # Where no graphics processor helps, SDL's way over OpenGL costs 110 MB, and makes code while it runs.
    os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
    os.environ.setdefault("WLR_LIBINPUT_NO_DEVICES", "1")  # a panel whose touch is unplugged still counts
    own = os.environ.get("RUNTIME_DIRECTORY")  # of the service, which has no session that would have made one
    if own:
        os.environ.setdefault("XDG_RUNTIME_DIR", own)
    os.execv(way[0], [*way, sys.executable, "-m", "pressout_cli.entry", *sys.argv[1:]])


def _has_kmsdrm() -> bool:
    """Ask SDL, where there is a card to draw on."""
    if not os.path.isdir("/dev/dri"):
        return False
    from pressout_ui.pygame_import import pygame

    os.environ["SDL_VIDEODRIVER"] = "kmsdrm"
    try:
        pygame.display.init()
    except pygame.error:
        return False
    else:
        pygame.display.quit()
        return True
    finally:
        del os.environ["SDL_VIDEODRIVER"]
