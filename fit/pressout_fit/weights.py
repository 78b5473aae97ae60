"""The weights file: what was fitted, and a card that says from what, when, with what, and how well it does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pressout_signal.model.count_certainty import FEATURES
from pressout_signal.model.fitted_model import FittedModel
from pressout_signal.model.network import arranged


@dataclass(frozen=True, slots=True)
class Settings:
    """When to say what: how likely it must be."""

    say_at: float
    turn_at: float
    curve: tuple[float, ...] = (0.0,) * (FEATURES + 1)


@dataclass(frozen=True, slots=True)
class Given:
    """What training gave: the network's arrays by name, the moves, lags, and emphasis."""

    tree: Mapping[str, NDArray[np.float32]]
    moves: NDArray[np.float64]
    lags: tuple[int, ...]
    walk_lags: tuple[int, int]
    emphasis: tuple[float, ...]

    def fitted(self, settings: Settings) -> FittedModel:
        """Give it as a station uses it."""
        return FittedModel(
            weights=arranged(self.tree),
            moves=self.moves,
            lags=self.lags,
            walk_lags=self.walk_lags,
            emphasis=np.array(self.emphasis),
            say_at=settings.say_at,
            turn_at=settings.turn_at,
            curve=settings.curve,
            card={},
        )


def write(file: Path, given: Given, settings: Settings, card: Mapping[str, Any]) -> None:
    """Write all of it into one file of numpy's, a few hundred kilobytes."""
    said = {
        "lags": list(given.lags),
        "walk_lags": list(given.walk_lags),
        "emphasis": [round(one, 3) for one in given.emphasis],
        "say_at": settings.say_at,
        "turn_at": settings.turn_at,
        "curve": [round(one, 4) for one in settings.curve],
    }
    np.savez_compressed(
        file,
        **{name: array.astype(np.float32) for name, array in given.tree.items()},  # type: ignore[arg-type]
        moves=given.moves,
        card=np.array(json.dumps({**card, "settings": said})),
    )
