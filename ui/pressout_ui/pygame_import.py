"""pygame, loaded without setuptools.

Where that is installed, pygame asks it for its icon's place, and has a way of its own where it is not: the question
costs as much as all the rest of pygame. Whoever needs pygame takes it from here.
"""

from __future__ import annotations

import sys
from typing import Final

__all__ = ["pygame"]

ASKED: Final = "pkg_resources"

_before = sys.modules.get(ASKED)
sys.modules[ASKED] = None  # type: ignore[assignment]  # which makes its import an ImportError
try:
    import pygame
    import pygame.gfxdraw
finally:
    if _before is None:
        del sys.modules[ASKED]
    else:
        sys.modules[ASKED] = _before
