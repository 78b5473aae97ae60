"""The therapist's way: in by PIN, from page to page, and out again by itself. No page is reached past the PIN."""

from __future__ import annotations

from msgspec.structs import replace

from pressout_session.patient_codes import GUEST
from pressout_ui.commands import Command
from pressout_ui.messages import BackSpaced, Cleared, DigitTyped, Felt, Message, SignalHeard, Ticked, WipeTapped
from pressout_ui.navigation import patient
from pressout_ui.scenes import live_set
from pressout_ui.scenes.idle import Idle
from pressout_ui.scenes.live_set import LiveSet
from pressout_ui.scenes.staff import calibrate, dose, guests, more, pin, programme, settings
from pressout_ui.scenes.staff.calibrate import Calibrate
from pressout_ui.scenes.staff.dose import Dose
from pressout_ui.scenes.staff.guests import Guests
from pressout_ui.scenes.staff.menu import Menu
from pressout_ui.scenes.staff.more import More
from pressout_ui.scenes.staff.pin import Pin
from pressout_ui.scenes.staff.programme import Programme
from pressout_ui.scenes.staff.raw import with_fresh
from pressout_ui.scenes.staff.reports import Network, Sensor, Visits
from pressout_ui.scenes.staff.settings import SettingsScene
from pressout_ui.scenes.trouble import InTrouble
from pressout_ui.scenes.wipe import Wipe
from pressout_ui.screen import Screen, StaffScene, Told
from pressout_ui.staff import (
    AddExerciseTapped,
    ChoiceTapped,
    Converted,
    EmptyTapped,
    FindVisits,
    GuestPicked,
    HangsTapped,
    InitialsChosen,
    LeaveTapped,
    Page,
    PageTapped,
    PinAnswered,
    RemoveTapped,
    RequestOutcome,
    RowTapped,
    SaveTapped,
    ShutDown,
    ShutDownTapped,
    Stepped,
    TakeZero,
    VoidTapped,
)

# Without a touch for this long the therapist has gone, and it locks itself; hanging a mass takes longer.
LOCK_S = 60.0
LOCK_AT_THE_CELL_S = 300.0
TOUCHES = (
    AddExerciseTapped,
    BackSpaced,
    ChoiceTapped,
    Cleared,
    DigitTyped,
    EmptyTapped,
    GuestPicked,
    HangsTapped,
    InitialsChosen,
    PageTapped,
    RemoveTapped,
    RowTapped,
    SaveTapped,
    Stepped,
    VoidTapped,
)


def entered(screen: Screen) -> Screen:
    """Ask for the PIN, over whatever is shown; who was here last is asked first."""
    known = replace(screen.known, touched_s=screen.known.now_s, initials=None)
    last = known.last_initials if known.last_initials in known.therapists else None
    alone = known.therapists[0] if len(known.therapists) == 1 else None
    return screen.over_the_patient(known, Pin(last or alone))


def moved(screen: Screen, scene: StaffScene, message: Message) -> Told:
    """Let a therapist's scene take the message."""
    known = screen.known
    if isinstance(message, TOUCHES):
        screen = replace(screen, known=replace(known, touched_s=known.now_s))
    match scene, message:
        case _, Ticked(now_s=now_s) if now_s - known.touched_s > _patience_s(scene):
            return left(screen), ()
        case _, LeaveTapped():
            return left(screen), ()
        case Pin(asked=True), PinAnswered(initials=initials, right=True) if initials == scene.initials:
            inside = replace(screen, known=replace(screen.known, initials=initials, last_initials=initials))
            return _first_page(inside)
        case Pin(), _:
            asked, commands = pin.update(scene, message, screen.known)
            return screen.showing(asked), commands
        case _, _ if known.initials is None:
            return entered(screen), ()  # no page without a name to sign with
        case Dose(changed=True, leaving=False), PageTapped(page=Page.MENU):
            return screen.showing(replace(scene, leaving=True)), ()
        case Programme(), PageTapped(page=page) if page is not Page.MENU or scene.asks_before_leaving:
            return _page_moved(screen, scene, message)
        case _, PageTapped(page=page):
            return _page(screen, page)
        case _, WipeTapped() if known.visit is None and known.trouble is None:
            out = left(screen)
            return replace(out, scene=Wipe(known.now_s), before=None), ()
        case Menu(), EmptyTapped():
            return screen, (TakeZero(),)
        case Menu(), RequestOutcome(words=words, refused=refused):
            said = words if refused else known.words.answers[words]
            return screen.showing(Menu(said, refused)), ()
        case Menu(), ShutDownTapped():
            return screen, (ShutDown(),)
        case _:
            return _page_moved(screen, scene, message)


