"""The screen as a whole: which scene follows which, and what leaves as a command. Decided here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeAlias

from pressout_session.codes import GUEST
from pressout_session.prescription import TimedItem
from pressout_session.record import Record
from pressout_signal.events import LineLetGo, LineTaken, Phase, PhaseEntered
from pressout_ui.known import Known
from pressout_ui.messages import (
    ClinicAnswered,
    Command,
    DigitTyped,
    EndSet,
    EndVisit,
    FinishTapped,
    FixClosed,
    Heard,
    Message,
    MuteTapped,
    NoticeChanged,
    NotMe,
    Play,
    RecordKept,
    RestartSensor,
    RestartSet,
    RestartTapped,
    RetryTapped,
    SavingLate,
    SetEndTapped,
    SideTapped,
    SignIn,
    Sound,
    SwapSide,
    Ticked,
    TroubleBegan,
    TroubleOver,
    UndoLast,
    UndoTapped,
    VisitBegan,
    VisitEnded,
    VisitMoved,
    Woken,
)
from pressout_ui.scenes import idle, live_set, live_view, rest, set_up, summary, timed, trouble, who
from pressout_ui.scenes.idle import Idle
from pressout_ui.scenes.live_set import LiveSet
from pressout_ui.scenes.rest import Rest
from pressout_ui.scenes.set_up import SetUp
from pressout_ui.scenes.summary import Summary
from pressout_ui.scenes.timed import Timed
from pressout_ui.scenes.trouble import InTrouble
from pressout_ui.scenes.who import Who
from pressout_ui.shapes import Plane, View

Scene: TypeAlias = Idle | Who | SetUp | LiveSet | Rest | Timed | Summary | InTrouble
Told: TypeAlias = tuple["Screen", tuple[Command, ...]]


@dataclass(frozen=True, slots=True)
class Screen:
    """What is shown, what every scene may show, and where to go back to after trouble."""

    known: Known
    scene: Scene = field(default_factory=Idle)
    before: Scene | None = None

    def showing(self, scene: Scene) -> Screen:
        """Give the screen with another scene."""
        return replace(self, scene=scene)


def update(screen: Screen, message: Message) -> Told:
    """Give the screen after `message`, and what it asks for."""
    counted = screen.known.set_count
    screen = replace(screen, known=_known(screen.known, message))
    screen, commands = _moved(screen, message)
    return screen, (*commands, *_heard_of_count(screen, message, counted))


def _known(known: Known, message: Message) -> Known:
    match message:
        case Ticked(now_s=now_s):
            return replace(known, now_s=now_s)
        case VisitBegan(patient_ref=patient_ref, visit=visit):
            return replace(known, patient_ref=patient_ref, visit=visit, record=Record(), answer=None)
        case VisitMoved(visit=visit):
            return replace(known, visit=visit)
        case RecordKept(record=record):
            return replace(known, record=record)
        case SavingLate(late=late):
            return replace(known, late=late)
        case ClinicAnswered(result=result):
            return replace(known, answer=result)
        case NoticeChanged(notice=notice):
            return replace(known, notice=notice)
        case MuteTapped():
            return replace(known, muted=not known.muted)
        case Heard(LineTaken()):
            return replace(known, taut=True)
        case Heard(LineLetGo()):
            return replace(known, taut=False)
        case _:
            return known


def _heard_of_count(screen: Screen, message: Message, before: int) -> tuple[Command, ...]:
    """Let a repetition that is on disk be heard, once: another tone for the last three."""
    item = screen.known.cabled
    count = screen.known.set_count
    if not isinstance(message, RecordKept) or item is None or count <= before:
        return ()
    if count == item.reps:
        # Someone who let go with the last repetition is done: the set need not wait for its eight seconds of slack.
        return (Play(Sound.SIDE_DONE), *(() if screen.known.taut else (EndSet(),)))
    return (Play(Sound.LAST_THREE if item.reps - 3 < count < item.reps else Sound.TICK),)


def _moved(screen: Screen, message: Message) -> Told:
    """Let the scene take the message; first what is the same in every scene."""
    scene = screen.scene
    match message:
        case TroubleBegan(trouble=kind):
            before = screen.before if isinstance(scene, InTrouble) else scene
            sound = () if isinstance(scene, InTrouble) else (Play(Sound.TROUBLE),)
            return replace(screen, scene=InTrouble(kind), before=before), sound
        case TroubleOver() if isinstance(scene, InTrouble):
            return replace(screen, scene=_resumed(screen), before=None), ()
        case VisitEnded():
            return _ended(screen)
        case FinishTapped():
            return (_signed_out(screen), ()) if isinstance(scene, Summary) else (screen, (EndVisit("signed_out"),))
        case UndoTapped():
            return _closed(screen), (UndoLast(),)
        case SideTapped():
            return _closed(screen), (SwapSide(),)
        case RestartTapped():
            return _closed(screen), (RestartSet(),)
        case SetEndTapped():
            return _closed(screen), (EndSet(),)
        case NotMe():
            return screen.showing(Who(touched_s=screen.known.now_s)), (EndVisit("signed_out"),)
        case RetryTapped():
            return screen, (RestartSensor(),)
        case _:
            return _scene_moved(screen, scene, message)


def _scene_moved(screen: Screen, scene: Scene, message: Message) -> Told:
    known = screen.known
    match scene, message:
        case Idle(), Woken():
            return screen.showing(Who(touched_s=known.now_s)), ()
        case Idle(), DigitTyped():
            return _scene_moved(screen, Who(touched_s=known.now_s), message)
        case Who(typed=typed), Heard(LineTaken()) if typed:
            return screen, ()
        case Idle() | Who(), Heard(LineTaken()):
            return screen, (SignIn(GUEST),)
        case _, VisitBegan():
            return screen.showing(_waiting(known)), ()
        case Who(), Ticked(now_s=now_s) if now_s - scene.touched_s > who.FORGOTTEN_S:
            return screen.showing(Idle()), ()
        case Who(), _:
            after, commands = who.update(scene, message, known)
            return screen.showing(after), commands
        case SetUp() | Rest() | Timed(), RecordKept(record=record) if record.open_set is not None:
            return screen.showing(LiveSet()), ()
        case SetUp(), Heard(PhaseEntered(phase=Phase.PRESS_OUT)) if _may_begin(scene, known):
            live, commands = live_set.update(LiveSet(), message, known)
            return screen.showing(live), commands
        case SetUp(back=back), Heard(LineLetGo()) if back is not None:
            return screen.showing(back), ()
        case SetUp(), _:
            return screen.showing(set_up.update(scene, message, known)), ()
        case _:
            return _set_moved(screen, scene, message)


def _set_moved(screen: Screen, scene: Scene, message: Message) -> Told:
    """Let the scenes of a set and of what comes after it take the message."""
    known = screen.known
    match scene, message:
        case LiveSet(fixing=False), RecordKept(record=record) if record.sets and record.open_set is None:
            return _set_over(screen)
        case LiveSet(), FixClosed() if known.record.sets and known.record.open_set is None:
            return _set_over(screen)
        case LiveSet(), Heard(LineLetGo()) if known.dose_done:
            return screen, (EndSet(),)
        case LiveSet(), Heard(LineLetGo()) if known.record.open_set is None:
            return screen.showing(_waiting(known)), ()
        case LiveSet(), _:
            live, commands = live_set.update(scene, message, known)
            return screen.showing(live), commands
        case Rest(), Heard(LineTaken()):
            return screen.showing(SetUp(back=scene)), ()
        case Rest(), Heard(PhaseEntered(phase=Phase.PRESS_OUT)) if known.taut:
            live, commands = live_set.update(LiveSet(), message, known)
            return screen.showing(live), commands
        case Timed(), RecordKept() if known.visit is not None and _timed_over(known):
            return _set_over(screen)
        case Timed(), _:
            after_timed, commands = timed.update(scene, message, known)
            return screen.showing(after_timed), commands
        case Rest(), VisitMoved() | RecordKept() if isinstance(known.item, TimedItem):
            return screen.showing(Timed()), ()
        case Summary(), Ticked(now_s=now_s) if now_s - scene.since_s > summary.SHOWN_S:
            return _signed_out(screen), ()
        case _:
            return screen, ()


def _may_begin(scene: SetUp, known: Known) -> bool:
    """Tell a press-out out of a steady start, which begins the set, from a shuffle on the way to it."""
    item = known.cabled
    return item is not None and set_up.place_of(scene, item, known.now_s) in (set_up.Place.IN, set_up.Place.READY)


def _waiting(known: Known) -> Scene:
    """Give the scene in which the next thing is waited for."""
    return Timed() if isinstance(known.item, TimedItem) else SetUp()


def _resumed(screen: Screen) -> Scene:
    """Give the scene to go back to after trouble: a set goes on from rest, since nobody saw what came between."""
    before = screen.before or Idle()
    return LiveSet(last=before.last) if isinstance(before, LiveSet) else before


def _timed_over(known: Known) -> bool:
    """Whether the course has left the timed exercises behind, or is over."""
    return not isinstance(known.item, TimedItem) or (known.visit is not None and known.visit.course.over)


def _set_over(screen: Screen) -> Told:
    """Show what follows a set: the other side, a timed exercise, or that it is all done, which closes the session."""
    known = screen.known
    if known.visit is None:
        return screen.showing(Idle()), ()
    if known.visit.course.over:
        return screen.showing(Summary(known.now_s)), (EndVisit("done"),)
    if isinstance(known.item, TimedItem):
        return screen.showing(Timed()), ()
    if isinstance(screen.scene, Timed):
        return screen.showing(SetUp()), ()
    done = known.record.sets[-1].side if known.record.sets else known.side
    return screen.showing(Rest(known.now_s, done)), ()


def _closed(screen: Screen) -> Screen:
    scene = screen.scene
    return screen.showing(replace(scene, fixing=False)) if isinstance(scene, LiveSet) else screen


def _ended(screen: Screen) -> Told:
    """Sign out; but what was done stays to be read until it has been shown for long enough."""
    if isinstance(screen.scene, Summary):
        return screen, ()
    if isinstance(screen.scene, Who):
        return _signed_out(screen).showing(screen.scene), ()
    return _signed_out(screen), ()


def _signed_out(screen: Screen) -> Screen:
    known = replace(screen.known, patient_ref=None, visit=None, record=Record())
    scene = screen.scene if isinstance(screen.scene, InTrouble) else Idle()
    return replace(screen, known=known, scene=scene, before=None)


def view(screen: Screen, plane: Plane) -> View:
    """Draw the scene that is shown."""
    known = screen.known
    match screen.scene:
        case Idle() as scene:
            return idle.view(scene, known, plane)
        case Who() as scene:
            return who.view(scene, known, plane)
        case SetUp() as scene:
            return set_up.view(scene, known, plane)
        case LiveSet() as scene:
            return live_view.view(scene, known, plane)
        case Rest() as scene:
            return rest.view(scene, known, plane)
        case Timed() as scene:
            return timed.view(scene, known, plane)
        case Summary() as scene:
            return summary.view(scene, known, plane)
        case InTrouble() as scene:
            return trouble.view(scene, known, plane)


def turns_portrait(screen: Screen) -> bool:
    """Whether the scene has a portrait form of its own; the others keep theirs, smaller."""
    return isinstance(screen.scene, LiveSet)
