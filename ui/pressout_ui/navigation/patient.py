"""The patient's way: which scene follows which, hands-free. A finger only helps."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from pressout_session.facts import EndReason
from pressout_session.patient_codes import GUEST
from pressout_session.prescription import TimedItem
from pressout_session.visit_stage import Stage
from pressout_signal.events import LineLetGo, LineTaken, Phase, PhaseEntered
from pressout_ui.app_state import AppState
from pressout_ui.commands import EndVisit, Rate, ReportPain, SignIn
from pressout_ui.messages import (
    DigitTyped,
    FixClosed,
    HereTapped,
    Message,
    NextPersonTapped,
    NextTapped,
    RatingDone,
    RecordKept,
    SignalHeard,
    Ticked,
    VisitBegan,
    VisitMoved,
    WipeTapped,
    Woken,
)
from pressout_ui.scenes import live_set, rating, set_up, summary, timed, who
from pressout_ui.scenes.idle import Idle
from pressout_ui.scenes.live_set import LiveSet
from pressout_ui.scenes.rating import Rating, RatingQuestion
from pressout_ui.scenes.rest import Rest
from pressout_ui.scenes.set_up import SetUp
from pressout_ui.scenes.still_here import StillHere
from pressout_ui.scenes.summary import Summary
from pressout_ui.scenes.timed import Timed
from pressout_ui.scenes.today import Today
from pressout_ui.scenes.who import Who
from pressout_ui.scenes.wipe import WIPE_S, Wipe
from pressout_ui.screen import PatientScene, Screen, Told, signed_out, waiting
from pressout_ui.staff import FindVisits

# What a tap can make of a rest: the turn given up, or counted full by hand, may have been the last on the line.
AFTER_REST = (Stage.BESIDE, Stage.OVER)


def moved(screen: Screen, scene: PatientScene, message: Message) -> Told:
    """Let a scene before a set take the message; others are for `_set_moved`."""
    known = screen.known
    match scene, message:
        case _, VisitBegan(patient_ref=patient_ref):
            asked = () if patient_ref == GUEST else (FindVisits(patient_ref),)
            return screen.showing(waiting(known)), asked
        case Wipe(since_s=since_s), Ticked(now_s=now_s) if now_s - since_s >= WIPE_S:
            return screen.showing(Idle(now_s) if known.visit is None else caught_up(known, Who())), ()
        case Wipe(), _:
            return screen, ()
        case Idle(), Woken():
            return screen.showing(Who(touched_s=known.now_s)), ()
        case Idle(), DigitTyped():
            return moved(screen, Who(touched_s=known.now_s), message)
        case Idle(), SignalHeard(LineTaken()):
            return screen, (SignIn(GUEST),)
        case Who(), _:
            return _asked_who(screen, scene, message)
        case Today(), SignalHeard(LineTaken()):
            return screen.showing(SetUp(back=scene)), ()
        case Today() | SetUp(), VisitMoved(visit=visit) if visit.stage is Stage.BESIDE:
            return screen.showing(Timed.of(known)), ()
        case Today() | SetUp() | Rest() | Timed(), RecordKept(record=record) if record.open_set is not None:
            return screen.showing(LiveSet()), ()
        case SetUp(), SignalHeard(PhaseEntered(phase=Phase.PRESS_OUT)) if _may_begin(scene, known):
            live, commands = live_set.update(LiveSet(), message, known)
            return screen.showing(live), commands
        case SetUp(back=back), SignalHeard(LineLetGo()):
            return screen.showing(back or waiting(known)), ()
        case SetUp(), _:
            return screen.showing(set_up.update(scene, message, known)), ()
        case _:
            return _set_moved(screen, scene, message)


def _asked_who(screen: Screen, scene: Who, message: Message) -> Told:
    """Let the code page take the message; whoever was here may still be."""
    known = screen.known
    match message:
        case SignalHeard(LineTaken()) if scene.typed:
            return screen, ()
        case SignalHeard(LineTaken()) if known.visit is not None:
            return _not_the_next(screen, scene).showing(waiting(known)), ()  # whoever was here goes on after all
        case RecordKept(record=record) if record.open_set is not None and known.visit is not None:
            return _not_the_next(screen, scene).showing(LiveSet()), ()  # a digit touched by mistake hides no set
        case SignalHeard(LineTaken()):
            return screen, (SignIn(GUEST),)
        case WipeTapped() if known.visit is None:
            return screen.showing(Wipe(known.now_s)), ()
        case Ticked(now_s=now_s) if now_s - scene.touched_s > who.FORGOTTEN_S:
            back = Idle(now_s) if known.visit is None else caught_up(known, scene)
            return _not_the_next(screen, scene).showing(back), ()
        case HereTapped(patient_ref=ref) if ref == known.patient_ref and known.visit is not None:
            return _not_the_next(screen, scene).showing(caught_up(known, scene)), ()
        case _:
            after, commands = who.update(scene, message, known)
            return screen.showing(after), commands


def _set_moved(screen: Screen, scene: PatientScene, message: Message) -> Told:
    """Let the scenes of a set take the message."""
    known = screen.known
    match scene, message:
        case LiveSet(fixing=fixing), RecordKept(record=record) if record.sets and record.open_set is None:
            if fixing and known.cabled is not None:  # what is being corrected stays to be seen
                return screen, ()
            return set_over(screen)
        case LiveSet(), VisitMoved(visit=visit) if visit.stage is Stage.BESIDE:
            return set_over(screen)
        case LiveSet(), FixClosed() if known.record.sets and known.record.open_set is None:
            return set_over(screen)
        case LiveSet(), SignalHeard(LineLetGo()) if known.record.open_set is None:
            return screen.showing(waiting(known)), ()
        case LiveSet(), _:
            live, commands = live_set.update(scene, message, known)
            return screen.showing(live), commands
        case Rest() | StillHere(), NextPersonTapped():
            # At once: what comes of the line now is not theirs who have made room. Their key brings them back.
            return _for_the_next(screen), (EndVisit(EndReason.SIGNED_OUT),)
        case Today() | Rest() | Timed() | StillHere(), DigitTyped():
            asked = _for_the_next(screen)
            assert isinstance(asked.scene, Who)
            return moved(asked, asked.scene, message)  # the next one's card
        case Rest(), SignalHeard(LineTaken()):
            return screen.showing(SetUp(back=scene)), ()
        case Rest(), SignalHeard(PhaseEntered(phase=Phase.PRESS_OUT)) if known.taut:
            live, commands = live_set.update(LiveSet(), message, known)
            return screen.showing(live), commands
        case Timed(), VisitMoved() | RecordKept() if known.visit is not None and _timed_over(known):
            return set_over(screen)
        case Timed(), _:
            after_timed, commands = timed.update(scene, message, known)
            return screen.showing(after_timed), commands
        case Rest(), VisitMoved() | RecordKept() if known.visit is not None and known.visit.stage in AFTER_REST:
            return set_over(screen)
        case _:
            return _after_sets(screen, scene, message)


def _after_sets(screen: Screen, scene: PatientScene, message: Message) -> Told:
    """Let the scenes after the last set take the message: what was done, two questions, and goodbye."""
    known = screen.known
    match scene, message:
        case Summary(farewell=False) | Rating(leaving=False), RecordKept(record=record) if record.open_set is not None:
            return screen.showing(LiveSet()), ()  # they go on: it is their session still
        case Summary(farewell=False), NextTapped():
            return screen.showing(Rating(RatingQuestion.EFFORT, known.now_s)), ()
        case Summary(farewell=False), VisitMoved(visit=visit) if visit.stage is not Stage.OVER:
            return set_over(screen)  # a therapist has asked for more
        case Summary(), DigitTyped():
            # The next one's card: what comes of the line now is not theirs who were shown this.
            left = (EndVisit(EndReason.SIGNED_OUT),) if scene.farewell else ()
            return moved(screen, Who(touched_s=known.now_s), message)[0], left
        case Summary(since_s=since_s, farewell=False), Ticked(now_s=now_s) if now_s - since_s > summary.SHOWN_S:
            return screen, (EndVisit(EndReason.DONE if _whole(known) else EndReason.SIGNED_OUT),)
        case Summary(since_s=since_s), Ticked(now_s=now_s) if now_s - since_s > summary.FAREWELL_S and scene.farewell:
            return signed_out(screen), (EndVisit(EndReason.SIGNED_OUT),)
        case Rating(), RatingDone(skipped=skipped):
            return _rated(screen, scene, skipped=skipped)
        case Rating(since_s=since_s), Ticked(now_s=now_s) if now_s - since_s > rating.PATIENCE_S:
            return _rated(screen, scene, skipped=scene.chosen is None)
        case Rating(), _:
            return screen.showing(rating.update(scene, message, known)), ()
        case _:
            return screen, ()


def finishing(screen: Screen) -> Told:
    """End a visit early: whoever has done something is asked whether it hurts, since that may be why."""
    known, scene = screen.known, screen.scene
    if isinstance(scene, Summary):
        return signed_out(screen), (EndVisit(EndReason.SIGNED_OUT),)
    if not (known.record.sets or known.record.timed) or known.visit is None:
        return screen, (EndVisit(EndReason.SIGNED_OUT),)
    return screen.showing(Rating(RatingQuestion.PAIN, known.now_s, leaving=True)), ()


def hurting(screen: Screen) -> Told:
    """End a visit because it hurts: staff and clinic know it at once, and then it is asked how much."""
    if screen.known.visit is None:
        return screen, ()
    return screen.showing(Rating(RatingQuestion.PAIN, screen.known.now_s, leaving=True)), (ReportPain(),)


def _for_the_next(screen: Screen) -> Screen:
    """Give the code page for whoever comes next, in the station's own language."""
    known = screen.known
    who = Who(touched_s=known.now_s, theirs=known.language)
    return replace(screen, known=replace(known, language=known.language_here), scene=who)


