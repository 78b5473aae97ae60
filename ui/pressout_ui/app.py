"""The screen as a whole: it takes a message, and gives its next self and what it asks for."""

from __future__ import annotations

from msgspec.structs import replace

from pressout_session.facts import EndReason
from pressout_session.record import Record
from pressout_session.settings import Settings
from pressout_signal.events import LineLetGo, LineTaken
from pressout_ui.app_state import AppState
from pressout_ui.commands import (
    AddOne,
    Command,
    EndSet,
    EndVisit,
    GiveUpTurn,
    Play,
    RestartSensor,
    RestartSet,
    Sound,
    SwapSide,
    UndoLast,
)
from pressout_ui.messages import (
    AbsenceChanged,
    AddTapped,
    ClinicAnswered,
    FinishTapped,
    HereChanged,
    LanguageTapped,
    Message,
    MuteTapped,
    NextTurnTapped,
    NoticeChanged,
    NotMe,
    PainTapped,
    RecordKept,
    RestartTapped,
    RetryTapped,
    SavingLate,
    SetEndTapped,
    SideTapped,
    SignalHeard,
    TherapistTapped,
    Ticked,
    TroubleBegan,
    TroubleOver,
    UndoTapped,
    VisitBegan,
    VisitEnded,
    VisitMoved,
)
from pressout_ui.navigation import patient, therapist
from pressout_ui.router import view
from pressout_ui.scenes.idle import Idle
from pressout_ui.scenes.live_set import LiveSet, last_ones
from pressout_ui.scenes.rating import Rating
from pressout_ui.scenes.still_here import StillHere
from pressout_ui.scenes.summary import Summary
from pressout_ui.scenes.trouble import InTrouble
from pressout_ui.scenes.who import Who
from pressout_ui.screen import STAFF, Screen, Told
from pressout_ui.staff import LinkSeen, SensorSeen, SettingsChanged, VisitsFound

__all__ = ["Screen", "update", "view"]


# What is shown while the load cell is in trouble: nothing that says that it could be pulled.
BESIDE_TROUBLE = (InTrouble, Rating, Summary, *STAFF)


def update(screen: Screen, message: Message) -> Told:
    """Give the screen after `message`, and what it asks for."""
    counted = screen.known.set_count
    screen = replace(screen, known=_known(screen.known, message))
    screen, commands = _moved(screen, message)
    screen, beneath = therapist.going_on_beneath(screen, message)
    if screen.known.trouble is not None and not isinstance(screen.scene, BESIDE_TROUBLE):
        screen = screen.over_the_patient(screen.known, InTrouble(screen.known.trouble))
    known = screen.known
    if isinstance(screen.scene, Idle) and known.visit is None and known.language != known.language_here:
        screen = replace(screen, known=replace(known, language=known.language_here))
    return screen, (*commands, *beneath, *_heard_of_count(screen, message, counted))


def _known(known: AppState, message: Message) -> AppState:
    match message:
        case Ticked(now_s=now_s):
            return replace(known, now_s=now_s)
        case VisitBegan(patient_ref=patient_ref, visit=visit):
            begun = replace(known, patient_ref=patient_ref, visit=visit, record=Record(), answer=None)
            return replace(begun, muted=known.muted_here)
        case VisitMoved(visit=visit):
            return replace(known, visit=visit)
        case RecordKept(record=record) if known.visit is not None or known.record.opened is not None:
            return replace(known, record=record)  # else whose it was has gone
        case SavingLate(late=late):
            return replace(known, late=late)
        case ClinicAnswered(result=result):
            return replace(known, answer=result)
        case MuteTapped():
            return replace(known, muted=not known.muted)
        case LanguageTapped(language=language):
            return replace(known, language=language)
        case SignalHeard(LineTaken()):
            return replace(known, taut=True)
        case SignalHeard(LineLetGo()):
            return replace(known, taut=False)
        case _:
            return _known_of_itself(known, message)