def _patience_s(scene: StaffScene) -> float:
    return LOCK_AT_THE_CELL_S if isinstance(scene, Calibrate | Sensor) else LOCK_S


def _page_moved(screen: Screen, scene: StaffScene, message: Message) -> Told:
    known = screen.known
    after: StaffScene = scene
    commands: tuple[Command, ...] = ()
    match scene:
        case Dose():
            after, commands = dose.update(scene, message, known)
            if commands:  # saved: the patient is to go on, and nobody else is to change it
                return left(screen), commands
        case More():
            after = more.update(scene, message, known)
        case Programme():
            after, commands = programme.update(scene, message, known)
            if commands:
                return left(screen), commands
        case Guests():
            after, commands = guests.update(scene, message, known)
            if commands:
                commands = (*commands, FindVisits(GUEST))
        case Sensor() if isinstance(message, Converted):
            after = Sensor(with_fresh(scene.seen, message.items))
        case Calibrate():
            after, commands = calibrate.update(scene, message, known)
        case SettingsScene():
            after, commands = settings.update(scene, message, known)
        case _:
            pass
    return screen.showing(after), commands


def _first_page(screen: Screen) -> Told:
    """Open the dose where a patient is signed in: that is what a therapist comes for."""
    return _page(screen, Page.DOSE if screen.known.visit is not None else Page.MENU)


def _page(screen: Screen, page: Page) -> Told:
    known = screen.known
    match page:
        case Page.DOSE:
            going_on = screen.scene.dose if isinstance(screen.scene, More) else dose.opened(known)
            if going_on is None:
                return screen.showing(Menu()), ()
            looked_up = () if known.patient_ref is None else (FindVisits(known.patient_ref),)
            return screen.showing(going_on), looked_up
        case Page.PROGRAMME:
            composing = programme.opened(known)
            looked_up = () if known.patient_ref is None else (FindVisits(known.patient_ref),)
            return (screen, ()) if composing is None else (screen.showing(composing), looked_up)
        case Page.MORE:
            return (screen.showing(More(screen.scene)), ()) if isinstance(screen.scene, Dose) else (screen, ())
        case Page.VISITS:
            return screen.showing(Visits()), () if known.patient_ref is None else (FindVisits(known.patient_ref),)
        case Page.GUESTS:
            return screen.showing(Guests()), (FindVisits(GUEST),)
        case _:
            pages: dict[Page, StaffScene] = {
                Page.MENU: Menu(),
                Page.CALIBRATE: Calibrate(),
                Page.SENSOR: Sensor(),
                Page.NETWORK: Network(),
                Page.SETTINGS: SettingsScene(),
            }
            return screen.showing(pages[page]), ()


def going_on_beneath(screen: Screen, message: Message) -> Told:
    """Let the set under a therapist's scene hear what it would hear if it were shown: its word and sounds go on."""
    if not screen.for_staff or screen.known.record.open_set is None:
        return screen, ()
    if not isinstance(message, SignalHeard | Felt | Ticked):
        return screen, ()
    beneath, commands = live_set.update(screen.beneath or LiveSet(), message, screen.known)
    return replace(screen, before=beneath), commands


def left(screen: Screen) -> Screen:
    """Lock, and go back to the patient: to where they were, or to the trouble that has come meanwhile."""
    known = replace(screen.known, initials=None)
    screen = replace(screen, known=known)
    if known.trouble is not None:
        return replace(screen, scene=InTrouble(known.trouble))
    before = screen.before or Idle(known.now_s)
    if known.visit is None:
        before = before if isinstance(before, Idle) else Idle(known.now_s)
    else:
        before = patient.caught_up(known, before)
    return replace(screen, scene=before, before=None)


def visit_began(screen: Screen) -> Screen:
    """Leave what was opened of another prescription: a dose would be saved in the place of another exercise."""
    return screen.showing(Menu()) if isinstance(screen.scene, Dose | More | Programme) else screen


def visit_ended(screen: Screen) -> Told:
    """Forget the patient whose visit ended meanwhile, and leave what was theirs."""
    known = screen.known.without_patient()
    if isinstance(screen.scene, Guests):  # what is looked through is not theirs
        known = replace(known, visits=screen.known.visits, visits_of=screen.known.visits_of)
    scene = Menu() if isinstance(screen.scene, Dose | More | Programme | Visits) else screen.scene
    return replace(screen, known=known, scene=scene, before=None), ()
