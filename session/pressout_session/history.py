"""Past visits as a therapist wants to see them: a line each, taken from their documents. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from statistics import fmean, median

import msgspec

from pressout_session.document import RepetitionDocument, SessionDocument
from pressout_session.exercises import Side
from pressout_session.prescription import CabledItem


class PastVisit(msgspec.Struct, frozen=True, kw_only=True):
    """One visit: repetitions done and asked, mean pull at the start (N), usual hold a side (s), reminders, ratings.

    `pulls` are the mean pulls at the start by exercise and kind of line: what is right for one says nothing of another.
    """

    session_id: str
    started_at: str
    done: int
    asked: int
    chest_n: float | None
    hold_left_s: float | None
    hold_right_s: float | None
    reminders: int
    target_n: float
    effort: int | None = None
    pain: int | None = None
    pulls: tuple[tuple[str, str, float], ...] = ()

    def pull_n(self, item: CabledItem) -> float | None:
        """Give the mean pull at the start with an item's exercise and line, if they were done."""
        asked = (item.exercise, str(item.resistance))
        return next((pull_n for *done, pull_n in self.pulls if tuple(done) == asked), None)


def past_visit(document: SessionDocument) -> PastVisit:
    """Give the line of a visit."""
    cabled = [item for item in document.prescription.items if isinstance(item, CabledItem)]
    pulls = [rep.chest_n for held in document.sets for rep in held.reps if not rep.voided]
    return PastVisit(
        session_id=document.session_id,
        started_at=document.started_at,
        done=sum(held.count for held in document.sets),
        asked=sum(2 * item.sets * item.reps for item in cabled) * document.prescription.rounds,
        chest_n=round(fmean(pulls), 2) if pulls else None,
        hold_left_s=_hold_s(_reps(document, Side.LEFT)),
        hold_right_s=_hold_s(_reps(document, Side.RIGHT)),
        reminders=sum(len(held.drift) for held in document.sets),
        target_n=cabled[0].target_n,
        effort=document.effort,
        pain=document.pain,
        pulls=tuple(_pulls(document)),
    )


def harder_side(visits: Iterable[PastVisit]) -> Side | None:
    """Give the side that was held for less long, visit after visit; None where they do not differ by a tenth."""
    pairs = [(one.hold_left_s, one.hold_right_s) for one in visits]
    known = [(left_s, right_s) for left_s, right_s in pairs if left_s and right_s]
    if not known:
        return None
    ratio = median(left_s / right_s for left_s, right_s in known)
    if ratio < 0.9:
        return Side.LEFT
    return Side.RIGHT if ratio > 1.0 / 0.9 else None


def _pulls(document: SessionDocument) -> Iterator[tuple[str, str, float]]:
    chest: dict[tuple[str, str], list[float]] = {}
    for held in document.sets:
        item = document.prescription.items[held.item]
        if isinstance(item, CabledItem):
            found = chest.setdefault((item.exercise, str(item.resistance)), [])
            found.extend(rep.chest_n for rep in held.reps if not rep.voided)
    return ((*done, round(fmean(pulls), 2)) for done, pulls in chest.items() if pulls)


def _reps(document: SessionDocument, side: Side) -> list[RepetitionDocument]:
    return [rep for held in document.sets if held.side is side for rep in held.reps if not rep.voided]


def _hold_s(reps: list[RepetitionDocument]) -> float | None:
    return round(median(rep.return_start_s - rep.hold_start_s for rep in reps), 2) if reps else None
