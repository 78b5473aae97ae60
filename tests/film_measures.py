"""What a film of a set shows, in figures: how far the edge is behind the handle, and how right the word is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import msgspec

from pressout_signal.events import Phase
from pressout_ui.words import LANGUAGES

EN = LANGUAGES["en"]
PHASE_OF = {
    **dict.fromkeys((EN.ready, EN.let_go, EN.short), Phase.REST),
    EN.press_out: Phase.PRESS_OUT,
    **dict.fromkeys((EN.hold, EN.and_back), Phase.HOLD),
    EN.returning: Phase.RETURN,
}
# A word needs so long to be known after a phase has begun.
KNOWN_S = {"tubing": 0.35, "cable": 0.5}


class Picture(msgspec.Struct):
    """What one picture shows: the edge's level (None where none is drawn), the word; and what is so."""

    t_s: float
    scene: str
    level: float | None
    word: str | None
    said: str
    out_share: float
    turned: bool


def strokes(film: list[Picture]) -> Iterator[list[Picture]]:
    """Give the strokes of a film, each from where the handle begins to move to where it stands again."""
    share = [picture.out_share for picture in film]
    begin = 0
    for here in range(1, len(film)):
        step = share[here] - share[here - 1]
        along = share[here - 1] - share[begin]
        if abs(step) < 2e-3 or step * along < 0:
            if abs(along) > 0.8:
                yield film[begin:here]
            begin = here


def _crossed_s(stroke: list[Picture], shares: list[float], share: float) -> float | None:
    """Give when a share is crossed, between two pictures."""
    for (before, low), (after, high) in pairwise(zip(stroke, shares, strict=True)):
        if min(low, high) <= share < max(low, high):
            return before.t_s + (share - low) / (high - low) * (after.t_s - before.t_s)
    return None


def delays_s(film: list[Picture]) -> list[float]:
    """Give how far the edge is behind the handle, at five shares of each stroke that the set shows."""
    late_s = []
    for stroke in live_strokes(film):
        at = film.index(stroke[0])
        longer = [picture for picture in film[at : at + len(stroke) + 12] if picture.level is not None]
        for share in (0.1, 0.25, 0.5, 0.75, 0.9):
            moved = _crossed_s(stroke, [picture.out_share for picture in stroke], share)
            shown = _crossed_s(longer, [picture.level or 0.0 for picture in longer], share)
            if moved is not None and shown is not None:
                late_s.append(shown - moved)
    return late_s


def runs_back(film: list[Picture]) -> list[float]:
    """Give by how much the edge runs back in each stroke, once it has begun to go with the handle."""
    found = []
    for stroke in live_strokes(film):
        way = 1.0 if stroke[-1].out_share > stroke[0].out_share else -1.0
        levels = [way * (picture.level or 0.0) for picture in stroke]
        levels = levels[levels.index(min(levels)) :]
        found.append(max((before - after for before, after in pairwise(levels)), default=0.0))
    return found


def steps(film: list[Picture]) -> list[float]:
    """Give by how much the edge moves from one picture to the next."""
    both = [(a.level, b.level) for a, b in pairwise(film) if a.level is not None and b.level is not None]
    return [abs(after - before) for before, after in both]


def as_said(film: list[Picture]) -> float:
    """Give the share of pictures whose word is the one that was said last, or until two pictures ago."""
    live = [place for place, picture in enumerate(film) if picture.word is not None]
    right = [any(PHASE_OF[film[n].word or ""] == film[n - ago].said for ago in range(3)) for n in live]
    return sum(right) / len(right)


def right_words(film: list[Picture], known_s: float) -> float:
    """Give the share of pictures whose word is what the patient does, of those so long after a phase began."""
    so = _true_phases(film)
    began_s, right = 0.0, []
    for place, picture in enumerate(film):
        if place and so[place] is not so[place - 1]:
            began_s = picture.t_s
        if picture.word is not None and picture.t_s - began_s > known_s:
            right.append(PHASE_OF[picture.word] is so[place])
    return sum(right) / len(right)


def live_strokes(film: list[Picture]) -> list[list[Picture]]:
    """Give the strokes during which the set is shown: the first of a side begins before its set."""
    return [stroke for stroke in strokes(film) if all(picture.level is not None for picture in stroke)]


def _true_phases(film: list[Picture]) -> list[Phase]:
    """Give what each picture's patient does: from where the handle leaves the chest to where it is out, and back."""
    so = [Phase.REST if picture.out_share < 0.5 else Phase.HOLD for picture in film]
    for stroke in strokes(film):
        low, high = sorted((stroke[0].out_share, stroke[-1].out_share))
        out = stroke[-1].out_share > stroke[0].out_share
        for picture in stroke:
            if low + 0.05 * (high - low) < picture.out_share < high - 0.05 * (high - low):
                so[film.index(picture)] = Phase.PRESS_OUT if out else Phase.RETURN
    return so


def measured(film: list[Picture], line: str) -> dict[str, float]:
    """Give what is asked of a film, in figures: delays in s, the rest as shares of the stage or of the pictures."""
    late_s = sorted(delays_s(film))
    return {
        "delay_s": late_s[len(late_s) // 2],
        "delay_95_s": late_s[int(0.95 * len(late_s))],
        "runs_back": max(runs_back(film)),
        "step": max(steps(film)),
        "as_said": as_said(film),
        "right": right_words(film, KNOWN_S[line]),
        "right_raw": right_words(film, 0.0),
    }
