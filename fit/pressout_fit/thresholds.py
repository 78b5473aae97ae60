"""Choosing when to say what, on sessions that the network was not trained on; and scoring the choice on others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bench.scoring import Score
from pressout_fit.calibration import curve, reliability
from pressout_fit.scoring import held_out
from pressout_fit.weights import Given, Settings

CHOOSING, CALIBRATING, HELD_OUT = range(500_000, 500_060), range(550_000, 550_200), range(600_000, 600_150)
SAYINGS, TURNINGS = (0.5, 0.7), (0.5, 0.7, 0.85, 0.95)
# Who is surer speaks later: that must gain so much of all sessions.
LATER_GAINS = 0.05
START = Settings(say_at=0.5, turn_at=0.7)
# Falsely said turns a hundred repetitions that are still bearable.
MOST_FALSE = 0.5


def chosen(given: Given) -> tuple[Settings, dict[str, Any]]:
    """Give the settings that do best, and how well they do on sessions that had no part in the choice, for the card."""
    best, most = START, -1.0
    for say_at in SAYINGS:
        tried = replace(START, say_at=say_at)
        exact = sum(_score(given, tried, stack).counts["exact"] for stack in (False, True))
        print(f"fit: say at {say_at}: {exact} of {2 * len(CHOOSING)} sessions exact", flush=True)
        if exact > most:
            best, most = tried, exact + LATER_GAINS * 2 * len(CHOOSING)
    for turn_at in TURNINGS:
        best = replace(best, turn_at=turn_at)
        both = Score()
        for stack in (False, True):
            both += _score(given, best, stack)
        seen, false = both.share("rotations_seen", "rotations"), 100.0 * both.share("rotations_false", "clean")
        print(f"fit: turn at {turn_at}: {seen:.3f} seen, falsely {false:.2f} in 100", flush=True)
        if false <= MOST_FALSE:
            break
    best = replace(best, curve=curve(CALIBRATING, given.fitted(best)))
    fitted = given.fitted(best)
    scores = {name: _told(held_out(HELD_OUT, fitted, stack=stack)) for name, stack in KINDS.items()}
    return best, {"scores": scores, "reliability": reliability(HELD_OUT, fitted)}


KINDS = {"tubing": False, "cable": True}


def _score(given: Given, settings: Settings, stack: bool) -> Score:
    return held_out(CHOOSING, given.fitted(settings), stack=stack)


def _told(score: Score) -> dict[str, float]:
    return {
        "sessions": score.counts["sessions"],
        "exact": round(score.share("exact", "sessions"), 3),
        "recall": round(score.share("found", "done"), 4),
        "precision": round(score.share("found", "said"), 4),
        "turns_seen": round(score.share("rotations_seen", "rotations"), 3),
        "turns_false_in_100": round(100.0 * score.share("rotations_false", "clean"), 2),
    }
