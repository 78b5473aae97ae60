"""Touches at random on the screen alone, each wish of the screen granted as the station would grant it."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

from pressout_session.course import Course
from pressout_session.error_codes import Trouble
from pressout_session.facts import (
    AnyFact,
)
from pressout_session.patient_codes import GUEST, with_check_digit
from pressout_session.prescription import Prescription
from pressout_session.record import Record
from pressout_session.visit import Visit
from pressout_session.visit_corrections import added, restarted, side_swapped, undone
from pressout_signal.events import LineLetGo, LineTaken, Phase, PhaseEntered
from pressout_ui import fixture_values
from pressout_ui.app import Screen, update, view
from pressout_ui.app_state import AppState
from pressout_ui.commands import (
    AddOne,
    Command,
    EndSet,
    EndVisit,
    RestartSet,
    SignIn,
    SwapSide,
    UndoLast,
)
from pressout_ui.messages import (
    Cleared,
    DigitTyped,
    Message,
    RecordKept,
    SignalHeard,
    Ticked,
    TroubleBegan,
    TroubleOver,
    VisitBegan,
    VisitEnded,
    VisitMoved,
)
from pressout_ui.scenes.staff.pin import Pin
from pressout_ui.screen import STAFF
from pressout_ui.shapes import Button, Plane
from pressout_ui.staff import CheckPin, FindVisits, KeepSettings, PinAnswered, RequestOutcome, SettingsChanged, TakeZero
from pressout_ui.staff import VisitsFound as Visits

PIN = "271828"
PLANE = Plane()
KNOWS = 0.8
CODE = with_check_digit("47192")


@dataclass(slots=True)
class Fuzzed:
    """What was done, and what must not happen."""

    events: int = 0
    touches: int = 0
    unlocked: int = 0
    lost: int = 0
    scenes: Counter[str] = field(default_factory=Counter)


class Clinic:
    """A station that grants what the screen asks for, and a patient and a therapist who touch at random."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._now_s = 0.0
        self.screen = Screen(AppState(station="3", therapists=("MR", "AK")))
        self.record, self._ref = Record(), GUEST
        self._visit: Visit | None = None
        self.let_in = False
        self.done = Fuzzed()

    def event(self) -> None:
        """Let one thing happen."""
        self.done.events += 1
        self._now_s += self._chance.choice((0.02, 0.02, 0.3, 4.0, 31.0))
        self._tell(Ticked(self._now_s))
        drawn = self._chance.random()
        if drawn < 0.55:
            self._touch()
        elif drawn < 0.65:
            # Who stands before the keypad of a PIN mostly knows it: else no page behind it would ever be seen.
            knows = isinstance(self.screen.scene, Pin) and self._chance.random() < KNOWS
            code = PIN if knows else self._chance.choice((CODE, PIN, "000000"))
            self._tell(Cleared())
            for digit in code[: self._chance.choice((1, 6, 6))]:
                self._tell(DigitTyped(digit))
        elif drawn < 0.8:
            phase = self._chance.choice(list(Phase))
            self._tell(SignalHeard(PhaseEntered(t_s=self._now_s, said_at_s=self._now_s, phase=phase)))
        elif drawn < 0.88:
            kind = self._chance.choice((LineTaken, LineLetGo))
            self._tell(SignalHeard(kind(t_s=self._now_s, said_at_s=self._now_s)))
        elif drawn < 0.97:
            self._repeat()
        else:
            trouble: Message = self._chance.choice((TroubleBegan(Trouble.SENSOR_SILENT), TroubleOver()))
            self._tell(trouble)
        self._look()

    def _look(self) -> None:
        screen = self.screen
        self.done.scenes[type(screen.scene).__name__] += 1
        inside = isinstance(screen.scene, STAFF) and not isinstance(screen.scene, Pin)
        if not inside:
            self.let_in = False
        elif not self.let_in:
            self.done.unlocked += 1
        if self._visit is not None and screen.known.record != self.record:
            self.done.lost += 1

    def _touch(self) -> None:
        keys = [shape for shape in view(self.screen, PLANE) if isinstance(shape, Button)]
        if keys:
            self.done.touches += 1
            self._tell(self._chance.choice(keys).on_tap)

    def _tell(self, message: Message) -> None:
        self.screen, commands = update(self.screen, message)
        for command in commands:
            self._grant(command)

    def _grant(self, command: Command) -> None:
        match command:
            case SignIn(patient_ref=patient_ref):
                self._end()
                self._ref = patient_ref
                prescription = Prescription(prescription_id="fuzz", items=(fixture_values.an_item(),))
                visit = Visit(Course.of(prescription))
                self._visit, self.record = visit, Record()
                self._tell(VisitBegan(patient_ref, visit))
            case EndVisit():
                self._end()
            case CheckPin(initials=initials, digits=digits):
                right = digits == PIN
                self.let_in = self.let_in or right
                self._tell(PinAnswered(initials, right, 5 if right else self._chance.choice((0, 3)), 0.0))
            case KeepSettings(settings=settings):
                self._tell(SettingsChanged(settings))
            case FindVisits(patient_ref=patient_ref):
                visits = tuple(fixture_values.a_past_visit(number) for number in range(self._chance.randrange(9)))
                self._tell(Visits(patient_ref, visits))
            case TakeZero():
                self._tell(RequestOutcome("tared"))
            case _:
                self._correct(command)

    def _correct(self, command: Command) -> None:
        if self._visit is None:
            return
        moved: tuple[Visit, tuple[AnyFact, ...]] | None = None
        match command:
            case EndSet():
                moved = self._visit.set_ended(self._now_s)
            case UndoLast():
                moved = undone(self._visit, self._now_s)
            case AddOne():
                moved = added(self._visit, self._now_s)
            case SwapSide():
                moved = side_swapped(self._visit, self._now_s)
            case RestartSet():
                moved = restarted(self._visit, self._now_s)
            case _:
                return
        self._move(moved)

    def _repeat(self) -> None:
        if self._visit is None:
            self._grant(SignIn(self._ref))
        if self._visit is not None:
            self._move(self._visit.heard(fixture_values.a_repetition(self._now_s, self._visit.counted + 1)))

    def _move(self, moved: tuple[Visit, tuple[AnyFact, ...]]) -> None:
        visit, facts = moved
        self._visit = visit
        if visit is not self.screen.known.visit:
            self._tell(VisitMoved(visit))
        for fact in facts:
            self.record = self.record.after(fact)
        if facts:
            self._tell(RecordKept(self.record))

    def _end(self) -> None:
        if self._visit is not None:
            self._move(self._visit.set_ended(self._now_s))
            self._visit, self.record = None, Record()
            self._tell(VisitEnded())


def fuzzed(events: int, chance: random.Random) -> Fuzzed:
    """Let so many things happen; give what came of it."""
    clinic = Clinic(chance)
    for _ in range(events):
        clinic.event()
    return clinic.done
