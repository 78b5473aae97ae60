"""The station's loop: readings in, events to the screen, facts to the disk, taps back. It carries and decides nothing.

One frame does everything that must happen, in the order in which it must; nothing in it waits.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

from pressout_device.errors import JournalError
from pressout_session.error_codes import Trouble
from pressout_session.facts import EndReason
from pressout_session.record import Record
from pressout_session.visit import Moved, Visit
from pressout_session.visit_corrections import added, restarted, side_swapped, undone
from pressout_signal.samples import Fault, Reading, Sample
from pressout_station.controller.session_controller import SessionController
from pressout_station.host.watchdog import Signs
from pressout_station.staff.staff_actions import StaffActions
from pressout_station.station_deps import StationDeps
from pressout_station.writer.messages import AckArrived, Forgotten, LinkReport, VisitsRead
from pressout_ui.app import Screen, update
from pressout_ui.commands import (
    AddOne,
    Command,
    EndSet,
    EndVisit,
    FinishTimed,
    GiveUpTurn,
    Play,
    Rate,
    ReportPain,
    RestartSensor,
    RestartSet,
    SignIn,
    SwapSide,
    TapTimed,
    UndoLast,
)
from pressout_ui.messages import (
    AbsenceChanged,
    BackSpaced,
    ClinicAnswered,
    DigitTyped,
    Felt,
    HereChanged,
    Message,
    NoticeChanged,
    RecordKept,
    SavingLate,
    SignalHeard,
    Ticked,
    TroubleBegan,
    TroubleOver,
    VisitBegan,
    VisitEnded,
    VisitMoved,
)
from pressout_ui.staff import LinkSeen as LinkTold

logger = logging.getLogger(__name__)

# What each tap that corrects a visit does to it.
DEEDS: dict[type[Command], Callable[[Visit, float], Moved]] = {
    UndoLast: undone,
    AddOne: added,
    SwapSide: side_swapped,
    GiveUpTurn: Visit.turn_given_up,
    RestartSet: restarted,
    TapTimed: Visit.timed_tapped,
    FinishTimed: Visit.timed_finished,
}

FRAME_S = 1 / 60
# After a pause of the machine what was felt meanwhile comes at once: a frame takes no more of it than this, so that
# every count and every word is shown, if only for a frame.
MOST_AT_ONCE_S = 3.0
# A breathing flood, and a touch that is answered within a twentieth of a second.
IDLE_FRAME_S = 1 / 20


class Station:
    """The loop: readings in, events to the screen, facts to the disk, taps back.

    Parameters
    ----------
    parts : StationDeps
        Built by `station_of`.
    screen : Screen
        What is shown first.
    """

    def __init__(self, parts: StationDeps, screen: Screen) -> None:
        self._parts = parts
        self.screen = screen
        self._absent = False
        self._trouble: Trouble | None = None
        self._read_until_s = 0.0
        self._unfelt: deque[Reading | Fault] = deque()
        self._session_id: str | None = None
        self._shown = Record()

    @property
    def controller(self) -> SessionController:
        """What is being counted."""
        return self._parts.controller

    @property
    def signs(self) -> Signs:
        """Give the signs of life of what works beside the loop."""
        return Signs(self._parts.writer.ago_s, self._parts.sampler.alive)

    def frame(self) -> None:
        """Do everything that one frame needs, in the order in which it must happen.

        Raises
        ------
        JournalError
            If nothing can be kept any more: better to be restarted than to count into the air.
        LoadCellError
            If the load cell could not be opened at the start.
        """
        parts = self._parts
        if not parts.writer.alive:
            raise JournalError("journal: found its writer ended, expected it to run as long as the station; restart it")
        self._tell(Ticked(parts.clock.now_s()))
        felt: list[Sample] = []
        fresh = self._fresh()
        parts.staff_actions.heard(fresh)
        for item in fresh:
            self._read_until_s = item.t_s
            parts.raw_recorder.heard(item)
            sample = parts.conditioning.take(item)
            if isinstance(sample, Sample):
                felt.append(sample)
            for event in parts.controller.take(sample):
                self._tell(SignalHeard(event))
                if parts.live_topic is not None:
                    parts.live_topic.heard(event)
            self._sensor_is(parts.conditioning.trouble)
        if felt:
            self._tell(Felt(tuple(felt), parts.controller.pipeline.out_share))
            if parts.live_topic is not None:
                parts.live_topic.felt(felt[-1], parts.controller)
        parts.controller.passed()
        self._visit_moved()
        self._hear_the_disk()
        notice = parts.staff_actions.notice(self.screen.known.link)
        if notice is not self.screen.known.notice:
            self._tell(NoticeChanged(notice))
        taps = parts.face.messages()
        if taps or self.screen.for_staff:  # whoever taps is there, and so is whom a therapist stands beside
            parts.controller.present()
        for message in parts.staff_actions.news(self.screen, parts.clock.now_s()):
            self._tell(message)
        self._touched(taps)
        if (here := parts.controller.left.here(parts.clock.now_s())) != self.screen.known.here:
            self._tell(HereChanged(here))
        if parts.controller.absent != self._absent:
            self._absent = parts.controller.absent
            self._tell(AbsenceChanged(self._absent))
        if parts.controller.forgotten:
            self._tell_command(EndVisit(EndReason.IDLE))
        parts.face.show(self.screen)

    def _fresh(self) -> list[Reading | Fault]:
        """Give what the load cell said and was not taken yet, as far as one frame takes it."""
        self._unfelt.extend(self._parts.sampler.fresh())
        fresh: list[Reading | Fault] = []
        until_s = self._unfelt[0].t_s + MOST_AT_ONCE_S if self._unfelt else 0.0
        while self._unfelt and self._unfelt[0].t_s < until_s:
            fresh.append(self._unfelt.popleft())
        return fresh

    @property
    def pause_s(self) -> float:
        """How long a frame may last: a sixtieth of a second, and where nobody is, three times as long."""
        return FRAME_S if self.controller.visit is not None or not self.screen.at_rest else IDLE_FRAME_S

    def now_s(self) -> float:
        """Give the time on the station's clock."""
        return self._parts.clock.now_s()

    def read_until_s(self) -> float:
        """Give the stamp of the last reading: how far the load cell's story is known."""
        return self._read_until_s

    def failed(self) -> None:
        """Show that the station broke, with a number to quote."""
        self._parts.face.show(self.screen.showing_trouble(Trouble.STATION_FAILED))

    def shut_down(self) -> bool:
        """Close what is open and write it; say whether everything was saved."""
        if self.controller.visit is not None:
            self.controller.end(EndReason.SHUT_DOWN)
        self._parts.sampler.close()
        self._parts.staff_actions.close()
        return self._parts.writer.close()

    # ---- telling the screen --------------------------------------------------------------------

    def _tell(self, message: Message) -> None:
        self.screen, commands = update(self.screen, message)
        for command in commands:
            self._tell_command(command)

    def _touched(self, taps: list[Message]) -> None:
        """Pass on what was touched and typed; a touch that was meant for keys that are gone by now is none."""
        meant_for = type(self.screen.scene)
        for tap in taps:
            if type(self.screen.scene) is meant_for or isinstance(tap, DigitTyped | BackSpaced):
                self._tell(tap)

    def _visit_moved(self) -> None:
        visit = self.controller.visit
        if visit is None or visit is self.screen.known.visit:
            return
        if self.screen.known.visit is None or self._session_id != self.controller.session_id:
            self._session_id = self.controller.session_id
            self._tell(VisitBegan(self.controller.patient_ref, visit))
        else:
            self._tell(VisitMoved(visit))

    def _hear_the_disk(self) -> None:
        for news in self.controller.told():
            if isinstance(news, AckArrived):  # what was kept is in the record, what was not is late
                self._tell(ClinicAnswered(news.result))
            elif isinstance(news, VisitsRead):
                self._tell(StaffActions.found(news))
            elif isinstance(news, Forgotten):
                self.controller.left.forget(news.patient_ref)
            elif isinstance(news, LinkReport):
                self._tell(LinkTold(StaffActions.link(news)))
        if self.controller.pending_writes.late != self.screen.known.late:
            self._tell(SavingLate(self.controller.pending_writes.late))
        # A repetition is shown when it is on disk; or, where the disk is late, marked as not saved yet.
        shown = self.controller.pending_writes.shown
        if shown != self._shown:
            self._shown = shown
            self._tell(RecordKept(shown))

    def _sensor_is(self, trouble: Trouble | None) -> None:
        """Show what keeps the station from measuring, or that nothing does any more."""
        if trouble is self._trouble:
            return
        self._trouble = trouble
        if trouble is None:
            logger.warning("the load cell is well again")
            self.controller.present()  # what nobody could be asked meanwhile is asked anew
            self._tell(TroubleOver())
        else:
            logger.warning("the load cell is in trouble (%s); the set goes on when it is well", trouble)
            self.controller.tapped(Visit.timed_stopped)
            self._tell(TroubleBegan(trouble))

    # ---- doing what the screen asks for -----------------------------------------------------------

    def _tell_command(self, command: Command) -> None:
        controller = self.controller
        match command:
            case Play(sound=sound, lasts_s=lasts_s):
                if not self.screen.known.muted:
                    self._parts.face.play(sound, lasts_s)
            case SignIn(patient_ref=patient_ref):
                controller.begin(patient_ref)
            case EndSet():
                controller.end_set()
            case UndoLast() | AddOne() | SwapSide() | GiveUpTurn() | RestartSet() | TapTimed() | FinishTimed():
                controller.tapped(DEEDS[type(command)])
            case EndVisit(reason=reason):
                controller.end(reason)
                self._tell(VisitEnded())
            case RestartSensor():
                self._parts.sampler.restart()
            case ReportPain():
                controller.report_pain()
            case Rate(effort=effort, pain=pain):
                controller.rate(effort, pain)
            case _:
                for message in self._parts.staff_actions.asked(command):
                    self._tell(message)
        self._visit_moved()