def _not_the_next(screen: Screen, scene: Who) -> Screen:
    """Give the screen back to whoever was here, in the language that was theirs."""
    known = screen.known
    return replace(screen, known=replace(known, language=scene.theirs or known.language))


def _rated(screen: Screen, scene: Rating, *, skipped: bool) -> Told:
    """Go on from effort to pain, and from pain to the end of the session."""
    value = None if skipped else scene.chosen
    if scene.asked is RatingQuestion.EFFORT:
        return screen.showing(Rating(RatingQuestion.PAIN, screen.known.now_s, effort=value)), ()
    rated = () if scene.effort is None and value is None else (Rate(scene.effort, value),)
    ends = EndVisit(EndReason.DONE if _whole(screen.known) else EndReason.SIGNED_OUT)
    return screen.showing(Summary(screen.known.now_s, farewell=True)), (*rated, ends)


def _whole(known: AppState) -> bool:
    """Whether all that was asked for has had its turn."""
    return known.visit is not None and known.visit.stage is Stage.OVER


def _may_begin(scene: SetUp, known: AppState) -> bool:
    """Tell a press-out out of a steady start, which begins the set, from a shuffle on the way to it."""
    item = known.cabled
    return item is not None and set_up.place_of(scene, item, known.now_s) in (
        set_up.TensionBand.IN,
        set_up.TensionBand.READY,
    )


