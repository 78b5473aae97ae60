"""The weights file: what was fitted, and a card that says from what, when, with what, and how well it does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pressout_signal.model.certainty import FEATURES
from pressout_signal.model.fitted import Fitted
from pressout_signal.model.network import arranged


@dataclass(frozen=True, slots=True)
class Settings:
    """When to say what: which lag counts on which line, the power of evidence, how likely what is said must be."""

    heads: tuple[int, int]
    trust: float
    say_at: float
    turn_at: float
    curve: tuple[float, ...] = (0.0,) * (FEATURES + 1)


@dataclass(frozen=True, slots=True)
class Given:
    """What training gave: the network's arrays by name, the moves, how usual each place is, lags, and emphasis."""

    tree: Mapping[str, NDArray[np.float32]]
    moves: NDArray[np.float64]
    usual: NDArray[np.float64]
    lags: tuple[int, ...]
    emphasis: tuple[float, ...]

    def fitted(self, settings: Settings) -> Fitted:
        """Give it as a station uses it."""
        return Fitted(
            weights=arranged(self.tree),
            moves=self.moves,
            usual=self.usual,
            lags=self.lags,
            emphasis=np.array(self.emphasis),
            heads=settings.heads,
            trust=settings.trust,
            say_at=settings.say_at,
            turn_at=settings.turn_at,
            curve=settings.curve,
            card={},
        )


def write(file: Path, given: Given, settings: Settings, card: Mapping[str, Any]) -> None:
    """Write all of it into one file of numpy's, a few hundred kilobytes."""
    said = {
        "lags": list(given.lags),
        "emphasis": [round(one, 3) for one in given.emphasis],
        "heads": list(settings.heads),
        "trust": settings.trust,
        "say_at": settings.say_at,
        "turn_at": settings.turn_at,
        "curve": [round(one, 4) for one in settings.curve],
    }
    np.savez_compressed(
        file,
        **{name: array.astype(np.float32) for name, array in given.tree.items()},  # type: ignore[arg-type]
        moves=given.moves,
        usual=given.usual,
        card=np.array(json.dumps({**card, "settings": said})),
    )
