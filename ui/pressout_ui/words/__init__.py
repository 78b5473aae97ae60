"""Every word the screen says, one file a language. A clinician can review them without reading code."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pressout_ui.words import en, es
from pressout_ui.words.vocabulary import Words

LANGUAGES: Final[Mapping[str, Words]] = MappingProxyType({"en": en.WORDS, "es": es.WORDS})

__all__ = ["LANGUAGES", "Words"]