def resumed(screen: Screen) -> PatientScene:
    """Give the scene to go back to after trouble: a set goes on from rest, since nobody saw what came between."""
    known = screen.known
    before = screen.before or Idle(known.now_s)
    if isinstance(before, LiveSet):
        before = LiveSet(last=before.last)
    now = caught_up(known, before) if known.visit is not None else before
    return SetUp(back=now) if known.taut and isinstance(now, Today | Rest) else now


def caught_up(known: AppState, before: PatientScene) -> PatientScene:
    """Give the scene in which a visit is by now, whatever was shown when the patient was last seen."""
    course = None if known.visit is None else known.visit.course
    if course is None or isinstance(before, Summary | Rating):
        return before
    if known.record.open_set is not None:
        return before if isinstance(before, LiveSet) else LiveSet()
    if course.over and (known.record.sets or known.record.timed):
        return Summary(known.now_s)
    if isinstance(course.item, TimedItem):
        return Timed.of(known)
    if isinstance(before, LiveSet | Who) and known.record.sets:
        return Rest(known.now_s, known.record.sets[-1].side)
    return waiting(known) if isinstance(before, Idle | Who | Wipe | Timed | LiveSet) else before


def _timed_over(known: AppState) -> bool:
    """Whether the course has left the timed exercises behind, or is over."""
    return not isinstance(known.item, TimedItem) or (known.visit is not None and known.visit.course.over)


def set_over(screen: Screen) -> Told:
    """Show what follows a set: the other side, a timed exercise, or that it is all done."""
    known = screen.known
    if known.visit is None:
        return screen.showing(Idle(known.now_s)), ()
    match known.visit.stage:
        case Stage.OVER:
            return screen.showing(Summary(known.now_s)), ()
        case Stage.BESIDE:
            return screen.showing(Timed.of(known)), ()
        case Stage.SET | Stage.PAUSE | Stage.READY:
            pass
        case never:
            assert_never(never)
    if isinstance(screen.scene, Timed):
        return screen.showing(SetUp() if known.taut else Today()), ()
    done = known.record.sets[-1].side if known.record.sets else known.side
    return screen.showing(Rest(known.now_s, done)), ()


def ended(screen: Screen) -> Told:
    """Sign out; but what was done stays to be read until it has been shown for long enough."""
    scene = screen.scene
    if isinstance(scene, Summary | Rating):
        return screen.showing(Summary(screen.known.now_s, farewell=True)), ()
    if isinstance(scene, Who):
        return signed_out(screen).showing(scene), ()
    return signed_out(screen), ()
