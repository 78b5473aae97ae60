"""Screen settings as staff set them on the touchscreen: language, theme, unit, sound. Pure."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Step = Annotated[int, msgspec.Meta(ge=0, le=10)]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Language, theme, unit; volume and brightness from 0 to 10."""

    language: str = "en"
    theme: Literal["light", "dark", "contrast"] = "light"
    unit: Literal["kg", "lb", "N"] = "kg"
    volume: Step = 6
    brightness: Step = 8
    muted: bool = False
