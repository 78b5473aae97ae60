"""Session controller: pipeline, visit and writer, held together without a screen.

Everything that the signal says of a visit becomes facts; facts go to the writer; what is shown is what came back.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import assert_never

from msgspec.structs import replace

from pressout_device.clock import wall_time
from pressout_device.ports import MonotonicClock
from pressout_session.course import Course
from pressout_session.document import Device
from pressout_session.document_builder import rfc3339
from pressout_session.facts import (
    AnyFact,
    Closed,
    EndReason,
    PainReported,
    Rated,
    Reassigned,
    SessionVoided,
    SetClosed,
    SetOpened,
)
from pressout_session.patient_codes import GUEST
from pressout_session.prescription import CabledItem, Item, Prescription
from pressout_session.programmes import Work, other_work
from pressout_session.timed_progress import TimedProgress
from pressout_session.visit import Moved, Visit
from pressout_session.visit_stage import Stage
from pressout_signal.events import (
    Event,
    LineLetGo,
    LineTaken,
    PartialSeen,
    PhaseEntered,
    RepetitionCompleted,
    SetEnded,
    SetStarted,
    TensionDrift,
)
from pressout_signal.samples import Fault, Sample
from pressout_station.controller.controller_deps import ControllerDeps
from pressout_station.controller.held_facts import came_for, dated_by_now, dose_changed, opening
from pressout_station.controller.left_visits import LeftVisits
from pressout_station.controller.presence import ANSWER_S, Presence
from pressout_station.controller.signal_stats import SignalStats
from pressout_station.controller.tuned_pipeline import TunedPipeline
from pressout_station.writer.messages import AckArrived, Told
from pressout_station.writer.pending_writes import PendingWrites
from pressout_station.writer.writer import Writer

# Who has just been shown what they did may do one more: it is theirs for so long.
GOES_ON_S = 30.0


class SessionController:
    """One station's counting, visit after visit.

    Parameters
    ----------
    given : ControllerDeps
        Dose and names.
    writer : Writer
        Keeps facts.
    clock : MonotonicClock
        The readings' clock.
    left : LeftVisits
        What was left before the station began.
    """

    def __init__(self, given: ControllerDeps, writer: Writer, clock: MonotonicClock, left: LeftVisits) -> None:
        self._given = given
        self._writer = writer
        speed = float(getattr(clock, "speed", 1.0))
        self.pending_writes = PendingWrites(writer, clock, speed)
        self._there = Presence(clock, speed, clock.now_s())
        self.session_id: str | None = None
        self.visit: Visit | None = None
        self.patient_ref = GUEST
        self.left = left
        self._goes_on_s = -math.inf
        self._composed: Prescription | None = None
        self._held: tuple[AnyFact, ...] = ()  # kept with the first thing that happens: else no session is left behind
        self._last_session_id: str | None = None
        self._sets = 0
        self._set_since_s = 0.0
        self._sensed = SignalStats(given.measured_hz, given.zero_n, given.noise_n)
        self.pipeline = TunedPipeline(self._item(), given.pulley_ratio)

    def take(self, sample: Sample | Fault) -> tuple[Event, ...]:
        """Take a tension, or why there is none; give what the pipeline made of it."""
        if isinstance(sample, Fault):
            self._sensed.fault(sample)
            return (sample,)
        self._sensed.sample()
        self._there.last_s = sample.t_s
        events = self.pipeline.step(sample)
        for event in events:
            self._hear(event)
        if self.visit is not None and self.visit.set_is_over:
            self.end_set(sample.t_s)
        return events

    def _hear(self, event: Event) -> None:
        match event:
            case LineTaken(t_s=t_s):
                self._there.slack_since_s = None
                if self.visit is None and t_s - self._goes_on_s > GOES_ON_S:
                    self.patient_ref = GUEST  # whoever takes the handle now need not be who was here last
            case LineLetGo(t_s=t_s):
                self._there.slack_since_s = t_s
            case Fault():
                self._sensed.fault(event)
            case PhaseEntered() | RepetitionCompleted() | PartialSeen() | TensionDrift() | SetStarted() | SetEnded():
                pass
            case never:
                assert_never(never)
        if self.visit is None and isinstance(event, RepetitionCompleted):
            # Whoever goes on after signing out is still there; what they do is theirs.
            self.begin(self.patient_ref, event.press_out_start_s)
        if self.visit is not None:
            self._move(self.visit.heard(event))

    def told(self) -> list[Told]:
        """Give what the writer has done since the last call, answers to older sessions apart."""
        news = self.pending_writes.told()
        return [one for one in news if not isinstance(one, AckArrived) or one.session_id == self._last_session_id]

    def begin(self, patient_ref: str, since_s: float | None = None, goes_on: Visit | None = None) -> None:
        """Open a session, from now or from `since_s`, perhaps of a visit that `goes_on`; one that is open is closed."""
        begun_s = self._there.now_s() if since_s is None else since_s
        if self.visit is not None:
            self.end(EndReason.DONE if self.visit.stage is Stage.OVER else EndReason.SIGNED_OUT)
        self._last_session_id = None  # what the clinic says of the last one is not for this one's eyes
        self.session_id = self._given.new_session_id()
        self.pending_writes.begin(self.session_id)
        self._writer.occupied(patient_ref)
        self._sets = 0
        prescription = self._writer.prescriptions.get(patient_ref, self._given.prescription)
        left = self.left.taken_up(patient_ref, prescription, begun_s, taut=self._there.taut)
        self.left.goes_on(patient_ref, goes_on, begun_s)
        self.visit = goes_on or left or Visit(Course.of(prescription), changed_s=begun_s, taut=self._there.taut)
        self._sensed.begin()
        self.patient_ref = patient_ref
        self._held = (opening(self._given, self.session_id, patient_ref, self.visit),)

    def end(self, reason: EndReason) -> None:
        """Close the session: its last set, what the sensor did, and why it ended."""
        if self.visit is None or self.session_id is None:
            self._goes_on_s, self.patient_ref = -math.inf, GUEST  # they have gone: the line is nobody's
            return
        now_s = self._there.now_s()
        half_done = replace(self.visit, timed=TimedProgress()) if self.visit.timed.done else None
        self._move(self.visit.left_off(now_s, self._there.slack_since_s or now_s))
        if not self._held:
            self._keep(self._sensed.seen(now_s))
            self._keep(Closed(t_s=now_s, reason=reason))
            self._last_session_id = self.session_id
            self.left.leave(self.patient_ref, half_done or self.visit, now_s, reason)
        else:
            self.left.untouched(self.patient_ref, None if reason is EndReason.NOT_ME else self.visit)
        self.session_id = self.visit = self._composed = None
        self._held = ()
        self.pipeline.end_set(now_s)
        self._writer.occupied(None)
        # The line may be taut still: what comes of it is theirs only if they ended by doing all that was asked.
        stays = reason is EndReason.DONE
        self._goes_on_s, self.patient_ref = (now_s, self.patient_ref) if stays else (-math.inf, GUEST)
        if not self._there.taut:
            self.pipeline.tune(self._item())

    def end_set(self, t_s: float | None = None) -> None:
        """Close the open set: by a tap now, or by a tension at `t_s`, however late it was handed over."""
        t_s = self._there.now_s() if t_s is None else t_s
        for event in self.pipeline.end_set(t_s):
            self._hear(event)
        if self.visit is not None:
            self._move(self.visit.set_ended(t_s))

    def tapped(self, deed: Callable[[Visit, float], Moved]) -> None:
        """Let the visit take a tap that corrects it: `visit_corrections.undone` and its like. Whoever taps is there."""
        if self.visit is not None:
            self._move(deed(self.visit, self._there.now_s()))
            self.present()

    def rate(self, effort: int | None, pain: int | None) -> None:
        """Keep how hard it was and how much it hurt; None where it was skipped."""
        if self.visit is not None and not self._held:
            self._keep(Rated(t_s=self._there.now_s(), effort=effort, pain=pain))
            self._given.pain.rated(self.session_id or "", pain)

    def report_pain(self) -> None:
        """Keep that somebody stops because it hurts, and tell it at once, even where nothing else was done."""
        if self.visit is not None:
            self._keep(PainReported(t_s=self._there.now_s()))
            self._given.pain.reported(self.session_id or "")

    def dose(self, place: int, item: Item, therapist_ref: str) -> None:
        """Give the patient who is here another dose, from the next set on, and from the next visit on."""
        if self.visit is None:
            return
        if other := other_work(self.visit.prescription, place, item, self._composed):
            self.compose(other, therapist_ref)
            return
        by = (therapist_ref, rfc3339(wall_time()))
        changed = dose_changed(self.visit, self._held, self._there.now_s(), (place, item), by)
        self._held = changed.held
        self._move((changed.visit, changed.facts))
        self._prescribe(changed.prescription)

    def compose(self, work: Work, therapist_ref: str) -> None:
        """Give the patient who is here other exercises, now; a set that is open is done first."""
        if self.visit is not None and not work.is_asked_by(self._composed or self.visit.prescription):
            by = {"set_by": therapist_ref, "set_at": rfc3339(wall_time()), "accepted_by": therapist_ref}
            self._composed = replace(self.visit.prescription, items=work.items, rounds=work.rounds, **by)
            self._prescribe(self._composed)
            self.passed()

    def _prescribe(self, prescription: Prescription) -> None:
        if self.patient_ref != GUEST:
            self._writer.prescribe(self.patient_ref, prescription)

    def _take_up(self, visit: Visit, composed: Prescription) -> None:
        """Go on with other exercises: in this session where nothing was done yet, else in one of its own."""
        begun = came_for(replace(visit, timed=TimedProgress()), self._held, composed)
        if begun is None:
            patient_ref, now_s = self.patient_ref, self._there.now_s()
            goes_on = visit.left_off(now_s, now_s)[0].taken_through(composed, now_s, taut=self._there.taut)
            self.end(EndReason.SIGNED_OUT)
            self.begin(patient_ref, goes_on=goes_on)
        else:
            self.visit, self._held = begun
            self.pipeline.tune(self._item())

    def correct(self, session_id: str, patient_ref: str | None, therapist_ref: str) -> None:
        """Say whose a closed session was, or with None that it was no one's."""
        now_s = self._there.now_s()
        voided = SessionVoided(t_s=now_s, therapist_ref=therapist_ref)
        whose = Reassigned(t_s=now_s, patient_ref=patient_ref or "", therapist_ref=therapist_ref)
        self.pending_writes.keep(session_id, voided if patient_ref is None else whose)

    def measured_by(self, device: Device) -> None:
        """Say of the sessions that begin from now on what measured them."""
        self._given = replace(self._given, device=device)

    def passed(self) -> None:
        """Let time pass beside the line."""
        if self.visit is not None and self.visit.timed.since_s is not None:
            self._move(self.visit.passed(self._there.now_s()))
        if self._composed is not None and self.visit is not None and not self.visit.set_open:
            composed, self._composed = self._composed, None
            self._take_up(self.visit, composed)

    def present(self) -> None:
        """Take someone's word, by a tap, that they are there."""
        if self.visit is not None:
            self.visit = replace(self.visit, changed_s=self._there.now_s())

    @property
    def absent(self) -> bool:
        """Whether a session is open and nothing has come of anyone for so long that it must be asked."""
        return self._there.missed(self.visit, self.patient_ref)

    @property
    def forgotten(self) -> bool:
        """Whether it was asked for long enough, and nobody answered."""
        return self._there.missed(self.visit, self.patient_ref, ANSWER_S)

    def _move(self, moved: Moved) -> None:
        self.visit, facts = moved
        for fact in facts:
            self._keep(fact)
            if isinstance(fact, SetOpened):
                self._sets, self._set_since_s = self._sets + 1, fact.t_s
            if isinstance(fact, SetClosed):
                self._keep(self._sensed.seen(fact.t_s))
                if self.session_id is not None:
                    self._given.set_over(self.session_id, self._sets, self._set_since_s, self.pipeline.item)
        if self.pipeline.item != self._item() and not self.visit.set_open:
            self.pipeline.tune(self._item(), anew=False)

    def _keep(self, fact: AnyFact) -> None:
        if self.session_id is None:
            return
        held, self._held = self._held, ()
        for each in (*dated_by_now(held, self._there.now_s(), self._given.clock_now()), fact):
            self.pending_writes.keep(self.session_id, each)

    def _item(self) -> CabledItem:
        """Give the exercise on the line that is being done, or that would be by whoever took the line up now."""
        course = Course.of(self._given.prescription) if self.visit is None else self.visit.course
        return course.item if isinstance(course.item, CabledItem) else course.prescription.first_on_the_line
