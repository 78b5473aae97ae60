"""Choosing when to say what, on sessions that the network was not trained on; and scoring the choice on others."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

from pressout_fit.calibration import curve
from pressout_fit.scoring import Score, held_out
from pressout_fit.weights import Given, Settings

CHOOSING, CALIBRATING, HELD_OUT = range(500_000, 500_060), range(550_000, 550_200), range(600_000, 600_150)
# Read-outs that may count: of now on tubing and of a tenth of a second ago on a stack, or later ones.
HEADS = ((0, 1), (1, 2))
SAYINGS, TURNINGS = (0.5, 0.7), (0.5, 0.7, 0.85, 0.95)
START = Settings(heads=HEADS[0], trust=0.6, say_at=0.5, turn_at=0.7)
# Falsely said turns a hundred repetitions that are still bearable.
MOST_FALSE = 1.0


def chosen(given: Given) -> tuple[Settings, dict[str, Any]]:
    """Give the settings that do best, and how well they do on sessions that had no part in the choice."""
    best, most = START, -1
    for heads, say_at in product(HEADS, SAYINGS):
        tried = replace(START, heads=heads, say_at=say_at)
        exact = sum(_score(given, tried, stack).exact for stack in (False, True))
        print(f"fit: read-outs {heads}, say at {say_at}: {exact} of {2 * len(CHOOSING)} sessions exact", flush=True)
        if exact > most:
            best, most = tried, exact
    for turn_at in TURNINGS:
        best = replace(best, turn_at=turn_at)
        both = Score()
        for stack in (False, True):
            both += _score(given, best, stack)
        false = 100.0 * both.turns_false / max(both.done - both.turns, 1)
        print(f"fit: turn at {turn_at}: {both.turns_seen} of {both.turns}, falsely {false:.2f} in 100", flush=True)
        if false <= MOST_FALSE:
            break
    best = replace(best, curve=curve(CALIBRATING, given.fitted(best)))
    scores = {name: _told(held_out(HELD_OUT, given.fitted(best), stack=stack)) for name, stack in KINDS.items()}
    return best, scores


KINDS = {"tubing": False, "cable": True}


def _score(given: Given, settings: Settings, stack: bool) -> Score:
    return held_out(CHOOSING, given.fitted(settings), stack=stack)


def _told(score: Score) -> dict[str, float]:
    return {
        "sessions": score.sessions,
        "exact": round(score.exact / score.sessions, 3),
        "recall": round(score.found / max(score.done, 1), 4),
        "precision": round(score.found / max(score.said, 1), 4),
        "turns_seen": round(score.turns_seen / max(score.turns, 1), 3),
        "turns_false_in_100": round(100.0 * score.turns_false / max(score.done - score.turns, 1), 2),
    }
