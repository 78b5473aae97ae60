"""Visits that were left before all was done: the same code within four hours goes on where it was."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec.structs import replace

from pressout_session.facts import EndReason
from pressout_session.patient_codes import GUEST
from pressout_session.prescription import Prescription
from pressout_session.visit import Visit
from pressout_session.visit_stage import Stage

TAKEN_UP_WITHIN_S = 4.0 * 3_600.0
# Who is listed as being here, and how many at most: people take turns, and then they go home.
HERE_S, MOST_HERE = 5_400.0, 3


@dataclass(slots=True)
class LeftVisits:
    """What each patient left, and when, on the readings' clock. Changes in place; one controller owns it."""

    left: dict[str, tuple[Visit, float]] = field(default_factory=dict)
    _taken: dict[str, tuple[Visit, float]] = field(default_factory=dict)

    def leave(self, patient_ref: str, visit: Visit, now_s: float, reason: EndReason) -> None:
        """Take a visit that ends; one that is done is not gone on with, nor what was somebody else's."""
        if reason is EndReason.NOT_ME:
            self.untouched(patient_ref)
            return
        self._taken.pop(patient_ref, None)
        self.left.pop(patient_ref, None)
        if patient_ref != GUEST and reason is not EndReason.DONE and visit.stage is not Stage.OVER:
            self.left[patient_ref] = visit, now_s

    def untouched(self, patient_ref: str, visit: Visit | None = None) -> None:
        """Put back what was taken up and not gone on with: as it was, or as the `visit` is with another dose."""
        taken = self._taken.pop(patient_ref, None)
        if taken is not None:
            self.left[patient_ref] = visit or taken[0], taken[1]

    def goes_on(self, patient_ref: str, visit: Visit | None, now_s: float) -> None:
        """Take a visit that goes on with other exercises, if one does: if nothing more is done, it is what was left."""
        if visit is not None and patient_ref != GUEST:
            self.left.pop(patient_ref, None)
            self._taken[patient_ref] = visit, now_s

    def forget(self, patient_ref: str) -> None:
        """Forget whoever is to be forgotten."""
        self.left.pop(patient_ref, None)
        self._taken.pop(patient_ref, None)

    def taken_up(self, patient_ref: str, prescription: Prescription, now_s: float, *, taut: bool) -> Visit | None:
        """Give the visit that goes on, once, as prescribed last; None where there is none, or other work was set."""
        found = self.left.pop(patient_ref, None)
        if found is None or now_s - found[1] > TAKEN_UP_WITHIN_S or not found[0].prescription.asks_as(prescription):
            return None
        self._taken[patient_ref] = found
        visit = found[0].resumed(now_s, taut=taut)
        return replace(visit, course=replace(visit.course, prescription=prescription))

    def here(self, now_s: float) -> tuple[str, ...]:
        """Give who has left something and may be back, the last one first."""
        for ref in [ref for ref, (_visit, left_s) in self.left.items() if now_s - left_s > TAKEN_UP_WITHIN_S]:
            del self.left[ref]
        lately = [(left_s, ref) for ref, (_visit, left_s) in self.left.items() if now_s - left_s < HERE_S]
        return tuple(ref for _left_s, ref in sorted(lately, reverse=True)[:MOST_HERE])
