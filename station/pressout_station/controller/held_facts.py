"""Facts that are held until something happens, so that no empty session is left behind: the opening, another dose."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from msgspec.structs import replace

from pressout_device.clock import boot_id, wall_time
from pressout_session.course import Course
from pressout_session.document import Clock
from pressout_session.document_builder import rfc3339
from pressout_session.facts import AnyFact, Opened, TimedDone
from pressout_session.prescription import Item, Prescription
from pressout_session.visit import Visit
from pressout_station.controller.controller_deps import ControllerDeps


def opening(given: ControllerDeps, session_id: str, patient_ref: str, visit: Visit) -> Opened:
    """Give the opening of a session, for a visit that begins or goes on now."""
    course = visit.course
    return Opened(
        t_s=visit.changed_s,
        session_id=session_id,
        patient_ref=patient_ref,
        prescription=course.prescription,
        wall_time=rfc3339(wall_time()),
        boot_id=boot_id(),
        device=given.device,
        clock=given.clock_now(),
        place=course.place,
        turns=() if course == Course.of(course.prescription) else course.turns,
        carried=visit.carried,
    )


def dated_by_now(held: tuple[AnyFact, ...], now_s: float, clock: Clock) -> tuple[AnyFact, ...]:
    """Give what was held with the opening's wall time put right, where the time has been learned since."""
    opened = held[0] if held else None
    if not isinstance(opened, Opened) or opened.clock is None or opened.clock.synchronised or not clock.synchronised:
        return held
    began = wall_time() - timedelta(seconds=now_s - opened.t_s)
    return (replace(opened, wall_time=rfc3339(began), clock=clock), *held[1:])


class DoseChange(NamedTuple):
    """The visit with another dose, what is kept of it now, and what is held until something happens."""

    visit: Visit
    facts: tuple[AnyFact, ...]
    held: tuple[AnyFact, ...]
    prescription: Prescription


def dose_changed(
    visit: Visit, held: tuple[AnyFact, ...], t_s: float, asked: tuple[int, Item], by: tuple[str, str]
) -> DoseChange:
    """Give a visit another dose for the item at a place, `by` a therapist, at a wall time in RFC 3339.

    `held` is empty once something has happened. Before that a visit that begins here simply came for the new dose; of
    one that goes on, the change is held too, since its order was told by the old one.
    """
    (place, item), (therapist_ref, set_at) = asked, by
    moved, facts = visit.dosed(t_s, place, item, therapist_ref)
    prescription = replace(
        visit.prescription.with_item(place, item), set_by=therapist_ref, set_at=set_at, accepted_by=therapist_ref
    )
    if not held or any(isinstance(fact, TimedDone) for fact in facts):
        return DoseChange(moved, facts, held, prescription)
    begun = came_for(moved, held, prescription)
    if begun is None:
        return DoseChange(moved, (), (*held, *facts), prescription)
    return DoseChange(begun[0], (), begun[1], prescription)


def came_for(
    visit: Visit, held: tuple[AnyFact, ...], prescription: Prescription
) -> tuple[Visit, tuple[AnyFact, ...]] | None:
    """Give a visit in which nothing was done yet, and what is held of it, as one that came for another prescription.

    None where something was done, in it or in the one that it goes on from.
    """
    opened = held[0] if held else None
    if not isinstance(opened, Opened) or visit.carried or visit.course.place:
        return None
    opened = replace(opened, prescription=prescription, therapist_ref=prescription.set_by, turns=())
    return replace(visit, course=Course.of(prescription)), (opened,)