def _known_of_itself(known: AppState, message: Message) -> AppState:
    """Take what the station says of itself."""
    match message:
        case NoticeChanged(notice=notice):
            return replace(known, notice=notice)
        case TroubleBegan(trouble=trouble):
            return replace(known, trouble=trouble)
        case TroubleOver():
            return replace(known, trouble=None)
        case HereChanged(here=here):
            return replace(known, here=here)
        case SensorSeen(figures=figures):
            return replace(known, sensor=figures)
        case LinkSeen(link=link):
            return replace(known, link=link)
        case VisitsFound(patient_ref=patient_ref, visits=visits):
            return replace(known, visits=visits, visits_of=patient_ref)
        case SettingsChanged(settings=settings):
            return set_to(known, settings)
        case _:
            return known


def set_to(known: AppState, settings: Settings) -> AppState:
    """Give what is known, with the station's settings in it; who has chosen a language keeps it."""
    theirs = known.visit is not None and settings.language == known.language_here
    return replace(
        known,
        language=known.language if theirs else settings.language,
        language_here=settings.language,
        unit=settings.unit,
        theme=settings.theme,
        volume=settings.volume,
        brightness=settings.brightness,
        muted=settings.muted,
        muted_here=settings.muted,
    )


def _heard_of_count(screen: Screen, message: Message, before: int) -> tuple[Command, ...]:
    """Let a repetition that is on disk be heard, once: another tone for the last three."""
    item = screen.known.cabled
    count = screen.known.set_count
    if not isinstance(message, RecordKept) or item is None or count <= before:
        return ()
    if count == item.reps:
        return (Play(Sound.SIDE_DONE),)
    return (Play(Sound.LAST_THREE if item.reps - last_ones(item) < count < item.reps else Sound.TICK),)


def _moved(screen: Screen, message: Message) -> Told:
    """Let the scene take the message; first what is the same in every scene."""
    scene = screen.scene
    match message:
        case TroubleBegan(trouble=kind) if not screen.for_staff:
            sound = () if isinstance(scene, InTrouble) else (Play(Sound.TROUBLE),)
            return screen.over_the_patient(screen.known, InTrouble(kind)), sound
        case TroubleOver() if isinstance(scene, InTrouble):
            return replace(screen, scene=patient.resumed(screen), before=None), ()
        case AbsenceChanged(absent=True) if not screen.for_staff and not isinstance(scene, InTrouble):
            return screen.over_the_patient(screen.known, StillHere()), (Play(Sound.STILL_HERE),)
        case AbsenceChanged(absent=False) if isinstance(scene, StillHere):
            return replace(screen, scene=patient.resumed(screen), before=None), ()
        case VisitBegan() if screen.for_staff:
            return therapist.visit_began(screen), ()
        case VisitEnded():
            return therapist.visit_ended(screen) if screen.for_staff else patient.ended(screen)
        case FinishTapped():
            return patient.finishing(screen)
        case PainTapped():
            return patient.hurting(screen)
        case NotMe():
            return screen.showing(Who(touched_s=screen.known.now_s)), (EndVisit(EndReason.NOT_ME),)
        case RetryTapped():
            return screen, (RestartSensor(),)
        case TherapistTapped():
            return therapist.entered(screen), ()
        case _ if (corrected := _correction(message)) is not None:
            return _closed(screen), (corrected,)
        case _ if isinstance(scene, STAFF):
            return therapist.moved(screen, scene, message)
        case _:
            return patient.moved(screen, scene, message)


def _correction(message: Message) -> Command | None:
    """Give what a key of the correction asks for."""
    match message:
        case UndoTapped():
            return UndoLast()
        case AddTapped():
            return AddOne()
        case SideTapped():
            return SwapSide()
        case RestartTapped():
            return RestartSet()
        case NextTurnTapped():
            return GiveUpTurn()
        case SetEndTapped():
            return EndSet()
        case _:
            return None


def _closed(screen: Screen) -> Screen:
    scene, record = screen.scene, screen.known.record
    if not isinstance(scene, LiveSet):
        return screen
    if record.sets and record.open_set is None:
        return patient.set_over(screen)[0]
    return screen.showing(replace(scene, fixing=False))
